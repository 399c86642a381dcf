"""Rows of a result, over its columns: they lie there as columns, and a row is made when somebody looks at it.

Making a million tuples takes as long as making a third of their cells. It never changes a cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from anabot.types import Cell

Row = tuple[Cell, ...]


class Rows(Sequence[Row]):
    """At least one column, each as long as the others."""

    __slots__ = ("columns",)

    def __init__(self, columns: Sequence[list[Cell]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Rows: ...

    def __getitem__(self, place: int | slice) -> Row | Rows:
        if isinstance(place, slice):
            return Rows([column[place] for column in self.columns])
        return tuple(column[place] for column in self.columns)

    def __iter__(self) -> Iterator[Row]:
        return zip(*self.columns, strict=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(tuple.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]  # equal to a tuple of the same rows, which has a hash of its own

    def __repr__(self) -> str:
        return repr(tuple(self))


def columns_of(rows: Sequence[Row], width: int) -> list[Sequence[Cell]]:
    """Rows as `width` columns."""
    if isinstance(rows, Rows):
        return list(rows.columns)
    return list(zip(*rows, strict=True)) if rows else [()] * width
