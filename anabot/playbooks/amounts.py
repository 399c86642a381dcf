"""Write one value into a playbook's words: amounts, shares, counts, headline numbers. Pure; escaped once, here.

It never shows a hole: a missing value fails, and says its name.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from jinja2 import Undefined

from anabot.errors import PlaybookError
from anabot.playbooks.markdown import escape
from anabot.playbooks.view import Number, Text
from anabot.semantic.units import CURRENCIES, format_cell, readable, rounded
from anabot.types import Column

_SUFFIXES = {"hours": " h", "days": " days", "fte": " FTE", "times": "×"}
_NO_CENTS, _NO_TENTHS = 10_000, 1_000
_SCALES = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K"))


class Md(str):
    """Markdown that is meant as it stands."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def shown(value: object) -> Md:
    """Anything a template prints, as Markdown that shows it: numbers by their unit, text escaped.

    Raises:
        UndefinedError: the value is missing.
    """
    fail_if_missing(value)
    if isinstance(value, Text):
        return Md(readable(value))
    if isinstance(value, Md) or hasattr(value, "__html__"):
        return Md(value)
    if isinstance(value, Number):
        return Md(amount(value, value.column))
    if isinstance(value, str):
        return Md(escape(value))
    if not _is_cell(value):
        raise PlaybookError(f"A {type(value).__name__.lower()} cannot be printed.", todo="Use `| table`, or name a column.")
    return Md(amount(value, Column(name="", type="")))


def money(value: object, places: int = 2, unit: str = "") -> Md:
    """`$1,234.50`; with `places=0`, `$1,235`. The currency is the metric's own, or `unit`."""
    number, unit = number_of(value, "money"), unit or _unit(value)
    if unit not in CURRENCIES:
        raise PlaybookError(f"`money` does not know the currency of {number}.", todo='Name it: `| money(2, "eur")`.')
    sign = "-" if rounded(number, places) < 0 else ""
    return Md(f"{sign}{CURRENCIES[unit]}{rounded(abs(number), places):,}")


def percent(value: object, places: int = 1) -> Md:
    """A ratio as a share: 0.123 is `12.3%`."""
    return Md(f"{rounded(number_of(value, 'percent') * 100, places):,}%")


def count(value: object) -> Md:
    """`1,234`, without a fraction."""
    return Md(f"{rounded(number_of(value, 'count'), 0):,}")


def short(value: object) -> Md:
    """The number to three digits or so, for a headline: `$1.23M`, `12,400 h`."""
    number = number_of(value, "short")
    scale, letter = next(((scale, letter) for scale, letter in _SCALES if abs(number) >= scale), (Decimal(1), ""))
    if not letter:
        return shown(value)
    unit = _unit(value)
    sign, suffix = "-" if number < 0 else "", _SUFFIXES.get(unit, "")
    if suffix and letter == "K":  # nobody says 12.4K h
        return Md(f"{sign}{rounded(abs(number), 0 if abs(number) < 10**4 else -2 if abs(number) < 10**5 else -3):,f}{suffix}")
    return Md(f"{sign}{CURRENCIES.get(unit, '')}{rounded(abs(number) / scale, 2 if scale >= 10**6 else 1)}{letter}{suffix}")


def number_of(value: object, name: str) -> Decimal:
    """The value as a decimal, for the filter `name`. Raises PlaybookError and UndefinedError."""
    fail_if_missing(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PlaybookError(f"`{name}` was given {type(value).__name__}, not a number.")
    return Decimal(str(value)) if isinstance(value, float) else Decimal(value)


def amount(value: Any, column: Column) -> str:
    """A cell by its column's unit, escaped."""
    return escape(format_cell(value, column))


def plural(value: object, one: str, many: str = "") -> Md:
    """How many of what: `1 project`, `22 projects`; `many` is the word where it is not the first and an s."""
    number = number_of(value, "plural")
    return Md(f"{shown(value)} {escape(one if number == 1 else many or one + 's')}")


def rough(number: Decimal, column: Column, size: Decimal, *, tenths: bool = False) -> str:
    """An amount as precise as one reads it beside amounts of such a size: no cents from 10,000 on, no tenths from 1,000 on.

    With `tenths`, smaller ones have one each, as their neighbours do. What would round to nothing stays exact.
    """
    unit = column.unit or {"money": "usd"}.get(column.type, "")
    if rounded(number, 0) and unit in CURRENCIES and size >= _NO_CENTS:
        return escape(money(number, 0, unit))
    if rounded(number, 0) and unit in _SUFFIXES and unit != "times" and size >= _NO_TENTHS:
        return amount(rounded(number, 0), column)
    if tenths and unit in _SUFFIXES and unit != "times" and number == number.to_integral_value():
        return escape(f"{number:,.1f}{_SUFFIXES[unit]}")
    return amount(number, column)


def fail_if_missing(value: object) -> None:
    """Raise UndefinedError where the value is missing: that is what a strict one does when it is printed."""
    if isinstance(value, Undefined):
        str(value)


def _unit(value: object) -> str:
    return value.column.unit if isinstance(value, Number) else ""


def _is_cell(value: object) -> bool:
    return isinstance(value, bool | int | float | Decimal) or type(value).__module__ == "datetime"
