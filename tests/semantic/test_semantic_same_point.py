"""The same point of an unfinished period: as much of the earlier one as has passed of this one, at every edge of a calendar."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anabot.errors import BadQuery
from anabot.periods import Calendar, Grain, Period, containing, previous
from anabot.semantic import resolve
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.same_point import KINDS, Earlier, pinned, same_point
from tests.tiny import tiny_registry

CALENDAR = Calendar(ZoneInfo("UTC"), 2)


def days(text: str) -> Period:
    start, end = (dt.date.fromisoformat(each) for each in text.split(" "))
    return Period(start, end)


@pytest.mark.parametrize(
    ("period", "point", "before", "year_before"),
    [
        # months: the same day of the month
        ("2026-10-01 2026-11-01", "2026-10-05", "2026-09-01 2026-09-05", "2025-10-01 2025-10-05"),
        ("2026-03-01 2026-04-01", "2026-03-29", "2026-02-01 2026-03-01", "2025-03-01 2025-03-29"),
        ("2026-03-01 2026-04-01", "2026-03-31", "2026-02-01 2026-03-01", "2025-03-01 2025-03-31"),
        ("2028-02-01 2028-03-01", "2028-02-29", "2028-01-01 2028-01-29", "2027-02-01 2027-03-01"),
        # over: whole against whole
        ("2026-02-01 2026-03-01", "2026-03-01", "2026-01-01 2026-02-01", "2025-02-01 2025-03-01"),
        ("2026-02-01 2026-03-01", "2026-09-01", "2026-01-01 2026-02-01", "2025-02-01 2025-03-01"),
        # month to date, as days
        ("2026-10-01 2026-10-05", "2026-10-05", "2026-09-01 2026-09-05", "2025-10-01 2025-10-05"),
        # a fiscal quarter, its second month just over
        ("2026-05-01 2026-08-01", "2026-07-01", "2026-02-01 2026-04-01", "2025-05-01 2025-07-01"),
        ("2026-08-01 2026-11-01", "2026-10-05", "2026-05-01 2026-07-05", "2025-08-01 2025-10-05"),
        ("2026-08-01 2026-10-05", "2026-10-05", "2026-05-01 2026-07-05", "2025-08-01 2025-10-05"),
        # a fiscal year and a calendar year
        ("2026-02-01 2027-02-01", "2026-10-05", "2025-02-01 2025-10-05", "2025-02-01 2025-10-05"),
        ("2026-01-01 2026-10-05", "2026-10-05", "2025-01-01 2025-10-05", "2025-01-01 2025-10-05"),
        # weeks: Mondays meet Mondays
        ("2026-10-05 2026-10-12", "2026-10-08", "2026-09-28 2026-10-01", "2025-10-06 2025-10-09"),
        ("2026-10-05 2026-10-08", "2026-10-08", "2026-09-28 2026-10-01", "2025-10-06 2025-10-09"),
        # some days: as many before
        ("2026-10-07 2026-10-20", "2026-10-10", "2026-10-04 2026-10-07", "2025-10-07 2025-10-10"),
    ],
)
def test_as_much_of_the_earlier_period_counts_as_has_passed(period: str, point: str, before: str, year_before: str) -> None:
    asked, until = days(period), dt.date.fromisoformat(point)

    found = {kind: same_point(asked, until, kind, CALENDAR.fiscal_start) for kind in KINDS}

    assert {shown for shown, _ in found.values()} == {Period(asked.start, min(asked.end, until))}
    assert found["same_point"][1] == days(before)
    assert found["same_point_previous_year"][1] == days(year_before)


@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    st.sampled_from([Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR, Grain.YEAR]),
    st.sampled_from(KINDS),
    st.integers(1, 12),
)
def test_the_earlier_days_begin_their_period_and_grow_with_the_point(
    day: dt.date, grain: Grain, kind: Earlier, fiscal_start: int
) -> None:
    whole = containing(day, grain, fiscal_start)
    points = [whole.start + dt.timedelta(days=passed) for passed in range(1, whole.days + 1)]

    found = [same_point(whole, point, kind, fiscal_start)[1] for point in points]

    ends = [before.end for before in found]
    assert len({before.start for before in found}) == 1
    assert ends == sorted(ends)
    if kind == "same_point":
        assert found[-1] == previous(whole)


def test_a_period_that_has_not_begun_has_no_point() -> None:
    with pytest.raises(BadQuery, match="has not begun"):
        same_point(days("2026-10-01 2026-11-01"), dt.date(2026, 10, 1), "same_point")


def test_the_query_that_runs_says_both_spans_and_has_the_hash_of_one_that_named_them() -> None:
    month = Span(start=dt.date(2026, 7, 1), end=dt.date(2026, 8, 1))
    asked = MetricQuery(metrics=("sales",), period=month, compare="same_point")
    spelled = MetricQuery.model_validate(
        {
            "metrics": ["sales"],
            "period": {"start": "2026-07-01", "end": "2026-07-11"},
            "compare": {"start": "2026-06-01", "end": "2026-06-11"},
        }
    )

    found = resolve(tiny_registry(), pinned(asked, dt.date(2026, 7, 11), CALENDAR))

    assert found.fingerprint() == resolve(tiny_registry(), spelled).fingerprint()


def test_a_point_that_nobody_has_looked_up_is_refused() -> None:
    month = Span(start=dt.date(2026, 7, 1), end=dt.date(2026, 8, 1))

    with pytest.raises(BadQuery, match="Only the data says"):
        resolve(tiny_registry(), MetricQuery(metrics=("sales",), period=month, compare="same_point"))


def test_a_query_without_a_period_has_nothing_to_compare() -> None:
    with pytest.raises(BadQuery, match="no period"):
        pinned(MetricQuery(metrics=("sales",), compare="same_point"), dt.date(2026, 7, 11), CALENDAR)
