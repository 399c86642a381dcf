"""Made-up rows and bridges of the right shape, to rehearse a playbook's words. Pure; no number in them means anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from anabot.playbooks.view import Result, span
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Reconciliation, Registry
from anabot.semantic.resolve import compared_period
from anabot.types import Bridge, Cell, Column, Table

_ROWS = 3
_SOME_DAY = dt.date(2026, 1, 1)


def sample_result(name: str, query: MetricQuery, registry: Registry, columns: Sequence[Column]) -> Result:
    """A result of the query's shape: several rows where it groups, one where it does not."""
    rows = [tuple(_cell(column, query, row) for column in columns) for row in range(_ROWS if query.group_by else 1)]
    return Result(
        name=name,
        table=Table(columns=tuple(columns), rows=tuple(rows)),
        metrics=query.metrics,
        period=span(query.period),
        previous=compared_period(query),
        fiscal_start=registry.calendar.fiscal_start,
    )


def sample_bridge(found: Reconciliation) -> Bridge:
    """A bridge with this reconciliation's lines."""
    labels = [found.left, *((metric, label) for metric, label, _ in found.terms), found.right]
    lines = tuple((label, Decimal(1), metric) for metric, label in labels)
    return Bridge(
        name=found.name, title=found.title, unit=found.unit, lines=lines, residual=Decimal(0), tolerance=found.tolerance
    )


def _cell(column: Column, query: MetricQuery, row: int) -> Cell:
    if column.type in ("text", "boolean"):
        return f"example {row}" if column.type == "text" else row == 0
    if column.type in ("date", "time"):
        return query.period.start if query.period else _SOME_DAY
    return Decimal(_ROWS - row)
