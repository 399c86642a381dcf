"""Compute one SELECT over answers that have been fetched, in a DuckDB that holds nothing else.

It opens no file, reaches nothing outside, and ends with the call.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

import duckdb
import pyarrow as pa

from anabot.errors import WarehouseError
from anabot.types import Statement
from anabot.warehouses import base
from anabot.warehouses.base import Result
from anabot.warehouses.child import Refused, kind_of, open_locked, run
from anabot.warehouses.columns import rows

_MEMORY_MB = 512


def merge(statement: Statement, tables: Mapping[str, pa.Table], *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
    """The rows of one SELECT over `tables`, in a locked DuckDB that holds nothing else and ends with the call."""
    asked = [("plain", value) for value in statement.params]
    request = {"text": statement.text, "params": asked, "max_rows": max_rows, "max_bytes": max_bytes}
    connection = open_locked(":memory:", memory_mb=_MEMORY_MB, threads=2, tables=tables)
    clock = threading.Timer(timeout_s, connection.interrupt)
    clock.start()
    try:
        payload, truncated = run(connection, request)
    except (Refused, duckdb.Error, pa.ArrowException, MemoryError) as error:
        raise _failed(kind_of(error), max_bytes, timeout_s) from error
    finally:
        clock.cancel()
        connection.close()
    table = pa.ipc.open_stream(payload).read_all()
    return Result(names=tuple(table.column_names), rows=rows(table), truncated=truncated)


def _failed(kind: str, max_bytes: int, timeout_s: float) -> WarehouseError:
    if kind == "memory":
        return base.too_hungry()
    if kind == "interrupted":
        return base.timeout(timeout_s)
    if kind == "large":
        return base.too_large(max_bytes)
    why = "Their keys may be of different kinds: a number here, a text there."
    return WarehouseError("The connections' answers could not be merged.", why=why, todo="Tell the data team, with the receipt.")
