"""What a mask means for a question: a number that is made of what is masked is refused, and what is seen masked is named.

A metric over masked values would be another number under the same name. What a metric is made of is read off its own statement,
compiled for somebody without masks. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from anabot.errors import AnabotError, NotAllowed
from anabot.semantic.masks import Column, columns_of, masked_columns, read_by
from anabot.semantic.meaning import Meaning
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Dimension, Registry
from anabot.types import Grant

if TYPE_CHECKING:
    from anabot.semantic.compiled import Compiled

Compile = Callable[[Registry, MetricQuery, Grant], "Compiled"]


def refuse_masked(registry: Registry, metrics: Iterable[str], grant: Grant, compile_: Compile) -> None:
    """Nothing, if none of the metrics is made of a column that the grant masks.

    Raises:
        NotAllowed: naming the metric, and not the column.
    """
    hidden = masked_columns(registry, grant.masks)
    for name in metrics:
        columns = made_of(registry, name, compile_)
        if columns is None or columns & hidden:
            why = f"`{name}` is made of something that you may only see masked, and over that it would be another number."
            raise NotAllowed("This cannot be answered for you.", why=why, todo="Ask the data team.")


def refuse_compared(registry: Registry, grant: Grant, fields: Mapping[str, Meaning], times: Iterable[str] = ()) -> None:
    """Nothing, if no number that the grant masks chooses the rows: what a mask leaves of it is no smaller and no larger.

    Nor may one of `times`, which are those of the fields that stand against each other.

    Raises:
        NotAllowed: naming the number or the time, which the asker may see masked.
    """
    hidden = masked_columns(registry, grant.masks)
    for name, meaning in fields.items():
        element = meaning.any_slot.element
        if isinstance(element, Dimension) and (element.numeric or name in times) and hidden & set(_behind(registry, meaning)):
            how = "when it was" if name in times else "how large it is"
            why = f"You may only see `{name}` masked, so that rows cannot be chosen by {how}."
            raise NotAllowed("This cannot be answered for you.", why=why, todo="Ask without that condition.")


def refuse_told_apart(registry: Registry, grant: Grant, each: Iterable[Meaning]) -> None:
    """Nothing, if no group that is counted is told apart by what the grant masks: many of them may be one under their mask.

    Raises:
        NotAllowed: naming what the asker may see masked.
    """
    if found := seen_masked(registry, grant, each):
        why = f"You may only see {found[0]} masked, so that its groups cannot be told apart."
        raise NotAllowed("This cannot be answered for you.", why=why, todo="Ask for groups of something else.")


def seen_masked(registry: Registry, grant: Grant, meanings: Iterable[Meaning]) -> tuple[str, ...]:
    """The labels of those that stand for a masked column, or for something computed from one."""
    hidden = masked_columns(registry, grant.masks)
    found = (each.any_slot.element for each in meanings if hidden and hidden & set(_behind(registry, each)))
    return tuple(dict.fromkeys(each.label or each.name if isinstance(each, Dimension) else each.name for each in found))


def _behind(registry: Registry, meaning: Meaning) -> Iterator[Column]:
    for slot in meaning.slots.values():
        model = registry.models.get(slot.element.model)  # a time of the calendar's own has none
        if model is not None:
            yield from columns_of(model, slot.element.tree)


@lru_cache(maxsize=512)
def made_of(registry: Registry, name: str, compile_: Compile) -> frozenset[Column] | None:
    """The columns that a metric reads whatever it is asked by, its own time among them; None where it cannot be told."""
    names = frozenset(registry.metrics)
    all_of_it = Grant(subject="", audience="", metrics=names, listed=names)
    found: set[Column] = set()
    told = False
    for by in ((), ("metric_time",)):
        try:
            compiled = compile_(registry, MetricQuery(metrics=(name,), group_by=by), all_of_it)
        except AnabotError:  # it has no time, or is nothing without one
            continue
        told = True
        for each in compiled.prepared:
            found |= set(read_by(each.tree, each.connection, compiled.relations))
        found |= {column for used in compiled.metrics for column in _time(registry, used)}
    return frozenset(found) if told else None


def _time(registry: Registry, name: str) -> Iterator[Column]:
    metric = registry.metrics[name]
    model = registry.models.get(metric.model)
    dimension = model.dimensions.get(metric.time_dimension) if model else None
    if model is not None and dimension is not None:
        yield from columns_of(model, dimension.tree)
