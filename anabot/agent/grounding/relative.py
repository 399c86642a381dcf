"""Times said by what they are to another one: last month, year on year, so far this week; and what is still to come.

Only their lengths are held against the periods of the results, as a text does not say on which day it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from anabot.agent.grounding.bearing import Bearing
from anabot.agent.grounding.grounds import Claim
from anabot.periods import Period, previous, year_before

_UNIT = "day|week|month|quarter|year"
_LENGTHS = {"day": (1, 1), "week": (7, 7), "month": (28, 31), "quarter": (89, 92), "year": (364, 366)}
_OVER = re.compile(
    rf"\b(?:(?P<on>{_UNIT})[ -](?:on|over)[ -](?:{_UNIT})|(?P<short>yoy|qoq|mom|wow)"
    rf"|(?P<since>(?:than|since|on|over|from|vs\.?|versus|against|compared (?:to|with)) (?:the )?(?:last|previous|prior))"
    rf" (?P<of>{_UNIT})|(?:a|one|the) (?P<ago>{_UNIT}) (?:ago|earlier|before)"
    r"|(?P<yearly>annually|yearly|per annum|annuali[sz]ed))\b",
    re.I,
)
_SHORT = {"yoy": "year", "qoq": "quarter", "mom": "month", "wow": "week"}
_SAID = re.compile(rf"\b(?P<which>last|this|previous|prior|current|past) (?P<unit>{_UNIT})\b", re.I)
_DAY = re.compile(r"(?<!as of )(?<!until )(?<!up to )\b(?:today|yesterday)\b", re.I)
_TARGET = re.compile(
    r"(?<!by )\b(?:targets?|plan(?:ned)?|budget(?:ed)?|goals?|quotas?|benchmarks?|industry|guidance|expectations?)\b",
    re.I,
)
_AHEAD = re.compile(
    r"\b(?:will (?:be|reach|hit|exceed|grow|rise|fall|drop|continue)|(?:is|are) (?:expected|projected|forecast|likely|set)"
    r"|on track|going to|next (?:day|week|month|quarter|year))\b",
    re.I,
)


def unborne(bearing: Bearing, k: int) -> Iterator[Claim]:
    """Every time of one clause that no result has, and every comparison that none makes."""
    clause, taken = bearing.clauses[k], []
    for word in _OVER.finditer(clause.plain):
        taken.append(word.span())
        unit = (
            "year"
            if word["yearly"]
            else (word["on"] or word["of"] or word["ago"] or _SHORT.get((word["short"] or "").casefold(), "")).casefold()
        )
        if not any(_compares(each, other, unit) for each, other in _pairs(bearing)):
            yield Claim(text=word[0], at=clause.start + word.start(), why="No result compares with that.")
    for word in _SAID.finditer(clause.plain):
        if not any(start <= word.start() < end for start, end in taken) and not _has(bearing, word):
            yield Claim(text=word[0], at=clause.start + word.start(), why="No result is of such a period.")
    for word in _DAY.finditer(clause.plain):
        if not any(each.days == 1 for each in _periods(bearing)) and any(one.period for one in bearing.results):
            yield Claim(text=word[0], at=clause.start + word.start(), why="No result is of one day.")
    nouns = frozenset().union(*(one.nouns for one in bearing.results))
    for word in [word for word in _TARGET.finditer(clause.plain) if word[0].casefold() not in nouns]:
        yield Claim(text=word[0], at=clause.start + word.start(), why="No result holds anything to reach.")
    for word in _AHEAD.finditer(clause.plain):
        if not any(one.ahead for one in bearing.results):
            yield Claim(text=word[0], at=clause.start + word.start(), why="No result is of days still to come.")


def _periods(bearing: Bearing) -> set[Period]:
    return {each for one in bearing.results for each in (one.period, one.compare, *one.buckets) if each}


def _pairs(bearing: Bearing) -> Iterator[tuple[Period, Period]]:
    """Periods that stand against each other: those compared, those of a series, those of two results."""
    for one in bearing.results:
        if one.period and one.compare:
            yield one.period, one.compare
            for each in one.buckets:
                yield each, previous(each)
                yield each, year_before(each)
    known = _periods(bearing)
    yield from ((later, earlier) for later in known for earlier in known if earlier.start < later.start)


def _compares(period: Period, other: Period, unit: str) -> bool:
    low, high = _LENGTHS[unit]
    apart = (period.start - other.start).days
    return low <= apart <= high and abs(period.days - other.days) <= max(3, period.days // 10)


def _has(bearing: Bearing, word: re.Match[str]) -> bool:
    low, high = _LENGTHS[word["unit"].casefold()]
    running = word["which"].casefold() in ("this", "current")
    return any((running or low <= each.days) and each.days <= high for each in _periods(bearing))
