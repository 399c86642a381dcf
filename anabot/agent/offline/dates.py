"""Read one date phrase of business language as a half-open period: "last quarter", "Q3 FY26", "week 34", "1 May 2026".

A phrase without a year means the most recent one that has started. Quarters and years are the company's own unless
`calendar` is said. What could be read in two ways comes back with a fault, never as a guess. Ranges are in `ranges.py`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from anabot.agent.offline.text import Token
from anabot.agent.offline.words import GRAINS, MONTHS, NUMBERS, ORDINALS, UNITS, WEEKDAYS
from anabot.periods import Grain, Period, add_months, around, complete, containing, start_of, step


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What a date phrase says. `period` is None for "all time", or when `fault` says why it cannot be read."""

    period: Period | None = None
    unit: str = ""  # day, week, month, quarter, year; "" for a range
    count: int = 1
    fiscal: bool = False  # the company's own quarters and years were meant, without being said
    fault: str = ""
    as_of: bool = False
    before: bool = False  # "previous", "prior": in a thread, the one before what is shown
    bare_year: bool = False
    in_year: Callable[[int], Period] | None = None  # set when no year was said


Match = tuple[int, When]  # the index after the phrase, and what it says
_KINDS = {"fiscal": "fiscal", "financial": "fiscal", "calendar": "calendar", "iso": "calendar"}
_OFFSETS = {
    "this": 0,
    "current": 0,
    "last": -1,
    "previous": -1,
    "prior": -1,
    "past": -1,
    "next": 1,
    "coming": 1,
    "upcoming": 1,
    "following": 1,
}
_WHOLE = ("full", "complete", "completed", "whole", "entire")
_BACK = ("last", "past", "previous", "prior", "trailing", "rolling", "preceding")
_AHEAD = ("next", "coming", "upcoming", "following")
_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_TO_DATE = {"wtd": "week", "mtd": "month", "qtd": "quarter", "ytd": "year", "fytd": "year", "fqtd": "quarter"}
_TWELVE = ("ttm", "ltm", "t12m", "r12m")
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


class Dates:
    """The date phrases of one message, read on one day."""

    def __init__(self, tokens: Sequence[Token], today: dt.date, fiscal_start: int = 1) -> None:
        self.tokens, self.today, self.fiscal_start = tokens, today, fiscal_start
        self.own_calendar = fiscal_start != 1

    def word(self, i: int) -> str:
        """The folded token at `i`, or "" outside the message."""
        return self.tokens[i].norm if 0 <= i < len(self.tokens) else ""

    def point(self, i: int) -> Match | None:
        """The longest phrase for one stretch of time that starts at token `i`."""
        found = [match for rule in _RULES if (match := _safely(rule, self, i))]
        return max(found, key=lambda match: match[0], default=None)

    def skip(self, i: int, *said: str) -> int:
        """The index after those words, where they stand at `i`."""
        while self.word(i) in said:
            i += 1
        return i

    def integer(self, i: int) -> int | None:
        """A whole number at `i`, in digits or in words."""
        if i >= len(self.tokens):
            return None
        token = self.tokens[i]
        if token.value is not None and not token.unit and token.value == token.value.to_integral_value():
            return int(token.value)
        return NUMBERS.get(token.norm)

    def unit(self, i: int) -> tuple[int, str, str] | None:
        """`[full] [fiscal|calendar] week`: the index after it, the unit and the kind of calendar."""
        i = self.skip(i, *_WHOLE)
        kind = _KINDS.get(self.word(i), "")
        i = self.skip(i, *_KINDS)
        unit = UNITS.get(self.word(i))
        return (i + 1, unit, kind) if unit else None

    def grain(self, unit: str, kind: str) -> Grain:
        """The grain that a unit means in this company."""
        if kind == "calendar":
            return Grain(unit)
        return GRAINS[unit]

    def assumed(self, unit: str, kind: str) -> bool:
        """Whether saying the unit without a kind meant the company's own calendar."""
        return self.own_calendar and not kind and unit in ("quarter", "year")

    def around_today(self, unit: str, kind: str, offset: int) -> When:
        """The whole unit `offset` units away from the one that contains today."""
        period = containing(self.today, self.grain(unit, kind), self.fiscal_start, offset)
        return When(period=period, unit=unit, fiscal=self.assumed(unit, kind))

    def latest(self, in_year: Callable[[int], Period]) -> Period:
        """The most recent of a thing that comes once a year and has started by today."""
        years = (self.today.year + 1, self.today.year, self.today.year - 1)
        return next(p for p in (in_year(y) for y in years) if p.start <= self.today)

    def year(self, i: int) -> tuple[int, int, str] | None:
        """A year at `i`: the index after it, its number and its kind ("" when neither fiscal nor calendar was said)."""
        word = self.word(i)
        if marked := re.fullmatch(r"(fy|cy)(\d{2}|\d{4})?", word):
            kind = "fiscal" if marked[1] == "fy" else "calendar"
            number, after = (int(marked[2]), i + 1) if marked[2] else (self.integer(i + 1), i + 2)
            return (after, number + 2000 if number < 100 else number, kind) if number is not None else None
        if word in _KINDS:
            inner = self.year(self.skip(i + 1, "year"))
            return (inner[0], inner[1], _KINDS[word]) if inner else None
        text = self.tokens[i].text if i < len(self.tokens) else ""
        if re.fullmatch(r"(19|20)\d\d", text):
            return i + 1, int(text), ""
        return (i + 1, 2000 + int(text[1:]), "") if re.fullmatch(r"'\d\d", text) else None

    def year_after(self, i: int) -> tuple[int, int, str] | None:
        """A year behind a month or quarter: `[of|in|,] 2026`, `last year`."""
        j = self.skip(i, "of", "in", ",")
        offset = _OFFSETS.get(self.word(j))
        if offset is not None and self.word(j + 1) == "year":
            start = start_of(self.today, Grain.FISCAL_YEAR, self.fiscal_start)
            return j + 2, start.year + offset, ""
        return self.year(j)


