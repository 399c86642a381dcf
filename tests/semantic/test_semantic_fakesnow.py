"""What is said in Snowflake's dialect gives DuckDB's rows in fakesnow, a stand-in for Snowflake with an environment of its own.

Opt in with ANABOT_FAKESNOW=1: it is installed once under `var/`, and nothing of it into this project's environment.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from anabot.semantic import render
from tests.bench.environments import python_with
from tests.semantic import wide
from tests.semantic.fakesnow_child import read, told
from tests.semantic.test_semantic_sql import SAID, TABLES, compiled, duck
from tests.tiny import warehouse

__all__ = ["duck"]
CHILD = Path(__file__).with_name("fakesnow_child.py")
PACKAGES = ("fakesnow==0.12.1", "snowflake-connector-python==4.8.1")
CASES = [case for case, dialect in SAID if dialect == "snowflake"]
pytestmark = pytest.mark.skipif(os.environ.get("ANABOT_FAKESNOW") != "1", reason="opt in with ANABOT_FAKESNOW=1")


@pytest.fixture(scope="module")
def snowflake() -> dict[str, Any]:
    """What the stand-in gave for every case: its rows, or its error."""
    rows = {**warehouse.rows(), **wide.rows()}
    statements = {case: render(compiled(case, "snowflake").prepared[0]) for case in CASES}
    given = {
        "tables": {table: TABLES[table] for table in rows},
        "rows": {table: [[told(cell) for cell in row] for row in each] for table, each in rows.items()},
        "statements": {case: [said.text, [told(value) for value in said.params]] for case, said in statements.items()},
    }
    python = python_with("fakesnow", *PACKAGES)
    done = subprocess.run([python, CHILD], input=json.dumps(given), capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_stand_in_gives_the_rows_that_duckdb_gives(duck: Any, snowflake: dict[str, Any], case: str) -> None:
    found = snowflake[case]
    here = render(compiled(case, "duckdb" if (case, "duckdb") in SAID else "postgres").prepared[0])

    ours = duck.execute(here.text, list(here.params)).fetchall()

    assert "error" not in found, found["error"]
    theirs = [tuple(read(cell) for cell in row) for row in found["rows"]]
    assert wide.plain(timeless(theirs)) == wide.plain(timeless(ours))


def timeless(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """A day that an engine gives as its midnight is that day; a whole number may come as a decimal."""
    return [tuple(_plain(cell) for cell in row) for row in rows]


def _plain(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)
    return Decimal(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell
