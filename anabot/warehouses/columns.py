"""Cells → Arrow columns that hold them exactly, and back. It never rounds what fits into 38 digits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from anabot.resting import undisturbed
from anabot.types import Cell
from anabot.warehouses.base import to_cell
from anabot.warehouses.packed import listed, short
from anabot.warehouses.rows import Columns, Rows

_DIGITS = 38
_BIG = 1 << 63
_FIRST = dt.date(1970, 1, 1).toordinal()
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def arrow(names: Sequence[str], cells: Sequence[tuple[Cell, ...]]) -> pa.Table:
    """Rows as a table; each column has the one kind that holds all its cells, aware times as times of UTC."""
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(names)
    return pa.table([_column(column) for column in columns], names=list(names))


def rows(table: pa.Table) -> Rows:
    """A table as rows of cells. Column by column: that is many times faster than row by row."""
    with undisturbed():
        return Rows([[_cells(column) for column in table.columns]])


class Gathered:
    """A result that comes in parts, each an Arrow stream of its own: made into cells while the next one is on its way."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self._parts: list[Columns] = []

    def add(self, part: bytes) -> None:
        """The next part. The first and only one of a small result costs nothing more."""
        table = pa.ipc.open_stream(part).read_all()
        self.names = tuple(table.column_names)
        self._parts += rows(table).parts

    @property
    def rows(self) -> Rows:
        """All that has come."""
        return Rows(self._parts)


def _cells(column: pa.ChunkedArray) -> list[Cell]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _looked_up(column.combine_chunks())
    if pa.types.is_string(kind) or pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        coded = listed(column)
        if coded is not None:
            return _looked_up(coded)
    if pa.types.is_int64(kind):
        return [whole for chunk in _wholes(column) for whole in chunk]
    if pa.types.is_floating(kind):
        return _plain(pc.if_else(pc.is_finite(column), column, None))
    if pa.types.is_decimal128(kind) or pa.types.is_decimal64(kind):
        return _exact(column)
    if pa.types.is_timestamp(kind):
        return _moments(column)
    if kind == pa.date32():
        return _days(column)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_string(kind):
        return _plain(column)
    return [to_cell(value) for value in column.to_pylist()]


def _plain(column: pa.ChunkedArray | pa.Array) -> list[Cell]:
    found: list[Cell] = column.to_pylist()
    return found


def _exact(column: pa.ChunkedArray) -> list[Cell]:
    """Decimals as whole numbers of their last place: those that 18 digits hold, as nearly all do, are read in one go."""
    narrow = column if pa.types.is_decimal64(column.type) else short(column)
    if narrow is None:  # pyarrow's own way takes three times as long as by their texts
        return [None if text is None else Decimal(text) for text in column.cast(pa.string()).to_pylist()]
    unit = Decimal(1).scaleb(-column.type.scale)
    if not narrow.null_count:
        return [unit * whole for chunk in _wholes(narrow) for whole in chunk]  # type: ignore[operator]  # nothing is None
    return [None if whole is None else unit * whole for chunk in _wholes(narrow) for whole in chunk]


def _wholes(column: pa.ChunkedArray) -> Iterator[Iterable[int | None]]:
    """A column of 64 bits a cell, as whole numbers, chunk by chunk."""
    for chunk in column.chunks:
        values = memoryview(chunk.buffers()[1]).cast("q")[chunk.offset : chunk.offset + len(chunk)]
        yield values if not chunk.null_count else _held(values, chunk.is_valid().to_pylist())


def _held(values: Iterable[int], there: list[bool]) -> Iterator[int | None]:
    return (value if held else None for value, held in zip(values, there, strict=True))


def _looked_up(coded: pa.DictionaryArray) -> list[Cell]:
    """Each value is made once, however often it stands in the column."""
    given = coded.dictionary
    made = [*_cells(pa.chunked_array([given])), None]
    places = coded.indices.cast(pa.int32()).fill_null(len(given))
    at = memoryview(places.buffers()[1]).cast("i")[places.offset : places.offset + len(places)]
    return [made[place] for place in at]


def _days(column: pa.ChunkedArray) -> list[Cell]:
    return [None if each is None else dt.date.fromordinal(_FIRST + each) for each in column.cast(pa.int32()).to_pylist()]


def _moments(column: pa.ChunkedArray) -> list[Cell]:
    micro = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
    return [None if each is None else _EPOCH + dt.timedelta(0, 0, each) for each in micro.to_pylist()]


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
