"""Metrics that move in time: offsets, running totals, balances, gaps filled from a spine, conversions, history.

Every number is compared with plain Python over the bakery's rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot

from anabot.errors import BadQuery, RegistryError, UnknownName
from anabot.semantic import compile_distinct, compile_query, parse_registry, render
from anabot.semantic.filters import parse_filter
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.registry import Registry
from anabot.types import Grant, RowRule
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
Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return parse_registry({**tiny_files(), "moved.yml": MOVED}, governed=False)


@pytest.fixture(scope="module")
def run(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    path: Path = tmp_path_factory.mktemp("moved") / "moved.duckdb"
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

        def asked(
            *metrics: str, predicates: tuple[Any, ...] = (), grant: Grant | None = None, **query: Any
        ) -> list[tuple[Any, ...]]:
            question = MetricQuery.model_validate({"metrics": metrics, **query})
            compiled = compile_query(registry, question, grant or _all(registry), predicates=predicates)
            statement = render(compiled.prepared[0])
            for dialect in ("postgres", "snowflake"):
                other = compile_query(registry, question, grant or _all(registry), predicates=predicates, dialect=dialect)
                assert sqlglot.parse_one(render(other.prepared[0]).text, read=dialect)
            return con.execute(statement.text, list(statement.params)).fetchall()

        asked.con = con  # type: ignore[attr-defined]
        yield asked


def season(day: dt.date) -> dt.date:
    return day.replace(month=(day.month - 1) // 4 * 4 + 1, day=1)


def term(day: dt.date) -> str:
    """The name of a season, which sorts otherwise than the seasons do."""
    return f"{('Winter', 'Summer', 'Autumn')[(day.month - 1) // 4]} {day.year}"


def _all(registry: Registry) -> Grant:
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


def test_the_last_28_days_end_with_each_day(run: Run) -> None:
    rows = run("placed_28", group_by=["metric_time"], period=SUMMER)

    wanted = {day: placed(day - DAY * 27, day + DAY) for day in DAYS if inside(day)}
    assert dict(rows) == {day: value for day, value in wanted.items() if value}


def test_a_running_total_counts_from_the_very_first_row(run: Run) -> None:
    rows = run("placed_ever", group_by=["metric_time"], period=SUMMER)

    assert dict(rows) == {day: placed(DAYS[0], day + DAY) for day in DAYS if inside(day)}


def test_month_to_date_starts_again_each_month(run: Run) -> None:
    rows = run("placed_mtd", group_by=["metric_time"], period=SUMMER)

    wanted = {day: placed(day.replace(day=1), day + DAY) for day in DAYS if inside(day)}
    assert dict(rows) == {day: value for day, value in wanted.items() if value}


@pytest.mark.parametrize(("metric", "choose"), [("placed_mtd", 0), ("placed_mtd_last", -1)])
def test_a_coarser_time_shows_its_first_or_last_day(run: Run, metric: str, choose: int) -> None:
    rows = run(metric, group_by=["metric_time__month"], period=SUMMER)

    for month, value in rows:
        days = [placed(month, day + DAY) for day in DAYS if day.replace(day=1) == month]
        assert value == [each for each in days if each][choose]


def test_a_coarser_time_can_show_the_average_of_its_days(run: Run) -> None:
    rows = run("placed_mtd_mean", group_by=["metric_time__month"], period=SUMMER)

    for month, value in rows:
        days = [each for day in DAYS if day.replace(day=1) == month and (each := placed(month, day + DAY))]
        assert float(value) == pytest.approx(sum(days) / len(days))


@pytest.mark.parametrize(
    ("metric", "first"), [("placed_28", dt.date(2026, 7, 4)), ("placed_mtd", dt.date(2026, 7, 1)), ("placed_ever", DAYS[0])]
)
def test_one_total_of_a_window_is_that_of_its_last_day(run: Run, metric: str, first: dt.date) -> None:
    assert run(metric, period=SUMMER) == [(placed(first, dt.date(2026, 8, 1)),)]


def test_an_offset_shows_the_value_of_days_before(run: Run) -> None:
    rows = run("placed_before", group_by=["metric_time"], period=SUMMER)

    wanted = {day: placed(day - DAY * 7, day - DAY * 6) for day in DAYS if inside(day)}
    assert dict(rows) == {day: value for day, value in wanted.items() if value}


def test_offsets_within_offsets_add_up(run: Run) -> None:
    rows = run("twice_before", group_by=["metric_time"], period=SUMMER)

    wanted = {day: placed(day - DAY * 10, day - DAY * 9) for day in DAYS if inside(day)}
    assert dict(rows) == {day: 2 * value for day, value in wanted.items() if value}


def test_an_offset_by_a_month_stands_beside_the_month_itself(run: Run) -> None:
    rows = run("growth", group_by=["metric_time"], period=SUMMER)

    for day, value in rows:
        now, before = placed(day, day + DAY), placed(back(day, 1), back(day, 1) + DAY)
        assert value == (None if now is None or before is None else now - before)


def test_an_offset_total_moves_the_whole_period(run: Run) -> None:
    assert run("placed_before", period=SUMMER) == [(placed(dt.date(2026, 4, 24), dt.date(2026, 7, 25)),)]


def test_the_start_of_the_month_by_month_is_the_month_itself(run: Run) -> None:
    rows = run("at_start", group_by=["metric_time__month"])

    wanted = {day: placed(day, back(day, -1)) for day in DAYS if day.day == 1}
    assert {month: value for month, value in rows if value} == {day: value for day, value in wanted.items() if value}


def test_the_start_of_the_month_by_quarter_is_that_of_its_first_day(run: Run) -> None:
    rows = run("at_start", group_by=["metric_time__quarter"])

    firsts = [day for day in DAYS if day.day == 1 and day.month in (1, 4, 7, 10)]
    assert {day: value for day, value in rows if value} == {
        day: placed(day, day + DAY) for day in firsts if placed(day, day + DAY)
    }


def test_the_start_of_the_month_by_a_grain_that_has_names_is_that_of_its_first_day(run: Run) -> None:
    rows = run("at_start", group_by=["metric_time__term"])

    firsts = {term(day): day for day in DAYS if day == season(day)}
    assert dict(rows) == {name: value for name, day in firsts.items() if (value := placed(day, day + DAY))}


def test_a_month_ago_is_the_whole_month_however_long(run: Run) -> None:
    rows = run("growth", group_by=["metric_time__month"])

    for month, value in rows:
        now, before = placed(month, back(month, -1)), placed(back(month, 1), month)
        assert value == (None if now is None or before is None else now - before)


def test_a_month_ago_within_a_period_of_days_is_counted_by_day(run: Run) -> None:
    rows = dict(run("growth", group_by=["metric_time__month"], period={"start": "2026-05-11", "end": "2026-05-21"}))

    now, before = (placed(dt.date(2026, month, 11), dt.date(2026, month, 21)) for month in (5, 4))
    assert rows == {dt.date(2026, 5, 1): (now or 0) - (before or 0)}


def test_a_gap_is_filled_from_the_spine(run: Run) -> None:
    rows = run("placed_each_day", group_by=["metric_time"], period=SUMMER)

    assert dict(rows) == {day: placed(day, day + DAY) or 0 for day in DAYS if inside(day)}


def test_gaps_are_filled_by_date_part_too(run: Run) -> None:
    rows = run("placed_each_day", group_by=["metric_time__extract_dow"], period=SUMMER)

    wanted = {n: sum(inside(day) and day.isoweekday() == n for day in ORDERED) for n in range(1, 8)}
    assert dict(rows) == wanted


@pytest.mark.parametrize("metric", ["at_start", "placed_28", "placed_mtd", "placed_ever", "ever_last_season"])
def test_what_is_counted_up_to_a_day_has_no_date_parts(registry: Registry, metric: str) -> None:
    with pytest.raises(BadQuery, match="has no date parts"):
        compile_query(registry, MetricQuery(metrics=(metric,), group_by=("metric_time__extract_month",)), _all(registry))


def test_days_before_are_counted_by_date_part_too(run: Run) -> None:
    rows = run("placed_before", group_by=["metric_time__extract_month"])

    wanted = {month: sum((day + DAY * 7).month == month for day in ORDERED) for month in range(1, 13)}
    assert dict(rows) == {month: value for month, value in wanted.items() if value}


@pytest.mark.parametrize("keys", [(), ("channel",)])
@pytest.mark.parametrize("metric", ["placed_before", "growth", "at_start", "twice_before", "placed_28", "placed_mtd"])
def test_what_depends_on_the_day_needs_a_period_or_a_time(registry: Registry, metric: str, keys: tuple[str, ...]) -> None:
    with pytest.raises(BadQuery, match="needs a time") as caught:
        compile_query(registry, MetricQuery(metrics=(metric,), group_by=keys), _all(registry))

    assert "`period`" in caught.value.todo
    assert compile_query(registry, MetricQuery.model_validate({"metrics": [metric], "period": SUMMER}), _all(registry))


def test_all_until_now_needs_no_time(run: Run) -> None:
    assert run("placed_ever") == [(len(ORDERED),)]


def test_a_gap_without_a_filling_is_empty(run: Run) -> None:
    rows = run("placed_or_none", group_by=["metric_time__week"], period=SUMMER)

    assert len(rows) == 14
    assert sum(value or 0 for _, value in rows) == placed(dt.date(2026, 5, 1), dt.date(2026, 8, 1))


def test_a_time_filter_holds_for_the_filled_days_too(run: Run) -> None:
    where = [{"field": "metric_time", "op": "ge", "values": ["2026-07-25"]}]

    rows = run("placed_each_day", group_by=["metric_time"], period=SUMMER, where=where)

    assert [day for day, _ in rows] == [dt.date(2026, 7, day) for day in range(25, 32)]


def test_a_grain_of_the_companys_own_is_looked_up(run: Run) -> None:
    rows = run("placed", group_by=["metric_time__season"])

    assert {day.month for day, _ in rows} <= {1, 5, 9}
    assert sum(value for _, value in rows) == len(ORDERED)
    assert dict(rows)[dt.date(2026, 5, 1)] == placed(dt.date(2026, 5, 1), dt.date(2026, 9, 1))


@pytest.mark.parametrize(("metric", "value"), [("staff_at_end", 9), ("hours_at_end", Decimal("317.25"))])
def test_a_balance_is_that_of_the_last_day(run: Run, metric: str, value: Any) -> None:
    assert run(metric, period={"start": "2026-07-01", "end": "2026-10-01"}) == [(value,)]


def test_a_balance_by_month_is_that_of_each_month(run: Run) -> None:
    rows = run("hours_at_end", group_by=["metric_time__month"])

    assert [value for _, value in rows] == [Decimal("317.25")] * 3


def test_a_balance_can_be_picked_for_each_entity(run: Run) -> None:
    assert run("hours_at_shop_start") == [(Decimal("317.25"),)]


def _converted() -> int:
    """Orders, each counted if its customer ordered online within 60 days up to then."""
    online = [(row["customer_id"], row["time"]) for row in oracle.ORDERS if row["channel"] == "online"]
    return sum(
        any(who == row["customer_id"] and when <= row["time"] < when + DAY * 60 for who, when in online) for row in oracle.ORDERS
    )


def test_a_conversion_counts_each_order_once(run: Run) -> None:
    assert run("came_back") == [(_converted(),)]


def test_a_conversion_rate_is_over_the_base(run: Run) -> None:
    online = sum(row["channel"] == "online" for row in oracle.ORDERS)

    assert run("came_back_rate") == [((Decimal(_converted()) / online).quantize(Decimal("1e-10")),)]


def test_a_conversion_is_shown_at_the_time_of_its_base(run: Run) -> None:
    rows = run("came_back", group_by=["metric_time__month"])

    assert sum(value or 0 for _, value in rows) == _converted()


def test_a_base_that_led_nowhere_has_its_row_too(run: Run) -> None:
    based = dict(run("online_placed", group_by=["metric_time"]))

    counted = dict(run("came_back", group_by=["metric_time"]))

    assert counted.keys() == based.keys()


def test_history_gives_the_value_of_then(run: Run) -> None:
    rows = dict(run("placed", group_by=["tier_then"]))

    turns = {n: dt.date(2026, n % 6 + 1, 1) for n in range(1, 13)}
    assert rows["old"] == sum(row["customer_id"] in turns and row["time"] >= turns[row["customer_id"]] for row in oracle.ORDERS)
    assert sum(rows.values()) == len(ORDERED)


def test_a_condition_on_what_was_true_then_takes_nobody_off_a_list_of_all(run: Run) -> None:
    old = [{"field": "tier_then", "values": ["old"]}]

    every = dict(run("placed", group_by=["tier"], where=old, every=True))

    counted = dict(run("placed", group_by=["tier"], where=old))
    assert every == dict.fromkeys({row["tier"] for row in oracle.table_of("customers")}, 0) | counted


def test_a_metric_can_filter_another_by_a_key(run: Run) -> None:
    busy = [shop for shop in range(1, 6) if sum(row["shop_id"] == shop for row in oracle.ORDERS) > 17]

    assert run("gold_shops") == [(sum(row["shop_id"] in busy for row in oracle.ORDERS) or 0,)]


def test_a_condition_in_dbts_words_joins_the_question(run: Run) -> None:
    template = parse_filter(
        "{{ Dimension('order_again__channel') }} = 'online' AND {{ TimeDimension('metric_time', 'day') }} >= '2026-01-01'"
    )

    ((found,),) = run("placed", predicates=(template,))

    assert found == sum(row["channel"] == "online" and row["time"] >= dt.date(2026, 1, 1) for row in oracle.ORDERS)


def test_a_moved_metric_keeps_to_a_row_rule(registry: Registry, run: Run) -> None:
    grant = Grant(
        subject="x",
        audience="dm",
        metrics=frozenset(registry.metrics),
        rows=(RowRule(model="regions", dimension="region", values=("North",)),),
    )

    ((ours,),) = run("placed_ever", grant=grant, period=SUMMER)

    assert ours == sum(row["region"] == "North" and row["time"] < dt.date(2026, 8, 1) for row in oracle.ORDERS)


def test_a_running_total_can_be_compared_with_the_year_before(run: Run) -> None:
    ((now, before, *_),) = run("placed_mtd", period=SUMMER, compare="previous_year")

    assert (now, before) == (placed(dt.date(2026, 7, 1), dt.date(2026, 8, 1)), placed(dt.date(2025, 7, 1), dt.date(2025, 8, 1)))


def test_without_a_spine_a_window_by_day_says_what_is_missing() -> None:
    spine = next(line for line in MOVED.splitlines(keepends=True) if "time_spine:" in line)
    text = MOVED.replace(spine, "").replace(" season", " week").replace("1 term", "1 week")
    registry = parse_registry({**tiny_files(), "moved.yml": text}, governed=False)

    with pytest.raises(BadQuery, match="needs a time spine") as caught:
        compile_query(registry, MetricQuery(metrics=("placed_28",), group_by=("metric_time",)), _all(registry))

    assert "time_spine:" in caught.value.todo


def seasons_before(day: dt.date, count: int) -> dt.date | None:
    """The day of the same place, `count` seasons earlier; None where that season is too short."""
    start = back(season(day), 4 * count)
    found = start + (day - season(day))
    return found if season(found) == start and found >= DAYS[0] else None


@pytest.mark.parametrize(("metric", "count"), [("placed_last_season", 1), ("placed_a_year_of_seasons_ago", 3)])
def test_an_offset_in_a_grain_of_the_companys_own_meets_the_day_of_the_same_place(run: Run, metric: str, count: int) -> None:
    rows = run(metric, group_by=["metric_time"], period=SUMMER)

    wanted = {day: then for day in DAYS if inside(day) and (then := seasons_before(day, count))}
    assert dict(rows) == {day: value for day, then in wanted.items() if (value := placed(then, then + DAY))}


def test_a_grain_that_has_names_is_moved_by_its_days_and_not_by_the_alphabet(run: Run) -> None:
    assert run("placed_last_term", group_by=["metric_time"]) == run("placed_last_season", group_by=["metric_time"])


def test_a_season_stands_beside_the_one_before(run: Run) -> None:
    rows = dict(run("placed_last_season", group_by=["metric_time__season"]))

    may, september = dt.date(2026, 5, 1), dt.date(2026, 9, 1)
    days = [then for day in DAYS if season(day) == september and (then := seasons_before(day, 1))]
    assert rows[september] == sum(placed(day, day + DAY) or 0 for day in days)
    assert rows[september] <= (placed(may, september) or 0)


def test_a_running_total_can_be_moved_by_seasons(run: Run) -> None:
    rows = run("ever_last_season", group_by=["metric_time"], period=SUMMER)

    wanted = {day: then for day in DAYS if inside(day) and (then := seasons_before(day, 1))}
    assert dict(rows) == {day: value for day, then in wanted.items() if (value := placed(DAYS[0], then + DAY))}


@pytest.mark.parametrize("keys", [(), ("channel",)])
def test_an_offset_by_seasons_needs_a_time(registry: Registry, keys: tuple[str, ...]) -> None:
    with pytest.raises(BadQuery, match="needs a time") as caught:
        compile_query(registry, MetricQuery(metrics=("placed_last_season",), group_by=keys), _all(registry))

    assert "metric_time" in caught.value.todo


def test_an_offset_by_seasons_within_one_by_days_says_that_it_cannot_be_computed() -> None:
    text = MOVED.replace("alias: a, offset_window: 2 seasons", "alias: a, offset_window: 2 days")
    registry = parse_registry({**tiny_files(), "moved.yml": text}, governed=False)
    query = MetricQuery(metrics=("placed_a_year_of_seasons_ago",), group_by=("metric_time",))

    with pytest.raises(BadQuery, match="cannot be computed here"):
        compile_query(registry, query, _all(registry))


def test_a_window_in_a_grain_of_the_companys_own_is_a_fault() -> None:
    text = MOVED.replace("window: 28 days", "window: 2 seasons")

    with pytest.raises(RegistryError, match="Only an offset"):
        parse_registry({**tiny_files(), "moved.yml": text}, governed=False)


def test_a_window_in_an_unknown_grain_is_a_fault() -> None:
    with pytest.raises(RegistryError, match="`fortnight` is not a grain"):
        parse_registry({**tiny_files(), "moved.yml": MOVED.replace("window: 28 days", "window: 2 fortnights")}, governed=False)


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["channel"], [("counter",), ("online",), ("phone",)]),
        (["shop__shop_name"], [("Castle",), ("Ferry",), ("Harbour",), ("Market",), ("Popup",)]),
        (["country"], [("Insula",), ("Nordland",)]),
    ],
)
def test_values_are_told_apart_without_a_metric(registry: Registry, run: Run, names: list[str], wanted: list[Any]) -> None:
    compiled = compile_distinct(registry, names, _all(registry))
    statement = render(compiled.prepared[0])

    assert run.con.execute(statement.text, list(statement.params)).fetchall() == wanted  # type: ignore[attr-defined]


def test_rows_need_not_be_told_apart(registry: Registry, run: Run) -> None:
    compiled = compile_distinct(registry, ["order_again__channel"], _all(registry), every=True)
    statement = render(compiled.prepared[0])

    rows = run.con.execute(statement.text, list(statement.params)).fetchall()  # type: ignore[attr-defined]
    assert rows == sorted((row["channel"],) for row in oracle.ORDERS)


def test_the_least_and_greatest_time_are_those_of_the_spine(registry: Registry, run: Run) -> None:
    compiled = compile_distinct(registry, ["metric_time"], _all(registry), extremes=True, period=Span.model_validate(SUMMER))
    statement = render(compiled.prepared[0])

    assert [column.name for column in compiled.columns] == ["metric_time__day__min", "metric_time__day__max"]
    found = run.con.execute(statement.text, list(statement.params)).fetchall()  # type: ignore[attr-defined]
    assert found == [(dt.date(2026, 5, 1), dt.date(2026, 7, 31))]


def test_values_that_nothing_has_together_are_unknown(registry: Registry) -> None:
    with pytest.raises(UnknownName):
        compile_distinct(registry, ["product", "kind"], _all(registry))


def test_denied_values_are_unknown(registry: Registry) -> None:
    grant = Grant(subject="x", audience="dm", denied=frozenset({"customers.phone"}))

    with pytest.raises(UnknownName) as caught:
        compile_distinct(registry, ["customer__phone"], grant)

    assert not any("phone" in name for name in caught.value.nearest)


HISTORY = """models:
- name: tiers
  semantic_model: {enabled: true}
  primary_entity: customer
  columns:
  - {name: customer, entity: {name: customer, type: natural}}
  - {name: tier, dimension: {type: categorical}}
  - {name: since, granularity: day, dimension: {type: time, validity_params: {is_start: true}}}
  - {name: until, granularity: day, dimension: {type: time, validity_params: {is_end: true}}}
