"""Forget a person: their key is dropped, and with it all that was kept under it; what lay in clear is deleted.

The chain keeps that somebody with this id asked, when and where, and of which metrics. It never touches a link.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, or_, select, update

from anabot.store import tables
from anabot.store.database import Database
from anabot.store.keys import PeopleKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much is gone: keys, with every word under them; answers; states of threads; notes beside votes; wishes for words."""

    keys: int
    answers: int
    threads: int
    notes: int
    demands: int = 0

    def __bool__(self) -> bool:
        return bool(self.keys or self.answers or self.threads or self.notes or self.demands)


def forget(database: Database, keys: PeopleKeys, actors: Collection[str]) -> Forgotten:
    """Forget everything that was said under any of these ids."""
    with database.write() as connection:
        threads = _threads(connection, actors)
        answers = connection.execute(delete(tables.answers).where(tables.answers.c.actor.in_(actors))).rowcount
        noted = tables.feedback.c.actor.in_(actors) & (tables.feedback.c.note != "")
        notes = connection.execute(update(tables.feedback).where(noted).values(note="")).rowcount
        demands = connection.execute(delete(tables.demand).where(tables.demand.c.actor.in_(actors))).rowcount
        connection.execute(delete(tables.posted).where(tables.posted.c.actor.in_(actors)))
        connection.execute(delete(tables.openings).where(tables.openings.c.actor.in_(actors)))
        connection.execute(delete(tables.lessons).where(tables.lessons.c.actor.in_(actors)))
        in_clear = tables.audit_words.c.actor.in_(actors) & (tables.audit_words.c.key == "")
        connection.execute(delete(tables.audit_words).where(in_clear))
        dropped = sum(keys.drop(connection, actor) for actor in actors)
    return Forgotten(keys=dropped, answers=answers, threads=threads, notes=notes, demands=demands)


def _threads(connection: Connection, actors: Collection[str]) -> int:
    # A thread's state may go on from what they filtered by, whoever spoke last.
    spoken_in = select(tables.answers.c.thread).where(tables.answers.c.actor.in_(actors), tables.answers.c.thread != "")
    theirs = or_(tables.threads.c.actor.in_(actors), tables.threads.c.thread.in_(spoken_in))
    return connection.execute(delete(tables.threads).where(theirs)).rowcount
