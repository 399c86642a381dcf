"""Sort the slots that have come due: which to run, which are too old and only listed. Pure; `now` is an argument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from anabot.playbooks.playbook import Playbook
from anabot.playbooks.schedule import Slot, slots_between
from anabot.semantic.units import day
from anabot.types import Digest

CATCH_UP = dt.timedelta(days=1)
# A busy minute is not worth a word; an hour after a restart is.
PUNCTUAL = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Due:
    """Slots oldest first: to run now, and missed."""

    run: tuple[Slot, ...]
    missed: tuple[Slot, ...]


def due(playbooks: Mapping[str, Playbook], after: dt.datetime, now: dt.datetime) -> Due:
    """What has come due after `after` and until `now`: per playbook its newest slot, if it is not older than a day."""
    run, missed = list[Slot](), list[Slot]()
    for name, playbook in playbooks.items():
        slots = list(slots_between(name, playbook.schedule, after, now))
        if slots and now - slots[-1].at <= CATCH_UP:
            run.append(slots.pop())
        missed += slots
    return Due(tuple(sorted(run)), tuple(sorted(missed)))


def marked(digest: Digest, slot: Slot, playbook: Playbook, now: dt.datetime) -> Digest:
    """The digest, with a first line that says so where it is late."""
    if now - slot.at <= PUNCTUAL:
        return digest
    line = f"_Posted late: this was due on {day(slot.local.date())} at {slot.local:%H:%M} ({playbook.schedule.zone.key})._"
    return replace(digest, markdown=f"{line}\n\n{digest.markdown}")
