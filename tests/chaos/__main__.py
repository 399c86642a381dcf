"""`make chaos`: three seeds of three workers on PostgreSQL, beside them of one on SQLite. The last line is the verdict over all.

`--short` is what the tests run: one seed of each. It ends with 1 where anything was lost or posted twice.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.chaos.life import POINTS
from tests.chaos.story import Verdict, tell
from tests.postgres import Cluster, cluster

SEEDS = (1, 2, 3)
ON_POSTGRES, ON_SQLITE = 100, 20
SHORT_ON_POSTGRES, SHORT_ON_SQLITE = 24, 16


def main() -> None:
    """Tell the stories, and say what became of the slots."""
    short = "--short" in sys.argv[1:]
    seeds = SEEDS[:1] if short else SEEDS
    with beside() as other:  # a life is mostly spent waiting
        on_files = other.submit(_on_sqlite, seeds, SHORT_ON_SQLITE if short else ON_SQLITE)
        told = [*_on_postgres(seeds, SHORT_ON_POSTGRES if short else ON_POSTGRES), *on_files.result()]
    points = frozenset[str]().union(*(verdict.points for verdict in told))
    print(
        f"killed at {len(points)} of {len(POINTS)} named points, and at random; not at: {', '.join(sorted({*POINTS} - points))}"
    )
    whole = Verdict(
        slots=sum(verdict.slots for verdict in told),
        kills=sum(verdict.kills for verdict in told),
        lost=tuple(slot for verdict in told for slot in verdict.lost),
        twice=tuple(slot for verdict in told for slot in verdict.twice),
    )
    print(whole)
    sys.exit(1 if whole.lost or whole.twice else 0)


def beside() -> ProcessPoolExecutor:
    """A process of its own for stories: two in one process would each take the ends of the other's lives for theirs."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def on_postgres(seed: int, kills: int, running: Cluster) -> Verdict:
    """Three workers on a PostgreSQL that goes away now and then."""
    chance = random.Random(seed)

    def outage() -> None:
        running.stop(chance.choice(("immediate", "fast")))
        time.sleep(chance.uniform(0.1, 1.5))
        running.start()

    with running.database() as url:
        return tell(seed, url, workers=3, kills=kills, outage=outage)


def on_sqlite(seed: int, kills: int, folder: Path) -> Verdict:
    """One worker on a file."""
    return tell(seed, f"sqlite:///{folder}/store.db", workers=1, kills=kills)


def _on_postgres(seeds: tuple[int, ...], kills: int) -> list[Verdict]:
    with cluster() as running:
        if running is None:
            sys.exit("There is no PostgreSQL here; install its server to run this.")
        return [_said(f"PostgreSQL, 3 workers, seed {seed}", on_postgres(seed, kills, running)) for seed in seeds]


def _on_sqlite(seeds: tuple[int, ...], kills: int) -> list[Verdict]:
    told = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            told.append(_said(f"SQLite, 1 worker, seed {seed}", on_sqlite(seed, kills, Path(folder))))
    return told


def _said(where: str, verdict: Verdict) -> Verdict:
    print(f"{where}: {verdict} ({verdict.outages} outages of the store, {verdict.faults} faults of Slack)", flush=True)
    for what, slots in (("lost", verdict.lost), ("twice", verdict.twice)):
        for slot in slots:
            print(f"  {what}: {slot}")
    return verdict


if __name__ == "__main__":
    main()
