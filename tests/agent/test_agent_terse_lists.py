"""Lists as strangers ask for them: columns to return, names under conditions, an order of the result; and no word read twice."""

from __future__ import annotations

import pytest

from tests.agent import asking, terse
from tests.agent.asking import SEPTEMBER

NORTH = {"field": "region", "op": "eq", "values": ["North"]}
ORDERS = {"metrics": ["orders_placed"], "period": SEPTEMBER}
BY_SHOP = {**ORDERS, "group_by": ["shop_name"], "order_by": ["-orders_placed"]}


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("orders by shop last month. Order the result by number of orders", "-orders_placed"),
        ("orders by shop last month, sort the list by orders", "-orders_placed"),
        ("orders by shop last month, sorted by number of orders", "-orders_placed"),
    ],
)
def test_the_result_may_be_ordered(text: str, order: str) -> None:
    assert asking.query(text) == {**BY_SHOP, "order_by": [order]}


def test_each_month_of_a_quarter_is_what_the_rows_are_cut_by() -> None:
    found = asking.query("orders by region for each month of Q1 2026")

    assert found["group_by"] == ["region", "metric_time__month"]


def test_a_phone_number_that_nobody_has_is_a_blank_phone() -> None:
    found = terse.query("how many treatments do not have an end date?")

    assert found == {"metrics": ["treatments"], "where": [{"field": "end_dt", "op": "is_null", "values": []}]}


@pytest.mark.parametrize(
    "text",
    [
        "What share of orders were for customers in the North last month?",
        "what percentage of orders were from customers in the North in September",
    ],
)
def test_whom_something_was_for_is_not_a_part_of_it(text: str) -> None:
    found = asking.query(text)

    assert found["metrics"] == ["orders_placed"]
    assert "made" not in found
    assert found["share"] is True


def test_a_filler_is_no_name_that_only_its_plural_has() -> None:
    found = terse.query("I'd like to know the number of treatments in 2024")

    assert found["metrics"] == ["treatments"]


@pytest.mark.parametrize("text", ["how many treatments were dropped in 2024", "number of dropped treatments in 2024"])
def test_what_was_done_to_rows_is_their_value_where_they_have_it(text: str) -> None:
    found = terse.query(text)

    assert found["where"] == [{"field": "state_of_care", "op": "eq", "values": ["dropped"]}]
    assert "compare" not in found


def test_what_dropped_by_itself_still_moved() -> None:
    assert "compare" in asking.query("orders dropped last month")


def test_completed_is_a_value_but_before_a_unit_of_time() -> None:
    done = {"field": "state_of_care", "op": "eq", "values": ["completed"]}

    assert terse.query("how many treatments are completed")["where"] == [done]
    assert asking.query("orders in the last 2 completed weeks")["period"] == {"start": "2026-09-21", "end": "2026-10-05"}


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("drugs with the best margin in 2024", "-margin"),
        ("margin by drug, best first", "-margin"),
        ("number of complaints by drug, best first", "complaints"),
    ],
)
def test_what_is_better_by_custom_is_said(text: str, order: str) -> None:
    assert terse.query(text)["order_by"] == [order]


def test_what_is_better_is_not_guessed_where_no_word_says_it() -> None:
    assert asking.refused("shops by paid hours last month, best first").reason == "shape"


def test_the_number_of_things_and_their_sales_is_one_question() -> None:
    found = asking.query("For each region, show the number of orders and their sales last month")

    assert found["metrics"] == ["orders_placed", "sales"]
    assert found["group_by"] == ["region"]


@pytest.mark.parametrize("text", ["What are the names of the patients in TX?", "list the patients in TX"])
def test_names_of_those_in_a_place_are_listed(text: str) -> None:
    found = terse.query(text)

    assert found["group_by"] == ["pt_nm"]
    assert found["where"] == [{"field": "state", "op": "eq", "values": ["TX"]}]


@pytest.mark.parametrize(
    "text", ["patients who are not treated", "list the patients who were never treated", "patients who never visited"]
)
def test_who_is_not_or_never_was_has_none(text: str) -> None:
    found = terse.query(text)

    assert found["metrics"] == ["treatments"]
    assert found["having"] == [{"field": "treatments", "op": "eq", "values": ["0"]}]


def test_those_who_did_it_are_no_groups_beside_what_each_of_them_has() -> None:
    assert terse.query("Return the number of treatments by patients in each state")["group_by"] == ["state"]
    assert terse.query("total cost by patient and state")["group_by"] == ["pt_nm", "state"]
