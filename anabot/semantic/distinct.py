"""A question without a metric: which values dimensions have together, or the least and greatest of each.

The model that reaches all of them with the fewest joins is asked, among equals the one that says least else, as dbt does, and
what it joins is kept whole. `metric_time` is every
moment of the time spine.
It never measures anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from anabot.errors import BadQuery, UnknownName
from anabot.periods import Grain
from anabot.semantic import conditions, times
from anabot.semantic.against import paired
from anabot.semantic.catalog import METRIC_TIME, Ambiguous, Catalog, Hop, Slot, catalog_of
from anabot.semantic.date_parts import DATE_PARTS
from anabot.semantic.filters import Predicate
from anabot.semantic.meaning import LeafKey, Meaning, Vocabulary
from anabot.semantic.names import nearest
from anabot.semantic.plan import Aggregated, Filtered, Listed, Measure, Rows, Shown, SpineScanned
from anabot.semantic.planner import Planner
from anabot.semantic.query import Against, Filter, MetricQuery, Span, fields_of
from anabot.semantic.registry import Dimension, Registry, SemanticModel, TimeSpine
from anabot.semantic.resolve import Resolved, rewritten
from anabot.semantic.source import SPINE, Source
from anabot.semantic.times import Timing
from anabot.semantic.trees import column, cut, part_of
from anabot.types import Grant

_SUFFIXES = {grain.value: grain for grain in Grain}


@dataclass(slots=True, kw_only=True)
class Distinct:
    """Names to be told apart, under conditions and within a period of `metric_time`."""

    registry: Registry
    catalog: Catalog
    grant: Grant
    names: tuple[str, ...]
    predicates: tuple[Predicate, ...] = ()
    period: Span | None = None
    extremes: bool = False
    every: bool = False
    limit: int | None = None
    where: tuple[Filter, ...] = ()
    outer: bool = True  # keep what nothing joins to, as dbt does; under a grant only what the model's own rows have
    order_by: tuple[str, ...] = ()
    passed: frozenset[str] = frozenset()  # models that are not asked

    @property
    def model(self) -> str:
        """The model that is asked; "" for time alone."""
        found = self._model()
        return found.name if found else ""

    @property
    def connection(self) -> str:
        """The connection that is asked."""
        model = self._model()
        return model.connection if model else self._spine().connection

    def plan(self, planner_dialect: str) -> tuple[Shown, Planner]:
        """The plan, and the planner that holds its values.

        Raises:
            UnknownName: no model reaches all of the names.
            BadQuery: `metric_time` without a time spine.
        """
        model = self._model()
        spine = self._spine() if self._timed() else None
        leaf = (model.name if model else "", "")
        keys = tuple(Meaning(name=name, slots={leaf: slot}) for name, slot in self._slots(leaf[0], spine))
        where = tuple(rewritten(part, str, lambda two: self._paired(two, leaf)) for part in self.where)
        query = MetricQuery.model_construct(metrics=(), group_by=tuple(each.name for each in keys), where=where, limit=self.limit)
        fields = {name: Meaning(name=name, slots={leaf: slot}) for name, slot in self._fields(leaf[0], where)}
        resolved = Resolved(query=query, keys=keys, fields=fields, leaves={leaf: ""}, predicates=self.predicates)
        planner = Planner(registry=self.registry, catalog=self.catalog, resolved=resolved, dialect=planner_dialect)
        if model is None:
            assert spine is not None, "names without a model are all `metric_time`"
            found = [(each.name, _at(spine, each.any_slot, planner)) for each in keys]
            return self._shown(SpineScanned(spine=spine, alias=SPINE), found, planner, spine), planner
        source = Source(planner, leaf, Timing(), spine, outer=self.outer)
        found = [(each.name, source.key(each.any_slot)) for each in keys]
        kept = [source.predicate(each) for each in self.predicates]
        kept += [source.chosen(each) for each in where]
        rows = Filtered(rows=source.rows, conditions=tuple(kept)) if kept else source.rows
        return self._shown(rows, found, planner, spine), planner

    def _shown(self, rows: Rows, keys: list[tuple[str, exp.Expression]], planner: Planner, spine: TimeSpine | None) -> Shown:
        if self.period is not None and spine is not None:
            edges = (planner.values.bind(day) for day in (self.period.start, self.period.end))
            within = conditions.within(column(spine.column, SPINE), *edges)
            rows = Filtered(rows=rows, conditions=tuple(within))
        if not self.extremes:
            part = Listed(rows=rows, keys=tuple(keys)) if self.every else Aggregated(rows=rows, keys=tuple(keys), measures=())
            names = [(name, column(name)) for name, _ in keys]
            order = self._order([name for name, _ in keys])
            return Shown(rows=part, columns=tuple(names), order=order, limit=self.limit)
        measures = [
            Measure(name=f"{name}__{edge}", tree=kind(this=tree.copy()))
            for name, tree in keys
            for edge, kind in (("min", exp.Min), ("max", exp.Max))
        ]
        columns = tuple((each.name, column(each.name)) for each in measures)
        return Shown(rows=Aggregated(rows=rows, keys=(), measures=tuple(measures)), columns=columns)

    def _order(self, keys: Sequence[str]) -> tuple[tuple[str, bool], ...]:
        """As asked, then by the names themselves."""
        asked = {item.removeprefix("-"): item.startswith("-") for item in self.order_by}
        unknown = next((name for name in asked if name not in keys), None)
        if unknown is not None:
            raise self._unlisted(unknown, keys)
        return tuple((asked | {name: asked.get(name, False) for name in keys}).items())

    @staticmethod
    def _unlisted(name: str, keys: Sequence[str]) -> UnknownName:
        todo = f"Use one of {', '.join(keys)}."
        return UnknownName(
            f"`order_by` names `{name}`, which is not in the question.", name=name, nearest=nearest(name, keys), todo=todo
        )

    def _paired(self, two: Against, leaf: LeafKey) -> tuple[str, str]:
        """The names of two times that stand against each other, in the size at which they do."""

        def mean(name: str) -> Meaning:
            slot = self._slot(leaf[0], name)
            if slot is None:
                raise self._unknown([name])
            tail = f"__{slot.grain.value}" if slot.grain and slot.is_time else ""
            return Meaning(name=name if name.endswith(tail) else name + tail, slots={leaf: slot})

        first, second = paired(two, mean, self.registry)
        return first.name, second.name

    def _fields(self, model: str, where: Sequence[Filter]) -> list[tuple[str, Slot]]:
        found = []
        for name in dict.fromkeys(fields_of(where)):
            slot = self._slot(model, name)
            if slot is None:
                raise self._unknown([name])
            found.append((name, slot))
        return found

    def _model(self) -> SemanticModel | None:
        """The model that reaches every name with the fewest joins, the narrowest among equals; None for time alone."""
        wanted = [name for name in self.names if not name.startswith(METRIC_TIME)]
        wanted += fields_of(self.where)
        wanted += [
            ref.dunder for each in self.predicates for ref in each.refs if ref.kind != "metric" and METRIC_TIME not in ref.name
        ]
        if not wanted:
            return None
        ranked = [
            (joins, _width(model), place)
            for place, model in enumerate(self.registry.models.values())
            if model.name not in self.passed and (joins := self._joins(model, wanted)) is not None
        ]
        if not ranked:
            raise self._unknown(wanted)
        return list(self.registry.models.values())[min(ranked)[2]]

    def _joins(self, model: SemanticModel, wanted: Sequence[str]) -> int | None:
        """How many joins it takes; None where a name is out of reach."""
        hops: set[tuple[Hop, ...]] = set()
        for name in wanted:
            slot = self._slot(model.name, name)
            if slot is None:
                return None
            hops.update(slot.hops[:place] for place in range(1, len(slot.hops) + 1))
        return len(hops)

    def _slot(self, model: str, name: str) -> Slot | None:
        words = Vocabulary(self.registry, self.catalog, self.grant)
        try:
            slot = self.catalog.slot(model, "", name)
        except Ambiguous:
            return None
        return None if slot is None or words.denied(slot) else slot

    def _slots(self, model: str, spine: TimeSpine | None) -> list[tuple[str, Slot]]:
        found = []
        for name in self.names:
            slot = self._moment(name, spine) if spine and name.startswith(METRIC_TIME) else self._slot(model, name)
            assert slot is not None, "the model was chosen because it reaches every name"
            tail = f"__{slot.grain.value}" if slot.grain and slot.is_time else ""
            found.append((name if name.endswith(tail) else name + tail, slot))
        return found

    def _moment(self, name: str, spine: TimeSpine) -> Slot:
        tail = _tail(name)
        element = Dimension(name=METRIC_TIME, model="", kind="time", expr=spine.column, grain=spine.grain, label="Time")
        slot = Slot(hops=(), element=element, metric_time=True)
        if tail in spine.custom:
            return replace(slot, custom=tail)
        part = tail.removeprefix("extract_")
        if part != tail and part in DATE_PARTS:
            return replace(slot, part=part)
        if tail and tail not in _SUFFIXES:
            raise self._unknown([name])
        return replace(slot, grain=_SUFFIXES.get(tail, Grain.DAY))

    def _timed(self) -> bool:
        return self.period is not None or any(name.startswith(METRIC_TIME) for name in self.names)

    def _spine(self) -> TimeSpine:
        tails = {_tail(name) for name in self.names if name.startswith(METRIC_TIME)}
        customs = tails & {name for spine in self.registry.spines for name in spine.custom}
        spines = [spine for spine in self.registry.spines if customs <= spine.custom.keys()]
        grains = [_SUFFIXES[tail] for tail in tails if tail in _SUFFIXES]
        connection = next(iter(self.registry.spines)).connection if self.registry.spines else ""
        found = times.spine_for(spines, connection, grains, Timing())
        if found is None:
            raise BadQuery("`metric_time` needs a metric here.", why="The registry has no time spine.", todo="Name a metric.")
        return found

    def _unknown(self, wanted: Sequence[str]) -> UnknownName:
        known = {name for model in self.registry.models for name in self.catalog.names(model, "") if self._slot(model, name)}
        missing = next((name for name in wanted if name not in known), wanted[0])
        close = nearest(missing, known)
        why = "No model reaches all of them." if missing in known else ""
        return UnknownName(f"There is no dimension `{missing}` here.", name=missing, nearest=close, why=why)


def _tail(name: str) -> str:
    """The grain or date part that a name of `metric_time` ends with."""
    return name.removeprefix(METRIC_TIME).removeprefix("__")


def _at(spine: TimeSpine, slot: Slot, planner: Planner) -> exp.Expression:
    """A moment of the spine in the grain or date part of the slot."""
    time = column(spine.column, SPINE)
    if slot.custom:
        return column(spine.custom[slot.custom], SPINE)
    return part_of(time, slot.part, planner.dialect) if slot.part else cut(time, slot.grain or spine.grain, planner.fiscal_start)


def _width(model: SemanticModel) -> int:
    """In how many ways the model can be asked about: each dimension under each key of its own, times in each size."""
    prefixes = 1 + sum(entity.kind != "foreign" for entity in model.entities.values())
    elements = sum(len(Grain) + len(DATE_PARTS) if each.kind == "time" else 1 for each in model.dimensions.values())
    return prefixes * (elements + len(model.entities))


def through(registry: Registry, query: MetricQuery, grant: Grant) -> str:
    """A metric of the grant that leads to every name of the question, and so lets its values be told.

    Metrics about people lend nothing: their values are told beside a number only, where small groups are left out.

    Raises:
        UnknownName: none does, in the words of a name that does not exist.
    """
    about_people = frozenset[str]().union(*(rule.metrics for rule in grant.people))
    wanted = [name for name in (*query.group_by, *fields_of(query.where)) if not name.startswith(METRIC_TIME)]
    catalog = catalog_of(registry)
    unknown: dict[str, int] = dict.fromkeys(wanted, 0)
    for metric in sorted(grant.metrics - about_people):
        words = Vocabulary(registry, catalog, grant, (metric,))
        missing = [name for name in wanted if not _means(words, metric, name)]
        if not missing:
            return metric
        unknown = {name: unknown[name] + (name in missing) for name in wanted}
    name = max(unknown, key=unknown.__getitem__, default=METRIC_TIME)
    known = {each for metric in grant.metrics - about_people for each in _known(registry, catalog, grant, metric)}
    close = nearest(name, known)
    todo = f"Did you mean {' or '.join(f'`{each}`' for each in close[:2])}?" if close else ""
    raise UnknownName(f"There is no dimension `{name}` here.", name=name, nearest=close, todo=todo)


def _means(words: Vocabulary, metric: str, name: str) -> bool:
    try:
        words.meaning(name, words.leaves((metric,)))
    except (UnknownName, BadQuery):
        return False
    return True


def _known(registry: Registry, catalog: Catalog, grant: Grant, metric: str) -> set[str]:
    words = Vocabulary(registry, catalog, grant, (metric,))
    return words.known(words.leaves((metric,)))
