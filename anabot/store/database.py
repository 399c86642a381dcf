"""Open Ana's own database, in short transactions, and bring it to its newest shape.

SQLite (write-ahead log, one writer at a time, waiting politely) and PostgreSQL. Every failure is a `StoreError`.
It never holds a transaction while somebody else's code waits on a network.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, column, create_engine, event, inspect, make_url, select, table, text
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from anabot.errors import ConfigError, StoreError

WAIT_S = 10  # how long a writer waits for another one
_MIGRATE_LOCK = 0x616E61_01  # PostgreSQL advisory locks are numbers; these spell "ana"
CHAIN_LOCK = 0x616E61_02
CHANGES_LOCK = 0x616E61_03
_MIGRATIONS = Path(__file__).parent / "migrations"
_REVISION = table("alembic_version", column("version_num"))  # where Alembic notes the shape
_one_migration = threading.Lock()  # Alembic keeps its context in module globals


def now_text() -> str:
    """The real instant, UTC, as every table keeps it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


def to_json(value: Any) -> str:
    """A JSON value as kept: keys sorted, no spaces, so that equal values are equal text that any database takes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class Database:
    """One database, shared by all threads."""

    def __init__(self, url: str) -> None:
        self._url = _accepted(url)
        self.is_postgres = self._url.get_backend_name() == "postgresql"
        self._engine = _open(self._url, postgres=self.is_postgres)

    @property
    def name(self) -> str:
        """What files about this database are called after."""
        return Path(str(self._url.database or "store")).stem

    @property
    def folder(self) -> Path:
        """Where files beside it belong: a SQLite file's own folder, or `var`."""
        return Path("var") if self.is_postgres else Path(str(self._url.database)).parent

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def write(self, *, synced: bool = True) -> Iterator[Connection]:
        """A transaction that writes: on SQLite it takes the writer's place at once, so that it cannot fail half way.

        What is not `synced` outlives this process and, on SQLite, a power cut only after `sync` or a later write that is.
        """
        with self._transaction(writes=True, synced=synced) as connection:
            yield connection

    def sync(self) -> None:
        """Let all that was committed outlive a power cut. PostgreSQL has seen to that itself."""
        ahead = Path(f"{self._url.database}-wal")
        if not self.is_postgres and ahead.exists():
            handle = os.open(ahead, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    @contextmanager
    def _transaction(self, *, writes: bool, synced: bool = True) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(writes=writes, synced=synced) as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise _store_error(error) from error

    def migrate(self) -> None:
        """Bring the tables to their newest shape. Safe to run from many processes at once."""
        if not self.is_postgres:
            _make_folder(Path(str(self._url.database)))
        if self.current():
            return
        # Alembic takes longer to import than most commands take to answer, and most find the tables as they should be.
        from alembic import command

        with _one_migration:
            if not self.is_postgres:
                self._write_ahead()
            with self.write() as connection:
                if self.is_postgres:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATE_LOCK})
                config = _alembic()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")

    def current(self) -> bool:
        """Whether the tables have their newest shape."""
        with self.read() as connection:
            if not inspect(connection).has_table(_REVISION.name):
                return False
            return connection.execute(select(_REVISION.c.version_num)).scalars().all() == [newest_shape()]

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def _write_ahead(self) -> None:
        # SQLite does not wait for a lock when it changes the journal, so several starting processes would collide.
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                with self._engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                return
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise _store_error(error) from error
                time.sleep(0.05)


def _accepted(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number; the words of both hold the URL, and so its password
        raise ConfigError("The store's URL cannot be read.", todo="Write `sqlite:///var/ana.db` or `postgresql://…`.") from None
    if "@" in (parsed.host or ""):
        raise ConfigError("The store's URL has two @.", todo="Write `%40` for an @ in the password.")
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ConfigError(
            f"Ana cannot keep her memory in `{parsed.drivername}`.", todo="Use `sqlite:///var/ana.db` or `postgresql://…`."
        )
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigError("A store in memory forgets its audit.", todo="Name a file: `sqlite:///var/ana.db`.")
    return parsed


def _open(url: URL, *, postgres: bool) -> Engine:
    if postgres:
        waits = {"connect_timeout": WAIT_S}
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=5, max_overflow=10, connect_args=waits)
    # What people said would stand in the text of an error, and so in a log.
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _no_implicit_begin)
    event.listen(engine, "begin", _begin)
    return engine


def _no_implicit_begin(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late to be immediate
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    if writes:
        synced = connection.get_execution_options().get("synced", True)
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if synced else 'NORMAL'}")
    if writes is not None:  # the journal changes outside of any transaction
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def newest_shape() -> str:
    """The revision of the newest migration, which its file's name carries: `v0001_memory.py` is 0001."""
    return max(path.stem[1:].partition("_")[0] for path in (_MIGRATIONS / "versions").glob("v*_*.py"))


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"{file.parent}: {error.strerror or error}."
        todo = "Point ANABOT_STORE_URL at a folder she can write."
        raise StoreError("Ana's memory has no place.", why=why, todo=todo) from error


def _alembic() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _store_error(error: SQLAlchemyError) -> StoreError:
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    if "no such table" in cause or ("relation" in cause and "does not exist" in cause):
        return StoreError("Ana's memory has no tables yet.", todo="Run `anabot migrate`.")
    return StoreError("Ana's memory failed.", why=cause, todo="Check ANABOT_STORE_URL and the disk, then try again.")
