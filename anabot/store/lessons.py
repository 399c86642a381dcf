"""What people's corrections and wishes would change in the registry, and what its owners decided. It changes nothing itself.

The words lie under the person's own key. What an owner has accepted stands in the registry's files from then on.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import insert, select, update

from anabot.store import tables
from anabot.store.database import Database, now_text, to_json
from anabot.store.keys import PeopleKeys

Kind = Literal["synonym", "default"]
State = Literal["open", "accepted", "declined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """`word` shall mean the metric: for everybody, or as the term's default for `team`. `said` is how that came about.

    `golden` is what the metric gave over a period, as {"start", "end", "value"}, or empty. `told` says whether the owner knows.
    """

    proposal: str
    kind: Kind
    word: str
    metric: str
    team: str = ""
    actor: str
    place: str
    said: str
    golden: Mapping[str, str]
    at: dt.datetime
    told: bool = False
    state: State = "open"
    by: str = ""


class Lessons:
    """The proposals. Those of somebody who was forgotten can no longer be read, and are gone."""

    def __init__(self, database: Database, keys: PeopleKeys) -> None:
        self._database, self._keys = database, keys

    def add(
        self, kind: Kind, word: str, metric: str, *, team: str, actor: str, place: str, said: str, golden: Mapping[str, str]
    ) -> str:
        """Keep a new one. Returns its name, `P-` and eight characters."""
        name = "P-" + base64.b32encode(secrets.token_bytes(5)).decode()
        row: dict[str, Any] = {"proposal": name, "kind": kind, "metric": metric, "team": team, "actor": actor, "place": place}
        row |= {"at": now_text(), "golden": to_json(dict(golden)), "told": 0, "state": "open", "by": "", "ended": ""}
        with self._database.write() as connection:
            key, sealed = self._keys.seal(connection, actor, to_json({"word": word, "said": said}), name)
            connection.execute(insert(tables.lessons).values(**row, key=key, words=sealed))
        return name

    def list(self, state: State | None = "open") -> tuple[Lesson, ...]:
        """Those in this state, or all, oldest first."""
        wanted = select(tables.lessons).order_by(tables.lessons.c.at, tables.lessons.c.proposal)
        if state is not None:
            wanted = wanted.where(tables.lessons.c.state == state)
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
            keys = self._keys.wrapped(connection, (row.key for row in rows))
        found = [(row, self._keys.open(row.key, keys[row.key], row.words, row.proposal)) for row in rows if row.key in keys]
        return tuple(_lesson(row, json.loads(text)) for row, text in found if text is not None)

    def get(self, name: str) -> Lesson | None:
        """The one with this name, or None."""
        return next((one for one in self.list(None) if one.proposal == name), None)

    def told(self, name: str) -> None:
        """Note that its owner has been told."""
        self._change(name, told=1)

    def moved(self, name: str, golden: Mapping[str, str]) -> None:
        """Note what the metric gives now."""
        self._change(name, golden=to_json(dict(golden)))

    def end(self, name: str, state: State, *, by: str) -> bool:
        """Note what was decided. False where it had been decided before."""
        table = tables.lessons
        open_still = (table.c.proposal == name) & (table.c.state == "open")
        with self._database.write() as connection:
            changed = connection.execute(update(table).where(open_still).values(state=state, by=by, ended=now_text()))
            return bool(changed.rowcount)

    def _change(self, name: str, **values: Any) -> None:
        with self._database.write() as connection:
            connection.execute(update(tables.lessons).where(tables.lessons.c.proposal == name).values(**values))


def _lesson(row: Any, said: dict[str, str]) -> Lesson:
    return Lesson(
        proposal=row.proposal,
        kind=row.kind,
        word=said["word"],
        metric=row.metric,
        team=row.team,
        actor=row.actor,
        place=row.place,
        said=said["said"],
        golden=json.loads(row.golden),
        at=dt.datetime.fromisoformat(row.at),
        told=bool(row.told),
        state=row.state,
        by=row.by,
    )
