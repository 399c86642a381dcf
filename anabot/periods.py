"""Business time: half-open periods, fiscal calendars, and the names people give them.

Pure: `now` is always an argument, and aware. Weeks are ISO weeks. A fiscal year is labelled by the year it starts in.
It never reads a clock and never returns an inclusive end.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from anabot.errors import BadQuery


class Grain(StrEnum):
    """The sizes of time a metric can be cut into, smallest first."""

    MICROSECOND = "microsecond"
    MILLISECOND = "millisecond"
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


def units_in(period: Period, grain: Grain, fiscal_start: int = 1) -> int:
    """How many whole grains of days and more the period is made of, or 0 where it cuts one."""
    if any(start_of(day, grain, fiscal_start) != day for day in (period.start, period.end)):
        return 0
    if grain in _MONTHS:
        return whole_months(period) // _MONTHS[grain]
    return period.days // 7 if grain is Grain.WEEK else period.days


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


# "quarter" and "year" alone are the company's own; a calendar that starts in January makes the two kinds one.
UNITS = {
    "day": Grain.DAY,
    "week": Grain.WEEK,
    "month": Grain.MONTH,
    "quarter": Grain.FISCAL_QUARTER,
    "year": Grain.FISCAL_YEAR,
    "fiscal_quarter": Grain.FISCAL_QUARTER,
    "fiscal_year": Grain.FISCAL_YEAR,
    "calendar_quarter": Grain.QUARTER,
    "calendar_year": Grain.YEAR,
}
_TO_DATE = {"wtd": "week", "mtd": "month", "qtd": "quarter", "ytd": "year", "fytd": "fiscal_year"}
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_OFFSETS = {"last": -1, "this": 0, "next": 1}
_ONE = re.compile(rf"(last|this|next)_({'|'.join(UNITS)})")
_MANY = re.compile(rf"(trailing|next)_([1-9]\d{{0,3}})_({'|'.join(UNITS)})s")
_AHEAD = re.compile(r"in_([1-9]\d{0,3})_(day|week|month)s")


def named(name: str, now: dt.datetime, calendar: Calendar) -> Period:
    """The period that a name means at the instant `now`, in the company's own days.

    `today`, `yesterday`, `tomorrow`; `this_`, `last_` or `next_` with a unit (`day`, `week`, `month`, `quarter`, `year`,
    `fiscal_…`, `calendar_…`), always whole, even when unfinished; `wtd`, `mtd`, `qtd`, `ytd`, `fytd` up to and including
    today; `trailing_4_weeks` for complete units that end before this one (`trailing_28_days` ends yesterday);
    `next_13_weeks` for the units after this one; `in_13_weeks` and `in_3_months` for the ISO week around that day.

    Raises:
        BadQuery: no such name, or it leads outside the calendar.
    """
    try:
        period = _named(name, calendar.today(now), calendar.fiscal_start)
    except (ValueError, OverflowError):
        period = None
    if period is None:
        raise BadQuery(
            f"There is no period called `{name}`.",
            todo="Use for example `yesterday`, `last_week`, `last_quarter`, `trailing_4_weeks`, `mtd` or `in_13_weeks`.",
        )
    return period


def written(text: str, now: dt.datetime, calendar: Calendar) -> Period:
    """A period as scripts and people write it on a command line.

    A name of `named`, a year `2026`, a month `2026-07`, a quarter `2026-Q2`, a fiscal one `FY26 Q2` or `FY26`, an ISO week
    `2026-W40`, a day `2026-07-01`, or `2026-07-01..2026-07-15` from the first day to the last one that counts.

    Raises:
        BadQuery: it is none of these.
    """
    try:
        period = _written(text.strip(), calendar.fiscal_start)
    except (ValueError, OverflowError):
        period = None
    return period or named(text.strip().casefold().replace(" ", "_"), now, calendar)


_FISCAL = re.compile(r"FY(\d\d)(?: ?Q([1-4]))?", re.I)
_CALENDAR = re.compile(r"(\d{4})(?:-(?:(Q)([1-4])|(W)(\d\d)|(\d\d)))?", re.I)


def _written(text: str, fiscal_start: int) -> Period | None:
    if fiscal := _FISCAL.fullmatch(text):
        first = dt.date(2000 + int(fiscal[1]), fiscal_start, 1)
        if not fiscal[2]:
            return Period(first, add_months(first, 12))
        start = add_months(first, 3 * int(fiscal[2]) - 3)
        return Period(start, add_months(start, 3))
    if one := _CALENDAR.fullmatch(text):
        year = int(one[1])
        if one[4]:
            return containing(dt.date.fromisocalendar(year, int(one[5]), 1), Grain.WEEK)
        start = dt.date(year, int(one[6] or 3 * int(one[3] or 1) - 2), 1)
        return containing(start, Grain.QUARTER if one[2] else Grain.MONTH if one[6] else Grain.YEAR)
    first_day, dots, last_day = text.partition("..")
    if not dots and not first_day[:1].isdigit():
        return None
    start = dt.date.fromisoformat(first_day)
    return Period(start, (dt.date.fromisoformat(last_day) if dots else start) + dt.timedelta(days=1))


def _named(name: str, today: dt.date, fiscal_start: int) -> Period | None:
    if name in _DAYS:
        return containing(today, Grain.DAY, offset=_DAYS[name])
    if name in _TO_DATE:
        return Period(start_of(today, UNITS[_TO_DATE[name]], fiscal_start), today + dt.timedelta(days=1))
    if one := _ONE.fullmatch(name):
        return containing(today, UNITS[one[2]], fiscal_start, _OFFSETS[one[1]])
    if many := _MANY.fullmatch(name):
        back = many[1] == "trailing"
        return complete(today, UNITS[many[3]], -int(many[2]) if back else int(many[2]), fiscal_start)
    if ahead := _AHEAD.fullmatch(name):
        return around(today, int(ahead[1]), ahead[2])
    return None


def complete(today: dt.date, grain: Grain, count: int, fiscal_start: int = 1) -> Period:
    """The `count` whole grains before the one that contains `today`, or after it when `count` is positive."""
    this = containing(today, grain, fiscal_start)
    if count < 0:
        return Period(step(this.start, grain, count), this.start)
    return Period(this.end, step(this.end, grain, count))


def around(today: dt.date, count: int, unit: str) -> Period:
    """The ISO week that contains the day `count` weeks or months ahead; for `day`, that day itself."""
    if unit == "month":
        first = add_months(today, count)
        day = min(first + dt.timedelta(days=today.day - 1), add_months(first, 1) - dt.timedelta(days=1))
    else:
        day = today + dt.timedelta(days=count * (7 if unit == "week" else 1))
    return containing(day, Grain.DAY if unit == "day" else Grain.WEEK)
