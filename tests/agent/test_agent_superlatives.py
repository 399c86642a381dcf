"""Things told apart by a number of their own: the tallest patient, the oldest one, those taller than so many centimetres."""

from __future__ import annotations

import pytest

from anabot.agent import NotUnderstood
from tests.agent import asking, terse

TX = {"field": "state", "op": "eq", "values": ["TX"]}


@pytest.mark.parametrize(
    ("text", "order", "limit"),
    [
        ("who is the tallest patient?", "-height_max", 1),
        ("What is the tallest patient?", "-height_max", 1),
        ("which patient is the tallest?", "-height_max", 1),
        ("the 3 tallest patients", "-height_max", 3),
    ],
)
def test_an_adjective_names_the_number_that_things_are_ranked_by(text: str, order: str, limit: int) -> None:
    found = terse.query(text)

    assert found == {"metrics": ["height_max"], "group_by": ["pt_nm"], "order_by": [order], "limit": limit}


def test_a_ranked_thing_may_stand_under_a_condition() -> None:
    assert terse.query("the tallest patient in TX")["where"] == [TX]


@pytest.mark.parametrize(("adjective", "order"), [("oldest", "born_on__day"), ("youngest", "-born_on__day")])
def test_the_oldest_was_born_first_among_those_whose_day_is_known(adjective: str, order: str) -> None:
    found = terse.query(f"who is the {adjective} patient?")

    assert found["order_by"] == [order]
    assert found["group_by"] == ["pt_nm", "born_on__day"]
    assert found["where"] == [{"field": "born_on__day", "op": "not_null", "values": []}]
    assert found["limit"] == 1


def test_a_comparative_names_the_number_that_rows_are_chosen_by() -> None:
    found = terse.query("how many patients are taller than 180?")

    assert found["where"] == [{"field": "height_cm", "op": "gt", "values": ["180"]}]
    assert "having" not in found


def test_how_tall_somebody_is_is_that_number_of_theirs() -> None:
    found = terse.query("how tall is Ann Lee?")

    assert found["metrics"] == ["height_max"]
    assert found["where"] == [{"field": "pt_nm", "op": "eq", "values": ["Ann Lee"]}]


@pytest.mark.parametrize(
    "text",
    [
        "who is the deepest patient?",
        "the fastest patients",
        "how many patients are wider than 80?",
        "how deep is Ann Lee?",
        "patients by drug older than 60",
    ],
)
def test_an_adjective_that_no_number_is_called_after_is_not_read_by_another(text: str) -> None:
    assert isinstance(terse.ask(text), NotUnderstood)


@pytest.mark.parametrize("text", ["oldest shop", "the heaviest product last month", "shops faster than 5 last month"])
def test_nor_is_it_read_by_how_many_there_are(text: str) -> None:
    assert isinstance(asking.ask(text), NotUnderstood)


def test_growth_is_still_fastest() -> None:
    assert asking.query("fastest growing region by sales last month")["order_by"] == ["-sales__percent_change"]


@pytest.mark.parametrize("text", ["orders with more than 3 items by shop last month"])
def test_so_many_of_something_else_is_no_number_of_the_rows(text: str) -> None:
    assert isinstance(asking.ask(text), NotUnderstood)


@pytest.mark.parametrize("text", ["who is the tallest donor?", "the tallest donor"])
def test_the_tallest_of_a_kind_is_one_of_that_kind_by_name(text: str) -> None:
    found = terse.query(text)

    assert found["group_by"] == ["pt_nm"]
    assert found["where"] == [{"field": "is_donor", "op": "eq", "values": ["true"]}]
    assert (found["metrics"], found["limit"]) == (["height_max"], 1)


@pytest.mark.parametrize(
    ("dates", "op", "values"),
    [
        ("before 1990", "lt", ["1990"]),
        ("in 1990", "eq", ["1990"]),
        ("since 1990", "ge", ["1990"]),
        ("after 1990", "ge", ["1991"]),
        ("between 1980 and 1990", "between", ["1980", "1990"]),
    ],
)
def test_a_year_that_is_called_after_a_verb_is_compared_as_a_number(dates: str, op: str, values: list[str]) -> None:
    found = terse.query(f"how many patients were insured {dates}?")

    assert found == {"metrics": ["new_patients"], "where": [{"field": "insured_year", "op": op, "values": values}]}


@pytest.mark.parametrize("text", ["how many patients were insured in May 1990?", "how many patients were admired before 1990?"])
def test_a_year_tells_no_month_and_nothing_else(text: str) -> None:
    assert isinstance(terse.ask(text), NotUnderstood)


def test_things_are_listed_by_a_number_of_their_own() -> None:
    found = terse.query("which patients have a height of more than 180?")

    assert "pt_nm" in found["group_by"]
    assert found["where"] == [{"field": "height_cm", "op": "gt", "values": ["180"]}]


def test_how_many_of_a_name_there_are_is_no_list_of_them() -> None:
    assert isinstance(terse.ask("how many diets are there in TX?"), NotUnderstood)


def test_a_size_is_in_the_unit_that_its_name_ends_in() -> None:
    assert terse.query("how many patients are taller than 180 cm?")["where"][0]["values"] == ["180"]
    assert isinstance(terse.ask("how many patients are taller than 180 kg?"), NotUnderstood)


def test_things_are_ranked_by_a_number_of_their_own_and_not_cut_by_it() -> None:
    found = terse.query("top 3 patients by height")

    assert found == {"metrics": ["height_max"], "group_by": ["pt_nm"], "order_by": ["-height_max"], "limit": 3}


def test_once_and_twice_are_numbers() -> None:
    found = terse.query("which patients were treated more than twice?")

    assert found["having"] == [{"field": "treatments", "op": "gt", "values": ["2"]}]
