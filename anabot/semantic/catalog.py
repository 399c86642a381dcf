"""What each semantic model reaches by joins, and what a name means on it. Built from a registry, lazily, once per model.

Only many-to-one steps are walked: an entity leads to models where it is primary or unique, so that a join never
multiplies rows. It never sees a grant: hiding names is `resolve`'s work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from anabot.periods import Grain
from anabot.semantic.date_parts import DATE_PARTS
from anabot.semantic.recent import Lately, Recent
from anabot.semantic.registry import Dimension, DimensionRef, Entity, Metric, Registry, SemanticModel

METRIC_TIME = "metric_time"
MAX_HOPS = 4
_GRAINS = {grain.value: grain for grain in Grain}
_PLANS = 256
SIZE = {grain: size for size, grain in enumerate(Grain)}
_PART_GRAINS = {"dow": Grain.DAY, "doy": Grain.DAY}  # the widest rows that still have such a part
_ONE = ("primary", "unique")


@dataclass(frozen=True, slots=True)
class Hop:
    """One many-to-one join: from the model before, on `entity`, to `model`."""

    entity: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What a name means on one model: the joins to walk, the element found there, and the size of time to cut it to."""

    hops: tuple[Hop, ...]
    element: Dimension | Entity
    grain: Grain | None = None
    part: str = ""
    custom: str = ""  # a grain of the company's own calendar, instead of `grain`
    metric_time: bool = False

    @property
    def home(self) -> tuple[str, str]:
        """The element's own model and name; a join key is the same thing wherever it stands."""
        return "" if isinstance(self.element, Entity) else self.element.model, self.element.name

    @property
    def is_time(self) -> bool:
        """Whether the element is a time dimension."""
        return isinstance(self.element, Dimension) and self.element.kind == "time"

    def qualified(self, primary: str) -> str:
        """dbt's name for the element, seen from a model whose primary entity is `primary`."""
        path = [hop.entity for hop in self.hops] or ([primary] if primary and isinstance(self.element, Dimension) else [])
        return "__".join([*path, self.element.name])


