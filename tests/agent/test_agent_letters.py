"""Names by their letters: what they start with, end with or have in them, and never a value of something else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agent.asking import SEPTEMBER, query, reading, refused


def named(op: str, letters: str, field: str = "shop_name") -> dict[str, Any]:
    return {"field": field, "op": op, "values": [letters]}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("orders last month from shops whose name starts with H", named("starts_with", "H")),
        ("orders last month from shops whose name begins with the letter 'H'", named("starts_with", "H")),
        ("orders last month in a region ending with h", named("ends_with", "h", "region")),
        ("orders last month from shops with 'ar' in their name", named("contains", "ar")),
        ('orders last month for shops whose name contains "our and data"', named("contains", "our and data")),
        ("orders last month from shops whose name contains market", named("contains", "market")),
        ("orders last month from shops whose name starts with Q4_X-20.", named("starts_with", "Q4_X-20")),
        ("orders last month in a country starting with a", named("starts_with", "a", "country")),
        ("orders last month in shops with names ending in ry", named("ends_with", "ry")),
        ("orders last month from customers whose phone number ends in 77", named("ends_with", "77", "phone")),
        ("orders last month from customers with a .de phone", named("ends_with", ".de", "phone")),
        ("orders last month from customers with shop.de phone numbers", named("ends_with", "shop.de", "phone")),
    ],
)
def test_letters_of_a_name_are_a_condition_on_it(text: str, where: dict[str, Any]) -> None:
    assert query(text) == {"metrics": ["orders_placed"], "where": [where], "period": SEPTEMBER}


def test_either_of_two_kinds_of_letters_will_do_where_or_is_said() -> None:
    found = query("orders last month from shops whose name starts with H or ends with 'et', and in a region containing 'o'")

    assert found["where"] == [
        {"any": [named("starts_with", "H"), named("ends_with", "et")]},
        named("contains", "o", "region"),
    ]


def test_letters_that_a_name_must_not_have_are_left_out_and_said() -> None:
    found = reading("orders last month where the region does not contain 'th'")

    assert found.query.as_json()["where"] == [{"not": named("contains", "th", "region")}]
    assert "Region does not contain “th”, in capitals or not." in found.assumptions


@pytest.mark.parametrize(
    "text",
    [
        "orders last month from shops whose name starts with New York",  # two words without quotes: which of them?
        "orders by region starting with March",
        "orders by region starting with the largest",
        "shops containing bread orders last month",  # of a product, not a shop
        "orders in North or from shops whose name starts with H",  # a query holds both, not either
        "orders from shops whose name starts with H or in North",
        "orders last month whose barcode starts with 7",
        "orders last month from customers with a .de barcode",
    ],
)
def test_letters_that_could_mean_something_else_are_named_back(text: str) -> None:
    assert refused(text).unknown


def test_a_question_that_names_its_columns_may_call_them_details() -> None:
    assert query("What are the details and orders last month by shop? Return shop and orders.")["group_by"] == ["shop_name"]
    assert refused("details of orders last month").unknown == ("details",)
