"""The conditions of a query in words: "for North on weekends", "not on Mondays". It never says which date a day is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from anabot.semantic.query import Condition, Filter, Not
from anabot.semantic.units import readable

WEEKDAY = "metric_time__extract_dow"
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_COMPARED = {"gt": "over", "ge": "of at least", "lt": "under", "le": "of at most", "between": "between"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TRUTHS = re.compile(r"^(?:is|has|was|are|had)_")
_SETS = {(6, 7): "weekends", (1, 2, 3, 4, 5): "weekdays"}


def called(days: Iterable[int]) -> str:
    """`weekends`, `Mondays and Fridays`: Monday is 1."""
    chosen = tuple(days)
    *first, last = (_DAYS[day - 1] for day in chosen)
    return _SETS.get(chosen) or (f"{', '.join(first)} and {last}" if first else last)


def narrowed(where: Iterable[Filter]) -> str:
    """` for North on weekends`; conditions that have no short form are not in it."""
    parts, numbers, days = [], [], ""
    for part in where:
        if on := on_days(part):
            days += f" {on}"
        elif number := of_number(part):
            numbers.append(number)
        elif truth := of_truth(part):
            days += f" where {truth}"
        elif isinstance(part, Condition):
            values = [readable(value) for value in part.values]
            if part.op in ("eq", "in"):
                parts.append(" or ".join(values))
            elif part.op in ("ne", "not_in"):
                parts.append("everything but " + " and ".join(values))
    with_numbers = f" with {' and '.join(numbers)}" if numbers else ""
    return (f" for {', '.join(parts)}" if parts else "") + with_numbers + days


def of_truth(part: Filter) -> str:
    """`open is true`; "" where the condition is not about what is true of a row."""
    if not isinstance(part, Condition) or part.op not in ("eq", "ne") or part.values not in (("true",), ("false",)):
        return ""
    name = _TRUTHS.sub("", part.field.rpartition("__")[2])
    return f"{readable(name)} is {'not ' if part.op == 'ne' else ''}{part.values[0]}"


def of_number(part: Filter) -> str:
    """`sale price over 30,000`; "" where the condition compares no number."""
    if not isinstance(part, Condition) or part.op not in _COMPARED or not all(map(_NUMBER.fullmatch, part.values)):
        return ""
    numbers = " and ".join(f"{Decimal(value):,f}" for value in part.values)
    return f"{readable(part.field.rpartition('__')[2])} {_COMPARED[part.op]} {numbers}"


def on_days(part: Filter) -> str:
    """`on weekends`; "" where the condition is not about days of the week alone."""
    if isinstance(part, Not):
        inside = on_days(part.not_)
        return f"not {inside}" if inside else ""
    if not isinstance(part, Condition) or part.field != WEEKDAY or part.op not in ("eq", "in"):
        return ""
    known = [int(value) for value in part.values if value in {"1", "2", "3", "4", "5", "6", "7"}]
    return f"on {called(known)}" if known and len(known) == len(part.values) else ""
