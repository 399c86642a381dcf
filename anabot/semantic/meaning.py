"""What the names in one question mean for all of its metrics, for one grant.

A name that the grant hides gets the words, and the path through this code, of a name that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.periods import Grain
from anabot.semantic.catalog import METRIC_TIME, Catalog, Slot
from anabot.semantic.names import nearest
from anabot.semantic.registry import Dimension, Metric, Registry
from anabot.types import Grant

LeafKey = tuple[str, str]  # (semantic model, time dimension): what decides how a metric's rows are reached and timed
_SIZE = {grain: size for size, grain in enumerate(Grain)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One name: how a resolved query writes it, and what it is on each source of the question's metrics."""

    name: str
    slots: dict[LeafKey, Slot]

    @property
    def any_slot(self) -> Slot:
        """The slot on one of the sources; all have the same element, except for `metric_time`."""
        return next(iter(self.slots.values()))


class Vocabulary:
    """The names that one question may use."""

    def __init__(self, registry: Registry, catalog: Catalog, grant: Grant | None, metrics: Sequence[str] = ()) -> None:
        self.registry, self.catalog, self.grant, self.metrics = registry, catalog, grant, metrics
        self.hidden = grant.denied if grant else frozenset()  # all that `meaning` may look at of the grant: it is kept by this
        self._gone = frozenset(_columns(registry, self.hidden))

    def metric(self, name: str) -> Metric:
        """The metric with this name.

        Raises:
            UnknownName: it does not exist, or the grant does not list it.
            NotAllowed: it is listed, but not granted.
        """
        metric = self.registry.metrics.get(name)
        grant = self.grant
        if metric is not None and (grant is None or name in grant.metrics):
            return metric
        if metric is not None and grant is not None and name in grant.listed:
            owner = f"Ask its owner, {metric.owner}." if metric.owner else "Ask the data team."
            raise NotAllowed(f"You may not see `{name}` here.", why=grant.reason, todo=owner)
        known = self.registry.metrics if grant is None else grant.metrics | grant.listed
        close = nearest(name, known)
        raise UnknownName(f"There is no metric `{name}`.", name=name, nearest=close, todo=_meant(close))

    def leaves(self, metrics: Sequence[str]) -> dict[LeafKey, str]:
        """The sources of the metrics, each with one metric that needs it."""
        found: dict[LeafKey, str] = {}
        for name in metrics:
            for leaf in self.catalog.leaves(name):
                found.setdefault((leaf.model, leaf.time_dimension), name)
        return found

    def meaning(self, name: str, leaves: dict[LeafKey, str], taken: Sequence[str] = ()) -> Meaning:
        """What `name` means for every source.

        Raises:
            UnknownName: a source does not reach it, or the grant denies it.
            BadQuery: it means several things.
        """
        known = self.catalog.meanings
        key = (self.hidden, tuple(self.metrics), tuple(leaves), name, tuple(taken))
        found: Meaning | None = known.get(key)
        if found is None:
            found = known[key] = self._meaning(name, leaves, taken)
        return found

    def _meaning(self, name: str, leaves: dict[LeafKey, str], taken: Sequence[str]) -> Meaning:
        slots = _sized(self._agreed(name, leaves))
        if name == METRIC_TIME:
            grain = max((self.catalog.default_grain(metric) for metric in self.metrics), key=_SIZE.__getitem__)
            slots = {leaf: replace(slot, grain=grain) for leaf, slot in slots.items()}
        for spelling in _spellings(name, next(iter(slots.values()))):
            if spelling not in taken and self._same(spelling, leaves, slots):
                return Meaning(name=spelling, slots=slots)
        return Meaning(name=name, slots=slots)

    def known(self, leaves: dict[LeafKey, str]) -> set[str]:
        """Every name that all sources know and the grant does not deny."""
        sets = [
            {name for name in self.catalog.names(*leaf) if self._visible(self.catalog.candidates(*leaf, name))} for leaf in leaves
        ]
        return set.intersection(*sets) if sets else set()

    def denied(self, slot: Slot) -> bool:
        """Whether the grant hides the element, or another name of the same column, on whichever model of its table."""
        if not self.hidden:
            return False
        model = self.registry.models[slot.element.model]
        column = (model.connection, model.relation, slot.element.expr)
        return f"{model.name}.{slot.element.name}" in self.hidden or column in self._gone

    def _visible(self, slots: Sequence[Slot]) -> tuple[Slot, ...]:
        if not self.hidden:
            return tuple(slots)
        return tuple(slot for slot in slots if not self.denied(slot))

    def _agreed(self, name: str, leaves: dict[LeafKey, str]) -> dict[LeafKey, Slot]:
        """The nearest element that `name` means on every source, with the path to it on each."""
        reach = {leaf: self._visible(self.catalog.candidates(*leaf, name)) for leaf in leaves}
        for leaf, slots in reach.items():
            if not slots:
                raise self._unknown(name, leaves, leaf)
        if name.partition("__")[0] == METRIC_TIME:
            return {leaf: slots[0] for leaf, slots in reach.items()}
        homes = set.intersection(*({slot.home for slot in slots} for slots in reach.values()))
        if not homes:
            raise _ambiguous(name, [self.catalog.spell(leaf[0], slots[0]) for leaf, slots in reach.items()])
        far = {home: max(_hops(slots, home) for slots in reach.values()) for home in homes}
        best = [home for home in homes if far[home] == min(far.values())]
        chosen = {leaf: [slot for slot in slots if slot.home in best] for leaf, slots in reach.items()}
        return {leaf: self._only(name, leaf, slots) for leaf, slots in chosen.items()}

    def _only(self, name: str, leaf: LeafKey, slots: list[Slot]) -> Slot:
        shortest = min(len(slot.hops) for slot in slots)
        near = [slot for slot in slots if len(slot.hops) == shortest]
        if len(near) > 1:
            raise _ambiguous(name, [self.catalog.spell(leaf[0], slot) for slot in near])
        return near[0]

    def _same(self, spelling: str, leaves: dict[LeafKey, str], slots: dict[LeafKey, Slot]) -> bool:
        try:
            return _sized(self._agreed(spelling, leaves)) == slots
        except (UnknownName, BadQuery):
            return False

    def _unknown(self, name: str, leaves: dict[LeafKey, str], leaf: LeafKey) -> UnknownName:
        close = nearest(name, self.known(leaves))
        return UnknownName(
            f"The metric `{leaves[leaf]}` has no dimension `{name}`.",
            name=name,
            nearest=close,
            why=f"It is measured on `{leaf[0]}`, which does not carry it.",
            todo=_meant(close),
        )


