"""Rows that are to be left out because nothing stands there, shares of what a verb says, and whose things are meant."""

from __future__ import annotations

import pytest

from anabot.agent import NotUnderstood, Understood
from tests.agent import garage
from tests.agent.garage import query

WITH_A_TOWN = {"field": "town", "op": "not_null", "values": []}
BY_TOWN = {"metrics": ["clients"], "group_by": ["town"], "order_by": ["-clients"], "where": [WITH_A_TOWN]}


@pytest.mark.parametrize(
    "text",
    [
        "clients by town, ignoring clients without a town",
        "clients by town, leaving out clients with no town",
        "number of clients per town, excluding clients without a town",
        "number of clients by town. Ignore clients without a town.",
        "number of clients by town. Exclude clients with no town",
        "clients by town, omitting clients without a town",
    ],
)
def test_those_without_one_are_left_out(text: str) -> None:
    assert query(text) == BY_TOWN


def test_what_is_counted_may_have_it_of_others() -> None:
    assert query("repairs by town, ignoring repairs without a town")["where"] == [WITH_A_TOWN]


def test_those_without_one_are_still_asked_for() -> None:
    assert query("clients without a town")["where"] == [{"field": "town", "op": "is_null", "values": []}]


def test_what_cannot_have_it_is_not_left_out() -> None:
    assert isinstance(garage.ask("clients by town, ignoring clients without a method"), NotUnderstood)


def test_the_share_of_what_was_done_somewhere_is_of_each_group() -> None:
    found = query("what percentage of repairs were started in Bay One in each month of 2024")

    assert [made["op"] for made in found["made"]] == ["share_of"]
    assert found["group_by"] == ["metric_time__month"]


def test_whose_things_are_meant_is_not_lost() -> None:
    found = garage.ask("which town's clients had the most repairs")

    assert isinstance(found, NotUnderstood | Understood)
    assert isinstance(found, NotUnderstood) or found.readings[0].query.group_by == ("town",)


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("how many repairs are on hold", None),
        ("repairs on hold by kind", ["kind"]),
        ("kinds with the most repairs on hold", ["kind"]),
    ],
)
def test_things_of_which_something_is_true_are_those_things(text: str, grouped: list[str] | None) -> None:
    found = query(text)

    assert (found["metrics"], found.get("group_by")) == (["repairs"], grouped)
    assert found["where"] == [{"field": "on_hold", "op": "eq", "values": ["true"]}]


def test_a_verb_in_its_bare_form_says_which_date() -> None:
    found = query("clients who join in 2024")

    assert found["period"] == {"start": "2024-01-01", "end": "2025-01-01"}
