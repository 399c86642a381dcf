"""What people have done to playbooks through Ana: pauses, changes with the text they gave it, proposals and what became of them.

Actors are user ids. It never reads or writes a playbook's file, and never says who may do what.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, text, update

from anabot.store import tables
from anabot.store.database import CHANGES_LOCK, Database, now_text
from anabot.store.memory import insert_new

Act = Literal["found", "scheduled", "owner", "reverted", "paused", "resumed"]
ProposalState = Literal["preview", "asked", "proposed", "accepted", "declined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A playbook that the clock leaves alone: since when by the real clock, and the user who paused it."""

    playbook: str
    at: dt.datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One act on a playbook, counted from 1. With a `text` it is a version: what the file said from then on."""

    playbook: str
    number: int
    at: dt.datetime
    by: str
    act: Act
    detail: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A playbook that is not in force yet. `by` made it, `decider` says yes or no; both are user ids."""

    proposal: str
    at: dt.datetime
    playbook: str
    state: ProposalState
    channel: str
    by: str
    decider: str
    text: str


class Changes:
    """Pauses and changes. Numbers are given one at a time over all processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pause(self, playbook: str, by: str) -> bool:
        """The clock leaves it alone from now on. False where it did already."""
        with self._database.write() as connection:
            row = {"playbook": playbook, "at": now_text(), "by": by}
            new = insert_new(self._database, connection, tables.playbook_pauses, row)
            if new:
                self._add(connection, playbook, by, "paused")
            return new

    def resume(self, playbook: str, by: str) -> bool:
        """The clock runs it again. False where it was not paused."""
        this = tables.playbook_pauses.c.playbook == playbook
        with self._database.write() as connection:
            gone = connection.execute(delete(tables.playbook_pauses).where(this)).rowcount == 1
            if gone:
                self._add(connection, playbook, by, "resumed")
            return gone

    def pauses(self) -> Mapping[str, Pause]:
        """What is paused, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(tables.playbook_pauses)).mappings().all()
        return {row["playbook"]: Pause(**{**row, "at": dt.datetime.fromisoformat(row["at"])}) for row in rows}

    def add(self, playbook: str, by: str, act: Act, *, detail: str = "", text: str = "", before: str = "") -> int:
        """Keep one act and the text it gave; its number. Where the newest version is not `before`, that is kept first."""
        with self._database.write() as connection:
            self._lock(connection)
            if before and self._newest(connection, playbook) != before:
                self._add(connection, playbook, "", "found", text=before)
            return self._add(connection, playbook, by, act, detail=detail, text=text)

    def list(self, playbook: str, limit: int = 50) -> tuple[Change, ...]:
        """What was done to it, newest first."""
        change = tables.playbook_changes.c
        wanted = select(tables.playbook_changes).where(change.playbook == playbook).order_by(change.number.desc()).limit(limit)
        with self._database.read() as connection:
            return tuple(_change(dict(row)) for row in connection.execute(wanted).mappings())

    def version(self, playbook: str, number: int) -> Change | None:
        """The version with this number; None for an act that changed no text."""
        change = tables.playbook_changes.c
        wanted = select(tables.playbook_changes).where(change.playbook == playbook, change.number == number, change.text != "")
        with self._database.read() as connection:
            row = connection.execute(wanted).mappings().first()
        return _change(dict(row)) if row else None

    def revision(self) -> int:
        """A number that grows with every change of a text: whoever has read the files at this number has read them all."""
        with self._database.read() as connection:
            counted = select(func.count()).select_from(tables.playbook_changes).where(tables.playbook_changes.c.text != "")
            return int(connection.scalar(counted) or 0)

    def _newest(self, connection: Connection, playbook: str) -> str:
        change = tables.playbook_changes.c
        wanted = select(change.text).where(change.playbook == playbook, change.text != "").order_by(change.number.desc()).limit(1)
        return str(connection.scalar(wanted) or "")

    def _add(self, connection: Connection, playbook: str, by: str, act: Act, *, detail: str = "", text: str = "") -> int:
        self._lock(connection)
        change = tables.playbook_changes.c
        last = connection.scalar(select(func.max(change.number)).where(change.playbook == playbook))
        row = {"playbook": playbook, "number": int(last or 0) + 1, "at": now_text(), "by": by, "act": act}
        connection.execute(insert(tables.playbook_changes).values({**row, "detail": detail, "text": text}))
        return int(last or 0) + 1

    def _lock(self, connection: Connection) -> None:
        if self._database.is_postgres:  # SQLite's writer is alone from the start of its transaction
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHANGES_LOCK})


class Proposals:
    """Playbooks that wait for somebody. Each is decided once, by compare-and-set."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, *, playbook: str, channel: str, by: str, decider: str, text: str, state: ProposalState) -> str:
        """Keep one; its own id."""
        row = {"proposal": uuid.uuid4().hex, "at": now_text(), "playbook": playbook, "state": state, "channel": channel}
        with self._database.write() as connection:
            connection.execute(insert(tables.playbook_proposals).values({**row, "by": by, "decider": decider, "text": text}))
        return row["proposal"]

    def get(self, proposal: str) -> Proposal | None:
        """One of them, or None."""
        with self._database.read() as connection:
            wanted = select(tables.playbook_proposals).where(tables.playbook_proposals.c.proposal == proposal)
            row = connection.execute(wanted).mappings().first()
        return _proposal(dict(row)) if row else None

    def move(self, proposal: str, before: ProposalState, after: ProposalState) -> bool:
        """True for the one caller that takes it from one state to the other."""
        this = (tables.playbook_proposals.c.proposal == proposal) & (tables.playbook_proposals.c.state == before)
        with self._database.write() as connection:
            return connection.execute(update(tables.playbook_proposals).where(this).values(state=after)).rowcount == 1

    def list(self, *states: ProposalState) -> tuple[Proposal, ...]:
        """Those in one of these states, oldest first."""
        wanted = select(tables.playbook_proposals).where(tables.playbook_proposals.c.state.in_(states))
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(tables.playbook_proposals.c.at)).mappings().all()
        return tuple(_proposal(dict(row)) for row in rows)


def _change(row: dict[str, Any]) -> Change:
    return Change(**{**row, "at": dt.datetime.fromisoformat(row["at"])})


def _proposal(row: dict[str, Any]) -> Proposal:
    return Proposal(**{**row, "at": dt.datetime.fromisoformat(row["at"])})
