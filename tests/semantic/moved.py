"""The bakery with metrics that move in time, a spine of days and history; and what of it plain Python counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import sqlglot

from anabot.semantic import compile_query, parse_registry, render
from anabot.semantic.compiled import Compiled
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant
from tests.semantic import oracle
from tests.tiny import tiny_files, warehouse

MOVED = """
models:
- name: days
  config: {schema: crumb}
  time_spine: {standard_granularity_column: day, custom_granularities: [{name: season, column_name: season_start}, {name: term}]}
  columns:
  - {name: day, granularity: day}
  - {name: season_start}
  - {name: term}
- name: orders_again
  config: {schema: crumb, alias: orders}
  semantic_model: {enabled: true, name: orders_again}
  agg_time_dimension: ordered_on
  columns:
  - {name: order_id, entity: {name: order_again, type: primary}}
  - {name: customer_id, entity: {name: customer, type: foreign}}
  - {name: shop_id, entity: {name: shop, type: foreign}}
  - {name: ordered_on, granularity: day, dimension: {name: ordered_on, type: time}}
  - {name: channel, dimension: {name: channel, type: categorical}}
  metrics:
  - {name: placed, type: simple, agg: count, expr: order_id}
  - {name: placed_each_day, type: simple, agg: count, expr: order_id, join_to_timespine: true, fill_nulls_with: 0}
  - {name: placed_or_none, type: simple, agg: count, expr: order_id, join_to_timespine: true}
  - {name: online_placed, type: simple, agg: count, expr: order_id, filter: "{{ Dimension('order_again__channel') }} = 'online'"}
  - {name: gold_shops, type: simple, agg: count, expr: order_id, filter: "{{ Metric('placed', ['shop']) }} > 17"}
- name: staff_again
  config: {schema: crumb, alias: staff}
  semantic_model: {enabled: true, name: staff_again}
  agg_time_dimension: as_of
  primary_entity: staff_again
  columns:
  - {name: shop_id, entity: {name: shop, type: foreign}}
  - {name: as_of, granularity: day, dimension: {name: as_of, type: time}}
  metrics:
  - name: staff_at_end
    type: simple
    agg: count_distinct
    expr: staff_id
    non_additive_dimension: {name: as_of, window_agg: max}
  - {name: hours_at_end, type: simple, agg: sum, expr: hours, non_additive_dimension: {name: as_of, window_agg: max}}
  - name: hours_at_shop_start
    type: simple
    agg: sum
    expr: hours
    non_additive_dimension: {name: as_of, window_agg: min, group_by: [shop]}
- name: tiers_over_time
  config: {schema: crumb}
  semantic_model: {enabled: true, name: tiers_over_time}
  primary_entity: customer
  columns:
  - {name: customer_id, entity: {name: customer, type: natural}}
  - {name: tier_then, dimension: {name: tier_then, type: categorical}}
  - {name: from_day, granularity: day, dimension: {name: from_day, type: time, validity_params: {is_start: true}}}
  - {name: to_day, granularity: day, dimension: {name: to_day, type: time, validity_params: {is_end: true}}}
metrics:
- {name: placed_28, type: cumulative, input_metric: placed, window: 28 days}
- {name: placed_ever, type: cumulative, input_metric: placed}
- {name: placed_mtd, type: cumulative, input_metric: placed, grain_to_date: month}
- {name: placed_mtd_last, type: cumulative, input_metric: placed, grain_to_date: month, period_agg: last}
- {name: placed_mtd_mean, type: cumulative, input_metric: placed, grain_to_date: month, period_agg: average}
- {name: placed_before, type: derived, expr: before, input_metrics: [{name: placed, alias: before, offset_window: 7 days}]}
- {name: placed_last_season, type: derived, expr: a, input_metrics: [{name: placed, alias: a, offset_window: 1 season}]}
- {name: placed_last_term, type: derived, expr: a, input_metrics: [{name: placed, alias: a, offset_window: 1 term}]}
- name: placed_a_year_of_seasons_ago
  type: derived
  expr: a
  input_metrics: [{name: placed_last_season, alias: a, offset_window: 2 seasons}]
- name: ever_last_season
  type: derived
  expr: a
  input_metrics: [{name: placed_ever, alias: a, offset_window: 1 season}]
