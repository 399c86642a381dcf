"""What the bakery's own layer has no need of, one question a feature, kept as golden files beside those of `cases`.

Trips between shops add a second role of one key, a partition, times within a day and percentiles; the rest stands on the bakery's
own tables under further names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from anabot.periods import Calendar
from anabot.semantic import parse_registry
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.same_point import pinned
from tests.tiny import tiny_files

SUMMER = {"start": "2026-05-01", "end": "2026-08-01"}
JUNE = {"start": "2026-06-01", "end": "2026-07-01"}
DAY = {"start": "2026-06-03", "end": "2026-06-04"}

LAYER = """
models:
- name: days
  config: {schema: crumb}
  time_spine: {standard_granularity_column: day, custom_granularities: [{name: season, column_name: season_start}]}
  columns:
  - {name: day, granularity: day}
  - {name: season_start}
- name: hours
  config: {schema: crumb}
  time_spine: {standard_granularity_column: hour}
  columns:
  - {name: hour, granularity: hour}
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
  - {name: placed_late, type: simple, agg: count, expr: order_id,
     filter: "{{ TimeDimension('order_again__ordered_on', 'month') }} >= '2026-06-01'"}
  - {name: known_placed, type: simple, agg: count, expr: order_id, filter: "{{ Entity('customer') }} IS NOT NULL"}
  - {name: busy_shops_placed, type: simple, agg: count, expr: order_id, filter: "{{ Metric('placed', ['shop']) }} > 17"}
- name: trips
  config: {schema: crumb}
  semantic_model: {enabled: true, name: trips}
  agg_time_dimension: left_at
  columns:
  - {name: trip_id, entity: {name: trip, type: primary}}
  - {name: from_shop, entity: {name: sender, type: foreign}}
  - {name: to_shop, entity: {name: receiver, type: foreign}}
  - {name: driver_id, entity: {name: driver, type: foreign}}
  - {name: left_at, granularity: second, dimension: {name: left_at, type: time}}
  - {name: loaded_on, granularity: day, dimension: {name: loaded_on, type: time, is_partition: true}}
  metrics:
  - {name: trips_made, type: simple, agg: count, expr: trip_id}
  - {name: pieces, type: simple, agg: sum, expr: pieces}
  - {name: median_pieces, type: simple, agg: percentile, expr: pieces, percentile: 0.5}
  - {name: about_pieces, type: simple, agg: percentile, expr: pieces, percentile: 0.5, percentile_type: continuous}
  - {name: slowest_tenth, type: simple, agg: percentile, expr: minutes, percentile: 0.9, percentile_type: discrete}
- name: ends
  config: {schema: crumb, alias: shops}
  semantic_model: {enabled: true, name: ends}
  columns:
  - {name: shop_id, entity: {name: sender, type: primary}, dimension: {name: end_shop, type: categorical}}
  - {name: region_id, entity: {name: area, type: foreign}}
  - {name: shop, dimension: {name: end_name, type: categorical}}
  derived_semantics:
    entities:
    - {name: receiver, type: unique, expr: shop_id}
- name: drivers
  config: {schema: crumb}
  semantic_model: {enabled: true, name: drivers}
  columns:
  - {name: driver_id, entity: {name: driver, type: primary}}
  - {name: grade, dimension: {name: grade, type: categorical}}
  - {name: loaded_on, granularity: day, dimension: {name: loaded_on, type: time, is_partition: true}}
- name: staff_again
  config: {schema: crumb, alias: staff}
  semantic_model: {enabled: true, name: staff_again}
  agg_time_dimension: as_of
  primary_entity: staff_again
  columns:
  - {name: shop_id, entity: {name: shop, type: foreign}}
  - {name: as_of, granularity: day, dimension: {name: as_of, type: time}}
  metrics:
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
- {name: pieces_3h, type: cumulative, input_metric: pieces, window: 3 hours}
- {name: placed_before, type: derived, expr: before, input_metrics: [{name: placed, alias: before, offset_window: 7 days}]}
- {name: growth, type: derived, expr: placed - before,
   input_metrics: [placed, {name: placed, alias: before, offset_window: 1 month}]}
