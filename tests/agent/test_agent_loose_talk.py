"""What people ask without naming a number, or in several steps: "how did we do", "all of them", "which of these"."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent import Understanding, Understood, understand
from anabot.semantic import parse_registry
from anabot.semantic.query import MetricQuery
from tests.agent.asking import MONDAY, SEPTEMBER, VALUES, ask, asked_back, grant, query, reading, refused
from tests.tiny import tiny_files

ORDERS: dict[str, Any] = {"metrics": ["orders_placed"], "period": SEPTEMBER}
TOP: dict[str, Any] = {**ORDERS, "group_by": ["shop_name"], "order_by": ["-orders_placed"], "limit": 3}
NORTH = {"field": "region", "op": "eq", "values": ["North"]}


@pytest.mark.parametrize("text", ["how did we do in September", "How'd we do last month?", "how is business going this month"])
def test_how_it_went_is_asked_back_with_what_is_added_up_and_what_is_counted(text: str) -> None:
    assert [label for label, _ in asked_back(text).choices] == ["Sales", "Orders"]


def test_how_something_is_going_is_asked_back_with_its_numbers() -> None:
    choices = dict(asked_back("how's ordering going in September").choices)

    assert choices["Orders"].as_json() == ORDERS
    assert len(choices) > 1


@pytest.mark.parametrize("text", ["which shop brings in the most money", "which shop makes the most money in September"])
def test_the_most_money_is_asked_back(text: str) -> None:
    asked = asked_back(text)

    assert {"Sales", "Online sales"} <= {label for label, _ in asked.choices}
    assert all(each.group_by == ("shop_name",) and each.limit == 1 for _, each in asked.choices)


@pytest.mark.parametrize(
    "text", ["show me all of them", "Could I see all of them, not only the top one?", "the full list please"]
)
def test_a_list_that_was_cut_off_is_shown_whole(text: str) -> None:
    whole = {key: value for key, value in TOP.items() if key != "limit"}

    assert query(text, thread=MetricQuery.model_validate(TOP)) == whole


@pytest.mark.parametrize("text", ["all of them", "the full list of orders in September"])
def test_nothing_that_was_cut_off_cannot_be_shown_whole(text: str) -> None:
    assert refused(text).reason == "shape"


def test_which_of_these_is_one_of_what_the_thread_shows() -> None:
    thread = {**ORDERS, "group_by": ["shop_name"], "where": [NORTH]}
    found = query("which of these shops has the most sales?", thread=MetricQuery.model_validate(thread))

    assert (found["where"], found["order_by"], found["limit"]) == ([NORTH], ["-sales"], 1)


def test_which_of_these_is_never_one_of_others_than_were_shown() -> None:
    assert refused("which of these shops has the most sales?", thread=MetricQuery.model_validate(TOP)).reason == "shape"


def test_which_of_our_shops_have_the_most_is_all_of_them_in_order() -> None:
    assert "limit" not in query("which of our shops have the most orders in September")


@pytest.mark.parametrize(
    "text", ["How many orders did we have in September? By region.", "orders in September. By region please"]
)
def test_a_sentence_that_only_says_by_what_is_of_the_one_before_it(text: str) -> None:
    assert query(text) == {**ORDERS, "group_by": ["region"], "order_by": ["-orders_placed"]}


@pytest.mark.parametrize("text", ["what did those orders come to in September", "what did orders amount to in September"])
def test_what_is_counted_comes_to_no_amount(text: str) -> None:
    assert refused(text).reason == "shape"


def test_what_money_comes_to_is_its_total() -> None:
    assert query("what did sales come to in September") == {"metrics": ["sales"], "period": SEPTEMBER}


@pytest.mark.parametrize(
    "text",
    [
        "which shops didn't have any orders in September",
        "shops that haven't had any orders in September",
        "shops nobody placed an order with in September",
    ],
)
def test_a_contraction_says_not(text: str) -> None:
    found = query(text)

    assert found["having"] == [{"field": "orders_placed", "op": "eq", "values": ["0"]}]
    assert found["every"]


@pytest.mark.parametrize("text", ["shops that didn't sell anything in September", "shops who haven't sold anything in September"])
def test_who_sold_nothing_is_told_by_the_sales(text: str) -> None:
    found = query(text)

    assert (found["metrics"], found["period"], found["every"]) == (["sales"], SEPTEMBER, True)


def at_a_bakery_with_lines(text: str) -> Understanding:
    """What is understood where lines are counted and have a highest price."""
    files = tiny_files()
    counted = "  - name: lines\n    label: Lines\n    type: simple\n    agg: count\n    expr: line_id\n"
    config = "    config: {meta: {ana: {owner: sam, draft: true, unit: count, synonyms: [line]}}}\n"
    priced = files["models/sales.yml"].replace("    label: Biggest line\n", "    label: Highest price\n")
    files["models/sales.yml"] = priced.replace("  - name: biggest_line\n", counted + config + "  - name: biggest_line\n")
    kept = parse_registry(files)
    return understand(text, registry=kept, grant=grant(of=kept), values=VALUES, team="", now=MONDAY)


@pytest.mark.parametrize("text", ["the most expensive line in September", "priciest line in September"])
def test_the_most_expensive_of_single_rows_is_read_by_their_price(text: str) -> None:
    found = at_a_bakery_with_lines(text)

    assert isinstance(found, Understood), found
    assert found.readings[0].query.as_json()["metrics"] == ["biggest_line"]


@pytest.mark.parametrize(
    "text", ["the most expensive lines", "the longest line", "the cheapest line", "the most expensive line by shop"]
)
def test_a_length_that_nobody_keeps_or_a_list_is_not_guessed(text: str) -> None:
    assert not isinstance(at_a_bakery_with_lines(text), Understood)


BY_REGION: dict[str, Any] = {**ORDERS, "group_by": ["region"]}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("Only online orders.", {"field": "channel", "op": "eq", "values": ["online"]}),
        ("only orders in the North", NORTH),
        ("without online orders", {"field": "channel", "op": "ne", "values": ["online"]}),
        ("only gold customers", {"field": "tier", "op": "eq", "values": ["gold"]}),
    ],
)
def test_only_such_orders_narrows_what_the_thread_shows(text: str, where: dict[str, Any]) -> None:
    for metric in ("orders_placed", "sales"):
        thread = {**BY_REGION, "metrics": [metric]}
        expected = {**thread, "where": [where], "order_by": [f"-{metric}"]}
        assert query(text, thread=MetricQuery.model_validate(thread)) == expected


def test_that_another_number_is_still_shown_is_said() -> None:
    thread = MetricQuery.model_validate({**BY_REGION, "metrics": ["sales"]})

    assert "This is still about Sales, of what is said alone." in reading("only online orders", thread=thread).assumptions


@pytest.mark.parametrize("text", ["only orders", "only the orders by shop last month", "online orders last month"])
def test_a_number_of_its_own_is_asked_for_anew(text: str) -> None:
    thread = MetricQuery.model_validate({**BY_REGION, "metrics": ["sales"]})

    assert query(text, thread=thread)["metrics"] == ["orders_placed"]


@pytest.mark.parametrize("text", ["only online costs", "only cake costs"])
def test_what_is_no_part_of_what_is_shown_does_not_narrow_it(text: str) -> None:
    found = ask(text, thread=MetricQuery.model_validate(BY_REGION))

    assert not isinstance(found, Understood) or found.readings[0].query.metrics == ("costs",)


@pytest.mark.parametrize("text", ["and for silver customers?", "what about for silver customers"])
def test_for_others_keeps_the_number_that_is_shown(text: str) -> None:
    gold = {"field": "tier", "op": "eq", "values": ["gold"]}
    thread: dict[str, Any] = {"metrics": ["waiting_time"], "group_by": ["channel"], "where": [gold], "period": SEPTEMBER}
    expected = {**thread, "where": [{**gold, "values": ["silver"]}], "order_by": ["-waiting_time"]}

    assert query(text, thread=MetricQuery.model_validate(thread)) == expected


def test_for_another_number_takes_it_over() -> None:
    thread = MetricQuery.model_validate({**BY_REGION, "metrics": ["sales"]})

    assert query("and for orders?", thread=thread)["metrics"] == ["orders_placed"]
