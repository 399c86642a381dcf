"""Two times against each other, in words: what they set against what, for whom, and where nobody can tell what is meant."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent import NotUnderstood, Reading, Understanding, Understood
from tests.agent.asking import ask as ask_bakery
from tests.agent.parcels import ask

DELIVERED = {"field": "delivered_on__day", "against": "metric_time__day"}
CLOSED = {"field": "closed_at__day", "against": "metric_time__day"}
REGISTERED = {"field": "metric_time__month", "against": "registration_date__month"}


def since(op: str, *numbers: int, field: str = "metric_time__day", against: str = "registration_date__day") -> dict[str, Any]:
    return {"field": field, "op": op, "against": against, "values": list(map(str, numbers))}


def reading(found: Understanding) -> Reading:
    assert isinstance(found, Understood), found
    assert len(found.readings) == 1
    return found.readings[0]


def where(found: Understanding) -> list[dict[str, Any]]:
    return [dict(part) for part in reading(found).query.as_json().get("where", [])]


def refused(found: Understanding) -> NotUnderstood:
    assert isinstance(found, NotUnderstood), found
    return found


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("orders delivered on the same day as they were ordered", {**DELIVERED, "op": "eq", "values": []}),
        ("how many orders were delivered on the day they were ordered", {**DELIVERED, "op": "eq", "values": []}),
        ("orders delivered on the day of ordering", {**DELIVERED, "op": "eq", "values": []}),
        ("orders delivered within 3 days of being ordered", {**DELIVERED, "op": "between", "values": ["0", "3"]}),
        ("orders delivered within 3 days of the order date", {**DELIVERED, "op": "between", "values": ["0", "3"]}),
        ("orders delivered less than 3 days after being ordered", {**DELIVERED, "op": "between", "values": ["0", "2"]}),
        ("orders delivered 2 days after being ordered", {**DELIVERED, "op": "eq", "values": ["2"]}),
        ("orders delivered later than promised", since("gt", field="delivered_on__day", against="promised_date__day")),
        ("orders delivered after the promised date", since("gt", field="delivered_on__day", against="promised_date__day")),
        ("orders delivered by the due date", since("le", field="delivered_on__day", against="due_date__day")),
        ("orders with a delivered on after the due date", since("gt", field="delivered_on__day", against="due_date__day")),
        (
            "orders delivered at least 2 weeks after the due date",
            since("ge", 14, field="delivered_on__day", against="due_date__day"),
        ),
        ("tickets closed within a week of being opened", {**CLOSED, "op": "between", "values": ["0", "7"]}),
        ("tickets opened and closed on the same day", {**CLOSED, "op": "eq", "values": []}),
        ("payments after the due date", since("gt", against="due_date__day")),
        ("payments made on the due date", since("eq", against="due_date__day")),
        ("orders placed before their due date", since("lt", against="due_date__day")),
        (
            "orders due within 10 days of being ordered",
            since("between", 0, 10, field="due_date__day", against="metric_time__day"),
        ),
        (
            "orders where the delivery date is later than the promised date",
            since("gt", field="delivered_on__day", against="promised_date__day"),
        ),
        ("payments within 30 days of delivery", since("between", 0, 30, against="delivered_on__day")),
        ("payments made before the order was delivered", since("lt", against="delivered_on__day")),
        ("orders more than 90 days after registering", since("gt", 90)),
        ("orders more than 90 days before registering", since("lt", -90)),
        ("orders at most 30 days before registering", since("between", -30, 0)),
        ("orders 30 days or more after registering", since("ge", 30)),
        ("orders on or after the registration date", since("ge")),
        ("revenue in the same month as they registered", {**REGISTERED, "op": "eq", "values": []}),
        ("revenue in the month the buyer registered", {**REGISTERED, "op": "eq", "values": []}),
        ("revenue in their registration month", {**REGISTERED, "op": "eq", "values": []}),
        ("revenue not in the month they registered", {"not": {**REGISTERED, "op": "eq", "values": []}}),
    ],
)
def test_two_times_are_set_against_each_other_as_they_are_said(text: str, condition: dict[str, Any]) -> None:
    assert where(ask(text)) == [condition]


def test_what_is_set_against_what_is_said_in_the_registrys_words() -> None:
    found = reading(ask("orders delivered within 3 days of being ordered"))

    assert "Only where Delivered on is 0 to 3 days after Ordered on." in found.assumptions


def test_dates_groups_and_rankings_around_it_stay_what_they_are() -> None:
    last = reading(ask("orders by country delivered at least 2 weeks after the promised date last month")).query
    best = reading(ask("Which buyer made the most orders in the same month as they registered? Return the buyer.")).query
    dated = reading(ask("orders delivered in May on the same day as they were ordered")).query

    assert (last.group_by, str(last.period and last.period.start)) == (("country",), "2026-09-01")
    assert (best.group_by, best.order_by, best.limit) == (("buyer",), ("-order_count",), 1)
    assert [part["field"] for part in dated.as_json()["where"]] == ["delivered_on__day"] * 3


def test_who_did_something_within_so_many_days_is_counted_by_the_rows_that_have_both_dates() -> None:
    found = reading(ask("how many buyers ordered within 30 days of registering"))

    assert found.query.metrics == ("active_buyers",)
    assert found.query.as_json()["where"] == [since("between", 0, 30)]


def test_a_thing_counted_along_a_time_names_it_where_no_time_is_called_so() -> None:
    joined = where(ask_bakery("orders in the same month as they signed up"))

    assert joined == [{"field": "metric_time__month", "against": "signed_up_on__month", "op": "eq", "values": []}]


def test_the_share_of_what_was_done_in_time_is_called_by_the_two_dates() -> None:
    found = reading(ask("what percentage of orders were delivered by the promised date"))

    assert "Share of Orders where Delivered on is not after Promised date is made for this question" in found.assumptions[-1]


def test_a_share_of_what_was_done_in_time_is_of_all_of_each_group() -> None:
    found = reading(ask("what percentage of orders were delivered within 3 days of being ordered, by country")).query

    (made,) = found.as_json()["made"]
    assert made["left_where"] == [{**DELIVERED, "op": "between", "values": ["0", "3"]}]
    assert (found.group_by, found.where, found.share) == (("country",), (), False)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("orders in the month they joined", "joined"),  # a login or a registration, nobody says
        ("orders in the month they logged in", "logged"),  # the last login is not any
        ("orders in the same month as the buyer registered a friend", "friend"),
        ("revenue before discounts", "before"),
        ("revenue before delivery", "before"),  # before delivery cost, perhaps
        ("orders late", "late"),
        ("orders delivered within 2 days", "2"),
        ("orders in the same month as the launch", "launch"),
    ],
)
def test_a_word_that_no_time_is_called_by_is_named(text: str, unknown: str) -> None:
    assert unknown in refused(ask(text)).unknown


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("orders within 3 months of registering", "Months have several lengths"),
        ("tickets closed within 24 hours of being opened", "counted in days"),
        ("orders shipped within 3 days of registering", "not what"),  # shipped is a status, and nobody knows since when
        ("orders paid within 30 days of being ordered", "no such two dates"),
        ("orders in the same month as they were ordered", "against itself"),
        ("orders not delivered by the due date", "what never was"),
        ("tickets not closed within 7 days of being opened", "what never was"),
        ("active buyers not in the month they registered", "never did"),
        ("share of orders delivered within 3 days of being ordered by country", "what percentage"),
    ],
)
def test_what_may_mean_two_things_or_none_is_refused_with_its_reason(text: str, why: str) -> None:
    assert why in refused(ask(text)).message


@pytest.mark.parametrize(
    "text", ["buyers who have not ordered within 30 days of registering", "orders in the same month last year"]
)
def test_neighbours_that_say_something_else_set_no_times_against_each_other(text: str) -> None:
    found = ask(text)

    assert isinstance(found, NotUnderstood) or not where(found)


def test_a_time_that_is_hidden_from_the_asker_is_a_word_like_any_unknown_one() -> None:
    hidden = ask("orders in the same month as they registered", denied=frozenset({"buyers.registration_date"}))
    nowhere = ask("orders in the same month as they rejoiced")

    assert refused(hidden).unknown[:1] == ("registered",)
    assert (refused(hidden).reason, refused(hidden).message) == (refused(nowhere).reason, refused(nowhere).message)


def test_a_thread_keeps_the_two_times_when_only_the_groups_change() -> None:
    before = reading(ask("orders delivered within 3 days of being ordered")).query

    after = reading(ask("by country", thread=before)).query

    assert (after.where, after.group_by) == (before.where, ("country",))
