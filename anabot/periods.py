"""Business time: half-open periods, fiscal calendars, and the names people give them.

Pure: `now` is always an argument, and aware. Weeks are ISO weeks. A fiscal year is labelled by the year it starts in.
It never reads a clock and never returns an inclusive end.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo


class Grain(StrEnum):
    """The sizes of time a metric can be cut into, smallest first."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_QUARTER = "fiscal_quarter"
    FISCAL_YEAR = "fiscal_year"


_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12, Grain.FISCAL_QUARTER: 3, Grain.FISCAL_YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to but not including `end`."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"A period must end after it starts: {self.start} … {self.end}")

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> dt.date:
        """The last day inside the period, as people print it."""
        return self.end - dt.timedelta(days=1)

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class Calendar:
    """A company's zone and fiscal year. `fiscal_start` is the month (1–12) a fiscal year begins in."""

    zone: ZoneInfo
    fiscal_start: int = 1

    def today(self, now: dt.datetime) -> dt.date:
        """The company's own date at the instant `now`."""
        return now.astimezone(self.zone).date()


def add_months(day: dt.date, months: int) -> dt.date:
    """The first day of the month that lies `months` after `day`'s month."""
    index = day.year * 12 + day.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def start_of(day: dt.date, grain: Grain, fiscal_start: int = 1) -> dt.date:
    """The first day of the `grain` that contains `day`. Only the fiscal grains follow the fiscal start."""
    if grain is Grain.WEEK:
        return day - dt.timedelta(days=day.weekday())
    size = _MONTHS.get(grain)
    if size is None:
        return day
    first = fiscal_start if grain in (Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR) else 1
    return add_months(day, -((day.month - first) % size))


def step(start: dt.date, grain: Grain, count: int) -> dt.date:
    """`start` moved by `count` grains. `start` must be the first day of its grain for months and above."""
    if grain is Grain.WEEK:
        return start + dt.timedelta(weeks=count)
    months = _MONTHS.get(grain)
    if months is None:
        return start + dt.timedelta(days=count)
    return add_months(start, months * count)


def containing(day: dt.date, grain: Grain, fiscal_start: int = 1, offset: int = 0) -> Period:
    """The whole `grain` around `day`, moved by `offset` grains."""
    start = step(start_of(day, grain, fiscal_start), grain, offset)
    return Period(start, step(start, grain, 1))


def previous(period: Period) -> Period:
    """The period just before, of the same kind: the month before a month, otherwise as many days."""
    months = whole_months(period)
    if months:
        return Period(add_months(period.start, -months), period.start)
    return Period(period.start - dt.timedelta(days=period.days), period.start)


def year_before(period: Period) -> Period:
    """The same period one year earlier. ISO weeks move by 52 weeks, so that Mondays meet Mondays."""
    if whole_months(period):
        return Period(add_months(period.start, -12), add_months(period.end, -12))
    if period.start.weekday() == 0 and period.days % 7 == 0:
        back = dt.timedelta(weeks=52)
        return Period(period.start - back, period.end - back)
    return Period(_same_day_last_year(period.start), _same_day_last_year(period.end))


def whole_months(period: Period) -> int:
    """How many calendar months the period spans exactly, or 0 when it cuts one."""
    if period.start.day != 1 or period.end.day != 1:
        return 0
    return (period.end.year - period.start.year) * 12 + period.end.month - period.start.month


def _same_day_last_year(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return dt.date(day.year - 1, 3, 1)


def label(period: Period, fiscal_start: int = 1) -> str:
    """What people call the period: `FY26 Q2`, `2026-07`, `2026-W40`, a day, or its first and last day."""
    start, months = period.start, whole_months(period)
    if months == 12 and start.month in (1, fiscal_start):
        return f"{start.year}" if start.month == 1 else f"FY{start.year % 100:02d}"
    if months == 3 and (start.month - fiscal_start) % 3 == 0:
        return quarter_label(start, fiscal_start)
    if months == 3 and start.month % 3 == 1:
        return quarter_label(start)
    if months == 1:
        return f"{start:%Y-%m}"
    if period.days == 7 and start.weekday() == 0:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{start:%Y-%m-%d}" if period.days == 1 else f"{start:%Y-%m-%d} to {period.last_day:%Y-%m-%d}"


def quarter_label(start: dt.date, fiscal_start: int = 1) -> str:
    """`FY26 Q2` in a fiscal calendar, `2026-Q2` in a calendar that starts in January."""
    if fiscal_start == 1:
        return f"{start.year}-Q{(start.month - 1) // 3 + 1}"
    first = start_of(start, Grain.FISCAL_YEAR, fiscal_start)
    number = ((start.year - first.year) * 12 + start.month - first.month) // 3 + 1
    return f"FY{first.year % 100:02d} Q{number}"


def between_days(period: Period) -> str:
    """The exact days, as an answer prints them: `1 May – 31 Jul 2026`."""
    first, last = period.start, period.last_day
    if first == last:
        return f"{first.day} {first:%b %Y}"
    if first.year == last.year:
        return f"{first.day} {first:%b} – {last.day} {last:%b %Y}"
    return f"{first.day} {first:%b %Y} – {last.day} {last:%b %Y}"
