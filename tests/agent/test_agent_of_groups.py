"""Numbers of groups in words: which are read, what each says of the groups that count, and what is left open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlglot import parse_one

from anabot.agent import Ambiguous, NotUnderstood, Reading, Understood, understand
from anabot.periods import Grain
from anabot.semantic.query import Condition, MetricQuery
from anabot.semantic.registry import Dimension, Entity, Metric, Registry, SemanticModel
from anabot.semantic.values import ValueIndex
from tests.agent.asking import MONDAY, ask, grant
from tests.tiny import tiny_registry

SEPTEMBER = {"start": "2026-09-01", "end": "2026-10-01"}
JUNE = {"start": "2026-06-01", "end": "2026-07-01"}
DAY, WEEK, MONTH = "metric_time__day", "metric_time__week", "metric_time__month"


def read(text: str, **more: Any) -> Reading:
    found = ask(text, **more)
    assert isinstance(found, Understood), found
    assert len(found.readings) == 1
    return found.readings[0]


def over(text: str, **more: Any) -> tuple[str, str, tuple[str, ...], bool]:
    """How, of which metric, over which groups, and whether those without any count."""
    query = read(text, **more).query
    assert query.over is not None, query
    return query.over.how, query.metrics[0], query.over.each, query.every


def condition(text: str) -> tuple[str, str]:
    (part,) = read(text).query.having
    assert isinstance(part, Condition)
    return part.op, part.values[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("average sales per day last month", ("average", "sales", (DAY,), True)),
        ("average daily orders in September", ("average", "orders_placed", (DAY,), True)),
        ("what is the mean sales per day in june 2026", ("average", "sales", (DAY,), True)),
        ("average monthly sales this year", ("average", "sales", (MONTH,), True)),
        ("daily average of orders in June 2026", ("average", "orders_placed", (DAY,), True)),
        ("how many orders do we get per day on average?", ("average", "orders_placed", (DAY,), True)),
        ("on average, how many orders do we get per week", ("average", "orders_placed", (WEEK,), True)),
        ("how many orders per day on average last month", ("average", "orders_placed", (DAY,), True)),
        ("orders per day on average in September", ("average", "orders_placed", (DAY,), True)),
        ("median daily orders last quarter", ("median", "orders_placed", (DAY,), False)),
        ("median sales per customer", ("median", "sales", ("customer",), False)),
        ("average number of orders per shop", ("average", "orders_placed", ("shop",), False)),
        ("how many orders does the average customer place", ("average", "orders_placed", ("customer",), False)),
        ("average orders per shop per week in june 2026", ("average", "orders_placed", (WEEK, "shop"), False)),
        ("the highest number of orders placed by one customer", ("max", "orders_placed", ("customer",), False)),
        ("lowest number of orders in a single month last year", ("min", "orders_placed", (MONTH,), True)),
        ("how many customers have at least 3 orders", ("count", "orders_placed", ("customer",), False)),
        ("number of customers with more than one order", ("count", "orders_placed", ("customer",), False)),
        ("how many customers have ordered more than twice", ("count", "orders_placed", ("customer",), False)),
        ("how many customers have no orders", ("count", "orders_placed", ("customer",), True)),
        ("how many months had sales above 500", ("count", "sales", (MONTH,), False)),
        ("how many customers have more than $100 in sales this year", ("count", "sales", ("customer",), False)),
        ("in how many months did sales exceed 300 last year", ("count", "sales", (MONTH,), False)),
        ("on how many days did we have no orders in june 2026", ("count", "orders_placed", (DAY,), True)),
        ("how many months was sales below 300 last year", ("count", "sales", (MONTH,), True)),
        ("what share of customers ordered more than once", ("share", "orders_placed", ("customer",), False)),
        ("percentage of shops with more than 6 orders", ("share", "orders_placed", ("shop",), False)),
    ],
)
def test_a_number_of_groups_is_read(text: str, expected: tuple[str, str, tuple[str, ...], bool]) -> None:
    assert over(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how many customers have at least 3 orders", ("ge", "3")),
        ("how many customers have 3 or more orders", ("ge", "3")),
        ("how many customers have multiple orders", ("gt", "1")),
        ("how many customers have ordered more than twice", ("gt", "2")),
        ("how many customers have exactly one order", ("eq", "1")),
        ("how many customers have fewer than four orders", ("lt", "4")),
        ("how many customers have at most 2 orders", ("le", "2")),
        ("how many shops had sales over 1.5k in 2026", ("gt", "1500")),
        ("on how many days did we have no orders", ("eq", "0")),
    ],
)
def test_its_condition_is_the_one_that_was_said(text: str, expected: tuple[str, str]) -> None:
    assert condition(text) == expected


def test_the_question_inside_keeps_its_conditions_its_period_and_its_groups() -> None:
    query = read("average daily sales in the North in june 2026 by product").query

    assert query.group_by == ("product",)
    assert [part.model_dump() for part in query.where] == [{"field": "region", "op": "eq", "values": ("North",)}]
    assert query.period is not None
    assert query.period.model_dump(mode="json") == JUNE


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("average daily sales this month", "2026-10-01", "2026-10-05"),
        ("average weekly sales in september", "2026-09-07", "2026-09-28"),
        ("average monthly sales this year", "2026-02-01", "2026-10-01"),
    ],
)
def test_only_whole_stretches_that_are_over_count_and_that_is_said(text: str, start: str, end: str) -> None:
    found = read(text)

    assert found.query.period is not None
    assert found.query.period.model_dump(mode="json") == {"start": start, "end": end}
    assert any(note.startswith("Counted are the whole") for note in found.assumptions)


def test_a_value_of_the_things_themselves_chooses_them() -> None:
    query = read("how many gold customers have at least 2 orders in 2026").query

    assert query.over is not None
    assert query.over.each == ("customer",)
    assert [part.model_dump() for part in query.where] == [{"field": "tier", "op": "eq", "values": ("gold",)}]
    assert isinstance(ask("how many online customers have at least 2 orders in 2026"), NotUnderstood)


def test_which_groups_count_is_said() -> None:
    assert "Computed over customers that have any sales" in " ".join(read("median sales per customer").assumptions)
    assert "also those without any" in " ".join(read("average daily orders in september").assumptions)
    assert "Counted among customers that have any" in " ".join(read("how many customers have at least 3 orders").assumptions)


def test_weekends_are_no_days_of_the_period_that_all_count() -> None:
    query = read("average daily sales on weekends in june 2026").query

    assert query.over is not None
    assert not query.every


@pytest.mark.parametrize(
    "text",
    [
        "average order value per month",
        "average amount per month",
        "average cost per day",
        "average order per day",
        "average sales per region",
        "average sales",
        "average orders",
        "average of daily averages last month",
        "median order value",
        "average monthly online share",
        "how many customers have 3 orders",
        "how many customers with more than 2 orders were online",
        "how many days did we have no average basket",
        "how many days are there in september",
        "how many customers spent more than 100",
        "average daily sales last month vs the month before",
        "why did average daily sales change last month",
        "average daily sales and orders last month",
        "average daily orders today",
        "the highest average basket in one month",
        "what share of customers ordered online",
        "how many weekly orders have at least 3 shoes",
        "how many customers have at least 3 orders a month",
        "how many customers have at least 3 orders in each month",
        "how many customers have at least 3 orders and at least $100 in sales",
        "how many customers have more than 2 orders but less than 5",
        "average daily sales growth last month",
        "average monthly cumulative sales this year",
        "average daily sales and average daily orders last month",
        "which region has the highest average daily sales",
    ],
)
def test_what_could_mean_something_else_is_not_read_as_one(text: str) -> None:
    assert isinstance(ask(text), NotUnderstood)


@pytest.mark.parametrize(
    "text",
    [
        "average basket per region",
        "orders per day",
        "how many customers are there",
        "which day had the most orders",
        "what percentage of orders were online",
        "average number of orders per customer",
        "average sale per customer",
    ],
)
def test_what_was_read_before_is_read_as_before(text: str) -> None:
    found = ask(text)

    assert isinstance(found, Understood | Ambiguous)
    assert all(reading.query.over is None for reading in getattr(found, "readings", ()))


def stranger() -> Registry:
    """Deals whose amounts are summed and averaged under names that share their words, and one of which says "average" alone."""
    deals = SemanticModel(
        name="deals",
        relation=("shop", "deals"),
        entities={
            "deal": Entity(name="deal", model="deals", kind="primary", expr="deal_id", tree=parse_one("deal_id")),
            "client": Entity(name="client", model="deals", kind="foreign", expr="client_id", tree=parse_one("client_id")),
        },
        dimensions={
            "closed_on": Dimension(
                name="closed_on", model="deals", kind="time", expr="closed_on", tree=parse_one("closed_on"), grain=Grain.DAY
            )
        },
        primary_entity="deal",
        time_dimension="closed_on",
    )

    def metric(name: str, agg: str, expr: str, unit: str, *synonyms: str) -> Metric:
        return Metric(
            name=name,
            kind="simple",
            label=name.replace("_", " "),
            description=name,
            model="deals",
            time_dimension="closed_on",
            agg=agg,
            expr=expr,
            tree=parse_one(expr),
            unit=unit,
            synonyms=synonyms,
        )

    metrics = (
        metric("deals_closed", "count", "deal_id", "count", "deals"),
        metric("volume", "sum", "volume", ""),
        metric("average_volume", "average", "volume", ""),
        metric("turnover", "sum", "price", "usd"),
        metric("average_price", "average", "price", "usd", "average deals", "average"),
    )
    return replace(tiny_registry(), models={"deals": deals}, metrics={each.name: each for each in metrics}, terms={})


def asked_there(text: str) -> Any:
    registry = stranger()
    return understand(
        text, registry=registry, grant=grant(of=registry), values=ValueIndex(by_dimension={}), team="shops", now=MONDAY
    )


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("average daily turnover in june 2026", "turnover"),
        ("average number of deals per day in june 2026", "deals_closed"),
        ("average daily deals in june 2026", "deals_closed"),
    ],
)
def test_an_average_by_day_of_what_adds_up_is_no_average_of_single_rows(text: str, metric: str) -> None:
    found = asked_there(text)

    assert isinstance(found, Understood), found
    (reading,) = found.readings
    assert (reading.query.metrics, reading.query.over and reading.query.over.how) == ((metric,), "average")


def test_what_each_row_has_an_average_of_under_that_name_is_not_added_up_by_day() -> None:
    found = asked_there("average daily volume in june 2026")

    assert not isinstance(found, Understood) or all(each.query.over is None for each in found.readings)
    assert not isinstance(found, Understood) or all(each.query.metrics == ("average_volume",) for each in found.readings)


def test_a_condition_on_groups_is_none_on_the_rows_that_are_shown() -> None:
    query = read("how many customers have at least 3 orders by region").query

    assert query.over is not None
    assert query.group_by == ("region",)


def asked_before(text: str) -> MetricQuery:
    return read(text).query


def test_the_thread_goes_on_with_the_same_number() -> None:
    before = asked_before("average daily orders in September")

    august = read("and in August?", thread=before).query
    per_week = read("and per week?", thread=before).query
    by_region = read("by region", thread=before).query

    assert august.over == by_region.over == before.over
    assert august.period is not None
    assert august.period.model_dump(mode="json") == {"start": "2026-08-01", "end": "2026-09-01"}
    assert august.every
    assert per_week.over is not None
    assert per_week.over.each == (WEEK,)
    assert by_region.group_by == ("region",)


def test_the_thread_keeps_the_condition_on_groups() -> None:
    before = asked_before("how many customers have at least 3 orders in 2026")

    gold = read("only gold", thread=before).query

    assert (gold.over, gold.having) == (before.over, before.having)
    assert [part.model_dump()["values"] for part in gold.where] == [("gold",)]


def test_a_question_of_its_own_is_one_in_any_thread() -> None:
    before = asked_before("average daily orders in September")

    assert read("sales in june 2026", thread=before).query.over is None
    assert over("average daily sales in june 2026", thread=before)[1] == "sales"


def test_another_metric_has_the_same_number_but_no_condition_of_the_first() -> None:
    assert over("and sales?", thread=asked_before("average daily orders in September")) == ("average", "sales", (DAY,), True)
    assert isinstance(ask("and sales?", thread=asked_before("how many customers have at least 3 orders")), NotUnderstood)


def test_why_is_asked_of_the_metric_itself() -> None:
    assert isinstance(ask("why?", thread=asked_before("average daily orders in September")), NotUnderstood)


def test_what_is_denied_is_a_group_of_nobody() -> None:
    found = ask("average number of orders per tier", may=grant(denied=("customers.tier",)))

    assert isinstance(found, NotUnderstood)


def test_a_metric_that_is_not_there_for_the_asker_has_no_groups() -> None:
    assert isinstance(ask("average daily sales in june 2026", may=grant("sales")), NotUnderstood)
