"""Put the tables of several readings side by side, where their rows are the same things: orders by week, and those on weekends.

Pure. Cells stay as they came: nothing is computed, and where a reading has no row its cell is empty, but for a part of what is
counted or added up beside it, of which there is then none. Rows that were cut, or that may not be shown, are left apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from anabot.semantic.query import Filter, MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.where_words import narrowed
from anabot.types import Cell, Column, Table

Told = tuple[MetricQuery, Table]
_ADDED_UP = ("sum", "count", "sum_boolean")


def abreast(parts: Sequence[Told], registry: Registry) -> Table | None:
    """One table of all parts, in the order of the first and then of the others' own rows; None where they do not fit together."""
    first = parts[0][0]
    if len(parts) < 2 or not all(_alike(first, query) and _whole(query, table) for query, table in parts):
        return None
    size = len(first.group_by)
    keys = dict.fromkeys(row[:size] for _, table in parts for row in table.rows)
    if size == 0 and len(keys) != 1:
        return None
    if size and all(name.startswith("metric_time") for name in first.group_by):
        keys = dict.fromkeys(sorted(keys, key=lambda key: list(map(_moment, key))))
    shared = [part for part in first.where if all(part in query.where for query, _ in parts)]
    columns, cells = list(parts[0][1].columns[:size]), [list(key) for key in keys]
    for place, (query, table) in enumerate(parts):
        known = {row[:size]: row[size:] for row in table.rows}
        if len(known) != len(table.rows):
            return None
        absent = _absent(first, query, table.columns[size:], registry, place)
        columns += _named(first, query, table.columns[size:], place, shared)
        for key, row in zip(keys, cells, strict=True):
            row.extend(known.get(key, absent))
    return Table(columns=tuple(columns), rows=tuple(map(tuple, cells)))


def _moment(cell: Cell) -> str:
    return f"{cell:02d}" if isinstance(cell, int) else str(cell)  # the tenth month after the ninth


def _alike(first: MetricQuery, query: MetricQuery) -> bool:
    return (query.group_by, query.period) == (first.group_by, first.period) and bool(query.metrics)


def _whole(query: MetricQuery, table: Table) -> bool:
    cut = query.limit is not None or query.having or query.compare or query.share or query.running or query.made or query.over
    return not (cut or table.truncated or table.suppressed)


def _part_of(first: MetricQuery, query: MetricQuery) -> bool:
    return set(query.metrics) <= set(first.metrics) and set(first.where) <= set(query.where)


def _absent(
    first: MetricQuery, query: MetricQuery, columns: Sequence[Column], registry: Registry, place: int
) -> tuple[Cell, ...]:
    """What stands where the reading has no row: of what is counted none, and so of what is a part of the first; else nothing."""
    metrics = [registry.metrics.get(column.name) for column in columns]
    known = _ADDED_UP if place and _part_of(first, query) else ("count",)
    return tuple(0 if each and each.kind == "simple" and each.agg in known else None for each in metrics)


def _named(
    first: MetricQuery, query: MetricQuery, columns: Sequence[Column], place: int, shared: Sequence[Filter]
) -> list[Column]:
    """The columns under names of their own, and labels that say what else holds for them."""
    more = narrowed(part for part in query.where if part not in shared)
    return [
        replace(
            column,
            name=f"{column.name}__{place + 1}" if place and column.name in first.metrics else column.name,
            label=f"{column.label or column.name}{more}",
        )
        for column in columns
    ]
