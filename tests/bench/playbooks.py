"""All of Halden's playbooks at one instant, as they meet on a Monday morning: their queries, gates, charts and words, `ci` size.

A worker's hands run them in this process; posting costs nothing here.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from anabot.bootstrap import House, open_house
from anabot.errors import PlaybookHeld, PlaybookSkipped
from anabot.types import Digest
from anabot.worker import Pace
from demo.build import DEFAULT_OUT, build
from tests.bench.report import line, said, title
from tests.halden_data import NOW, halden_settings


def main() -> None:
    """Print the times."""
    build(DEFAULT_OUT)
    with tempfile.TemporaryDirectory() as folder, open_house(halden_settings(Path(folder) / "ana.db")) as house:
        title(f"Playbooks: all {len(house.laws().playbooks)} of Halden at one instant, the house just opened")
        digests: list[Digest] = []
        wall, processor = _timed(house, lambda: digests.extend(_all(house)))
        said("digests, charts, queries on record", _counted(digests))
        line("until the last digest is written", wall, 15, "s")
        line("of a processor, with the engine's", processor, 12, "s")


def _all(house: House) -> list[Digest]:
    with ThreadPoolExecutor(Pace().hands) as hands:
        return [digest for digest in hands.map(lambda name: _run(house, name), house.laws().playbooks) if digest]


def _run(house: House, name: str) -> Digest | None:
    try:
        return house.runner.run(house.laws().playbooks[name], NOW)
    except (PlaybookHeld, PlaybookSkipped):  # a closed gate is a result, too
        return None


def _counted(digests: list[Digest]) -> str:
    receipts = len({receipt for digest in digests for receipt in digest.receipts})
    return f"{len(digests)}, {sum(len(digest.charts) for digest in digests)}, {receipts}"


def _timed(house: House, run: Callable[[], None]) -> tuple[float, float]:
    house.engine.watermark()
    started, spent = time.perf_counter(), _processor()
    run()
    return time.perf_counter() - started, _processor() - spent


def _processor() -> float:
    """Seconds of a processor that this process and its children have used."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    ticks = sum(sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])) for pid in children)
    return own.ru_utime + own.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
