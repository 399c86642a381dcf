"""What becomes of an answer on its way to a playbook: schedulable, filled in, shown, decided. Never any behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from anabot.errors import AnabotError, PlaybookError
from anabot.playbooks.composing import Only
from anabot.playbooks.playbook import Playbook
from anabot.types import Person

Became = Literal["in_force", "asked", "declined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedulable:
    """An answer that can become a playbook. `periods` are the names that move its days: name → words with today's dates."""

    title: str
    query: Mapping[str, Any]
    periods: Mapping[str, str]
    chart: str
    bridges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What somebody has filled in. `channel` is an id or a name; `schedule` is as a playbook writes it."""

    title: str
    channel: str
    schedule: Mapping[str, Any]
    query: Mapping[str, Any]
    period: str = ""
    chart: str = ""
    bridges: tuple[str, ...] = ()
    only: Only | None = None


class Unfit(PlaybookError):
    """What was filled in makes no playbook; `field` is the part of the form that it is about."""

    def __init__(self, field: str, error: AnabotError | str) -> None:
        found = error if isinstance(error, AnabotError) else None
        super().__init__(found.what if found else str(error), why=found.why if found else "", todo=found.todo if found else "")
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A proposal as people read it. `decider` is whoever has to want it, or None where that is any admin."""

    proposal: str
    playbook: Playbook
    by: Person
    decider: Person | None
    next: str
    alone: bool = False  # whether its maker needs nobody else


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a proposal, in words for whoever decided, and for whom else to tell."""

    became: Became
    shown: Offered
    words: str
