"""Give a result's cells the types that its columns promise. It never rounds money or a ratio, and never invents a value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain

from anabot.errors import WarehouseError
from anabot.types import Cell, Column, Table
from anabot.warehouses.base import Result
from anabot.warehouses.rows import Columns, Row, parts_of

_PLAIN = {type(None), bool, str, dt.date}


def typed(result: Result, columns: Sequence[Column]) -> Table:
    """The result under its columns: money and ratios are Decimal, counts int, dates without a time of day.

    Raises:
        WarehouseError: the warehouse gave other columns than were asked for.
    """
    if len(result.names) != len(columns):
        raise WarehouseError(
            "The warehouse gave other columns than were asked for.", todo="Tell the data team, with the receipt."
        )
    rows = chain.from_iterable(_rows(part, columns) for part in parts_of(result.rows, len(columns)))
    return Table(columns=tuple(columns), rows=tuple(rows), truncated=result.truncated)


def _rows(part: Columns, columns: Sequence[Column]) -> Iterator[Row]:
    cells = [_column(each, column.type) for each, column in zip(part, columns, strict=True)]
    return zip(*cells, strict=True)


def _column(cells: Sequence[Cell], kind: str) -> Sequence[Cell]:
    as_promised = _PLAIN | {Decimal if kind in ("money", "ratio") else int}
    return cells if set(map(type, cells)) <= as_promised else [_cell(cell, kind) for cell in cells]


def _cell(cell: Cell, kind: str) -> Cell:
    if cell is None or isinstance(cell, bool | str):
        return cell
    if isinstance(cell, dt.datetime):
        return cell.date() if kind == "date" else cell
    if isinstance(cell, int | float | Decimal):
        return _number(cell, kind)
    return cell


def _number(cell: int | float | Decimal, kind: str) -> Cell:
    if isinstance(cell, float):  # its last digits depend on the order of addition
        cell = Decimal(f"{cell:.15g}")
    if kind in ("money", "ratio"):
        return Decimal(cell)
    if isinstance(cell, int):
        return cell
    whole = cell == cell.to_integral_value()
    return int(cell) if whole and (kind == "integer" or cell.as_tuple().exponent == 0) else cell
