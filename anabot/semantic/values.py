"""The values people may name: what a grant's warehouse holds in each indexed dimension. Pure; it never runs the queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueIndex:
    """`by_dimension` maps (semantic model, dimension) to the values that one grant may see, in a stable order."""

    by_dimension: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    _folded: dict[str, list[tuple[str, str, str]]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for (model, dimension), values in self.by_dimension.items():
            for value in values:
                self._folded.setdefault(value.casefold(), []).append((model, dimension, value))

    def lookup(self, text: str) -> tuple[tuple[str, str, str], ...]:
        """Every (model, dimension, value) that is spelled so, whatever the case. Empty when nobody may see one."""
        return tuple(self._folded.get(text.casefold(), ()))
