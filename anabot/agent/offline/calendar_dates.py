"""Date phrases with a name of their own: "Q3 FY26", "2026-Q2", "July 2026", "1 May", "week 34", "H1", "2025".

Without a year, the most recent one that has started is meant. What can be read in two ways comes back with a fault.
Each rule returns the index after its phrase and what it says, or None.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace

from anabot.agent.offline.dates import KINDS, Dates, Match, When, one_day, ordinal_day
from anabot.agent.offline.words import MONTHS, ORDINALS, UNITS
from anabot.periods import Grain, Period, add_months, containing, step

_MAY_AFTER = {
    "in",
    "of",
    "since",
    "last",
    "from",
    "between",
    "to",
    "vs",
    "versus",
    "for",
    "through",
    "until",
    "during",
    "this",
    "next",
    "and",
}


def _quarter_number(d: Dates, i: int) -> tuple[int, int] | None:
    if found := re.fullmatch(r"q([1-4])|([1-4])q", d.word(i)):
        return i + 1, int(found[1] or found[2])
    if d.word(i) in ORDINALS and d.word(i + 1) == "quarter":
        return i + 2, ORDINALS[d.word(i)]
    number = d.integer(i + 1)
    if d.word(i) == "quarter" and number in (1, 2, 3, 4):
        return i + 2, number
    return None


def _half_number(d: Dates, i: int) -> tuple[int, int] | None:
    if found := re.fullmatch(r"h([12])|([12])h", d.word(i)):
        return i + 1, int(found[1] or found[2])
    if d.word(i) in ("first", "second", "1st", "2nd") and d.word(i + 1) == "half":
        return i + 2, ORDINALS[d.word(i)]
    return None


def _part_of_year(d: Dates, i: int) -> Match | None:
    """Quarters and halves, with the year after them, before them, or not said."""
    if glued := re.fullmatch(r"(fy(?:\d{4}|\d{2}))(q[1-4])|(q[1-4])(fy(?:\d{4}|\d{2}))", d.word(i)):
        inner = Dates([replace(d.tokens[i], norm=part, text=part) for part in glued.groups() if part], d.today, d.fiscal_start)
        match = _part_of_year(inner, 0)
        return (i + 1, match[1]) if match else None
    kind, start = KINDS.get(d.word(i), ""), d.skip(i, *KINDS)
    leading = d.year(i)
    if leading:
        start = leading[0]
    for months, number_at in ((3, _quarter_number), (6, _half_number)):
        if found := number_at(d, start):
            return _in_year(d, found[0], months, found[1], kind, leading)
    return None


def _in_year(d: Dates, end: int, months: int, number: int, kind: str, leading: tuple[int, int, str] | None) -> Match:
    after = None if leading else d.year_after(end)
    if d.word(end) in KINDS and not after:
        kind, end = KINDS[d.word(end)], end + 1
    year = leading or after
    kind = (year[2] if year else "") or kind
    first = 1 if kind == "calendar" else d.fiscal_start

    def in_year(label: int) -> Period:
        start = add_months(dt.date(label, first, 1), months * (number - 1))
        return Period(start, add_months(start, months))

    when = When(unit="quarter" if months == 3 else "", fiscal=d.own_calendar and not kind)
    if year:
        return (after[0] if after else end), replace(when, period=in_year(year[1]))
    half = number if months == 6 and not kind else 0
    return end, replace(when, period=d.latest(in_year), in_year=in_year, half=half)


def _written_quarter(d: Dates, i: int) -> Match | None:
    """`2026-Q2`: how a calendar quarter is written, whatever the company's year."""
    found = re.fullmatch(r"(\d{4})-?q([1-4])", d.word(i))
    if not found:
        return None
    start = dt.date(int(found[1]), 3 * int(found[2]) - 2, 1)
    return i + 1, When(period=Period(start, add_months(start, 3)), unit="quarter")


def _year_alone(d: Dates, i: int) -> Match | None:
    found = d.year(i)
    if not found or d.tokens[i].text.startswith("'"):
        return None
    end, label, kind = found
    grain = d.grain("year", kind)
    start = dt.date(label, d.fiscal_start if grain is Grain.FISCAL_YEAR else 1, 1)
    when = When(period=Period(start, step(start, grain, 1)), unit="year", fiscal=d.assumed("year", kind))
    return end, replace(when, bare_year=end == i + 1 and not kind)


def _month(d: Dates, i: int) -> Match | None:
    found = re.fullmatch(r"(?P<year>\d{4})-(?P<month>\d{2})|(?P<first>\d{1,2})/(?P<then>\d{4})", d.word(i))
    if found:
        year, month = found["year"] or found["then"], found["month"] or found["first"]
        return i + 1, When(period=containing(dt.date(int(year), int(month), 1), Grain.MONTH), unit="month")
    start = i + 1 if d.word(i) in ("last", "this", "next") else i
    number = MONTHS.get(d.word(start))
    if number is None or (start == i and _is_the_verb_may(d, i)):
        return None

    def in_year(year: int) -> Period:
        return containing(dt.date(year, number or 1, 1), Grain.MONTH)

    if start > i:
        return start + 1, When(period=_named_month(d, d.word(i), in_year), unit="month")
    after = d.year_after(start + 1)
    if after and after[2] != "fiscal":
        return after[0], When(period=in_year(_calendar_year(d, after, number)), unit="month")
    return start + 1, When(period=d.latest(in_year), unit="month", in_year=in_year)


