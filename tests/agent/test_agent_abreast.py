"""The tables of several readings side by side."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from anabot.agent.abreast import abreast
from anabot.semantic.query import MetricQuery
from anabot.types import Cell, Column, Table
from tests.tiny import tiny_registry

WEEK = Column(name="metric_time__week", type="date", label="Week")
REGION = Column(name="region", type="text", label="Region")
WEEKENDS = {"field": "metric_time__extract_dow", "op": "in", "values": ["6", "7"]}


def told(
    metric: str, rows: list[tuple[Cell, ...]], *, by: Column | None = REGION, truncated: bool = False, **query: Any
) -> tuple[MetricQuery, Table]:
    groups = [by.name] if by else []
    asked = MetricQuery.model_validate({"metrics": [metric], "group_by": groups, **query})
    number = Column(name=metric, type="number", label=metric.replace("_", " ").capitalize())
    return asked, Table(columns=(*((by,) if by else ()), number), rows=tuple(rows), truncated=truncated)


def test_a_part_stands_beside_its_whole_and_is_none_where_it_has_no_row() -> None:
    whole = told("orders_placed", [("North", 7), ("Isles", 2)])

    table = abreast([whole, told("orders_placed", [("North", 3)], where=[WEEKENDS])], tiny_registry())

    assert table is not None
    assert table.rows == (("North", 7, 3), ("Isles", 2, 0))
    assert [column.label for column in table.columns] == ["Region", "Orders placed", "Orders placed on weekends"]
    assert len({column.name for column in table.columns}) == 3


def test_conditions_that_only_some_have_are_in_their_labels() -> None:
    online, phone, north = (
        {"field": f, "values": [v]} for f, v in (("channel", "online"), ("channel", "phone"), ("region", "North"))
    )

    table = abreast(
        [told("sales", [("North", 7)], where=[north, online]), told("sales", [("North", 3)], where=[north, phone])],
        tiny_registry(),
    )

    assert table is not None
    assert [column.label for column in table.columns] == ["Region", "Sales for online", "Sales for phone"]


def test_what_does_not_add_up_or_is_no_part_is_empty_where_it_has_no_row() -> None:
    whole = told("orders_placed", [("North", 7), ("Isles", 2)])

    other = abreast([whole, told("sales", [("North", Decimal(5))])], tiny_registry())
    rate = abreast(
        [told("margin_pct", [("North", Decimal(1)), ("Isles", Decimal(1))]), told("margin_pct", [], where=[WEEKENDS])],
        tiny_registry(),
    )

    assert other is not None
    assert other.rows == (("North", 7, Decimal(5)), ("Isles", 2, None))
    assert rate is not None
    assert rate.rows == (("North", Decimal(1), None), ("Isles", Decimal(1), None))


def test_weeks_that_only_one_of_them_has_stand_in_their_order() -> None:
    first, second, third = (dt.date(2026, 9, day) for day in (7, 14, 21))

    table = abreast(
        [told("orders_placed", [(first, 1), (third, 3)], by=WEEK), told("sales", [(second, 2)], by=WEEK)], tiny_registry()
    )

    assert table is not None
    assert [row[0] for row in table.rows] == [first, second, third]


def test_rows_that_are_other_things_or_not_all_stay_apart() -> None:
    whole = told("orders_placed", [("North", 7)])
    september = {"period": {"start": "2026-09-01", "end": "2026-10-01"}}

    for other in (
        told("orders_placed", [(dt.date(2026, 9, 7), 1)], by=WEEK),
        told("orders_placed", [("North", 7)], **september),
        told("orders_placed", [("North", 7)], limit=1),
        told("orders_placed", [("North", 7)], truncated=True),
    ):
        assert abreast([whole, other], tiny_registry()) is None
    assert abreast([whole], tiny_registry()) is None


def test_two_numbers_are_one_row() -> None:
    table = abreast([told("orders_placed", [(7,)], by=None), told("sales", [(Decimal(5),)], by=None)], tiny_registry())

    assert table is not None
    assert table.rows == ((7, Decimal(5)),)


def test_of_two_parts_of_one_count_either_has_none_where_it_has_no_row() -> None:
    online = told("orders_placed", [("North", 3)], where=[{"field": "channel", "op": "eq", "values": ["online"]}])
    phone = told("orders_placed", [("Isles", 2)], where=[{"field": "channel", "op": "eq", "values": ["phone"]}])

    table = abreast([online, phone], tiny_registry())

    assert table is not None
    assert table.rows == (("North", 3, 0), ("Isles", 0, 2))
