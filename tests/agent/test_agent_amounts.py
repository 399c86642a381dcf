"""Conditions on a number of the rows, as the data team declares them: of each order, and never of all of them together."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from anabot.agent import Ambiguous, NotUnderstood, Reading, Understanding, Understood, understand
from anabot.engine import Engine, Intent
from anabot.errors import NotAllowed
from anabot.semantic import parse_registry
from anabot.semantic.compiler import compile_query
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.store import Store
from anabot.types import Grant, MaskRule
from anabot.warehouses.duckdb import DuckDB
from tests.agent import asking
from tests.agent.asking import MONDAY, SEPTEMBER, VALUES
from tests.tiny import tiny_files
from tests.tiny.warehouse import build, orders


def number(name: str, kind: str, unit: str, *synonyms: str) -> dict[str, Any]:
    ana = {"unit": unit, "indexed": False, "synonyms": list(synonyms)}
    return {
        "name": name,
        "data_type": kind,
        "dimension": {"name": name, "type": "categorical"},
        "config": {"meta": {"ana": ana}},
    }


@cache
def weighed(*left_out: str) -> Registry:
    """The bakery, whose data team also declares what an order is worth, how long it took, and how much was taken off."""
    files = tiny_files()
    layer = yaml.safe_load(files["models/sales.yml"])
    orders = next(model for model in layer["models"] if model["name"] == "orders")
    numbers = [
        number("subtotal", "decimal(10,2)", "usd", "order value"),
        number("tip", "decimal(10,2)", "usd"),
        number("minutes", "integer", "minutes", "wait of an order"),
        number("discount", "double", "ratio"),
    ]
    orders["columns"] += [each for each in numbers if each["name"] not in left_out]
    return parse_registry({**files, "models/sales.yml": yaml.safe_dump(layer)})


def ask(text: str, *masks: MaskRule, thread: MetricQuery | None = None, of: Registry | None = None) -> Understanding:
    registry = of or weighed("tip")
    names = frozenset(registry.metrics)
    may = Grant(subject="somebody", audience="dm", metrics=names, listed=names, masks=masks)
    return understand(text, registry=registry, grant=may, values=VALUES, team="shops", now=MONDAY, previous=thread)


def reading(text: str, **more: Any) -> Reading:
    found = ask(text, **more)
    assert isinstance(found, Understood), found
    assert len(found.readings) == 1
    return found.readings[0]


def where(text: str) -> list[Any]:
    query = reading(text).query.as_json()
    assert not query.get("having")
    assert query["period"] == SEPTEMBER
    return list(query["where"])


def over(value: str, field: str = "subtotal", op: str = "gt") -> dict[str, Any]:
    return {"field": field, "op": op, "values": [value]}


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("orders last month with a subtotal over 100", over("100")),
        ("how many orders last month had an order value of at least $1.5k", over("1500", op="ge")),
        ("orders last month whose subtotal is under 20 dollars", over("20", op="lt")),
        ("orders last month with subtotal <= 20", over("20", op="le")),
        ("for orders with subtotal over 20, how many customers were served last month", over("20")),
        ("orders last month with a subtotal of 20 or more", over("20", op="ge")),
        ("orders last month with a subtotal of 20", over("20", op="eq")),
        ("how many orders over $100 last month", over("100")),
        ("how many orders over 100 last month", over("100")),
        ("orders worth more than 100 last month", over("100")),
        ("how many orders were placed for more than $100 last month", over("100")),
        ("how many orders over $100 did customers place last month", over("100")),
        ("orders above 100 dollars last month", over("100")),
        ("how many orders were longer than 10 minutes last month", over("10", "minutes")),
        ("orders last month with more than 10 minutes", over("10", "minutes")),
        ("orders last month with a discount over 5%", over("0.05", "discount")),
    ],
)
def test_a_number_of_the_rows_chooses_them(text: str, condition: dict[str, Any]) -> None:
    assert where(text) == [condition]


def test_a_number_between_two_is_said_in_either_order() -> None:
    between = {"field": "subtotal", "op": "between", "values": ["5000", "10000"]}

    assert where("how many orders between $5k and $10k last month") == [between]
    assert where("orders with a subtotal between 10,000 and 5,000 last month") == [between]


def test_a_number_that_is_not_so_large_is_left_out() -> None:
    assert where("orders last month whose subtotal is not over 100") == [{"not": over("100")}]


@pytest.mark.parametrize(
    "text",
    [
        "orders with a subtotal under 20 or over 100 last month",
        "orders last month whose subtotal is under 20 or subtotal is over 100",
        "how many orders under $20 or over $100 last month",
    ],
)
def test_either_of_two_numbers_will_do_where_or_is_said(text: str) -> None:
    assert where(text) == [{"any": [over("20", op="lt"), over("100")]}]
    assert "Only rows whose Subtotal is less than 20, or whose Subtotal is more than 100." in reading(text).assumptions


def test_two_numbers_hold_together_where_and_is_said() -> None:
    assert where("orders last month with a subtotal over 20 and under 100") == [over("20"), over("100", op="lt")]
    assert where("orders last month with a subtotal over 20 and more than 10 minutes") == [over("20"), over("10", "minutes")]


@pytest.mark.parametrize(
    "text",
    ["orders last month in the North or with a subtotal over 100", "orders with a subtotal over 100 or in the North last month"],
)
def test_a_number_or_something_else_is_not_taken_for_both(text: str) -> None:
    found = ask(text)

    assert isinstance(found, NotUnderstood)
    assert "or" in found.unknown


def test_a_number_of_the_rows_stands_beside_values_and_groups() -> None:
    query = reading("online orders by shop last month with a subtotal over 100").query.as_json()

    assert query["where"] == [{"field": "channel", "op": "eq", "values": ["online"]}, over("100")]
    assert query["group_by"] == ["shop_name"]


def test_the_answer_says_by_which_number_the_rows_were_chosen() -> None:
    assert "Only rows whose Subtotal is more than 1,500." in reading("how many orders over $1,500 last month").assumptions


def test_a_number_that_could_be_of_each_row_or_of_all_of_them_is_asked_back() -> None:
    found = ask("orders over 5 by shop last month", of=weighed("tip"))

    assert isinstance(found, Ambiguous)
    one, other = (query.as_json() for _, query in found.choices)
    assert [label for label, _ in found.choices] == ["each one by its subtotal", "Orders of each group in all"]
    assert one["where"] == [over("5")]
    assert other["having"] == [over("5", "orders_placed")]


def test_a_sign_says_which_of_them_is_meant() -> None:
    assert reading("orders over $5 by shop last month").query.as_json()["where"] == [over("5")]


@pytest.mark.parametrize("text", ["orders over 5 by shop last month", "how many orders over $100 last month"])
def test_two_numbers_that_fit_are_named(text: str) -> None:
    found = ask(text, of=weighed())

    assert isinstance(found, NotUnderstood)
    assert "could be about Subtotal or Tip. Say which." in found.message


def test_a_total_that_is_compared_where_rows_could_be_is_said() -> None:
    said = "“over 5” is read of each group’s Orders."

    assert said in reading("orders over 5 by shop last month", of=weighed("tip", "subtotal")).assumptions  # no time, no share


def test_rows_named_beside_another_metric_are_meant_one_by_one() -> None:
    query = reading("customers served by shop from orders over $100 last month").query.as_json()

    assert (query["metrics"], query["where"]) == (["customers_served"], [over("100")])


def test_so_many_of_a_number_that_the_rows_have_is_of_each_row() -> None:
    assert where("orders last month from orders with more than 10 minutes") == [over("10", "minutes")]


def test_a_total_of_each_group_stays_a_condition_on_the_total() -> None:
    query = reading("shops with more than 5 orders last month").query.as_json()

    assert query["having"] == [{"field": "orders_placed", "op": "gt", "values": ["5"]}]
    assert "where" not in query


@pytest.mark.parametrize(
    "text",
    [
        "how many orders over 100 euros last month",  # nothing is in euros
        "orders last month with a subtotal over 100 minutes",
        "shops with a subtotal over 100",  # of each order, or of all that the shop has?
        "orders last month with a weight over 100",
    ],
)
def test_a_number_that_nobody_declared_or_that_could_be_two_is_refused(text: str) -> None:
    assert isinstance(ask(text), NotUnderstood)


def test_a_number_takes_the_place_of_the_one_asked_before_it() -> None:
    before = reading("how many orders over $100 last month").query

    after = reading("and with a subtotal over 200", thread=before).query

    assert after.as_json()["where"] == [over("200")]


def test_a_number_that_is_only_seen_masked_chooses_no_rows() -> None:
    mask = MaskRule(model="orders", dimension="subtotal", form="null")
    names = frozenset(weighed().metrics)
    masked = Grant(subject="somebody", audience="dm", metrics=names, listed=names, masks=(mask,))
    asked = reading("orders last month with a subtotal over 100").query

    assert isinstance(ask("orders last month with a subtotal over 100", mask), NotUnderstood)
    assert compile_query(weighed(), asked, Grant(subject="s", audience="dm", metrics=names, listed=names))
    with pytest.raises(NotAllowed, match="cannot be answered"):
        compile_query(weighed(), asked, masked)


def test_whoever_may_not_use_the_number_does_not_know_it() -> None:
    text = "items sold last month with a quantity over 2"

    assert asking.query(text)["where"] == [over("2", "quantity")]
    assert isinstance(asking.ask(text, may=asking.grant(denied=("order_lines.quantity",))), NotUnderstood)


def test_a_week_that_the_rows_have_anyway_may_be_returned() -> None:
    text = (
        "How many orders in total and on weekends in each week of last month? Return the week, total orders and weekend orders."
    )
    found = asking.ask(text)

    assert isinstance(found, Understood)
    whole, part = [each.query.as_json() for each in found.readings]
    assert (whole["metrics"], whole["group_by"]) == (["orders_placed"], ["metric_time__week"])
    assert "where" not in whole
    assert part["where"] == [{"field": "metric_time__extract_dow", "op": "in", "values": ["6", "7"]}]


def test_a_third_part_beside_the_whole_is_not_taken_for_the_second() -> None:
    assert isinstance(asking.ask("orders and online orders and phone orders by week last month"), NotUnderstood | Ambiguous)


def test_the_rows_that_are_counted_are_those_of_that_number(tmp_path: Path) -> None:
    build(tmp_path / "w.duckdb")
    store, warehouse = Store(f"sqlite:///{tmp_path}/ana.db"), DuckDB(tmp_path / "w.duckdb")
    store.migrate()
    door = Engine(lambda: SimpleNamespace(registry=weighed()), {"default": warehouse}, store.audit)
    names = frozenset(weighed().metrics)
    grant = Grant(subject="somebody", audience="dm", metrics=names, listed=names)
    asked = reading("how many orders were longer than 10 minutes in 2026").query

    told = door.run(asked, grant, intent=Intent(question_id="q", actor="U1", place="dm", kind="question")).table

    placed = [row for row in orders() if row[3].year == 2026]
    slow = [row for row in placed if row[6] is not None and row[6] > 10]
    assert 0 < len(slow) < len(placed)
    assert told.rows == ((len(slow),),)
    warehouse.close()
    store.close()


def test_numbers_are_kept_exact() -> None:
    assert where("orders last month with a subtotal over 0.1") == [over("0.1")]


@pytest.mark.parametrize("text", ["just the ones with a subtotal over 20", "only those over $20"])
def test_below_a_count_the_ones_over_something_are_single_rows(text: str) -> None:
    thread = MetricQuery.model_validate({"metrics": ["orders_placed"], "period": SEPTEMBER})
    found = ask(text, thread=thread)

    assert isinstance(found, Understood), found
    assert found.readings[0].query.as_json() == {
        "metrics": ["orders_placed"],
        "period": SEPTEMBER,
        "where": [{"field": "subtotal", "op": "gt", "values": ["20"]}],
    }


def test_below_a_count_of_groups_over_something_is_of_each_group() -> None:
    thread = MetricQuery.model_validate({"metrics": ["orders_placed"], "period": SEPTEMBER, "group_by": ["shop_name"]})
    found = ask("only those over 20", thread=thread)

    assert isinstance(found, Understood), found
    assert found.readings[0].query.as_json()["having"] == [{"field": "orders_placed", "op": "gt", "values": ["20"]}]


def test_an_average_for_orders_over_something_is_of_single_orders() -> None:
    found = ask("waiting time by region for orders over $20 in September")

    assert isinstance(found, Understood), found
    assert found.readings[0].query.as_json()["where"] == [{"field": "subtotal", "op": "gt", "values": ["20"]}]
