"""Playbooks as people list them: where, when, whose, what is next and what came last; and the past of one. It decides nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from anabot.playbooks.playbook import Playbook
from anabot.playbooks.schedule import next_slot
from anabot.stewards.known import Known, Shelf
from anabot.store import Change, Slot
from anabot.types import Person

_ACTS = {
    "found": "Kept as it was found",
    "scheduled": "Scheduled",
    "owner": "Given to another owner",
    "reverted": "Brought back",
    "paused": "Paused",
    "resumed": "Resumed",
}
_BY_HAND = "/now"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookLine:
    """A playbook as people list it. `channel` has its `#`; `schedule`, `next`, `last` and `state` are in words, or "".

    `state` says why the clock leaves it alone. `tended` is whether whoever reads the line looks after it, `runnable` whether
    they may run it now.
    """

    name: str
    title: str
    channel: str
    schedule: str
    owner: str = ""
    next: str = ""
    last: str = ""
    state: str = ""
    paused: bool = False
    tended: bool = False
    runnable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing in a playbook's past, at an aware instant: a run, or something that somebody did."""

    at: dt.datetime
    what: str
    who: str = ""
    detail: str = ""


def playbook_lines(playbooks: Mapping[str, Playbook]) -> list[PlaybookLine]:
    """The playbooks in force, by name, as the files say."""
    return [
        PlaybookLine(name=name, title=one.title, channel=f"#{one.channel}", schedule=one.schedule.words, owner=one.owner)
        for name, one in sorted(playbooks.items())
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The lists. Business time says what is next."""

    shelf: Shelf

    def lines(self, person: Person) -> list[PlaybookLine]:
        """What this person looks after, and what is posted where they read. What is held back is shown to its keepers alone."""
        pauses = self.shelf.asker.store.changes.pauses()
        found = []
        for known in self.shelf.all():
            tended = self.shelf.tended(known, person)
            if tended or (known.playbook is not None and self.shelf.reads(person, known.channel)):
                found.append(self._line(known, tended=tended, paused_by=pauses[known.name].by if known.name in pauses else None))
        return found

    def line(self, known: Known) -> PlaybookLine:
        """One of them, for somebody who looks after it."""
        paused = self.shelf.asker.store.changes.pauses().get(known.name)
        return self._line(known, tended=True, paused_by=paused.by if paused else None)

    def history(self, known: Known, limit: int = 20) -> list[Event]:
        """Its newest runs and what was done to it, newest first."""
        store = self.shelf.asker.store
        runs = [self._ran(known, slot) for slot in store.slots.list(known.name, limit)]
        acts = [self._done(change) for change in store.changes.list(known.name, limit)]
        return sorted((*runs, *acts), key=lambda event: event.at, reverse=True)[:limit]

    def _line(self, known: Known, *, tended: bool, paused_by: str | None) -> PlaybookLine:
        paused, playbook = paused_by is not None, known.playbook
        return PlaybookLine(
            name=known.name,
            title=known.title,
            channel=f"#{known.channel}",
            schedule=playbook.schedule.words if playbook else "",
            owner=known.owner,
            next="" if playbook is None or paused else self._next(playbook),
            last=self._last(known),
            state=_state(known, self.shelf.called(paused_by) if paused_by else "", paused=paused),
            paused=paused,
            tended=tended,
            runnable=tended and playbook is not None,
        )

    def _next(self, playbook: Playbook) -> str:
        slot = next_slot(playbook.name, playbook.schedule, self.shelf.asker.clock.now())
        return f"{slot.local:%a} {slot.local.day} {slot.local:%b, %H:%M}"

    def _last(self, known: Known) -> str:
        newest = self.shelf.asker.store.slots.list(known.name, 1)
        return f"{newest[0].status} {_due(newest[0].slot)}" if newest else ""

    def _ran(self, known: Known, slot: Slot) -> Event:
        detail: Mapping[str, Any] = slot.detail if isinstance(slot.detail, dict) else {}
        by_hand = slot.slot.endswith(_BY_HAND)
        due = f"{'run by hand' if by_hand else 'due'} {_due(slot.slot)}"
        said = str(detail.get("reason") or (f"#{known.channel}" if slot.status == "posted" else ""))
        return Event(
            at=slot.finished_at or slot.claimed_at, what=slot.status.capitalize(), detail=" · ".join(filter(None, (due, said)))
        )

    def _done(self, change: Change) -> Event:
        version = f"version {change.number}" if change.text else ""
        detail = " · ".join(filter(None, (change.detail, version)))
        return Event(at=change.at, what=_ACTS[change.act], who=self.shelf.called(change.by), detail=detail)


def versions(changes: tuple[Change, ...]) -> Iterator[Change]:
    """Those that gave it a text."""
    yield from (change for change in changes if change.text)


def told(event: Event, zone: ZoneInfo) -> tuple[str, str, str, str]:
    """An event as cells: when, what, who, and the rest."""
    at = event.at.astimezone(zone)
    return f"{at.day} {at:%b %H:%M}", event.what, event.who, event.detail


def _state(known: Known, by: str, *, paused: bool) -> str:
    if known.playbook is None:
        why = known.faults[0].what if known.faults else "Its file cannot be read."
        return f"Held back: {why}"
    return (f"Paused by {by}" if by else "Paused") if paused else ""


def _due(key: str) -> str:
    """A slot's local time, as its key begins: `Mon 5 Oct, 08:00`."""
    try:
        local = dt.datetime.strptime(key[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - a slot's local time is naive by meaning
    except ValueError:
        return key
    return f"{local:%a} {local.day} {local:%b, %H:%M}"
