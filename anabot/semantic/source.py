"""The rows that one part of a plan reads: a model, perhaps spread over a time spine, and what is joined to it, each once.

It gives columns for names, and joins what they need. It never aggregates and never decides which rows are kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Protocol

from sqlglot import exp

from anabot.periods import Grain
from anabot.semantic import against, conditions, times
from anabot.semantic.bindings import Values
from anabot.semantic.catalog import Catalog, Hop, Slot
from anabot.semantic.filters import Predicate, Ref
from anabot.semantic.meaning import LeafKey
from anabot.semantic.plan import Joined, Looked, Rows, Scanned, Shown, SpineScanned, Spread
from anabot.semantic.query import Against, Condition, Filter
from anabot.semantic.registry import Registry, SemanticModel, TimeSpine
from anabot.semantic.resolve import Resolved
from anabot.semantic.shifted import BEFORE
from anabot.semantic.times import Timing
from anabot.semantic.trees import both, cast, column, cut, filled, moved, part_of, placed

SPINE = "spine"


class Question(Protocol):
    """What a part must know of the whole question."""

    registry: Registry
    catalog: Catalog
    resolved: Resolved
    dialect: str
    values: Values

    def looked_up(self, metric: str, keys: tuple[str, ...], leaf: LeafKey, at: Mapping[str, Slot]) -> Shown:
        """Another question inside this one."""

    def grains(self) -> list[Grain]:
        """The sizes of `metric_time` shown."""

    @property
    def step(self) -> times.Step:
        """How much later a compared row is shown."""

    @property
    def fiscal_start(self) -> int:
        """The month fiscal years begin in."""


class Source:
    """The rows of one model at one timing. `rows` grows as columns are asked for."""

    def __init__(
        self,
        question: Question,
        leaf: LeafKey,
        timing: Timing,
        spine: TimeSpine | None = None,
        *,
        met_at: Grain | None = None,
        outer: bool = False,
    ) -> None:
        self.question, self.leaf, self.timing, self.spine, self.outer = question, leaf, timing, spine, outer
        self.met_at = met_at or (spine.grain if spine else None)  # the size of the times at which rows meet the spine
        self.model = question.registry.models[leaf[0]]
        self.rows: Rows = self._base()
        self._aliases: dict[tuple[Hop, ...] | str, str] = {(): self.model.name}
        self._way: dict[str, list[str]] = {self.model.name: [self.model.name]}  # alias → those on the way to it, itself last
        self._gone: dict[str, Hop] = {}  # alias → the join that goes on from it

    # Columns

    def value(self, tree: exp.Expression) -> exp.Expression:
        """An expression of the model's own."""
        return placed(tree, self.model.name)

    def named(self, name: str) -> Slot:
        """What a name that was checked at load or by `resolve` means here."""
        slot = self.question.catalog.slot(*self.leaf, name)
        if slot is None:
            raise AssertionError(f"{name} was checked before planning")  # a bug of ours, not of the question
        return slot

    def bare(self, slot: Slot) -> exp.Expression:
        """The slot's column, not cut to a grain."""
        if not self.is_own_time(slot):
            return placed(slot.element.tree, self._alias(slot.hops))
        if self.spine is not None:
            return self.spine_time()
        tree = self.own_time()
        for count, unit in self.timing.moves:
            tree = moved(tree, count, unit)
        return tree

    def cut(self, slot: Slot, tree: exp.Expression, *, always: bool = False) -> exp.Expression:
        """`tree` at the slot's grain; in conditions a column that has that grain already stays bare."""
        if slot.part:
            return part_of(tree, slot.part, self.question.dialect)
        if slot.custom:
            return self._custom(slot, tree)
        own = self.spine.grain if self.spine and self.is_own_time(slot) else getattr(slot.element, "grain", None)
        if slot.grain is None or not slot.is_time or (slot.grain is own and not always):
            return tree
        return cut(tree, slot.grain, self.question.fiscal_start)

    def key(self, slot: Slot) -> exp.Expression:
        """The slot as rows are grouped by it: a compared row's time is that of the row it stands beside."""
        tree = self.bare(slot)
        if self.timing.previous and slot.metric_time and self.question.grains():
            tree = moved(tree, *self.question.step)
        return self.cut(slot, tree, always=True)

    def is_own_time(self, slot: Slot) -> bool:
        """Whether the slot is the time that the metric is shown at."""
        return self.is_time_of(slot, self.leaf)

    @staticmethod
    def is_time_of(slot: Slot, leaf: LeafKey) -> bool:
        """Whether the slot is the time that a metric of `leaf` is shown at."""
        return slot.metric_time or (not slot.hops and slot.is_time and slot.element.name == leaf[1])

    def own_time(self) -> exp.Expression:
        """The bare time column of the model's own rows."""
        return self.value(self.model.dimensions[self.leaf[1]].tree)

    def spine_time(self) -> exp.Expression:
        """The time of the spine that rows are spread over."""
        return column(self.spine.column if self.spine else "", SPINE)

    # Conditions

    def condition(self, part: Condition) -> exp.Expression:
        """A typed condition of the question."""
        slot = self.question.resolved.fields[part.field].slots[self.leaf]
        return self.compared(part, slot, self.bare(slot))

    def compared(self, part: Condition, slot: Slot, tree: exp.Expression) -> exp.Expression:
        """A typed condition over a tree that stands for the slot's bare column."""
        tree = part_of(tree, slot.part, self.question.dialect) if slot.part else tree
        return conditions.on_slot(part, slot, tree, self.question.values, self.question.fiscal_start)

    def chosen(self, part: Filter) -> exp.Expression:
        """A filter of the question."""
        return conditions.condition(part, self.condition, self._against)

    def _against(self, part: Against) -> exp.Expression:
        """Two times of the rows themselves, whenever they are shown."""
        fields = self.question.resolved.fields
        first, second = (self.recorded(fields[name].slots[self.leaf]) for name in (part.field, part.against))
        return self.apart(part, first, second)

    def apart(self, part: Against, first: exp.Expression, second: exp.Expression) -> exp.Expression:
        """Two times that stand for the bare columns of the condition, one against the other."""
        grain = self.question.resolved.fields[part.field].slots[self.leaf].grain or Grain.DAY
        return against.compared(part, first, second, grain, self.question.values, self.question.fiscal_start)

    def recorded(self, slot: Slot) -> exp.Expression:
        """The slot's column as the rows have it: not as it is shown by a metric that counts at other times."""
        return self.own_time() if self.is_own_time(slot) else self.bare(slot)

    def predicate(self, predicate: Predicate) -> exp.Expression:
        """A condition of the data team's."""
        return filled(predicate.tree, lambda node: self._ref(predicate.refs[int(node.name.removeprefix("__ref_"))]))

    def _ref(self, ref: Ref) -> exp.Expression:
        if ref.kind == "metric":
            return self._looked_up(ref)
        slot = self.named(ref.dunder)
        return self.cut(slot, self.bare(slot))

    # Rows and joins

    def _base(self) -> Rows:
        scan = Scanned(model=self.model, alias=self.model.name)
        if self.spine is None:
            return scan
        if not self.leaf[1]:  # what has no time of its own is so at every moment
            return Spread(spine=self.spine, alias=SPINE, rows=scan, on=exp.true())
        own = self.own_time()
        if self.met_at and self.model.dimensions[self.leaf[1]].grain is not self.met_at:
            own = cut(own, self.met_at, self.question.fiscal_start)
        shift = times.shift_of(self.timing)
        shown, timing = (column(BEFORE, SPINE), times.unshifted(self.timing)) if shift else (self.spine_time(), self.timing)
        on = times.counts(shown, own, timing, self.question.fiscal_start)
        return Spread(spine=self.spine, alias=SPINE, rows=scan, on=on, shift=shift)

    def _alias(self, hops: tuple[Hop, ...]) -> str:
        """The alias of the model at the end of the path, joined once."""
        if hops not in self._aliases:
            self._aliases[hops] = self._join(hops, self._start(hops[:-1], hops[-1]))
        return self._aliases[hops]

    def _start(self, hops: tuple[Hop, ...], on: Hop) -> str:
        """Where a path goes on from: where two part behind a join, each walks it for itself, as dbt joins each path as one."""
        alias = self._alias(hops)
        if hops and self._gone.setdefault(alias, on) != on:
            alias = self._join(hops, self._start(hops[:-1], hops[-1]))
            self._gone[alias] = on
        return alias

    def _join(self, hops: tuple[Hop, ...], left_alias: str) -> str:
        """Join the last model of the path to `left_alias`."""
        hop = hops[-1]
        left = self.question.registry.models[hops[-2].model if len(hops) > 1 else self.leaf[0]]
        right = self.question.registry.models[hop.model]
        long = "__".join([*(each.entity for each in hops), right.name])
        others = itertools.chain((right.name, long), (f"{long}_{n}" for n in itertools.count(2)))
        alias = next(each for each in others if each not in self._way)
        key, there = left.entities[hop.entity], right.entities[hop.entity]
        met = exp.EQ(this=placed(key.tree, left_alias), expression=placed(there.tree, alias))
        history = self._valid(right, alias) if there.kind == "natural" else []
        self._way[alias] = [*self._way[left_alias], alias]
        on = both([met, *self._in_partition(hops, alias), *history]) or met
        self.rows = Joined(left=self.rows, right=Scanned(model=right, alias=alias), on=on, outer=self.outer)
        return alias

    def _in_partition(self, hops: tuple[Hop, ...], alias: str) -> list[exp.Expression]:
        """Rows of a partitioned model meet only rows of the same partition, of the nearest model on the way that has it."""
        models = self.question.registry.models
        found: list[exp.Expression] = []
        for dimension in models[hops[-1].model].dimensions.values():
            for place in range(len(hops) - 1, -1, -1) if dimension.partition else ():
                left = models[hops[place - 1].model] if place else self.model
                same = left.dimensions.get(dimension.name)
                if same is not None and same.partition:
                    there = placed(same.tree, self._way[alias][place])
                    found.append(exp.EQ(this=there, expression=placed(dimension.tree, alias)))
                    break
        return found

    def _valid(self, model: SemanticModel, alias: str) -> list[exp.Expression]:
        """A model that keeps history: the row that held at the time of the metric's own row, or of the model's rows.

        A running total is told by what holds at the time that it is shown at, as dbt tells it.
        """
        ends = {each.validity: placed(each.tree, alias) for each in model.dimensions.values() if each.validity}
        now = self.value(self.model.dimensions[self.leaf[1] or self.model.time_dimension].tree)
        if self.spine is not None and self.timing.window is not None and not self.timing.moves:
            now = self.spine_time()
        still = exp.Is(this=ends["end"].copy(), expression=exp.Null())
        until = exp.Paren(this=exp.Or(this=exp.LT(this=now.copy(), expression=ends["end"]), expression=still))
        return [exp.GTE(this=now, expression=ends["start"]), until]

    def _custom(self, slot: Slot, tree: exp.Expression) -> exp.Expression:
        """A grain of the company's own calendar: looked up by day in the spine that has it."""
        home = self.question.registry.models[slot.hops[-1].model if slot.hops else self.leaf[0]].connection
        known = [each for each in self.question.registry.spines if slot.custom in each.custom]
        spine = next((each for each in known if each.connection == home), known[0])
        if self.spine is spine and self.is_own_time(slot):
            return column(spine.custom[slot.custom], SPINE)
        key = f"{'__'.join(hop.entity for hop in slot.hops)}.{slot.element.name}.{spine.name}"
        if key not in self._aliases:
            self._aliases[key] = f"{spine.name}_{len(self._aliases)}"
            on = exp.EQ(this=cast(tree, "DATE"), expression=column(spine.column, self._aliases[key]))
            self.rows = Joined(left=self.rows, right=SpineScanned(spine=spine, alias=self._aliases[key]), on=on)
        return column(spine.custom[slot.custom], self._aliases[key])

    def _looked_up(self, ref: Ref) -> exp.Expression:
        """A metric as a column: another question by join keys, met by those keys."""
        alias = f"{ref.name}__by__{'__'.join(ref.group_by)}"
        if alias not in self._aliases:
            slots = [self.named(name) for name in ref.met_by]
            met_at = (
                {} if self.outer else dict(zip(ref.group_by, slots, strict=True))
            )  # an outer join shows what it does not meet
            plan = self.question.looked_up(ref.name, ref.group_by, self.leaf, met_at)
            names = [name for name, _ in plan.columns[: len(ref.group_by)]]
            met = (exp.EQ(this=self.bare(slot), expression=column(name, alias)) for slot, name in zip(slots, names, strict=True))
            on = both(list(met)) or exp.true()
            self._aliases[alias] = alias
            self.rows = Joined(left=self.rows, right=Looked(plan=plan, alias=alias), on=on, outer=self.outer)
        return column(ref.name, alias)
