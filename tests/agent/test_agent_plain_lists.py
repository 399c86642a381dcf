"""Lists and lookups as plainly as people ask a table for them; and what is said of several values at once."""

from __future__ import annotations

import pytest

from anabot.agent.offline.spelling import repair
from anabot.agent.offline.text import spelled_out
from tests.agent import asking, terse
from tests.agent.asking import SEPTEMBER

NORTH = {"field": "region", "op": "eq", "values": ["North"]}
TX = {"field": "state", "op": "eq", "values": ["TX"]}


def test_all_of_something_are_listed_without_a_number() -> None:
    assert asking.query("list all shops") == {"group_by": ["shop_name"]}


@pytest.mark.parametrize(
    "text",
    [
        "list the TX patients",
        "what are the names of the TX patients?",
        "list all patients in the state of TX",
        "list all TX patients",
    ],
)
def test_what_stands_between_list_and_its_noun_only_says_which(text: str) -> None:
    found = terse.query(text)

    assert found["group_by"] == ["pt_nm"]
    assert found["where"] == [TX]


def test_the_region_of_a_value_is_that_value_and_counts_no_regions() -> None:
    found = asking.query("orders in the region of North last month")

    assert found == {"metrics": ["orders_placed"], "period": SEPTEMBER, "where": [NORTH]}


def test_a_list_by_something_stays_numbers() -> None:
    assert asking.query("list the orders by shop last month")["metrics"] == ["orders_placed"]


def test_a_value_of_what_is_sought_answers_nothing() -> None:
    found = asking.refused("which region had orders in the North last month?")

    assert found.reason == "shape"
    assert "North" in found.message


def test_two_values_of_what_is_sought_are_a_choice() -> None:
    found = asking.query("which region had more orders last month, North or South?")

    assert found["where"] == [{"field": "region", "op": "in", "values": ["North", "South"]}]


@pytest.mark.parametrize("metric", ["waiting time", "average basket", "cost per order"])
def test_what_does_not_add_up_is_told_of_each(metric: str) -> None:
    found = asking.query(f"{metric} of Harbour and Castle last month")

    assert found["group_by"] == ["shop_name"]


def test_one_number_over_two_that_does_not_add_up_is_said_to_be_that() -> None:
    found = asking.reading("waiting time in Harbour and Castle last month")

    assert not found.query.group_by
    assert "One number over Harbour and Castle together." in found.assumptions


@pytest.mark.parametrize(
    "text",
    [
        "orders in Harbour and Castle last month",
        "waiting time for Harbour and Castle last month",
        "margin in Harbour and Castle last month",
        "waiting time in Harbour or Castle last month",
        "waiting time excluding Harbour and Castle last month",
        "waiting time of online orders in Harbour last month",
    ],
)
def test_what_adds_up_or_is_said_with_or_is_one_number(text: str) -> None:
    assert "group_by" not in asking.query(text)


@pytest.mark.parametrize("text", ["list all donors in TX", "what are the donors in TX?", "What is the donor of TX?"])
def test_those_of_whom_something_is_true_are_listed_by_name(text: str) -> None:
    found = terse.query(text)

    assert found["group_by"] == ["pt_nm"]
    assert {"field": "is_donor", "op": "eq", "values": ["true"]} in found["where"]
    assert TX in found["where"]


def test_those_of_whom_something_is_true_are_counted_where_their_number_is_asked_for() -> None:
    assert "group_by" not in terse.query("how many donors are there in TX?")


@pytest.mark.parametrize(("typed", "read"), [("published", "published"), ("publishr", "publisher")])
def test_what_was_done_is_no_slip_for_who_does_it(typed: str, read: str) -> None:
    mended, _ = repair(spelled_out(f"venues {typed}"), {1}, {"publisher"}, ["publisher"])

    assert [token.norm for token in mended] == ["venues", read]
