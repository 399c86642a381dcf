"""Verbs that only say again what a name or a value says: "paid with PayPal", "placed in May", "stuck in review"."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent import NotUnderstood, Understanding, Understood, understand
from anabot.semantic import parse_registry
from anabot.semantic.query import MetricQuery
from tests.agent.asking import MONDAY, SEPTEMBER, VALUES, grant, query, reading, refused
from tests.agent.test_agent_not_lost import asked_of_delivered_orders, of_delivered_orders
from tests.tiny import tiny_files

ORDERS: dict[str, Any] = {"metrics": ["orders_placed"], "period": SEPTEMBER}
STATUSES = type(VALUES)(by_dimension={**VALUES.by_dimension, ("orders", "channel"): ("placed", "packed", "submitted")})
BY_CHANNEL: dict[str, Any] = {**ORDERS, "group_by": ["channel"]}


def at_a_bakery_that_is_paid(text: str) -> Understanding:
    """What is understood where the channel is called a payment."""
    files = tiny_files()
    files["models/sales.yml"] = files["models/sales.yml"].replace("synonyms: [channels, sales channel]", "synonyms: [payment]")
    kept = parse_registry(files)
    return understand(text, registry=kept, grant=grant(of=kept), values=VALUES, team="", now=MONDAY)


@pytest.mark.parametrize(
    "text", ["orders paid through the phone in September", "how many orders were paid via phone in September"]
)
def test_the_verb_of_what_a_value_is_one_of_says_nothing_more(text: str) -> None:
    found = at_a_bakery_that_is_paid(text)

    assert isinstance(found, Understood), found
    assert found.readings[0].query.as_json() == {**ORDERS, "where": [{"field": "channel", "op": "eq", "values": ["phone"]}]}


@pytest.mark.parametrize(
    "text",
    [
        "orders complained about by phone in September",
        "orders paid by the phone company in September",
        "orders not paid by phone in September",
        "orders paid in September by gold customers who phone",
        "paid phone orders in September",
    ],
)
def test_another_verb_or_a_not_stays_in_the_question(text: str) -> None:
    assert isinstance(at_a_bakery_that_is_paid(text), NotUnderstood)


@pytest.mark.parametrize("text", ["how many orders were placed in September", "orders placed between 1 and 30 September"])
def test_what_was_placed_then_counts_whatever_has_become_of_it(text: str) -> None:
    assert query(text, values=STATUSES) == ORDERS


def test_that_a_beginning_is_no_condition_is_said() -> None:
    found = reading("orders submitted in September", values=STATUSES)

    assert found.query.as_json() == ORDERS
    assert "“submitted” is read as when that was done, and not as what has become of it since." in found.assumptions


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("placed orders in September", "placed"),
        ("orders in September that are still placed", "placed"),
        ("orders packed in September", "packed"),
        ("orders stuck in packed in September", "packed"),
        ("orders in September sitting in packed", "packed"),
    ],
)
def test_what_is_so_is_a_condition(text: str, status: str) -> None:
    assert query(text, values=STATUSES) == {**ORDERS, "where": [{"field": "channel", "op": "eq", "values": [status]}]}


@pytest.mark.parametrize("text", ["orders stuck in September", "orders sitting in September", "orders waiting in the North"])
def test_what_is_stuck_in_nothing_known_is_refused_or_in_a_place(text: str) -> None:
    if "North" in text:
        assert query(text)["where"] == [{"field": "region", "op": "eq", "values": ["North"]}]
    else:
        assert refused(text).unknown


@pytest.mark.parametrize("text", ["undelivered orders in September", "how many orders in September are undelivered"])
def test_what_is_undone_has_no_day(text: str) -> None:
    where = [{"field": "delivered_on__day", "op": "is_null", "values": []}]

    assert of_delivered_orders(text) == {**ORDERS, "where": where}


@pytest.mark.parametrize("text", ["unpaid orders in September", "open orders in September", "how many open orders do we have"])
def test_what_has_no_day_of_its_own_is_refused(text: str) -> None:
    assert isinstance(asked_of_delivered_orders(text), NotUnderstood)


@pytest.mark.parametrize("text", ["open orders in September", "how many orders in September are still open"])
def test_what_is_open_was_not_closed(text: str) -> None:
    files = tiny_files()
    ordered = "  - name: channel\n    dimension: {name: channel"
    closed = "  - name: closed_on\n    granularity: day\n    dimension: {name: closed_on, type: time}\n"
    files["models/sales.yml"] = files["models/sales.yml"].replace(ordered, closed + ordered)
    kept = parse_registry(files)
    found = understand(text, registry=kept, grant=grant(of=kept), values=VALUES, team="", now=MONDAY)

    assert isinstance(found, Understood), found
    assert found.readings[0].query.as_json() == {**ORDERS, "where": [{"field": "closed_on__day", "op": "is_null", "values": []}]}


def test_shops_that_nobody_did_anything_with_are_those_without_any() -> None:
    found = query("which shops did nobody order from in September")

    assert found["having"] == [{"field": "orders_placed", "op": "eq", "values": ["0"]}]
    assert found["every"]


@pytest.mark.parametrize("text", ["nobody", "how many orders did nobody like in September"])
def test_nobody_before_anything_else_is_refused(text: str) -> None:
    assert refused(text).unknown


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("Can you break this down by shop as well?", {"group_by": ["channel", "shop_name"]}),
        ("split that by region", {"group_by": ["region"]}),
        ("Same, but for the North", {"where": [{"field": "region", "op": "eq", "values": ["North"]}]}),
    ],
)
def test_a_thread_is_broken_down_and_repeated_in_many_words(text: str, change: dict[str, Any]) -> None:
    expected = {**BY_CHANNEL, **change, "order_by": ["-orders_placed"]}

    assert query(text, thread=MetricQuery.model_validate(BY_CHANNEL)) == expected


@pytest.mark.parametrize("state", ["pulled", "taken", "raked", "gone"])
def test_a_state_before_a_month_is_no_verb_with_in(state: str) -> None:
    values = type(VALUES)(by_dimension={**VALUES.by_dimension, ("orders", "channel"): (state, "sent")})

    assert query(f"orders {state} in September", values=values)["where"][0]["values"] == [state]


def test_what_leads_to_something_has_no_level_of_that_name() -> None:
    values = type(VALUES)(by_dimension={**VALUES.by_dimension, ("customers", "tier"): ("lead", "gold")})

    assert "where" not in query("which shop leads to the most orders in September", values=values)
