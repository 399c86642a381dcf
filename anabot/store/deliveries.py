"""The ledger of what is said once: each delivery moves `planned → sending → sent` by compare-and-set. It never sends anything.

Whoever sends holds the delivery under a name of its own, a new one each time, and is the only one that may say that it did not
arrive. That it did arrive, anybody who has seen it may say.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, select, update

from anabot.store import tables
from anabot.store.database import Database, now_text
from anabot.store.memory import insert_new

State = Literal["planned", "sending", "sent"]
_this = tables.deliveries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message. In `sending` nobody but the holder knows whether it arrived; `message` is its own id once `sent`.

    `began_at` is when it may first have been sent, in business time, which the channel's stamps follow; `at` is a real instant.
    """

    delivery_id: str
    channel: str
    state: State
    message: str
    at: dt.datetime
    holder: str = ""
    began_at: dt.datetime | None = None


class Deliveries:
    """The ledger that makes each message appear once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, delivery_id: str, channel: str) -> Delivery:
        """Write the delivery down if it is new. Returns it as it now stands."""
        found = self.get(delivery_id)
        if found is None:
            row = {"delivery_id": delivery_id, "channel": channel, "state": "planned", "message": "", "at": now_text()}
            with self._database.write() as connection:
                insert_new(self._database, connection, tables.deliveries, {**row, "holder": "", "began_at": ""})
            found = self.get(delivery_id)
        assert found is not None
        return found

    def begin(self, delivery_id: str, holder: str, now: dt.datetime) -> bool:
        """`planned → sending`. True for the one caller that may send."""
        began = {"holder": holder, "began_at": now.astimezone(dt.UTC).isoformat()}
        return self._move(delivery_id, "sending", began, _this.state == "planned")

    def pass_on(self, delivery_id: str, before: str, holder: str) -> bool:
        """From one holder to another, or to the same anew. False when it is no longer being sent by that one."""
        return self._move(delivery_id, "sending", {"holder": holder}, _held(before))

    def sent(self, delivery_id: str, message: str) -> bool:
        """`sending → sent`, with the message's own id. False when somebody else has said so."""
        return self._move(delivery_id, "sent", {"message": message}, _this.state == "sending")

    def failed(self, delivery_id: str, holder: str) -> bool:
        """`sending → planned`: it certainly did not arrive, and may be tried again."""
        return self._move(delivery_id, "planned", {"holder": ""}, _held(holder))

    def get(self, delivery_id: str) -> Delivery | None:
        """The delivery as it stands, or None."""
        with self._database.read() as connection:
            row = connection.execute(select(tables.deliveries).where(_this.delivery_id == delivery_id)).mappings().first()
        if row is None:
            return None
        began = dt.datetime.fromisoformat(row["began_at"]) if row["began_at"] else None
        return Delivery(**{**row, "at": dt.datetime.fromisoformat(row["at"]), "began_at": began})

    def _move(self, delivery_id: str, after: State, values: dict[str, Any], before: ColumnElement[bool]) -> bool:
        moved = update(tables.deliveries).where(_this.delivery_id == delivery_id, before)
        with self._database.write() as connection:
            return connection.execute(moved.values({**values, "state": after, "at": now_text()})).rowcount == 1


def _held(holder: str) -> ColumnElement[bool]:
    return (_this.state == "sending") & (_this.holder == holder)