class Ambiguous(Exception):
    """A name that means several things at the same distance; `names` say which."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


@dataclass(frozen=True, slots=True)
class _Reach:
    qualified: dict[str, tuple[Slot, ...]]
    bare: dict[str, tuple[Slot, ...]]


class Catalog:
    """The join graph of one registry and the meaning of names on it."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._holders = _holders(registry)
        self._customs = {name: spine.grain for spine in registry.spines for name in spine.custom}
        self._reach: dict[str, _Reach] = {}
        self._slots: dict[tuple[str, str, str], tuple[Slot, ...]] = {}
        self._leaves: dict[str, tuple[Metric, ...]] = {}
        self.meanings = Lately()  # what names meant in questions so far, for `meaning`
        self.formulas = Lately()  # what metrics are made of, for the planner
        self.plans: Recent[Any] = Recent(_PLANS)  # of shapes of questions, for the compiler

    def leaves(self, name: str) -> tuple[Metric, ...]:
        """The simple metrics whose dimensions a metric has, each once: all it is made of; of a conversion, the base."""
        if name not in self._leaves:
            metric = self.registry.metrics[name]
            inputs = metric.inputs[:1] if metric.kind == "conversion" else metric.inputs
            below = [leaf for each in inputs for leaf in self.leaves(each.metric)]
            found = {leaf.name: leaf for leaf in ([metric] if metric.kind == "simple" else below)}
            self._leaves[name] = tuple(found.values())
        return self._leaves[name]

    def default_grain(self, name: str) -> Grain:
        """The size of `metric_time` where a question does not say: the metric's own, or days where its rows are that narrow."""
        return self.registry.metrics[name].grain or coarsest([Grain.DAY, self.least_grain(name)])

    def least_grain(self, name: str) -> Grain:
        """The smallest size of `metric_time` that a metric has: the coarsest in which any of its inputs is measured."""
        metric = self.registry.metrics[name]
        if metric.kind != "simple":
            return coarsest([self.least_grain(each.metric) for each in metric.inputs])
        dimension = self.registry.models[metric.model].dimensions.get(metric.time_dimension)
        return dimension.grain if dimension and dimension.grain else Grain.MICROSECOND

    def candidates(self, model: str, time: str, name: str) -> tuple[Slot, ...]:
        """Every meaning of `name` for a metric of `model` timed by `time`; nearest first."""
        key = (model, time, name)
        if key not in self._slots:
            self._slots[key] = self._candidates(model, time, name)
        return self._slots[key]

    def slot(self, model: str, time: str, name: str) -> Slot | None:
        """The one meaning of `name` there, or None. Raises Ambiguous."""
        found = self.candidates(model, time, name)
        nearest = [each for each in found if len(each.hops) == len(found[0].hops)]
        if len(nearest) > 1:
            raise Ambiguous(tuple(sorted({self.spell(model, each) for each in nearest})))
        return nearest[0] if nearest else None

    def spell(self, model: str, slot: Slot) -> str:
        """dbt's qualified name of a slot, seen from `model`; with the model's name where two share it."""
        name = slot.qualified(self.registry.models[model].primary_entity)
        same = self.reach(model).qualified.get(name, ())
        return f"{name} (of {slot.element.model})" if len(same) > 1 else name

    def reach(self, model: str) -> _Reach:
        """All that can be named from `model`."""
        if model not in self._reach:
            self._reach[model] = self._walk(self.registry.models[model])
        return self._reach[model]

    def paths(self, model: str, to: str) -> tuple[tuple[Hop, ...], ...]:
        """The shortest join paths from `model` to the model `to`: an empty one when they are the same."""
        if model == to:
            return ((),)
        found = [hops for hops, right in self._trips(self.registry.models[model], ()) if right.name == to]
        shortest = min(map(len, found), default=0)
        return tuple(hops for hops in found if len(hops) == shortest)

    def names(self, model: str, time: str) -> Iterator[str]:
        """Every name, bare or qualified, that means something for a metric of `model`."""
        yield from (METRIC_TIME,) if time else ()
        yield from self.reach(model).bare
        yield from self.reach(model).qualified

    def _candidates(self, model: str, time: str, name: str) -> tuple[Slot, ...]:
        plain = self._plain(model, time, name)
        if plain:
            return plain
        base, _, suffix = name.rpartition("__")
        times = tuple(slot for slot in self._plain(model, time, base) if slot.is_time) if base else ()
        if suffix in _GRAINS:
            return tuple(replace(slot, grain=_GRAINS[suffix]) for slot in times if _has(slot, _GRAINS[suffix]))
        if suffix in self._customs:
            return tuple(replace(slot, grain=None, custom=suffix) for slot in times if _has(slot, self._customs[suffix]))
        part = suffix.removeprefix("extract_")
        if part == suffix or part not in DATE_PARTS:
            return ()
        widest = _PART_GRAINS.get(part) or _GRAINS[part]
        return tuple(replace(slot, part=part, grain=None) for slot in times if _has(slot, widest))

    def _plain(self, model: str, time: str, name: str) -> tuple[Slot, ...]:
        if name == METRIC_TIME:
            dimension = self.registry.models[model].dimensions.get(time)
            if dimension is None:
                return ()
            return (Slot(hops=(), element=dimension, grain=dimension.grain, metric_time=True),)
        reach = self.reach(model)
        found = reach.qualified.get(name) or reach.bare.get(name) or ()
        if time or self.registry.models[model].time_dimension:
            return found
        return tuple(slot for slot in found if not any(self._is_history(hop) for hop in slot.hops))

    def _is_history(self, hop: Hop) -> bool:
        """Whether the join meets the row that held at some time, so that rows without a time meet none."""
        return self.registry.models[hop.model].entities[hop.entity].kind == "natural"

    def _walk(self, model: SemanticModel) -> _Reach:
        qualified: dict[str, list[Slot]] = {}
        bare: dict[str, list[Slot]] = {}
        for hops, right in [((), model), *self._trips(model, ())]:
            for slot in _elements(hops, right):
                bare.setdefault(slot.element.name, []).append(slot)
                for prefix in _prefixes(hops, right):
                    qualified.setdefault("__".join([*prefix, slot.element.name]), []).append(slot)
        return _Reach(self._settled(model, qualified), self._settled(model, bare))

    def _settled(self, model: SemanticModel, found: dict[str, list[Slot]]) -> dict[str, tuple[Slot, ...]]:
        """Nearest first; dimensions before an entity of the same name, and equally far ones without leaving the connection."""
        settled = {}
        for name, slots in found.items():
            nearest = [slot for slot in slots if isinstance(slot.element, Dimension)] or slots
            if len(nearest) > 1:
                least: dict[int, int] = {}
                for slot in nearest:
                    crossed = self._crossings(model, slot)
                    least[len(slot.hops)] = min(crossed, least.get(len(slot.hops), crossed))
                nearest = [slot for slot in nearest if self._crossings(model, slot) == least[len(slot.hops)]]
            settled[name] = tuple(sorted(nearest, key=lambda slot: len(slot.hops)))
        return settled

    def _crossings(self, model: SemanticModel, slot: Slot) -> int:
        """How often the way to it leads from one connection to another."""
        way = [model.connection, *(self.registry.models[hop.model].connection for hop in slot.hops)]
        return sum(here != there for here, there in pairwise(way))

    def _trips(self, model: SemanticModel, walked: tuple[Hop, ...]) -> Iterator[tuple[tuple[Hop, ...], SemanticModel]]:
        """Breadth first, so that shorter paths come first."""
        edge: list[tuple[tuple[Hop, ...], SemanticModel]] = [(walked, model)]
        for _ in range(MAX_HOPS):
            edge = [(hops, right) for before, left in edge for hops, right in self._steps(model, left, before)]
            yield from edge

    def _steps(
        self, start: SemanticModel, left: SemanticModel, walked: tuple[Hop, ...]
    ) -> Iterator[tuple[tuple[Hop, ...], SemanticModel]]:
        used = {hop.entity for hop in walked}
        seen = {start.name, *(hop.model for hop in walked)}
        for entity in left.entities.values():
            if entity.name in used:
                continue
            for right in self._holders.get(entity.name, ()):
                both_natural = entity.kind == right.entities[entity.name].kind == "natural"
                if right.name not in seen and not both_natural:
                    yield (*walked, Hop(entity.name, right.name)), right


