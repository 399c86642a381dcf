"""Give a result's cells the types that its columns promise. It never rounds money or a ratio, and never invents a value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from anabot.errors import WarehouseError
from anabot.types import Cell, Column, Table
from anabot.warehouses.base import Result


def typed(result: Result, columns: Sequence[Column]) -> Table:
    """The result under its columns: money and ratios are Decimal, counts int, dates without a time of day.

    Raises:
        WarehouseError: the warehouse gave other columns than were asked for.
    """
    if len(result.names) != len(columns):
        raise WarehouseError(
            "The warehouse gave other columns than were asked for.", todo="Tell the data team, with the receipt."
        )
    kinds = [column.type for column in columns]
    rows = tuple(tuple(_cell(cell, kind) for cell, kind in zip(row, kinds, strict=True)) for row in result.rows)
    return Table(columns=tuple(columns), rows=rows, truncated=result.truncated)


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
