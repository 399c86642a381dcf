"""Snowflake, as companies run it: signed in by key pair or OAuth, under one role, the receipt on each query.

A statement is submitted, watched and fetched in Arrow batches; what takes too long, or runs while the process stops, is
cancelled on the server. Values are bound there. Snowflake has no read-only session: give the role SELECT and nothing else,
that is the wall. The driver is imported with this module, which is imported when a Snowflake URL is used.
"""

from __future__ import annotations

import contextlib
import json
import math
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import snowflake.connector
from snowflake.connector import errors as sf
from sqlalchemy.exc import TimeoutError as PoolFull
from sqlalchemy.pool import QueuePool

from anabot.errors import WarehouseError, WarehouseLacks
from anabot.types import Cell, Statement
from anabot.warehouses import base
from anabot.warehouses.base import Result
from anabot.warehouses.snowflake_login import Login, SnowflakeOptions

AT_ONCE = 8
_FIRST_LOOK_S, _NEXT_LOOK_S = 0.02, 1.0
_CANCELLED = (604, 630)  # cancelled; reached its statement timeout
_NAMES = (904, 2003, 2043)  # no such column, object, or object of that kind
_NO_WAREHOUSE = 606
_NO_ID = 6  # how the driver says that the server took no statement from this session
_EXPIRED = (_NO_ID, 390111, 390112, 390114, 390115, 390195, 390303, 390318)  # the session, its master or its OAuth token


class Snowflake:
    """One Snowflake account, under one role, or under that of whoever asks, each with sessions of its own."""

    dialect = "snowflake"

    def __init__(self, url: str, options: SnowflakeOptions | None = None) -> None:
        self._login = Login(url, options or SnowflakeOptions())
        self._pools: dict[str, QueuePool] = {}
        self._running: dict[str, Any] = {}
        self._lock = threading.Lock()

    def run(self, statement: Statement, *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
        """Run one SELECT; see `Warehouse.run`. A session that has expired is opened again, once."""
        until = time.monotonic() + timeout_s
        try:
            for last in (False, True):
                with self._session(statement, timeout_s) as session:
                    try:
                        query_id = self._finished(session, statement, timeout_s, until)
                        return _fetched(session, query_id, max_rows=max_rows, max_bytes=max_bytes)
                    except sf.Error as error:
                        if last or _number(error) not in _EXPIRED:
                            raise
                        session.invalidate()
        except sf.Error as error:
            raise _failed(error, timeout_s) from error
        raise AssertionError("the second round returns or raises")

    def wake(self) -> None:
        """Nothing: a session takes no time worth hiding."""

    def watermark(self) -> str:
        """Always "": to tell it, a query of its own would wake the warehouse; the registry's loads say how new the data is."""
        return ""

    def close(self) -> None:
        """Cancel what still runs, then close every idle session."""
        with self._lock:
            running = dict(self._running)
        for query_id, session in running.items():
            _cancel(session, query_id)
        for pool in list(self._pools.values()):
            pool.dispose()

    def _pool(self, role: str) -> QueuePool:
        """The sessions of one role: none ever changes it, so that no answer can come from another's."""
        with self._lock:
            if role not in self._pools:
                opener = partial(self._open, role)
                self._pools[role] = QueuePool(
                    opener, pool_size=AT_ONCE, max_overflow=0, recycle=1800, timeout=30, reset_on_return=None
                )
            return self._pools[role]

    def _open(self, role: str) -> Any:
        try:
            session = snowflake.connector.connect(**self._login.arguments(role))
            session.cursor().execute("USE SECONDARY ROLES NONE")  # the role of the settings, and none beside it
        except sf.Error as error:
            raise WarehouseError(
                "The warehouse cannot be reached.",
                why=f"Snowflake says {_number(error) or 'nothing'}.",
                todo="Check the account, user, role and key or token of the connection.",
            ) from None  # whose words may hold what was signed in with
        return session

    @contextlib.contextmanager
    def _session(self, statement: Statement, timeout_s: float) -> Iterator[Any]:
        if self._login.as_asker and not statement.role:
            raise base.without_role()
        try:
            session = self._pool(statement.role if self._login.as_asker else "").connect()
        except PoolFull as error:
            raise base.timeout(timeout_s) from error
        try:
            yield session
        finally:
            session.close()

    def _finished(self, session: Any, statement: Statement, timeout_s: float, until: float) -> str:
        """Submit the statement and watch it until it has ended. Returns its id."""
        query_id = _submit(session, statement, timeout_s)
        with self._lock:
            self._running[query_id] = session
        try:
            _wait(session, query_id, timeout_s, until)
        except BaseException:  # a time limit, Ctrl-C, a worker's end: nobody will read it
            _cancel(session, query_id)
            raise
        finally:
            with self._lock:
                del self._running[query_id]
        return query_id


def _submit(session: Any, statement: Statement, timeout_s: float) -> str:
    settings = {
        "STATEMENT_TIMEOUT_IN_SECONDS": max(math.ceil(timeout_s), 1),
        "QUERY_TAG": json.dumps({"app": "anabot", **({"receipt": statement.tag} if statement.tag else {})}),
    }
    cursor = session.cursor()
    return str(
        cursor.execute_async(statement.text, list(statement.params) or None, num_statements=1, _statement_params=settings)[
            "queryId"
        ]
    )


def _wait(session: Any, query_id: str, timeout_s: float, until: float) -> None:
    pause = _FIRST_LOOK_S
    while session.is_still_running(session.get_query_status_throw_if_error(query_id)):
        left = until - time.monotonic()
        if left <= 0:
            raise base.timeout(timeout_s)
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _NEXT_LOOK_S)


