"""A result's cells take the types that its columns promise."""

import datetime as dt
from decimal import Decimal

import pytest

from anabot.errors import WarehouseError
from anabot.types import Cell, Column
from anabot.warehouses.base import Result, to_cell
from anabot.warehouses.cells import typed


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        ("money", Decimal("12.30"), Decimal("12.30")),
        ("money", 12, Decimal(12)),
        ("money", 0.1 + 0.2, Decimal("0.3")),
        ("ratio", Decimal("0.2500000000"), Decimal("0.2500000000")),
        ("integer", Decimal(7), 7),
        ("number", Decimal("499500"), 499500),
        ("number", Decimal("4.00"), Decimal("4.00")),
        ("number", 1.5, Decimal("1.5")),
        ("date", dt.datetime(2026, 5, 1, tzinfo=dt.UTC), dt.date(2026, 5, 1)),
        ("date", dt.date(2026, 5, 1), dt.date(2026, 5, 1)),
        ("time", dt.datetime(2026, 5, 1, 4, tzinfo=dt.UTC), dt.datetime(2026, 5, 1, 4, tzinfo=dt.UTC)),
        ("text", "robotics", "robotics"),
        ("boolean", True, True),
        ("money", None, None),
    ],
)
def test_a_cell_is_what_its_column_says(kind: str, given: Cell, told: Cell) -> None:
    table = typed(Result(names=("a",), rows=((given,),)), [Column(name="a", type=kind)])

    assert table.rows == ((told,),)
    assert type(table.rows[0][0]) is type(told)


def test_other_columns_than_were_asked_for_are_an_error() -> None:
    with pytest.raises(WarehouseError, match="other columns"):
        typed(Result(names=("a", "b"), rows=()), [Column(name="a", type="text")])


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (Decimal("NaN"), None),
        (dt.datetime(2026, 5, 1, 4), dt.datetime(2026, 5, 1, 4, tzinfo=dt.UTC)),  # noqa: DTZ001 - naive, as a driver gives it
        (dt.datetime(2026, 5, 1, 4, tzinfo=dt.timezone(dt.timedelta(hours=2))), dt.datetime(2026, 5, 1, 2, tzinfo=dt.UTC)),
        (dt.timedelta(days=3), "3 days, 0:00:00"),
        ({"a": 1}, "{'a': 1}"),
    ],
)
def test_a_drivers_value_becomes_a_cell(value: object, cell: Cell) -> None:
    assert to_cell(value) == cell
