"""PostgreSQL, read through sessions that can only read.

Each statement runs in a READ ONLY transaction behind a server-side cursor, which takes nothing but a SELECT, and under a
statement timeout. Give the role in the URL SELECT and nothing else: that is the wall. It never writes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg
from psycopg.pq import TransactionStatus
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from anabot.errors import ConfigError, WarehouseError, WarehouseLacks
from anabot.types import Cell, Statement
from anabot.warehouses import base
from anabot.warehouses.base import Result
from anabot.warehouses.lacking import lacking

AT_ONCE = 8
_BATCH = 1_000
_OPTIONS = "-c default_transaction_read_only=on -c timezone=UTC -c idle_in_transaction_session_timeout=60000"
_BROKEN = (pg.OperationalError, pg.InterfaceError)


class Postgres:
    """One PostgreSQL database.

    With `as_asker`, each transaction is told the statement's role, and in the setting `user_setting` who asks, before anything
    else, and forgets both at its end.
    """

    dialect = "postgres"

    def __init__(self, url: str, *, as_asker: bool = False, user_setting: str = "") -> None:
        self._url, self._as_asker, self._user_setting = _readable(url), as_asker, user_setting
        self._idle: list[psycopg.Connection] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def run(self, statement: Statement, *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
        """Run one SELECT; see `Warehouse.run`."""
        if self._as_asker and not statement.role:
            raise base.without_role()
        try:
            with self._session(timeout_s) as session:
                if self._as_asker:
                    self._become(session, statement)
                return _select(session, statement, max_rows=max_rows, max_bytes=max_bytes, timeout_s=timeout_s)
        except (pg.QueryCanceled, pg.LockNotAvailable) as error:
            raise base.timeout(timeout_s) from error
        except (pg.UndefinedTable, pg.UndefinedColumn, pg.InvalidSchemaName) as error:
            raise lacking(str(error), statement) from error
        except pg.InsufficientPrivilege as error:
            raise WarehouseLacks(
                "The warehouse does not let this be read.",
                why=str(error).splitlines()[0],
                todo="Grant SELECT to the role, or let access.yml hide what it may not see.",
            ) from error
        except (pg.SyntaxError, pg.ReadOnlySqlTransaction, pg.FeatureNotSupported) as error:
            raise WarehouseError("The warehouse refused the statement.", why=str(error).splitlines()[0]) from error
        except psycopg.Error as error:
            # The server's own words may quote a row, which the asker may not be allowed to see.
            raise WarehouseError(
                "The warehouse could not compute this.", todo="Tell the owner of the metric, with the receipt."
            ) from error

    def wake(self) -> None:
        """Nothing: a session takes no time worth hiding."""

    def watermark(self) -> str:
        """Always "": a server's data changes row by row, so its loads tell how new it is."""
        return ""

    def close(self) -> None:
        """Close every idle session."""
        with self._lock:
            idle, self._idle = self._idle, []
        for session in idle:
            session.close()

    @contextmanager
    def _session(self, timeout_s: float) -> Iterator[psycopg.Connection]:
        if not self._places.acquire(timeout=timeout_s):
            raise base.timeout(timeout_s)
        try:
            session = self._open()
            try:
                yield session
            finally:
                self._give_back(session)
        finally:
            self._places.release()

    def _become(self, session: psycopg.Connection, statement: Statement) -> None:
        """Take the asker's role for this transaction. Both are bound: neither is ever part of a text."""
        try:
            session.execute("SELECT set_config('role', %s, true)", [statement.role])
            if self._user_setting:
                session.execute("SELECT set_config(%s, %s, true)", [self._user_setting, statement.user])
        except (pg.InvalidParameterValue, pg.InsufficientPrivilege) as error:
            raise WarehouseError(
                "The warehouse does not let Ana ask under your role.",
                why=str(error).splitlines()[0],
                todo="Grant the role to the one that Ana signs in with, or correct `role` in access.yml.",
            ) from error

    def _open(self) -> psycopg.Connection:
        while True:
            with self._lock:
                session = self._idle.pop() if self._idle else None
            if session is None:
                return self._connect()
            try:
                session.execute("SELECT 1")
                session.rollback()
                return session
            except _BROKEN:
                session.close()  # the server went away meanwhile

    def _connect(self) -> psycopg.Connection:
        try:
            session = psycopg.connect(
                self._url, options=_OPTIONS, connect_timeout=10, application_name="anabot", keepalives_idle=30
            )
        except psycopg.Error as error:
            raise WarehouseError(
                "The warehouse cannot be reached.",
                why=str(error).splitlines()[0],
                todo="Check ANABOT_WAREHOUSE_URL and that the server runs.",
            ) from error
        session.read_only = True
        return session

    def _give_back(self, session: psycopg.Connection) -> None:
        if not session.closed:
            session.rollback()
        if session.closed or session.info.transaction_status is not TransactionStatus.IDLE:
            session.close()
            return
        with self._lock:
            self._idle.append(session)


def _readable(url: str) -> str:
    """The URL as libpq reads it: what it cannot read it would repeat, and with it perhaps a part of the password."""
    todo = "Write `postgresql://user:password@host:5432/database`, with `%40` for an @ in the password."
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError("The PostgreSQL URL cannot be read.", todo=todo) from None
    if "@" in (parsed.host or ""):
        raise ConfigError("The PostgreSQL URL cannot be read.", why="It has two @.", todo=todo)
    return parsed.set(drivername="postgresql").render_as_string(hide_password=False)


def _select(session: psycopg.Connection, statement: Statement, *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
    session.execute("SELECT set_config('statement_timeout', %s, true)", [str(max(int(timeout_s * 1000), 1))])
    rows: list[tuple[Cell, ...]] = []
    heavy = 0
    with session.cursor(name="ana") as cursor:
        cursor.execute(statement.text.encode(), statement.params or None)
        names = tuple(column.name for column in cursor.description or ())
        while len(rows) <= max_rows:
            batch = cursor.fetchmany(min(_BATCH, max_rows + 1 - len(rows)))
            if not batch:
                break
            heavy += base.weight(batch)
            if heavy > max_bytes:
                raise base.too_large(max_bytes)
            rows += [tuple(map(base.to_cell, row)) for row in batch]
    return Result(names=names, rows=tuple(rows[:max_rows]), truncated=len(rows) > max_rows)
