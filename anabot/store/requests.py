"""Who has asked an owner for access to one metric, and what became of it: asked, approved, declined or ended.

One request for each person and metric; the newest state stands. It never decides, and never says what a person may see.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

from sqlalchemy import select

from anabot.store import tables
from anabot.store.database import Database, now_text, to_json
from anabot.store.memory import upsert
from anabot.types import Loan

State = Literal["asked", "approved", "declined", "ended"]
_PREFIX = "access/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One wish. `user` and `owner` are user ids; `until` an ISO instant once it is approved, `by` whoever decided."""

    user: str
    metric: str
    owner: str
    place: str
    state: State = "asked"
    asked_at: str = ""
    until: str = ""
    by: str = ""


class Requests:
    """The wishes. Instants are handed in; what has run out is no loan, whatever its state says."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user: str, metric: str) -> Request | None:
        """What became of this person's wish for this metric, or None."""
        with self._database.read() as connection:
            found = connection.scalar(select(tables.notes.c.value).where(tables.notes.c.key == _key(user, metric)))
        return Request(**json.loads(found)) if found else None

    def put(self, request: Request) -> None:
        """Keep this state of a wish, in place of an earlier one."""
        row = {"key": _key(request.user, request.metric), "at": now_text(), "value": to_json(asdict(request))}
        with self._database.write() as connection:
            upsert(self._database, connection, tables.notes, row)

    def decide(self, request: Request, state: State, *, by: str, until: dt.datetime | None = None) -> Request:
        """Keep what was decided of a wish."""
        decided = replace(request, state=state, by=by, until=until.isoformat() if until else "")
        self.put(decided)
        return decided

    def list(self) -> tuple[Request, ...]:
        """Every wish, in the order of people and metrics."""
        key = tables.notes.c.key
        wanted = select(tables.notes.c.value).where(key >= _PREFIX, key < _PREFIX[:-1] + "0").order_by(key)
        with self._database.read() as connection:
            found: list[str] = [*connection.scalars(wanted)]
        return tuple(Request(**json.loads(value)) for value in found)

    def loans(self, now: dt.datetime) -> Mapping[str, tuple[Loan, ...]]:
        """User id → what is lent to them at the aware instant `now`."""
        found: dict[str, tuple[Loan, ...]] = {}
        for one in self.list():
            if one.state == "approved" and (until := dt.datetime.fromisoformat(one.until)) > now:
                found[one.user] = (*found.get(one.user, ()), Loan(metric=one.metric, until=until, by=one.by))
        return found


def _key(user: str, metric: str) -> str:
    return f"{_PREFIX}{user}/{metric}"
