"""Sort the slots that have come due: which to run, which are too old and only listed. It reads no clock; `now` is an argument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from anabot.playbooks.playbook import Playbook
from anabot.playbooks.schedule import Schedule, Slot, next_slot, slots_between
from anabot.semantic.units import day
from anabot.types import Digest

CATCH_UP = dt.timedelta(days=1)
HOLD = dt.timedelta(days=7)
# A busy minute is not worth a word; an hour after a restart is.
PUNCTUAL = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Due:
    """Slots oldest first: to run now, and missed."""

    run: tuple[Slot, ...]
    missed: tuple[Slot, ...]


class Agenda:
    """What comes due next, of all playbooks. A look costs what has come due, not how many playbooks there are.

    `after` is the instant up to which everything has been put down.
    """

    def __init__(self, after: dt.datetime) -> None:
        self.after = after
        self._schedules: dict[str, Schedule] = {}
        self._next: list[Slot] = []

    def due(self, playbooks: Mapping[str, Playbook], now: dt.datetime) -> Due:
        """What has come due after `after` and until `now`: per playbook its newest slot, if it is not older than a day.

        It says the same again until `passed` is called, so that nothing is lost where it could not be put down.
        """
        if now < self.after:  # a clock that was set back owes nothing it has shown, and will show it again
            self.after = now
            self._schedules.clear()
            self._next.clear()
        self._heed(playbooks)
        run, missed = list[Slot](), list[Slot]()
        for name in self._pop(playbooks, now):
            slots = list(slots_between(name, playbooks[name].schedule, self.after, now))
            if slots and now - slots[-1].at <= CATCH_UP:
                run.append(slots.pop())
            missed += slots
        return Due(tuple(sorted(run)), tuple(sorted(missed)))

    def passed(self, now: dt.datetime) -> None:
        """All that was due until `now` has been put down."""
        self.after = now

    def _heed(self, playbooks: Mapping[str, Playbook]) -> None:
        """Look up when those are due that are new, or that somebody has given another schedule."""
        for gone in self._schedules.keys() - playbooks.keys():
            del self._schedules[gone]
        for name, playbook in playbooks.items():
            known = self._schedules.get(name)
            if known is not playbook.schedule and known != playbook.schedule:
                self._schedules[name] = playbook.schedule
                heappush(self._next, self._following(name))

    def _pop(self, playbooks: Mapping[str, Playbook], now: dt.datetime) -> list[str]:
        """The playbooks of which anything is due. Each stays on the agenda with its first slot after `after`."""
        found = dict[str, Slot]()
        while self._next and self._next[0].at <= now:
            slot = heappop(self._next)
            if slot.playbook in playbooks:
                found[slot.playbook] = self._following(slot.playbook)
        for slot in found.values():
            heappush(self._next, slot)
        return list(found)

    def _following(self, name: str) -> Slot:
        return next_slot(name, self._schedules[name], self.after)


def held_until(slot: Slot, schedule: Schedule) -> dt.datetime:
    """Until when a slot waits for its gates: until the next one is due, which says what is newer, and for a week at most."""
    return min(next_slot(slot.playbook, schedule, slot.at).at, slot.at + HOLD)


def is_late(slot: Slot, now: dt.datetime) -> bool:
    """Whether a digest posted now must say that it is late."""
    return now - slot.at > PUNCTUAL


def marked(digest: Digest, slot: Slot, playbook: Playbook) -> Digest:
    """The digest, with a first line that says that it is late."""
    line = f"_Posted late: this was due on {day(slot.local.date())} at {slot.local:%H:%M} ({playbook.schedule.zone.key})._"
    return replace(digest, markdown=f"{line}\n\n{digest.markdown}")
