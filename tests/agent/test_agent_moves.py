"""What grew or fell most is ranked by the change, in amount or in percent as it is said."""

from __future__ import annotations

import pytest

from anabot.agent.sentence import Sentence
from anabot.agent.understanding import Reading
from anabot.types import Column, Table
from tests.agent.asking import query, reading, refused
from tests.tiny import tiny_registry


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("region with the highest sales growth last month", "-sales__change"),
        ("highest growth in sales by region last month", "-sales__change"),
        ("highest month over month sales growth by shop last month", "-sales__change"),
        ("which region grew most in sales last month", "-sales__change"),
        ("which shop grew least in sales last month", "sales__change"),
        ("top 3 shops by sales growth last month", "-sales__change"),
        ("top 3 shops by change in sales last month", "-sales__change__size"),
        ("top 3 shops by increase in sales last month", "-sales__change"),
        ("shops sorted by sales growth last month", "-sales__change"),
        ("regions with the largest drop in sales last month", "sales__change"),
        ("which shop's sales fell the most last month", "sales__change"),
        ("which region improved most in sales last month", "-sales__change"),
        ("which region's sales got worse", None),
        ("fastest growing region by sales last month", "-sales__percent_change"),
        ("which region's sales grew fastest last month", "-sales__percent_change"),
        ("top 3 fastest growing shops by sales last month", "-sales__percent_change"),
        ("shops with the slowest growth in sales last month", "sales__percent_change"),
        ("top 3 shops by sales growth rate last month", "-sales__percent_change"),
        ("top 3 shops by sales last month and the change", "-sales"),
        ("sales growth by region last month", "-sales"),
        ("biggest change in sales by shop last month", "-sales__change__size"),
        ("smallest decrease in sales by shop last month", None),
    ],
)
def test_a_ranking_of_growth_is_by_the_change(text: str, order: str | None) -> None:
    if order is None:
        assert refused(text).reason in ("shape", "unknown_words")
        return
    found = query(text)

    assert found["order_by"] == [order]
    assert found["compare"] == "previous_period"


@pytest.mark.parametrize(
    ("text", "column", "op", "value", "order"),
    [
        ("which regions' sales grew by more than 500% last month", "percent_change", "gt", "5", "-sales__percent_change"),
        ("regions with sales growth over 10% last month", "percent_change", "gt", "0.1", "-sales__percent_change"),
        ("regions that grew sales by more than 10 percent last month", "percent_change", "gt", "0.1", "-sales__percent_change"),
        ("which regions grew by 10% or more in sales last month", "percent_change", "ge", "0.1", "-sales__percent_change"),
        ("regions where sales dropped by at least 10 % last month", "percent_change", "le", "-0.1", "sales__percent_change"),
        ("regions whose sales fell by less than 10% last month", "percent_change", "gt", "-0.1", "sales__percent_change"),
        ("regions whose sales fell by more than $5,000 last month", "change", "lt", "-5000", "sales__change"),
        ("which regions' sales improved by more than 100 last month", "change", "gt", "100", "-sales__change"),
    ],
)
def test_a_change_by_so_much_sorts_out(text: str, column: str, op: str, value: str, order: str) -> None:
    found = query(text)
    went = {"field": "sales__change", "op": "gt" if order.startswith("-") else "lt", "values": ["0"]}

    assert found["having"] == [went, {"field": f"sales__{column}", "op": op, "values": [value]}]
    assert (found["compare"], found["order_by"]) == ("previous_period", [order])


def test_a_change_either_way_by_so_much_is_above_or_below() -> None:
    found = query("which shops' sales changed by more than 20% last month")

    up, down = ({"field": "sales__percent_change", "op": op, "values": [value]} for op, value in (("gt", "0.2"), ("lt", "-0.2")))
    assert found["having"] == [{"any": [up, down]}]
    assert found["order_by"] == ["-sales__percent_change__size"]


@pytest.mark.parametrize(
    "text", ["did sales grow by more than 10% last month", "shops whose sales changed by less than 5% last month"]
)
def test_a_change_by_so_much_of_nothing_or_of_two_ways_is_refused(text: str) -> None:
    assert refused(text).reason in ("no_group", "shape")


def test_the_biggest_change_says_that_rises_and_falls_count_alike() -> None:
    assert reading("biggest change in sales by shop last month").assumptions == (
        "“Biggest change” counts rises and falls alike, by their size.",
    )


def test_what_is_called_growth_without_a_percent_says_how_it_was_read() -> None:
    (growth,) = reading("top 3 shops by sales growth last month").assumptions

    assert "“growth” is read as the change itself" in growth
    assert reading("top 3 shops by increase in sales last month").assumptions == ()


@pytest.mark.parametrize(
    ("order", "changes", "words"),
    [
        ("-sales__change", (5, -1), "rose most for North"),
        ("sales__change", (-5, 1), "fell most for North"),
        ("sales__change", (1, 5), "rose least for North"),
        ("-sales__change", (-1, -5), "fell least for North"),
    ],
)
def test_the_sentence_leads_with_what_moved_and_not_with_what_is_large(order: str, changes: tuple[int, int], words: str) -> None:
    asked = reading("sales growth by region last month")
    columns = ("region", "sales", "sales__previous", "sales__change", "sales__percent_change")
    cells = zip(("North", "South"), (100, 200), changes, strict=True)
    rows = tuple((name, value, value - by, by, 0.1) for name, value, by in cells)
    table = Table(columns=tuple(Column(name=name, type="number") for name in columns), rows=rows)
    moved = asked.query.model_copy(update={"order_by": (order,)})

    said = Sentence(reading=Reading(query=moved), table=table, registry=tiny_registry())

    assert words in said.words()


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("which shops' sales fell last month", "lt"),
        ("which region's sales grew last month", "gt"),
        ("sales by shop last month where sales dropped", "lt"),
        ("sales last month vs same month last year by shop, only those that fell", "lt"),
    ],
)
def test_what_is_asked_of_those_that_moved_lists_only_those(text: str, op: str) -> None:
    asked = reading(text)

    assert asked.query.as_json()["having"] == [{"field": "sales__change", "op": op, "values": ["0"]}]
    assert any("Only those are listed" in note for note in asked.assumptions)


def test_those_that_moved_most_come_first() -> None:
    assert query("which shops' sales fell last month")["order_by"] == ["sales__change"]
    assert query("which shops' sales grew last month")["order_by"] == ["-sales__change"]


@pytest.mark.parametrize(
    "text", ["sales by shop last month and how they grew", "did sales grow last month?", "sales growth by shop"]
)
def test_a_change_that_is_only_asked_for_leaves_nobody_out(text: str) -> None:
    assert not reading(text).query.having
