"""Who did something, what their things add up to, and how somebody is doing: no count of all of them, no list of raw numbers."""

from __future__ import annotations

import pytest

from anabot.agent import Ambiguous, NotUnderstood, Understood
from tests.agent import asking, garage
from tests.agent.garage import query

BY_MECHANIC = {"metrics": ["repairs"], "group_by": ["mechanic"], "order_by": ["-repairs"]}


@pytest.mark.parametrize(
    "text",
    [
        "how many clients had repairs in 2024",
        "how many clients had a repair",
        "how many distinct clients had a repair in May",
        "number of clients who had a repair",
        "how many clients made a payment last month",
        "how many mechanics handled repairs",
    ],
)
def test_those_who_did_something_are_not_all_of_them(text: str) -> None:
    assert isinstance(garage.ask(text), NotUnderstood)


def test_those_who_did_something_are_told_apart_where_a_metric_does_that() -> None:
    assert query("how many repairs got payments in 2024")["metrics"] == ["payers", "payments"]
    assert asking.query("how many customers made orders last month")["metrics"] == ["customers_served", "orders_placed"]


def test_two_numbers_side_by_side_are_still_two() -> None:
    assert query("how many clients and repairs were there in 2024")["metrics"] == ["clients", "repairs"]
    assert query("how many repairs did clients in Alton have in 2024")["metrics"] == ["repairs"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Return the mechanic, kind and number of repairs", {**BY_MECHANIC, "group_by": ["mechanic", "kind"]}),
        ("Return the mechanics and their number of repairs", BY_MECHANIC),
        ("Return the mechanic, client and total cost", {"metrics": ["repair_cost"], "group_by": ["mechanic", "client"]}),
    ],
)
def test_what_is_returned_beside_a_number_is_what_it_is_told_by(text: str, found: dict[str, list[str]]) -> None:
    assert {**query(text), "order_by": None} == {**found, "order_by": None}


def test_the_things_returned_may_be_described_before_their_number() -> None:
    found = query("Return the clients who joined in 2024 and their number of repairs")

    assert (found["metrics"], found["group_by"]) == (["repairs"], ["client"])
    assert [part["field"] for part in found["where"]] == ["joined_on__day", "joined_on__day"]


@pytest.mark.parametrize(
    "text",
    [
        "number of payments and total amount by method",
        "How many payments were made by each method, and what was their total amount?",
        "Return the method, the number of payments and their total amount for each method",
    ],
)
def test_a_total_amount_beside_a_count_is_what_those_add_up_to(text: str) -> None:
    found = query(text)

    assert (found["metrics"], found["group_by"]) == (["payments", "paid"], ["method"])


def test_an_amount_beside_a_count_of_something_else_is_the_only_one_or_none() -> None:
    assert query("number of repairs and their total cost")["metrics"] != ["repairs"]
    assert query("number of clients and total amount")["metrics"] == ["clients", "paid"]
    assert asking.refused("number of orders and total amount").unknown == ("amount",)


def test_a_way_to_pay_that_is_spelled_like_a_filler_is_one_after_by() -> None:
    by_check = [{"field": "method", "op": "eq", "values": ["check"]}]

    assert query("How many payments were made by check, and what was their total amount?")["where"] == by_check
    assert query("payments by check")["where"] == by_check
    assert "where" not in query("check payments by method")


@pytest.mark.parametrize(
    "text", ["which mechanics are doing well?", "which clients did well last year", "which mechanics performed in 2024"]
)
def test_how_somebody_is_doing_is_no_list_of_them(text: str) -> None:
    assert isinstance(garage.ask(text), Ambiguous)


def test_those_there_are_can_still_be_listed() -> None:
    assert query("which mechanics are there") == {"group_by": ["mechanic"]}


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("list the mechanics by number of repairs", "-repairs"),
        ("mechanics by repairs, fewest first", "repairs"),
        ("Rank the mechanics by number of repairs", "-repairs"),
        ("List the mechanics by number of repairs, from fewest to most", "repairs"),
        ("show the mechanics by number of repairs from most to fewest", "-repairs"),
    ],
)
def test_things_by_a_number_are_those_things_in_its_order(text: str, order: str) -> None:
    assert query(text) == {**BY_MECHANIC, "order_by": [order]}


def test_things_by_a_number_of_some_kind_are_counted_by_that_kind() -> None:
    found = query("list the mechanics by number of open repairs")

    assert found == {**BY_MECHANIC, "where": [{"field": "status", "op": "eq", "values": ["open"]}]}


def test_things_by_other_things_are_counted_by_them() -> None:
    assert query("clients by town")["metrics"] == ["clients"]
    assert query("mechanics by mechanic")["metrics"] == ["mechanics"]


def test_a_place_is_that_of_the_noun_before_it() -> None:
    def where(text: str) -> list[str]:
        return [part["field"] for part in query(text)["where"]]

    assert where("repairs of clients from Norway") == ["home_country"]
    assert where("repairs for bays in Norway") == ["bay_country"]
    assert where("total cost of repairs by kind for clients from Norway") == ["home_country"]
    assert isinstance(garage.ask("repairs in Norway"), Ambiguous)


def test_a_breakdown_without_a_number_is_asked_back() -> None:
    assert isinstance(garage.ask("what's the status breakdown?"), Ambiguous)
    assert isinstance(garage.ask("how much brakes was there in 2024?"), Ambiguous)


def test_amounts_of_which_there_are_several_are_asked_back() -> None:
    assert [label for label, _ in asking.asked_back("show me the amounts last month").choices]


def test_a_word_that_ends_several_names_says_what_else_it_may_be() -> None:
    found = garage.ask("repairs by grade")

    assert isinstance(found, Understood)
    assert found.readings[0].query.group_by == ("repair_grade",)
    assert any("it could also be client grade" in note.casefold() for note in found.readings[0].assumptions)
    assert isinstance(garage.ask("repairs by country"), Ambiguous)


@pytest.mark.parametrize("said", ["largest single", "single biggest"])
def test_the_largest_single_one_is_the_greatest_of_rows(said: str) -> None:
    assert query(f"{said} repair cost in 2024")["metrics"] == ["repair_cost_max"]
    assert isinstance(garage.ask(f"{said} payment in 2024"), NotUnderstood)
