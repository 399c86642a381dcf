"""Business time, as people in companies name it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anabot.errors import BadQuery
from anabot.periods import (
    Calendar,
    Grain,
    Period,
    between_days,
    containing,
    label,
    named,
    previous,
    start_of,
    step,
    year_before,
)

PACIFIC = ZoneInfo("America/Los_Angeles")
FEBRUARY = Calendar(zone=PACIFIC, fiscal_start=2)
JANUARY = Calendar(zone=PACIFIC)
MONDAY = dt.datetime(2026, 10, 5, 14, 58, tzinfo=dt.UTC)


def span(first: str, last: str) -> Period:
    return Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("today", "2026-10-05", "2026-10-06"),
        ("yesterday", "2026-10-04", "2026-10-05"),
        ("tomorrow", "2026-10-06", "2026-10-07"),
        ("last_day", "2026-10-04", "2026-10-05"),
        ("this_week", "2026-10-05", "2026-10-12"),
        ("last_week", "2026-09-28", "2026-10-05"),
        ("next_week", "2026-10-12", "2026-10-19"),
        ("this_month", "2026-10-01", "2026-11-01"),
        ("last_month", "2026-09-01", "2026-10-01"),
        ("this_quarter", "2026-08-01", "2026-11-01"),
        ("last_quarter", "2026-05-01", "2026-08-01"),
        ("last_fiscal_quarter", "2026-05-01", "2026-08-01"),
        ("last_calendar_quarter", "2026-07-01", "2026-10-01"),
        ("this_year", "2026-02-01", "2027-02-01"),
        ("last_fiscal_year", "2025-02-01", "2026-02-01"),
        ("last_calendar_year", "2025-01-01", "2026-01-01"),
        ("next_quarter", "2026-11-01", "2027-02-01"),
        ("wtd", "2026-10-05", "2026-10-06"),
        ("mtd", "2026-10-01", "2026-10-06"),
        ("qtd", "2026-08-01", "2026-10-06"),
        ("ytd", "2026-02-01", "2026-10-06"),
        ("fytd", "2026-02-01", "2026-10-06"),
        ("trailing_28_days", "2026-09-07", "2026-10-05"),
        ("trailing_4_weeks", "2026-09-07", "2026-10-05"),
        ("trailing_12_months", "2025-10-01", "2026-10-01"),
        ("trailing_4_quarters", "2025-08-01", "2026-08-01"),
        ("trailing_1_months", "2026-09-01", "2026-10-01"),
        ("next_13_weeks", "2026-10-12", "2027-01-11"),
        ("in_13_weeks", "2027-01-04", "2027-01-11"),
        ("in_3_months", "2027-01-04", "2027-01-11"),
        ("in_2_days", "2026-10-07", "2026-10-08"),
    ],
)
def test_a_name_means_its_days_in_a_fiscal_company(name: str, start: str, end: str) -> None:
    assert named(name, MONDAY, FEBRUARY) == span(start, end)


def test_quarters_are_calendar_quarters_where_the_fiscal_year_starts_in_january() -> None:
    assert named("last_quarter", MONDAY, JANUARY) == span("2026-07-01", "2026-10-01")
    assert named("last_fiscal_year", MONDAY, JANUARY) == span("2025-01-01", "2026-01-01")


def test_today_is_the_companys_own_day_and_not_the_day_in_utc() -> None:
    late_evening = dt.datetime(2026, 11, 1, 6, 30, tzinfo=dt.UTC)

    assert named("today", late_evening, FEBRUARY) == span("2026-10-31", "2026-11-01")
    assert named("this_month", late_evening, FEBRUARY) == span("2026-10-01", "2026-11-01")


def test_a_month_ahead_of_the_31st_is_the_last_day_of_the_shorter_month() -> None:
    assert named("in_1_months", dt.datetime(2026, 1, 31, 20, tzinfo=dt.UTC), JANUARY) == span("2026-02-23", "2026-03-02")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "soon",
        "last_fortnight",
        "trailing_0_days",
        "trailing_-3_days",
        "in_9999_years",
        "trailing_9999_years",
        "this_3_weeks",
        "Last_Week",
        "last_week ",
        "next_9999_years",
    ],
)
def test_an_unknown_name_is_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(BadQuery, match="last_quarter"):
        named(name, MONDAY, FEBRUARY)


@pytest.mark.parametrize(
    ("start", "end", "fiscal", "text"),
    [
        ("2026-05-01", "2026-08-01", 2, "FY26 Q2"),
        ("2026-11-01", "2027-02-01", 2, "FY26 Q4"),
        ("2026-04-01", "2026-07-01", 1, "2026-Q2"),
        ("2026-04-01", "2026-07-01", 2, "2026-Q2"),
        ("2026-02-01", "2027-02-01", 2, "FY26"),
        ("2025-01-01", "2026-01-01", 2, "2025"),
        ("2026-07-01", "2026-08-01", 2, "2026-07"),
        ("2026-12-28", "2027-01-04", 2, "2026-W53"),
        ("2024-12-30", "2025-01-06", 2, "2025-W01"),
        ("2026-10-05", "2026-10-06", 2, "2026-10-05"),
        ("2026-10-02", "2026-10-06", 2, "2026-10-02 to 2026-10-05"),
    ],
)
def test_a_period_is_labelled_as_people_write_it(start: str, end: str, fiscal: int, text: str) -> None:
    assert label(span(start, end), fiscal) == text


def test_printed_days_are_inclusive() -> None:
    assert between_days(span("2026-05-01", "2026-08-01")) == "1 May – 31 Jul 2026"
    assert between_days(span("2026-12-28", "2027-01-04")) == "28 Dec 2026 – 3 Jan 2027"
    assert between_days(span("2026-10-05", "2026-10-06")) == "5 Oct 2026"


def test_the_year_before_a_week_starts_on_a_monday_too() -> None:
    assert year_before(span("2026-10-05", "2026-10-12")) == span("2025-10-06", "2025-10-13")
    assert year_before(span("2024-02-29", "2024-03-02")) == span("2023-03-01", "2023-03-02")


DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
GRAINS = st.sampled_from([Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR, Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR])


@given(DAYS, GRAINS, st.integers(1, 12), st.integers(-20, 20))
def test_grains_tile_the_calendar_without_gaps(day: dt.date, grain: Grain, fiscal: int, offset: int) -> None:
    here, after = containing(day, grain, fiscal), containing(day, grain, fiscal, 1)

    assert day in here
    assert here.end == after.start
    assert start_of(here.start, grain, fiscal) == here.start
    assert step(step(here.start, grain, offset), grain, -offset) == here.start


@given(DAYS, GRAINS, st.integers(1, 12))
def test_the_previous_period_ends_where_its_period_starts(day: dt.date, grain: Grain, fiscal: int) -> None:
    here = containing(day, grain, fiscal)

    assert previous(here) == containing(day, grain, fiscal, -1)


@given(
    st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2090, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001 - made aware
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
    st.integers(1, 30),
    st.integers(1, 12),
)
def test_trailing_units_are_complete_and_end_before_today(now: dt.datetime, unit: str, count: int, fiscal: int) -> None:
    calendar = Calendar(zone=PACIFIC, fiscal_start=fiscal)

    period = named(f"trailing_{count}_{unit}s", now, calendar)

    assert period.end == named(f"this_{unit}", now, calendar).start <= calendar.today(now)
    assert named(f"trailing_1_{unit}s", now, calendar) == named(f"last_{unit}", now, calendar)
