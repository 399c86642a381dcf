"""All values of what a question groups by, whether anything was measured for them or not: customers without an order, too.

They come from the one model that the groups describe, under those conditions that hold there; a grant's row rules are laid over
that scan like over any other. It never invents a value that has no row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.semantic.catalog import Catalog, Hop, Slot
from anabot.semantic.formula import Need
from anabot.semantic.meaning import Meaning
from anabot.semantic.plan import Aggregated, Filtered, Named
from anabot.semantic.query import Filter, MetricQuery, fields_of
from anabot.semantic.registry import Dimension, Entity, Registry
from anabot.semantic.resolve import Resolved
from anabot.semantic.source import Question, Source
from anabot.semantic.times import Timing
from anabot.semantic.trees import number

_ADDED_UP = ("sum", "sum_boolean", "count", "count_distinct")


def everything(catalog: Catalog, asked: Resolved, planning: Callable[[Resolved], Question]) -> Aggregated:
    """The part that only lists; `planning` plans another resolved question beside this one.

    Raises:
        BadQuery: the groups are of several models, or of time.
    """
    home = _home(catalog, asked.keys)
    leaf = (home, "")
    found = {meaning.name: _there(catalog, home, meaning) for meaning in (*asked.keys, *asked.fields.values())}
    there = {name: Meaning(name=name, slots={leaf: slot}) for name, slot in found.items() if slot is not None}
    where = tuple(part for part in asked.query.where if set(fields_of((part,))) <= there.keys())
    _not_mixed(asked.query.where, where, there.keys())
    keys = tuple(there[meaning.name] for meaning in asked.keys)
    fields = {name: there[name] for name in fields_of(where)}
    query = MetricQuery.model_construct(metrics=(), group_by=tuple(each.name for each in keys), where=where)
    source = Source(planning(Resolved(query=query, keys=keys, fields=fields, leaves={leaf: ""})), leaf, Timing())
    named = tuple((each.name, source.key(each.slots[leaf])) for each in keys)
    kept = tuple(source.chosen(part) for part in where)
    rows = Filtered(rows=source.rows, conditions=kept) if kept else source.rows
    return Aggregated(rows=rows, keys=named, measures=())


def every_time(asked: Resolved) -> bool:
    """Whether it is each day, week, month … of a period that is listed, from the time spine.

    Raises:
        BadQuery: without a period, a spine has times of which nobody asked.
    """
    if not all(meaning.any_slot.metric_time and meaning.any_slot.grain for meaning in asked.keys):
        return False
    if asked.query.period is None:
        why = "A time spine begins long before, and ends long after what is measured."
        raise BadQuery("Every time needs a period.", why=why, todo="Say from when to when.")
    return True


def on_spine(need: Need) -> Need:
    """What is needed, with a row for each time that is shown; a balance and a number at another time stay as they are."""
    simple = need.metric.kind == "simple" and need.metric.non_additive is None and need.converted is None
    return replace(need, metric=replace(need.metric, join_to_timespine=True)) if simple else need


def with_zeros(columns: Named, registry: Registry) -> Named:
    """What is counted or added up is 0 where there is nothing; an average or a ratio has no value there."""
    return tuple((name, _zero(tree) if _adds_up(registry, name) else tree) for name, tree in columns)


def _adds_up(registry: Registry, name: str) -> bool:
    metric = registry.metrics.get(name)
    return metric is not None and metric.kind == "simple" and metric.agg in _ADDED_UP and metric.non_additive is None


def _zero(tree: exp.Expression) -> exp.Expression:
    return exp.Coalesce(this=tree.copy(), expressions=[number(0)])


def _home(catalog: Catalog, keys: Iterable[Meaning]) -> str:
    slots = [meaning.any_slot for meaning in keys]
    homes = {_described_in(catalog, slot.element) for slot in slots}
    if len(homes) != 1 or any(slot.metric_time for slot in slots):
        raise BadQuery(
            "Not every combination of these groups can be listed.",
            why="They describe different things, or are times.",
            todo="Group by what describes one thing, such as a customer, or leave out `every`.",
        )
    return homes.pop()


def _described_in(catalog: Catalog, element: Dimension | Entity) -> str:
    """The model that has a row for each value: of a key, the one whose own it is, not one that merely names it."""
    if isinstance(element, Dimension) or element.kind != "foreign":
        return element.model
    own = [
        model.name
        for model in catalog.registry.models.values()
        if (entity := model.entities.get(element.name)) and entity.kind in ("primary", "unique")
    ]
    return own[0] if len(own) == 1 else element.model


def _there(catalog: Catalog, home: str, meaning: Meaning) -> Slot | None:
    """What the name is on the rows of `home` themselves; None where they do not lead to it, or only as it was at some time."""
    slot = meaning.any_slot
    tail = f"__extract_{slot.part}" if slot.part else f"__{slot.grain.value}" if slot.grain else ""
    found = catalog.candidates(home, "", slot.element.name + tail)
    key = isinstance(slot.element, Entity)
    same = [each for each in found if each.home == slot.home or (key and isinstance(each.element, Entity))]
    nearest = [each for each in same if len(each.hops) == min(len(other.hops) for other in same)]
    return nearest[0] if len(nearest) == 1 and not any(_was(catalog, hop) for hop in nearest[0].hops) else None


def _was(catalog: Catalog, hop: Hop) -> bool:
    """Whether the join meets what was true when something was measured."""
    return catalog.registry.models[hop.model].entities[hop.entity].kind == "natural"


def _not_mixed(asked: Iterable[Filter], kept: Iterable[Filter], known: Iterable[str]) -> None:
    """A condition on both what is listed and what is measured would say of neither what it means."""
    left = [part for part in asked if part not in kept]
    if mixed := set(fields_of(left)) & set(known):
        name = sorted(mixed)[0]
        raise BadQuery(f"`{name}` stands in a condition with something else.", todo="Ask without `every`.")
