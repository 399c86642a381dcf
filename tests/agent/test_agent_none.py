"""Who has none, and who has any or none: asked for as all of their kind."""

from __future__ import annotations

import pytest

from tests.agent.asking import SEPTEMBER, query, reading, refused

BY_SHOP = {"metrics": ["orders_placed"], "group_by": ["shop_name"], "period": SEPTEMBER, "order_by": ["-orders_placed"]}
NONE = {"having": [{"field": "orders_placed", "op": "eq", "values": ["0"]}], "every": True}


@pytest.mark.parametrize(
    "text",
    [
        "which shops had no orders last month",
        "shops with no orders in September",
        "Return the shops that have not taken any orders last month",
        "list the shops without orders last month",
        "shops that did not get any orders last month",
    ],
)
def test_who_has_none_is_everybody_for_whom_nothing_was_counted(text: str) -> None:
    assert query(text) == {**BY_SHOP, **NONE}


def test_what_each_has_lists_those_without_any() -> None:
    found = reading("how many orders did each shop get last month?")

    assert found.query.as_json() == {**BY_SHOP, "every": True}
    assert "Those without any are listed, too." in found.assumptions


def test_those_with_none_may_be_asked_for() -> None:
    assert query("orders by shop last month, including those with none") == {**BY_SHOP, "every": True}


def test_the_most_of_each_still_needs_none_of_them() -> None:
    assert "every" not in query("which 3 shops had the most orders last month")


def test_no_and_never_alone_are_not_passed_over() -> None:
    assert refused("no sales last month").unknown == ("no",)
    assert refused("sales never last month").unknown == ("never",)
