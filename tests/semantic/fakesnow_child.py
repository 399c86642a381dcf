"""Runs in fakesnow's own environment: tables and statements in on stdin as JSON, each statement's rows or its error out.

It imports nothing of this project.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from decimal import Decimal
from typing import Any


def told(cell: Any) -> Any:
    """A cell as JSON, with the type that was there."""
    if isinstance(cell, Decimal | dt.date | dt.time):
        return {"type": type(cell).__name__, "said": str(cell)}
    return cell


def read(cell: Any) -> Any:
    """A value from JSON, as what it was."""
    if not isinstance(cell, dict):
        return cell
    kinds = {"Decimal": Decimal, "date": dt.date.fromisoformat, "datetime": dt.datetime.fromisoformat}
    return kinds[cell["type"]](cell["said"])


def ran(cursor: Any, text: str, params: list[Any]) -> dict[str, Any]:
    """The rows of one statement, or what was wrong with it."""
    try:
        rows = cursor.execute(text, [read(each) for each in params] or None).fetchall()
    except Exception as error:  # what a stand-in raises is its own affair
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    return {"rows": [[told(cell) for cell in row] for row in rows]}


def main() -> None:
    """Load, run, tell."""
    import fakesnow  # type: ignore[import-not-found] # noqa: PLC0415 - it is in the other environment alone
    import snowflake.connector

    given = json.load(sys.stdin)
    snowflake.connector.paramstyle = "qmark"
    with fakesnow.patch():
        cursor = snowflake.connector.connect(database="HALL", schema="CRUMB").cursor()
        for table, columns in given["tables"].items():
            cursor.execute(f"CREATE TABLE {table} ({columns})")
            for row in given["rows"][table]:
                cursor.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", [read(cell) for cell in row])
        found = {name: ran(cursor, text, params) for name, (text, params) in given["statements"].items()}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
