"""Dates told by an end or as a part: "the 12 months to July", "week ending 27 Sep", "the first 10 days of September".

Both need another date phrase inside, which `point` reads. What does not divide evenly is not read: the first week of a month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from anabot.agent.offline.dates import Dates, Match, When, one_day
from anabot.agent.offline.words import ORDINALS, UNITS, WEEKDAYS
from anabot.periods import Grain, Period, add_months, containing

Point = Callable[[Dates, int], Match | None]
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
_ENDING = ("ending", "ended")
_FINISHED = ("ended", "closed", "finished", "gone")
_FIRST = {**ORDINALS, "opening": 1}
_LAST = ("last", "final", "closing")
_DAY = dt.timedelta(days=1)


def read(d: Dates, i: int, point: Point) -> Match | None:
    """Such a stretch that starts at token `i`."""
    start = d.skip(i, "the")
    rules = (_just_over, _to_an_end, _part, _days_of_a_week, _week_by_its_end)
    return next((match for rule in rules if (match := rule(d, start, point))), None)


def _just_over(d: Dates, i: int, _: Point) -> Match | None:
    """ "the month just ended", "the quarter we just closed", "the most recent complete month"."""
    recent = d.skip(i, "most")
    if d.word(recent) in ("recent", "latest") and d.word(recent + 1) in ("full", "complete", "completed", "whole"):
        found = d.unit(recent + 1)
        return (found[0], d.around_today(found[1], found[2], -1)) if found else None
    found = d.unit(i)
    just = d.skip(found[0], "that", "we", "has") if found else 0
    if found and d.word(just) == "just" and d.word(just + 1) in _FINISHED:
        return just + 2, d.around_today(found[1], found[2], -1)
    return None


def _to_an_end(d: Dates, i: int, point: Point) -> Match | None:
    """ "the three months to September", "30 days ending 30 September", "quarter ended July", "the 7 days before 1 September"."""
    count = d.integer(i)
    found = d.unit(i + 1 if count else i)
    if not found or (count is not None and count < 1):
        return None
    joint = d.word(found[0])
    if joint not in (*_ENDING, *(("to", "before", "until", "through") if count else ())):
        return None
    last = point(d, d.skip(found[0] + 1, "on", "in", "the", "end", "of"))
    if last is None or last[1].period is None:
        return None
    end = last[1].period.start if joint == "before" else last[1].period.end
    start = _back(end, found[1], count or 1)
    if found[1] == "week" and end.weekday() != 0 and joint != "before":
        return last[0], When(fault="Say both ends of the weeks, for example “from 1 to 14 September”.")
    return last[0], When(period=Period(start, end), unit=found[1], count=count or 1)


def other_half(when: When, shown: Period) -> Period | None:
    """ "And in the second half?", below the first half of a month: of that month, and of no year."""
    first = shown.start.replace(day=1)
    middle, end = first.replace(day=16), add_months(first, 1)
    if shown not in (Period(first, middle), Period(middle, end)) or not when.half:
        return None
    return Period(first, middle) if when.half == 1 else Period(middle, end)


def _back(end: dt.date, unit: str, count: int) -> dt.date:
    if unit in _MONTHS_OF:
        return add_months(end, -count * _MONTHS_OF[unit])
    return end - count * (7 if unit == "week" else 1) * _DAY


def _part(d: Dates, i: int, point: Point) -> Match | None:
    """ "the first two months of the year", "the last day of September", "the final quarter of FY25"."""
    word = d.word(i)
    nth = 0 if word in _LAST else _FIRST.get(word)
    count = d.integer(i + 1) if nth in (0, 1) else None
    at = i + 1 if count is None else i + 2
    unit = "half" if d.word(at) == "half" else UNITS.get(d.word(at), "")
    if nth is None or not unit or d.word(at + 1) != "of":
        return None
    whole = _whole(d, at + 2, point)
    if whole is None or whole[1].period is None or not _divides(unit, whole[1]):
        return None
    period = _cut(whole[1].period, unit, nth, count or 1)
    if period.start < whole[1].period.start or period.end > whole[1].period.end:
        return None
    return whole[0], When(period=period, unit="" if unit == "half" else unit, count=count or 1, fiscal=whole[1].fiscal)


def _whole(d: Dates, i: int, point: Point) -> Match | None:
    """What it is a part of: a date phrase, or "the year", "this quarter"."""
    if match := point(d, i):
        return match
    found = d.unit(i + 1) if d.word(i) in ("the", "a") else None
    return (found[0], d.around_today(found[1], found[2], 0)) if found else None


def _divides(unit: str, whole: When) -> bool:
    """Halves of a month are its days up to the 15th, and those after."""
    known = {"day": ("day",), "month": ("day", "half"), "quarter": ("day", "month"), "year": ("day", "month", "quarter")}
    return whole.count == 1 and unit in known.get(whole.unit, ()) and unit != whole.unit


def _cut(whole: Period, unit: str, nth: int, count: int) -> Period:
    if unit == "half":
        middle = whole.start.replace(day=16)
        return Period(whole.start, middle) if nth == 1 else Period(middle, whole.end)
    if nth == 0:
        return Period(_back(whole.end, unit, count), whole.end)
    start = _back(whole.start, unit, 1 - nth)
    return Period(start, _back(start, unit, -count))


def _days_of_a_week(d: Dates, i: int, point: Point) -> Match | None:
    """ "Monday to Friday last week", "Mon-Fri of last week"."""
    first = WEEKDAYS.get(d.word(i))
    joined = d.word(i + 1) in ("to", "through", "thru")
    last = WEEKDAYS.get(d.word(i + 2 if joined else i + 1))
    if first is None or last is None or first > last or not (joined or d.tokens[i + 1].dash):
        return None
    week = point(d, d.skip(i + (3 if joined else 2), "of", "in", ","))
    if week is None or week[1].period is None or (week[1].unit, week[1].count) != ("week", 1):
        return None
    monday = week[1].period.start
    return week[0], When(period=Period(monday + first * _DAY, monday + (last + 1) * _DAY))


def _week_by_its_end(d: Dates, i: int, point: Point) -> Match | None:
    """ "w/c 21 Sep", "w/e 27 Sep", "the weekend of 19 September", "Monday, September 28"."""
    short = d.word(i) == "w" and d.word(i + 1) == "," and d.word(i + 2)
    if short in ("c", "e"):
        day = _day_at(d, i + 3, point)
        week = containing(day[1], Grain.WEEK) if day else None
        wanted = week and (week.start if short == "c" else week.end - _DAY)
        return (day[0], When(period=week, unit="week")) if day and week and day[1] == wanted else None
    if d.word(i) == "weekend" and d.word(i + 1) == "of":
        day = _day_at(d, i + 2, point)
        saturday = containing(day[1], Grain.WEEK).start + 5 * _DAY if day else None
        return (day[0], When(period=Period(saturday, saturday + 2 * _DAY))) if day and saturday else None
    return _weekday_dated(d, i, point)


def _weekday_dated(d: Dates, i: int, point: Point) -> Match | None:
    number = WEEKDAYS.get(d.word(i))
    match = point(d, d.skip(i + 1, ",", "the")) if number is not None else None
    if match is None or match[1].unit != "day" or match[1].period is None:
        return None
    day = match[1].period.start
    if day.weekday() != number:
        return match[0], When(fault=f"{day:%-d %B %Y} is a {day:%A}. Say which day is meant.")
    return match[0], replace(match[1], period=one_day(day))


def _day_at(d: Dates, i: int, point: Point) -> tuple[int, dt.date] | None:
    match = point(d, d.skip(i, "the"))
    return (match[0], match[1].period.start) if match and match[1].unit == "day" and match[1].period else None
