"""One part of a plan: some aggregates of one model, shown at one timing, with the joins and conditions they need."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from sqlglot import exp

from anabot.periods import Grain
from anabot.semantic import aggregates, conditions, times
from anabot.semantic.catalog import Catalog, Hop, Slot
from anabot.semantic.filters import Predicate, Ref
from anabot.semantic.formula import Converted as ConvertedNeed
from anabot.semantic.formula import Need
from anabot.semantic.meaning import LeafKey, Meaning
from anabot.semantic.plan import (
    Aggregated,
    Converted,
    Filtered,
    Joined,
    Looked,
    Measure,
    OnSpine,
    Part,
    Picked,
    Rolled,
    Rows,
    Scanned,
    Shown,
    SpineScanned,
    Spread,
)
from anabot.semantic.query import AllOf, AnyOf, Condition, Filter, Not
from anabot.semantic.registry import Registry, SemanticModel, TimeSpine
from anabot.semantic.resolve import Resolved
from anabot.semantic.times import Bounds, Timing
from anabot.semantic.trees import Values, both, cast, column, cut, either, filled, moved, part_of, placed

_SPINE = "spine"
_BASE = "__time"  # the key of a cumulative metric's own days, before they are rolled up


class Question(Protocol):
    """What a part must know of the whole question."""

    registry: Registry
    catalog: Catalog
    resolved: Resolved
    dialect: str
    values: Values

    def looked_up(self, metric: str, keys: tuple[str, ...]) -> Shown:
        """Another question inside this one."""

    def grains(self) -> list[Grain]:
        """The sizes of `metric_time` shown."""

    @property
    def step(self) -> times.Step:
        """How much later a compared row is shown."""

    @property
    def fiscal_start(self) -> int:
        """The month fiscal years begin in."""


class PartBuilder:
    """Builds one part. `needs` share their model, timing and everything else that decides which rows are read."""

    def __init__(self, question: Question, leaf: LeafKey, timing: Timing, needs: list[Need], *, alone: bool = False) -> None:
        self.question, self.leaf, self.timing, self.needs = question, leaf, timing, needs
        self.model = question.registry.models[leaf[0]]
        self.keys = [] if alone else [(meaning.name, meaning.slots[leaf]) for meaning in question.resolved.keys]
        self.spine = self._spine()
        self.rows: Rows = self._base()
        self.aliases: dict[tuple[Hop, ...] | str, str] = {(): self.model.name}

    def part(self) -> Part:
        """The part as a node."""
        if self.needs[0].converted is not None:
            return self._on_spine(self._converted(self.needs[0], self.needs[0].converted))
        part = self._aggregated()
        if self.timing.window is not None and self.spine is not None and not self._shows(self.spine.grain):
            return self._on_spine(Rolled(part=self._by_base(part), time=_BASE, how=self.timing.window.period_agg))
        return self._on_spine(part)

    def _aggregated(self) -> Aggregated:
        keys = tuple((name, self._key(slot)) for name, slot in self.keys)
        common = self._common()
        found = [
            *self._time(),
            *(conditions.condition(part, self._condition) for part in self.question.resolved.query.where),
            *(self._predicate(each) for each in (*self.question.resolved.predicates, *common)),
            *self._any_of(common),
        ]
        measures = tuple(self._measure(need, common) for need in self.needs)
        by = self._picked_by()
        rows: Rows = Filtered(rows=self.rows, conditions=tuple(found)) if found else self.rows
        return Aggregated(rows=self._picked(rows, by), keys=keys, measures=measures)

    def _converted(self, need: Need, converted: ConvertedNeed) -> Converted:
        """The base's rows and keys, and beside them the conversion's own rows, which share nothing with the question."""
        how, metric = converted.how, need.metric
        keys = tuple((name, self._key(slot)) for name, slot in self.keys)
        base_names = (how.entity, *(base for base, _ in how.properties))
        matches = tuple(self._bare(self._named(name)) for name in base_names)
        found = [
            *self._time(),
            *(conditions.condition(part, self._condition) for part in self.question.resolved.query.where),
            *(self._predicate(each) for each in (*self.question.resolved.predicates, *converted.where)),
        ]
        other = PartBuilder(self.question, (metric.model, metric.time_dimension), Timing(), [need], alone=True)
        columns: list[tuple[str, exp.Expression]] = [
            ("value", placed(metric.tree, other.model.name)),
            ("time", other._own_time()),
        ]
        for n, name in enumerate((how.entity, *(there for _, there in how.properties))):
            columns.append((f"match_{n}", other._bare(other._named(name))))
        kept = [other._predicate(each) for each in need.where]
        tree = aggregates.aggregate(metric, column("value", "converted"), None, grouped=bool(self.keys))
        return Converted(
            base=Filtered(rows=self.rows, conditions=tuple(found)) if found else self.rows,
            keys=keys,
            time=self._own_time(),
            matches=matches,
            conversions=Filtered(rows=other.rows, conditions=tuple(kept)) if kept else other.rows,
            columns=tuple(columns),
            window=how.window,
            measures=(Measure(name=need.name, tree=tree),),
        )

    def _measure(self, need: Need, common: list[Predicate]) -> Measure:
        only = both(self._predicate(each) for each in _without(need.where, common))
        value = placed(need.metric.tree, self.model.name)
        tree = aggregates.aggregate(need.metric, value, only, grouped=bool(self.keys))
        return Measure(name=need.name, tree=tree, kind=aggregates.kind(need.metric, self.model))

    # Conditions

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

    def _condition(self, part: Condition) -> exp.Expression:
        slot = self.question.resolved.fields[part.field].slots[self.leaf]
        return self._slot_condition(part, slot, self._bare(slot))

    def _slot_condition(self, part: Condition, slot: Slot, tree: exp.Expression) -> exp.Expression:
        tree = part_of(tree, slot.part, self.question.dialect) if slot.part else tree
        return conditions.on_slot(part, slot, tree, self.question.values, self.question.fiscal_start)

    def _predicate(self, predicate: Predicate) -> exp.Expression:
        return filled(predicate.tree, lambda node: self._ref(predicate.refs[int(node.name.removeprefix("__ref_"))]))

    def _ref(self, ref: Ref) -> exp.Expression:
        if ref.kind == "metric":
            return self._looked_up(ref)
        slot = self._named(ref.dunder)
        return self._cut(slot, self._bare(slot))

    def _named(self, name: str) -> Slot:
        slot = self.question.catalog.slot(*self.leaf, name)
        if slot is None:
            raise AssertionError(f"{name} was checked before planning")  # a bug of ours, not of the question
        return slot

    # Time

    def _bounds(self) -> Bounds | None:
        return times.bounds_of(self.question.resolved.query, self.timing, self.question.grains())

    def _time(self) -> list[exp.Expression]:
        """The period as comparisons of bare columns: the spine's where rows are spread, and always the rows' own."""
        bounds = self._bounds()
        own = self._own_time()
        if self.spine is not None:
            return [*self._period_on_spine(bounds), *self._grain_starts(), *self._reached(bounds, own)]
        if bounds is None:
            return []
        start, end = times.as_of(bounds, self.timing, self.question.fiscal_start)
        if start is None:
            return [exp.LT(this=own, expression=self.question.values.bind(end))]
        return conditions.within(own, start, end, self.question.values)

    def _period_on_spine(self, bounds: Bounds | None) -> list[exp.Expression]:
        return conditions.within(self._spine_time(), *bounds, self.question.values) if bounds else []

    def _reached(self, bounds: Bounds | None, own: exp.Expression) -> list[exp.Expression]:
        if bounds is None:
            return []
        start, end = times.reach(bounds, self.timing, self.question.fiscal_start)
        until = exp.LT(this=own.copy(), expression=self.question.values.bind(end))
        return [until] if start is None else [exp.GTE(this=own, expression=self.question.values.bind(start)), until]

    def _grain_starts(self) -> list[exp.Expression]:
        """Offset to a grain, a coarser time shows what its first moment shows: later moments must not add to it."""
        if self.spine is None or all(count for count, _ in self.timing.moves) or self._shows(self.spine.grain):
            return []
        whole = either(
            exp.EQ(this=self._cut(slot, self._spine_time(), always=True), expression=self._spine_time())
            for _, slot in self.keys
            if self._is_own_time(slot)
        )
        return [whole] if whole is not None else []

    def _spine(self) -> TimeSpine | None:
        """The spine that rows are spread over: where they count at other times than their own, and times are shown."""
        own = [slot for _, slot in self.keys if self._is_own_time(slot)]
        if self.timing.plain or not own:
            return None
        grains = [slot.grain for slot in own if slot.grain]
        found = times.spine_for(self.question.registry.spines, self.model.connection, grains, self.timing)
        if found is None and not times.fixed(self.timing):
            raise times.no_spine(self.needs[0].metric.name)
        return found

    def _base(self) -> Rows:
        scan = Scanned(model=self.model, alias=self.model.name)
        if self.spine is None:
            return scan
        own = self._own_time()
        if self._own_grain() is not self.spine.grain:
            own = cut(own, self.spine.grain, self.question.fiscal_start)
        on = times.counts(self._spine_time(), own, self.timing, self.question.fiscal_start)
        return Spread(spine=self.spine, alias=_SPINE, rows=scan, on=on)

    def _own_time(self) -> exp.Expression:
        return placed(self.model.dimensions[self.leaf[1]].tree, self.model.name)

    def _own_grain(self) -> Grain | None:
        return self.model.dimensions[self.leaf[1]].grain

    def _spine_time(self) -> exp.Expression:
        return column(self.spine.column if self.spine else "", _SPINE)

    def _is_own_time(self, slot: Slot) -> bool:
        return slot.metric_time or (not slot.hops and slot.is_time and slot.element.name == self.leaf[1])

    def _shows(self, grain: Grain) -> bool:
        return any(slot.grain is grain for _, slot in self.keys if self._is_own_time(slot))

    def _by_base(self, part: Aggregated) -> Aggregated:
        return replace(part, keys=(*part.keys, (_BASE, self._spine_time())))

    # Keys and columns

    def _key(self, slot: Slot) -> exp.Expression:
        tree = self._bare(slot)
        if self.timing.previous and slot.metric_time and self.question.grains():
            tree = moved(tree, *self.question.step)
        return self._cut(slot, tree, always=True)

    def _cut(self, slot: Slot, tree: exp.Expression, *, always: bool = False) -> exp.Expression:
        """The tree at the slot's grain; in conditions a column that has that grain already stays bare."""
        if slot.part:
            return part_of(tree, slot.part, self.question.dialect)
        if slot.custom:
            return self._custom(slot, tree)
        own = self.spine.grain if self.spine and self._is_own_time(slot) else getattr(slot.element, "grain", None)
        if slot.grain is None or not slot.is_time or (slot.grain is own and not always):
            return tree
        return cut(tree, slot.grain, self.question.fiscal_start)

    def _custom(self, slot: Slot, tree: exp.Expression) -> exp.Expression:
        """A grain of the company's own calendar: looked up by day in the spine that has it."""
        spine = next(each for each in self.question.registry.spines if slot.custom in each.custom)
        if self.spine is spine and self._is_own_time(slot):
            return column(spine.custom[slot.custom], _SPINE)
        key = f"{'__'.join(hop.entity for hop in slot.hops)}.{slot.element.name}.{spine.name}"
        if key not in self.aliases:
            self.aliases[key] = f"{spine.name}_{len(self.aliases)}"
            on = exp.EQ(this=cast(tree, "DATE"), expression=column(spine.column, self.aliases[key]))
            self.rows = Joined(left=self.rows, right=SpineScanned(spine=spine, alias=self.aliases[key]), on=on)
        return column(spine.custom[slot.custom], self.aliases[key])

    def _bare(self, slot: Slot) -> exp.Expression:
        if not self._is_own_time(slot):
            return placed(slot.element.tree, self._alias(slot.hops))
        if self.spine is not None:
            return self._spine_time()
        tree = self._own_time()
        for count, unit in self.timing.moves:
            tree = moved(tree, count, unit)
        return tree

    # Joins

    def _alias(self, hops: tuple[Hop, ...]) -> str:
        """The alias of the model at the end of the path, joined once."""
        if hops not in self.aliases:
            left_alias, hop = self._alias(hops[:-1]), hops[-1]
            left = self.question.registry.models[hops[-2].model if len(hops) > 1 else self.leaf[0]]
            right = self.question.registry.models[hop.model]
            taken = self.aliases.values()
            alias = right.name if right.name not in taken else "__".join([*(each.entity for each in hops), right.name])
            met = exp.EQ(
                this=placed(left.entities[hop.entity].tree, left_alias), expression=placed(right.entities[hop.entity].tree, alias)
            )
            history = self._valid(right, alias) if right.entities[hop.entity].kind == "natural" else []
            on = both([met, *self._in_partition(hops, alias), *history]) or met
            self.rows = Joined(left=self.rows, right=Scanned(model=right, alias=alias), on=on)
            self.aliases[hops] = alias
        return self.aliases[hops]

    def _in_partition(self, hops: tuple[Hop, ...], alias: str) -> list[exp.Expression]:
        """Rows of a partitioned model meet only rows of the same partition, of the nearest model on the way that has it."""
        models = self.question.registry.models
        found: list[exp.Expression] = []
        for dimension in models[hops[-1].model].dimensions.values():
            if not dimension.partition:
                continue
            for place in range(len(hops) - 1, -1, -1):
                left = models[hops[place - 1].model] if place else self.model
                same = left.dimensions.get(dimension.name)
                if same is not None and same.partition:
                    there = placed(same.tree, self.aliases[hops[:place]])
                    found.append(exp.EQ(this=there, expression=placed(dimension.tree, alias)))
                    break
        return found

    def _valid(self, model: SemanticModel, alias: str) -> list[exp.Expression]:
        ends = {each.validity: placed(each.tree, alias) for each in model.dimensions.values() if each.validity}
        now = self._own_time()
        open_ = exp.Is(this=ends["end"].copy(), expression=exp.Null())
        return [
            exp.GTE(this=now, expression=ends["start"]),
            exp.Paren(this=exp.Or(this=exp.LT(this=now.copy(), expression=ends["end"]), expression=open_)),
        ]

    def _looked_up(self, ref: Ref) -> exp.Expression:
        """A metric as a column: another question by join keys, met by those keys."""
        alias = f"{ref.name}__by__{'__'.join(ref.group_by)}"
        if alias not in self.aliases:
            plan = self.question.looked_up(ref.name, ref.group_by)
            names = [name for name, _ in plan.columns[: len(ref.group_by)]]
            slots = [self._named(name.rpartition("__")[2]) for name in ref.group_by]
            on = both(
                exp.EQ(this=self._bare(slot), expression=column(name, alias)) for slot, name in zip(slots, names, strict=True)
            )
            self.aliases[alias] = alias
            self.rows = Joined(left=self.rows, right=Looked(plan=plan, alias=alias), on=on or exp.true())
        return column(ref.name, alias)

    # Around the aggregate

    def _picked_by(self) -> tuple[exp.Expression, ...]:
        rule = self.needs[0].metric.non_additive
        if rule is None:
            return ()
        entities = [self._bare(self._named(name)) for name in rule.group_by]
        return (*entities, *(self._key(slot) for _, slot in self.keys if self._is_own_time(slot)))

    def _picked(self, rows: Rows, by: tuple[exp.Expression, ...]) -> Rows:
        rule = self.needs[0].metric.non_additive
        if rule is None:
            return rows
        time = placed(self.model.dimensions[rule.dimension].tree, self.model.name)
        return Picked(rows=rows, by=by, time=time, pick=rule.pick)

    def _on_spine(self, part: Aggregated | Rolled | Converted) -> Part:
        """With `join_to_timespine`, a row for each time that is shown, whether anything happened then or not."""
        own = [(name, slot) for name, slot in self.keys if self._is_own_time(slot)]
        if not self.needs[0].metric.join_to_timespine or not own:
            return part
        grains = [slot.grain for _, slot in own if slot.grain]
        spine = times.spine_for(self.question.registry.spines, self.model.connection, grains, Timing())
        if spine is None:
            raise times.no_spine(self.needs[0].metric.name)
        return _SpineJoin(self, spine, dict(own)).over(part)

    def split_where(self) -> list[tuple[set[str], Filter | Predicate]]:
        """Each condition of the question with the fields it is about."""
        resolved = self.question.resolved
        found: list[tuple[set[str], Filter | Predicate]] = [(_fields(part), part) for part in resolved.query.where]
        return found + [({ref.dunder for ref in each.refs}, each) for each in resolved.predicates]


