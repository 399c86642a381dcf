"""The days of an answer get the names that mean them then, so that a schedule moves them; days without a name have none."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from anabot.periods import Calendar, named
from anabot.playbooks.rolling import rolling_names, said
from anabot.semantic.query import Span

FISCAL = Calendar(ZoneInfo("America/Los_Angeles"), 2)
MONDAY = dt.datetime(2026, 10, 5, 15, 0, tzinfo=dt.UTC)


def span(start: str, end: str) -> Span:
    return Span(start=dt.date.fromisoformat(start), end=dt.date.fromisoformat(end))


@pytest.mark.parametrize(
    ("start", "end", "names"),
    [
        ("2026-05-01", "2026-08-01", ("last_fiscal_quarter",)),
        ("2026-07-01", "2026-10-01", ("last_calendar_quarter", "trailing_3_months")),
        ("2026-09-28", "2026-10-05", ("last_week", "trailing_7_days")),
        ("2026-09-01", "2026-10-01", ("last_month",)),
        ("2026-10-05", "2026-10-06", ("today", "wtd")),
        ("2026-10-01", "2026-10-06", ("mtd",)),
        ("2026-09-07", "2026-10-05", ("trailing_4_weeks", "trailing_28_days")),
        ("2026-10-12", "2027-01-11", ("next_13_weeks",)),
        ("2026-03-04", "2026-03-19", ()),
    ],
)
def test_days_are_called_by_every_name_that_means_them_at_that_moment(start: str, end: str, names: tuple[str, ...]) -> None:
    assert rolling_names(span(start, end), MONDAY, FISCAL) == names


def test_every_name_that_is_found_means_the_days_again() -> None:
    calendar = Calendar(ZoneInfo("Europe/Berlin"), 1)
    for name in ("last_quarter", "this_year", "trailing_6_months", "ytd", "tomorrow", "next_week"):
        period = named(name, MONDAY, calendar)
        found = rolling_names(Span(start=period.start, end=period.end), MONDAY, calendar)
        assert name in found
        assert {named(each, MONDAY, calendar) for each in found} == {period}


def test_a_name_is_said_in_words() -> None:
    assert [said(name) for name in ("last_fiscal_quarter", "trailing_4_weeks", "next_13_weeks", "mtd", "yesterday")] == [
        "last fiscal quarter", "the last 4 whole weeks", "the 13 weeks ahead", "this month so far", "yesterday",
    ]  # fmt: skip
