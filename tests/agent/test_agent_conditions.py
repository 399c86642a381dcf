"""Days that are not the metrics' own, days of the week, words for values, and words that only tell how."""

from __future__ import annotations

import datetime as dt

import pytest

from anabot.agent import Understood
from anabot.semantic.query import Span
from tests.agent.asking import SEPTEMBER, ask, query, reading, refused

SALES = {"metrics": ["sales"], "period": SEPTEMBER}


def opened(start: str, end: str) -> list[dict[str, object]]:
    return [
        {"field": "opened_on__day", "op": "ge", "values": [start]},
        {"field": "opened_on__day", "op": "lt", "values": [end]},
    ]


@pytest.mark.parametrize("text", ["sales last month of shops opened in 2024", "sales last month for stores that opened in 2024"])
def test_the_days_after_a_verb_are_of_the_time_that_is_called_so(text: str) -> None:
    said = query(text)

    assert said["where"] == opened("2024-02-01", "2025-02-01")  # the fiscal year
    assert said["period"] == SEPTEMBER


def test_a_verb_with_a_particle_is_one_verb() -> None:
    said = query("orders last month of people who signed up in 2025")

    assert [part["field"] for part in said["where"]] == ["signed_up_on__day", "signed_up_on__day"]


def test_whoever_does_what_only_some_have_a_date_of_is_told() -> None:
    assert "customer’s signed up on" in " ".join(reading("orders last month by members who signed up in 2025").assumptions)


def test_the_days_of_a_verb_that_nothing_is_called_by_are_not_guessed() -> None:
    assert refused("sales of shops painted in 2024").unknown == ("painted",)


@pytest.mark.parametrize(
    ("text", "days"),
    [("on weekends", ["6", "7"]), ("on mondays", ["1"]), ("on weekdays", ["1", "2", "3", "4", "5"])],
)
def test_days_of_the_week_choose_rows(text: str, days: list[str]) -> None:
    assert query(f"orders last month {text}")["where"] == [{"field": "metric_time__extract_dow", "op": "in", "values": days}]


def test_days_of_the_week_may_be_left_out() -> None:
    (part,) = query("orders last month excluding weekends")["where"]

    assert part == {"not": {"field": "metric_time__extract_dow", "op": "in", "values": ["6", "7"]}}


@pytest.mark.parametrize(
    "aside",
    [
        "rounded to 2 decimal places",
        "by joining the shops and regions tables",
        ". Note that sales refers to the sum of amount",
        ". Show each month as the first day of the month",
        "throughout this time range",
        ", not just the fleeting sales",
    ],
)
def test_words_that_only_tell_how_change_nothing(aside: str) -> None:
    assert query(f"sales last month by region {aside}") == query("sales last month by region")


@pytest.mark.parametrize(
    "aside", [". Note that sales refers to the sum of cost", "based on list price", "by joining the shops and moons tables"]
)
def test_a_definition_that_is_not_the_registrys_is_not_passed_over(aside: str) -> None:
    assert refused(f"sales last month by region {aside}").unknown


@pytest.mark.parametrize("more", [", not just the online sales", ", not only orders placed", ", not just moons"])
def test_what_is_not_all_that_is_wanted_is_never_passed_over_where_it_means_something(more: str) -> None:
    assert refused(f"sales last month by region{more}").unknown


@pytest.mark.parametrize("text", ["sales throughout this period", "orders placed in that window"])
def test_a_period_that_nobody_has_named_is_not_passed_over(text: str) -> None:
    assert refused(text).unknown


@pytest.mark.parametrize(
    "text",
    [
        "sales by shop in March 2026. How many orders placed by region over that period?",
        "sales by shop in March 2026 and how many orders placed by region in the same period",
        "what were sales by shop in March 2026? What were orders placed by region throughout this time period?",
    ],
)
def test_the_same_period_is_the_one_that_was_said_before_also_in_another_sentence(text: str) -> None:
    found = ask(text)

    assert isinstance(found, Understood)
    assert [each.query.period for each in found.readings] == [Span(start=dt.date(2026, 3, 1), end=dt.date(2026, 4, 1))] * 2
    assert [each.query.group_by for each in found.readings] == [("shop_name",), ("region",)]


@pytest.mark.parametrize(
    "text", ["sales in March 2026 vs the same period last year", "sales in March 2026 vs in the same period last year"]
)
def test_the_same_period_of_last_year_is_still_a_comparison(text: str) -> None:
    assert query(text)["compare"] == "previous_year"


def test_two_words_may_be_turned_around() -> None:
    assert query("cost last month by kind of cost") == query("cost last month by cost kind")
