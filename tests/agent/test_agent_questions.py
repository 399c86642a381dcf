"""Questions that are understood whole, and the one query each of them means."""

from __future__ import annotations

import time
from typing import Any

import pytest

from anabot.agent import Understood
from tests.agent.asking import LAST_QUARTER, LAST_WEEK, SEPTEMBER, ask, by_value, query, reading


def where(field: str, op: str, *values: str) -> dict[str, Any]:
    return {"field": field, "op": op, "values": list(values)}


S = {"metrics": ["sales"], "period": SEPTEMBER}
NORTH = where("region", "eq", "North")

QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    # what
    ("what were sales last month", S),
    ("how much did we make in sales last month", S),
    ("what did sales bring in last month", S),
    ("What was the total sales amount last month?", S),
    ("net sales last month", S),
    ("sales in September", S),
    ("sales 2026-09", S),
    ("please show me the sales figures for last month, thanks", S),
    ("sales", S),
    ("how many orders did we get last month?", {"metrics": ["orders_placed"], "period": SEPTEMBER}),
    ("number of orders last month", {"metrics": ["orders_placed"], "period": SEPTEMBER}),
    ("how many orders were placed last month", {"metrics": ["orders_placed"], "period": SEPTEMBER}),
    ("sales and orders last month", {"metrics": ["sales", "orders_placed"], "period": SEPTEMBER}),
    ("sales vs cost last month", {"metrics": ["sales", "cost"], "period": SEPTEMBER}),
    # by what
    ("sales by region last month", {**S, "group_by": ["region"]}),
    ("sales by region without North last month", {**S, "group_by": ["region"], "where": [where("region", "ne", "North")]}),
    ("break down last month's sales per region", {**S, "group_by": ["region"]}),
    (
        "which two regions had the highest sales last month?",
        {**S, "group_by": ["region"], "order_by": ["-sales"], "limit": 2},
    ),
    (
        "which region grew the most last month in sales",
        {**S, "group_by": ["region"], "compare": "previous_period", "order_by": ["-sales__change"], "limit": 1},
    ),
    ("sales per day last month", {**S, "group_by": ["metric_time__day"]}),
    ("sales last month broken down by region", {**S, "group_by": ["region"]}),
    ("sales across all regions last month", {**S, "group_by": ["region"]}),
    ("sales per region and channel last month", {**S, "group_by": ["region", "channel"]}),
    ("sales by region, channel last month", {**S, "group_by": ["region", "channel"]}),
    ("sales for each shop last month", {**S, "group_by": ["shop_name"]}),
    ("each shop's sales last month", {**S, "group_by": ["shop_name"]}),
    ("region-wise sales last month", {**S, "group_by": ["region"]}),
    ("sales last month, region breakdown", {**S, "group_by": ["region"]}),
    ("sales in the right regions last month", {**S, "group_by": ["region"]}),
    (
        "Return the shop, number of orders and sales last month",
        {"metrics": ["orders_placed", "sales"], "group_by": ["shop_name"], "period": SEPTEMBER},
    ),
    (
        "sales by month this year",
        {"metrics": ["sales"], "group_by": ["metric_time__month"], "period": {"start": "2026-02-01", "end": "2027-02-01"}},
    ),
    ("monthly sales last quarter", {"metrics": ["sales"], "group_by": ["metric_time__month"], "period": LAST_QUARTER}),
    (
        "sales by quarter in FY25",
        {
            "metrics": ["sales"],
            "group_by": ["metric_time__fiscal_quarter"],
            "period": {"start": "2025-02-01", "end": "2026-02-01"},
        },
    ),
    (
        "sales by month",
        {"metrics": ["sales"], "group_by": ["metric_time__month"], "period": {"start": "2025-10-01", "end": "2026-10-01"}},
    ),
    (
        "weekly sales trend",
        {"metrics": ["sales"], "group_by": ["metric_time__week"], "period": {"start": "2026-07-06", "end": "2026-10-05"}},
    ),
    (
        "sales for each of the last 8 weeks",
        {"metrics": ["sales"], "group_by": ["metric_time__week"], "period": {"start": "2026-08-10", "end": "2026-10-05"}},
    ),
    # of which
    ("sales in the North last month", {**S, "where": [NORTH]}),
    ("North sales last month", {**S, "where": [NORTH]}),
    ("sales North last month", {**S, "where": [NORTH]}),
    ("only North sales last month", {**S, "where": [NORTH]}),
    ("sales in the North region last month", {**S, "where": [NORTH]}),
    ("sales last month where region = North", {**S, "where": [NORTH]}),
    ("sales last month for region North by channel", {**S, "where": [NORTH], "group_by": ["channel"]}),
    ("sales in North and South last month", {**S, "where": [where("region", "in", "North", "South")]}),
    ("sales in North or South last month", {**S, "where": [where("region", "in", "North", "South")]}),
    ("sales excluding North last month", {**S, "where": [where("region", "ne", "North")]}),
    ("sales not in the North last month", {**S, "where": [where("region", "ne", "North")]}),
    ("non-North sales last month", {**S, "where": [where("region", "ne", "North")]}),
    ("sales last month except North and Isles", {**S, "where": [where("region", "not_in", "North", "Isles")]}),
    (
        "web sales in the North for walk-in last month",
        {"metrics": ["online_sales"], "period": SEPTEMBER, "where": [NORTH, where("channel", "eq", "counter")]},
    ),
    ("sales for gold customers in the North last month", {**S, "where": [where("tier", "eq", "gold"), NORTH]}),
    ("North vs South sales last month", {**S, "where": [where("region", "in", "North", "South")], "group_by": ["region"]}),
    # how many, in what order
    ("top 3 shops by sales last month", {**S, "group_by": ["shop_name"], "order_by": ["-sales"], "limit": 3}),
    ("the three largest shops by sales last month", {**S, "group_by": ["shop_name"], "order_by": ["-sales"], "limit": 3}),
    ("which region had the highest sales last month?", {**S, "group_by": ["region"], "order_by": ["-sales"], "limit": 1}),
    ("bottom 2 shops by sales last month", {**S, "group_by": ["shop_name"], "order_by": ["sales"], "limit": 2}),
    ("best 2 shops by sales last month", {**S, "group_by": ["shop_name"], "order_by": ["-sales"], "limit": 2}),
    (
        "worst 2 shops by cost last month",
        {"metrics": ["cost"], "period": SEPTEMBER, "group_by": ["shop_name"], "order_by": ["-cost"], "limit": 2},
    ),
    (
        "shops with more than 5 orders last month",
        {
            "metrics": ["orders_placed"],
            "period": SEPTEMBER,
            "group_by": ["shop_name"],
            "having": [where("orders_placed", "gt", "5")],
        },
    ),
    ("sales by shop over $1.5k last month", {**S, "group_by": ["shop_name"], "having": [where("sales", "gt", "1500")]}),
    (
        "sales by shop between 100 and 2 thousand last month",
        {**S, "group_by": ["shop_name"], "having": [where("sales", "between", "100", "2000")]},
    ),
    (
        "online share by shop above 50% last month",
        {
            "metrics": ["online_share"],
            "period": SEPTEMBER,
            "group_by": ["shop_name"],
            "having": [where("online_share", "gt", "0.5")],
        },
    ),
    (
        "sales by shop last month with at least 5 orders",
        {
            "metrics": ["sales", "orders_placed"],
            "period": SEPTEMBER,
            "group_by": ["shop_name"],
            "having": [where("orders_placed", "ge", "5")],
        },
    ),
    ("sales by shop last month", {**S, "group_by": ["shop_name"], "order_by": ["-sales"]}),
    ("sales by shop and month, last month", {**S, "group_by": ["shop_name", "metric_time__month"]}),
    ("sales by shop last month sorted by sales ascending", {**S, "group_by": ["shop_name"], "order_by": ["sales"]}),
    # against what
    ("sales last month vs the month before", {**S, "compare": "previous_period"}),
    ("sales last month compared with last year", {**S, "compare": "previous_year"}),
    ("sales last month year over year", {**S, "compare": "previous_year"}),
    ("sales last month vs same month last year", {**S, "compare": "previous_year"}),
    ("did sales grow last month", {**S, "compare": "previous_period"}),
    ("sales week over week", {"metrics": ["sales"], "period": LAST_WEEK, "compare": "previous_period"}),
    ("sales wow by region", {"metrics": ["sales"], "group_by": ["region"], "period": LAST_WEEK, "compare": "previous_period"}),
    (
        "sales in July vs March",
        {
            "metrics": ["sales"],
            "period": {"start": "2026-07-01", "end": "2026-08-01"},
            "compare": {"start": "2026-03-01", "end": "2026-04-01"},
        },
    ),
    (
        "compare July to March sales",
        {
            "metrics": ["sales"],
            "period": {"start": "2026-07-01", "end": "2026-08-01"},
            "compare": {"start": "2026-03-01", "end": "2026-04-01"},
        },
    ),
    (
        "sales this week vs last",
        {
            "metrics": ["sales"],
            "period": {"start": "2026-10-05", "end": "2026-10-12"},
            "compare": {"start": "2026-09-28", "end": "2026-09-29"},
        },
    ),
    # questions the data team foresaw
    (
        "where are baskets small",
        {
            "metrics": ["average_basket"],
            "group_by": ["shop_name"],
            "order_by": ["average_basket"],
            "limit": 3,
            "period": SEPTEMBER,
        },
    ),
    (
        "where were our baskets small last quarter?",
        {
            "metrics": ["average_basket"],
            "group_by": ["shop_name"],
            "order_by": ["average_basket"],
            "limit": 3,
            "period": LAST_QUARTER,
        },
    ),
]


