"""A part beside its whole, in one message: "… each week, and how many of these on weekends?". And what two questions share."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent import Understood
from anabot.semantic.values import ValueIndex
from tests.agent.asking import SEPTEMBER, ask, query, refused

WEEKENDS = {"field": "metric_time__extract_dow", "op": "in", "values": ["6", "7"]}
ONLINE = {"field": "channel", "op": "eq", "values": ["online"]}
NORTH = {"field": "region", "op": "eq", "values": ["North"]}
WEEKLY = {"metrics": ["orders_placed"], "group_by": ["metric_time__week"], "period": SEPTEMBER}


def queries(text: str, **more: Any) -> list[dict[str, Any]]:
    found = ask(text, **more)
    assert isinstance(found, Understood), found
    return [reading.query.as_json() for reading in found.readings]


@pytest.mark.parametrize(
    ("text", "narrowed"),
    [
        ("how many orders were placed each week last month? How many of these orders happened on weekends?", [WEEKENDS]),
        ("how many orders each week last month, and how many of them were on weekends", [WEEKENDS]),
        ("orders by week last month, of which on weekends", [WEEKENDS]),
        ("orders per week last month and of those online", [ONLINE]),
        ("how many orders each week last month and how many on weekends", [WEEKENDS]),
        ("how many orders in total and on weekends in each week of last month", [WEEKENDS]),
        ("number of orders overall and online by week last month", [ONLINE]),
        ("weekly orders last month. How many of those took place in the North on weekends?", [NORTH, WEEKENDS]),
    ],
)
def test_a_part_of_what_was_counted_is_counted_beside_it(text: str, narrowed: list[Any]) -> None:
    assert queries(text) == [WEEKLY, {**WEEKLY, "where": narrowed}]


def test_days_and_groups_that_follow_the_part_are_of_the_whole_too() -> None:
    assert queries("how many orders and how many on weekends by week last month") == [WEEKLY, {**WEEKLY, "where": [WEEKENDS]}]


def test_the_verb_of_what_was_counted_may_be_said_again() -> None:
    text = "How many orders were placed each week last month? How many of these were placed on weekends?"

    assert queries(text) == [WEEKLY, {**WEEKLY, "where": [WEEKENDS]}]


def test_one_of_its_kind_is_counted_where_the_words_name_it() -> None:
    one, other = queries("how many orders last month and how many were gifts")

    assert (one["metrics"], other["metrics"]) == (["orders_placed"], ["gift_orders"])


def test_a_part_that_nobody_has_named_is_not_dropped() -> None:
    assert refused("how many orders were placed last month and how many were cancelled").unknown == ("cancelled",)
    assert refused("how many orders last month and how many wugs").unknown == ("wugs",)


@pytest.mark.parametrize(
    "text", ["sales last month, how many of them online", "margin rate last month and how many of these online"]
)
def test_a_part_of_money_or_of_a_share_is_not_counted(text: str) -> None:
    assert "not something to count" in refused(text).message


@pytest.mark.parametrize(
    ("text", "narrowed"),
    [
        ("how many orders and weekend orders by week last month", [WEEKENDS]),
        ("orders and online orders by week last month", [ONLINE]),
    ],
)
def test_the_same_under_a_condition_of_its_own_stands_beside_it(text: str, narrowed: list[Any]) -> None:
    assert queries(text) == [WEEKLY, {**WEEKLY, "where": narrowed}]


def test_what_is_counted_and_its_kind_are_two() -> None:
    assert query("orders and gift orders last month")["metrics"] == ["orders_placed", "gift_orders"]


def test_several_values_after_what_rows_are_cut_by_still_cut_them() -> None:
    said = query("orders by channel (online, phone) last month")

    assert said["group_by"] == ["channel"]
    assert said["where"] == [{"field": "channel", "op": "in", "values": ["online", "phone"]}]


def test_a_value_that_is_a_word_of_the_language_is_one_in_a_list_of_its_kind() -> None:
    values = ValueIndex(by_dimension={("orders", "channel"): ("counter", "online", "check")})

    listed = query("orders by channel (online, check) last month", values=values)
    alone = query("check the orders last month", values=values)

    assert listed["where"] == [{"field": "channel", "op": "in", "values": ["online", "check"]}]
    assert "where" not in alone


def test_a_condition_that_was_said_before_holds_for_the_part_too() -> None:
    whole, part = queries("how many orders in the North last month, and how many of those online?")

    assert (whole["where"], part["where"]) == ([NORTH], [NORTH, ONLINE])


def test_a_part_of_what_a_thread_shows_goes_on_from_it() -> None:
    (whole,) = [found.readings[0].query for found in [ask("orders by week last month")] if isinstance(found, Understood)]

    assert query("how many of those were online?", thread=whole) == {**WEEKLY, "where": [ONLINE]}


@pytest.mark.parametrize(
    "text",
    [
        "how many of these were online?",
        "orders last month and how many of those customers were in the North",
        "top 3 shops by orders last month, and how many of those online",
        "how many orders last month and how many of these by shop",
        "what were the orders and what were the sales last month and how many of these online",
    ],
)
def test_a_part_of_what_cannot_be_told_is_not_guessed(text: str) -> None:
    assert refused(text).reason in ("shape", "unknown_words")


def test_a_part_of_something_unknown_says_only_what_is_unknown() -> None:
    assert refused("how many wugs each week, and how many of these orders on weekends").unknown == ("wugs",)


@pytest.mark.parametrize(
    "text",
    [
        "how many orders and how many customers did we have last month",
        "how many orders last month and how many customers",
        "what were the orders and what were the customers last month",
    ],
)
def test_two_questions_joined_by_and_share_the_days_that_are_said_once(text: str) -> None:
    assert {str(each["period"]) for each in queries(text)} == {str(SEPTEMBER)}


def test_two_questions_joined_by_and_share_what_they_are_cut_by() -> None:
    one, other = queries("how many orders and what were the sales by region last month")

    assert one["group_by"] == other["group_by"] == ["region"]


def test_what_says_more_than_what_to_count_keeps_its_own_conditions() -> None:
    one, other = queries("how many orders online last month and what were the sales in the North last month")

    assert (one["where"], other["where"]) == ([ONLINE], [NORTH])


def test_days_after_a_full_stop_are_not_shared() -> None:
    one, other = queries("How many orders last month? What were the sales last quarter?")

    assert one["period"] != other["period"]
