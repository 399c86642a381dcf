"""Cut a text into clauses, and find in each the names, periods and numbers that it says. It never holds them against a result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from anabot.agent.grounding.grounds import Names, Shown
from anabot.agent.grounding.numerals import UNITS, Numeral, numerals
from anabot.agent.grounding.spans import Spoken, spoken
from anabot.semantic.date_parts import DAYS

_TOKEN = re.compile(r"\w+|[^\w\s]")
_LONGEST = 16  # tokens of a name
_MANY = {f"{day.casefold()}s" for day in DAYS}
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z(\x00\x01])|\n+")
_CLAUSE = re.compile(
    r"[;,](?=\s)|\s(?=(?:and|while|but|whereas|versus|vs|compared with|compared to|against)\s)|(?<=\))\s(?=and\s)", re.I
)
_NOT = re.compile(
    r"(?:\bbut|except(?: for)?|excluding|without|outside|other than|not|non-?|besides|apart from|minus)\s*(?:for\s|the\s|in\s)?$",
    re.I,
)
_JOINS = re.compile(r"\s*,?\s*(?:and|or|nor)?\s*")
_BINDS = re.compile(r"\b(?:for|in|at|of|from|by|with|only|is|was|are|were|within|across)\s+(?:the\s+)?$|[:(]\s*$", re.I)
CLOCK = re.compile(r"\b[0-2]?\d:[0-5]\d\b")
NAME, DATE = "\x00", "\x01"


@dataclass(frozen=True, slots=True)
class Said:
    """A name in the text. `metrics` are those it may be, else it is a value. `bound`: a word before it makes it a condition."""

    start: int
    end: int
    text: str
    metrics: frozenset[str] = frozenset()
    negated: bool = False
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One piece of a sentence with what it says. `plain` is its text, with names and periods masked."""

    sentence: int
    start: int
    end: int
    plain: str
    said: tuple[Said, ...]
    periods: tuple[Spoken, ...]
    numbers: tuple[Numeral, ...]

    @property
    def metrics(self) -> frozenset[str]:
        """Every metric that its words may name."""
        return frozenset().union(*(each.metrics for each in self.said))

    @property
    def values(self) -> frozenset[str]:
        """The values that it names, folded."""
        return frozenset(each.text.casefold() for each in self.said if not each.metrics)

    def before(self, at: int) -> str:
        """Its plain words up to a place in the text."""
        return self.plain[: at - self.start]

    def after(self, at: int) -> str:
        """Its plain words from a place in the text on."""
        return self.plain[at - self.start :]


def clauses(text: str, results: Sequence[Shown], names: Names) -> list[Clause]:
    """The text cut into clauses. A piece without a number belongs to the one after it, the last one to that before."""
    said = _names(text, _dictionary(results, names))
    masked = _masked(text, ((each.start, each.end) for each in said), NAME)
    periods = spoken(masked, _years(results), names.fiscal_start)
    masked = _masked(masked, ((each.start, each.end) for each in periods), DATE)
    hours = list(CLOCK.finditer(masked))
    masked = _masked(masked, ((each.start(), each.end()) for each in hours), DATE)
    numbers = numerals(masked)
    dated = any(row.dates for one in results for row in one.rows)
    marks = [each.start for each in (*numbers, *(periods if dated else ()))]
    found: list[Clause] = []
    for number, (start, end) in enumerate(_pieces(masked, _SENTENCE, 0, len(text))):
        for first, last in _joined(list(_pieces(masked, _CLAUSE, start, end)), marks):
            found.append(
                Clause(
                    sentence=number,
                    start=first,
                    end=last,
                    plain=masked[first:last],
                    said=tuple(each for each in said if first <= each.start < last),
                    periods=tuple(each for each in periods if first <= each.start < last),
                    numbers=tuple(each for each in numbers if first <= each.start < last),
                )
            )
    return found


def masked(text: str, found: Sequence[Clause]) -> str:
    """The text as its clauses have it, with names and periods masked, letter for letter in the same place."""
    for clause in found:
        text = text[: clause.start] + clause.plain + text[clause.end :]
    return text


def _dictionary(results: Sequence[Shown], names: Names) -> Mapping[str, frozenset[str]]:
    """Folded words → metrics; none where the words are a value. A name of a metric is that before it is a value."""
    found: dict[str, frozenset[str]] = dict.fromkeys(names.values, frozenset())
    for result in results:
        own = {text.casefold() for row in result.rows for text in row.groups.values()}
        for word in own.union(*result.kept, result.dropped, (each.casefold() for each in result.causes)):
            if any(char.isalpha() for char in word):
                found[word] = frozenset()
    found |= names.metrics
    return found


def _names(text: str, dictionary: Mapping[str, frozenset[str]]) -> list[Said]:
    tokens = list(_TOKEN.finditer(text))
    found: list[Said] = []
    i = 0
    while i < len(tokens):
        for j in range(min(len(tokens), i + _LONGEST), i, -1):
            start, end = tokens[i].start(), tokens[j - 1].end()
            end -= text[start:end].casefold() in _MANY  # "on Sundays" names the row of Sunday
            metrics = dictionary.get(text[start:end].casefold())
            if metrics is not None and not _is_unit(text, start, end):
                found.append(_said(text, start, end, metrics, found))
                i = j
                break
        else:
            i += 1
    return found


def _is_unit(text: str, start: int, end: int) -> bool:
    """Whether a name stands right behind a number, as its unit does: `1,181.2 FTE`."""
    return text[start:end].casefold() in UNITS and bool(re.search(r"\d\s?$", text[:start]))


def _said(text: str, start: int, end: int, metrics: frozenset[str], before: list[Said]) -> Said:
    lead = text[:start]
    negated, bound = bool(_NOT.search(lead)), bool(_BINDS.search(lead))
    if before and not before[-1].metrics and not metrics and _JOINS.fullmatch(text[before[-1].end : start]):
        negated, bound = negated or before[-1].negated, bound or before[-1].bound
    return Said(start, end, text[start:end], metrics, negated, bound)


def _masked(text: str, spans: Iterable[tuple[int, int]], mask: str) -> str:
    for start, end in spans:
        text = text[:start] + mask * (end - start) + text[end:]
    return text


def _years(results: Sequence[Shown]) -> list[int]:
    periods = [each for one in results for each in (one.period, one.compare, *one.buckets) if each]
    years = {day.year for each in periods for day in (each.start, each.last_day)} | {
        day.year for one in results for day in one.days
    }
    return sorted(years) or [2000]


def _pieces(text: str, separator: re.Pattern[str], start: int, end: int) -> Iterable[tuple[int, int]]:
    at = start
    for match in separator.finditer(text, start, end):
        yield at, match.start()
        at = match.end()
    yield at, end


def _joined(pieces: list[tuple[int, int]], marks: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    open_at: int | None = None
    for start, end in pieces:
        first = start if open_at is None else open_at
        if any(start <= each < end for each in marks):
            found.append((first, end))
            open_at = None
        else:
            open_at = first
    if open_at is not None:
        last = pieces[-1][1]
        return [*found[:-1], (found[-1][0], last)] if found else [(open_at, last)]
    return found