- name: letters
  semantic_model: {enabled: true}
  primary_entity: letter
  columns:
  - {name: customer, entity: {name: customer, type: foreign}}
  - {name: topic, dimension: {type: categorical}}
  metrics:
  - {name: letters, agg: count, expr: "1"}
"""


def test_rows_without_a_time_have_no_history() -> None:
    registry = parse_registry({"m.yml": HISTORY}, governed=False)

    with pytest.raises(UnknownName, match="has no dimension `tier`"):
        compile_query(registry, MetricQuery(metrics=("letters",), group_by=("tier",)), _all(registry))
    with pytest.raises(UnknownName):
        compile_distinct(registry, ["topic", "tier"], _all(registry))


def test_values_have_the_history_of_their_rows_own_time() -> None:
    timed = HISTORY.replace("primary_entity: letter", "primary_entity: letter\n  agg_time_dimension: written_on")
    timed = timed.replace(
        "topic, dimension", "written_on, granularity: day, dimension: {type: time}}\n  - {name: topic, dimension"
    )
    registry = parse_registry({"m.yml": timed}, governed=False)
    statement = render(compile_distinct(registry, ["topic", "tier"], _all(registry)).prepared[0])

    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE tiers AS SELECT 1 AS customer, * FROM (VALUES ('new', DATE '2026-01-01', DATE '2026-03-01'), "
            "('old', DATE '2026-03-01', NULL)) AS t(tier, since, until)"
        )
        con.execute(
            "CREATE TABLE letters AS SELECT 1 AS customer, * FROM (VALUES (DATE '2026-02-28', 'thanks'), "
            "(DATE '2026-03-01', 'bill')) AS t(written_on, topic)"
        )
        assert con.execute(statement.text, list(statement.params)).fetchall() == [("bill", "old"), ("thanks", "new")]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("metric_time__season", sorted({season(day) for day in DAYS})),
        ("metric_time__term", sorted({term(day) for day in DAYS})),
        ("metric_time__extract_dow", list(range(1, 8))),
        ("metric_time__year", sorted({day.replace(month=1, day=1) for day in DAYS})),
    ],
)
def test_the_times_there_are_can_be_told_in_any_grain(registry: Registry, run: Run, name: str, wanted: list[Any]) -> None:
    statement = render(compile_distinct(registry, [name], _all(registry)).prepared[0])

    found = run.con.execute(statement.text, list(statement.params)).fetchall()  # type: ignore[attr-defined]
    assert [value for (value,) in found] == wanted


def test_a_grain_that_nobody_declared_is_unknown_without_a_metric_too(registry: Registry) -> None:
    with pytest.raises(UnknownName, match="metric_time__fortnight"):
        compile_distinct(registry, ["metric_time__fortnight"], _all(registry))


def test_a_time_is_shown_as_finely_as_it_is_declared() -> None:
    clicks = HISTORY.replace("topic, dimension: {type: categorical}", "at, granularity: millisecond, dimension: {type: time}")
    registry = parse_registry({"m.yml": clicks}, governed=False)
    compiled = compile_query(registry, MetricQuery(metrics=("letters",), group_by=("letter__at",)), _all(registry))
    statement = render(compiled.prepared[0])

    assert [column.name for column in compiled.columns] == ["at__millisecond", "letters"]
    with duckdb.connect() as con:
        con.execute("CREATE TABLE letters AS SELECT TIMESTAMP '2026-01-01 10:00:00.123456' AS at, 1 AS customer")
        assert con.execute(statement.text, list(statement.params)).fetchall() == [
            (dt.datetime.fromisoformat("2026-01-01T10:00:00.123"), 1)
        ]


CALLS = """models:
- name: calls
  semantic_model: {enabled: true}
  primary_entity: call
  agg_time_dimension: at
  columns:
  - {name: at, granularity: hour, dimension: {type: time}}
  metrics:
  - {name: calls, agg: count, expr: "1", join_to_timespine: true, fill_nulls_with: 0}
