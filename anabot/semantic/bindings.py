"""The values of one question, apart from the tree they are bound into, and how another question of its shape gives its own.

What the registry or a grant says is the same for every question of a shape. What a condition names, and what follows from a
period, is noted with the way it was found. Where a value decides what the tree looks like, that is noted, too. No value is text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlglot import exp

from anabot.semantic.query import Against, Condition, MetricQuery
from anabot.semantic.trees import MARK
from anabot.types import Cell

T = TypeVar("T")
Read = Callable[[str], Cell]
Edges = Callable[[MetricQuery], tuple[Cell, Cell]]  # half-open; from ever where the first is None


@dataclass(frozen=True, slots=True)
class Named:
    """A value that a condition names: which of its texts, and how that is read."""

    texts: tuple[str, ...]
    place: int
    read: Read


@dataclass(frozen=True, slots=True)
class Edge:
    """One end of a time that follows from the question's periods."""

    of: Edges
    place: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What values decided about the tree."""

    how: Callable[[MetricQuery], object]
    outcome: object


Origin = Named | Edge | None  # None: it is the same for every question of the shape


class Values:
    """The values of one statement: each becomes a numbered placeholder in the tree, and never text.

    `query` is the question whose periods and conditions they come from. What is asked within it has the same periods or none of
    its own; with others, its values could not be found in another question, and nothing is `shared`.
    """

    def __init__(self, query: MetricQuery | None = None) -> None:
        self.query, self.shared = query, query is not None
        self.bound: list[Cell] = []
        self.origins: list[Origin] = []
        self.decisions: list[Decision] = []

    def bind(self, value: Cell, origin: Origin = None) -> exp.Expression:
        """A placeholder for `value`."""
        self.bound.append(value)
        self.origins.append(origin)
        return exp.Placeholder(this=f"{MARK[0]}{len(self.bound) - 1}{MARK[1]}")

    def named(self, part: Condition | Against, place: int, read: Read) -> exp.Expression:
        """A placeholder for one of the values that a condition names."""
        return self.bind(read(part.values[place]), Named(part.values, place, read))

    def edges(self, query: MetricQuery, of: Edges) -> tuple[exp.Expression | None, exp.Expression]:
        """Placeholders for the ends of a time that follows from the periods of `query`; None where it has no beginning."""
        start, end = of(query)
        first, last = (Edge(of, place) if self._timed_alike(query) else None for place in (0, 1))
        return None if start is None else self.bind(start, first), self.bind(end, last)

    def decided(self, query: MetricQuery, how: Callable[[MetricQuery], T]) -> T:
        """What `how` says of `query`, and that the tree depends on it."""
        outcome = how(query)
        if self._timed_alike(query):
            self.decisions.append(Decision(how, outcome))
        return outcome

    def _timed_alike(self, query: MetricQuery) -> bool:
        """Whether the periods of `query` are the question's own."""
        own = self.query
        if own is not None and query.period == own.period and query.compare == own.compare:
            return True
        self.shared = self.shared and query.period is None and query.compare is None
        return False
