"""Grouping by what comes again: days of the week, months of the year, hours of the day, whatever their dates."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from anabot.agent import NotUnderstood, Reading
from anabot.agent.grounding import ground, names_of, shown
from anabot.agent.reply import say
from anabot.charts.plot import plot, suits
from anabot.engine import Engine, Intent
from anabot.plain import grid
from anabot.semantic.compiler import compile_query
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.render import render
from anabot.slack.csv_file import table_csv
from anabot.store import Store
from anabot.types import Column, Table
from anabot.warehouses.duckdb import DuckDB
from tests.agent.asking import LAST_QUARTER, SEPTEMBER, VALUES, grant, query, reading, refused
from tests.agent.test_agent_halden import ask as of_halden
from tests.tiny import tiny_registry
from tests.tiny.warehouse import build

DOW, MONTH, HOUR = "metric_time__extract_dow", "metric_time__extract_month", "metric_time__extract_hour"
ORDERS: dict[str, Any] = {"metrics": ["orders_placed"], "group_by": [DOW]}
MOST = {"order_by": ["-orders_placed"], "limit": 1}
ASKED = Intent(question_id="C1/17.2", actor="U1", place="#books", kind="question", text="orders by weekday")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders by weekday", ORDERS),
        ("orders by weekdays", ORDERS),
        ("orders per day of the week", ORDERS),
        ("orders by dow last month", {**ORDERS, "period": SEPTEMBER}),
        ("orders each day of the week last month", {**ORDERS, "period": SEPTEMBER}),
        ("which day of the week has the most orders", {**ORDERS, **MOST}),
        ("which weekday had the most orders last month", {**ORDERS, **MOST, "period": SEPTEMBER}),
        ("what is the busiest day of the week for orders", {**ORDERS, **MOST}),
        ("on which weekday do we get the most orders", {**ORDERS, **MOST}),
        ("busiest days of the week by orders", {**ORDERS, "order_by": ["-orders_placed"]}),
        ("top 3 weekdays by orders", {**ORDERS, **MOST, "limit": 3}),
        ("orders last month by region and weekday", {**ORDERS, "group_by": ["region", DOW], "period": SEPTEMBER}),
        ("average basket by weekday last quarter", {**ORDERS, "metrics": ["average_basket"], "period": LAST_QUARTER}),
        ("sales by month of the year", {"metrics": ["sales"], "group_by": [MONTH]}),
        ("sales by calendar month", {"metrics": ["sales"], "group_by": [MONTH]}),
        ("monthly seasonality of sales", {"metrics": ["sales"], "group_by": [MONTH]}),
        ("seasonality of sales", {"metrics": ["sales"], "group_by": [MONTH]}),
        ("cost by hour of the day", {"metrics": ["cost"], "group_by": [HOUR]}),
        ("which hour has the highest cost", {"metrics": ["cost"], "group_by": [HOUR], "order_by": ["-cost"], "limit": 1}),
        ("sales by day of the month", {"metrics": ["sales"], "group_by": ["metric_time__extract_day"]}),
    ],
)
def test_parts_of_time_are_read_as_people_say_them(text: str, expected: dict[str, Any]) -> None:
    assert query(text) == expected


@pytest.mark.parametrize(("text", "group"), [("orders by day", "metric_time__day"), ("orders by month", "metric_time__month")])
def test_a_day_or_a_month_alone_is_a_date(text: str, group: str) -> None:
    assert query(text)["group_by"] == [group]


def test_the_last_calendar_month_is_a_period_and_weekdays_still_choose_rows() -> None:
    assert query("sales last calendar month") == {"metrics": ["sales"], "period": SEPTEMBER}
    assert query("orders on weekdays last month")["where"] == [{"field": DOW, "op": "in", "values": ["1", "2", "3", "4", "5"]}]


def test_without_a_period_no_customary_month_is_taken_and_it_is_said_what_counts_together() -> None:
    said = reading("orders by weekday")

    assert reading("orders by region").query.period is not None  # where there is a customary period
    assert said.query.period is None
    assert said.assumptions == (
        "No period was said: all the data there is counts.",
        "All Mondays count together, and so do the other days of the week.",
    )


def test_a_thread_by_month_goes_on_by_weekday_over_the_same_days() -> None:
    thread = MetricQuery.model_validate(
        {"metrics": ["orders_placed"], "group_by": ["region", "metric_time__month"], "period": LAST_QUARTER}
    )

    said = query("by weekday", thread=thread)

    assert (said["group_by"], said["period"]) == (["region", DOW], LAST_QUARTER)


@pytest.mark.parametrize("text", ["only North", "and by region", "as a chart"])
def test_a_thread_by_weekday_stays_over_all_days(text: str) -> None:
    said = query(text, thread=MetricQuery.model_validate(ORDERS))

    assert DOW in said["group_by"]
    assert "period" not in said


def test_a_thread_by_weekday_may_be_put_along_dates_again() -> None:
    assert query("by month", thread=MetricQuery.model_validate(ORDERS))["group_by"] == ["metric_time__month"]


def test_days_without_hours_have_no_hour_of_the_day() -> None:
    assert refused("busiest hour for orders").message == (
        "Orders cannot be cut by the hour of the day: the days on record have none."
    )


def test_a_balance_that_stands_on_each_day_is_not_added_up_over_mondays() -> None:
    found = of_halden("growth_mgr", "pipeline snapshot by weekday")

    assert isinstance(found, NotUnderstood)
    assert "stands on each day, and the same day of the week comes on many of them" in found.message


@pytest.mark.parametrize(("dialect", "said"), [("duckdb", "ISODOW"), ("postgres", "ISODOW"), ("snowflake", "DAYOFWEEKISO")])
def test_a_week_begins_on_monday_in_every_warehouse(dialect: str, said: str) -> None:
    compiled = compile_query(tiny_registry(), reading("orders by weekday").query, grant(), dialect=dialect)

    assert said in render(compiled.prepared[0]).text.upper()


class Current:
    registry: Registry = tiny_registry()


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weekdays") / "w.duckdb"
    build(path)
    return path


@pytest.fixture(scope="module")
def engine(warehouse: Path) -> Iterator[Engine]:
    store, opened = Store(f"sqlite:///{warehouse.parent}/ana.db"), DuckDB(warehouse)
    store.migrate()
    yield Engine(Current, {"default": opened}, store.audit)
    opened.close()
    store.close()


def answered(engine: Engine, text: str) -> tuple[Reading, Table]:
    said = reading(text)
    return said, engine.run(said.query, grant(), intent=ASKED).table


def by_hand(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def cells(table: Table) -> list[list[str]]:
    return [line.split() for line in list(grid(table))[2:]]


def test_orders_by_weekday_are_those_counted_by_the_names_of_their_days(engine: Engine, warehouse: Path) -> None:
    counted = by_hand(warehouse, "SELECT dayname(ordered_on), count(*) FROM crumb.orders GROUP BY 1")

    said, table = answered(engine, "orders by weekday")

    assert {name: int(number) for name, number in cells(table)} == dict(counted)
    assert [name for name, _ in cells(table)] == [day for day in DAYS if day in dict(counted)]  # Monday first
    assert table.columns[0].label == "Day of the week"
    assert "By day of the week, the largest is " in say(said, table, tiny_registry())


def test_months_of_all_years_count_together_and_are_named_in_order(engine: Engine, warehouse: Path) -> None:
    counted = by_hand(
        warehouse,
        "SELECT monthname(sold_on), sum(amount) FROM crumb.order_lines GROUP BY 1, month(sold_on) ORDER BY month(sold_on)",
    )

    _, table = answered(engine, "sales by month of the year")

    assert [(name, Decimal(number.strip("$").replace(",", ""))) for name, number in cells(table)] == counted


def test_the_day_with_the_most_is_named(engine: Engine, warehouse: Path) -> None:
    ((most, number),) = by_hand(
        warehouse,
        "SELECT dayname(ordered_on), count(*) FROM crumb.orders GROUP BY 1 ORDER BY 2 DESC LIMIT 1",
    )

    said, table = answered(engine, "which day of the week has the most orders")

    assert say(said, table, tiny_registry()) == f"Orders were {number} for {most}."


def test_the_picture_and_the_file_name_the_days_in_the_order_of_the_week(engine: Engine) -> None:
    _, table = answered(engine, "orders by weekday")
    names = [name for name, _ in cells(table)]

    drawn = plot(table, "bar")
    lines = io.StringIO(table_csv(table).decode("utf-8-sig")).read().splitlines()[1:]

    assert suits(table) == "bar"
    assert list(drawn.order) == names
    assert drawn.series == ("Orders",)
    assert [line.split(",")[0] for line in lines] == names


DAYS = [f"{dt.date(2026, 10, 5 + n):%A}" for n in range(7)]
SALES = Column(name="sales", type="money", unit="usd")


def result(part: str, *rows: tuple[int, str]) -> Any:
    asked = MetricQuery.model_validate({"metrics": ["sales"], "group_by": [part], "period": SEPTEMBER})
    columns = (Column(name=part, type="integer"), SALES)
    return shown(asked, Table(columns=columns, rows=tuple((at, Decimal(number)) for at, number in rows)), tiny_registry())


@pytest.mark.parametrize(
    ("part", "true", "false"),
    [
        (DOW, "Sales were highest on Sunday with $70.00.", "Sales were highest on Monday with $70.00."),
        (DOW, "Sales on Sundays were $70.00.", "Sales on Mondays were $70.00."),
        (MONTH, "Sales were highest in July with $70.00.", "Sales were highest in January with $70.00."),
        (HOUR, "Sales were highest at 07:00 with $70.00.", "Sales were highest at 01:00 with $70.00."),
    ],
)
def test_what_a_text_says_of_a_part_of_time_is_held_against_that_parts_own_row(part: str, true: str, false: str) -> None:
    names = names_of(tiny_registry(), tiny_registry().metrics, VALUES)
    rows = result(part, (1, "10"), (7, "70"))

    assert not ground(true, [rows], names).claims
    assert ground(false, [rows], names).claims


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("peak hour for costs", 1),
        ("which hour of the day has the highest costs", 1),
        ("costs by hour", None),
        ("peak hours for costs", None),
    ],
)
def test_hours_of_the_day_are_those_of_all_days(text: str, limit: int | None) -> None:
    found = query(text)

    assert (found["group_by"], found.get("limit")) == (["metric_time__extract_hour"], limit)


def test_a_peak_is_that_of_a_time_and_of_nothing_else() -> None:
    assert query("peak month for sales")["group_by"] == ["metric_time__month"]
    assert "peak" in refused("peak orders by shop").unknown
    assert "hour" in refused("cost per hour").unknown
    assert refused("orders by hour").reason == "unreachable"
