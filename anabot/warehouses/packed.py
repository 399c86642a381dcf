"""Lay a large result closer, on both sides of the pipe: what repeats stands once, decimals are as short as they are.

It never changes a value; what does not get smaller stays as it is.
"""

from __future__ import annotations

import pyarrow as pa

DIGITS = 18  # that one machine word holds
_FEW, _LOOKED_AT = 1_000, 2_048
_REPEATING = frozenset({pa.string(), pa.date32(), pa.int64()})


def packed(table: pa.Table) -> pa.Table:
    """The same rows: what repeats as places in a list of it, other decimals in 64 bits."""
    if table.num_rows < _FEW:
        return table
    return pa.table([_smaller(column) for column in table.columns], names=table.column_names)


def listed(column: pa.ChunkedArray) -> pa.DictionaryArray | None:
    """The column as places in a list of its values, or None where its first rows repeat too little for that."""
    kind, start = column.type, column.slice(0, _LOOKED_AT)
    if not (kind in _REPEATING or pa.types.is_timestamp(kind) or pa.types.is_decimal128(kind)):
        return None
    if not len(start) or 2 * len(start.unique()) > len(start):
        return None
    return column.combine_chunks().dictionary_encode()


def short(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Decimals in 64 bits, as whole numbers of their last place; None where one of them does not fit."""
    kind = column.type
    if kind.scale > DIGITS:
        return None
    try:
        return column.cast(pa.decimal64(min(kind.precision, DIGITS), kind.scale))
    except pa.ArrowInvalid:
        return None


def _smaller(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    found = listed(column)
    if found is None and pa.types.is_decimal128(column.type):
        found = short(column)
    return column if found is None else found
