"""The words in the name of a time: what was done then. Pure."""

from __future__ import annotations

from anabot.agent.offline.text import root, words
from anabot.semantic.registry import Dimension


def time_words(time: Dimension) -> set[str]:
    """The roots of the words in its name, its label and its column, where that is `custJoinDate`, too."""
    return {root(word) for word in words(f"{time.name} {time.label} {_parted(time.expr)}")}


def _parted(name: str) -> str:
    return "".join(f" {c}" if c.isupper() else c for c in name).replace("_", " ")
