"""Prove golden values: ask every one of them through the door and compare exactly. Never rounds to make one fit.

Values of one period and one filter are asked for together, so that proving a whole registry takes a few queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from anabot.engine import Engine, Intent
from anabot.errors import AnabotError
from anabot.semantic.query import Condition, MetricQuery, Span
from anabot.semantic.registry import Golden, Registry
from anabot.types import Cell, Grant

_TOGETHER = 12
_INTENT = Intent(question_id="golden", actor="ana", place="check", kind="check")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A golden value that did not come out."""

    metric: str
    expected: Decimal
    found: str


def prove(registry: Registry, engine: Engine) -> tuple[Wrong, ...]:
    """Every golden value that the warehouse does not give, in the order of the metrics' names."""
    names = frozenset(registry.metrics)
    why = "golden values are proved whole"
    grant = Grant(subject="golden", audience="golden", metrics=names, listed=names, house=True, reason=why)
    wrong = [one for batch in _batches(registry) for one in _of_batch(batch, engine, grant)]
    return tuple(sorted(wrong, key=lambda one: one.metric))


def golden_query(metrics: tuple[str, ...], golden: Golden) -> MetricQuery:
    """The question whose answer is the golden value of each of these metrics."""
    period = Span(start=golden.period[0], end=golden.period[1]) if golden.period else None
    where = tuple(Condition(field=field, values=(value,)) for field, value in sorted(golden.where.items()))
    return MetricQuery(metrics=metrics, where=where, period=period)


def _batches(registry: Registry) -> Iterator[dict[str, Golden]]:
    """Golden values by metric, all of one period and filter, at most so many at once."""
    alike: dict[str, list[dict[str, Golden]]] = {}
    for name in sorted(registry.metrics):
        for golden in registry.metrics[name].golden:
            waiting = alike.setdefault(repr((golden.period, sorted(golden.where.items()))), [{}])
            if name in waiting[-1] or len(waiting[-1]) == _TOGETHER:
                waiting.append({})
            waiting[-1][name] = golden
    for waiting in alike.values():
        yield from waiting


def _of_batch(batch: dict[str, Golden], engine: Engine, grant: Grant) -> Iterator[Wrong]:
    names = tuple(batch)
    try:
        rows = engine.run(golden_query(names, batch[names[0]]), grant, intent=_INTENT).table.rows
    except AnabotError as error:
        if len(batch) > 1:  # one that fails must not hide the others
            for name, golden in batch.items():
                yield from _of_batch({name: golden}, engine, grant)
        else:
            yield Wrong(metric=names[0], expected=batch[names[0]].value, found=str(error))
        return
    cells: tuple[Cell, ...] = rows[0] if rows else (None,) * len(names)
    for name, found in zip(names, cells, strict=True):
        if not isinstance(found, Decimal | int) or Decimal(found) != batch[name].value:
            yield Wrong(metric=name, expected=batch[name].value, found=str(found))
