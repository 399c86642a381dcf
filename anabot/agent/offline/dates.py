"""What a date phrase says, and what the rules that read one need: the words around it, today, the company's own year.

Quarters and years are the company's own unless `calendar` is said. The rules are in `relative_dates` and
`calendar_dates`; `ranges` puts them together. It never reads a clock.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anabot.agent.offline.text import Token
from anabot.agent.offline.words import GRAINS, NUMBERS, UNITS
from anabot.periods import Grain, Period, containing, start_of


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What a date phrase says. `period` is None for "all time" and `until`, or when `fault` says why it cannot be read."""

    period: Period | None = None
    unit: str = ""  # day, week, month, quarter, year; "" for a range
    count: int = 1
    fiscal: bool = False  # the company's own quarters and years were meant, without being said
    fault: str = ""
    doubt: str = ""  # why it is asked back where no other days are spoken of: "a year ago"
    as_of: bool = False
    until: dt.date | None = None  # "before 2025": everything up to, but not including, this day
    before: bool = False  # "previous", "prior": in a thread, the one before what is shown
    bare_year: bool = False
    ends: tuple[Period, Period] | None = None  # "from July to September": two that are alike, which a change is between
    in_year: Callable[[int], Period] | None = None  # set when no year was said
    half: int = 0  # "the second half", of whatever it is


Match = tuple[int, When]  # the index after the phrase, and what it says
KINDS = {"fiscal": "fiscal", "financial": "fiscal", "calendar": "calendar", "iso": "calendar"}
OFFSETS = {
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


class Dates:
    """The date phrases of one message, read on one day."""

    def __init__(self, tokens: Sequence[Token], today: dt.date, fiscal_start: int = 1) -> None:
        self.tokens, self.today, self.fiscal_start = tokens, today, fiscal_start
        self.own_calendar = fiscal_start != 1

    def word(self, i: int) -> str:
        """The folded token at `i`, or "" outside the message."""
        return self.tokens[i].norm if 0 <= i < len(self.tokens) else ""

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
        kind = KINDS.get(self.word(i), "")
        i = self.skip(i, *KINDS)
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
        if word in KINDS:
            inner = self.year(self.skip(i + 1, "year"))
            return (inner[0], inner[1], KINDS[word]) if inner else None
        text = self.tokens[i].text if i < len(self.tokens) else ""
        if re.fullmatch(r"(19|20)\d\d", text):
            return i + 1, int(text), ""
        return (i + 1, 2000 + int(text[1:]), "") if re.fullmatch(r"'\d\d", text) else None

    def year_after(self, i: int) -> tuple[int, int, str] | None:
        """A year behind a month or quarter: `[of|in|,] 2026`, `last year`."""
        j = self.skip(i, "of", "in", ",")
        offset = OFFSETS.get(self.word(j))
        if offset is not None and self.word(j + 1) == "year":
            start = start_of(self.today, Grain.FISCAL_YEAR, self.fiscal_start)
            return j + 2, start.year + offset, ""
        return self.year(j)


def one_day(day: dt.date) -> Period:
    """That day as a period."""
    return Period(day, day + dt.timedelta(days=1))


def ordinal_day(word: str) -> int | None:
    """The day of a month that is written as `28th`."""
    found = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", word)
    return int(found[1]) if found else None
