"""Times that rows have beside the one they are counted by: told by their months, and narrowed to their own dates."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent import NotUnderstood
from tests.agent import asking, garage
from tests.agent.garage import query

MARCH = [
    {"field": "due_on__day", "op": "ge", "values": ["2025-03-01"]},
    {"field": "due_on__day", "op": "lt", "values": ["2025-04-01"]},
]
BY_DUE_MONTH: dict[str, Any] = {"metrics": ["repairs"], "group_by": ["due_on__month"], "order_by": ["due_on__month"]}


@pytest.mark.parametrize(
    "text",
    [
        "repairs by due month",
        "number of repairs per due month",
        "repairs by month of the due date",
    ],
)
def test_rows_are_told_by_the_month_of_another_time(text: str) -> None:
    assert query(text) == BY_DUE_MONTH


def test_the_month_in_which_something_was_done_is_of_that_time() -> None:
    by_start = query("payments by the month in which they started")
    by_paid = query("payments by month paid")

    assert by_start["group_by"] == ["started_on__month"]
    assert by_paid["group_by"] in (["paid_on__month"], ["metric_time__month"])


def test_dates_right_after_a_time_are_of_that_time() -> None:
    assert query("repairs by due month in March 2025") == {**BY_DUE_MONTH, "where": MARCH}
    assert query("repairs by due date in March 2025")["where"] == MARCH


def test_dates_of_a_verb_before_it_are_of_what_is_counted() -> None:
    found = query("repairs started in 2024 by due month")

    assert found == {**BY_DUE_MONTH, "period": {"start": "2024-01-01", "end": "2025-01-01"}}


@pytest.mark.parametrize("text", ["in 2024, repairs by due month", "repairs by due month in 2025 vs 2024"])
def test_dates_that_may_be_of_either_time_are_refused(text: str) -> None:
    assert isinstance(garage.ask(text), NotUnderstood)


@pytest.mark.parametrize(
    "text", ["repairs with a due date in March 2025", "repairs whose due date is in March 2025", "repairs due in March 2025"]
)
def test_something_with_a_date_in_march_is_dated_by_it(text: str) -> None:
    found = query(text)

    assert (found["where"], found.get("period")) == (MARCH, None)


def test_something_with_a_date_is_any_that_has_one() -> None:
    assert query("repairs with a due date")["where"] == [{"field": "due_on__day", "op": "not_null", "values": []}]


def test_a_quarter_of_another_time_is_the_companys() -> None:
    found = asking.query("orders by opened quarter")

    assert found["group_by"] == ["opened_on__fiscal_quarter"]


def test_a_hyphen_does_not_part_a_word_of_the_registry() -> None:
    assert query("clients by spec-req")["group_by"] == ["spec_req"]
    assert query("repairs by sta-tus")["group_by"] == ["status"]


@pytest.mark.parametrize("said", ["or later", "or after", "and onwards"])
def test_a_day_or_later_goes_up_to_today(said: str) -> None:
    assert query(f"repairs on 1 May 2025 {said}")["period"] == {"start": "2025-05-01", "end": "2025-06-17"}


def test_a_year_or_earlier_has_no_start() -> None:
    assert query("repairs in 2023 or earlier")["where"] == [{"field": "metric_time__day", "op": "lt", "values": ["2024-01-01"]}]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("repairs per quarter in 2023 and 2024", "2023-01-01", "2025-01-01"),
        ("monthly repairs in January and February 2025", "2025-01-01", "2025-03-01"),
        ("repairs by month in 2022, 2023 and 2024", "2022-01-01", "2025-01-01"),
    ],
)
def test_dates_that_follow_each_other_are_one_stretch_where_it_is_told_in_parts(text: str, start: str, end: str) -> None:
    assert query(text)["period"] == {"start": start, "end": end}


@pytest.mark.parametrize(
    "text", ["repairs in 2023 and 2024", "repairs by kind in 2023 and 2024", "repairs per month in 2022 and 2024"]
)
def test_two_dates_of_which_nobody_says_what_they_are_together_are_refused(text: str) -> None:
    assert isinstance(garage.ask(text), NotUnderstood)


def test_new_ones_are_those_that_came_in_that_time() -> None:
    assert query("how many new clients joined per month in 2024")["metrics"] == ["clients"]
    assert query("new clients by month in 2024")["metrics"] == ["clients"]
    assert isinstance(garage.ask("how many new clients are there"), NotUnderstood)
    assert isinstance(garage.ask("new payments in 2024"), NotUnderstood)


def test_a_number_right_before_its_noun_is_that_of_each() -> None:
    found = query("repairs of 5-star mechanics by kind")

    assert found["where"] == [{"field": "stars", "op": "eq", "values": ["5"]}]
    assert query("how many 5 star mechanics are there")["metrics"] == ["mechanics"]
    assert isinstance(garage.ask("5 star repairs"), NotUnderstood)


def test_times_in_ascending_order_are_in_their_own() -> None:
    assert "order_by" not in query("repairs per month in 2024 in ascending order")
    assert query("repairs by kind in 2024 in ascending order")["order_by"] == ["repairs"]
    assert query("repairs per month in 2024, lowest first")["order_by"] == ["repairs"]


@pytest.mark.parametrize("each", ["per month", "by month", "each month"])
def test_what_was_done_per_month_is_told_by_the_month_it_was_done_in(each: str) -> None:
    found = query(f"repairs closed {each} in 2024")

    assert found["group_by"] == ["closed_on__month"]
    assert [part["field"] for part in found["where"]] == ["closed_on__day", "closed_on__day"]
    assert "period" not in found


def test_what_was_done_beside_a_name_is_only_done() -> None:
    assert query("repairs closed by kind")["where"] == [{"field": "closed_on__day", "op": "not_null", "values": []}]
    assert query("repairs not closed per month")["group_by"] == ["metric_time__month"]


def test_an_article_is_no_grade() -> None:
    assert query("repairs without a repair grade by kind")["where"] == [{"field": "repair_grade", "op": "is_null", "values": []}]
    assert query("repairs with repair grade A by kind")["where"] == [{"field": "repair_grade", "op": "eq", "values": ["A"]}]
