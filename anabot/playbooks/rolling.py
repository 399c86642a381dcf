"""Find the names of periods that mean certain days at a certain moment: what makes the dates of one answer move with a schedule.

Pure. Fixed days that no name means have none: it never guesses what was meant.
"""

from __future__ import annotations

import datetime as dt

from anabot.errors import BadQuery
from anabot.periods import Calendar, named
from anabot.semantic.query import Span

# How far people look back or ahead in one digest; `named` knows more.
_MANY = {"day": 92, "week": 53, "month": 36, "quarter": 12, "fiscal_quarter": 12, "year": 5, "fiscal_year": 5}
_WEEK = 7  # `in_13_weeks` is the week around that day
_TO_DATE = {"wtd": "this week so far", "mtd": "this month so far", "qtd": "this quarter so far", "ytd": "this year so far"}


def rolling_names(span: Span, now: dt.datetime, calendar: Calendar) -> tuple[str, ...]:
    """Every name that means exactly these days at the instant `now`, the plainest first."""
    return tuple(name for name in _candidates(calendar, _days(span)) if _means(name, now, calendar) == span)


def said(name: str) -> str:
    """The name as people say it: `last fiscal quarter`, `the 13 weeks ahead`, `this month so far`."""
    if name in _TO_DATE:
        return _TO_DATE[name]
    first, _, rest = name.partition("_")
    count, _, unit = rest.partition("_")
    if first == "in":
        return f"the week in {count} {unit}"
    if count.isdigit():
        unit = unit.replace("_", " ")
        return f"the last {count} whole {unit}" if first == "trailing" else f"the {count} {unit} ahead"
    return name.replace("_", " ")


def _days(span: Span) -> int:
    return (span.end - span.start).days


def _candidates(calendar: Calendar, days: int) -> list[str]:
    fiscal = calendar.fiscal_start != 1
    units = ["day", "week", "month", *(["fiscal_quarter", "calendar_quarter"] if fiscal else ["quarter"])]
    units += ["fiscal_year", "calendar_year"] if fiscal else ["year"]
    found = ["yesterday", "today", "tomorrow"]
    found += [f"{which}_{unit}" for unit in units if unit != "day" for which in ("last", "this", "next")]
    found += list(_TO_DATE)
    for which in ("trailing", "next"):
        for unit in (unit for unit in (*units[1:], "day") if unit in _MANY):
            most = min(_MANY[unit], days)
            found += [f"{which}_{count}_{unit}s" for count in range(2, most + 1)]
    ahead = [f"in_{count}_{unit}s" for unit, most in (("week", 53), ("month", 18)) for count in range(1, most + 1)]
    return [*found, *(ahead if days == _WEEK else [])]


def _means(name: str, now: dt.datetime, calendar: Calendar) -> Span | None:
    try:
        period = named(name, now, calendar)
    except BadQuery:
        return None
    return Span(start=period.start, end=period.end)
