"""A metric that is looked up by keys, over those keys alone that its question's own conditions can leave.

A condition on what a key leads to (the brand of a part) holds for all rows of that key or for none, so that it may hold within
the lookup too: what it takes from there nobody would have met. It changes no number, and what it cannot carry over it leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping

from anabot.errors import AnabotError
from anabot.semantic.catalog import Hop, Slot
from anabot.semantic.meaning import LeafKey
from anabot.semantic.query import Against, AllOf, AnyOf, Condition, Filter, MetricQuery, Not
from anabot.semantic.registry import Registry
from anabot.semantic.resolve import Resolved, resolve_fully


def narrowed(registry: Registry, lookup: Resolved, asked: Resolved, leaf: LeafKey, at: Mapping[str, Slot]) -> Resolved:
    """`lookup` under those conditions of `asked` that are about its keys; `at` is where rows of `leaf` have each key."""
    home = registry.models[leaf[0]].connection
    if any(
        registry.models[model].connection != home for model, _ in lookup.leaves
    ):  # it is answered on a connection of its own, and stays there
        return lookup
    met = {name: _beyond(registry, home, meaning.slots[leaf], at) for name, meaning in asked.fields.items()}
    names = {name: beyond[1] for name, beyond in met.items() if beyond}
    kept = tuple(_renamed(part, names) for part in asked.query.where if _fields(part) <= names.keys())
    if not kept:
        return lookup
    query = MetricQuery(metrics=lookup.query.metrics, group_by=lookup.query.group_by, where=kept)
    try:
        found = resolve_fully(registry, query, None)
    except AnabotError:  # what the key leads to has another name there
        return lookup
    keys = {key.any_slot.element.name: key.slots for key in lookup.keys}
    wanted = {
        (where, *_from(there, asked.fields[name].slots[leaf], at))
        for name, beyond in met.items()
        if beyond
        for where, there in keys[beyond[0]].items()
    }
    placed = {
        (where, slot.hops, slot.home, slot.grain, slot.part)
        for each in found.fields.values()
        for where, slot in each.slots.items()
    }
    return found if placed <= wanted else lookup


def _from(there: Slot, slot: Slot, at: Mapping[str, Slot]) -> tuple[object, ...]:
    """Where the slot must lie for rows that have the key at `there`."""
    key = next(key for key in at.values() if _leads(key, slot))
    return (*there.hops, *slot.hops[len(key.hops) :]), slot.home, slot.grain, slot.part


def _leads(key: Slot, slot: Slot) -> bool:
    size = len(key.hops)
    return slot.hops[:size] == key.hops and len(slot.hops) > size and slot.hops[size].entity == key.element.name


def _beyond(registry: Registry, connection: str, slot: Slot, at: Mapping[str, Slot]) -> tuple[str, str] | None:
    """The key that leads to the slot, and the slot's name from there; None where the key alone does not decide it."""
    key = next((key for key in at.values() if _leads(key, slot)), None)
    if key is None or slot.custom or slot.metric_time:
        return None
    hops = slot.hops[len(key.hops) :]
    if not all(_one(registry, connection, hop) for hop in hops):
        return None
    tail = f"__extract_{slot.part}" if slot.part else f"__{slot.grain.value}" if slot.grain else ""
    return key.element.name, "__".join([*(hop.entity for hop in hops), slot.element.name]) + tail


def _one(registry: Registry, connection: str, hop: Hop) -> bool:
    """Whether the join is decided by its key, on this connection, and not also by a time or a partition."""
    model = registry.models[hop.model]
    if model.crosswalk or model.connection != connection:
        return False
    kind = model.entities[hop.entity].kind
    return kind in ("primary", "unique") and not any(each.partition for each in model.dimensions.values())


def _fields(part: Filter) -> set[str]:
    match part:
        case AnyOf(any=parts) | AllOf(all=parts):
            return {name for each in parts for name in _fields(each)} or {""}
        case Not(not_=inner):
            return _fields(inner)
        case Against():
            return {""}
    return {part.field}


def _renamed(part: Filter, names: Mapping[str, str]) -> Filter:
    match part:
        case AnyOf(any=parts):
            return AnyOf(any=tuple(_renamed(each, names) for each in parts))
        case AllOf(all=parts):
            return AllOf(all=tuple(_renamed(each, names) for each in parts))
        case Not(not_=inner):
            return Not.model_validate({"not": _renamed(inner, names)})
    assert isinstance(part, Condition), "two times are left out"
    return Condition(field=names[part.field], op=part.op, values=part.values)
