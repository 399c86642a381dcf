"""Prove golden values: ask every one of them through the door and compare exactly. Never rounds to make one fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from anabot.engine import Engine, Intent
from anabot.errors import AnabotError
from anabot.semantic.query import Condition, MetricQuery, Span
from anabot.semantic.registry import Golden, Metric, Registry
from anabot.types import Cell, Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A golden value that did not come out."""

    metric: str
    expected: Decimal
    found: str


def prove(registry: Registry, engine: Engine) -> tuple[Wrong, ...]:
    """Every golden value that the warehouse does not give, in the order of the metrics' names."""
    names = frozenset(registry.metrics)
    grant = Grant(subject="golden", audience="golden", metrics=names, listed=names, reason="golden values are proved whole")
    return tuple(wrong for name in sorted(names) for wrong in _of_metric(registry.metrics[name], engine, grant))


def golden_query(metric: Metric, golden: Golden) -> MetricQuery:
    """The question whose answer is the golden value."""
    period = Span(start=golden.period[0], end=golden.period[1]) if golden.period else None
    where = tuple(Condition(field=field, values=(value,)) for field, value in sorted(golden.where.items()))
    return MetricQuery(metrics=(metric.name,), where=where, period=period)


def _of_metric(metric: Metric, engine: Engine, grant: Grant) -> Iterator[Wrong]:
    intent = Intent(question_id=f"golden:{metric.name}", actor="ana", place="check", kind="check")
    for golden in metric.golden:
        try:
            rows = engine.run(golden_query(metric, golden), grant, intent=intent).table.rows
            found: Cell = rows[0][0] if rows else None
        except AnabotError as error:
            yield Wrong(metric=metric.name, expected=golden.value, found=str(error))
            continue
        if not isinstance(found, Decimal | int) or Decimal(found) != golden.value:
            yield Wrong(metric=metric.name, expected=golden.value, found=str(found))
