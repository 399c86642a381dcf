"""Days of the week as conditions, as two sides, and as a part of all: days that are listed count together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agent.asking import SEPTEMBER, asked_back, query, refused

DAY = "metric_time__extract_dow"
WEEKENDS, WEEKDAYS = ["6", "7"], ["1", "2", "3", "4", "5"]


def on(*days: str) -> dict[str, Any]:
    return {"field": DAY, "op": "in", "values": list(days)}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("orders on Mondays and Fridays", [on("1", "5")]),
        ("orders on Mondays, Tuesdays or Fridays", [on("1", "2", "5")]),
        ("orders on weekends and Fridays", [on("5", "6", "7")]),
        ("orders except on Mondays and Fridays", [{"not": on("1", "5")}]),
        ("orders not on weekends or Fridays", [{"not": on("5", "6", "7")}]),
        ("orders on weekdays but not on Mondays", [on(*WEEKDAYS), {"not": on("1")}]),
        ("weekday orders", [on(*WEEKDAYS)]),
        ("orders on a weekday", [on(*WEEKDAYS)]),
        ("orders on business days only", [on(*WEEKDAYS)]),
        ("weekend orders", [on(*WEEKENDS)]),
    ],
)
def test_days_of_the_week_choose_rows_together(text: str, where: list[Any]) -> None:
    assert query(text)["where"] == where


def test_a_weekday_to_group_by_stays_one() -> None:
    assert query("orders by weekday")["group_by"] == [DAY]
    assert query("which weekday has the most orders")["group_by"] == [DAY]
    assert query("orders by weekday on weekends")["where"] == [on(*WEEKENDS)]


@pytest.mark.parametrize(
    "text",
    [
        "weekend vs weekday orders last month",
        "orders on weekends vs weekdays last month",
        "orders on weekends compared to weekdays last month",
        "orders on weekends against weekdays last month",
        "compare weekend and weekday orders last month",
        "orders by weekend and weekday last month",
        "how many orders are placed on weekends vs weekdays last month",
        "are there more orders on weekends than on weekdays last month",
    ],
)
def test_weekends_and_weekdays_are_told_beside_each_other(text: str) -> None:
    found = query(text)
    made = {"op": "minus", "left": "orders_placed", "right": "orders_placed"}

    assert found["made"] == [{**made, "left_where": [on(*WEEKENDS)], "right_where": [on(*WEEKDAYS)]}]
    assert {key: value for key, value in found.items() if key != "made"} == {"metrics": ["orders_placed"], "period": SEPTEMBER}


def test_two_days_that_exclude_each_other_are_no_condition() -> None:
    assert "Mondays" in refused("orders on weekends from shops on Mondays").unknown
    assert "business days" in refused("how many business days").unknown


def test_the_share_on_some_days_is_of_all_days() -> None:
    part = {"op": "share_of", "left": "orders_placed", "right": "orders_placed"}

    assert query("what share of orders are placed on weekends")["made"] == [{**part, "left_where": [on(*WEEKENDS)]}]
    assert query("what percentage of orders were not on weekends")["made"] == [{**part, "left_where": [{"not": on(*WEEKENDS)}]}]
    assert query("share of orders by day of week")["share"] is True


def test_the_share_on_some_days_by_region_is_asked_back() -> None:
    (within, own), (total, of_total) = asked_back("percentage of sales on weekends by region").choices

    assert within == "Share of Sales on weekends, within each region"
    assert own.made[0].left_where
    assert own.where == ()
    assert total == "Sales on weekends: the part of each region in the total"
    assert of_total.share


@pytest.mark.parametrize(
    ("text", "metric", "left", "right"),
    [
        ("is North ahead of South in sales", "sales", "North", "South"),
        ("are there more orders online than by phone", "orders_placed", "online", "phone"),
        ("does Harbour have fewer orders than Market", "orders_placed", "Market", "Harbour"),
        ("were there more gold customers than silver customers", "customers_served", "gold", "silver"),
        ("is the average basket in North higher than in South", "average_basket", "North", "South"),
    ],
)
def test_whether_one_is_more_is_told_by_how_much(text: str, metric: str, left: str, right: str) -> None:
    (made,) = query(text)["made"]

    assert (made["op"], made["left"]) == ("minus", metric)
    assert [made[side][0]["values"] for side in ("left_where", "right_where")] == [[left], [right]]