@lru_cache(maxsize=8)
def catalog_of(registry: Registry) -> Catalog:
    """The catalog of a registry, built once."""
    return Catalog(registry)


def dimensions_of(registry: Registry, *metrics: str) -> tuple[DimensionRef, ...]:
    """The dimensions that all given metrics can be cut by, under the shortest name that is safe for each.

    Time dimensions other than `metric_time` are included; entities and denied dimensions are not considered here.
    """
    catalog = catalog_of(registry)
    leaves = {(leaf.model, leaf.time_dimension) for name in metrics for leaf in catalog.leaves(name)}
    if not leaves:
        return ()
    first, *others = sorted(leaves)
    found: dict[tuple[str, ...], DimensionRef] = {}
    for name, slots in {**catalog.reach(first[0]).qualified, **catalog.reach(first[0]).bare}.items():
        slot = slots[0]
        if isinstance(slot.element, Dimension) and all(_agrees(catalog, each, name, slot) for each in (first, *others)):
            path = (*(hop.entity for hop in slot.hops), slot.element.name)
            best = found.get((*slot.home, *path[:-1]))
            if best is None or len(name) < len(best.name):
                found[(*slot.home, *path[:-1])] = DimensionRef(name=name, path=path, dimension=slot.element)
    return tuple(sorted(found.values(), key=lambda ref: (len(ref.path), ref.name)))


def _has(slot: Slot, grain: Grain) -> bool:
    """Whether rows are narrow enough to be cut to `grain`: what is known by month has no days."""
    own = slot.element.grain if isinstance(slot.element, Dimension) else None
    return own is None or SIZE[own] <= SIZE[grain]


def _agrees(catalog: Catalog, leaf: tuple[str, str], name: str, slot: Slot) -> bool:
    try:
        other = catalog.slot(*leaf, name)
    except Ambiguous:
        return False
    return other is not None and other.home == slot.home


def _holders(registry: Registry) -> dict[str, list[SemanticModel]]:
    found: dict[str, list[SemanticModel]] = {}
    for model in registry.models.values():
        for entity in model.entities.values():
            if entity.kind in _ONE or (entity.kind == "natural" and keeps_history(model)):
                found.setdefault(entity.name, []).append(model)
    return found


def keeps_history(model: SemanticModel) -> bool:
    """Whether rows say from when to when they hold, so that one natural key has one row at a time."""
    return {"start", "end"} <= {dimension.validity for dimension in model.dimensions.values()}


def _elements(hops: tuple[Hop, ...], model: SemanticModel) -> Iterator[Slot]:
    for dimension in model.dimensions.values():
        yield Slot(hops=hops, element=dimension, grain=dimension.grain)
    for entity in model.entities.values():
        if not hops or entity.name != hops[-1].entity:
            yield Slot(hops=hops, element=entity)


def _prefixes(hops: tuple[Hop, ...], model: SemanticModel) -> list[tuple[str, ...]]:
    if hops:
        return [tuple(hop.entity for hop in hops)]
    own = {model.primary_entity, *(entity.name for entity in model.entities.values() if entity.kind != "foreign")} - {""}
    return [(name,) for name in sorted(own)]


def coarsest(grains: list[Grain]) -> Grain:
    """The largest of some grains."""
    return max(grains, key=SIZE.__getitem__)
