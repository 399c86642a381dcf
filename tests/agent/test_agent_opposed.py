"""One number of two groups: each is a side of what is made, in the order that is said, and nothing else is read as one."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent import Ambiguous
from anabot.semantic.query import MetricQuery
from tests.agent.asking import LAST_QUARTER, SEPTEMBER, ask, query, reading, refused

WEEKENDS, WEEKDAYS = ["6", "7"], ["1", "2", "3", "4", "5"]


def groups(op: str, metric: str, left: list[str], right: list[str]) -> tuple[Any, ...]:
    return op, metric, left, right


def set_against(text: str, **more: Any) -> tuple[Any, ...]:
    """What is made of which metric, and the values of both groups."""
    (made,) = query(text, **more)["made"]
    assert made["left"] == made["right"]
    sides = [made[side] for side in ("left_where", "right_where")]
    assert sides[0][0]["field"] == sides[1][0]["field"]
    return made["op"], made["left"], sides[0][0]["values"], sides[1][0]["values"]


@pytest.mark.parametrize(
    "text",
    [
        "difference in sales between North and South last month",
        "the difference between North and South in sales last month",
        "what was the difference between North and South sales last month?",
        "difference between North sales and South sales last month",
        "difference between sales in North and sales in South last month",
        "difference between sales in North and in South last month",
        "difference between the North region and the South region in sales last month",
        "sales gap between North and South last month",
        "sales in North minus South last month",
        "sales in North minus sales in South last month",
        "North sales minus South sales last month",
        "North's sales minus South's last month",
        "how much more did North sell than South last month",
        "how much more sales did we make in North than in South last month",
        "how much higher were sales in North than in South last month",
        "how far ahead is North of South in sales last month",
        "how much less did South sell than North last month",
        "by how much is South behind North in sales last month",
        "North vs South, difference in sales last month",
    ],
)
def test_a_difference_of_two_groups_is_one_number(text: str) -> None:
    assert set_against(text) == groups("minus", "sales", ["North"], ["South"])
    assert {key: value for key, value in query(text).items() if key != "made"} == {"metrics": ["sales"], "period": SEPTEMBER}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ratio of online to phone sales", groups("per", "sales", ["online"], ["phone"])),
        ("ratio of sales in North to sales in South", groups("per", "sales", ["North"], ["South"])),
        ("sales in North divided by sales in South", groups("per", "sales", ["North"], ["South"])),
        ("how many times more orders online than by phone", groups("per", "orders_placed", ["online"], ["phone"])),
        ("North sales as a percentage of South sales", groups("share_of", "sales", ["North"], ["South"])),
        ("by how many percent is North ahead of South in sales", groups("ahead_of", "sales", ["North"], ["South"])),
        ("what percent more did North sell than South", groups("ahead_of", "sales", ["North"], ["South"])),
        ("percentage difference between North and South sales", groups("ahead_of", "sales", ["North"], ["South"])),
        ("gap in sales between Harbour and Market in percent", groups("ahead_of", "sales", ["Harbour"], ["Market"])),
        (
            "by what percentage are online orders higher than phone orders",
            groups("ahead_of", "orders_placed", ["online"], ["phone"]),
        ),
        ("how many more gold customers than silver customers", groups("minus", "customers_served", ["gold"], ["silver"])),
        ("how many fewer orders did Market have than Harbour", groups("minus", "orders_placed", ["Harbour"], ["Market"])),
        ("how much more did we spend on flour than on rent", groups("minus", "cost", ["flour"], ["rent"])),
        (
            "difference in average basket between gold and silver customers",
            groups("minus", "average_basket", ["gold"], ["silver"]),
        ),
        (
            "how much higher is the average basket of gold customers than that of silver customers",
            groups("minus", "average_basket", ["gold"], ["silver"]),
        ),
        ("difference between online sales and phone sales", groups("minus", "sales", ["online"], ["phone"])),
        ("difference between phone and online sales", groups("minus", "sales", ["phone"], ["online"])),
        ("sales difference between weekends and weekdays", groups("minus", "sales", WEEKENDS, WEEKDAYS)),
        ("ratio of weekend orders to weekday orders", groups("per", "orders_placed", WEEKENDS, WEEKDAYS)),
        ("how many more orders on weekends than on weekdays", groups("minus", "orders_placed", WEEKENDS, WEEKDAYS)),
        ("difference in orders between Mondays and Fridays", groups("minus", "orders_placed", ["1"], ["5"])),
    ],
)
def test_two_groups_are_set_against_each_other_as_it_is_said(text: str, expected: tuple[Any, ...]) -> None:
    assert set_against(text) == expected


def test_what_else_is_said_holds_for_both_groups() -> None:
    assert query("difference in sales between North and South online by month last quarter") == {
        **query("online sales by month last quarter"),
        "metrics": ["sales"],
        "where": [{"field": "channel", "op": "eq", "values": ["online"]}],
        "period": LAST_QUARTER,
        "made": query("sales in North minus South")["made"],
    }


def test_rows_are_ranked_and_chosen_by_the_difference() -> None:
    name = "orders_placed__part__minus__orders_placed__part"
    ranked = query("top 3 shops by difference between online and phone orders")
    chosen = query("shops where the difference between online and phone orders is over 3")

    assert (ranked["order_by"], ranked["limit"]) == ([f"-{name}"], 3)
    assert chosen["having"] == [{"field": name, "op": "gt", "values": ["3"]}]


def test_a_word_of_several_meanings_is_asked_back_with_both_groups_in_each() -> None:
    found = ask("difference in revenue between North and South")

    assert isinstance(found, Ambiguous)
    assert {each.made[0].op for _, each in found.choices} == {"minus"}
    assert [each.made[0].left for _, each in found.choices] == ["sales", "online_sales"]


def test_a_thread_is_told_in_two_groups_and_keeps_them() -> None:
    thread = MetricQuery.model_validate(query("top 3 regions by sales last month"))

    difference = query("and the difference between North and South?", thread=thread)
    again = MetricQuery.model_validate(difference)

    assert difference == query("difference in sales between North and South last month")
    assert set_against("what about orders", thread=again) == groups("minus", "orders_placed", ["North"], ["South"])
    assert query("by month", thread=again)["made"] == difference["made"]


def test_the_answer_says_that_nobody_has_defined_it() -> None:
    said = reading("difference in sales between North and South").assumptions

    assert "Sales for North minus South is made for this question, of Sales: nobody has defined it." in said


@pytest.mark.parametrize(
    "text",
    [
        "difference in sales between North, South and Isles",
        "difference in sales between Nordland and North",
        "difference in sales between online and gold",
        "difference in sales between North and North",
        "difference between sales in North and orders in South",
        "how many more orders did North have in July than South in June",
        "difference in sales between North and sugar",
        "difference between North and South",
        "difference in margin pct between North and South in percent",
        "how much more bread than cake did we sell",
        "difference between highest and lowest sales",
    ],
)
def test_what_are_no_two_groups_of_one_number_is_refused(text: str) -> None:
    refused(text)


def test_other_differences_stay_what_they_are() -> None:
    assert query("difference in sales between June and July")["compare"] == "previous_period"
    assert query("difference between sales and cost in North")["metrics"] == ["margin"]
    assert query("orders minus online orders")["where"] == [{"field": "channel", "op": "ne", "values": ["online"]}]
    assert query("North vs South sales")["group_by"] == ["region"]
    assert query("ratio of orders to customers in North")["made"][0]["right"] == "customers_served"


def test_what_is_sold_for_is_sales_and_never_how_many() -> None:
    assert query("how much did we sell last month") == query("sales last month")
    assert "sell" in refused("how many did we sell last month").unknown
    assert "sell" in refused("how much bread did we sell").unknown
    assert query("how many items did we sell last month")["metrics"] == ["items_sold"]


def test_only_money_is_spent() -> None:
    assert query("how much did North spend last month")["metrics"] == ["cost"]
    assert "spent" in refused("how many customers spent last month").unknown
