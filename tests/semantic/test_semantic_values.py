"""Values without a metric, and times as they are declared: which there are, and with what history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from anabot.errors import UnknownName
from anabot.semantic import compile_distinct, compile_query, parse_registry, render
from anabot.semantic.filters import parse_filter
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.registry import Registry
from anabot.types import Grant
from tests.semantic import oracle
from tests.semantic.moved import (
    DAYS,
    SUMMER,
    Run,
    asking,
    everything,
    moved_registry,
    season,
    term,
)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return moved_registry()


@pytest.fixture(scope="module")
def run(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with asking(registry, tmp_path_factory.mktemp("moved")) as asked:
        yield asked


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["channel"], [("counter",), ("online",), ("phone",)]),
        (["shop__shop_name"], [("Castle",), ("Ferry",), ("Harbour",), ("Market",), ("Popup",)]),
        (["country"], [("Insula",), ("Nordland",)]),
    ],
)
def test_values_are_told_apart_without_a_metric(registry: Registry, run: Run, names: list[str], wanted: list[Any]) -> None:
    compiled = compile_distinct(registry, names, everything(registry))
    statement = render(compiled.prepared[0])

    assert run.con.execute(statement.text, list(statement.params)).fetchall() == wanted


def test_rows_need_not_be_told_apart(registry: Registry, run: Run) -> None:
    compiled = compile_distinct(registry, ["order_again__channel"], everything(registry), every=True)
    statement = render(compiled.prepared[0])

    rows = run.con.execute(statement.text, list(statement.params)).fetchall()
    assert rows == sorted((row["channel"],) for row in oracle.ORDERS)


def test_the_least_and_greatest_time_are_those_of_the_spine(registry: Registry, run: Run) -> None:
    compiled = compile_distinct(
        registry, ["metric_time"], everything(registry), extremes=True, period=Span.model_validate(SUMMER)
    )
    statement = render(compiled.prepared[0])

    assert [column.name for column in compiled.columns] == ["metric_time__day__min", "metric_time__day__max"]
    found = run.con.execute(statement.text, list(statement.params)).fetchall()
    assert found == [(dt.date(2026, 5, 1), dt.date(2026, 7, 31))]


def test_values_that_nothing_has_together_are_unknown(registry: Registry) -> None:
    with pytest.raises(UnknownName):
        compile_distinct(registry, ["product", "kind"], everything(registry))


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
        compile_query(registry, MetricQuery(metrics=("letters",), group_by=("tier",)), everything(registry))
    with pytest.raises(UnknownName):
        compile_distinct(registry, ["topic", "tier"], everything(registry))


def test_values_have_the_history_of_their_rows_own_time() -> None:
    timed = HISTORY.replace("primary_entity: letter", "primary_entity: letter\n  agg_time_dimension: written_on")
    timed = timed.replace(
        "topic, dimension", "written_on, granularity: day, dimension: {type: time}}\n  - {name: topic, dimension"
    )
    registry = parse_registry({"m.yml": timed}, governed=False)
    statement = render(compile_distinct(registry, ["topic", "tier"], everything(registry)).prepared[0])

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
    statement = render(compile_distinct(registry, [name], everything(registry)).prepared[0])

    found = run.con.execute(statement.text, list(statement.params)).fetchall()
    assert [value for (value,) in found] == wanted


def test_a_grain_that_nobody_declared_is_unknown_without_a_metric_too(registry: Registry) -> None:
    with pytest.raises(UnknownName, match="metric_time__fortnight"):
        compile_distinct(registry, ["metric_time__fortnight"], everything(registry))


def test_a_time_is_shown_as_finely_as_it_is_declared() -> None:
    clicks = HISTORY.replace("topic, dimension: {type: categorical}", "at, granularity: millisecond, dimension: {type: time}")
    registry = parse_registry({"m.yml": clicks}, governed=False)
    compiled = compile_query(registry, MetricQuery(metrics=("letters",), group_by=("letter__at",)), everything(registry))
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
    statement = render(compile_query(registry, query, everything(registry), predicates=(parse_filter(condition),)).prepared[0])

    with duckdb.connect() as con:
        con.execute("CREATE TABLE days AS SELECT DATE '2026-03-01' + n AS day FROM (VALUES (-1), (0), (1)) AS t(n)")
        con.execute(
            "CREATE TABLE hours AS SELECT range AS hour FROM range(TIMESTAMP '2026-02-28', '2026-03-03', INTERVAL 1 HOUR)"
        )
        con.execute("CREATE TABLE calls AS SELECT TIMESTAMP '2026-03-01 21:00:00' AS at")
        found = con.execute(statement.text, list(statement.params)).fetchall()
        assert [tuple(map(str, row)) for row in found] == [("2026-03-01", "1"), ("2026-03-02", "0")]
