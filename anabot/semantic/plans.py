"""Compiled questions that serve other questions, too: those which differ from them in their values and dates alone.

    shape   all that the statements may depend on: names, operators, how many values there are and which of them are equal, the
            kind of comparison, order, limit
    plan    a compiled question of one shape under one grant, and how each of its values is found in a question of that shape

Where dates do decide what a statement looks like (whether a period is whole months, say), the compiler notes the decision, and a
plan serves only questions for which it falls alike. A question about people is not kept, nor is one of a part of a metric, nor
one that was refused.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace

from anabot.semantic.bindings import Decision, Edge, Named, Origin, Values
from anabot.semantic.compiled import Compiled
from anabot.semantic.query import Against, AllOf, AnyOf, Condition, Filter, MetricQuery, Not
from anabot.semantic.render import Written
from anabot.semantic.resolve import Resolved, several
from anabot.types import Cell

Texts = tuple[str, ...]
_SHAPING = tuple(name for name in MetricQuery.model_fields if name not in ("where", "having", "period", "compare"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan. `values` are those that it was made with."""

    compiled: Compiled
    resolved: Resolved
    origins: tuple[Origin, ...]
    places: Mapping[Texts, int]  # of what the conditions named
    decisions: tuple[Decision, ...]

    def serves(self, query: MetricQuery) -> bool:
        """Whether a resolved question of the shape has these very statements."""
        return all(each.how(query) == each.outcome for each in self.decisions)

    def over(self, query: MetricQuery) -> Compiled:
        """The resolved question, compiled.

        Raises:
            BadQuery: a value that its column cannot hold.
        """
        cells = self._cells(query)
        prepared = tuple(replace(each, values=cells) for each in self.compiled.prepared)
        return replace(self.compiled, query=query, prepared=prepared)

    def _cells(self, query: MetricQuery) -> tuple[Cell, ...]:
        texts = list(_texts(query))
        found: list[Cell] = []
        for origin, value in zip(self.origins, self.compiled.prepared[-1].values, strict=True):
            match origin:
                case Named():
                    found.append(origin.read(texts[self.places[origin.texts]][origin.place]))
                case Edge():
                    found.append(origin.of(query)[origin.place])
                case None:
                    found.append(value)
        return tuple(found)


def plan_of(compiled: Compiled, resolved: Resolved, values: Values) -> Plan | None:
    """A plan of what was just compiled; None where it can serve no other question."""
    places = _texts(resolved.query)
    if (
        compiled.people
        or not values.shared
        or (resolved.query.over is not None and resolved.query.having)  # which its labels say
        or any(each.left_where for each in resolved.query.made)
        or any(isinstance(each, Named) and each.texts not in places for each in values.origins)
    ):
        return None
    prepared = tuple(replace(each, written=Written(each.tree, each.dialect)) for each in compiled.prepared)
    return Plan(
        compiled=replace(compiled, prepared=prepared),
        resolved=resolved,
        origins=tuple(values.origins),
        places=places,
        decisions=tuple(values.decisions),
    )


def shape_of(query: MetricQuery) -> Hashable:
    """All of a question but its values and dates: equal for questions that may have equal statements."""
    seen: dict[Texts, int] = {}
    compare = query.compare if query.compare is None or isinstance(query.compare, str) else "a period"
    filters = (tuple(_shape(part, seen) for part in parts) for parts in (query.where, query.having))
    return (*(getattr(query, name) for name in _SHAPING), query.period is None, compare, *filters)


def _shape(part: Filter, seen: dict[Texts, int]) -> Hashable:
    match part:
        case AnyOf(any=parts):
            return "any", *(_shape(each, seen) for each in parts)
        case AllOf(all=parts):
            return "all", *(_shape(each, seen) for each in parts)
        case Not(not_=inner):
            return "not", _shape(inner, seen)
        case Against():
            return part.field, "against", part.against, part.op, len(part.values), seen.setdefault(part.values, len(seen))
    texts = several(part)
    return part.field, part.op, len(texts), seen.setdefault(texts, len(seen))


def _texts(query: MetricQuery) -> dict[Texts, int]:
    """What the conditions of a resolved question name, in order; equal ones have one place."""
    found: dict[Texts, int] = {}
    for part in _conditions((*query.where, *query.having)):
        found.setdefault(part.values, len(found))
    return found


def _conditions(parts: Iterable[Filter]) -> Iterable[Condition | Against]:
    for part in parts:
        match part:
            case AnyOf(any=inner) | AllOf(all=inner):
                yield from _conditions(inner)
            case Not(not_=one):
                yield from _conditions((one,))
            case Condition() | Against():
                yield part