def _safely(rule: Callable[[Dates, int], Match | None], dates: Dates, i: int) -> Match | None:
    try:
        return rule(dates, i)
    except (ValueError, OverflowError, StopIteration):
        return None  # 31 February, week 60, the year 12000: not a date, so its words stay unexplained


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
    offset = _OFFSETS.get(d.word(i))
    found = d.unit(i + 1) if offset is not None else None
    if offset is None or found is None or d.word(found[0] - 1).endswith("s"):
        return None
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


def _twelve_months(d: Dates, i: int) -> Match | None:
    return (i + 1, When(period=complete(d.today, Grain.MONTH, -12), unit="month", count=12)) if d.word(i) in _TWELVE else None


def _ago(d: Dates, i: int) -> Match | None:
    count = 1 if d.word(i) in ("a", "one") else d.integer(i)
    found = d.unit(i + 1) if count else None
    if count is None or found is None or d.word(found[0]) not in ("ago", "back"):
        return None
    return found[0] + 1, d.around_today(found[1], found[2], -count)


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
    if d.word(i) in ("first", "second") and d.word(i + 1) == "half":
        return i + 2, ORDINALS[d.word(i)]
    return None


def _part_of_year(d: Dates, i: int) -> Match | None:
    """Quarters and halves, with the year after them, before them, or not said."""
    if glued := re.fullmatch(r"(fy\d{2}|fy\d{4})(q[1-4])", d.word(i)):
        inner = Dates([replace(d.tokens[i], norm=part, text=part) for part in glued.groups()], d.today, d.fiscal_start)
        match = _part_of_year(inner, 0)
        return (i + 1, match[1]) if match else None
    kind, start = _KINDS.get(d.word(i), ""), d.skip(i, *_KINDS)
    leading = d.year(i)
    if leading:
        start = leading[0]
    for months, number_at in ((3, _quarter_number), (6, _half_number)):
        if found := number_at(d, start):
            return _in_year(d, found[0], months, found[1], kind, leading)
    return None


def _in_year(d: Dates, end: int, months: int, number: int, kind: str, leading: tuple[int, int, str] | None) -> Match:
    after = None if leading else d.year_after(end)
    if d.word(end) in _KINDS and not after:
        kind, end = _KINDS[d.word(end)], end + 1
    year = leading or after
    kind = (year[2] if year else "") or kind
    first = 1 if kind == "calendar" else d.fiscal_start

    def in_year(label: int) -> Period:
        start = add_months(dt.date(label, first, 1), months * (number - 1))
        return Period(start, add_months(start, months))

    when = When(unit="quarter" if months == 3 else "", fiscal=d.own_calendar and not kind)
    if year:
        return (after[0] if after else end), replace(when, period=in_year(year[1]))
    return end, replace(when, period=d.latest(in_year), in_year=in_year)


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
    if found := re.fullmatch(r"(\d{4})-(\d{2})", d.word(i)):
        return i + 1, When(period=containing(dt.date(int(found[1]), int(found[2]), 1), Grain.MONTH), unit="month")
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
    dated = d.year(i + 1) or d.integer(i + 1) or d.integer(i - 1) or _ordinal_day(d.word(i + 1))
    capital = d.tokens[i].text == "May" and i > 0
    return not (dated or capital or d.word(i - 1) in _MAY_AFTER or d.tokens[i].dash)


def _ordinal_day(word: str) -> int | None:
    found = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", word)
    return int(found[1]) if found else None


def _day_number(d: Dates, i: int) -> int | None:
    number = _ordinal_day(d.word(i)) or d.integer(i)
    plain = i < len(d.tokens) and re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?", d.word(i))
    return number if number and plain and 1 <= number <= 31 else None


def _day(d: Dates, i: int) -> Match | None:
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", d.word(i)):
        return i + 1, When(period=_one(dt.date(int(found[1]), int(found[2]), int(found[3]))), unit="day")
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
        return _one(dt.date(year, month, min(day, calendar.monthrange(year, month)[1])))

    if day > calendar.monthrange(2024, month)[1]:
        raise ValueError(day)
    year = d.year(d.skip(end, ",", "of"))
    if year and not year[2]:
        return year[0], When(period=_one(dt.date(year[1], month, day)), unit="day")
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
    return i + 1, When(period=_one(dt.date(year, month, day)), unit="day")


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


def _one(day: dt.date) -> Period:
    return Period(day, day + dt.timedelta(days=1))


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
    return start + 1, When(period=_one(d.today - dt.timedelta(days=back)), unit="day")


def _all_time(d: Dates, i: int) -> Match | None:
    if d.word(i) == "all" and d.word(i + 1) in ("time", "history", "years"):
        return i + 2, When()
    if d.word(i) in ("ever", "lifetime"):
        return i + 1, When()
    return (i + 3, When()) if [d.word(i + k) for k in range(3)] == ["since", "the", "beginning"] else None


_RULES: tuple[Callable[[Dates, int], Match | None], ...] = (
    _day_word,
    _unit_before,
    _relative,
    _several,
    _twelve_months,
    _ago,
    _ahead,
    _part_of_year,
    _written_quarter,
    _year_alone,
    _month,
    _day,
    _slashed,
    _week,
    _to_date,
    _weekday,
    _all_time,
)
