"""The words that a model has written to open a digest: written once for each run, so that a run taken up again says the same.

They lie under the key of the playbook's owner. It never changes what stands.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select

from anabot.store import tables
from anabot.store.database import Database, now_text
from anabot.store.keys import PeopleKeys
from anabot.store.memory import insert_new

_table = tables.openings


class Openings:
    """Opening words by run; "" where the playbook's own stand."""

    def __init__(self, database: Database, keys: PeopleKeys) -> None:
        self._database, self._keys = database, keys

    def get(self, run: str) -> str | None:
        """What was written for this run, or None. What can no longer be read is ""."""
        with self._database.read() as connection:
            row = connection.execute(select(_table).where(_table.c.run == run)).first()
            keys = self._keys.wrapped(connection, [row.key] if row is not None else [])
        if row is None:
            return None
        return (self._keys.open(row.key, keys[row.key], row.words, run) if row.key in keys else None) or ""

    def put(self, run: str, words: str, *, actor: str) -> str:
        """Keep the words unless others stand for this run. Returns those that stand."""
        with self._database.write() as connection:
            key, sealed = self._keys.seal(connection, actor, words, run)
            row = {"run": run, "actor": actor, "at": now_text(), "key": key, "words": sealed}
            insert_new(self._database, connection, _table, row)
        return self.get(run) or ""

    def forget(self, before: dt.datetime) -> int:
        """Drop what was written before then. Returns how much."""
        with self._database.write() as connection:
            return connection.execute(delete(_table).where(_table.c.at < before.isoformat(timespec="microseconds"))).rowcount
