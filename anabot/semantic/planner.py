"""A resolved question → plan nodes: which rows, joined to what, filtered how, aggregated into which measures.

Metrics over one model and one period share one scan. It never sees a grant: row rules are laid over the plan afterwards.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlglot import exp

from anabot.periods import Grain, Period, add_months, whole_months
from anabot.semantic import aggregates, conditions
from anabot.semantic.catalog import Catalog, Hop, Slot
from anabot.semantic.filters import Predicate
from anabot.semantic.formula import Formulas, Need, When
from anabot.semantic.meaning import LeafKey
from anabot.semantic.plan import Aggregated, Combined, Filtered, Joined, Measure, Rows, Scanned, Shown
from anabot.semantic.query import Condition
from anabot.semantic.registry import Registry
from anabot.semantic.resolve import Resolved, compared_period
from anabot.semantic.trees import Values, both, column, cut, either, filled, moved, part_of, placed

Step = tuple[int, str]  # (1, "month"): how much later a compared row is shown than it happened


@dataclass(slots=True, kw_only=True)
class Planner:
    """The planning of one question."""

    registry: Registry
    catalog: Catalog
    resolved: Resolved
    dialect: str
    values: Values = field(default_factory=Values)

    def plan(self) -> Shown:
        """The whole question as one plan."""
        formulas = Formulas(self.registry, self.dialect)
        query = self.resolved.query
        columns = [each for name in query.metrics for each in formulas.columns(name, compared=query.compare is not None)]
        parts = self._parts(formulas)
        shown = dict(columns)
        having = tuple(
            conditions.condition(part, lambda leaf: conditions.on_number(leaf, shown[leaf.field].copy(), self.values))
            for part in query.having
        )
        keys = tuple((meaning.name, column(meaning.name)) for meaning in self.resolved.keys)
        return Shown(
            rows=parts[0] if len(parts) == 1 else Combined(parts=parts),
            columns=(*keys, *columns),
            having=having,
            order=self._order(),
            limit=query.limit,
        )

    def _order(self) -> tuple[tuple[str, bool], ...]:
        """As asked, then by keys, so that equal data always comes in one order."""
        asked = {name.removeprefix("-"): name.startswith("-") for name in self.resolved.query.order_by}
        return tuple((asked | {name: asked.get(name, False) for name in self.resolved.query.group_by}).items())

    def _parts(self, formulas: Formulas) -> tuple[Aggregated, ...]:
        together: dict[tuple[LeafKey, When], list[Need]] = {}
        for need in formulas.needs.values():
            together.setdefault(((need.metric.model, need.metric.time_dimension), need.when), []).append(need)
        return tuple(_Part(self, leaf, when, needs).aggregated() for (leaf, when), needs in together.items())

    def bounds(self, when: When) -> tuple[dt.date, dt.date] | None:
        """From when, and up to when, a part counts: days, or instants where rows are narrower than a day."""
        query = self.resolved.query
        period = query.period if when == "now" else compared_period(query)
        if query.period is not None and when == "previous" and query.compare == "previous_period" and self.shifted():
            return _earlier(query.period.start, self.step()), _earlier(query.period.end, self.step())
        return (period.start, period.end) if period else None

    def step(self) -> Step:
        """From the compared period to the question's own: one row's width with `previous_period`, else the periods' distance."""
        query = self.resolved.query
        if query.compare == "previous_period":
            return _width(min((slot.grain for slot in self._times() if slot.grain), key=list(Grain).index, default=Grain.DAY))
        before = compared_period(query)
        if query.period is None or before is None:
            return 0, "day"
        now = Period(query.period.start, query.period.end)
        if whole_months(now) and whole_months(before):
            return (now.start.year - before.start.year) * 12 + now.start.month - before.start.month, "month"
        if query.compare == "previous_year" and (now.start - before.start).days != 364:
            return 1, "year"
        return (now.start - before.start).days, "day"

    def shifted(self) -> bool:
        """Whether compared rows stand in a time of their own, which must be moved to meet the question's."""
        return any(slot.grain for slot in self._times())

    def _times(self) -> list[Slot]:
        return [meaning.any_slot for meaning in self.resolved.keys if meaning.any_slot.metric_time]

    @property
    def fiscal_start(self) -> int:
        """The month fiscal years begin in."""
        return self.registry.calendar.fiscal_start


def _earlier(day: dt.date, step: Step) -> dt.date:
    count, unit = step
    if unit in ("hour", "minute", "second"):
        return dt.datetime.combine(day, dt.time()) - dt.timedelta(**{f"{unit}s": count})
    if unit != "month":
        return day - dt.timedelta(days=count * (7 if unit == "week" else 1))
    first = add_months(day, -count)
    return first.replace(day=min(day.day, (add_months(first, 1) - dt.timedelta(days=1)).day))


def _width(grain: Grain) -> Step:
    months = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.FISCAL_QUARTER: 3, Grain.YEAR: 12, Grain.FISCAL_YEAR: 12}
    return (months[grain], "month") if grain in months else (1, grain.value)


