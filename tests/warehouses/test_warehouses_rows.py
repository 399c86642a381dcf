"""Arrow columns become the same cells as value by value, whatever their type, absence, width and slicing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from anabot.warehouses.base import to_cell
from anabot.warehouses.columns import rows
from anabot.warehouses.packed import packed
from anabot.warehouses.rows import Rows

D, DAY = Decimal, dt.date(2026, 5, 1)
T = dt.datetime.combine(DAY, dt.time(10, 30, 0, 7))
FIRST, LAST = (dt.datetime.combine(day, dt.time(1)) for day in (dt.date(1, 1, 1), dt.date(9999, 12, 31)))
COLUMNS: dict[str, tuple[pa.DataType, list[Any]]] = {
    "money": (pa.decimal128(18, 2), [D("1.50"), None, D("-0.01"), D("9999999999999999.99"), D("0.00"), D("-7.00")]),
    "a sum of money": (pa.decimal128(38, 2), [D("1.50"), None, D("-0.01"), D("12.00"), D("0.00"), D("-7.00")]),
    "more than 18 digits": (
        pa.decimal128(38, 2),
        [D("123456789012345678901234567890.12"), None, D("-1.00"), D(0), D(2), D(3)],
    ),
    "a ratio": (pa.decimal128(38, 10), [D("0.3333333333"), D("-12345678.0000000001"), None, D(0), D(1), D("99999999999.5")]),
    "many places": (pa.decimal128(38, 30), [D("0.1"), None, D("-0.000000000000000000000000000001"), D(1), D(0), D(2)]),
    "whole": (pa.int64(), [1, None, -5, 1 << 62, 0, 3]),
    "huge": (pa.decimal128(38, 0), [D(10) ** 30, None, D(-5), D(0), D(1), D(2)]),
    "share": (pa.float64(), [0.1, None, float("nan"), float("inf"), float("-inf"), -2.5]),
    "text": (pa.string(), ["a", None, "", "ŷ", "a", "b"]),
    "one of few": (pa.dictionary(pa.uint8(), pa.string()), ["a", None, "b", "a", "a", "b"]),
    "yes": (pa.bool_(), [True, None, False, True, True, False]),
    "day": (pa.date32(), [DAY, None, dt.date(1, 1, 1), dt.date(9999, 12, 31), DAY, DAY]),
    "moment": (pa.timestamp("us"), [T, None, FIRST, LAST, T, T]),
    "zoned": (pa.timestamp("us", "America/New_York"), [T.replace(tzinfo=dt.UTC), None, T.replace(tzinfo=dt.UTC), *[None] * 3]),
    "seconds": (pa.timestamp("s"), [T.replace(microsecond=0), None, *[T.replace(microsecond=0)] * 4]),
    "time of day": (pa.time64("us"), [dt.time(10, 30), None, *[dt.time(1)] * 4]),
    "list": (pa.list_(pa.int64()), [[1, 2], None, [], [3], [4], [5]]),
    "nothing": (pa.null(), [None] * 6),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_becomes_the_cells_that_its_values_are(name: str) -> None:
    kind, values = COLUMNS[name]
    whole = pa.chunked_array([pa.array(values, kind), pa.array(values[::-1], kind)], kind)
    for column in (whole, whole.slice(1, 3), whole.slice(4, 5), whole.slice(0, 0), pa.chunked_array([], kind)):
        expected = [to_cell(value) for value in column.to_pylist()]

        found = [cell for (cell,) in rows(pa.table([column], names=["x"]))]

        assert found == expected
        assert [str(cell) for cell in found] == [str(cell) for cell in expected]
        assert [type(cell) for cell in found] == [type(cell) for cell in expected]


@pytest.mark.parametrize("name", COLUMNS)
def test_a_long_column_that_repeats_is_sent_smaller_and_becomes_the_same_cells(name: str) -> None:
    kind, values = COLUMNS[name]
    table = pa.table([pa.chunked_array([pa.array(values * 100, kind)] * 4, kind).slice(2, 2_300)], names=["x"])
    expected = [to_cell(value) for value in table.column(0).to_pylist()]

    found = [cell for (cell,) in rows(packed(table))]

    assert [(type(cell), str(cell)) for cell in found] == [(type(cell), str(cell)) for cell in expected]


def test_texts_that_never_repeat_are_sent_as_they_are_and_those_that_do_once() -> None:
    table = pa.table({"code": [f"c{n}" for n in range(3_000)], "region": ["north", "south", None] * 1_000})

    sent = packed(table)

    assert sent.schema.field("code").type == pa.string()
    assert sent.column("region").chunk(0).dictionary.to_pylist() == ["north", "south"]
    assert rows(sent) == rows(table)


def test_rows_are_rows_however_they_are_looked_at() -> None:
    found = rows(pa.table({"n": [1, 2, 3], "word": ["a", None, "c"]}))
    plain = ((1, "a"), (2, None), (3, "c"))

    assert (len(found), found[1], found[-1]) == (3, (2, None), (3, "c"))
    assert found[1:] == plain[1:]
    assert tuple(found) == plain
    assert found == plain
    assert found != plain[:2]
    assert (4, "d") not in found
    with pytest.raises(IndexError):
        found[3]


def test_rows_that_came_in_parts_are_the_rows_that_come_at_once() -> None:
    table = pa.table({"n": list(range(7)), "word": [None, *"abcdef"]})
    parts = [table.slice(0, 3), table.slice(3, 0), table.slice(3, 1), table.slice(4)]
    found = Rows([columns for each in parts for columns in rows(each).parts])
    plain = tuple(rows(table))

    assert len(found) == 7
    assert tuple(found) == plain
    assert found == plain
    assert [found[place] for place in range(-7, 7)] == [plain[place] for place in range(-7, 7)]
    assert found[1:6:2] == plain[1:6:2]
    assert found[::-1] == plain[::-1]
    assert len(Rows([])) == 0
    with pytest.raises(IndexError):
        found[7]
