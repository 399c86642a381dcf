"""Small things to remember: events seen, thread states, answers given, votes, notes.

Values are JSON and come back as they went in. Instants are real ones. It never decides who may read what it keeps.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from anabot.store import tables
from anabot.store.database import Database, now_text, to_json


def insert_new(database: Database, connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert `row` unless its primary key is there. Returns whether it was new."""
    insert = postgres_insert if database.is_postgres else sqlite_insert
    written = insert(table).values(dict(row)).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(written).first() is not None  # an INSERT's rowcount is not kept on every database


def insert_all_new(database: Database, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those of `rows` whose primary keys are not there."""
    insert = postgres_insert if database.is_postgres else sqlite_insert
    connection.execute(insert(table).on_conflict_do_nothing(), [dict(row) for row in rows])


def upsert(database: Database, connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert `row`, or replace what stands under its primary key."""
    insert = postgres_insert if database.is_postgres else sqlite_insert
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in row.items() if name not in keys}
    connection.execute(insert(table).values(dict(row)).on_conflict_do_update(index_elements=keys, set_=rest))


class Seen:
    """Natural keys of events that were taken up, so that a redelivery does nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def once(self, key: str) -> bool:
        """True for the first caller with `key`, in any process; False for every later one.

        Only a power cut forgets it, unless something that is synced was written since, as every answer is before it is said.
        """
        with self._database.write(synced=False) as connection:
            return insert_new(self._database, connection, tables.seen, {"key": key, "at": now_text()})

    def forget(self, older_than: dt.timedelta) -> int:
        """Drop keys older than that. Returns how many."""
        limit = (dt.datetime.now(dt.UTC) - older_than).isoformat(timespec="microseconds")
        with self._database.write() as connection:
            return connection.execute(delete(tables.seen).where(tables.seen.c.at < limit)).rowcount


class Threads:
    """The state of each conversation: what a follow-up follows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, thread: str) -> Any:
        """The thread's state, or None for a thread that is new."""
        with self._database.read() as connection:
            found = connection.scalar(select(tables.threads.c.state).where(tables.threads.c.thread == thread))
        return None if found is None else json.loads(found)

    def put(self, thread: str, state: Any, *, actor: str = "") -> None:
        """Keep `state` (JSON) as the thread's newest, which the actor has made so. It is synced with its answer."""
        with self._database.write(synced=False) as connection:
            row = {"thread": thread, "at": now_text(), "actor": actor, "state": to_json(state)}
            upsert(self._database, connection, tables.threads, row)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAnswer:
    """An answer as it was given. `actor` asked for it in `place`; whoever opens it must be granted it again."""

    receipt: str
    answer: Any
    question_id: str
    actor: str
    place: str
    thread: str
    at: dt.datetime


class Answers:
    """Answers by receipt, for buttons, files and replays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, receipt: str, answer: Any, *, question_id: str = "", actor: str = "", place: str = "", thread: str = ""
    ) -> None:
        """Keep `answer` (JSON) under its receipt. The same receipt again replaces it."""
        row = {"receipt": receipt, "question_id": question_id, "actor": actor, "place": place, "thread": thread}
        with self._database.write() as connection:
            upsert(self._database, connection, tables.answers, {**row, "at": now_text(), "answer": to_json(answer)})

    def get(self, receipt: str) -> SavedAnswer | None:
        """The answer with this receipt, or None."""
        with self._database.read() as connection:
            row = connection.execute(select(tables.answers).where(tables.answers.c.receipt == receipt)).mappings().first()
        return _saved(row)

    def last(self, thread: str) -> SavedAnswer | None:
        """The newest answer of a thread, or None."""
        table = tables.answers
        wanted = select(table).where(table.c.thread == thread).order_by(table.c.at.desc()).limit(1)
        with self._database.read() as connection:
            return _saved(connection.execute(wanted).mappings().first())


def _saved(row: Any) -> SavedAnswer | None:
    if row is None:
        return None
    kept = {**row, "answer": json.loads(row["answer"]), "at": dt.datetime.fromisoformat(row["at"])}
    return SavedAnswer(**kept)


class Feedback:
    """Votes: one per person and receipt, which the person may change."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, receipt: str, actor: str, vote: str, note: str = "") -> None:
        """Keep `actor`'s vote ("up", "down"), in place of an earlier one."""
        row = {"receipt": receipt, "actor": actor, "at": now_text(), "vote": vote, "note": note}
        with self._database.write() as connection:
            upsert(self._database, connection, tables.feedback, row)

    def votes(self, receipt: str) -> dict[str, str]:
        """Person → vote, for one answer."""
        wanted = select(tables.feedback.c.actor, tables.feedback.c.vote).where(tables.feedback.c.receipt == receipt)
        with self._database.read() as connection:
            return {row.actor: row.vote for row in connection.execute(wanted)}


class Notes:
    """A drawer of small JSON values by key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> Any:
        """The value under `key`, or None."""
        with self._database.read() as connection:
            found = connection.scalar(select(tables.notes.c.value).where(tables.notes.c.key == key))
        return None if found is None else json.loads(found)

    def put(self, key: str, value: Any) -> None:
        """Keep `value` (JSON) under `key`."""
        with self._database.write() as connection:
            upsert(self._database, connection, tables.notes, {"key": key, "at": now_text(), "value": to_json(value)})