@pytest.mark.parametrize(("text", "expected"), QUESTIONS, ids=[text for text, _ in QUESTIONS])
def test_a_question_means_its_query(text: str, expected: dict[str, Any]) -> None:
    assert query(text) == by_value(expected)


PARAPHRASES = [
    "sales by region last month",
    "Sales per region, last month",
    "last month's sales by region",
    "SALES BY REGION LAST MONTH?",
    "show me last month sales broken down by region please",
    "what were our sales last month for each region",
    "give me net sales across regions in September 2026",
    "slaes by reigon last month",
    "regional... sales by region, last month!",
    "can you list sales split by region for the previous month",
]


@pytest.mark.parametrize("text", [text for text in PARAPHRASES if "regional" not in text])
def test_every_wording_of_one_question_has_one_fingerprint(text: str) -> None:
    assert reading(text).query.fingerprint() == reading(PARAPHRASES[0]).query.fingerprint()


def test_a_default_period_is_said() -> None:
    found = reading("sales by region")

    assert found.assumptions == ("No period was said: last month is usual for Sales.",)
    assert found.period_label == "2026-09 (1 Sep – 30 Sep 2026)"


def test_fiscal_quarters_and_unfinished_periods_are_said() -> None:
    found = reading("sales in Q3")

    assert found.period_label == "FY26 Q3 so far (1 Aug – 31 Oct 2026)"
    assert found.assumptions == ("Quarters and years are fiscal.", "FY26 Q3 is not over: it is shown so far.")


