"""Lay one part over a time spine, so that times without a row have one; the question's own conditions hold for the whole."""

from __future__ import annotations

from sqlglot import exp

from anabot.semantic import conditions
from anabot.semantic.catalog import Slot
from anabot.semantic.filters import Predicate
from anabot.semantic.plan import Aggregated, Converted, OnSpine, Rolled
from anabot.semantic.query import AllOf, AnyOf, Condition, Filter, Not
from anabot.semantic.registry import TimeSpine
from anabot.semantic.source import Source
from anabot.semantic.times import Bounds
from anabot.semantic.trees import column, cut, filled, moved, part_of

_TIMES = "spine_of_times"


class SpineJoin:
    """One part over one spine. `keys` are those of the part, `bounds` the days that are shown."""

    def __init__(self, source: Source, spine: TimeSpine, keys: list[tuple[str, Slot]], bounds: Bounds | None) -> None:
        self.source, self.spine, self.keys, self.bounds = source, spine, keys, bounds
        self.question = source.question

    def over(self, part: Aggregated | Rolled | Converted) -> OnSpine:
        """The part, laid over the spine.

        Conditions on time choose among the spine's moments, those on other keys are repeated; the rest cannot be.
        """
        chosen = conditions.within(self._time(), *self.bounds, self.question.values) if self.bounds else []
        after: list[exp.Expression] = []
        for fields, condition in self._conditions():
            if all(self.source.is_own_time(self._slot(name)) for name in fields):
                chosen.append(self._again(condition, on_time=True))
            elif all(self._key(name) for name in fields):
                after.append(self._again(condition, on_time=False))
        times = tuple((name, self._cut(slot)) for name, slot in self.keys if self.source.is_own_time(slot))
        return OnSpine(part=part, spine=self.spine, alias=_TIMES, times=times, conditions=tuple(chosen), after=tuple(after))

    def _conditions(self) -> list[tuple[set[str], Filter | Predicate]]:
        resolved = self.question.resolved
        found: list[tuple[set[str], Filter | Predicate]] = [(_fields(part), part) for part in resolved.query.where]
        plain = (each for each in resolved.predicates if all(ref.kind != "metric" for ref in each.refs))
        return found + [({ref.dunder for ref in each.refs}, each) for each in plain]

    def _time(self) -> exp.Expression:
        return column(self.spine.column, _TIMES)

    def _cut(self, slot: Slot) -> exp.Expression:
        tree = self._time()
        if self.source.timing.previous and self.question.grains():
            tree = moved(tree, *self.question.step)
        if slot.part:
            return part_of(tree, slot.part, self.question.dialect)
        if slot.custom:
            return column(self.spine.custom[slot.custom], _TIMES)
        return cut(tree, slot.grain or self.spine.grain, self.question.fiscal_start)

    def _slot(self, name: str) -> Slot:
        meaning = self.question.resolved.fields.get(name)
        return meaning.slots[self.source.leaf] if meaning else self.source.named(name)

    def _key(self, name: str) -> str:
        """The key that has the very slot of `name`, or nothing."""
        slot = self._slot(name)
        return next((key for key, each in self.keys if each == slot), "")

    def _again(self, condition: Filter | Predicate, *, on_time: bool) -> exp.Expression:
        if isinstance(condition, Predicate):
            refs = condition.refs
            return filled(condition.tree, lambda node: self._cell(refs[int(node.name.removeprefix("__ref_"))].dunder, on_time))

        def leaf(part: Condition) -> exp.Expression:
            tree = self._time() if on_time else column(self._key(part.field))
            return self.source.compared(part, self._slot(part.field), tree)

        return conditions.condition(condition, leaf)

    def _cell(self, name: str, on_time: bool) -> exp.Expression:
        if not on_time:
            return column(self._key(name))
        slot = self._slot(name)
        return self._time() if slot.grain in (None, self.spine.grain) else self._cut(slot)


def _fields(part: Filter) -> set[str]:
    match part:
        case AnyOf(any=parts) | AllOf(all=parts):
            return {name for each in parts for name in _fields(each)}
        case Not(not_=inner):
            return _fields(inner)
    return {part.field}
