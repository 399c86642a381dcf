"""Where stories are told: three workers on a PostgreSQL that goes away, one on a file; both beside one another, if asked."""

from __future__ import annotations

import multiprocessing
import random
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.chaos.story import Verdict, tell
from tests.postgres import Cluster, cluster


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


def all_on_postgres(seeds: tuple[int, ...], kills: int) -> list[Verdict]:
    """A story for each seed, on one PostgreSQL."""
    with cluster() as running:
        if running is None:
            sys.exit("There is no PostgreSQL here; install its server to run this.")
        return [_said(f"PostgreSQL, 3 workers, seed {seed}", on_postgres(seed, kills, running)) for seed in seeds]


def all_on_sqlite(seeds: tuple[int, ...], kills: int) -> list[Verdict]:
    """A story for each seed, each on a file of its own."""
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
