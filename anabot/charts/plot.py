"""Decide what of a table is drawn: which column runs along, which numbers, which series, and what had to be left out.

Pure: a table in, points with finished labels out. It never loads a drawing library and never hides an omission: `note` says it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from anabot.errors import BadQuery
from anabot.periods import Grain, step
from anabot.semantic.date_parts import part_in
from anabot.semantic.units import CURRENCIES, EMPTY, format_cell, is_number, rounded
from anabot.types import Cell, Column, Table

Kind = Literal["line", "bar"]
MOST_CATEGORIES, MOST_SERIES, MOST_MEASURES, MOST_MOMENTS = 20, 6, 3, 400
MOST_PARTS = 31  # the days of a month, the hours of a day
_TIMES = frozenset({"date", "time"})
_BESIDE = ("__share", "__running")
_NO_CENTS = 10_000
_DIFFERENCES = ("__change", "__percent_change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One mark: where it stands, how high, in which series, and the exact number as text."""

    along: str
    value: float | None
    series: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """All that is drawn. `order` are the places along the axis in order; `series` the names in order, one when unnamed."""

    kind: Kind
    along: str
    measure: str
    unit: str
    points: tuple[Point, ...]
    order: tuple[str, ...]
    series: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Roles:
    times: tuple[int, ...]
    words: tuple[int, ...]
    measures: tuple[int, ...]


def suits(table: Table, *, of_each: bool = False) -> Literal["", "line", "bar"]:
    """The picture that suits the rows, or "" where a table says more than a picture would; `of_each`: the first rows of each."""
    roles = _roles(table)
    if not roles.measures or len(table.rows) < 2:
        return ""
    if of_each:
        return "bar" if len(table.rows) <= MOST_CATEGORIES else ""
    if len(roles.times) == 1 and len(roles.words) <= 1:
        moments = {row[roles.times[0]] for row in table.rows}
        return "line" if len(moments) >= 3 else ("" if roles.words else "bar")
    return "bar" if not roles.times and len(roles.words) == 1 else ""


def plot(table: Table, kind: Kind, *, fiscal_start: int = 1, of_each: bool = False) -> Plot:
    """The points of the picture; bars of the first rows of each group stay in the order of the rows.

    Raises:
        BadQuery: there is no number to draw, or nothing to draw it along.
    """
    roles = _roles(table)
    if not table.rows or not roles.measures or not (roles.times or roles.words):
        raise BadQuery(
            "This result cannot be drawn.", why="It needs rows, a number, and something to draw it along.", todo="See the table."
        )
    if kind == "line" and roles.times:
        return _line(table, roles, fiscal_start)
    return _bars(table, roles, fiscal_start, as_ordered=of_each)


def _roles(table: Table) -> _Roles:
    numbers = [at for at, column in enumerate(table.columns) if is_number(column) and not column.name.endswith(_DIFFERENCES)]
    numbers = [
        at for at in numbers if table.columns[at].name.endswith(_BESIDE)
    ] or numbers  # what was asked for beside the number
    unit = table.columns[numbers[0]].unit if numbers else ""
    return _Roles(
        times=tuple(at for at, column in enumerate(table.columns) if column.type in _TIMES),
        words=tuple(at for at, column in enumerate(table.columns) if column.type not in _TIMES and not is_number(column)),
        measures=tuple(at for at in numbers if table.columns[at].unit == unit),
    )


def _line(table: Table, roles: _Roles, fiscal_start: int) -> Plot:
    time = roles.times[0]
    measures = roles.measures[:1] if roles.words else roles.measures[:MOST_SERIES]
    values: dict[str, dict[dt.date, Cell]] = {}
    for row in table.rows:
        moment = row[time]
        if isinstance(moment, dt.date):
            for at in measures:
                values.setdefault(_series(table, row, roles.words, at, measures), {})[moment] = row[at]
    kept, note = _largest(values, MOST_SERIES)
    moments = _every_moment({moment for series in kept for moment in values[series]}, table.columns[time])
    column = table.columns[measures[0]]
    names = {moment: format_cell(moment, table.columns[time], fiscal_start=fiscal_start) for moment in moments}
    return Plot(
        kind="line",
        along=_label(table.columns[time]),
        measure=_label(column),
        unit=_unit(column),
        points=tuple(_point(names[m], values[series].get(m), series, column) for series in kept for m in moments),
        order=tuple(names.values()),
        series=tuple(kept),
        note=_notes(note, _left_out(measures, table)),
    )


