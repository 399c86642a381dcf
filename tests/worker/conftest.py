"""The desk of every test here."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from worker_bench import MONDAY, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(f"sqlite:///{tmp_path}/store.db", MONDAY - dt.timedelta(minutes=2))
    yield made
    made.store.close()
