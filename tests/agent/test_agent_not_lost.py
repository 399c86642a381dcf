"""Small words that turn an answer round: "not", "excluding the current month", "with the highest", and what was done or not."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent import NotUnderstood, Understanding, Understood, understand
from anabot.semantic import parse_registry
from anabot.semantic.values import ValueIndex
from tests.agent.asking import MONDAY, SEPTEMBER, VALUES, asked_back, grant, query, refused
from tests.tiny import tiny_files

WITHOUT_CASTLE = [{"field": "shop_name", "op": "ne", "values": ["Old Castle"]}]
NAMED = type(VALUES)(by_dimension={**VALUES.by_dimension, ("shops", "shop_name"): ("Harbour", "Old Castle")})
PLANS = type(VALUES)(by_dimension={**VALUES.by_dimension, ("customers", "tier"): ("monthly", "yearly")})


def of_delivered_orders(text: str, values: ValueIndex = VALUES) -> dict[str, Any]:
    """The query at a bakery that writes down when it delivered."""
    found = asked_of_delivered_orders(text, values)
    assert isinstance(found, Understood), found
    return found.readings[0].query.as_json()


def asked_of_delivered_orders(text: str, values: ValueIndex = VALUES) -> Understanding:
    files = tiny_files()
    ordered = "  - name: channel\n    dimension: {name: channel"
    delivered = "  - name: delivered_on\n    granularity: day\n    dimension: {name: delivered_on, type: time}\n"
    files["models/sales.yml"] = files["models/sales.yml"].replace(ordered, delivered + ordered)
    kept = parse_registry(files)
    return understand(text, registry=kept, grant=grant(of=kept), values=values, team="", now=MONDAY)


@pytest.mark.parametrize("text", ["orders in September excluding Castle", "orders in September, not Castle"])
def test_a_part_of_a_name_after_not_is_left_out(text: str) -> None:
    assert query(text, values=NAMED)["where"] == WITHOUT_CASTLE


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("how many orders in September have not been delivered", "is_null"),
        ("orders in September that are not delivered yet", "is_null"),
        ("how many orders in September were delivered", "not_null"),
    ],
)
def test_what_was_done_has_a_day_and_what_was_not_has_none(text: str, op: str) -> None:
    assert of_delivered_orders(text) == {
        "metrics": ["orders_placed"],
        "period": SEPTEMBER,
        "where": [{"field": "delivered_on__day", "op": op, "values": []}],
    }


@pytest.mark.parametrize(
    "text",
    [
        "sales by month in 2026 excluding the current month",
        "sales by month this year, not including this month",
        "sales by month this year without this month",
    ],
)
def test_the_current_month_does_not_count_where_it_is_excluded(text: str) -> None:
    assert query(text)["period"]["end"] == "2026-10-01"


def test_without_a_period_the_current_month_does_not_count_either() -> None:
    before = [{"field": "metric_time__day", "op": "lt", "values": ["2026-10-01"]}]

    assert query("items sold by month excluding the current month")["where"] == before
    assert refused("sales this month excluding the current month").reason == "period"


def test_the_one_with_the_highest_is_one() -> None:
    found = query("Return the region with the highest sales in September, along with that sales figure")

    assert (found["group_by"], found["limit"]) == (["region"], 1)
    assert "limit" not in query("regions with the highest sales in September")


def test_what_is_ranked_by_may_be_counted_under_a_condition() -> None:
    found = query("top 2 shops by number of online orders in September. Order by the number of orders descending.")

    assert found["where"] == [{"field": "channel", "op": "eq", "values": ["online"]}]
    assert (found["metrics"], found["group_by"], found["limit"]) == (["orders_placed"], ["shop_name"], 2)


def test_for_each_at_the_end_is_of_what_was_just_named() -> None:
    found = query("Return the region and the number of orders in September for each.")

    assert found["group_by"] == ["region"]


def test_a_word_of_time_beside_what_it_is_a_value_of_is_that_value() -> None:
    found = query("orders in September for the monthly tier", values=PLANS)

    assert found["where"] == [{"field": "tier", "op": "eq", "values": ["monthly"]}]
    assert "group_by" not in found


def test_whose_orders_they_are_is_said_of_none_in_particular() -> None:
    assert query("average basket of customers in September") == query("average basket in September")


def test_the_best_of_what_is_counted_itself_is_asked_back() -> None:
    assert len(asked_back("which channel works best?").choices) > 1


@pytest.mark.parametrize("text", ["orders by gold customers in September", "orders in September of customers with gold tier"])
def test_the_noun_of_a_value_after_by_is_not_counted_too(text: str) -> None:
    found = query(text)

    assert found["metrics"] == ["orders_placed"]
    assert found["where"] == [{"field": "tier", "op": "eq", "values": ["gold"]}]


def test_yearly_customers_after_by_are_those_of_that_tier() -> None:
    found = query("orders by yearly customers in September", values=PLANS)

    assert (found["metrics"], found["where"]) == (["orders_placed"], [{"field": "tier", "op": "eq", "values": ["yearly"]}])
    assert "group_by" not in found


def test_completed_orders_are_those_of_that_kind_and_completed_weeks_are_over() -> None:
    kinds = type(VALUES)(by_dimension={**VALUES.by_dimension, ("orders", "channel"): ("completed", "open")})

    assert query("completed orders in September", values=kinds)["where"] == [
        {"field": "channel", "op": "eq", "values": ["completed"]}
    ]
    assert "where" not in query("orders in the last 3 completed weeks", values=kinds)


def test_from_one_place_to_another_is_refused_of_what_has_one_place() -> None:
    assert "only one of them" in refused("orders from Harbour to Castle last month").message
    assert query("orders from Harbour and Castle last month")["where"][0]["values"] == ["Harbour", "Castle"]


def test_a_deed_with_a_day_of_its_own_is_dated_by_it() -> None:
    kinds = type(VALUES)(by_dimension={**VALUES.by_dimension, ("orders", "channel"): ("delivered", "open")})

    assert of_delivered_orders("orders delivered in September", values=kinds)["where"] == [
        {"field": "delivered_on__day", "op": "ge", "values": ["2026-09-01"]},
        {"field": "delivered_on__day", "op": "lt", "values": ["2026-10-01"]},
    ]


def test_two_values_that_are_counted_stand_apart_and_with_or_together() -> None:
    assert query("how many golds and silvers last month")["group_by"] == ["tier"]
    assert "group_by" not in query("how many golds or silvers last month")


def test_what_somebody_did_is_not_passed_over() -> None:
    assert "logged" in refused("how many customers logged in yesterday").unknown
    assert "logged" in refused("customers who logged in").unknown
    assert query("how many orders were logged last week") == query("how many orders last week")


def test_a_value_as_a_percentage_of_another_is_not_a_share_of_both() -> None:
    (made,) = query("online sales as a percentage of phone last month")["made"]

    assert (made["op"], made["left"], made["right"]) == ("share_of", "sales", "sales")
    assert [made[side][0]["values"] for side in ("left_where", "right_where")] == [["online"], ["phone"]]


def test_what_was_done_beside_a_versus_is_a_side_and_no_condition() -> None:
    found = asked_of_delivered_orders("delivered vs orders in September")

    assert isinstance(found, NotUnderstood)
    assert "delivered" in found.unknown


def test_the_number_that_a_single_thing_has_is_not_how_many_there_are() -> None:
    files = tiny_files()
    files["models/sales.yml"] = files["models/sales.yml"].replace("label: Gift orders", "label: Number of gift orders", 1)
    kept = parse_registry(files)

    def asked(text: str) -> object:
        return understand(text, registry=kept, grant=grant(of=kept), values=VALUES, team="", now=MONDAY)

    assert isinstance(asked("return the shop and the gift number"), NotUnderstood)
    assert isinstance(asked("gifts number by shop"), Understood)