def _calendar_year(d: Dates, after: tuple[int, int, str], month: int) -> int:
    """The calendar year of a month in "last year", which is the company's year; a year in digits stays as it is."""
    relative = d.word(after[0] - 1) == "year"
    return after[1] + 1 if relative and month < d.fiscal_start else after[1]


def _named_month(d: Dates, said: str, in_year: Callable[[int], Period]) -> Period:
    if said == "this":
        return in_year(d.today.year)
    if said == "next":
        return next(p for p in (in_year(d.today.year), in_year(d.today.year + 1)) if p.start > d.today)
    return next(p for p in (in_year(d.today.year), in_year(d.today.year - 1)) if p.end <= d.today)


def _is_the_verb_may(d: Dates, i: int) -> bool:
    if d.word(i) != "may":
        return False
    dated = d.year(i + 1) or d.integer(i + 1) or d.integer(i - 1) or ordinal_day(d.word(i + 1))
    capital = d.tokens[i].text == "May" and i > 0
    return not (dated or capital or d.word(i - 1) in _MAY_AFTER or d.tokens[i].dash)


def _day_number(d: Dates, i: int) -> int | None:
    number = ordinal_day(d.word(i)) or d.integer(i)
    plain = i < len(d.tokens) and re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?", d.word(i))
    return number if number and plain and 1 <= number <= 31 else None


def _day(d: Dates, i: int) -> Match | None:
    if found := re.fullmatch(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})", d.word(i)):
        return i + 1, When(period=one_day(dt.date(int(found[1]), int(found[3]), int(found[4]))), unit="day")
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", d.word(i)):
        return i + 1, When(period=one_day(dt.date(int(found[3]), int(found[2]), int(found[1]))), unit="day")
    if d.word(i) in ORDINALS and d.word(i + 1) == "of" and d.word(i + 2) in MONTHS:
        return _day_of(d, i + 3, MONTHS[d.word(i + 2)], ORDINALS[d.word(i)])
    after_day = d.skip(i + 1, "of")
    if (number := _day_number(d, i)) and d.word(after_day) in MONTHS:
        return _day_of(d, after_day + 1, MONTHS[d.word(after_day)], number)
    month = MONTHS.get(d.word(i))
    after_month = d.skip(i + 1, "the")
    if month and (number := _day_number(d, after_month)) and d.tokens[after_month].text[0] != "'":
        return _day_of(d, after_month + 1, month, number)
    return None


def _day_of(d: Dates, end: int, month: int, day: int) -> Match:
    def in_year(year: int) -> Period:
        return one_day(dt.date(year, month, min(day, calendar.monthrange(year, month)[1])))

    if day > calendar.monthrange(2024, month)[1]:
        raise ValueError(day)
    year = d.year(d.skip(end, ",", "of"))
    if year and not year[2]:
        return year[0], When(period=one_day(dt.date(year[1], month, day)), unit="day")
    return end, When(period=d.latest(in_year), unit="day", in_year=in_year)


def _slashed(d: Dates, i: int) -> Match | None:
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{2,4})", d.word(i))
    if not found:
        return None
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    year += 2000 if year < 100 else 0
    if first <= 12 and second <= 12 and first != second:
        return i + 1, When(
            unit="day", fault=f"“{found[0]}” can be read as day/month or month/day; write it as {year}-{first:02d}-{second:02d}."
        )
    month, day = (second, first) if first > 12 else (first, second)
    return i + 1, When(period=one_day(dt.date(year, month, day)), unit="day")


def _week(d: Dates, i: int) -> Match | None:
    if found := re.fullmatch(r"(\d{4})-?w(\d{1,2})", d.word(i)):
        return i + 1, When(period=_iso_week(int(found[1]), int(found[2])), unit="week")
    start = d.skip(i, "iso", "calendar")
    if UNITS.get(d.word(start)) == "week" and d.word(start + 1) in ("of", "starting", "beginning", "commencing"):
        day = _day(d, d.skip(start + 2, "the", "on"))
        return (day[0], When(period=containing(day[1].period.start, Grain.WEEK), unit="week")) if day and day[1].period else None
    short = re.fullmatch(r"(?:w|wk|cw)(\d{1,2})", d.word(start))
    number = int(short[1]) if short else d.integer(start + 1) if UNITS.get(d.word(start)) == "week" else None
    if number is None or not 1 <= number <= 53:
        return None
    end = start + 1 if short else start + 2
    year = d.year_after(end)
    if year and year[2] != "fiscal":
        return year[0], When(period=_iso_week(year[1], number), unit="week")
    return end, When(period=d.latest(lambda y: _iso_week(y, number)), unit="week", in_year=lambda y: _iso_week(y, number))


def _iso_week(year: int, week: int) -> Period:
    return containing(dt.date.fromisocalendar(year, week, 1), Grain.WEEK)


RULES: tuple[Callable[[Dates, int], Match | None], ...] = (
    _part_of_year,
    _written_quarter,
    _year_alone,
    _month,
    _day,
    _slashed,
    _week,
)