def _cancel(session: Any, query_id: str) -> None:
    with contextlib.suppress(sf.Error):  # it ended meanwhile, or the server's own limit will end it
        session.cursor().abort_query(query_id)


def _fetched(session: Any, query_id: str, *, max_rows: int, max_bytes: int) -> Result:
    cursor = session.cursor()
    try:
        cursor.query_result(query_id)
        names = tuple(column[0] for column in cursor.description)
        rows: list[tuple[Cell, ...]] = []
        heavy = 0
        for batch in cursor.fetch_arrow_batches(force_microsecond_precision=True):
            heavy += batch.nbytes
            if heavy > max_bytes:
                raise base.too_large(max_bytes)
            wanted = batch.slice(0, max_rows + 1 - len(rows))
            rows += zip(*(map(base.to_cell, column.to_pylist()) for column in wanted.columns), strict=True)
            if len(rows) > max_rows:
                break
    finally:
        cursor.close()
    return Result(names=names, rows=tuple(rows[:max_rows]), truncated=len(rows) > max_rows)


def _number(error: sf.Error) -> int:
    """Snowflake's number of the error, 0 where it gives none."""
    try:
        return int(error.errno or 0)
    except (TypeError, ValueError):
        return 0


def _failed(error: sf.Error, timeout_s: float) -> WarehouseError:
    number = _number(error)
    if number in _CANCELLED:
        return base.timeout(timeout_s)
    if number in _NAMES:
        return WarehouseLacks(
            "The warehouse does not have what the registry names, or the role may not see it.",
            todo="Grant SELECT to the role, or correct the model in the semantic layer, then run `anabot check`.",
        )
    if number == _NO_WAREHOUSE:
        return WarehouseError(
            "Snowflake has no virtual warehouse to compute on.",
            todo="Name one by `warehouse`, and grant USAGE on it to the role.",
        )
    # Snowflake's own words may quote a row, which the asker may not be allowed to see.
    return WarehouseError(
        "The warehouse could not compute this.",
        why=f"Snowflake's query id is {error.sfqid}." if getattr(error, "sfqid", None) else "",
        todo="Tell the owner of the metric, with the receipt.",
    )
