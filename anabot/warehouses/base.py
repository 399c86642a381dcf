"""What every warehouse can do: run one read-only statement within limits, and say which state of the data it read.

Nothing is cached here, and nothing is retried that could write.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from anabot.errors import WarehouseError, WarehouseLimit, WarehouseTimeout
from anabot.types import Cell, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Rows in SELECT order. `truncated` says whether more existed than were asked for."""

    names: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    truncated: bool = False


class Warehouse(Protocol):
    """A place that answers SELECTs. Shared by all threads."""

    @property
    def dialect(self) -> str:
        """sqlglot's name of the SQL it speaks."""

    def run(self, statement: Statement, *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
        """Run one read-only statement.

        Returns at most `max_rows` rows. Decimals stay `Decimal`, times are aware UTC, NaN is None, kinds that a cell cannot
        hold are text.

        Raises:
            WarehouseTimeout: no answer within `timeout_s` seconds; the statement no longer runs.
            WarehouseLimit: the rows weigh more than `max_bytes`, or computing them needs more memory than allowed.
            WarehouseError: anything else that went wrong.
        """

    def wake(self) -> None:
        """Begin to open, beside the caller, where opening takes a while. Never raises: what is wrong is said by `run`."""

    def watermark(self) -> str:
        """A word for the data as it now stands; it changes when the data is replaced. "" where a warehouse cannot tell."""

    def close(self) -> None:
        """Give back what is held. A later `run` opens it again."""


def to_cell(value: object) -> Cell:
    """A driver's value as a cell."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if value is None or isinstance(value, str | int | dt.date):
        return value
    return str(value)


def weight(rows: Sequence[Sequence[object]]) -> int:
    """About how many bytes the rows take: what a driver that counts none is held to."""
    return sum(len(cell) if isinstance(cell, str | bytes) else 16 for row in rows for cell in row)


def timeout(timeout_s: float) -> WarehouseTimeout:
    """The error of a statement that took too long."""
    return WarehouseTimeout(
        f"The warehouse gave no answer within {timeout_s:g} seconds.",
        why="The question reads more than can be computed in that time.",
        todo="Ask for a shorter period or fewer breakdowns; ANABOT_TIMEOUT_S sets the limit.",
    )


def too_large(max_bytes: int) -> WarehouseLimit:
    """The error of a result that is too heavy."""
    return WarehouseLimit(
        f"The result is larger than {max_bytes:,} bytes.",
        todo="Ask for fewer breakdowns or a shorter period; ANABOT_MAX_BYTES sets the limit.",
    )


def without_role() -> WarehouseError:
    """The error of a statement that says not under whose role it is to run, where each must."""
    return WarehouseError("This connection runs as the asker, and nobody is named.", todo="Tell the data team.")


def too_hungry() -> WarehouseLimit:
    """The error of a statement that needs more memory than the engine has."""
    return WarehouseLimit(
        "The warehouse needs more memory for this question than it is given.",
        todo="Ask for fewer breakdowns or a shorter period.",
    )
