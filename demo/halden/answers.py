"""Answers from events: filter by days and values, group, and give each group's number as exact text.

Plain Python over what the generator made. It never reads SQL, Parquet or `anabot`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Generic, TypeVar

from demo.halden.columns import EPOCH, as_date, day

Event = TypeVar("Event")
Days = tuple[int, int]  # from, up to but not including

FY26_Q2: Days = (day(2026, 5, 1), day(2026, 8, 1))
LAST_WEEK: Days = (day(2026, 9, 28), day(2026, 10, 5))
LAST_MONTH: Days = (day(2026, 9, 1), day(2026, 10, 1))


class Sheet(Generic[Event]):
    """Events with the ways they can be cut. `when` gives an event's day; None there puts it outside every period."""

    def __init__(
        self,
        events: Iterable[Event],
        cuts: Mapping[str, Callable[[Event], str | None]],
        when: Callable[[Event], int | None] | None = None,
    ) -> None:
        self.events, self.cuts, self.when = list(events), cuts, when

    def answer(
        self,
        value: Callable[[list[Event]], str | None],
        period: Days | None = None,
        group_by: Sequence[str] = (),
        where: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """One entry of the answer key. Without groups there is one row, whatever was found."""
        chosen = [event for event in self.events if self._inside(event, period)] if period else self.events
        for name, wanted in (where or {}).items():
            chosen = [event for event in chosen if self._cut(event, name) == wanted]
        groups: dict[tuple[str | None, ...], list[Event]] = {} if group_by else {(): chosen}
        for event in chosen if group_by else ():
            groups.setdefault(tuple(self._cut(event, name) for name in group_by), []).append(event)
        order = sorted(groups, key=lambda key: [(part is None, part or "") for part in key])
        return {
            "period": [as_date(number).isoformat() for number in period] if period else None,
            "group_by": list(group_by),
            "where": dict(where or {}),
            "rows": [[*key, value(groups[key])] for key in order],
        }

    def answers(
        self,
        value: Callable[[list[Event]], str | None],
        periods: Iterable[Days | None],
        cuts: Iterable[Sequence[str]] = ((),),
        where: Mapping[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """Every period with every way of grouping."""
        return [self.answer(value, period, group_by, where) for period in periods for group_by in cuts]

    def _inside(self, event: Event, period: Days) -> bool:
        number = self.when(event) if self.when else period[0]
        return number is not None and period[0] <= number < period[1]

    def _cut(self, event: Event, name: str) -> str | None:
        grain = name.removeprefix("metric_time__")
        if grain == name:
            return self.cuts[name](event)
        number = self.when(event) if self.when else None
        return None if number is None else start_of(number, grain)


def start_of(number: int, grain: str) -> str:
    """The first day of the week or month around a day, in ISO."""
    date = as_date(number)
    first = date - dt.timedelta(days=date.weekday()) if grain == "week" else date.replace(day=1)
    return first.isoformat()


def total(of: Callable[[Event], int], scale: int = 0) -> Callable[[list[Event]], str | None]:
    """The sum, of integers that count the smallest unit: `scale` places behind the point. Nothing to sum is None."""
    return lambda events: str(Decimal(sum(map(of, events))).scaleb(-scale)) if events else None


def ratio(top: Callable[[Event], int], bottom: Callable[[Event], int]) -> Callable[[list[Event]], str | None]:
    """A share, exact and then rounded to ten places; None where there is nothing to divide by."""
    return lambda events: share(sum(map(top, events)), sum(map(bottom, events)))


def distinct(of: Callable[[Event], object]) -> Callable[[list[Event]], str | None]:
    """How many different things."""
    return lambda events: str(len({of(event) for event in events}))


def earliest(of: Callable[[Event], int | None]) -> Callable[[list[Event]], str | None]:
    """The first of some days, in ISO; None where there is none."""

    def first(events: list[Event]) -> str | None:
        days = [number for number in map(of, events) if number is not None]
        return as_date(min(days)).isoformat() if days else None

    return first


def share(top: int, bottom: int) -> str | None:
    """The quotient to ten places, halves up."""
    if bottom == 0:
        return None
    exact = Fraction(top, bottom)
    return format((Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("1E-10"), ROUND_HALF_UP), "f")


def month_start(year: int, month: int) -> int:
    """The number of a month's first day."""
    return dt.date(year, month, 1).toordinal() - EPOCH
