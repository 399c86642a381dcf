"""Tell owners what was not posted, each thing once: a failure at once, and what was missed in one list. Nothing ends in silence.

It speaks to one person at a time, in private, and never about what a playbook would have said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Protocol

import structlog

from anabot.errors import AnabotError, StoreError, Undelivered
from anabot.playbooks.playbook import Playbook
from anabot.store import Intended, Slot, Store
from anabot.types import Once

log = structlog.get_logger()
_MOST_TIMES = 12


class Notify(Protocol):
    """A way to tell one person, by handle, something in private."""

    def __call__(self, user: str, words: str, *, key: str, once: Once) -> None:
        """Say it once under this key. Raises Undelivered when it should be tried again, and an AnabotError where it cannot be."""


class Telling:
    """What owners hear."""

    def __init__(self, store: Store, notify: Notify, once: Once) -> None:
        self._store, self._notify, self._once = store, notify, once

    def about(self, slot: Slot, playbook: Playbook, words: str, *, part: str = "") -> None:
        """Tell a playbook's owner what became of one slot, once of each part. An owner who cannot be told stops nobody."""
        key = f"owner/{slot.name}{part}"
        self._tell(playbook.owner, f"{_place(playbook)}, due {_times([slot], playbook)}, {words}", key)

    def missed(self, playbooks: Mapping[str, Playbook]) -> None:
        """Tell owners which slots nobody will post any more, one list for each of them."""
        overdue = sorted(self._store.slots.overdue(), key=lambda slot: (_owner(slot, playbooks), slot.playbook, slot.slot))
        for owner, slots in groupby(overdue, key=lambda slot: _owner(slot, playbooks)):
            self._list(owner, list(slots), playbooks)

    def _list(self, owner: str, slots: Sequence[Slot], playbooks: Mapping[str, Playbook]) -> None:
        if owner:
            lines = [_line(list(some), playbooks) for _, some in groupby(slots, key=lambda slot: slot.playbook)]
            digest = hashlib.sha256("\n".join(slot.name for slot in slots).encode()).hexdigest()[:32]
            self._tell(owner, "\n".join(lines), f"owner/missed/{owner}/{digest}")
        for slot in slots:
            if slot.playbook in playbooks:
                act = intended(playbooks[slot.playbook], slot.slot, owner)
                self._store.audit.refusal(act, status="missed", reason=_reason(slot))
        self._store.slots.miss(slots)
        log.warning("playbook.missed", owner=owner, slots=[slot.name for slot in slots[-_MOST_TIMES:]], count=len(slots))

    def _tell(self, owner: str, words: str, key: str) -> None:
        try:
            self._notify(owner, words, key=key, once=self._once)
        except (Undelivered, StoreError):
            raise
        except AnabotError as error:
            log.warning("playbook.owner_not_told", owner=owner, code=error.code, reason=str(error))


def intended(playbook: Playbook, slot: str, by: str) -> Intended:
    """One run of a playbook and its post, for the record."""
    why = f"It runs as the service {playbook.service}." if playbook.service else ""
    return Intended(question_id=f"{playbook.name}@{slot}", actor=by, place=f"#{playbook.channel}", kind="post", why=why)


def _line(slots: Sequence[Slot], playbooks: Mapping[str, Playbook]) -> str:
    playbook = playbooks[slots[0].playbook]
    return f"{_place(playbook)}, due {_times(slots, playbook)}, was missed. {_reason(slots[-1])}"


def _place(playbook: Playbook) -> str:
    return f"{playbook.name} for #{playbook.channel}"


def _times(slots: Sequence[Slot], playbook: Playbook) -> str:
    earlier = f"{len(slots) - _MOST_TIMES} times before and " if len(slots) > _MOST_TIMES else ""
    times = ", ".join(slot.slot.replace("T", " ") for slot in slots[-_MOST_TIMES:])
    return f"{earlier}{times} ({playbook.schedule.zone.key})"


def _reason(slot: Slot) -> str:
    return str((slot.detail or {}).get("reason", ""))


def _owner(slot: Slot, playbooks: Mapping[str, Playbook]) -> str:
    return playbooks[slot.playbook].owner if slot.playbook in playbooks else ""
