"""Query results as a playbook's words see them: rows by column name, numbers that know their unit, text that cannot act.

Pure and read-only. A cell without a value is never shown as a hole: using it in a sentence fails, naming query and column.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from jinja2 import StrictUndefined

from anabot.periods import Period, between_days, label
from anabot.playbooks.markdown import escape
from anabot.semantic.query import Span
from anabot.semantic.units import UNSAID, format_cell
from anabot.types import Cell, Column, Table

COMPARED = ("previous", "change", "percent_change")
_COMPARED_NAME = re.compile(rf"(.+)__({'|'.join(COMPARED)})")


class Number(Decimal):
    """A number of a result, with the column it came from. Sums and differences keep it; anything else is a plain decimal."""

    column: Column

    @classmethod
    def of(cls, value: int | float | Decimal, column: Column) -> Number:
        """The number with its column. Floats are taken as they print."""
        made = cls(str(value) if isinstance(value, float) else value)
        made.column = column
        return made

    def __add__(self, other: Decimal | int) -> Number:
        return Number.of(Decimal(self) + other, self.column)

    __radd__ = __add__

    def __sub__(self, other: Decimal | int) -> Number:
        return Number.of(Decimal(self) - other, self.column)

    def __neg__(self) -> Number:
        return Number.of(-Decimal(self), self.column)

    def __abs__(self) -> Number:
        return Number.of(abs(Decimal(self)), self.column)


class Text(str):
    """Text of a result, escaped for Markdown once and for all: it may be put anywhere. It prints as words."""

    __slots__ = ()


class Missing(StrictUndefined):
    """No such variable, or one without a value. `is defined` may ask; anything else fails with the words given."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        of = self._undefined_obj
        result = of.result if isinstance(of, Row) else of
        if self._undefined_hint or not isinstance(result, Result):
            return super()._undefined_message
        if result is of and result.rows > 1 and result.has(str(self._undefined_name)):
            return f"`{result.name}` has {result.rows} rows: say which, as in `{result.name}.first.{self._undefined_name}`"
        names = ", ".join(f"`{column.name}`" for column in result.table.columns)
        return f"`{result.name}` has no column `{self._undefined_name}`; it has {names}"


View = Number | Text | Missing | bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a result: `row.region`, `row.sales`."""

    result: Result
    cells: tuple[Cell, ...]

    def __getitem__(self, name: str) -> View:
        return self.result.see(self, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The rows of one query, in order. Where it has a single row, its columns are the result's own: `total.sales`.

    `dates` and `label` say which days are meant, `previous_dates` what they are compared with. `fiscal_start` is the
    month a fiscal year begins in.
    """

    name: str
    table: Table
    metrics: tuple[str, ...]
    period: Period | None = None
    previous: Period | None = None
    fiscal_start: int = 1

    def __getitem__(self, name: str) -> View:
        if len(self.table.rows) > 1:
            raise KeyError(name)
        return Row(self, self.table.rows[0] if self.table.rows else ())[name]

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, cells) for cells in self.table.rows)

    def __len__(self) -> int:
        return len(self.table.rows)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.table.rows)

    @property
    def first(self) -> Row:
        """The first row. It has no values where there is none."""
        return Row(self, self.table.rows[0] if self.table.rows else ())

    @property
    def last(self) -> Row:
        """The last row."""
        return Row(self, self.table.rows[-1] if self.table.rows else ())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to report: no rows, or no value of any metric in them."""
        at = [self.at(name) for name in self.metrics if self.has(name)]
        return all(row[index] is None for row in self.table.rows for index in at)

    @property
    def dates(self) -> str:
        """The exact days: `28 Sep – 4 Oct 2026`."""
        return between_days(self.period) if self.period else "all dates"

    @property
    def previous_dates(self) -> str:
        """The exact days it is compared with."""
        return between_days(self.previous) if self.previous else ""

    @property
    def label(self) -> str:
        """What people call the period: `2026-W40`."""
        return label(self.period, self.fiscal_start) if self.period else "all dates"

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return any(column.name == name for column in self.table.columns)

    def at(self, name: str) -> int:
        """Where the column stands. Raises KeyError."""
        for index, column in enumerate(self.table.columns):
            if column.name == name:
                return index
        raise KeyError(name)

    def see(self, row: Row, name: str) -> View:
        """One cell as words may use it. Raises KeyError for a column that does not exist."""
        index = self.at(name)
        if not row.cells:
            return Missing(f"`{self.name}.{name}` has no value: `{self.name}` has no rows for {self.dates}")
        if self._unsaid(row.cells, index):
            return Text(UNSAID)
        return self._view(row.cells[index], self.table.columns[index])

    def keep(self, rows: Sequence[tuple[Cell, ...]]) -> Result:
        """The same result with other rows."""
        places = [(place, column) for place, cells in enumerate(rows) for column in range(len(self.table.columns))]
        left = frozenset((place, column) for place, column in places if self._unsaid(rows[place], column))
        return replace(self, table=replace(self.table, rows=tuple(rows), suppressed=left))

    def text(self, cells: tuple[Cell, ...], index: int) -> str:
        """A cell as people read it, escaped."""
        if self._unsaid(cells, index):
            return UNSAID
        return escape(format_cell(cells[index], self.table.columns[index], fiscal_start=self.fiscal_start))

    def _unsaid(self, cells: tuple[Cell, ...], index: int) -> bool:
        return any(column == index and self.table.rows[row] == cells for row, column in self.table.suppressed)

    def _view(self, cell: Cell, column: Column) -> View:
        if cell is None:
            return Missing(f"`{self.name}.{column.name}` has no value for {self.dates}")
        if isinstance(cell, bool):
            return cell
        if isinstance(cell, str):
            return Text(escape(cell))
        if isinstance(cell, dt.date):
            return Text(escape(format_cell(cell, column, fiscal_start=self.fiscal_start)))
        return Number.of(cell, column)


def span(period: Span | None) -> Period | None:
    """A query's span as a period."""
    return Period(period.start, period.end) if period else None


def compared(name: str) -> tuple[str, str] | None:
    """`(metric, "change")` for a column that a comparison has added, or None."""
    found = _COMPARED_NAME.fullmatch(name)
    return (found[1], found[2]) if found else None