def test_a_repaired_word_is_said() -> None:
    assert "Read “slaes” as “sales”." in reading("slaes last month").assumptions


def test_a_chart_is_a_line_over_time_and_bars_otherwise() -> None:
    assert reading("sales by month as a chart").chart == "line"
    assert reading("sales by region as a chart").chart == "bar"
    assert reading("sales by region as a table").chart == ""
    assert reading("sales by region").chart == ""


def test_a_chart_over_several_quarters_has_one_point_for_each() -> None:
    found = reading("margin by region, last 4 quarters, as a chart")

    assert found.query.group_by == ("region", "metric_time__fiscal_quarter")
    assert "Drawn with one point a quarter." in found.assumptions


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("what does margin mean", "definition"),
        ("explain how margin is built, show SQL and the dbt models", "sql"),
        ("define margin", "definition"),
        ("how is margin calculated?", "definition"),
        ("show me the SQL for margin", "sql"),
    ],
)
def test_a_definition_is_asked_for_in_several_ways(text: str, kind: str) -> None:
    found = reading(text)

    assert found.ask == kind
    assert found.query.metrics == ("margin",)


def test_two_questions_in_one_message_get_two_readings() -> None:
    found = ask("sales and orders week over week, and where are baskets small?")

    assert isinstance(found, Understood)
    assert [one.query.metrics for one in found.readings] == [("sales", "orders_placed"), ("average_basket",)]
    assert found.readings[0].query.compare == "previous_period"
    assert found.readings[1].query.compare is None


def test_metrics_with_different_usual_periods_are_answered_apart() -> None:
    found = ask("sales and headcount")

    assert isinstance(found, Understood)
    assert [one.query.metrics for one in found.readings] == [("sales",), ("headcount",)]


def test_the_team_default_of_a_word_is_taken_and_said() -> None:
    found = reading("revenue last month", team="books")

    assert found.query.metrics == ("sales",)
    assert "“revenue” is Sales for your team; it could also be Online sales." in found.assumptions


def test_the_same_words_always_mean_the_same() -> None:
    text = "top 3 shops by sales last month in the North, excluding phone"

    assert len({reading(text).query.fingerprint() for _ in range(5)}) == 1


def test_understanding_takes_milliseconds() -> None:
    ask("sales")
    started = time.perf_counter()

    for text, _ in QUESTIONS:
        ask(text)

    assert (time.perf_counter() - started) / len(QUESTIONS) < 0.05  # `make bench` holds the real limit
