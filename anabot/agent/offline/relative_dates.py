"""Date phrases told from today: "last quarter", "trailing 28 days", "3 weeks ago", "in three months", "MTD", "last Monday".

Several units back are complete ones. Each rule returns the index after its phrase and what it says, or None.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace

from anabot.agent.offline.dates import OFFSETS, Dates, Match, When, one_day, ordinal_day
from anabot.agent.offline.words import WEEKDAYS
from anabot.periods import Grain, Period, add_months, around, complete, containing, start_of

_BACK = ("last", "past", "previous", "prior", "trailing", "rolling", "preceding")
_AHEAD = ("next", "coming", "upcoming", "following")
_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_TO_DATE = {"wtd": "week", "mtd": "month", "qtd": "quarter", "ytd": "year", "fytd": "year", "fqtd": "quarter"}
_MAY_FOLLOW = (",", ".", "?", "!", "for", "by", "in")
_TWELVE = ("ttm", "ltm", "t12m", "r12m")


def _day_word(d: Dates, i: int) -> Match | None:
    if d.word(i) in _DAYS:
        return i + 1, When(period=containing(d.today, Grain.DAY, offset=_DAYS[d.word(i)]), unit="day")
    if [d.word(i + k) for k in range(3)] == ["day", "before", "yesterday"]:
        return i + 3, When(period=containing(d.today, Grain.DAY, offset=-2), unit="day")
    return None


def _unit_before(d: Dates, i: int) -> Match | None:
    """ "the month before", "the week before last"."""
    found = d.unit(i)
    if not found or d.word(found[0]) not in ("before", "earlier", "prior") or d.word(found[0] - 1).endswith("s"):
        return None
    if d.word(found[0] + 1) == "last":
        return found[0] + 2, d.around_today(found[1], found[2], -2)
    return found[0] + 1, replace(d.around_today(found[1], found[2], -1), before=True)


def _relative(d: Dates, i: int) -> Match | None:
    offset = OFFSETS.get(d.word(i))
    found = d.unit(i + 1) if offset is not None else None
    if offset is None or found is None or d.word(found[0] - 1).endswith("s"):
        return None
    if d.word(i) == "past" and found[1] == "year":
        return found[0], When(fault="“The past year” may be the last 12 months or the last whole year. Say which.")
    when = d.around_today(found[1], found[2], offset)
    return found[0], replace(when, before=d.word(i) in ("previous", "prior"))


def _several(d: Dates, i: int) -> Match | None:
    direction = -1 if d.word(i) in _BACK else 1 if d.word(i) in _AHEAD else 0
    count = d.integer(i + 1) if direction else None
    found = d.unit(i + 2) if count else None
    if not count or found is None:
        return None
    end, unit, kind = found
    if unit == "day" and direction > 0:
        period = Period(d.today, d.today + dt.timedelta(days=count))
    else:
        period = complete(d.today, d.grain(unit, kind), direction * count, d.fiscal_start)
    return end, When(period=period, unit=unit, count=count, fiscal=d.assumed(unit, kind))


def _fortnight(d: Dates, i: int) -> Match | None:
    """ "the last fortnight" is two whole weeks; "a fortnight ago" the week that was then."""
    if d.word(i) in ("a", "one") and d.word(i + 1) == "fortnight" and d.word(i + 2) == "ago":
        return i + 3, d.around_today("week", "", -2)
    direction = -1 if d.word(i) in _BACK else 1 if d.word(i) in _AHEAD else 0
    if not direction or d.word(i + 1) != "fortnight":
        return None
    return i + 2, When(period=complete(d.today, Grain.WEEK, 2 * direction), unit="week", count=2)


def _shortened(d: Dates, i: int) -> Match | None:
    """ "L30D", "L12M": the last so many days, weeks, months or quarters."""
    found = re.fullmatch(r"l(\d{1,3})([dwmq])", d.word(i))
    if not found:
        return None
    unit = {"d": "day", "w": "week", "m": "month", "q": "quarter"}[found[2]]
    period = complete(d.today, d.grain(unit, ""), -int(found[1]), d.fiscal_start)
    return i + 1, When(period=period, unit=unit, count=int(found[1]), fiscal=d.assumed(unit, ""))


def _weekend(d: Dates, i: int) -> Match | None:
    """ "last weekend", "over the weekend": the last one that is over."""
    said = [d.word(i + k) for k in range(3)]
    size = 3 if said in (["over", "the", "weekend"], ["this", "past", "weekend"]) else 2
    if size == 2 and said[:2] not in (["last", "weekend"], ["past", "weekend"]):
        return None
    monday = containing(d.today, Grain.WEEK).start
    return i + size, When(period=Period(monday - dt.timedelta(days=2), monday))


def _weekdays_ago(d: Dates, i: int) -> Match | None:
    """ "two Fridays ago"."""
    count, number = d.integer(i), WEEKDAYS.get(d.word(i + 1).removesuffix("s"))
    if not count or number is None or d.word(i + 2) != "ago":
        return None
    latest = d.today - dt.timedelta(days=(d.today.weekday() - number) % 7 or 7)
    return i + 3, When(period=one_day(latest - dt.timedelta(days=7 * (count - 1))), unit="day")


def _twelve_months(d: Dates, i: int) -> Match | None:
    return (i + 1, When(period=complete(d.today, Grain.MONTH, -12), unit="month", count=12)) if d.word(i) in _TWELVE else None


def _ago(d: Dates, i: int) -> Match | None:
    count = 1 if d.word(i) in ("a", "one") else d.integer(i)
    found = d.unit(i + 1) if count else None
    if count is None or found is None or d.word(found[0]) not in ("ago", "back"):
        return None
    when = d.around_today(found[1], found[2], -count)
    if count == 1 and found[1] == "year":
        when = replace(when, doubt="“A year ago” may be the whole year before, or these days a year before. Say which.")
    return found[0] + 1, when


def _ahead(d: Dates, i: int) -> Match | None:
    start = i + 1 if d.word(i) == "in" else i
    count = 1 if d.word(start) in ("a", "one") else d.integer(start)
    found = d.unit(start + 1) if count else None
    if count is None or found is None:
        return None
    end, unit, kind = found
    if d.word(end) == "from" and d.word(end + 1) in ("now", "today"):
        end += 2
    elif d.word(end) in ("out", "ahead", "hence"):
        end += 1
    elif start == i:
        return None
    if unit in ("quarter", "year"):
        return end, d.around_today(unit, kind, count)
    return end, When(period=around(d.today, count, unit), unit="day" if unit == "day" else "week")


def _to_date(d: Dates, i: int) -> Match | None:
    word, kind = d.word(i), "fiscal" if d.word(i).startswith("f") else ""
    if word in _TO_DATE:
        end, unit = i + 1, _TO_DATE[word]
    else:
        found = d.unit(i)
        if not found or [d.word(found[0]), d.word(found[0] + 1)] != ["to", "date"]:
            return None
        end, unit, kind = found[0] + 2, found[1], found[2]
    start = start_of(d.today, d.grain(unit, kind), d.fiscal_start)
    period = Period(start, d.today + dt.timedelta(days=1))
    return end, When(period=period, unit=unit, fiscal=d.assumed(unit, kind))


def _weekday(d: Dates, i: int) -> Match | None:
    prefix = d.word(i) if d.word(i) in ("last", "on", "next", "this", "since") else ""
    start = i + 1 if prefix else i
    number = WEEKDAYS.get(d.word(start))
    if number is None or (not prefix and len(d.word(start)) < 6) or prefix == "since":
        return None
    back = (d.today.weekday() - number) % 7
    if prefix == "next":
        back -= 7
    elif prefix == "last" and back == 0:
        back = 7
    return start + 1, When(period=one_day(d.today - dt.timedelta(days=back)), unit="day")


def _day_of_month(d: Dates, i: int) -> Match | None:
    """ "on the 28th", "since the 1st": the most recent day of that number; before another word it may count something."""
    number = ordinal_day(d.word(i + 1)) if d.word(i) == "the" else None
    after = d.word(i + 2)
    if not number or d.word(i - 1) not in ("on", "since", "after", "from") or (after and after not in _MAY_FOLLOW):
        return None
    months = (add_months(d.today.replace(day=1), -back) for back in range(3))
    days = (first.replace(day=number) for first in months if number <= calendar.monthrange(first.year, first.month)[1])
    return i + 2, When(period=one_day(next(day for day in days if day <= d.today)), unit="day")


def _all_time(d: Dates, i: int) -> Match | None:
    if d.word(i) == "all" and d.word(i + 1) in ("time", "history", "years"):
        return i + 2, When()
    if d.word(i) in ("ever", "lifetime"):
        return i + 1, When()
    return (i + 3, When()) if [d.word(i + k) for k in range(3)] == ["since", "the", "beginning"] else None


RULES: tuple[Callable[[Dates, int], Match | None], ...] = (
    _day_word,
    _unit_before,
    _relative,
    _several,
    _twelve_months,
    _fortnight,
    _shortened,
    _weekend,
    _weekdays_ago,
    _ago,
    _ahead,
    _to_date,
    _weekday,
    _day_of_month,
    _all_time,
)
