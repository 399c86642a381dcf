"""The words in the name of a time: what was done then. Pure."""

from __future__ import annotations

from anabot.agent.offline.text import root, words
from anabot.semantic.registry import Dimension


def time_words(time: Dimension) -> set[str]:
    """The roots of the words in its name, its label and its column, where that is `custJoinDate`, too."""
    return {root(word) for word in words(f"{time.name} {time.label} {parted(time.expr)}")}


def phrases_of_time(time: Dimension) -> tuple[str, ...]:
    """What a time is called: its name, its label, its column (`custJoinDate`, too) and its synonyms."""
    return (time.name, time.label, parted(time.expr), *time.synonyms)


def parted(name: str) -> str:
    """`custJoinDate` as words."""
    return "".join(f" {c}" if c.isupper() else c for c in name).replace("_", " ")


def at_grain(name: str, grain: str, fiscal_start: int) -> str:
    """The name a query groups by: `due_on__month`; a name alone where no unit is said."""
    fiscal = "fiscal_" if fiscal_start != 1 and grain in ("quarter", "year") else ""
    return f"{name}__{fiscal}{grain}" if grain else name
