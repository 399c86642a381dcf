"""What is said of the rows that are counted: "quotes that were lost", "created in May", "the biggest", "how much is that"."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent import Ambiguous, NotUnderstood, Understanding, Understood, understand
from anabot.agent.offline.text import root
from anabot.semantic import parse_registry
from anabot.semantic.query import MetricQuery
from tests.agent.asking import MONDAY, SEPTEMBER, VALUES, ask, grant, query, refused
from tests.tiny import tiny_files

ORDERS: dict[str, Any] = {"metrics": ["orders_placed"], "period": SEPTEMBER}
BOTH = type(VALUES)(
    by_dimension={**VALUES.by_dimension, ("orders", "channel"): ("lost", "sent"), ("customers", "tier"): ("lost", "gold")}
)
_ANA = "config: {meta: {ana: {owner: sam, draft: true, unit: usd, synonyms: [%s]}}}"
_METRIC = "  - name: %s\n    label: %s\n    type: simple\n    agg: %s\n    expr: total\n    %s\n"


def where_orders_have_totals(
    text: str, thread: dict[str, Any] | None = None, *, more: tuple[str, str] = ("", "")
) -> Understanding:
    """What is understood where each order has an amount, of which the sum, the average and the greatest are metrics."""
    files = tiny_files()
    metrics = _METRIC % ("order_total", "Order total", "sum", _ANA % "order totals")
    metrics += _METRIC % ("average_order", "Average order", "average", _ANA % "average order size")
    metrics += _METRIC % ("top_order", "Order total max", "max", _ANA % "order max")
    metrics += (_METRIC % (more[0], more[1], "sum", _ANA % more[0])).replace("expr: total", "expr: tips") if more[0] else ""
    files["models/sales.yml"] = files["models/sales.yml"].replace("  - name: gift_orders\n", metrics + "  - name: gift_orders\n")
    kept = parse_registry(files)
    previous = MetricQuery.model_validate(thread) if thread else None
    return understand(text, registry=kept, grant=grant(of=kept), values=VALUES, team="", now=MONDAY, previous=previous)


def the_query(found: Understanding) -> dict[str, Any]:
    assert isinstance(found, Understood), found
    return found.readings[0].query.as_json()


@pytest.mark.parametrize("text", ["how many orders were lost in September", "lost orders in September"])
def test_what_is_said_of_the_rows_is_a_value_of_their_own(text: str) -> None:
    assert query(text, values=BOTH) == {**ORDERS, "where": [{"field": "channel", "op": "eq", "values": ["lost"]}]}


def test_what_is_said_of_nobody_in_particular_is_asked_back() -> None:
    assert isinstance(ask("orders in September for lost", values=BOTH), Ambiguous)


def test_of_two_states_the_one_before_a_date_is_when_it_was_done() -> None:
    found = query("how many orders sent in September were lost", values=BOTH)

    assert found == {**ORDERS, "where": [{"field": "channel", "op": "eq", "values": ["lost"]}]}


@pytest.mark.parametrize("text", ["orders created in September", "number of orders by region for orders created in September"])
def test_what_was_created_is_dated_by_when_it_came(text: str) -> None:
    assert query(text)["period"] == SEPTEMBER


def test_who_was_submitted_is_not_what_they_did() -> None:
    assert refused("orders of shops submitted in September").unknown


@pytest.mark.parametrize("text", ["the biggest order in September", "largest order in September"])
def test_the_biggest_is_of_what_the_average_is_of(text: str) -> None:
    assert the_query(where_orders_have_totals(text))["metrics"] == ["top_order"]


@pytest.mark.parametrize(
    "text", ["the biggest orders in September", "the smallest order in September", "the biggest gift in September"]
)
def test_the_biggest_of_what_has_no_average_is_not_guessed(text: str) -> None:
    assert not isinstance(where_orders_have_totals(text), Understood)


@pytest.mark.parametrize(
    "text", ["how much is that in total?", "in money pls", "and in dollars?", "what did they come to?", "what is that worth"]
)
def test_what_was_counted_is_told_as_the_amount_of_the_same_rows(text: str) -> None:
    thread = {**ORDERS, "where": [{"field": "channel", "op": "eq", "values": ["online"]}]}

    assert the_query(where_orders_have_totals(text, thread)) == {**thread, "metrics": ["order_total"]}


def test_of_two_amounts_it_is_asked_back_which() -> None:
    found = where_orders_have_totals("how much is that?", ORDERS, more=("order_tips", "Order tips"))

    assert isinstance(found, Ambiguous)
    assert {label for label, _ in found.choices} == {"Order total", "Order tips"}


@pytest.mark.parametrize(
    "thread",
    [
        {"metrics": ["gift_orders"], "period": SEPTEMBER},
        {**ORDERS, "group_by": ["shop_name"], "order_by": ["-orders_placed"], "limit": 3},
        {"metrics": ["order_total"], "period": SEPTEMBER},
    ],
)
def test_other_rows_than_were_counted_are_never_added_up(thread: dict[str, Any]) -> None:
    assert isinstance(where_orders_have_totals("how much is that?", thread), NotUnderstood)


@pytest.mark.parametrize(
    "text", ["how long does waiting take in September", "how long does waiting usually take on average in September"]
)
def test_how_long_it_takes_is_the_average_time(text: str) -> None:
    assert query(text)["metrics"] == ["waiting_time"]


@pytest.mark.parametrize("text", ["how long does an order take", "how long do shops take"])
def test_how_long_what_nobody_measures_takes_is_refused(text: str) -> None:
    assert refused(text).unknown


def test_a_sum_of_hours_is_not_all_that_total_means() -> None:
    files = tiny_files()
    hours = "  - name: total_hrs\n    label: total hrs\n    type: simple\n    agg: sum\n    expr: hrs\n    "
    config = "config: {meta: {ana: {owner: sam, draft: true}}}\n"
    files["models/sales.yml"] = files["models/sales.yml"].replace(
        "  - name: gift_orders\n", hours + config + "  - name: gift_orders\n"
    )
    kept = parse_registry(files)

    found = understand("orders in total in September", registry=kept, grant=grant(of=kept), values=VALUES, team="", now=MONDAY)

    assert the_query(found) == ORDERS


def test_won_is_what_somebody_did_win() -> None:
    won = type(VALUES)(by_dimension={**VALUES.by_dimension, ("orders", "channel"): ("won", "sent")})

    assert query("how many orders did we win in September", values=won)["where"][0]["values"] == ["won"]


def at_a_bakery(text: str, *changes: tuple[str, str]) -> Understanding:
    """What is understood after some changes to the layer."""
    files = tiny_files()
    for before, after in changes:
        assert before in files["models/sales.yml"]
        files["models/sales.yml"] = files["models/sales.yml"].replace(before, after, 1)
    kept = parse_registry(files)
    return understand(text, registry=kept, grant=grant(of=kept), values=VALUES, team="", now=MONDAY)


QUANTITY = "    dimension: {name: quantity, type: categorical}\n"
TOTALLED = (
    ("synonyms: [pieces]", "synonyms: [total quantity]"),
    (QUANTITY, f"{QUANTITY}    config: {{meta: {{ana: {{indexed: false}}}}}}\n"),
)


@pytest.mark.parametrize("text", ["sales by product and quantity in September", "sales per product, quantity in September"])
def test_a_whole_number_in_a_list_of_cuts_is_cut_by_also_where_its_total_is_a_metric(text: str) -> None:
    found = the_query(at_a_bakery(text, *TOTALLED))

    assert (found["metrics"], found["group_by"]) == (["sales"], ["product", "quantity"])


def test_a_total_of_its_own_is_told_beside_the_first() -> None:
    found = the_query(at_a_bakery("sales and total quantity by product in September", *TOTALLED))

    assert found["group_by"] == ["product"]
    assert set(found["metrics"]) == {"sales", "items_sold"}


def test_what_is_compared_and_cut_is_counted_and_not_listed_one_by_one() -> None:
    column = "  - name: channel\n"
    number = "  - name: minutes\n    data_type: integer\n    dimension: {name: minutes_taken, type: categorical}\n"
    order = "  - name: code\n    dimension: {name: order, type: categorical}\n"
    counted = ("synonyms: [pieces]", "synonyms: [pieces, channel]")  # a word for both, as "shows" are listed and counted

    found = the_query(at_a_bakery("orders with minutes taken over 5 by channel", (column, f"{number}{order}{column}"), counted))
    direct = the_query(at_a_bakery("orders over 5 minutes taken by channel", (column, f"{number}{order}{column}"), counted))

    assert (found["metrics"], found["group_by"]) == (["orders_placed"], ["channel"])
    assert direct["group_by"] == ["channel"]


@pytest.mark.parametrize("text", ["customers who haven't cancelled", "how many customers cancelled"])
def test_british_and_american_spellings_are_the_same_verb(text: str) -> None:
    assert {root("cancelled"), root("canceled"), root("cancelling")} == {root("cancel")}
    assert root("installed") == root("install")
    assert refused(text).unknown
