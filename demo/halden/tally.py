"""From events to entries of the answer key: sums, counts and shares over periods, groups and filters.

Exact: integers until the end, then the text of a decimal. It knows no metric and reads no table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, NamedTuple

from demo.halden.columns import as_date, day

Span = tuple[int, int]  # [first day, day after the last)
FY26_Q2: Span = (day(2026, 5, 1), day(2026, 8, 1))
LAST_WEEK: Span = (day(2026, 9, 28), day(2026, 10, 5))
WEEK_BEFORE: Span = (day(2026, 9, 21), day(2026, 9, 28))
LAST_MONTH: Span = (day(2026, 9, 1), day(2026, 10, 1))
HALF_YEAR: Span = (day(2026, 2, 1), day(2026, 8, 1))
SIX_QUARTERS: Span = (day(2025, 2, 1), day(2026, 8, 1))
MONTH, FISCAL_QUARTER = "metric_time__month", "metric_time__fiscal_quarter"


class Fact(NamedTuple):
    """A value on a day (None where the metric has no time), with what it can be grouped by."""

    day: int | None
    value: int
    groups: Mapping[str, str | None]


class Entry(NamedTuple):
    """What to answer: a period, groups, and equal-to filters."""

    period: Span | None
    group_by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()


Answer = dict[str, Any]
Key = tuple[str | None, ...]


def usual(*dimensions: str, segment: bool = True) -> list[Entry]:
    """The entries most metrics get: the quarter, the week, months, fiscal quarters, each dimension, and one segment alone."""
    made = [Entry(FY26_Q2), Entry(LAST_WEEK), Entry(HALF_YEAR, (MONTH,)), Entry(SIX_QUARTERS, (FISCAL_QUARTER,))]
    made += [Entry(FY26_Q2, (dimension,)) for dimension in dimensions]
    return [*made, Entry(FY26_Q2, (), (("segment", "robotics"),))] if segment else made


class Book:
    """Facts that are asked often: those of a period are picked once."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self._of: dict[Span | None, Sequence[Fact]] = {None: facts}

    def within(self, period: Span | None) -> Sequence[Fact]:
        """The facts of the period; those without a day belong to none."""
        if period is not None and period not in self._of:
            first, after = period
            self._of[period] = [fact for fact in self.facts if fact.day is not None and first <= fact.day < after]
        return self._of[period]

    def groups(self, entry: Entry) -> dict[Key, list[int]]:
        """The values of each group of the entry."""
        found: dict[Key, list[int]] = {}
        for fact in self.within(entry.period):
            if not entry.where or all(fact.groups.get(name) == wanted for name, wanted in entry.where):
                found.setdefault(tuple([_group(fact, name) for name in entry.group_by]), []).append(fact.value)
        return found

    def totals(self, entry: Entry) -> dict[Key, int]:
        """The sum of each group."""
        return {key: sum(values) for key, values in self.groups(entry).items()}


def sums(facts: Sequence[Fact], entries: Iterable[Entry], *, places: int) -> list[Answer]:
    """Sums; the values are whole numbers of the smallest unit, `places` after the point."""
    book = Book(facts)
    return [_answer(entry, book.totals(entry), lambda total: str(Decimal(total).scaleb(-places))) for entry in entries]


def distinct(facts: Sequence[Fact], entries: Iterable[Entry]) -> list[Answer]:
    """How many different values."""
    book = Book(facts)
    return [_answer(entry, {key: len(set(seen)) for key, seen in book.groups(entry).items()}, str) for entry in entries]


def shares(
    top: Sequence[Fact], bottom: Sequence[Fact], entries: Iterable[Entry], *, scale: int = 1, needs: Sequence[Fact] | None = None
) -> list[Answer]:
    """Sums of `top` over sums of `bottom` (times `scale`), to ten places.

    Null where either is missing, the lower is zero, or the group has nothing in `needs`.
    """
    above, below, needed = Book(top), Book(bottom), Book(top if needs is None else needs)
    made = []
    for entry in entries:
        uppers, lowers, there = above.totals(entry), below.totals(entry), needed.totals(entry)
        values = {key: _share(uppers.get(key) if key in there else None, lowers.get(key), scale) for key in {**uppers, **lowers}}
        made.append(_answer(entry, values, str))
    return made


def differences(parts: Sequence[tuple[int, Sequence[Fact]]], entries: Iterable[Entry]) -> list[Answer]:
    """Signed sums of money of several lists of facts; null where one of them has nothing."""
    books = [(sign, Book(facts)) for sign, facts in parts]
    made = []
    for entry in entries:
        found = [(sign, book.totals(entry)) for sign, book in books]
        values = {
            key: sum(sign * totals[key] for sign, totals in found) if all(key in totals for _, totals in found) else None
            for key in {key: None for _, totals in found for key in totals}
        }
        made.append(_answer(entry, values, lambda total: str(Decimal(total).scaleb(-2))))
    return made


def total(facts: Sequence[Fact], period: Span) -> int:
    """The sum over a period, zero where there is nothing."""
    return sum(fact.value for fact in facts if fact.day is not None and period[0] <= fact.day < period[1])


def _group(fact: Fact, name: str) -> str | None:
    if fact.day is None or not name.startswith("metric_time__"):
        return fact.groups.get(name)
    return _start(fact.day, name)


@cache
def _start(number: int, grain: str) -> str:
    date = as_date(number).replace(day=1)
    if grain == FISCAL_QUARTER:
        date = dt.date(date.year - (date.month == 1), 11 if date.month == 1 else 2 + (date.month - 2) // 3 * 3, 1)
    return date.isoformat()


def _share(top: int | None, bottom: int | None, scale: int) -> Decimal | None:
    if top is None or not bottom:
        return None
    return (Decimal(top) / (Decimal(bottom) * scale)).quantize(Decimal(1).scaleb(-10), ROUND_HALF_UP)


def _answer(entry: Entry, totals: Mapping[Key, Any], write: Callable[[Any], str]) -> Answer:
    period = [as_date(number).isoformat() for number in entry.period] if entry.period else None
    if not entry.group_by and not totals:
        totals = {(): None}
    rows = [[*key, None if total is None else write(total)] for key, total in totals.items()]
    rows.sort(key=lambda row: [(value is not None, str(value)) for value in row])
    return {"period": period, "group_by": list(entry.group_by), "where": dict(entry.where), "rows": rows}
