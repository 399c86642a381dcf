"""What playbooks have done and are to do: slots, each in the hands of one worker at a time.

A slot is `due`, then `running`, then `posted`, `failed`, `skipped` or `missed`. One that waits for its data is `held`; one that
is too old to post is `overdue` until its owner has been told. Every step is a compare-and-set on the worker and the attempt, so
that whoever has lost a slot can write nothing more about it. It never decides when a slot is due.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select, tuple_, update

from anabot.store import tables
from anabot.store.database import Database, now_text, to_json
from anabot.store.memory import insert_all_new, insert_new

OPEN = ("due", "held")
_table = tables.slots
_this = _table.c
_AT_ONCE = 500  # rows in one statement: SQLite binds some thirty thousand values


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One due time of one playbook. `due_at` is None for a run by hand; `worker` and `attempt` say in whose hands it is."""

    playbook: str
    slot: str
    status: str
    claimed_at: dt.datetime
    finished_at: dt.datetime | None
    detail: Any
    worker: str = ""
    attempt: int = 0
    due_at: dt.datetime | None = None

    @property
    def name(self) -> str:
        """What this slot is called wherever one word must do."""
        return f"{self.playbook}@{self.slot}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSlot:
    """A slot to put down: its instant in UTC, `due`, `overdue` or `skipped`, and a detail in JSON."""

    playbook: str
    slot: str
    due_at: dt.datetime
    status: str = "due"
    detail: Any = None


