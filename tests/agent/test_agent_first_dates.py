"""When something was first or last counted, in words: whose date it is, of which rows, and where another date is meant."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent import NotUnderstood, Reading, Understanding, Understood
from tests.agent.asking import ask as ask_bakery
from tests.agent.parcels import ask


def reading(found: Understanding) -> Reading:
    assert isinstance(found, Understood), found
    assert len(found.readings) == 1
    return found.readings[0]


def made(found: Understanding) -> tuple[str, str, str]:
    (one,) = reading(found).query.made
    assert one.left == one.right
    return one.op, one.left, one.since


def refused(found: Understanding) -> NotUnderstood:
    assert isinstance(found, NotUnderstood), found
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("when was the last order", ("last", "order_count", "")),
        ("when was the first order placed by buyers from Norway", ("first", "order_count", "")),
        ("date of the latest order", ("last", "order_count", "")),
        ("what was the earliest order date", ("first", "order_count", "")),
        ("when was the most recent payment", ("last", "payment_count", "")),
        ("when was the last ticket opened", ("last", "ticket_count", "")),
        ("when did each buyer first order", ("first", "order_count", "")),
        ("when was the last shipped order", ("last", "order_count", "")),
        ("days between registration and the first order by buyer", ("first", "order_count", "registration_date__day")),
        ("how many days from registering to the last payment of each buyer", ("last", "payment_count", "registration_date__day")),
        (
            "Return the buyer and the difference between their time from registering to their first order",
            ("first", "order_count", "registration_date__day"),
        ),
    ],
)
def test_a_first_or_last_date_is_made_of_the_metric_that_counts_it(text: str, wanted: tuple[str, str, str]) -> None:
    assert made(ask(text)) == wanted


def test_it_is_said_that_nobody_has_defined_the_date() -> None:
    found = reading(ask("first order date by country"))

    assert "First date of Orders is made for this question, of Orders: nobody has defined it." in found.assumptions
    assert found.query.group_by == ("country",)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("when was the last shipped order", [{"field": "status", "op": "eq", "values": ["shipped"]}]),
        ("when was the last high priority ticket", None),
    ],
)
def test_a_value_before_what_is_counted_chooses_its_rows(text: str, where: list[dict[str, Any]] | None) -> None:
    found = ask(text)

    assert isinstance(found, NotUnderstood) if where is None else reading(found).query.as_json()["where"] == where


def test_the_usual_period_is_not_that_of_a_last_date() -> None:
    usual = reading(ask_bakery("orders")).query
    last = reading(ask_bakery("when was the last order at Harbour")).query
    dated = reading(ask_bakery("when was the last order in August 2026")).query

    assert usual.period is not None
    assert last.period is None
    assert dated.period is not None
    assert str(dated.period.start) == "2026-08-01"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("when was the first order delivered", "when"),  # by the day of its delivery, of which no metric is the first
        ("when was the last ticket closed", "when"),
        ("when was the last order from Norway delivered", "delivered"),
        ("when was the last order that was cancelled", "cancelled"),
        ("when were the last 5 orders", "when"),
        ("when is the first order due", "when"),
        ("the last order", "last"),
        ("last order value", "last"),
        ("buyers sorted by last order date", "last order date"),
        ("buyers whose last order date is before 2026", "whose"),
        ("average first order date", "average"),
    ],
)
def test_another_date_than_that_by_which_rows_are_counted_is_not_told_for_it(text: str, word: str) -> None:
    assert word in refused(ask(text)).unknown


def test_days_up_to_a_first_date_are_told_of_each_one_alone() -> None:
    by_country = refused(ask("days between registering and the first order by country"))
    of_all = refused(ask("days between registering and the first order"))

    assert (by_country.reason, of_all.reason) == ("no_group", "no_group")


def test_a_time_that_is_hidden_from_the_asker_tells_no_date() -> None:
    hidden = ask("when was the last order", denied=frozenset({"orders.ordered_on"}))
    since = ask("days between registering and the first order by buyer", denied=frozenset({"buyers.registration_date"}))

    assert "ordered_on" not in refused(hidden).message
    assert refused(since)


def test_a_thread_keeps_the_date_when_it_is_asked_by_something() -> None:
    before = reading(ask("when was the last order")).query

    after = reading(ask("by country", thread=before)).query

    assert (after.made, after.group_by, after.period) == (before.made, ("country",), None)


def test_the_average_of_the_days_is_over_those_whose_date_they_are_counted_from() -> None:
    of_all = reading(ask("average days from registering to the first order"))
    by_country = reading(ask("median number of days between registration and the last payment by country")).query

    assert of_all.query.as_json()["over"] == {"how": "average", "each": ["buyer"]}
    assert "Computed over buyers that have any orders: made for this question, and nobody has defined it." in of_all.assumptions
    assert by_country.as_json()["over"] == {"how": "median", "each": ["buyer"]}
    assert (by_country.group_by, made(ask("median days between registration and the last payment"))[1]) == (
        ("country",),
        "payment_count",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("average days from registering to the first order by buyer", "one number of days"),
        ("days from registering to the first order by buyer in 2025", "may be when it was counted"),
    ],
)
def test_days_whose_rows_or_dates_are_unclear_are_refused(text: str, why: str) -> None:
    assert why in refused(ask(text)).message


def test_a_date_that_a_metric_is_goes_before_one_that_is_made() -> None:
    delivered = reading(ask("when was the last order delivered"))
    named = reading(ask("when was the newest delivery by country"))
    loaded = reading(ask_bakery("when is the data as of"))

    assert (delivered.query.metrics, delivered.query.made) == (("newest_delivery",), ())
    assert (named.query.metrics, named.query.group_by) == (("newest_delivery",), ("country",))
    assert loaded.query.metrics == ("data_as_of",)


@pytest.mark.parametrize(
    "text",
    [
        "first and last order date by country",
        "first order date and last order date by country",
        "when was the first and last order",
    ],
)
def test_the_first_and_the_last_date_are_told_side_by_side(text: str) -> None:
    found = reading(ask(text)).query

    assert [(each.op, each.left, each.since) for each in found.made] == [
        ("first", "order_count", ""),
        ("last", "order_count", ""),
    ]
    assert found.group_by == (("country",) if "country" in text else ())
