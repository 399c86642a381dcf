"""Join date phrases into ranges: "since March", "between 1 Jan and 31 Mar", "Jan–Mar 2026", "as of 31 July".

Both ends that people name belong to the range; the period is half-open all the same. A range that is open at its start,
or runs backwards, comes back with a fault.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from anabot.agent.offline import calendar_dates, relative_dates, stretches
from anabot.agent.offline.dates import Dates, Match, When, one_day, ordinal_day
from anabot.agent.offline.words import MONTHS
from anabot.periods import Period

_RULES = (*relative_dates.RULES, *calendar_dates.RULES)
_UNTIL = ("to", "until", "till", "through", "thru", "til")
_COMPARED = ("until", "till", "through", "thru", "til")  # "compare July to August" names two periods, not one
_ONWARD = ("onwards", "onward", "on", "forward")
_OPEN = ("until", "till", "through", "by")


def point(d: Dates, i: int) -> Match | None:
    """The longest phrase for one stretch of time that starts at token `i`."""
    if d.word(i) == "month" and d.word(i + 1) == "of" and d.word(i + 2) in MONTHS:
        i += 2
    if d.word(i) == "back" and d.word(i + 1) in ("in", "on"):
        i += 2
    found = [match for rule in _RULES if (match := _safely(rule, d, i))]
    return max(found, key=lambda match: match[0], default=None)


def _safely(rule: Callable[[Dates, int], Match | None], d: Dates, i: int) -> Match | None:
    try:
        return rule(d, i)
    except (ValueError, OverflowError, StopIteration):
        return None  # 31 February, week 60, the year 12000: not a date, so its words stay unexplained


def read(dates: Dates, i: int) -> Match | None:
    """The longest date phrase that starts at token `i`, range or point: the index after it, and what it says."""
    if match := _days(dates, i) or _all_before(dates, i):
        return match
    found = (_range(dates, i), _safely(_stretch, dates, i))
    return max((match for match in found if match), key=lambda match: match[0], default=None) or point(dates, i)


def _stretch(d: Dates, i: int) -> Match | None:
    return stretches.read(d, i, point)


def _days(d: Dates, i: int) -> Match | None:
    """Days of one month: "1 to 15 September", "1-15 Sep", "September 1 to 15", perhaps after "from" or "between"."""
    i = d.skip(i, "from", "between", "the")
    first, end = ordinal_day(d.word(i)) or d.integer(i), d.skip(_joined(d, i + 1), "the")
    if first is not None and end and (last := point(d, end)) and (days := _one_day(last[1])):
        return (last[0], _from_day(first, days)) if 1 <= first <= days.day else None
    start = point(d, i)
    day = _one_day(start[1]) if start else None
    if start is None or day is None or not (end := _joined(d, start[0])):
        return None
    final = d.integer(end)
    if final is None or not day.day <= final <= 31 or point(d, end):
        return None
    try:
        return end + 1, When(period=Period(day, day.replace(day=final) + dt.timedelta(days=1)))
    except ValueError:
        return None


def _joined(d: Dates, i: int) -> int:
    """The index after "to" or a dash, or 0."""
    if d.word(i) in (*_UNTIL, "and"):
        return i + 1
    return i if i < len(d.tokens) and d.tokens[i].dash else 0


def _one_day(when: When) -> dt.date | None:
    return when.period.start if when.period and when.period.days == 1 and when.unit == "day" else None


def _from_day(first: int, last: dt.date) -> When:
    return When(period=Period(last.replace(day=first), last + dt.timedelta(days=1)))


def _range(d: Dates, i: int) -> Match | None:
    word = d.word(i)
    if word == "on" and d.word(i + 1) == "or":
        return _since(d, i + 3, onward=False) if d.word(i + 2) == "after" else _before(d, i + 3, on_it=True)
    if word == "between":
        return _two(d, i + 1, ("and", "to"))
    if word == "from":
        return _two(d, i + 1, (*_UNTIL, "and")) or _since(d, i + 1, onward=True)
    if word in ("since", "starting"):
        start = d.skip(i + 1, "from", "in", "on")
        start = start if ordinal_day(d.word(start + 1)) else d.skip(start, "the")
        if d.word(start) in ("beginning", "start") and d.word(start + 1) == "of":
            start = d.skip(start + 2, "the", "this")
            if unit := d.unit(start):
                return unit[0], _so_far(d, d.around_today(unit[1], unit[2], 0))
        return _two(d, start, _UNTIL) or _since(d, start, onward=False)
    if word == "after":
        return _after(d, i + 1)
    if word == "as" and d.word(i + 1) in ("of", "at"):
        return _as_of(d, i + 2)
    if word in _OPEN or (word == "up" and d.word(i + 1) == "to"):
        return _open(d, i + (2 if word == "up" or d.word(i + 1) == "to" else 1))
    return _or_later(d, i) or _two(
        d, i, _COMPARED if {"compare", "compared", "comparing"} & {d.word(k) for k in range(i)} else _UNTIL
    )


def _or_later(d: Dates, i: int) -> Match | None:
    """ "1 May 2025 or later", "2024 and onwards", "March 2024 or earlier"."""
    first = point(d, i)
    if first is None or first[1].period is None or d.word(first[0]) not in ("or", "and"):
        return None
    said = d.word(first[0] + 1)
    if said in ("later", "after", "thereafter", *_ONWARD):
        return first[0] + 2, _until_today(d, first[1], first[1].period.start)
    if said in ("earlier", "before") and d.word(first[0]) == "or" and not first[1].in_year:
        return first[0] + 2, When(until=first[1].period.end, fiscal=first[1].fiscal)
    return None


def _two(d: Dates, i: int, joins: tuple[str, ...]) -> Match | None:
    first = _from_start(d, d.skip(i, "the"))
    if first is None:
        return None
    end = first[0]
    joined = end < len(d.tokens) and d.tokens[end].dash
    if d.word(end) in joins:
        end = d.skip(end + 1, "and", "the", "end", "of")
    elif d.word(end) == "," and end + 1 < len(d.tokens) and d.tokens[end + 1].dash:
        end += 1
    elif not joined:
        return None
    second = (end + 1, When(period=one_day(d.today))) if d.word(end) == "now" else point(d, end)
    return (second[0], _span(first[1], second[1])) if second else None


def _from_start(d: Dates, i: int) -> Match | None:
    """The first end of a range: "July", "the beginning of the year"."""
    if d.word(i) not in ("beginning", "start") or d.word(i + 1) != "of":
        return point(d, i)
    start = d.skip(i + 2, "the", "this")
    found = d.unit(start)
    return (found[0], d.around_today(found[1], found[2], 0)) if found else point(d, start)


def _span(first: When, second: When) -> When:
    if first.fault or second.fault or first.period is None or second.period is None:
        return When(fault=first.fault or second.fault or "Say both ends of the range.")
    start, end = _with_years(first, second)
    if start.start >= end.end:
        return When(fault="The range ends before it starts.")
    alike = first.unit == second.unit and first.unit not in ("", "day") and first.count == second.count == 1
    ends = (start, end) if alike and start.end <= end.start else None
    return When(period=Period(start.start, end.end), fiscal=first.fiscal or second.fiscal, ends=ends)


def _with_years(first: When, second: When) -> tuple[Period, Period]:
    """An end without a year takes the one that puts it next to the other end."""
    start, end = first.period, second.period
    assert start is not None
    assert end is not None
    if first.in_year and not second.in_year:
        start = next(p for p in map(first.in_year, (end.end.year + 1, end.end.year, end.end.year - 1)) if p.start < end.end)
    if second.in_year:
        years = (start.start.year - 1, start.start.year, start.start.year + 1, start.start.year + 2)
        end = next(p for p in map(second.in_year, years) if p.end > start.start and p.start >= start.start)
    return start, end


def _since(d: Dates, i: int, *, onward: bool) -> Match | None:
    first = point(d, i)
    if first is None or (onward and d.word(first[0]) not in _ONWARD):
        return None
    end = first[0] + (1 if onward or d.word(first[0]) in ("onwards", "onward") else 0)
    return end, _until_today(d, first[1], first[1].period.start if first[1].period else None)


def _so_far(d: Dates, when: When) -> When:
    return _until_today(d, when, when.period.start if when.period else None)


def _after(d: Dates, i: int) -> Match | None:
    first = point(d, i)
    if first is None:
        return None
    return first[0], _until_today(d, first[1], first[1].period.end if first[1].period else None)


def _until_today(d: Dates, said: When, start: dt.date | None) -> When:
    tomorrow = d.today + dt.timedelta(days=1)
    if start is None or start >= tomorrow:
        return When(fault=said.fault or "That range has not begun yet; say both of its ends.")
    return When(period=Period(start, tomorrow), fiscal=said.fiscal)


def _as_of(d: Dates, i: int) -> Match | None:
    first = point(d, d.skip(i, "the"))
    if first is None:
        return None
    return first[0], replace(first[1], as_of=True)


def _open(d: Dates, i: int) -> Match | None:
    first = point(d, d.skip(i, "the"))
    if first is None:
        return None
    return first[0], When(fault="Say when the range starts as well, for example “between 1 Jan and 31 Mar”.")


def _all_before(d: Dates, i: int) -> Match | None:
    if d.word(i) == "before":
        return _before(d, i + 1, on_it=False)
    return _before(d, i + 2, on_it=False) if d.word(i) == "prior" and d.word(i + 1) == "to" else None


def _before(d: Dates, i: int, *, on_it: bool) -> Match | None:
    """All that was before a day; it has no start, so it is no period."""
    first = point(d, d.skip(i, "the"))
    if first is None or first[1].fault or first[1].period is None:
        return first
    if first[1].in_year:
        return _open(d, i)  # "before March": of which year, and from when on?
    until = first[1].period.end if on_it else first[1].period.start
    return first[0], When(until=until, fiscal=first[1].fiscal)