def _columns(registry: Registry, names: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """What dimensions or keys, as `model.name`, are made of: (connection, table, expression)."""
    for name in names:
        home, _, element = name.partition(".")
        model = registry.models.get(home)
        for each in (model.dimensions.get(element), model.entities.get(element)) if model else ():
            if model is not None and each is not None:
                yield model.connection, model.relation, each.expr


def _spellings(name: str, slot: Slot) -> list[str]:
    """Ways to write a name, shortest first: bare, then as it was given; times always with their grain or part."""
    base = METRIC_TIME if slot.metric_time else slot.element.name
    grain = slot.custom or (slot.grain.value if slot.grain else "")
    tail = f"__extract_{slot.part}" if slot.part else f"__{grain}" if grain else ""
    given = name if not tail or name.endswith(tail) else name + tail
    return [base + tail, given]


def _sized(slots: dict[LeafKey, Slot]) -> dict[LeafKey, Slot]:
    """Where the sources' own grains differ, the coarsest."""
    grains = [slot.grain for slot in slots.values()]
    if None in grains:
        return slots
    coarsest = max((grain for grain in grains if grain), key=_SIZE.__getitem__)
    return {leaf: replace(slot, grain=coarsest) for leaf, slot in slots.items()}


def _hops(slots: Sequence[Slot], home: tuple[str, str]) -> int:
    return min(len(slot.hops) for slot in slots if slot.home == home)


def _meant(close: Sequence[str]) -> str:
    return (
        f"Did you mean {' or '.join(f'`{name}`' for name in close[:2])}?" if close else "Ask what there is with `/ana metrics`."
    )


def _ambiguous(name: str, names: Sequence[str]) -> BadQuery:
    choices = " or ".join(f"`{each}`" for each in sorted(set(names)))
    return BadQuery(f"`{name}` may mean several things here.", why=f"It may be {choices}.", todo="Say which, by its full name.")


def is_dimension(slot: Slot) -> bool:
    """Whether the slot is a dimension rather than a join key."""
    return isinstance(slot.element, Dimension)
