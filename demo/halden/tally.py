"""From events to entries of the answer key: sums, counts and shares over periods, groups and filters.

Exact: integers until the end, then the text of a decimal. It knows no metric and reads no table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from demo.halden.columns import as_date, day

Span = tuple[int, int]  # [first day, day after the last)
FY26_Q2: Span = (day(2026, 5, 1), day(2026, 8, 1))
LAST_WEEK: Span = (day(2026, 9, 28), day(2026, 10, 5))
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


def sums(facts: Sequence[Fact], entries: Iterable[Entry], *, places: int) -> list[Answer]:
    """Sums; the values are whole numbers of the smallest unit, `places` after the point."""
    return [_answer(entry, added(facts, entry), lambda total: str(Decimal(total).scaleb(-places))) for entry in entries]


def distinct(facts: Sequence[Fact], entries: Iterable[Entry]) -> list[Answer]:
    """How many different values."""
    made = []
    for entry in entries:
        seen: dict[Key, set[int]] = {}
        for key, value in selected(facts, entry):
            seen.setdefault(key, set()).add(value)
        made.append(_answer(entry, {key: len(values) for key, values in seen.items()}, str))
    return made


def shares(
    top: Sequence[Fact], bottom: Sequence[Fact], entries: Iterable[Entry], *, scale: int = 1, needs: Sequence[Fact] | None = None
) -> list[Answer]:
    """Sums of `top` over sums of `bottom` (times `scale`), to ten places.

    Null where either is missing, the lower is zero, or the group has nothing in `needs`.
    """
    made = []
    for entry in entries:
        uppers, lowers = added(top, entry), added(bottom, entry)
        needed = uppers if needs is None else added(needs, entry)
        values = {key: _share(uppers.get(key) if key in needed else None, lowers.get(key), scale) for key in {**uppers, **lowers}}
        made.append(_answer(entry, values, str))
    return made


def differences(parts: Sequence[tuple[int, Sequence[Fact]]], entries: Iterable[Entry]) -> list[Answer]:
    """Signed sums of money of several lists of facts; null where one of them has nothing."""
    made = []
    for entry in entries:
        found = [(sign, added(facts, entry)) for sign, facts in parts]
        keys = {key: None for _, totals in found for key in totals}
        whole = {
            key: sum(sign * totals[key] for sign, totals in found) if all(key in totals for _, totals in found) else None
            for key in keys
        }
        made.append(_answer(entry, whole, lambda total: str(Decimal(total).scaleb(-2))))
    return made


def added(facts: Sequence[Fact], entry: Entry) -> dict[Key, int]:
    """The sum of each group."""
    totals: dict[Key, int] = {}
    for key, value in selected(facts, entry):
        totals[key] = totals.get(key, 0) + value
    return totals


def selected(facts: Sequence[Fact], entry: Entry) -> Iterable[tuple[Key, int]]:
    """The facts of the period that pass the filter, each with its group."""
    for fact in facts:
        if entry.period is not None and (fact.day is None or not entry.period[0] <= fact.day < entry.period[1]):
            continue
        if all(fact.groups.get(name) == wanted for name, wanted in entry.where):
            yield tuple(_group(fact, name) for name in entry.group_by), fact.value


def _group(fact: Fact, name: str) -> str | None:
    if fact.day is None or not name.startswith("metric_time__"):
        return fact.groups.get(name)
    date = as_date(fact.day).replace(day=1)
    if name == FISCAL_QUARTER:
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