class Slots:
    """The slots of all playbooks. `worker` is the id of one process; what is done to a `Slot` is done under its attempt."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: Iterable[NewSlot]) -> None:
        """Put down what is not there yet, all or nothing."""
        # In one order everywhere: workers that put down the same slots at the same time then wait for each other in turn.
        ordered = sorted(new, key=lambda one: (one.playbook, one.slot))
        rows = [_row(one.playbook, one.slot, one.status, due_at=_text(one.due_at), detail=to_json(one.detail)) for one in ordered]
        if rows:
            with self._database.write() as connection:
                insert_all_new(self._database, connection, _table, rows)

    def take(self, worker: str) -> Slot | None:
        """The oldest slot that may be done now, from here on in this worker's hands; None when there is none."""
        may = _this.status.in_(OPEN) & (_this.not_before <= now_text())
        wanted = select(_table).where(may).order_by(_this.due_at, _this.playbook).limit(1).with_for_update(skip_locked=True)
        with self._database.read() as connection:
            if connection.execute(select(_this.slot).where(may).limit(1)).first() is None:
                return None  # most often, and then nobody has to wait for a writer
        with self._database.write() as connection:
            row = connection.execute(wanted).mappings().first()
            return None if row is None else self._to(connection, _slot(row), worker)

    def claim(self, playbook: str, slot: str, worker: str) -> Slot | None:
        """A slot of a run by hand, for the one caller, in any process, that shall do it; None for every other."""
        row = _row(playbook, slot, "running", worker=worker, attempt=1)
        with self._database.write() as connection:
            return _slot(row) if insert_new(self._database, connection, _table, row) else None

    def retake(self, slot: Slot, worker: str) -> Slot | None:
        """A slot out of the hands of a worker that is gone, or that did not finish it; None when somebody was faster."""
        with self._database.write() as connection:
            return self._to(connection, slot, worker)

    def note(self, slot: Slot, detail: Mapping[str, Any]) -> bool:
        """Keep a detail with a slot that goes on. False, as from all below, when the slot is no longer in these hands."""
        return self._move(slot, {"detail": to_json(detail)})

    def release(self, slot: Slot, status: str = "due", *, wait: dt.timedelta = dt.timedelta(), detail: Any = None) -> bool:
        """Put it back for whoever comes first, after `wait`: `due`, `held` or `overdue`."""
        at = _text(dt.datetime.now(dt.UTC) + wait)
        return self._move(slot, {"status": status, "worker": "", "not_before": at, "detail": to_json(detail)})

    def finish(self, slot: Slot, status: str, detail: Any = None) -> bool:
        """Say how the slot ended, with a detail in JSON."""
        return self._move(slot, {"status": status, "finished_at": now_text(), "detail": to_json(detail)})

    def miss(self, slots: Sequence[Slot]) -> None:
        """`overdue → missed`: their owner has been told."""
        for some in _some([(slot.playbook, slot.slot) for slot in slots]):
            these = tuple_(_this.playbook, _this.slot).in_(some) & (_this.status == "overdue")
            with self._database.write() as connection:
                connection.execute(update(_table).where(these).values(status="missed", finished_at=now_text()))

    def get(self, playbook: str, slot: str) -> Slot | None:
        """One slot as it stands, or None."""
        return next(iter(self._all(select(_table).where(_this.playbook == playbook, _this.slot == slot))), None)

    def running(self) -> tuple[Slot, ...]:
        """Those in somebody's hands, the oldest first."""
        return self._all(select(_table).where(_this.status == "running").order_by(_this.claimed_at))

    def overdue(self) -> tuple[Slot, ...]:
        """Those whose owners have not been told yet, the oldest first."""
        return self._all(select(_table).where(_this.status == "overdue").order_by(_this.playbook, _this.slot))

    def list(self, playbook: str | None = None, limit: int = 50) -> tuple[Slot, ...]:
        """The newest slots first, of one playbook or of all."""
        wanted = select(_table).order_by(_this.claimed_at.desc()).limit(limit)
        return self._all(wanted if playbook is None else wanted.where(_this.playbook == playbook))

    def days(self, days: Iterable[str]) -> frozenset[tuple[str, str]]:
        """Playbook and local date of all slots of these dates, runs by hand left out."""
        found = set[tuple[str, str]]()
        for day in sorted(set(days)):
            wanted = select(_this.playbook).where(_this.slot.startswith(day), _this.due_at != "")
            with self._database.read() as connection:
                found |= {(str(row.playbook), day) for row in connection.execute(wanted)}
        return frozenset(found)

    def _to(self, connection: Connection, slot: Slot, worker: str) -> Slot | None:
        taken = {"status": "running", "worker": worker, "attempt": slot.attempt + 1, "claimed_at": now_text(), "finished_at": ""}
        moved = update(_table).where(_same(slot)).values(taken).returning(*_table.c)
        row = connection.execute(moved).mappings().first()
        return None if row is None else _slot(row)

    def _move(self, slot: Slot, values: dict[str, Any]) -> bool:
        with self._database.write() as connection:
            return connection.execute(update(_table).where(_same(slot)).values(values)).rowcount == 1

    def _all(self, wanted: Select[Any]) -> tuple[Slot, ...]:
        with self._database.read() as connection:
            return tuple(_slot(row) for row in connection.execute(wanted).mappings())


def _same(slot: Slot) -> ColumnElement[bool]:
    """This very slot, as it was when it was read."""
    whose = (_this.worker == slot.worker) & (_this.attempt == slot.attempt) & (_this.status == slot.status)
    return (_this.playbook == slot.playbook) & (_this.slot == slot.slot) & whose


def _row(
    playbook: str, slot: str, status: str, *, due_at: str = "", detail: str = "null", worker: str = "", attempt: int = 0
) -> dict[str, Any]:
    return {
        "playbook": playbook,
        "slot": slot,
        "claimed_at": now_text(),
        "finished_at": now_text() if status == "skipped" else "",
        "status": status,
        "detail": detail,
        "worker": worker,
        "attempt": attempt,
        "due_at": due_at,
        "not_before": "",
    }


def _slot(row: Mapping[Any, Any]) -> Slot:
    return Slot(
        playbook=row["playbook"],
        slot=row["slot"],
        status=row["status"],
        claimed_at=dt.datetime.fromisoformat(row["claimed_at"]),
        finished_at=_instant(row["finished_at"]),
        detail=json.loads(row["detail"]),
        worker=row["worker"],
        attempt=row["attempt"],
        due_at=_instant(row["due_at"]),
    )


def _instant(text: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _text(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _some(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
