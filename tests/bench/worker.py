"""The clock and the hands: thousands of playbooks through an hour of clock, what a slot costs, how soon the dead are followed.

On SQLite, in this process; what a playbook says costs nothing here.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "worker")]

from test_worker_clock import due_within_the_hour, many  # noqa: E402 - found on the path above
from worker_bench import MONDAY, Bench  # noqa: E402

from anabot.worker import Pace  # noqa: E402
from tests.bench.report import line, said, title  # noqa: E402

PLAYBOOKS, POSTED = 10_000, 500


def main() -> None:
    """Print the times."""
    title(f"Worker: {PLAYBOOKS:,} playbooks through an hour of clock, a tick every two seconds of it, SQLite")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(f"sqlite:///{folder}/store.db", MONDAY)
        bench.playbooks = many(PLAYBOOKS, random.Random(7))
        _an_hour(bench)
        _posting(bench)
        bench.store.close()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(f"sqlite:///{folder}/store.db", MONDAY)
        _takeover(bench)
        bench.store.close()


def _an_hour(bench: Bench) -> None:
    worker, ticks = bench.worker(), list[float]()
    worker.put_down()
    before = _resident_mb()
    for _ in range(1800):
        bench.clock.goes(seconds=2)
        started = time.perf_counter()
        worker.put_down()
        ticks.append(time.perf_counter() - started)
    grown = _resident_mb() - before
    due = sum(due_within_the_hour(playbook) is not None for playbook in bench.playbooks.values())
    found = {(slot.playbook, slot.slot) for slot in bench.store.slots.list(limit=PLAYBOOKS * 2)}
    ticks.sort()
    said("slots that were due, and slots that were put down", f"{due} and {len(found)}")
    line("the slowest tick of a hundred", ticks[-18] * 1000, 200, "ms")
    said("the slowest tick of all", f"{ticks[-1] * 1000:9.3g} ms")
    line("memory that the hour has added", max(grown, 0.1), 20, "MB")


def _posting(bench: Bench) -> None:
    """One hand does slots, with their record and their ledger."""
    worker = bench.worker()
    started = time.perf_counter()
    for _ in range(POSTED):
        slot = bench.store.slots.take(worker.name)
        assert slot is not None
        worker._doing.do(slot)
    each = (time.perf_counter() - started) / POSTED
    said("what a slot costs beside its digest, one hand", f"{each * 1000:9.3g} ms")


def _takeover(bench: Bench) -> None:
    """A worker holds a slot and its heart stops; another, at its ordinary pace, takes the slot over."""
    bench.clock.goes(minutes=3)
    dead, other = bench.worker(), bench.worker(Pace())
    bench.store.notes.put("worker/last_tick", MONDAY.replace(hour=7, minute=59).isoformat())
    dead.put_down()
    dead._pulse.beat()
    assert bench.store.slots.take(dead.name) is not None
    posted = threading.Event()
    bench.poster.post = lambda *_, delivery_id, once: posted.set() or "ts"  # type: ignore[assignment,misc]
    other.start()
    started = time.perf_counter()
    posted.wait(60)
    line("from a worker's last heartbeat to the post of another", time.perf_counter() - started, 10, "s")
    other.stop()


def _resident_mb() -> float:
    with open("/proc/self/statm", encoding="utf-8") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1_000_000


if __name__ == "__main__":
    main()
