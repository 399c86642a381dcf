"""The heartbeats of all workers. A count, not a stamp: no two machines have to agree on the time. It judges nobody."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from anabot.store import tables
from anabot.store.database import Database, now_text
from anabot.store.memory import upsert

_this = tables.workers.c


class Beats:
    """Who works on this store, and how often each has said so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, worker: str, count: int) -> None:
        """This worker is alive, and says so for the `count`-th time."""
        with self._database.write(synced=False) as connection:
            upsert(self._database, connection, tables.workers, {"worker": worker, "beat": count, "at": now_text()})

    def counts(self) -> Mapping[str, int]:
        """Worker → its newest count. Who has left is not in it."""
        with self._database.read() as connection:
            return {row.worker: row.beat for row in connection.execute(select(_this.worker, _this.beat))}

    def leave(self, worker: str) -> None:
        """This worker holds nothing any more."""
        with self._database.write() as connection:
            connection.execute(delete(tables.workers).where(_this.worker == worker))
