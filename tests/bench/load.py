"""How long a start takes to read a semantic layer: as files alone, and with what an earlier start kept.

Each start is a process of its own, as it is for a user, and the time is that of reading alone: packages are there already.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from anabot import shelf
from anabot.semantic import parse_registry
from anabot.standing import read_tree
from tests.bench import registries
from tests.bench.report import line, said, title

_STARTS = 5


def main() -> None:
    """Print the times."""
    title("Load: a governed semantic layer from its folder")
    with tempfile.TemporaryDirectory() as folder:
        for made, promised in ((registries.SMALL, 150), (registries.LARGE, 1_000)):
            place = Path(folder) / str(made.metrics)
            for name, text in registries.embedded(made).items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_text(text, encoding="utf-8")
            first, *others = (_start(place) for _ in range(_STARTS + 1))
            what = f"{made.metrics:,} metrics, {len(made.facts) + len(made.places)} tables"
            said(f"{what}, first start", f"{first:9.3g} ms")
            line(f"{what}, later start", min(others), promised, "ms")


def _start(place: Path) -> float:
    run = subprocess.run([sys.executable, "-m", "tests.bench.load", str(place)], check=True, capture_output=True, text=True)
    return float(run.stdout)


def _read(place: Path) -> float:
    started = time.perf_counter()
    files = read_tree(place)
    with shelf.kept(place.parent / "cache", place.as_posix(), files) as parsed:
        parse_registry(files, parsed=parsed)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    print(_read(Path(sys.argv[1])))
