"""Lists in, Arrow columns out: money from integer cents, days and instants from integers.

Days are counted from 1970-01-01, instants are whole seconds of UTC. It never rounds and never guesses a type.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

EPOCH = dt.date(1970, 1, 1).toordinal()
DAY_SECONDS = 86_400


def day(year: int, month: int, date: int) -> int:
    """The day as a number."""
    return dt.date(year, month, date).toordinal() - EPOCH


def as_date(number: int) -> dt.date:
    """The number as a date."""
    return dt.date.fromordinal(number + EPOCH)


def instant(number: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """An instant of that day in UTC, in seconds."""
    return number * DAY_SECONDS + hour * 3600 + minute * 60 + second


def money(cents: Sequence[int | None]) -> pa.Array:
    """DECIMAL(18,2) from integer cents."""
    return decimal(cents, 2)


def decimal(units: Sequence[int | None], scale: int) -> pa.Array:
    """DECIMAL(18,scale) from integers that count the smallest unit."""
    whole = pa.array(units, pa.int64()).cast(pa.decimal128(19, 0))
    return pa.Array.from_buffers(pa.decimal128(18, scale), len(whole), whole.buffers(), whole.null_count, whole.offset)


def dates(numbers: Sequence[int | None]) -> pa.Array:
    """DATE from day numbers."""
    return pa.array(numbers, pa.int32()).cast(pa.date32())


def stamps(seconds: Sequence[int | None]) -> pa.Array:
    """TIMESTAMP (UTC, without a zone) from seconds."""
    return pa.array(seconds, pa.int64()).cast(pa.timestamp("s")).cast(pa.timestamp("us"))


def text(values: Sequence[str | None]) -> pa.Array:
    """VARCHAR."""
    return pa.array(values, pa.string())


def whole(values: Sequence[int | None]) -> pa.Array:
    """BIGINT."""
    return pa.array(values, pa.int64())


def table(columns: Mapping[str, Any]) -> pa.Table:
    """A table from named columns; plain lists of text, whole numbers and booleans are accepted as they are."""
    return pa.table({name: column if isinstance(column, pa.Array) else pa.array(column) for name, column in columns.items()})


def rounded(numerator: int, denominator: int) -> int:
    """The quotient as a whole number, halves away from zero, as ROUND does in SQL."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    top, bottom = abs(numerator), abs(denominator)
    return sign * ((2 * top + bottom) // (2 * bottom))


def dollars(cents: int) -> str:
    """Cents as the text of an exact decimal with two places."""
    return str(Decimal(cents).scaleb(-2))
