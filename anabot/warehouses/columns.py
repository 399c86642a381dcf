"""Cells → Arrow columns that hold them exactly, and back. It never rounds what fits into 38 digits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pyarrow as pa

from anabot.types import Cell
from anabot.warehouses.base import to_cell

_DIGITS = 38
_BIG = 1 << 63


def arrow(names: Sequence[str], cells: Sequence[tuple[Cell, ...]]) -> pa.Table:
    """Rows as a table; each column has the one kind that holds all its cells, aware times as times of UTC."""
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(names)
    return pa.table([_column(column) for column in columns], names=list(names))


def rows(table: pa.Table) -> tuple[tuple[Cell, ...], ...]:
    """A table as rows of cells."""
    columns = [[to_cell(value) for value in column.to_pylist()] for column in table.columns]
    return tuple(zip(*columns, strict=True))


def _column(cells: Sequence[Cell]) -> pa.Array:
    kinds = {type(cell) for cell in cells if cell is not None}
    if not kinds:
        return pa.nulls(len(cells))
    if kinds <= {bool}:
        return pa.array(cells, pa.bool_())
    if kinds <= {dt.date}:
        return pa.array(cells, pa.date32())
    if kinds <= {dt.date, dt.datetime}:
        return pa.array([_moment(cell) for cell in cells], pa.timestamp("us"))
    if kinds <= {int} and all(-_BIG <= cell < _BIG for cell in cells if isinstance(cell, int)):
        return pa.array(cells, pa.int64())
    if kinds <= {int, Decimal}:
        return _decimals([None if cell is None else Decimal(cell) for cell in cells])  # type: ignore[arg-type]
    if kinds <= {int, Decimal, float}:
        return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())  # type: ignore[arg-type]
    return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())


def _moment(cell: Any) -> dt.datetime | None:
    if isinstance(cell, dt.datetime):
        return cell.astimezone(dt.UTC).replace(tzinfo=None) if cell.tzinfo else cell
    return None if cell is None else dt.datetime.combine(cell, dt.time())


def _decimals(cells: Sequence[Decimal | None]) -> pa.Array:
    held = [cell for cell in cells if cell is not None]
    before = max(max(cell.adjusted() + 1, 1) for cell in held)
    if before > _DIGITS:
        return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())
    after = min(max(max(-int(cell.as_tuple().exponent), 0) for cell in held), _DIGITS - before)
    with localcontext() as context:
        context.prec = 2 * _DIGITS
        unit = Decimal(1).scaleb(-after)
        exact = [None if cell is None else cell.quantize(unit, ROUND_HALF_UP) for cell in cells]
    return pa.array(exact, pa.decimal128(_DIGITS, after))
