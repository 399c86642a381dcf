"""Names that a speaker gives to a list of things: the list is meant, whole, and is said."""

from __future__ import annotations

import pytest

from anabot.agent import NotUnderstood
from anabot.semantic.values import ValueIndex
from tests.agent.asking import SEPTEMBER, VALUES, ask, query, reading, refused

LISTED = {"field": "shop_name", "op": "in", "values": ["Harbour", "Ferry"]}
NAMES = ("Harbour Bakery, Inc.", "Ferry Bakery", "Castle")
LONG = ValueIndex(by_dimension={**VALUES.by_dimension, ("shops", "shop_name"): NAMES})


@pytest.mark.parametrize(
    "text",
    [
        "orders last month from waterfront shops (Harbour or Ferry)",
        "orders last month from the old waterfront shops (Harbour, Ferry)",
        "orders last month from waterfront (Harbour and Ferry)",
        "how many orders did the waterfront shops (Harbour, Ferry) get last month",
    ],
)
def test_the_list_behind_a_name_is_what_is_meant(text: str) -> None:
    assert query(text) == {"metrics": ["orders_placed"], "where": [LISTED], "period": SEPTEMBER}


def test_the_answer_says_how_the_name_was_read() -> None:
    found = reading("orders last month from waterfront shops (Harbour or Ferry)")

    assert "“waterfront shops” is read as the list after it: Harbour; Ferry." in found.assumptions


def test_a_list_is_left_out_whole() -> None:
    found = query("orders last month not from waterfront shops (Harbour or Ferry)")

    assert found["where"] == [{**LISTED, "op": "not_in"}]


def test_the_beginning_of_a_name_is_enough_in_a_list() -> None:
    found = reading("orders last month from waterfront shops (Harbour or Ferry)", values=LONG)

    assert found.query.as_json()["where"] == [{**LISTED, "values": ["Harbour Bakery, Inc.", "Ferry Bakery"]}]
    assert "“waterfront shops” is read as the list after it: Harbour Bakery, Inc.; Ferry Bakery." in found.assumptions


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("orders last month from waterfront shops (Harbour or Lagoon)", "Lagoon"),  # half a list is another one
        ("cancelled orders (Harbour, Ferry) last month", "cancelled"),  # of orders, not a name for shops
        ("orders last month from churned customers (gold or silver)", "churned"),  # tiers are not what customers are called
        ("cancelled orders in waterfront shops (Harbour, Ferry) last month", "cancelled"),
        ("orders last month from waterfront shops (Harbour or Ferry", "waterfront"),  # the list has no end
    ],
)
def test_a_word_that_no_list_explains_is_named_back(text: str, unknown: str) -> None:
    assert unknown in refused(text).unknown


@pytest.mark.parametrize("when", ["in August (Harbour, Ferry)", "in 2025 (Harbour, Ferry)", "in FY26 (Harbour, Ferry)"])
def test_a_date_before_a_list_stays_a_date(when: str) -> None:
    found = ask(f"orders {when}")

    assert isinstance(found, NotUnderstood) or found == ask(f"orders for Harbour, Ferry {when.partition(' (')[0]}")


def test_bought_says_which_rows_where_some_are_sold_and_is_never_taken_for_brought() -> None:
    traded = ValueIndex(by_dimension={**VALUES.by_dimension, ("orders", "channel"): ("buy", "sell")})
    text = "how many customers bought online last month"

    assert query(text) == query("how many customers online last month")
    assert reading(text).assumptions == ()
    assert "buy" in refused("what did customers buy last month").unknown
    assert refused("what have customers bought last month").unknown == ("bought",)
    assert query("how many orders were bought last month", values=traded)["where"] == [
        {"field": "channel", "op": "eq", "values": ["buy"]}
    ]
