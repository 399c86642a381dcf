"""How strangers ask: lists of columns, nouns of rows, relative clauses, parts of names. Each is a rule of language."""

from __future__ import annotations

import pytest

from tests.agent.asking import LAST_WEEK, SEPTEMBER, query, refused

NORTH = {"field": "region", "op": "eq", "values": ["North"]}
ORDERS = {"metrics": ["orders_placed"], "period": SEPTEMBER}
BY_SHOP = {**ORDERS, "group_by": ["shop_name"], "order_by": ["-orders_placed"]}


@pytest.mark.parametrize(
    "text",
    [
        "how many orders were placed by customers from the north last month",
        "number of orders for customers in the north in September",
        "orders made by customers who are in north last month",
    ],
)
def test_what_the_rows_are_called_cuts_nothing(text: str) -> None:
    assert query(text) == {**ORDERS, "where": [NORTH]}


@pytest.mark.parametrize(
    "text",
    [
        "Return the list of shops with their number of orders last month",
        "Orders by shop last month. Return the shop name and the count.",
        "Return the shop and the number of orders made last month, ordered from most to least orders",
        "Return the shops and number of orders made last month",
    ],
)
def test_a_list_of_what_to_return_is_what_is_cut_and_counted(text: str) -> None:
    assert query(text) == BY_SHOP


def test_who_had_the_most_is_one_of_them() -> None:
    assert query("the shop that had the most orders last month") == {**BY_SHOP, "limit": 1}
    assert query("the shops that had the most orders last month") == BY_SHOP


def test_things_that_cannot_be_cut_by_are_not_sorted_out_by_a_number() -> None:
    assert refused("for customers with at least 5 orders, what are their sales? return the tier and sales").reason == "shape"


def test_a_word_for_somebody_else_needs_somebody() -> None:
    assert refused("their sales last month").unknown == ("their",)
    assert refused("sales of that last month").unknown == ("that",)


def test_the_first_day_of_a_window_may_be_said_twice() -> None:
    assert query("sales in the last 7 days, inclusive of 7 days ago") == query("sales in the last 7 days")
    assert query("sales in the past month, inclusive of 1 month ago")["period"] == {"start": "2026-09-05", "end": "2026-10-05"}
    assert refused("sales last week, inclusive of 3 months ago").reason == "two_periods"
    assert query("sales last week")["period"] == LAST_WEEK


def test_short_forms_are_the_words_they_stand_for() -> None:
    assert query("avg basket last month") == query("average basket last month")


def test_a_name_that_ends_in_a_verb_is_cut_by_what_follows() -> None:
    by_tier = {"metrics": ["customers_served"], "group_by": ["tier"], "where": [NORTH], "period": SEPTEMBER}

    assert query("customers served by tier for North last month") == {**by_tier, "order_by": ["-customers_served"]}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("repeat customers last month", "repeat"),
        ("same sales last month", "same"),
        ("booked sales last month", "booked"),
    ],
)
def test_a_kind_of_its_own_is_not_the_whole(text: str, word: str) -> None:
    assert refused(text).unknown == (word,)


def test_the_most_of_each_is_not_the_total_of_each() -> None:
    assert refused("max sales by shop last month").unknown == ("max",)
    assert query("which shop had the max sales last month")["limit"] == 1


def test_the_words_of_a_name_may_stand_apart() -> None:
    assert query("how many items did we sell last month")["metrics"] == ["items_sold"]