- name: days
  time_spine: {standard_granularity_column: day}
  columns: [{name: day, granularity: day}]
- name: hours
  time_spine: {standard_granularity_column: hour}
  columns: [{name: hour, granularity: hour}]
"""


@pytest.mark.parametrize(
    "condition",
    [
        "{{ TimeDimension('metric_time', 'hour') }} >= '2026-03-01 20:00:00'",
        "{{ Dimension('metric_time').date_part('hour') }} >= 20 AND {{ TimeDimension('metric_time', 'day') }} >= '2026-03-01'",
    ],
)
def test_a_condition_on_hours_chooses_among_the_hours_of_a_day_that_is_filled(condition: str) -> None:
    registry = parse_registry({"m.yml": CALLS}, governed=False)
    query = MetricQuery(metrics=("calls",), group_by=("metric_time__day",))
    statement = render(compile_query(registry, query, _all(registry), predicates=(parse_filter(condition),)).prepared[0])

    with duckdb.connect() as con:
        con.execute("CREATE TABLE days AS SELECT DATE '2026-03-01' + n AS day FROM (VALUES (-1), (0), (1)) AS t(n)")
        con.execute(
            "CREATE TABLE hours AS SELECT range AS hour FROM range(TIMESTAMP '2026-02-28', '2026-03-03', INTERVAL 1 HOUR)"
        )
        con.execute("CREATE TABLE calls AS SELECT TIMESTAMP '2026-03-01 21:00:00' AS at")
        found = con.execute(statement.text, list(statement.params)).fetchall()
        assert [tuple(map(str, row)) for row in found] == [("2026-03-01", "1"), ("2026-03-02", "0")]