class _Part:
    """One aggregate over one model: some of the question's needs, in one period."""

    def __init__(self, planner: Planner, leaf: LeafKey, when: When, needs: list[Need]) -> None:
        self.planner, self.leaf, self.when, self.needs = planner, leaf, when, needs
        self.model = planner.registry.models[leaf[0]]
        self.rows: Rows = Scanned(model=self.model, alias=self.model.name)
        self.aliases: dict[tuple[Hop, ...], str] = {(): self.model.name}

    def aggregated(self) -> Aggregated:
        keys = tuple((meaning.name, self._key(meaning.slots[self.leaf])) for meaning in self.planner.resolved.keys)
        common = self._common()
        conditions_ = [*self._time(), *self._asked(), *(self._predicate(each) for each in common), *self._any_of(common)]
        measures = tuple(self._measure(need, common) for need in self.needs)
        rows = Filtered(rows=self.rows, conditions=tuple(conditions_)) if conditions_ else self.rows
        return Aggregated(rows=rows, keys=keys, measures=measures)

    def _measure(self, need: Need, common: list[Predicate]) -> Measure:
        only = both(self._predicate(each) for each in _without(need.where, common))
        value = placed(need.metric.tree, self.model.name)
        tree = aggregates.aggregate(need.metric, value, only, grouped=bool(self.planner.resolved.keys))
        return Measure(name=need.name, tree=tree, kind=aggregates.kind(need.metric, self.model))

    def _common(self) -> list[Predicate]:
        """The conditions that all needs share: they choose the rows; what is left chooses within an aggregate."""
        first, *others = self.needs
        return [each for each in first.where if all(not _without((each,), other.where) for other in others)]

    def _any_of(self, common: list[Predicate]) -> list[exp.Expression]:
        """Where each need has conditions of its own, rows that meet none of them are not read and make no group."""
        rests = [_without(need.where, common) for need in self.needs]
        if not all(rests):
            return []
        whole = either([part for rest in rests if (part := both(self._predicate(each) for each in rest)) is not None])
        return [whole] if whole is not None else []

    def _time(self) -> list[exp.Expression]:
        bounds = self.planner.bounds(self.when)
        if bounds is None:
            return []
        dimension = self.model.dimensions[self.leaf[1]]
        tree = placed(dimension.tree, self.model.name)
        return conditions.within(tree, *bounds, self.planner.values)

    def _asked(self) -> list[exp.Expression]:
        return [conditions.condition(part, self._condition) for part in self.planner.resolved.query.where]

    def _condition(self, part: Condition) -> exp.Expression:
        slot = self.planner.resolved.fields[part.field].slots[self.leaf]
        tree = self._bare(slot)
        tree = part_of(tree, slot.part, self.planner.dialect) if slot.part else tree
        return conditions.on_slot(part, slot, tree, self.planner.values, self.planner.fiscal_start)

    def _predicate(self, predicate: Predicate) -> exp.Expression:
        return filled(predicate.tree, lambda node: self._ref(predicate, node))

    def _ref(self, predicate: Predicate, node: exp.Column) -> exp.Expression:
        ref = predicate.refs[int(node.name.removeprefix("__ref_"))]
        slot = self.planner.catalog.slot(*self.leaf, ref.dunder)
        if slot is None:
            raise AssertionError(f"{ref.dunder} was checked at load")  # a bug of ours, not of the question
        return self._cut(slot, self._bare(slot))

    def _key(self, slot: Slot) -> exp.Expression:
        tree = self._bare(slot)
        if self.when == "previous" and slot.metric_time and self.planner.shifted():
            return self._cut(slot, moved(tree, *self.planner.step()), always=True)
        return self._cut(slot, tree, always=True)

    def _cut(self, slot: Slot, tree: exp.Expression, *, always: bool = False) -> exp.Expression:
        """The tree at the slot's grain; in conditions a column that has that grain already stays bare."""
        if slot.part:
            return part_of(tree, slot.part, self.planner.dialect)
        own = getattr(slot.element, "grain", None)
        if slot.grain is None or not slot.is_time or (slot.grain is own and not always):
            return tree
        return cut(tree, slot.grain, self.planner.fiscal_start)

    def _bare(self, slot: Slot) -> exp.Expression:
        return placed(slot.element.tree, self._alias(slot.hops))

    def _alias(self, hops: tuple[Hop, ...]) -> str:
        """The alias of the model at the end of the path, joined once."""
        if hops not in self.aliases:
            left_alias, hop = self._alias(hops[:-1]), hops[-1]
            left = self.planner.registry.models[hops[-2].model if len(hops) > 1 else self.leaf[0]]
            right = self.planner.registry.models[hop.model]
            taken = self.aliases.values()
            alias = right.name if right.name not in taken else "__".join([*(each.entity for each in hops), right.name])
            on = exp.EQ(
                this=placed(left.entities[hop.entity].tree, left_alias), expression=placed(right.entities[hop.entity].tree, alias)
            )
            self.rows = Joined(left=self.rows, right=Scanned(model=right, alias=alias), on=on)
            self.aliases[hops] = alias
        return self.aliases[hops]


def _without(where: tuple[Predicate, ...], common: tuple[Predicate, ...] | list[Predicate]) -> list[Predicate]:
    texts = {each.text for each in common}
    return [each for each in where if each.text not in texts]
