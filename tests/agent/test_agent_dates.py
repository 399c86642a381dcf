"""Dates as people in companies say them. The fiscal year starts in February; today is Monday 2026-10-05."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anabot.agent.offline import ranges
from anabot.agent.offline.dates import Dates, When
from anabot.agent.offline.text import tokens
from anabot.periods import Calendar, Period, label, named

TODAY = dt.date(2026, 10, 5)


def read(text: str, today: dt.date = TODAY, fiscal_start: int = 2) -> tuple[When | None, int, int]:
    """What the longest phrase at the first word that begins one says, where it ends, and how many tokens there are."""
    found = tokens(text)
    dates = Dates(found, today, fiscal_start)
    for i in range(len(found)):
        if match := ranges.read(dates, i):
            return match[1], match[0], len(found)
    return None, 0, len(found)


PHRASES = """
yesterday                                  2026-10-04 2026-10-05
day before yesterday                       2026-10-03 2026-10-04
today                                      2026-10-05 2026-10-06
last week                                  2026-09-28 2026-10-05
previous ISO week                          2026-09-28 2026-10-05
this week                                  2026-10-05 2026-10-12
the week before last                       2026-09-21 2026-09-28
next week                                  2026-10-12 2026-10-19
last month                                 2026-09-01 2026-10-01
last full month                            2026-09-01 2026-10-01
the past month                             2026-09-01 2026-10-01
current month                              2026-10-01 2026-11-01
last quarter                               2026-05-01 2026-08-01
previous quarter                           2026-05-01 2026-08-01
last fiscal quarter                        2026-05-01 2026-08-01
last calendar quarter                      2026-07-01 2026-10-01
this quarter                               2026-08-01 2026-11-01
last year                                  2025-02-01 2026-02-01
last calendar year                         2025-01-01 2026-01-01
Q3                                         2026-08-01 2026-11-01
Q4                                         2025-11-01 2026-02-01
Q3 FY26                                    2026-08-01 2026-11-01
FY26 Q2                                    2026-05-01 2026-08-01
FY26Q2                                     2026-05-01 2026-08-01
FY2026 Q2                                  2026-05-01 2026-08-01
Q2 2026                                    2026-05-01 2026-08-01
Q3'25                                      2025-08-01 2025-11-01
2026-Q2                                    2026-04-01 2026-07-01
2026Q2                                     2026-04-01 2026-07-01
calendar Q2 2026                           2026-04-01 2026-07-01
second quarter of 2025                     2025-05-01 2025-08-01
1st quarter of 2023                        2023-02-01 2023-05-01
Q2 last year                               2025-05-01 2025-08-01
H1 FY26                                    2026-02-01 2026-08-01
first half of 2026                         2026-02-01 2026-08-01
FY26                                       2026-02-01 2027-02-01
fiscal year 2025                           2025-02-01 2026-02-01
fiscal 2025                                2025-02-01 2026-02-01
CY25                                       2025-01-01 2026-01-01
calendar 2025                              2025-01-01 2026-01-01
2025                                       2025-02-01 2026-02-01
July 2026                                  2026-07-01 2026-08-01
Jul 2026                                   2026-07-01 2026-08-01
July '26                                   2026-07-01 2026-08-01
2026-07                                    2026-07-01 2026-08-01
in July                                    2026-07-01 2026-08-01
in November                                2025-11-01 2025-12-01
in May                                     2026-05-01 2026-06-01
last July                                  2026-07-01 2026-08-01
July last year                             2025-07-01 2025-08-01
January last year                          2026-01-01 2026-02-01
1 May 2026                                 2026-05-01 2026-05-02
May 1, 2026                                2026-05-01 2026-05-02
the 1st of May                             2026-05-01 2026-05-02
Jul 26                                     2026-07-26 2026-07-27
2026-07-26                                 2026-07-26 2026-07-27
13/4/2026                                  2026-04-13 2026-04-14
4/4/2026                                   2026-04-04 2026-04-05
week 34                                    2026-08-17 2026-08-24
W34                                        2026-08-17 2026-08-24
2026-W34                                   2026-08-17 2026-08-24
week 50                                    2025-12-08 2025-12-15
ISO week 34 of 2025                        2025-08-18 2025-08-25
the week of 19 August                      2026-08-17 2026-08-24
last Tuesday                               2026-09-29 2026-09-30
last Monday                                2026-09-28 2026-09-29
on Friday                                  2026-10-02 2026-10-03
trailing 28 days                           2026-09-07 2026-10-05
past 30 days                               2026-09-05 2026-10-05
last 4 weeks                               2026-09-07 2026-10-05
last 4 quarters                            2025-08-01 2026-08-01
the last dozen weeks                       2026-07-13 2026-10-05
the last 12 full months                    2025-10-01 2026-10-01
TTM                                        2025-10-01 2026-10-01
next 13 weeks                              2026-10-12 2027-01-11
in three months                            2027-01-04 2027-01-11
in 13 weeks                                2027-01-04 2027-01-11
three months out                           2027-01-04 2027-01-11
13 weeks from now                          2027-01-04 2027-01-11
in two quarters                            2027-02-01 2027-05-01
3 weeks ago                                2026-09-14 2026-09-21
two quarters ago                           2026-02-01 2026-05-01
MTD                                        2026-10-01 2026-10-06
month to date                              2026-10-01 2026-10-06
QTD                                        2026-08-01 2026-10-06
year-to-date                               2026-02-01 2026-10-06
since March                                2026-03-01 2026-10-06
since last Monday                          2026-09-28 2026-10-06
from June onwards                          2026-06-01 2026-10-06
after 1 June                               2026-06-02 2026-10-06
on or after 1 June                         2026-06-01 2026-10-06
between 1 Jan and 31 Mar                   2026-01-01 2026-04-01
between January 1, 2023 and March 31, 2023 2023-01-01 2023-04-01
from April 1 2023 to April 4 2023          2023-04-01 2023-04-05
from 2026-01-01 to 2026-02-15              2026-01-01 2026-02-16
Jan-Mar 2026                               2026-01-01 2026-04-01
Jan – Mar 2026                             2026-01-01 2026-04-01
March through May                          2026-03-01 2026-06-01
November to January                        2025-11-01 2026-02-01
Q1 to Q3 FY25                              2025-02-01 2025-11-01
"""
ROWS = [(line[:43].strip(), *line[43:].split()) for line in PHRASES.strip().splitlines()]


@pytest.mark.parametrize(("text", "start", "end"), ROWS, ids=[row[0] for row in ROWS])
def test_a_date_phrase_means_its_days(text: str, start: str, end: str) -> None:
    when, stopped, size = read(text)

    assert when is not None
    assert when.period == Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    assert stopped == size


@pytest.mark.parametrize(
    "text", ["soon", "31 June 2026 was", "2026-02-31", "week 60", "Q5", "before the holidays", "lately", "13 o'clock"]
)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    when, _, size = read(text)

    assert when is None or _ < size


@pytest.mark.parametrize(
    "text", ["3/4/2026", "until March", "up to July", "between 31 Mar 2026 and 1 Jan 2026", "since next month"]
)
def test_a_date_that_can_be_read_in_two_ways_or_has_no_start_comes_with_a_fault(text: str) -> None:
    when, _, _ = read(text)

    assert when is not None
    assert when.period is None
    assert when.fault


def test_all_time_is_no_period_and_no_fault() -> None:
    when, _, _ = read("all time")

    assert when == When()


def test_may_is_a_month_only_where_a_month_can_stand() -> None:
    assert read("may we see it")[0] is None
    assert read("what may it be in may")[1] == 6


def test_two_months_that_are_compared_are_not_one_range() -> None:
    when, _, _ = read("compare July to August")

    assert when is not None
    assert when.period == Period(dt.date(2026, 7, 1), dt.date(2026, 8, 1))


def test_quarters_are_calendar_quarters_where_the_year_starts_in_january() -> None:
    when, _, _ = read("Q3 2026", fiscal_start=1)

    assert when is not None
    assert when.period == Period(dt.date(2026, 7, 1), dt.date(2026, 10, 1))
    assert not when.fiscal


NAMES = [
    "today",
    "yesterday",
    "last_week",
    "this_month",
    "last_quarter",
    "next_quarter",
    "last_year",
    "trailing_4_weeks",
    "mtd",
    "in_3_months",
]


@given(st.dates(dt.date(2005, 1, 1), dt.date(2090, 1, 1)), st.sampled_from(NAMES), st.integers(1, 12))
def test_a_phrase_and_the_name_of_its_period_agree_on_every_day(today: dt.date, name: str, fiscal: int) -> None:
    now = dt.datetime.combine(today, dt.time(12), tzinfo=dt.UTC)
    calendar = Calendar(zone=ZoneInfo("UTC"), fiscal_start=fiscal)

    when, _, _ = read(name.replace("_", " "), today, fiscal)

    assert when is not None
    assert when.period == named(name, now, calendar)


@given(st.dates(dt.date(2005, 1, 1), dt.date(2090, 1, 1)), st.integers(0, 3), st.integers(1, 12))
def test_a_written_quarter_is_read_back_as_itself(today: dt.date, back: int, fiscal: int) -> None:
    calendar = Calendar(zone=ZoneInfo("UTC"), fiscal_start=fiscal)
    now = dt.datetime.combine(today, dt.time(12), tzinfo=dt.UTC)
    quarter = named("trailing_1_quarters", now, calendar)

    when, _, _ = read(label(quarter, fiscal), today, fiscal)

    assert when is not None
    assert when.period == quarter
