"""Lay one part over a time spine, so that times without a row have one; the question's own conditions hold for the whole."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from anabot.semantic import conditions
from anabot.semantic.catalog import Slot
from anabot.semantic.filters import Predicate
from anabot.semantic.formula import Need
from anabot.semantic.plan import Aggregated, Converted, OnSpine
from anabot.semantic.query import Against, Condition, Filter, fields_of
from anabot.semantic.registry import TimeSpine
from anabot.semantic.source import Source
from anabot.semantic.trees import column, cut, filled, moved, part_of

_TIMES = "spine_of_times"
Bound = tuple[exp.Expression | None, exp.Expression]


class SpineJoin:
    """One part over one spine. `keys` are those of the part, `shown` gives the days that are shown."""

    def __init__(self, source: Source, spine: TimeSpine, keys: list[tuple[str, Slot]], shown: Callable[[], Bound] | None) -> None:
        self.source, self.spine, self.keys, self.shown = source, spine, keys, shown
        self.question = source.question

    def over(self, part: Aggregated | Converted, need: Need, moment: str = "") -> OnSpine:
        """The part, laid over the spine; `moment` is its key that holds the spine's own moments, if it has one.

        Conditions on time choose among the spine's moments, those on other keys are repeated, except for the metric's own: what
        it counts says nothing of when it is absent. The rest cannot be.
        """
        chosen = conditions.within(self._time(), *self.shown()) if self.shown else []
        after: list[exp.Expression] = []
        own = {each.text for each in need.metric.where}
        for fields, condition in self._conditions(need):
            if all(self.source.is_own_time(self._slot(name)) for name in fields):
                chosen.append(self._again(condition, on_time=True))
            elif all(self._key(name) for name in fields) and not (isinstance(condition, Predicate) and condition.text in own):
                after.append(self._again(condition, on_time=False))
        times = [(name, self._cut(slot)) for name, slot in self.keys if self.source.is_own_time(slot)]
        times += [(moment, self._time())] if moment else []
        return OnSpine(
            part=part, spine=self.spine, alias=_TIMES, times=tuple(times), conditions=tuple(chosen), after=tuple(after)
        )

    def _conditions(self, need: Need) -> list[tuple[set[str], Filter | Predicate]]:
        resolved = self.question.resolved
        found: list[tuple[set[str], Filter | Predicate]] = [(set(fields_of((part,))), part) for part in resolved.query.where]
        written = {each.text: each for each in (*resolved.predicates, *need.where)}.values()
        plain = (each for each in written if all(ref.kind != "metric" for ref in each.refs))
        return found + [({ref.dunder for ref in each.refs}, each) for each in plain]

    def _time(self) -> exp.Expression:
        return column(self.spine.column, _TIMES)

    def _cut(self, slot: Slot) -> exp.Expression:
        tree = self._time()
        if self.source.timing.previous and self.question.grains():
            tree = moved(tree, *self.question.step)
        return self._sized(slot, tree)

    def _sized(self, slot: Slot, tree: exp.Expression) -> exp.Expression:
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

        def pair(part: Against) -> exp.Expression:
            return self.source.apart(part, column(self._key(part.field)), column(self._key(part.against)))

        return conditions.condition(condition, leaf, pair)

    def _cell(self, name: str, on_time: bool) -> exp.Expression:
        if not on_time:
            return column(self._key(name))
        slot = self._slot(name)
        return self._time() if slot.grain is self.spine.grain else self._sized(slot, self._time())