- name: growth
  type: derived
  expr: placed - before
  input_metrics: [placed, {name: placed, alias: before, offset_window: 1 month}]
- {name: at_start, type: derived, expr: first, input_metrics: [{name: placed, alias: first, offset_to_grain: month}]}
- {name: twice_before, type: derived, expr: 2 * placed_before, input_metrics: [{name: placed_before, offset_window: 3 days}]}
- name: came_back
  type: conversion
  entity: customer
  calculation: conversions
  window: 60 days
  base_metric: online_placed
  conversion_metric: placed
- name: came_back_rate
  type: conversion
  entity: customer
  calculation: conversion_rate
  window: 60 days
  base_metric: online_placed
  conversion_metric: placed
"""
DAY = dt.timedelta(days=1)
SUMMER = {"start": "2026-05-01", "end": "2026-08-01"}
ORDERED = sorted(row["time"] for row in oracle.ORDERS)
DAYS = [dt.date(2024, 12, 1) + DAY * n for n in range(760)]


def moved_registry() -> Registry:
    return parse_registry({**tiny_files(), "moved.yml": MOVED}, governed=False)


@dataclass(frozen=True)
class Run:
    """A way to ask: the rows of a question on DuckDB, once its text is SQL in the other dialects too."""

    registry: Registry
    con: duckdb.DuckDBPyConnection

    def __call__(
        self, *metrics: str, predicates: tuple[Any, ...] = (), grant: Grant | None = None, **query: Any
    ) -> list[tuple[Any, ...]]:
        question, may = MetricQuery.model_validate({"metrics": metrics, **query}), grant or everything(self.registry)
        for dialect in ("postgres", "snowflake"):
            other = compile_query(self.registry, question, may, predicates=predicates, dialect=dialect)
            assert sqlglot.parse_one(render(other.prepared[0]).text, read=dialect)
        return self.rows(compile_query(self.registry, question, may, predicates=predicates))

    def rows(self, compiled: Compiled) -> list[tuple[Any, ...]]:
        """What the compiled question gives."""
        statement = render(compiled.prepared[0])
        return self.con.execute(statement.text, list(statement.params)).fetchall()


@contextmanager
def asking(registry: Registry, folder: Path) -> Iterator[Run]:
    """The bakery, with a spine of days and with tiers over time, to be asked."""
    path = folder / "moved.duckdb"
    warehouse.build(path)
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE crumb.days (day DATE, season_start DATE, term VARCHAR)")
        con.executemany("INSERT INTO crumb.days VALUES (?, ?, ?)", [(day, season(day), term(day)) for day in DAYS])
        con.execute("CREATE TABLE crumb.tiers_over_time (customer_id INTEGER, tier_then VARCHAR, from_day DATE, to_day DATE)")
        for n in range(1, 13):
            turn = dt.date(2026, n % 6 + 1, 1)
            con.execute(
                "INSERT INTO crumb.tiers_over_time VALUES (?, 'new', '2020-01-01', ?), (?, 'old', ?, NULL)", [n, turn, n, turn]
            )
        yield Run(registry, con)


def season(day: dt.date) -> dt.date:
    return day.replace(month=(day.month - 1) // 4 * 4 + 1, day=1)


def term(day: dt.date) -> str:
    """The name of a season, which sorts otherwise than the seasons do."""
    return f"{('Winter', 'Summer', 'Autumn')[(day.month - 1) // 4]} {day.year}"


def everything(registry: Registry) -> Grant:
    return Grant(subject="bea", audience="dm", metrics=frozenset(registry.metrics))


def placed(start: dt.date, end: dt.date) -> int | None:
    """Orders from `start` up to, not including, `end`; None where there are none."""
    return sum(start <= day < end for day in ORDERED) or None


def back(day: dt.date, months: int) -> dt.date:
    index = day.year * 12 + day.month - 1 - months
    first = dt.date(index // 12, index % 12 + 1, 1)
    return min(first.replace(day=day.day) if day.day <= 28 else first + DAY * (day.day - 1), _last(first))


def _last(first: dt.date) -> dt.date:
    return (first + DAY * 31).replace(day=1) - DAY


def inside(day: dt.date) -> bool:
    return SUMMER["start"] <= day.isoformat() < SUMMER["end"]
