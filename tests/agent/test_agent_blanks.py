"""Rows in which nothing stands: asked for in words, by rows that have no value there, never by a value of that name."""

from __future__ import annotations

import pytest

from tests.agent.asking import SEPTEMBER, VALUES, query, refused

NO_TIER = {"metrics": ["orders_placed"], "period": SEPTEMBER, "where": [{"field": "tier", "op": "is_null", "values": []}]}


@pytest.mark.parametrize(
    "text",
    [
        "orders last month without a tier",
        "orders with no tier in September",
        "how many orders last month had no tier recorded?",
        "orders in September where the tier is unknown",
        "orders where tier is missing, last month",
        "orders with unknown tier last month",
    ],
)
def test_rows_without_a_value_are_asked_for_in_words(text: str) -> None:
    assert query(text) == NO_TIER


def test_a_value_that_is_not_missing_keeps_the_rest() -> None:
    assert query("orders where the tier is not missing, last month")["where"] == [
        {"field": "tier", "op": "not_null", "values": []}
    ]


def test_a_value_that_is_spelled_unknown_is_that_value() -> None:
    spelled = type(VALUES)(by_dimension={**VALUES.by_dimension, ("customers", "tier"): ("gold", "Unknown")})

    found = query("orders last month where the tier is unknown", values=spelled)

    assert found["where"] == [{"field": "tier", "op": "eq", "values": ["Unknown"]}]


def test_who_has_no_orders_is_still_asked_of_everybody() -> None:
    assert query("which shops had no orders last month")["every"] is True


def test_unknown_without_a_dimension_is_not_passed_over() -> None:
    assert refused("unknown orders last month").unknown == ("unknown",)
