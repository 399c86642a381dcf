"""A million rows of a DuckDB file as rows of Python values: through the locked child process and Arrow, against `fetchall`.

The rows are what a metric gives: a day, two names, an amount of money, a count. Both are given the same memory and threads.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb

from anabot.types import Statement
from anabot.warehouses.duckdb import MEMORY_MB, THREADS, DuckDB
from tests.bench.report import factor, said, title

_ROUNDS = 7
_MADE = """CREATE TABLE made AS SELECT DATE '2020-01-01' + (i % 1000)::INT AS day, 'segment ' || (i % 50) AS segment,
    'region ' || (i % 7) AS region, ((i * 37) % 1000000 / 100)::DECIMAL(18, 2) AS amount, (i % 977)::BIGINT AS orders
    FROM range(1000000) AS s(i)"""
_ASKED = "SELECT day, segment, region, amount, orders FROM made"


def main() -> None:
    """Print the ratio."""
    title("DuckDB result to rows: 1,000,000 rows of a day, two names, money and a count")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(_MADE)
        ours = theirs = float("inf")
        for _ in range(_ROUNDS):
            ours, theirs = min(ours, _through_the_child(path)), min(theirs, _by_fetchall(path))
    said("fetchall in this process", f"{theirs:9.3g} s")
    said("by the child process and Arrow, values checked", f"{ours:9.3g} s")
    factor("fetchall against this", theirs / ours, 3)


def _through_the_child(path: Path) -> float:
    warehouse = DuckDB(path)
    statement = Statement(connection="default", dialect="duckdb", text=_ASKED)
    try:
        warehouse.run(Statement(connection="default", dialect="duckdb", text="SELECT 1"), max_rows=1, max_bytes=99, timeout_s=60)
        return _timed(lambda: warehouse.run(statement, max_rows=2_000_000, max_bytes=1 << 30, timeout_s=60).rows)
    finally:
        warehouse.close()


def _by_fetchall(path: Path) -> float:
    config = {"threads": str(THREADS), "memory_limit": f"{MEMORY_MB}MB"}
    with duckdb.connect(str(path), read_only=True, config=config) as connection:
        connection.execute("SET enable_progress_bar = false").execute("SELECT 1").fetchall()
        return _timed(lambda: connection.execute(_ASKED).fetchall())


def _timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    rows = run()
    for _ in rows:  # type: ignore[attr-defined]
        pass  # looked at, every one: ours are made when they are
    seconds = time.perf_counter() - started
    assert rows[1][1:] == ("segment 1", "region 1", Decimal("0.37"), 1)  # type: ignore[index]
    return seconds