- {name: at_start, type: derived, expr: first, input_metrics: [{name: placed, alias: first, offset_to_grain: month}]}
- {name: twice_before, type: derived, expr: 2 * placed_before, input_metrics: [{name: placed_before, offset_window: 3 days}]}
- {name: last_season, type: derived, expr: a, input_metrics: [{name: placed, alias: a, offset_window: 1 season}]}
- {name: an_hour_ago, type: derived, expr: a, input_metrics: [{name: pieces, alias: a, offset_window: 1 hour}]}
- {name: online_part, type: ratio,
   numerator: {name: placed, filter: "{{ Dimension('order_again__channel') }} = 'online'"}, denominator: placed}
- {name: pieces_each, type: ratio, numerator: pieces, denominator: trips_made}
- {name: came_back, type: conversion, entity: customer, calculation: conversions, window: 60 days,
   base_metric: online_placed, conversion_metric: placed}
- {name: came_back_rate, type: conversion, entity: customer, calculation: conversion_rate,
   base_metric: online_placed, conversion_metric: placed}
- name: came_back_there
  type: conversion
  entity: customer
  calculation: conversion_rate
  window: 90 days
  base_metric: online_placed
  conversion_metric: placed
  constant_properties: [{base_property: channel, conversion_property: channel}]
"""
# Only the older spelling can say `approximate`.
APPROXIMATE = """
semantic_models:
- name: trips_older
  model: ref('trips')
  defaults: {agg_time_dimension: left_at}
  primary_entity: older_trip
  dimensions:
  - {name: left_at, type: time, type_params: {time_granularity: second}}
  measures:
  - {name: about_half, agg: percentile, expr: minutes, create_metric: true,
     agg_params: {percentile: 0.5, use_approximate_percentile: true}}
  - {name: about_half_a_row, agg: percentile, expr: minutes, create_metric: true,
     agg_params: {percentile: 0.5, use_approximate_percentile: true, use_discrete_percentile: true}}
