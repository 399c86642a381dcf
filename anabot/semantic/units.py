"""Write one cell as people read it, by its unit: money, shares, counts, hours, dates. Pure; never rounds what is stored.

Rounding is half up, and only in the text: money to the cent, shares to a tenth of a percent.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Context, Decimal

from anabot.periods import quarter_label
from anabot.semantic.date_parts import part_in, part_value
from anabot.types import Cell, Column, Table

EMPTY, UNSAID = "–", "not shown"
CURRENCIES = {"usd": "$", "eur": "€", "gbp": "£"}
_SUFFIXES = {"hours": " h", "days": " days", "fte": " FTE", "times": "×"}
_WORDS = {"count": "number", "ratio": "share, in %", "times": "times", "fte": "full-time equivalents"}
_AMOUNTS = ("number", "integer", "money", "ratio")
_WIDE = Context(prec=400)  # the default of 28 digits refuses to round what is longer
_PLACES = {"hours": 1, "days": 1, "fte": 1, "score": 3, "times": 2}
# `autonomous_vehicles`: how systems store what people call "autonomous vehicles".
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")


def format_cell(value: Cell, column: Column, *, fiscal_start: int = 1) -> str:
    """The cell as text: `$1,234.50`, `12.3%`, `2.33×`, `1,234`, `28 Sep 2026`; `–` where there is no value.

    Dates follow the grain that the column's name ends with, as in `metric_time__month`; a date part is called by its name.
    """
    if value is None:
        return EMPTY
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return f"{day(value.date())} {value:%H:%M %Z}".rstrip() if _has_time(value) else _date(value.date(), column, fiscal_start)
    if isinstance(value, dt.date):
        return _date(value, column, fiscal_start)
    if isinstance(value, int | float | Decimal):
        part = part_in(column.name)
        return part_value(part, value) if part else _number(value, column)
    return readable(value)


def is_number(column: Column) -> bool:
    """Whether its cells are amounts: those of a date part are names, such as Monday."""
    return column.type in _AMOUNTS and not part_in(column.name)


def shown_cell(table: Table, row: int, column: int, *, fiscal_start: int = 1) -> str:
    """The cell in that place as text; where it is not said, why."""
    if (row, column) in table.suppressed:
        return UNSAID
    return format_cell(table.rows[row][column], table.columns[column], fiscal_start=fiscal_start)


def unsaid(fewer_than: int) -> str:
    """Why a number is not said. Whether it is a small group itself, or one that would give it away, is not told."""
    return f"fewer than {fewer_than} people, or a number that would give such a group away"


def readable(value: str) -> str:
    """A stored name as words: `big_tech` is `big tech`. Any other text stays as it is."""
    return value.replace("_", " ") if _SLUG.fullmatch(value) else value


def unit_words(unit: str) -> str:
    """What a unit is called beside a metric's name: `USD`, `hours`, `share, in %`."""
    return unit.upper() if unit in CURRENCIES else _WORDS.get(unit, unit)


def day(date: dt.date) -> str:
    """`28 Sep 2026`."""
    return f"{date.day} {date:%b %Y}"


def _has_time(value: dt.datetime) -> bool:
    return value.time() != dt.time(0)


def _date(value: dt.date, column: Column, fiscal_start: int) -> str:
    grain = column.name.rpartition("__")[2]
    if grain == "month":
        return f"{value:%b %Y}"
    if grain == "quarter":
        return quarter_label(value)
    if grain == "fiscal_quarter":
        return quarter_label(value, fiscal_start)
    if grain == "fiscal_year" and fiscal_start != 1:
        return f"FY{value.year % 100:02d}"
    if grain in ("year", "fiscal_year"):
        return f"{value.year}"
    return day(value)


def _number(value: int | float | Decimal, column: Column) -> str:
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        return EMPTY
    unit = column.unit or {"money": "usd", "ratio": "ratio"}.get(column.type, "")
    if unit in CURRENCIES:
        sign = "-" if rounded(number, 2) < 0 else ""
        return f"{sign}{CURRENCIES[unit]}{rounded(abs(number), 2):,.2f}"
    if unit == "ratio":
        return f"{rounded(number * 100, 1):,.1f}%"
    if unit in _PLACES:
        return f"{_trimmed(number, _PLACES[unit])}{_SUFFIXES.get(unit, '')}"
    return _trimmed(number, 2) + ("" if unit in ("", "count", "number", "date") else f" {unit}")


def rounded(number: Decimal, places: int) -> Decimal:
    """The number rounded half up to so many places."""
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_WIDE)


def _trimmed(number: Decimal, places: int) -> str:
    if number == number.to_integral_value():
        return f"{int(number):,}"
    return f"{rounded(number, places):,}"
