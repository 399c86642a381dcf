"""The first and last dates of what a metric counts, and the days up to them: what Python finds in the bakery's rows."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.semantic import compile_query
from anabot.semantic.made import governed, known_to, said_of
from anabot.semantic.query import Made, MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant, MaskRule, PeopleRule, RowRule
from tests.semantic import oracle
from tests.semantic.conftest import Ask

EDGES: dict[str, Callable[..., Any]] = {"first": min, "last": max}
ROWS: dict[str, tuple[list[oracle.Row], Callable[[oracle.Row], bool]]] = {
    "orders_placed": (oracle.ORDERS, lambda row: True),
    "customers_served": (oracle.ORDERS, lambda row: True),
    "gift_orders": (oracle.ORDERS, lambda row: row["is_gift"]),
    "sales": (oracle.LINES, lambda row: bool(row["amount"])),
    "online_sales": (oracle.LINES, lambda row: bool(row["amount"]) and row["channel"] == "online"),
}


def edge(op: str, metric: str, **more: str) -> dict[str, str]:
    return {"op": op, "left": metric, "right": metric, **more}


def day(value: Any) -> Any:
    return value.date() if hasattr(value, "date") else value


@pytest.mark.parametrize("op", sorted(EDGES))
@pytest.mark.parametrize("metric", sorted(ROWS))
def test_the_date_of_each_group_is_that_of_the_rows_which_the_metric_grows_by(ask: Ask, metric: str, op: str) -> None:
    rows, counts = ROWS[metric]

    told = ask(metrics=[metric], group_by=["shop_name"], made=[edge(op, metric)])

    counted: dict[Any, list[Any]] = {}
    for row in filter(counts, rows):
        counted.setdefault(row["shop_name"], []).append(row["time"])
    assert {shop: day(when) for shop, when, _ in told} == {shop: EDGES[op](times) for shop, times in counted.items()}


@pytest.mark.parametrize("op", sorted(EDGES))
def test_the_days_up_to_it_are_counted_from_the_other_date_of_the_same_rows(ask: Ask, op: str) -> None:
    told = ask(metrics=["orders_placed"], group_by=["customer"], made=[edge(op, "orders_placed", since="signed_up_on")])

    expected: dict[Any, list[int]] = {}
    for row in oracle.ORDERS:
        apart = expected.setdefault(row["customer_id"], [])
        apart += [(row["time"] - row["signed_up_on"]).days] if row["signed_up_on"] else []
    assert {who: days for who, days, _ in told} == {who: EDGES[op](apart, default=None) for who, apart in expected.items()}


def test_a_period_and_a_condition_choose_the_rows_whose_date_is_told(ask: Ask) -> None:
    ((when, _),) = ask(
        metrics=["orders_placed"],
        made=[edge("last", "orders_placed")],
        where=[{"field": "channel", "values": ["online"]}],
        period={"start": "2026-01-01", "end": "2026-03-01"},
    )

    online = [
        row["time"]
        for row in oracle.ORDERS
        if row["channel"] == "online" and row["time"].isoformat()[:7] in ("2026-01", "2026-02")
    ]
    assert when == max(online)


def test_groups_are_ordered_and_cut_by_their_dates(ask: Ask) -> None:
    told = ask(metrics=["sales"], group_by=["shop_name"], made=[edge("last", "sales")], order_by=["-sales__last"], limit=2)

    whole = ask(metrics=["sales"], group_by=["shop_name"], made=[edge("last", "sales")])
    assert [row[1] for row in told] == sorted((row[1] for row in whole), reverse=True)[:2]


def test_a_row_rule_hides_the_dates_of_other_rows(ask: Ask, everything: Grant) -> None:
    north = replace(everything, rows=(RowRule(model="regions", dimension="region", values=("North",)),))

    ((when, _),) = ask(north, metrics=["orders_placed"], made=[edge("first", "orders_placed")])

    assert when == min(row["time"] for row in oracle.ORDERS if row["region"] == "North")


def test_a_date_that_may_not_be_named_is_not_told(ask: Ask, everything: Grant) -> None:
    blind = replace(everything, denied=frozenset({"orders.ordered_on"}))

    with pytest.raises(UnknownName):
        ask(blind, metrics=["orders_placed"], made=[edge("last", "orders_placed")])
    with pytest.raises(UnknownName):
        ask(
            replace(everything, denied=frozenset({"customers.signed_up_on"})),
            metrics=["orders_placed"],
            made=[edge("first", "orders_placed", since="signed_up_on")],
        )


@pytest.mark.parametrize("masked", [("orders", "ordered_on"), ("customers", "signed_up_on")])
def test_a_masked_date_is_neither_told_nor_counted_from(ask: Ask, everything: Grant, masked: tuple[str, str]) -> None:
    rule = MaskRule(model=masked[0], dimension=masked[1], form="year")

    with pytest.raises(NotAllowed, match="cannot be answered"):
        ask(
            replace(everything, masks=(rule,)),
            metrics=["orders_placed"],
            made=[edge("first", "orders_placed", since="signed_up_on")],
        )


def test_a_date_of_people_would_tell_of_single_ones(registry: Registry, everything: Grant) -> None:
    people = replace(
        everything, people=(PeopleRule(metrics=frozenset({"orders_placed"}), person="customer", k=5, by=(), together=1),)
    )
    query = MetricQuery.model_validate({"metrics": ["orders_placed"], "made": [edge("last", "orders_placed")]})

    with pytest.raises(NotAllowed, match="about people"):
        compile_query(registry, query, people)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"metrics": ["waiting_time"], "made": [edge("last", "waiting_time")]}, "has no last date"),
        ({"metrics": ["average_basket"], "made": [edge("first", "average_basket")]}, "has no first date"),
        ({"metrics": ["sales"], "made": [edge("last", "sales")], "compare": "previous_period"}, "cannot be compared"),
        ({"metrics": ["sales"], "made": [edge("last", "sales", since="channel")]}, "channel"),
        ({"metrics": ["orders_placed"], "made": [edge("last", "orders_placed", since="ordered_on")]}, "are one time"),
    ],
)
def test_what_has_no_such_date_is_refused(ask: Ask, query: dict[str, Any], message: str) -> None:
    asked = {**query, "period": {"start": "2026-01-01", "end": "2026-02-01"}} if "compare" in query else query

    with pytest.raises((BadQuery, UnknownName), match=message):
        ask(**asked)


@pytest.mark.parametrize(
    "made",
    [
        {"op": "first", "left": "sales", "right": "cost"},
        {"op": "last", "left": "sales", "right": "sales", "left_where": [{"field": "channel", "values": ["online"]}]},
        {"op": "minus", "left": "sales", "right": "cost", "since": "opened_on"},
    ],
)
def test_a_date_is_of_one_metric_and_days_lead_to_one(made: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MetricQuery.model_validate({"metrics": ["sales", "cost"], "made": [made]})


def test_it_is_said_to_be_made_and_is_no_metric_that_there_is(registry: Registry) -> None:
    made = Made.model_validate(edge("first", "orders_placed", since="signed_up_on__day"))

    assert said_of(made, registry).startswith(
        "Days from Signed up on to the first of Orders is made for this question, of Orders"
    )
    assert known_to(registry, (made,)).metrics["orders_placed__first__days"].certified is None
    assert governed(made, registry, tuple(registry.metrics)) == []


def test_a_metric_that_is_just_this_date_goes_before_it(registry: Registry) -> None:
    own = replace(registry.metrics["sales"], name="last_sale", agg="max", expr="sold_on", unit="date")
    both = replace(registry, metrics={**registry.metrics, "last_sale": own})

    assert governed(Made.model_validate(edge("last", "sales")), both, tuple(both.metrics)) == ["last_sale"]
    assert governed(Made.model_validate(edge("first", "sales")), both, tuple(both.metrics)) == []


@pytest.mark.parametrize("how", ["average", "median", "min", "max"])
def test_a_number_of_the_days_of_each_customer_is_that_which_python_finds(ask: Ask, how: str) -> None:
    ((value, customers),) = ask(
        metrics=["orders_placed"],
        made=[edge("first", "orders_placed", since="signed_up_on")],
        over={"how": how, "each": ["customer"]},
    )

    apart: dict[Any, int] = {}
    for row in (row for row in oracle.ORDERS if row["signed_up_on"]):
        days = (row["time"] - row["signed_up_on"]).days
        apart[row["customer_id"]] = min(days, apart.get(row["customer_id"], days))
    found = {"average": statistics.fmean, "median": statistics.median, "min": min, "max": max}[how](apart.values())
    assert (float(value), customers) == (pytest.approx(float(found)), len(apart))


def test_how_many_customers_ordered_within_so_many_days_is_counted_over_them(ask: Ask) -> None:
    ((count,),) = ask(
        metrics=["orders_placed"],
        made=[edge("first", "orders_placed", since="signed_up_on")],
        over={"how": "count", "each": ["customer"]},
        having=[{"field": "orders_placed__first__days", "op": "le", "values": ["0"]}],
    )

    early = {r["customer_id"] for r in oracle.ORDERS if r["signed_up_on"] and r["time"] <= r["signed_up_on"]}
    assert count == len(early)


def test_a_date_has_no_average_over_groups_and_no_other_number_beside_it(ask: Ask) -> None:
    with pytest.raises(BadQuery, match="has no average"):
        ask(metrics=["sales"], made=[edge("last", "sales")], over={"how": "average", "each": ["shop_name"]})
    with pytest.raises(ValidationError, match="stands alone"):
        ask(metrics=["sales"], made=[edge("last", "sales"), edge("first", "sales")], over={"how": "min", "each": ["shop_name"]})
