"""The first of each of several groups: said of each, in any order of words, kept in a thread, and refused where unclear."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from anabot.agent import Reading
from anabot.agent.sentence import Sentence
from anabot.charts.plot import plot, suits
from anabot.semantic.query import MetricQuery
from anabot.types import Column, Table
from tests.agent.asking import SEPTEMBER, query, reading, refused
from tests.tiny import tiny_registry

S: dict[str, Any] = {"metrics": ["sales"], "period": SEPTEMBER, "order_by": ["-sales"]}
PRODUCTS = {**S, "group_by": ["region", "product"], "limit": 3, "limit_by": ["region"]}
SHOPS = {**S, "group_by": ["region", "shop_name"], "limit": 2, "limit_by": ["region"]}
TOP_SHOP = {**SHOPS, "limit": 1}
MONTH = "metric_time__month"

QUESTIONS = [
    ("top 3 products by sales per region last month", PRODUCTS),
    ("top 3 products in each region by sales last month", PRODUCTS),
    ("for each region, the top 3 products by sales last month", PRODUCTS),
    ("each region's top 3 products by sales last month", PRODUCTS),
    ("which 3 products have the highest sales in each region last month?", PRODUCTS),
    ("sales per product in each region last month, top 3", PRODUCTS),
    ("3 best products per region by sales last month", PRODUCTS),
    ("the top 2 shops by sales for each region last month", SHOPS),
    ("sales by shop, top 2 per region, last month", SHOPS),
    ("the two largest shops by region by sales last month", SHOPS),
    ("sales by region and its top shop last month", TOP_SHOP),
    ("which shop had the highest sales in each region last month", TOP_SHOP),
    ("the shop with the highest sales per region last month", TOP_SHOP),
    ("what was the top shop in every region last month by sales", TOP_SHOP),
    ("lowest 2 shops by sales in every region last month", {**SHOPS, "order_by": ["sales"]}),
    (
        "top 3 products by sales per region and channel last month",
        {**PRODUCTS, "group_by": ["region", "channel", "product"], "limit_by": ["region", "channel"]},
    ),
    (
        "top product in each region by sales growth last month vs the month before",
        {**PRODUCTS, "limit": 1, "compare": "previous_period", "order_by": ["-sales__change"]},
    ),
]


@pytest.mark.parametrize(("text", "wanted"), QUESTIONS, ids=[text for text, _ in QUESTIONS])
def test_the_top_of_each_is_that_of_each(text: str, wanted: dict[str, Any]) -> None:
    assert query(text) == wanted


@pytest.mark.parametrize(
    ("text", "group", "each"),
    [
        ("top shop each month this year by sales", [MONTH, "shop_name"], [MONTH]),
        ("top 3 shops by sales per month this year", [MONTH, "shop_name"], [MONTH]),
        ("top 3 products in each of the last 3 months by sales", [MONTH, "product"], [MONTH]),
        ("best month for each shop by sales this year", ["shop_name", MONTH], ["shop_name"]),
        ("in which month did each shop have the highest sales this year?", ["shop_name", MONTH], ["shop_name"]),
        ("busiest day in each month by orders this year", [MONTH, "metric_time__day"], [MONTH]),
    ],
)
def test_times_are_ranked_and_have_rankings_too(text: str, group: list[str], each: list[str]) -> None:
    found = query(text)

    assert (found["group_by"], found["limit_by"]) == (group, each)


@pytest.mark.parametrize(
    "text",
    [
        "orders by channel for the top 3 shops last month",
        "orders for each channel for the top 3 shops last month",
        "top 3 products across regions by sales last month",
        "top 5 shops by sales by month this year",
        "monthly sales of the top 3 shops this year",
        "sales by region, top 3 products, last month",
    ],
)
def test_what_may_be_the_top_of_each_or_of_all_is_refused(text: str) -> None:
    assert "or of all" in refused(text).message or "or of the whole" in refused(text).message


def test_the_top_of_nothing_in_particular_is_refused() -> None:
    assert "of what in each region" in refused("top 3 in each region by sales last month").message


def test_the_highest_of_several_in_each_says_how_many_is_missing() -> None:
    assert "How many of each" in refused("which products have the highest sales in each region last month").message


def test_a_share_beside_the_top_of_each_may_be_of_either() -> None:
    assert "that of the group or of all" in refused("share of sales of the top 3 products in each region last month").message


def test_the_top_of_each_of_what_is_only_listed_by_is_said() -> None:
    assert "Read as the largest of each region." in reading("the two largest shops by region by sales last month").assumptions


def test_the_top_of_what_is_listed_anyway_is_one_ranking() -> None:
    found = query("orders and sales for each shop last month, for the top 3 shops by orders")

    assert (found["group_by"], found["limit"], found.get("limit_by")) == (["shop_name"], 3, None)


def test_the_top_of_something_and_a_number_for_each_of_it_is_one_ranking() -> None:
    found = query("top 2 shops by sales last month, with the number of orders for each shop")

    assert (found["group_by"], found["limit"], found.get("limit_by")) == (["shop_name"], 2, None)


def test_the_top_of_two_things_together_is_one_ranking() -> None:
    found = query("top 10 sales by shop and region last month")

    assert (found["group_by"], found["limit"], found.get("limit_by")) == (["shop_name", "region"], 10, None)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("top 5 instead", {"limit": 5}),
        ("make it 5", {"limit": 5}),
        ("lowest first", {"order_by": ["sales"]}),
        ("and last year?", {"period": {"start": "2025-09-01", "end": "2025-10-01"}}),
        ("only North", {"where": [{"field": "region", "op": "eq", "values": ["North"]}]}),
        ("for each country", {"group_by": ["country", "product"], "limit_by": ["country"]}),
        ("and orders?", {"metrics": ["orders_placed"], "order_by": ["-orders_placed"], "group_by": ["region", "shop_name"]}),
    ],
)
def test_a_thread_keeps_that_it_is_of_each(text: str, change: dict[str, Any]) -> None:
    before = {**PRODUCTS, "group_by": ["region", "shop_name"]} if "metrics" in change else PRODUCTS

    assert query(text, thread=MetricQuery.model_validate(before)) == {**before, **change}


@pytest.mark.parametrize("text", ["for each region", "per region", "in each region"])
def test_a_ranking_is_told_of_each_afterwards(text: str) -> None:
    thread = {**S, "group_by": ["product"], "limit": 3}

    assert query(text, thread=MetricQuery.model_validate(thread)) == PRODUCTS


def table(*rows: tuple[Any, ...], first: str = "text") -> Table:
    columns = (
        Column(name="region", type=first, label="Region"),
        Column(name="product", type="text", label="Product"),
        Column(name="sales", type="money", unit="usd", label="Sales"),
    )
    return Table(columns=columns, rows=rows)


ROWS = (
    ("Isles", "bread", Decimal(30)),
    ("Isles", "cake", Decimal(20)),
    ("North", "coffee", Decimal(50)),
    (None, "cake", Decimal(1)),
)


def test_the_answer_tells_each_group_with_its_own() -> None:
    two = MetricQuery.model_validate({**PRODUCTS, "limit": 2})

    said = Sentence(reading=Reading(query=two), table=table(*ROWS), registry=tiny_registry()).words()

    start = "Of each region, the top 2 by Sales in Sep 2026."
    assert said == f"{start} Isles: bread ($30.00), cake ($20.00); North: coffee ($50.00); (none): cake ($1.00)."


def test_the_answer_tells_the_one_of_each_and_that_there_are_more() -> None:
    many = [(f"R{n:02}", "bread", Decimal(n)) for n in range(15)]
    one = MetricQuery.model_validate({**PRODUCTS, "limit": 1, "order_by": ["sales"]})

    said = Sentence(reading=Reading(query=one), table=table(*many), registry=tiny_registry()).words()

    assert said.startswith("Of each region, the product with the lowest Sales in Sep 2026. R00: bread ($0.00); R01")
    assert said.endswith("R11: bread ($11.00); the rest is in the table.")


def test_a_change_that_is_ranked_by_says_which_way_it_went() -> None:
    moved = MetricQuery.model_validate({**PRODUCTS, "limit": 1, "compare": "previous_period", "order_by": ["-sales__change"]})
    change = Column(name="sales__change", type="money", unit="usd", label="Change of Sales")
    columns = (*table().columns, change)
    rows = (("Isles", "bread", Decimal(30), Decimal(5)), ("North", "cake", Decimal(9), Decimal(-2)))

    said = Sentence(reading=Reading(query=moved), table=Table(columns=columns, rows=rows), registry=tiny_registry()).words()

    start = "Of each region, the product whose Sales rose most in Sep 2026."
    assert said == f"{start} Isles: bread (up $5.00); North: cake (down $2.00)."


def test_bars_of_the_first_of_each_stay_group_by_group() -> None:
    drawn = plot(table(*ROWS), "bar", of_each=True)

    assert suits(table(*ROWS), of_each=True) == "bar"
    assert drawn.order == ("Isles · bread", "Isles · cake", "North · coffee", "– · cake")


def test_the_first_of_each_month_are_no_line() -> None:
    months = [(dt.date(2026, n, 1), "bread", Decimal(n)) for n in range(1, 9)]

    assert suits(table(*months, first="date"), of_each=True) == "bar"
