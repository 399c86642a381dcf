"""The share that one value has of a number within each group, in the words that people have for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from anabot.agent import Ambiguous, NotUnderstood, Understood, read_as
from anabot.semantic.query import MetricQuery
from tests.agent.asking import SEPTEMBER, ask, asked_back, grant, query, reading, refused
from tests.tiny import tiny_registry

RATE = "orders_placed__part__share_of__orders_placed"
ONLINE = {"field": "channel", "op": "eq", "values": ["online"]}


def rate(*where: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {"op": "share_of", "left": "orders_placed", "right": "orders_placed", "left_where": list(where)}
    return {"metrics": ["orders_placed"], "period": SEPTEMBER, "made": [made], **more}


def by_shop(*where: dict[str, Any], **more: Any) -> dict[str, Any]:
    return rate(*where, group_by=["shop_name"], order_by=[f"-{RATE}"], **more)


@pytest.mark.parametrize(
    "text",
    [
        "what percentage of orders were online by shop last month",
        "what share of orders were online, per shop, last month",
        "% of orders that were online for each shop last month",
        "for each shop, what percentage of orders were online last month",
        "what percentage of each shop's orders were online last month",
    ],
)
def test_what_is_said_of_the_rows_is_a_part_of_each_group(text: str) -> None:
    assert query(text) == by_shop(ONLINE)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("what percentage of orders were not online by shop last month", {**ONLINE, "op": "ne"}),
        (
            "what percentage of orders were online or phone by shop last month",
            {"field": "channel", "op": "in", "values": ["online", "phone"]},
        ),
    ],
)
def test_a_part_may_be_of_several_values_or_of_all_but_one(text: str, where: dict[str, Any]) -> None:
    assert query(text) == by_shop(where)


def test_a_part_by_month_is_of_each_month() -> None:
    assert query("what percentage of orders were online by month last month") == rate(ONLINE, group_by=["metric_time__month"])


def test_a_part_of_each_group_is_compared() -> None:
    found = query("what percentage of orders were online last month vs last year by shop")

    assert found == by_shop(ONLINE, compare="previous_year")


def test_what_chooses_the_whole_stays_a_condition() -> None:
    found = query("what share of orders in North were online by shop last month")

    assert found == by_shop(ONLINE, where=[{"field": "region", "op": "eq", "values": ["North"]}])


def test_a_part_is_said_to_be_made_and_is_told_in_words() -> None:
    found = reading("what percentage of orders were online by shop last month")

    label = "Share of Orders where Channel is online"
    assert f"{label} is made for this question, of Orders: nobody has defined it." in found.assumptions
    assert label in read_as.in_words(found.query, tiny_registry())


def test_a_rate_that_is_defined_goes_before_one_that_is_made() -> None:
    text = "what percentage of sales was online in each region last month"

    assert query(text) == {
        "metrics": ["online_share"],
        "group_by": ["region"],
        "period": SEPTEMBER,
        "order_by": ["-online_share"],
    }
    hidden = reading(text, may=grant("online_share")).query
    assert [each.name for each in hidden.made] == ["sales__part__share_of__sales"]


@pytest.mark.parametrize(
    "text",
    ["percentage of online orders by shop last month", "which shop had the highest percentage of online orders last month"],
)
def test_a_value_before_the_name_may_be_of_each_group_or_of_the_total(text: str) -> None:
    found = ask(text)

    assert isinstance(found, Ambiguous)
    (within, own), (over, total) = found.choices
    assert within == "Share of Orders where Channel is online, within each shop"
    assert over == "Orders where Channel is online: the part of each shop in the total"
    assert own.as_json() == by_shop(ONLINE, **({"limit": 1} if own.limit else {}))
    assert total.share
    assert total.as_json()["where"] == [ONLINE]


def test_a_share_that_is_open_of_a_number_that_is_open_is_refused_and_settles_neither() -> None:
    found = refused("percentage of gold revenue by shop last month")

    assert (found.reason, found.unknown) == ("several_ambiguous", ("revenue",))


def test_a_condition_that_is_placed_apart_leaves_a_share_of_the_total() -> None:
    found = query("share of orders by region for phone last month")

    assert (found["share"], found["where"]) == (True, [{**ONLINE, "values": ["phone"]}])


def test_an_average_has_no_part() -> None:
    assert "has no part" in refused("what share of average basket was online by region last month").message


def thread(text: str) -> MetricQuery:
    return reading(text).query


def test_a_thread_keeps_the_part() -> None:
    first = thread("what percentage of orders were online by shop last month")

    by_region = reading("by region", thread=first).query
    north = reading("only in North", thread=first).query
    again = ask("and phone?", thread=first)

    assert (by_region.made, by_region.group_by) == (first.made, ("region",))
    assert (north.made, north.group_by) == (first.made, ("shop_name",))
    assert [part.model_dump()["values"] for part in north.where] == [("North",)]
    assert isinstance(again, NotUnderstood)  # of the orders by phone none are online


def test_a_share_of_all_that_is_then_cut_is_one_of_each_group() -> None:
    found = ask("by shop", thread=thread("what percentage of orders were online last month"))

    assert isinstance(found, Understood)
    assert found.readings[0].query.as_json() == by_shop(ONLINE)


def test_a_part_does_not_show_through_to_who_may_not_see_its_dimension() -> None:
    blind = replace(grant(), denied=frozenset({"orders.channel"}))

    assert isinstance(ask("what percentage of orders were online by shop last month", may=blind), NotUnderstood)


def test_a_metric_that_is_a_part_of_another_is_asked_back_as_a_share_of_nobody_says_what() -> None:
    (within, own), (total, of_total) = asked_back("percentage of online sales by region").choices

    assert (within, own.metrics, own.share) == ("Online share, within each region", ("online_share",), False)
    assert (total, of_total.metrics) == ("Online sales: the part of each region in the total", ("online_sales",))
    assert of_total.share


def test_a_share_that_says_of_what_is_that() -> None:
    for text in ("share of total online sales by region", "online sales by region as a percentage of the total"):
        assert query(text)["metrics"] == ["online_sales"]
        assert query(text)["share"] is True
    assert query("share of sales by region")["share"] is True
