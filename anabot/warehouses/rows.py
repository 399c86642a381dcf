"""Rows of a result, over its columns: they lie there as columns, and a row is made when somebody looks at it.

Making a million tuples takes as long as making a third of their cells, and laying parts one behind the other a sixth. It never
changes a cell.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from typing import overload

from anabot.types import Cell

Row = tuple[Cell, ...]
Columns = Sequence[Sequence[Cell]]


class Rows(Sequence[Row]):
    """What came, part after part; each part has at least one column, each as long as the others."""

    __slots__ = ("_ends", "parts")

    def __init__(self, parts: Sequence[Columns]) -> None:
        self.parts = parts
        self._ends = list(accumulate(len(columns[0]) for columns in parts))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...

    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(place, slice):
            return tuple(self[each] for each in range(*place.indices(len(self))))
        place = range(len(self))[place]
        part = bisect_right(self._ends, place)
        before = self._ends[part - 1] if part else 0
        return tuple(column[place - before] for column in self.parts[part])

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(zip(*columns, strict=True) for columns in self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(tuple.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]  # equal to a tuple of the same rows, which has a hash of its own

    def __repr__(self) -> str:
        return repr(tuple(self))


def parts_of(rows: Sequence[Row], width: int) -> Sequence[Columns]:
    """Rows as parts of `width` columns each."""
    if isinstance(rows, Rows):
        return rows.parts
    return [list(zip(*rows, strict=True)) if rows else [()] * width]
