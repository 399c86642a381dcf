"""One part of a plan: some aggregates of one model, shown at one timing, with the conditions that choose their rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sqlglot import exp

from anabot.periods import Grain
from anabot.semantic import aggregates, conditions, times
from anabot.semantic.against import between
from anabot.semantic.catalog import SIZE, Slot, coarsest
from anabot.semantic.filters import Predicate
from anabot.semantic.formula import Converted as ConvertedNeed
from anabot.semantic.formula import Need
from anabot.semantic.meaning import LeafKey
from anabot.semantic.on_spine import Bound, SpineJoin
from anabot.semantic.plan import Aggregated, Converted, Filtered, Measure, OnSpine, Part, Picked, Rolled, Rows
from anabot.semantic.query import MetricQuery, fields_of
from anabot.semantic.registry import Metric, TimeSpine
from anabot.semantic.shifted import firsts
from anabot.semantic.source import Question, Source
from anabot.semantic.times import Bounds, Timing
from anabot.semantic.trees import both, column, cut, either

_BASE = "__time"  # the key of a cumulative metric's own days, before they are rolled up


Own = TypeVar("Own", Aggregated, Converted)


class PartBuilder:
    """Builds one part. `needs` share their model, timing and everything else that decides which rows are read."""

    def __init__(self, question: Question, leaf: LeafKey, timing: Timing, needs: list[Need]) -> None:
        self.question, self.leaf, self.timing, self.needs = question, leaf, timing, needs
        self.keys = [(meaning.name, meaning.slots[leaf]) for meaning in question.resolved.keys]
        self.spine = self._spine()
        self.whole = self._whole()
        self.source = Source(question, leaf, timing, self.spine, met_at=self.whole)

    def part(self) -> Part:
        """The part as a node."""
        need = self.needs[0]
        if need.converted is not None:
            return self._on_spine(self._converted(need, need.converted))
        part = self._aggregated()
        if self.timing.window is not None and self._rolled:
            base = replace(part, keys=(*part.keys, (_BASE, self.source.spine_time())))
            return Rolled(part=self._on_spine(base, _BASE), time=_BASE, how=self.timing.window.period_agg)
        return self._on_spine(part)

    @property
    def _rolled(self) -> bool:
        """Whether a running total is shown by coarser times than it is counted at."""
        return self.timing.window is not None and self.spine is not None and not self._shows(self.spine.grain)

    def _aggregated(self) -> Aggregated:
        keys = self._keys()
        common = self._common()
        kept = [*self._kept(common), *self._any_of(common)]
        measures = tuple(self._measure(need, common) for need in self.needs)
        by = self._picked_by()  # asked for before the rows are taken: it may join
        return Aggregated(rows=self._picked(_filtered(self.source.rows, kept), by), keys=keys, measures=measures)

    def _converted(self, need: Need, converted: ConvertedNeed) -> Converted:
        """The base's rows and keys, and beside them the conversion's own rows, which share nothing with the question."""
        how, metric = converted.how, need.metric
        keys = self._keys()
        grain = coarsest([self._own_grain(self.leaf), self._own_grain((metric.model, metric.time_dimension))])
        matches = tuple(self.source.bare(self.source.named(name)) for name in (how.entity, *(base for base, _ in how.properties)))
        kept = self._kept(list(converted.where))
        other = Source(self.question, (metric.model, metric.time_dimension), Timing())
        columns = [("value", other.value(metric.tree)), ("time", self._cut(other.own_time(), grain))]
        for place, name in enumerate((how.entity, *(there for _, there in how.properties))):
            columns.append((f"match_{place}", other.bare(other.named(name))))
        own = [other.predicate(each) for each in need.where]
        tree = aggregates.aggregate(metric, column("value", "converted"), None, self.question.dialect, grouped=bool(self.keys))
        return Converted(
            base=_filtered(self.source.rows, kept),
            keys=keys,
            time=self._cut(self.source.own_time(), grain),
            matches=matches,
            conversions=_filtered(other.rows, own),
            columns=tuple(columns),
            window=how.window,
            measures=(Measure(name=need.name, tree=tree),),
        )

    def _keys(self) -> tuple[tuple[str, exp.Expression], ...]:
        return tuple((name, self.source.key(slot)) for name, slot in self.keys)

    def _measure(self, need: Need, common: list[Predicate]) -> Measure:
        only = self._only(need, common)
        value, chosen = self._value(need.metric), only.copy() if only is not None else None
        tree = aggregates.aggregate(need.metric, value, chosen, self.question.dialect, grouped=bool(self.keys))
        kind = aggregates.kind(need.metric, self.source.model)
        return Measure(name=need.name, tree=tree, kind=kind, absent=need.metric.fill_nulls_with, only=only)

    def _value(self, metric: Metric) -> exp.Expression:
        """What the metric aggregates of each row."""
        value = self.source.value(metric.tree)
        if not metric.since:
            return value
        since = self.source.recorded(self.question.resolved.fields[metric.since].slots[self.leaf])
        return between(value, since, Grain.DAY, self.question.fiscal_start)

    # Which rows

    def _only(self, need: Need, common: list[Predicate]) -> exp.Expression | None:
        """What chooses the rows of one aggregate alone."""
        asked = [self.source.chosen(each) for each in need.chosen]
        return both([*asked, *(self.source.predicate(each) for each in _without(need.where, common))])

    def _kept(self, common: list[Predicate]) -> list[exp.Expression]:
        resolved, source = self.question.resolved, self.source
        asked = [source.chosen(part) for part in resolved.query.where]
        return [*self._time(), *asked, *(source.predicate(each) for each in (*resolved.predicates, *common))]

    def _common(self) -> list[Predicate]:
        """The conditions that all needs share: they choose the rows; what is left chooses within an aggregate."""
        first, *others = self.needs
        return [each for each in first.where if all(not _without((each,), other.where) for other in others)]

    def _any_of(self, common: list[Predicate]) -> list[exp.Expression]:
        """Where each need has conditions of its own, rows that meet none of them are not read and make no group."""
        if not all(need.chosen or _without(need.where, common) for need in self.needs):
            return []
        whole = either([only for need in self.needs if (only := self._only(need, common)) is not None])
        return [whole] if whole is not None else []

    def _bounds(self) -> Bounds | None:
        return times.bounds_of(self.question.resolved.query, self.timing, self.question.grains())

    def _time(self) -> list[exp.Expression]:
        """The period as comparisons of bare columns: the spine's where rows are spread, and always the rows' own."""
        timing, fiscal, whole = self.timing, self.question.fiscal_start, self.whole
        if self._bounds() is None:
            return self._grain_starts()
        if self.spine is None:
            return conditions.within(self.source.own_time(), *self._edges(lambda days: times.as_of(days, timing, fiscal)))
        shown = conditions.within(self.source.spine_time(), *self._shown())
        reached = conditions.within(self.source.own_time(), *self._edges(lambda days: times.reach(days, timing, fiscal, whole)))
        return [*shown, *self._before(), *self._grain_starts(), *reached]

    def _shown(self) -> Bound:
        """The days that are shown, bound."""
        return self._edges(lambda days: days)

    def _edges(self, of: Callable[[Bounds], tuple[dt.date | None, dt.date]]) -> Bound:
        """What follows from the days that are shown, bound."""
        timing, grains = self.timing, self.question.grains()

        def found(query: MetricQuery) -> tuple[dt.date | None, dt.date]:
            bounds = times.bounds_of(query, timing, grains)
            assert bounds is not None, "it was looked for that before"
            return of(bounds)

        return self.question.values.edges(self.question.resolved.query, found)

    def _before(self) -> list[exp.Expression]:
        """A running total that is moved in time is one of the period itself, as dbt counts it: none is fetched from before it."""
        shown = self._smallest()
        if (
            self.timing.window is None
            or not self.timing.moves
            or not all(times.nests(shown, unit) for _, unit in self.timing.moves)
        ):
            return []
        ended = times.ended(self.source.spine_time(), self.timing, self.question.fiscal_start)
        return conditions.within(ended, *self._shown())

    def _grain_starts(self) -> list[exp.Expression]:
        """The moments of the spine that stand for what is shown: of rows that moved as wholes the first of each.

        Offset to a grain, a coarser time shows what its first moment shows: later moments must not add to it.
        A date part is one of each moment, so that every moment counts.
        """
        if self.spine is None or self._rolled:
            return []
        time, own = self.source.spine_time, self._own()
        if self.whole is not self.spine.grain:
            return [exp.EQ(this=self._cut(time(), self.whole), expression=time())]
        if all(count for count, _ in self.timing.moves) or self._shows(self.spine.grain) or any(slot.part for slot in own):
            return []
        whole = either(self._starts(slot, self.spine) for slot in own)
        return [whole] if whole is not None else []

    def _starts(self, slot: Slot, spine: TimeSpine) -> exp.Expression:
        """Whether a moment of the spine is the first of the slot's own grain."""
        time = self.source.spine_time
        if slot.custom:
            return exp.In(this=time(), query=firsts(spine, slot.custom).subquery(copy=False))
        return exp.EQ(this=self.source.cut(slot, time(), always=True), expression=time())

    def _picked_by(self) -> tuple[exp.Expression, ...]:
        rule = self.needs[0].metric.non_additive
        if rule is None:
            return ()
        entities = [self.source.bare(self.source.named(name)) for name in rule.group_by]
        return (*entities, *(self.source.key(slot) for _, slot in self.keys if self.source.is_own_time(slot)))

    def _picked(self, rows: Rows, by: tuple[exp.Expression, ...]) -> Rows:
        rule = self.needs[0].metric.non_additive
        if rule is None:
            return rows
        time = self.source.value(self.source.model.dimensions[rule.dimension].tree)
        return Picked(rows=rows, by=by, time=time, pick=rule.pick)

    # Spines

    def _spine(self) -> TimeSpine | None:
        """The spine that rows are spread over: where they count at other times than their own, and times are shown."""
        own, metric = self._own(), self.needs[0].metric.name
        if not own and (times.shift_of(self.timing) is not None or (self.timing.dated and self._bounds() is None)):
            raise times.no_time(metric, self.timing)
        if not self.timing.parted and any(slot.part for slot in own):
            raise times.no_part(metric)
        if self.timing.plain or not own:
            return None
        found = self._spine_for(own, self.timing)
        if found is None and not times.fixed(self.timing):
            raise times.no_spine(metric)
        return found

    def _whole(self) -> Grain | None:
        """The size of the rows that are moved: as shown where they and the period fit what they are moved by, else the spine's.

        A month ago, a month shows the whole one before it, however many days it had.
        """
        if self.spine is None:
            return None
        shown = self._smallest()
        fits = self.timing.window is None and all(times.nests(shown, unit) for _, unit in self.timing.moves)
        return shown if fits and self._holds_whole(shown) else self.spine.grain

    def _holds_whole(self, grain: Grain) -> bool:
        """Whether the period is made of whole grains."""
        timing, grains, fiscal = self.timing, self.question.grains(), self.question.fiscal_start

        def whole(query: MetricQuery) -> bool:
            bounds = times.bounds_of(query, timing, grains)
            return bounds is None or times.whole(bounds, grain, fiscal)

        return self.question.values.decided(self.question.resolved.query, whole)

    def _on_spine(self, part: Own, moment: str = "") -> Own | OnSpine:
        """With `join_to_timespine`, a row for each time that is shown, whether anything happened then or not."""
        own = self._own()
        if not self.needs[0].metric.join_to_timespine or not own:
            return part
        chosen_by = self._chosen_by()
        spine = self.spine if moment and self.spine else self._spine_for(own + chosen_by, Timing())
        if spine is None:
            raise times.no_spine(self.needs[0].metric.name)
        shown = self._shown if self._bounds() is not None else None
        return SpineJoin(self.source, spine, self.keys, shown).over(part, self.needs[0], moment)

    def _chosen_by(self) -> list[Slot]:
        """The times that conditions choose by: a spine of days could not tell the hours of one."""
        resolved, source = self.question.resolved, self.source
        predicates = (*resolved.predicates, *(each for need in self.needs for each in need.where))
        slots = [resolved.fields[name].slots[self.leaf] for name in fields_of(resolved.query.where)]
        slots += [source.named(ref.dunder) for each in predicates for ref in each.refs if ref.kind != "metric"]
        return [slot for slot in slots if source.is_own_time(slot)]

    def _spine_for(self, own: list[Slot], timing: Timing) -> TimeSpine | None:
        sizes = [Grain.HOUR if slot.part == "hour" else slot.grain for slot in own]
        grains = [size for size in sizes if size is not None]
        connection = self.question.registry.models[self.leaf[0]].connection
        return times.spine_for(self.question.registry.spines, connection, grains, timing)

    def _own(self) -> list[Slot]:
        return [slot for _, slot in self.keys if Source.is_time_of(slot, self.leaf)]

    def _own_grain(self, leaf: LeafKey) -> Grain:
        return self.question.registry.models[leaf[0]].dimensions[leaf[1]].grain or Grain.DAY

    def _cut(self, tree: exp.Expression, grain: Grain | None) -> exp.Expression:
        return cut(tree, grain or Grain.DAY, self.question.fiscal_start)

    def _smallest(self) -> Grain:
        """The smallest time that is shown."""
        least = self.spine.grain if self.spine else Grain.DAY
        return min((slot.grain for slot in self._own() if slot.grain), key=SIZE.__getitem__, default=least)

    def _shows(self, grain: Grain) -> bool:
        return any(slot.grain is grain for slot in self._own())


def _filtered(rows: Rows, kept: list[exp.Expression]) -> Rows:
    return Filtered(rows=rows, conditions=tuple(kept)) if kept else rows


def _without(where: tuple[Predicate, ...], common: tuple[Predicate, ...] | list[Predicate]) -> list[Predicate]:
    texts = {each.text for each in common}
    return [each for each in where if each.text not in texts]
