"""Find the periods that a text says by name or by date, as the half-open periods they may mean. It never decides which."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from anabot.periods import Grain, Period, add_months, containing

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL = "January|February|March|April|May|June|July|August|September|October|November|December"
_M = rf"(?:{_FULL}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
_D = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_TO = r"\s*(?:–|—|-|to|until|through)\s*"
_Y = r"(?:(?:19|20)\d\d)"
_ISO = rf"{_Y}-\d\d-\d\d"


@dataclass(frozen=True, slots=True)
class Spoken:
    """One period as said, and what it may mean."""

    start: int
    end: int
    text: str
    periods: frozenset[Period]

    @property
    def days(self) -> frozenset[dt.date]:
        """The single days among its meanings."""
        return frozenset(each.start for each in self.periods if each.days == 1)


Reader = Callable[[re.Match[str], Iterable[int], int], Iterator[Period]]


def spoken(text: str, years: Iterable[int], fiscal_start: int = 1) -> list[Spoken]:
    """The periods in the text, longest forms first. A form without a year is taken in each of `years`."""
    found: list[Spoken] = []
    years = tuple(years)
    for pattern, read in _FORMS:
        for match in pattern.finditer(text):
            if any(match.start() < each.end and each.start < match.end() for each in found):
                continue
            periods = frozenset(_safe(read, match, years, fiscal_start))
            if periods:
                found.append(Spoken(match.start(), match.end(), match[0], periods))
    return sorted(found, key=lambda each: each.start)


def _safe(read: Reader, match: re.Match[str], years: Iterable[int], fiscal_start: int) -> Iterator[Period]:
    for year in years:
        try:
            yield from read(match, (year,), fiscal_start)
        except ValueError:  # 31 April, week 53 of a year with 52
            continue


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].casefold()) + 1


def _day(said: str) -> int:
    return int(re.sub(r"\D", "", said))


def _between(first: dt.date, last: dt.date) -> Iterator[Period]:
    if first <= last:
        yield Period(first, last + dt.timedelta(days=1))


def _range(match: re.Match[str], years: Iterable[int], _: int) -> Iterator[Period]:
    for year in years:
        last_year = int(match["y2"] or year)
        first_year = int(match["y1"] or last_year)
        month1, month2 = _month(match["m1"] or match["m2"]), _month(match["m2"] or match["m1"])
        yield from _between(dt.date(first_year, month1, _day(match["d1"])), dt.date(last_year, month2, _day(match["d2"])))


def _months(match: re.Match[str], years: Iterable[int], _: int) -> Iterator[Period]:
    for year in years:
        last_year = int(match["y2"] or year)
        first = dt.date(int(match["y1"] or last_year), _month(match["m1"]), 1)
        last = add_months(dt.date(last_year, _month(match["m2"]), 1), 1)
        if first < last:
            yield Period(first, last)


def _iso_range(match: re.Match[str], _: Iterable[int], __: int) -> Iterator[Period]:
    yield from _between(dt.date.fromisoformat(match["a"]), dt.date.fromisoformat(match["b"]))


def _iso(match: re.Match[str], _: Iterable[int], __: int) -> Iterator[Period]:
    yield containing(dt.date.fromisoformat(match[0]), Grain.DAY)


def _fiscal(match: re.Match[str], _: Iterable[int], fiscal_start: int) -> Iterator[Period]:
    first = dt.date(2000 + int(match["fy"][-2:]), fiscal_start, 1)
    quarter = next((value for name, value in match.groupdict().items() if name.startswith("q") and value), "")
    start = add_months(first, 3 * int(quarter) - 3) if quarter else first
    yield Period(start, add_months(start, 3 if quarter else 12))


def _quarter(match: re.Match[str], years: Iterable[int], fiscal_start: int) -> Iterator[Period]:
    said = match.groupdict().get("y")
    for year in (int(said),) if said else years:
        for month in {1, fiscal_start}:
            start = add_months(dt.date(year, month, 1), 3 * int(match["q"]) - 3)
            yield Period(start, add_months(start, 3))


def _week(match: re.Match[str], years: Iterable[int], _: int) -> Iterator[Period]:
    said = match.groupdict().get("y")
    for year in (int(said),) if said else years:
        yield containing(dt.date.fromisocalendar(year, int(match["w"]), 1), Grain.WEEK)


def _one_day(match: re.Match[str], years: Iterable[int], _: int) -> Iterator[Period]:
    said = match.groupdict().get("y")
    for year in (int(said),) if said else years:
        yield containing(dt.date(year, _month(match["m"]), _day(match["d"])), Grain.DAY)


def _one_month(match: re.Match[str], years: Iterable[int], _: int) -> Iterator[Period]:
    said = match.groupdict().get("y")
    for year in (int(said),) if said else years:
        yield containing(dt.date(year, _month(match["m"]), 1), Grain.MONTH)


def _iso_month(match: re.Match[str], _: Iterable[int], __: int) -> Iterator[Period]:
    yield containing(dt.date(int(match["y"]), int(match["n"]), 1), Grain.MONTH)


def _year(match: re.Match[str], _: Iterable[int], fiscal_start: int) -> Iterator[Period]:
    for month in {1, fiscal_start}:
        start = dt.date(int(match["y"]), month, 1)
        yield Period(start, add_months(start, 12))


_DM = rf"(?P<d1>{_D})(?:\s(?P<m1>{_M})(?:\s(?P<y1>{_Y}))?)?{_TO}(?P<d2>{_D})\s(?P<m2>{_M})(?:,?\s(?P<y2>{_Y}))?"
_MD = rf"(?P<m1>{_M})\s(?P<d1>{_D})(?:,\s(?P<y1>{_Y}))?{_TO}(?:(?P<m2>{_M})\s)?(?P<d2>{_D})(?:,?\s(?P<y2>{_Y}))?"
_FORMS: list[tuple[re.Pattern[str], Reader]] = [
    (re.compile(rf"(?P<a>{_ISO})(?:{_TO}|\.\.)(?P<b>{_ISO})"), _iso_range),
    (re.compile(rf"\b{_DM}\b"), _range),
    (re.compile(rf"\b{_MD}\b"), _range),
    (re.compile(rf"\b(?P<m1>{_M})(?:\s(?P<y1>{_Y}))?{_TO}(?P<m2>{_M})(?:\s(?P<y2>{_Y}))?\b"), _months),
    (re.compile(rf"\b{_ISO}\b"), _iso),
    (re.compile(r"\b(?:FY\s?(?P<fy>(?:20)?\d\d)(?:[\s-]?Q(?P<q1>[1-4]))?)\b", re.I), _fiscal),
    (re.compile(r"\bQ(?P<q2>[1-4])\s(?:of\s)?FY\s?(?P<fy>(?:20)?\d\d)\b", re.I), _fiscal),
    (re.compile(rf"\b(?P<y>{_Y})[\s-]?Q(?P<q>[1-4])\b", re.I), _quarter),
    (re.compile(rf"\bQ(?P<q>[1-4])(?:\s(?:of\s)?(?P<y>{_Y}))?\b"), _quarter),
    (re.compile(rf"\b(?P<y>{_Y})-?W(?P<w>\d\d)\b", re.I), _week),
    (re.compile(rf"\b(?:W|[Ww]eek\s)(?P<w>\d\d?)(?:\sof\s(?P<y>{_Y}))?\b"), _week),
    (re.compile(rf"\b(?P<d>{_D})\s(?:of\s)?(?P<m>{_M})(?:,?\s(?P<y>{_Y}))?\b"), _one_day),
    (re.compile(rf"\b(?P<m>{_M})\s(?P<d>{_D})(?:,?\s(?P<y>{_Y}))?\b(?!\d)"), _one_day),
    (re.compile(rf"\b(?P<m>{_M}),?\s(?:of\s)?(?P<y>{_Y})\b"), _one_month),
    (re.compile(rf"\b(?P<y>{_Y})-(?P<n>0[1-9]|1[0-2])\b"), _iso_month),
    (re.compile(rf"\b(?<=[\s(])(?P<m>{_FULL})\b"), _one_month),
    (re.compile(rf"(?<![\d.,$€£])\b(?P<y>{_Y})\b(?![.,]?\d|%|\s?(?:%|h\b|hours|days|percent))"), _year),
]  # fmt: skip
