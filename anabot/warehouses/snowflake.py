"""Snowflake, through the URL that snowflake-sqlalchemy reads: account, user, role, warehouse, key pair or OAuth.

Values are bound on the server. Sessions carry a query tag, UTC and a statement timeout. Give the role in the URL SELECT and
nothing else: that is the wall. The driver is imported with this module, which is imported when a Snowflake URL is used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from snowflake.connector import errors as sf
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from anabot.errors import ConfigError, WarehouseError, WarehouseLacks
from anabot.types import Cell, Statement
from anabot.warehouses import base
from anabot.warehouses.base import Result

AT_ONCE = 8
_BATCH = 1_000
_CANCELLED = (604, 630)  # cancelled; reached its statement timeout
_NAMES = (904, 2003, 2043)  # no such column, object, or object of that kind
_SESSION = {"QUERY_TAG": json.dumps({"app": "anabot"}), "TIMEZONE": "UTC", "CLIENT_SESSION_KEEP_ALIVE": False}


class Snowflake:
    """One Snowflake account, under one role."""

    dialect = "snowflake"

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)

    def run(self, statement: Statement, *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
        """Run one SELECT; see `Warehouse.run`."""
        try:
            session = self._engine.raw_connection()
            try:
                return _select(session, statement, max_rows=max_rows, max_bytes=max_bytes, timeout_s=timeout_s)
            finally:
                session.close()
        except DBAPIError as error:
            raise WarehouseError(
                "The warehouse cannot be reached.",
                why=f"Snowflake says {getattr(error.orig, 'errno', None) or 'nothing'}.",
                todo="Check the account, user, role and key in ANABOT_WAREHOUSE_URL.",
            ) from error
        except sf.Error as error:
            raise _failed(error, timeout_s) from error

    def wake(self) -> None:
        """Nothing: a session takes no time worth hiding."""

    def watermark(self) -> str:
        """Always "": a warehouse's data changes row by row, so its loads tell how new it is."""
        return ""

    def close(self) -> None:
        """Close every idle session."""
        self._engine.dispose()


def _engine(url: str) -> Engine:
    connect = {"paramstyle": "qmark", "session_parameters": _SESSION, "login_timeout": 20, "application": "anabot"}
    try:
        return create_engine(url, pool_size=AT_ONCE, max_overflow=0, pool_recycle=1800, connect_args=connect)
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise ConfigError(
            "The Snowflake URL cannot be read.", todo="Write `snowflake://user@account/database/schema?warehouse=…&role=…`."
        ) from None


def _select(session: Any, statement: Statement, *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
    cursor = session.cursor()
    try:
        cursor.execute("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = ?", [max(math.ceil(timeout_s), 1)])
        cursor.execute(statement.text, list(statement.params) or None)
        names = tuple(column[0] for column in cursor.description)
        rows: list[tuple[Cell, ...]] = []
        heavy = 0
        while len(rows) <= max_rows and (batch := cursor.fetchmany(min(_BATCH, max_rows + 1 - len(rows)))):
            heavy += base.weight(batch)
            if heavy > max_bytes:
                raise base.too_large(max_bytes)
            rows += [_cells(row) for row in batch]
    finally:
        cursor.close()
    return Result(names=names, rows=tuple(rows[:max_rows]), truncated=len(rows) > max_rows)


def _cells(row: Sequence[object]) -> tuple[Cell, ...]:
    return tuple(map(base.to_cell, row))


def _failed(error: sf.Error, timeout_s: float) -> WarehouseError:
    if error.errno in _CANCELLED:
        return base.timeout(timeout_s)
    if error.errno in _NAMES:
        return WarehouseLacks(
            "The warehouse does not have what the registry names, or the role may not see it.",
            todo="Grant SELECT to the role, or correct the model in the semantic layer, then run `anabot check`.",
        )
    # Snowflake's own words may quote a row, which the asker may not be allowed to see.
    return WarehouseError(
        "The warehouse could not compute this.",
        why=f"Snowflake's query id is {error.sfqid}." if getattr(error, "sfqid", None) else "",
        todo="Tell the owner of the metric, with the receipt.",
    )
