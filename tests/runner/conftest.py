"""The runner of every test here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from runner_bench import Bench, made
from tiny.warehouse import build


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    file = tmp_path / "bakery.duckdb"
    build(file)
    with made(file, tmp_path) as bench:
        yield bench