"""

TABLES = {
    "days": "day DATE, season_start DATE",
    "hours": "hour TIMESTAMP",
    "tiers_over_time": "customer_id INTEGER, tier_then VARCHAR, from_day DATE, to_day DATE",
    "trips": "trip_id INTEGER, from_shop INTEGER, to_shop INTEGER, driver_id INTEGER, left_at TIMESTAMP, loaded_on DATE, "
    "pieces INTEGER, minutes DECIMAL(12,2)",
    "drivers": "driver_id INTEGER, grade VARCHAR, loaded_on DATE",
}


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every further table's rows, never random."""
    days = [dt.date(2024, 12, 1) + dt.timedelta(days=n) for n in range(760)]
    start = dt.datetime(2026, 6, 1)  # noqa: DTZ001 - naive, as stored
    turns = {n: dt.date(2026, n % 6 + 1, 1) for n in range(1, 13)}
    trips = [start + dt.timedelta(hours=n * 5 % 96, minutes=n * 7 % 60, seconds=n * 11 % 60) for n in range(1, 61)]
    return {
        "days": [(day, day.replace(month=(day.month - 1) // 4 * 4 + 1, day=1)) for day in days],
        "hours": [(start + dt.timedelta(hours=n),) for n in range(-24, 24 * 8)],
        "tiers_over_time": [
            row for n, turn in turns.items() for row in ((n, "new", dt.date(2020, 1, 1), turn), (n, "old", turn, None))
        ],
        "trips": [
            (n, n % 5 + 1, None if n % 9 == 0 else n % 4 + 1, n % 3 + 1, at, at.date(), n % 7 or None, Decimal(n * 13 % 50) / 4)
            for n, at in enumerate(trips, 1)
        ],
        "drivers": [(n, "abc"[(n + k) % 3], dt.date(2026, 6, 1) + dt.timedelta(days=k)) for n in (1, 2, 3) for k in range(4)],
    }


@lru_cache(maxsize=1)
def wide_registry() -> Registry:
    """The bakery's registry with the further models and metrics, read once."""
    return parse_registry({**tiny_files(), "wide.yml": LAYER, "approximate.yml": APPROXIMATE}, governed=False)


@dataclass(frozen=True)
class Wide:
    """One question, or the `values` of dimensions without a metric. `lacks`: the dialects that refuse it by name."""

    query: dict[str, Any] = field(default_factory=dict)
    where: tuple[str, ...] = ()  # conditions in dbt's words
    rules: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    values: tuple[str, ...] = ()
    extremes: bool = False
    lacks: tuple[str, ...] = ()


def _of(*metrics: str, by: tuple[str, ...] = (), **more: Any) -> Wide:
    here = {name: more.pop(name) for name in ("where", "rules", "lacks") if name in more}
    return Wide(query={"metrics": list(metrics), "group_by": list(by), **more}, **here)


def _same_point(point: str, **more: Any) -> Wide:
    calendar = Calendar(zone=ZoneInfo("UTC"), fiscal_start=2)
    query = pinned(MetricQuery.model_validate(more), dt.date.fromisoformat(point), calendar)
    return Wide(query=query.as_json())


MONTH, TIME = "metric_time__month", "metric_time"
WIDE: dict[str, Wide] = {
    # Moved in time
    "an_offset_of_days": _of("placed_before", by=(TIME,), period=SUMMER),
    "an_offset_as_one_total": _of("placed_before", period=SUMMER),
    "an_offset_of_a_month_by_month": _of("growth", by=(MONTH,), period=SUMMER),
    "an_offset_to_the_start_of_the_month": _of("at_start", by=(MONTH,), period=SUMMER),
    "offsets_within_offsets": _of("twice_before", by=(TIME,), period=JUNE),
    "an_offset_of_a_season": _of("last_season", by=(TIME,), period=SUMMER),
    "an_offset_of_an_hour": _of("an_hour_ago", by=("metric_time__hour",), period=DAY),
    "the_last_28_days": _of("placed_28", by=(TIME,), period=JUNE),
    "the_last_28_days_as_one_total": _of("placed_28", period=JUNE),
    "the_last_3_hours": _of("pieces_3h", by=("metric_time__hour",), period=DAY),
    "a_running_total": _of("placed_ever", by=(TIME,), period=JUNE),
    "a_running_total_by_a_join": _of("placed_ever", by=("region",), period=JUNE),
    "a_month_to_date": _of("placed_mtd", by=(TIME,), period=JUNE),
    "a_month_to_date_by_its_first_day": _of("placed_mtd", by=(MONTH,), period=SUMMER),
    "a_month_to_date_by_its_last_day": _of("placed_mtd_last", by=(MONTH,), period=SUMMER),
    "a_month_to_date_by_the_average_of_its_days": _of("placed_mtd_mean", by=(MONTH,), period=SUMMER),
    "gaps_filled_with_nought": _of("placed_each_day", by=(TIME,), period=JUNE),
    "gaps_left_empty_by_week": _of("placed_or_none", by=("metric_time__week",), period=SUMMER),
    "a_balance_of_the_last_day": _of("hours_at_end", by=(MONTH,)),
    "a_balance_for_each_shop": _of("hours_at_shop_start", by=("shop_name",)),
    # Conversions
    "a_conversion_within_days": _of("came_back", by=(MONTH,), period=SUMMER),
    "a_conversion_rate_without_a_window": _of("came_back_rate"),
    "a_conversion_with_a_constant_property": _of("came_back_there", by=("channel",)),
    # Percentiles
    "a_continuous_percentile": _of("median_pieces", by=("sender__end_name",)),
    "a_discrete_percentile": _of("slowest_tenth", by=("metric_time__day",)),
    "an_approximate_percentile": _of("about_half", lacks=("postgres",)),
    "a_percentile_of_the_continuous_type": _of("about_pieces", lacks=("postgres",)),
    "an_approximate_discrete_percentile": _of("about_half_a_row", lacks=("duckdb", "postgres", "snowflake")),
    # Joins
    "over_two_joins": _of("placed", by=("shop__area__region",), period=SUMMER),
    "by_both_roles_of_one_key": _of("pieces", by=("sender__end_name", "receiver__end_name")),
    "beyond_one_role_of_a_key": _of("pieces", by=("receiver__area__region",)),
    "history_as_it_was_then": _of("placed", by=("tier_then",), period=SUMMER),
    "joined_within_a_partition": _of("trips_made", by=("grade",), period=DAY),
    # Times
    "by_season": _of("placed", by=("metric_time__season",)),
    "by_second": _of("trips_made", by=("metric_time__second",), period=DAY),
    "by_minute": _of("trips_made", by=("metric_time__minute",), period=DAY),
    "by_date_parts": _of("placed", by=tuple(f"metric_time__extract_{part}" for part in ("year", "quarter", "month"))),
    "by_day_of_the_year_and_the_month": _of("placed", by=("metric_time__extract_doy", "metric_time__extract_day"), period=JUNE),
    "by_year": _of("placed", by=("metric_time__year",)),
    # Filters
    "filtered_by_a_month_in_its_definition": _of("placed_late", by=(MONTH,)),
    "filtered_by_a_key_in_its_definition": _of("known_placed"),
    "filtered_by_another_metric": _of("busy_shops_placed", period=SUMMER),
    "a_ratio_with_a_filtered_input": _of("online_part", by=(MONTH,), period=SUMMER),
    "filtered_by_the_question_in_dbts_words": _of(
        "placed", where=("{{ Dimension('order_again__channel') }} = 'phone' OR {{ Dimension('shop__shop_name') }} LIKE 'M%'",)
    ),
    "filtered_by_an_hour_in_dbts_words": _of(
        "pieces",
        where=("{{ TimeDimension('metric_time', 'hour') }} >= '2026-06-02 10:00:00'",),
    ),
    "a_running_total_kept_ordered_and_limited": _of(
        "placed_ever",
        by=("shop_name",),
        period=JUNE,
        having=[{"field": "placed_ever", "op": "gt", "values": ["10"]}],
        order_by=["-placed_ever", "shop_name"],
        limit=3,
    ),
    # Comparisons
    "a_running_total_compared_with_the_year_before": _of("placed_mtd", period=JUNE, compare="previous_year"),
    "a_ratio_compared_by_both_roles": _of(
        "pieces_each", by=("sender__end_name",), period=DAY, compare={"start": "2026-06-02", "end": "2026-06-03"}
    ),
    "the_same_point_of_the_month_before": _same_point(
        "2026-06-18", metrics=["placed"], group_by=["channel"], period=JUNE, compare="same_point"
    ),
    "the_same_point_of_the_year_before": _same_point(
        "2026-06-18", metrics=["placed"], period=JUNE, compare="same_point_previous_year"
    ),
    # Values
    "values_told_apart": Wide(values=("country", "region")),
    "values_of_a_metrics_dimension": Wide(values=("order_again__channel",)),
    "the_least_and_greatest_day": Wide(values=("metric_time",), extremes=True),
    "the_least_and_greatest_order_day": Wide(values=("order_again__ordered_on",), extremes=True),
    # Row rules
    "a_running_total_under_a_row_rule": _of("placed_ever", period=JUNE, rules=(("regions", "region", ("North",)),)),
    "a_conversion_under_a_row_rule": _of("came_back", rules=(("regions", "region", ("North",)),)),
}


def plain(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows as all engines give them: a number is a number, whatever type it came in.

    To nine places: where a change is divided by what was itself divided, one engine has rounded at the tenth before.
    """
    return [tuple(_number(cell) if isinstance(cell, Decimal | float) else cell for cell in row) for row in rows]


def _number(cell: Decimal | float) -> Decimal:
    return round(Decimal(cell), 9).normalize()
