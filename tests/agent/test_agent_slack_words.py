"""How people write in Slack: greetings, short forms, lists before their noun, superlatives, the month that had the most."""

from __future__ import annotations

import pytest

from tests.agent.asking import SEPTEMBER, asked_back, query, reading, refused

ORDERS = {"metrics": ["orders_placed"], "period": SEPTEMBER}
BY_SHOP = {**ORDERS, "group_by": ["shop_name"], "order_by": ["-orders_placed"]}
YEAR = {"start": "2026-02-01", "end": "2026-10-06"}


@pytest.mark.parametrize(
    "text",
    [
        "Hey team, quick q: orders last month pls",
        "hi all, how many orders did we get in September? thx",
        "just wondering, how many orders did we see last month",
    ],
)
def test_what_people_say_around_a_question_says_nothing(text: str) -> None:
    assert query(text) == ORDERS


@pytest.mark.parametrize(
    ("text", "shops"),
    [
        ("Harbour, Market and Castle orders last month", ["Harbour", "Market", "Castle"]),
        ("how many Harbour or Ferry orders were there last month", ["Harbour", "Ferry"]),
        ("orders brought in by Castle and Ferry last month", ["Castle", "Ferry"]),
    ],
)
def test_values_in_a_list_belong_together_wherever_the_list_stands(text: str, shops: list[str]) -> None:
    assert query(text) == {**ORDERS, "where": [{"field": "shop_name", "op": "in", "values": shops}]}


@pytest.mark.parametrize("text", ["orders last month excl. Ferry", "orders last month, neither Castle nor Ferry"])
def test_short_forms_leave_out_as_the_long_ones_do(text: str) -> None:
    (left,) = query(text)["where"]
    assert left["op"] in ("ne", "not_in")
    assert "Ferry" in left["values"]


def test_a_value_with_only_after_it_is_a_condition() -> None:
    assert query("Castle only: orders last month") == query("orders last month in Castle")


@pytest.mark.parametrize(
    "text",
    [
        "which month had the most orders this year so far",
        "month with the most orders this year so far",
        "best month for orders this year so far",
    ],
)
def test_the_month_that_had_the_most_is_one_month(text: str) -> None:
    found = query(text)
    assert found == {
        "metrics": ["orders_placed"],
        "period": YEAR,
        "group_by": ["metric_time__month"],
        "order_by": ["-orders_placed"],
        "limit": 1,
    }


def test_a_long_wait_has_a_longest_and_a_count_has_none() -> None:
    assert query("which shop had the longest waiting time last month")["order_by"] == ["-waiting_time"]
    assert refused("which shop had the longest orders last month").reason == "shape"


def test_best_first_is_what_the_registry_calls_better() -> None:
    assert query("waiting time by shop last month, best first")["order_by"] == ["waiting_time"]
    assert query("orders by shop last month, best first") == BY_SHOP


def test_the_sum_of_a_count_is_no_number_but_that_of_money_is() -> None:
    assert query("sum of sales last month")["metrics"] == ["sales"]
    assert refused("sum of orders last month").unknown == ("sum of",)


def test_a_name_turned_round_an_of_is_the_same_name() -> None:
    assert query("time of waiting by shop last month")["metrics"] == ["waiting_time"]


def test_a_trend_over_several_quarters_has_a_point_a_quarter() -> None:
    assert query("sales trend over the past 4 quarters")["group_by"] == ["metric_time__fiscal_quarter"]


def test_a_thread_is_compared_with_the_period_that_is_named() -> None:
    thread = reading("orders by shop in September 2026").query
    found = query("compare to August", thread=thread)
    assert (found["period"], found["compare"]) == (SEPTEMBER, "previous_period")


def test_the_ones_are_those_that_the_thread_shows() -> None:
    thread = reading("orders by shop last month").query
    assert query("only the ones in North", thread=thread)["where"] == [{"field": "region", "op": "eq", "values": ["North"]}]


def test_the_most_popular_is_by_the_number_that_is_named_and_asked_back_without_one() -> None:
    assert query("most popular channel last month by orders") == {
        **ORDERS,
        "group_by": ["channel"],
        "order_by": ["-orders_placed"],
        "limit": 1,
    }
    assert len(asked_back("which channel is the most popular").choices) > 1
