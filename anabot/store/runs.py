"""What playbooks have done: slots claimed once, deliveries that move `planned → sending → sent` by compare-and-set.

It never sends anything and never decides when a slot is due.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select, update

from anabot.store import tables
from anabot.store.database import Database, now_text, to_json
from anabot.store.memory import insert_new

State = Literal["planned", "sending", "sent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One due time of one playbook. `status` is `running` until somebody says how it ended."""

    playbook: str
    slot: str
    status: str
    claimed_at: dt.datetime
    finished_at: dt.datetime | None
    detail: Any


class Slots:
    """The slots of all playbooks, each done by one worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, playbook: str, slot: str) -> bool:
        """True for the one caller, in any process, that shall do this slot."""
        row = {
            "playbook": playbook,
            "slot": slot,
            "claimed_at": now_text(),
            "finished_at": "",
            "status": "running",
            "detail": "null",
        }
        with self._database.write() as connection:
            return insert_new(self._database, connection, tables.slots, row)

    def finish(self, playbook: str, slot: str, status: str, detail: Any = None) -> None:
        """Say how the slot ended ("posted", "held", "failed", "missed" …), with a detail in JSON."""
        ended = {"finished_at": now_text(), "status": status, "detail": to_json(detail)}
        this = (tables.slots.c.playbook == playbook) & (tables.slots.c.slot == slot)
        with self._database.write() as connection:
            connection.execute(update(tables.slots).where(this).values(ended))

    def list(self, playbook: str | None = None, limit: int = 50) -> tuple[Slot, ...]:
        """The newest slots first, of one playbook or of all."""
        wanted = select(tables.slots).order_by(tables.slots.c.claimed_at.desc()).limit(limit)
        if playbook is not None:
            wanted = wanted.where(tables.slots.c.playbook == playbook)
        with self._database.read() as connection:
            return tuple(_slot(dict(row)) for row in connection.execute(wanted).mappings())


def _slot(row: dict[str, Any]) -> Slot:
    finished = dt.datetime.fromisoformat(row["finished_at"]) if row["finished_at"] else None
    claimed = dt.datetime.fromisoformat(row["claimed_at"])
    return Slot(**{**row, "claimed_at": claimed, "finished_at": finished, "detail": json.loads(row["detail"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One post. In `sending` nobody knows yet whether it arrived; `message` is its own id once `sent`."""

    delivery_id: str
    channel: str
    state: State
    message: str
    at: dt.datetime


class Deliveries:
    """The ledger that makes each post appear once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, delivery_id: str, channel: str) -> Delivery:
        """Write the delivery down if it is new. Returns it as it now stands."""
        row = {"delivery_id": delivery_id, "channel": channel, "state": "planned", "message": "", "at": now_text()}
        with self._database.write() as connection:
            insert_new(self._database, connection, tables.deliveries, row)
        found = self.get(delivery_id)
        assert found is not None
        return found

    def begin(self, delivery_id: str) -> bool:
        """`planned → sending`. True for the one caller that may send."""
        return self._move(delivery_id, "planned", "sending")

    def sent(self, delivery_id: str, message: str) -> bool:
        """`sending → sent`, with the message's own id. False when somebody else has said so."""
        return self._move(delivery_id, "sending", "sent", message)

    def failed(self, delivery_id: str) -> bool:
        """`sending → planned`: it certainly did not arrive, and may be tried again."""
        return self._move(delivery_id, "sending", "planned")

    def get(self, delivery_id: str) -> Delivery | None:
        """The delivery as it stands, or None."""
        with self._database.read() as connection:
            wanted = select(tables.deliveries).where(tables.deliveries.c.delivery_id == delivery_id)
            row = connection.execute(wanted).mappings().first()
        return None if row is None else Delivery(**{**row, "at": dt.datetime.fromisoformat(row["at"])})

    def _move(self, delivery_id: str, before: State, after: State, message: str = "") -> bool:
        this = (tables.deliveries.c.delivery_id == delivery_id) & (tables.deliveries.c.state == before)
        moved = {"state": after, "message": message, "at": now_text()}
        with self._database.write() as connection:
            return connection.execute(update(tables.deliveries).where(this).values(moved)).rowcount == 1