class _SpineJoin:
    """Lays one part over a spine, with the question's own conditions laid over the result again."""

    def __init__(self, builder: PartBuilder, spine: TimeSpine, own: dict[str, Slot]) -> None:
        self.builder, self.spine, self.own = builder, spine, own
        self.question = builder.question
        self.alias = f"{_SPINE}_of_times"

    def over(self, part: Aggregated | Rolled | Converted) -> OnSpine:
        bounds = self.builder._bounds()
        found = conditions.within(self._time(), *bounds, self.question.values) if bounds else []
        after: list[exp.Expression] = []
        keys = {meaning.name: meaning for meaning in self.question.resolved.keys}
        for fields, condition in self.builder.split_where():
            if all(self._is_time(name) for name in fields):
                found.append(self._again(condition, spine=True))
            elif all(self._canonical(name) in keys for name in fields):
                after.append(self._again(condition, spine=False))
        names = tuple((name, self._cut(slot)) for name, slot in self.own.items())
        return OnSpine(part=part, spine=self.spine, alias=self.alias, times=names, conditions=tuple(found), after=tuple(after))

    def _time(self) -> exp.Expression:
        return column(self.spine.column, self.alias)

    def _cut(self, slot: Slot) -> exp.Expression:
        tree = self._time()
        if self.builder.timing.previous and self.question.grains():
            tree = moved(tree, *self.question.step)
        if slot.custom:
            return column(self.spine.custom[slot.custom], self.alias)
        return cut(tree, slot.grain or self.spine.grain, self.question.fiscal_start)

    def _slot(self, name: str) -> Slot:
        meaning: Meaning | None = self.question.resolved.fields.get(name)
        return meaning.slots[self.builder.leaf] if meaning else self.builder._named(name)

    def _is_time(self, name: str) -> bool:
        return self.builder._is_own_time(self._slot(name))

    def _canonical(self, name: str) -> str:
        slot = self._slot(name)
        found = (key for key, each in self.builder.keys if each == slot)
        return next(found, "")

    def _again(self, condition: Filter | Predicate, *, spine: bool) -> exp.Expression:
        def tree(name: str) -> exp.Expression:
            slot = self._slot(name)
            if not spine:
                return column(self._canonical(name))
            return self._time() if slot.grain in (None, self.spine.grain) else self._cut(slot)

        if isinstance(condition, Predicate):
            return filled(condition.tree, lambda node: tree(condition.refs[int(node.name.removeprefix("__ref_"))].dunder))
        return conditions.condition(
            condition,
            lambda leaf: self.builder._slot_condition(
                leaf, self._slot(leaf.field), self._time() if spine else column(self._canonical(leaf.field))
            ),
        )


def _fields(part: Filter) -> set[str]:
    match part:
        case AnyOf(any=parts) | AllOf(all=parts):
            return {name for each in parts for name in _fields(each)}
        case Not(not_=inner):
            return _fields(inner)
    return {part.field}


def _without(where: tuple[Predicate, ...], common: tuple[Predicate, ...] | list[Predicate]) -> list[Predicate]:
    texts = {each.text for each in common}
    return [each for each in where if each.text not in texts]
