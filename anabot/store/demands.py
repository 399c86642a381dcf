"""What people have asked for that nobody has defined: each unknown word of a question, who asked, where, and what became of it.

The words lie under the person's own key, as all that people say. It never decides who may read them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select, update

from anabot.store import tables
from anabot.store.database import Database, now_text, to_json
from anabot.store.keys import PeopleKeys
from anabot.store.memory import insert_new

State = Literal["open", "explained", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One word that one person wants to be able to ask for. `said` is their whole question; `nearest` are metrics by name.

    `explained` is a word that has come to mean something since, `closed` one that the data team has set aside; `by` says who.
    """

    receipt: str
    number: int
    actor: str
    place: str
    word: str
    said: str
    nearest: tuple[str, ...]
    at: dt.datetime
    state: State = "open"
    by: str = ""


class Demands:
    """The wishes for words. Words of somebody who was forgotten are gone, and their rows with them."""

    def __init__(self, database: Database, keys: PeopleKeys) -> None:
        self._database, self._keys = database, keys

    def file(self, receipt: str, actor: str, place: str, *, said: str, words: Sequence[str], nearest: Sequence[str]) -> bool:
        """Keep a wish for these words of the question with this receipt. False where this person has filed it before."""
        row = {"receipt": receipt, "actor": actor, "place": place, "nearest": to_json(list(nearest))}
        row |= {"at": now_text(), "state": "open", "by": "", "ended": ""}
        new = False
        with self._database.write() as connection:
            for number, word in enumerate(words):
                kept = to_json({"word": word, "said": said})
                key, sealed = self._keys.seal(connection, actor, kept, _label(receipt, number))
                whole = {**row, "number": number, "key": key, "words": sealed}
                new = insert_new(self._database, connection, tables.demand, whole) or new
        return new

    def list(self, state: State | None = "open") -> tuple[Demand, ...]:
        """The wishes in this state, or all of them, oldest first. What can no longer be read is left out."""
        table = tables.demand
        wanted = select(table).order_by(table.c.at, table.c.receipt, table.c.actor, table.c.number)
        if state is not None:
            wanted = wanted.where(table.c.state == state)
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
            keys = self._keys.wrapped(connection, (row.key for row in rows))
        said = [(row, self._keys.open(row.key, keys[row.key], row.words, _label(row.receipt, row.number)))
                for row in rows if row.key in keys]  # fmt: skip
        return tuple(_demand(row, json.loads(text)) for row, text in said if text is not None)

    def end(self, ended: Iterable[Demand], state: State, *, by: str) -> None:
        """Note what became of these wishes, and through whom."""
        table = tables.demand
        changed = {"state": state, "by": by, "ended": now_text()}
        with self._database.write() as connection:
            for one in ended:
                itself = (table.c.receipt == one.receipt) & (table.c.actor == one.actor) & (table.c.number == one.number)
                connection.execute(update(table).where(itself).values(**changed))


def _label(receipt: str, number: int) -> str:
    return f"demand/{receipt}/{number}"


def _demand(row: Any, said: dict[str, str]) -> Demand:
    return Demand(
        receipt=row.receipt,
        number=row.number,
        actor=row.actor,
        place=row.place,
        word=said["word"],
        said=said["said"],
        nearest=tuple(json.loads(row.nearest)),
        at=dt.datetime.fromisoformat(row.at),
        state=row.state,
        by=row.by,
    )
