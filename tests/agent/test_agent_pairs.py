"""A difference, a ratio or a share of two numbers that nobody has defined, in the words that people have for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from anabot.agent import Ambiguous, Forbidden, NotUnderstood, Understood, understand
from anabot.agent.tools.bench import Bench
from anabot.agent.tools.querying import Calculated
from anabot.errors import BadQuery
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry, Term
from tests.agent.asking import MONDAY, SEPTEMBER, VALUES, ask, by_value, grant, query, reading, refused
from tests.tiny import tiny_registry

GAP = "orders_placed__minus__gift_orders"


def pair(op: str, left: str, right: str, **more: Any) -> dict[str, Any]:
    return {"metrics": [left, right], "made": [{"op": op, "left": left, "right": right}], **more}


def gap(**more: Any) -> dict[str, Any]:
    return pair("minus", "orders_placed", "gift_orders", period=SEPTEMBER, **more)


@pytest.mark.parametrize(
    "text",
    [
        "orders placed minus gift orders by shop last month",
        "orders placed less gift orders by shop last month",
        "difference between orders placed and gift orders by shop last month",
        "what was the gap between orders placed and gift orders by shop last month?",
        "orders placed, gift orders and the difference by shop last month",
    ],
)
def test_a_difference_of_two_numbers_is_made_and_both_stand_beside_it(text: str) -> None:
    assert query(text) == gap(group_by=["shop_name"], order_by=[f"-{GAP}"])


@pytest.mark.parametrize(
    "text",
    [
        "difference between orders placed and gift orders by shop last month. I want the difference between orders placed and "
        "gift orders throughout this period, not just the fleeting difference.",
        "orders placed minus gift orders by shop last month. the different in orders placed and gift orders over that range",
    ],
)
def test_a_difference_that_is_said_again_is_the_same_one(text: str) -> None:
    assert query(text) == gap(group_by=["shop_name"], order_by=[f"-{GAP}"])


def test_one_difference_in_two_periods_is_refused() -> None:
    each = "the difference between orders placed and gift orders in"

    assert refused(f"{each} March 2026 and {each} April 2026").reason == "two_periods"


def test_a_made_number_is_said_to_be_made() -> None:
    found = reading("orders placed minus gift orders last month")

    said = "Orders minus Gift orders is made for this question, of Orders and Gift orders: nobody has defined it."
    assert said in found.assumptions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("top 3 shops by difference between orders placed and gift orders last month", {"limit": 3}),
        ("which shop had the highest difference between orders placed and gift orders last month", {"limit": 1}),
        (
            "shops where the difference between orders placed and gift orders was over 3 last month",
            {"having": [{"field": GAP, "op": "gt", "values": ["3"]}]},
        ),
    ],
)
def test_a_made_number_ranks_and_sorts_out(text: str, expected: dict[str, Any]) -> None:
    assert query(text) == gap(group_by=["shop_name"], order_by=[f"-{GAP}"], **expected)


@pytest.mark.parametrize(
    ("text", "op", "left", "right"),
    [
        ("sales per item sold by region last month", "per", "sales", "items_sold"),
        ("sales divided by items sold by region last month", "per", "sales", "items_sold"),
        ("ratio of sales to items sold by region last month", "per", "sales", "items_sold"),
        ("gift orders per order by region last month", "per", "gift_orders", "orders_placed"),
        ("gift orders as a share of orders placed by region last month", "share_of", "gift_orders", "orders_placed"),
        ("gift orders as a percentage of orders placed by region last month", "share_of", "gift_orders", "orders_placed"),
        ("what share of orders placed were gift orders by region last month", "share_of", "gift_orders", "orders_placed"),
    ],
)
def test_a_ratio_of_two_numbers_is_made(text: str, op: str, left: str, right: str) -> None:
    wanted = pair(op, left, right, group_by=["region"], period=SEPTEMBER, order_by=[f"-{left}__{op}__{right}"])

    assert query(text) == wanted


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("difference between sales and cost by region last month", "margin"),
        ("sales minus cost by region last month", "margin"),
        ("cost per order placed by region last month", "cost_per_order"),
        ("online sales as a share of sales by region last month", "online_share"),
    ],
)
def test_a_number_that_is_defined_so_goes_before_one_that_is_made(text: str, metric: str) -> None:
    assert query(text) == by_value({"metrics": [metric], "group_by": ["region"], "period": SEPTEMBER})


def test_a_defined_number_that_is_hidden_is_made_of_what_may_be_seen() -> None:
    found = query("sales minus cost last month", may=grant("margin", "margin_pct"))

    assert found == pair("minus", "sales", "cost", period=SEPTEMBER)


def test_a_side_that_is_hidden_is_a_word_like_any_unknown_one() -> None:
    hidden = ask("difference between sales and cost last month", may=grant("cost", "margin", "margin_pct", "cost_per_order"))
    unknown = ask("difference between sales and quux last month")

    assert isinstance(hidden, NotUnderstood)
    assert isinstance(unknown, NotUnderstood)
    assert (hidden.reason, hidden.unknown) == ("unknown_words", ("cost",))
    assert (unknown.reason, unknown.unknown) == ("unknown_words", ("quux",))


def test_a_side_that_is_only_listed_is_forbidden() -> None:
    found = ask("difference between sales and cost", may=grant("cost", listed=("cost",)))

    assert isinstance(found, Forbidden)
    assert found.metrics == ("cost",)


@pytest.mark.parametrize(
    "text",
    [
        "difference between sales and orders placed",  # money and things
        "average basket per order",  # an average per thing
        "difference between sales and sales",
        "why did the difference between orders placed and gift orders fall last month",
        "share of orders placed minus gift orders by shop",
    ],
)
def test_what_makes_no_sense_of_two_numbers_is_refused(text: str) -> None:
    assert refused(text)


def test_a_difference_that_may_be_one_of_meaning_says_how_to_ask_for_that() -> None:
    meant = "“Difference” is read as a number; “define sales and online sales” says what they mean."

    assert meant in reading("what is the difference between sales and online sales").assumptions
    assert meant not in reading("what is the difference between sales and online sales by region").assumptions
    defined = ask("define sales and online sales")
    assert isinstance(defined, Understood)
    assert {each.ask for each in defined.readings} == {"definition"}


def test_an_average_per_thing_is_the_one_per_the_other() -> None:
    assert query("average sales per item sold last month") == pair("per", "sales", "items_sold", period=SEPTEMBER)


def test_a_value_is_still_left_out_by_minus() -> None:
    found = query("sales minus North last month")

    assert found["where"] == [{"field": "region", "op": "ne", "values": ["North"]}]
    assert "made" not in found


def test_the_thread_goes_on_with_what_was_made() -> None:
    first = reading("orders placed minus gift orders last month").query

    by_shop = reading("by shop", thread=first).query
    said = "Orders minus Gift orders is made for this question, of Orders and Gift orders: nobody has defined it."
    assert said in reading("by shop", thread=first).assumptions
    before = query("compared to the month before", thread=by_shop)

    assert by_shop.as_json() == gap(group_by=["shop_name"], order_by=[f"-{GAP}"])
    assert before == gap(group_by=["shop_name"], order_by=[f"-{GAP}"], compare="previous_period")
    why = reading(
        "why did it fall", thread=reading("orders placed minus gift orders last month compared to the month before").query
    )
    assert (why.query.metrics, why.query.made, why.ask) == (("orders_placed",), (), "why")
    assert "This is about Orders alone; ask for the others one at a time." in why.assumptions
    assert query("what about sales", thread=first) == {"metrics": ["sales"], "period": SEPTEMBER}


def test_names_that_hold_both_words_are_asked_back_beside_the_made_number() -> None:
    plain = tiny_registry()
    basket = replace(plain.metrics["average_basket"], name="net_sales_per_order", label="Net sales per order", synonyms=())
    metrics = {name: each for name, each in plain.metrics.items() if name != "average_basket"}
    online = replace(basket.inputs[0], metric="online_sales")
    other = replace(basket, inputs=(online, basket.inputs[1]))
    registry: Registry = replace(plain, metrics={**metrics, other.name: other}, version="asked-back")

    found = understand(
        "sales per order last month",
        registry=registry,
        grant=grant(of=registry),
        values=VALUES,
        team="shops",
        now=MONDAY,
    )

    assert isinstance(found, Ambiguous)
    labels = [label for label, _ in found.choices]
    queries: list[MetricQuery] = [each for _, each in found.choices]
    assert labels == ["Net sales per order", "Sales per Orders"]
    assert [each.numbers[0] for each in queries] == ["net_sales_per_order", "sales__per__orders_placed"]


def test_two_sides_with_two_readings_each_are_asked_back_with_what_is_defined_first() -> None:
    plain = tiny_registry()
    income = Term(word="income", metrics=("online_sales", "sales"))
    spending = Term(word="spending", metrics=("cost", "offline_sales"))
    registry = replace(plain, terms={"income": income, "spending": spending}, version="two-sides")

    found = understand(
        "income minus spending last month",
        registry=registry,
        grant=grant(of=registry),
        values=VALUES,
        team="",
        now=MONDAY,
    )

    assert isinstance(found, Ambiguous)
    assert [label for label, _ in found.choices] == ["Margin", "Online sales minus Cost", "Online sales minus Offline sales"]


def test_a_third_number_stands_beside_the_pair() -> None:
    found = ask("difference between orders placed and gift orders by shop, and sales", team="")

    assert isinstance(found, Understood)
    assert found.readings[0].query.metrics == ("orders_placed", "gift_orders", "sales")


BENCH = Bench(
    question="",
    registry=tiny_registry(),
    grant=grant(),
    values=lambda: VALUES,
    now=MONDAY,
    answer=lambda _: pytest.fail("nothing was asked of the door"),
    compiles=lambda _: None,
    rows=10,
)


def test_a_model_makes_a_number_only_where_no_metric_is_just_that() -> None:
    def asked(left: str, right: str) -> MetricQuery:
        computed = {"op": "minus", "left": left, "right": right}
        return Calculated.model_validate({"metrics": ["sales", "cost", "online_sales"], "made": [computed]}).query(BENCH)

    assert asked("sales", "online_sales").numbers[0] == "sales__minus__online_sales"
    with pytest.raises(BadQuery, match="`margin`"):
        asked("sales", "cost")
    with pytest.raises(BadQuery, match="names both"):
        asked("sales", "items_sold")