def _bars(table: Table, roles: _Roles, fiscal_start: int, *, as_ordered: bool = False) -> Plot:
    parted = any(part_in(table.columns[at].name) for at in roles.words)
    as_ordered |= parted  # the days of the week in their order, or in the one that was asked for
    along = tuple(sorted(roles.times + roles.words)) if as_ordered else roles.times + roles.words
    measures = roles.measures[:MOST_MEASURES]
    column = table.columns[measures[0]]
    rows = [row for row in table.rows if _height(row[measures[0]]) is not None]
    missing = len(table.rows) - len(rows)
    by_time = bool(roles.times) and not as_ordered
    ordered = (
        rows
        if by_time or as_ordered
        else sorted(rows, key=lambda row: (-(_height(row[measures[0]]) or 0.0), _place(table, row, along, 1)))
    )
    shown = ordered[-MOST_CATEGORIES:] if by_time else ordered[: MOST_PARTS if parted else MOST_CATEGORIES]
    places = _distinct([_place(table, row, along, fiscal_start) for row in shown])
    return Plot(
        kind="bar",
        along=" · ".join(_label(table.columns[at]) for at in along),
        measure=_label(column),
        unit=_unit(column),
        points=tuple(
            _point(place, row[at], _series(table, row, (), at, measures), table.columns[at])
            for place, row in zip(places, shown, strict=True)
            for at in measures
        ),
        order=tuple(places),
        series=tuple(_label(table.columns[at]) for at in measures),
        note=_notes(
            f"{len(shown)} of {len(rows)} shown; the rest is in the table." if len(shown) < len(rows) else "",
            f"{missing} without a value left out." if missing else "",
            _left_out(measures, table),
        ),
    )


def _series(table: Table, row: Sequence[Cell], words: Iterable[int], at: int, measures: Sequence[int]) -> str:
    parts = [format_cell(row[word], table.columns[word]) for word in words]
    if len(measures) > 1 or not parts:
        parts.append(_label(table.columns[at]))
    return " · ".join(parts)


def _place(table: Table, row: Sequence[Cell], along: Iterable[int], fiscal_start: int) -> str:
    return " · ".join(format_cell(row[at], table.columns[at], fiscal_start=fiscal_start) for at in along)


def _distinct(places: Sequence[str]) -> list[str]:
    """Two rows may read alike (a NULL and a dash); their bars must not be stacked."""
    seen: dict[str, int] = {}
    named = []
    for place in places:
        seen[place] = seen.get(place, 0) + 1
        named.append(place if seen[place] == 1 else f"{place} ({seen[place]})")
    return named


def _largest(values: dict[str, dict[dt.date, Cell]], most: int) -> tuple[list[str], str]:
    if len(values) <= most:
        return list(values), ""
    sums = {series: sum(abs(_height(cell) or 0.0) for cell in cells.values()) for series, cells in values.items()}
    kept = sorted(sums, key=lambda series: (-sums[series], series))[:most]
    return kept, f"The {most} largest of {len(values)} shown; the rest is in the table."


def _every_moment(moments: set[dt.date], column: Column) -> list[dt.date]:
    """The moments in order, with the empty ones between them, so that a gap in the data is a gap in the line."""
    ordered = sorted(moments)
    grain = column.name.rpartition("__")[2]
    if grain not in set(Grain) or len(ordered) < 2 or isinstance(ordered[0], dt.datetime):
        return ordered
    filled = [ordered[0]]
    while filled[-1] < ordered[-1] and len(filled) < MOST_MOMENTS:
        filled.append(step(filled[-1], Grain(grain), 1))
    return filled if filled[-1] == ordered[-1] and moments <= set(filled) else ordered


def _point(along: str, cell: Cell, series: str, column: Column) -> Point:
    return Point(along=along, value=_height(cell), series=series, text=_written(cell, column) if cell is not None else EMPTY)


def _written(cell: Cell, column: Column) -> str:
    """The cell in its unit; of large money the cents, which the table beside the picture has, are left out."""
    words, height = format_cell(cell, column), _height(cell)
    large = height is not None and abs(height) >= _NO_CENTS and (column.unit in CURRENCIES or column.type == "money")
    return format_cell(rounded(Decimal(str(cell)), 0), column).removesuffix(".00") if large else words


def _height(cell: Cell) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return None
    height = float(cell)
    return height if math.isfinite(height) else None


def _label(column: Column) -> str:
    return column.label or column.name


def _unit(column: Column) -> str:
    return column.unit or {"money": "usd", "ratio": "ratio"}.get(column.type, "")


def _left_out(measures: Sequence[int], table: Table) -> str:
    numbers = [column for column in table.columns if is_number(column) and not column.name.endswith(_DIFFERENCES)]
    return f"{len(measures)} of {len(numbers)} measures drawn." if len(measures) < len(numbers) else ""


def _notes(*notes: str) -> str:
    return " ".join(note for note in notes if note)
