"""The greatest and least of single rows, of each day or month, and each month beside the one before."""

from __future__ import annotations

import pytest

from anabot.agent import Understood, understand
from anabot.agent.offline.spelling import repair
from anabot.agent.offline.text import tokens
from anabot.semantic import parse_registry
from tests.agent.asking import MONDAY, SEPTEMBER, VALUES, ask, grant, query, reading, refused
from tests.tiny import tiny_files

BIGGEST = {"metrics": ["biggest_line"], "period": SEPTEMBER}
BY_SHOP = {**BIGGEST, "group_by": ["shop_name"], "order_by": ["-biggest_line"]}


@pytest.mark.parametrize("text", ["largest line last month", "highest line in September", "what was the maximum line last month"])
def test_a_greatest_value_is_called_by_any_word_for_it(text: str) -> None:
    assert query(text) == BIGGEST


def test_a_greatest_value_of_each_is_no_ranking() -> None:
    assert query("highest line for each shop last month") == BY_SHOP


@pytest.mark.parametrize(
    ("text", "limit"),
    [("which shop had the highest line last month", 1), ("which 2 shops had the largest line last month", 2)],
)
def test_whoever_has_the_greatest_value_is_asked_for_where_one_is(text: str, limit: int) -> None:
    assert query(text) == {**BY_SHOP, "limit": limit}


def test_a_least_value_is_not_read_as_the_greatest() -> None:
    assert refused("lowest line last month").reason in ("unknown_words", "no_group", "shape")


@pytest.mark.parametrize(
    ("text", "unit", "order"),
    [
        ("highest daily sales last month", "day", "-sales"),
        ("lowest weekly sales last month", "week", "sales"),
        ("the highest monthly sales of last month", "month", "-sales"),
    ],
)
def test_the_highest_of_days_is_one_day(text: str, unit: str, order: str) -> None:
    assert query(text) == {
        "metrics": ["sales"], "group_by": [f"metric_time__{unit}"], "period": SEPTEMBER, "order_by": [order], "limit": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "sales by month for the last 6 months, month over month",
        "sales per month in the last 6 months. Also calculate the MoM change for each month.",
        "monthly sales in the last six months with mom change",
    ],
)
def test_each_month_stands_beside_the_one_before(text: str) -> None:
    assert query(text) == {
        "metrics": ["sales"],
        "group_by": ["metric_time__month"],
        "period": {"start": "2026-04-01", "end": "2026-10-01"},
        "compare": "previous_period",
    }


def test_a_month_that_is_not_over_is_no_match_for_a_whole_one() -> None:
    found = reading("sales by month since August, mom")

    assert found.query.as_json()["period"] == {"start": "2026-08-01", "end": "2026-10-01"}
    assert "The month that is not over is left out." in found.assumptions
    assert refused("orders by week this week, wow").reason == "period"


def test_the_lowest_month_is_none_that_is_not_over() -> None:
    found = reading("lowest monthly sales this year")

    assert found.query.as_json()["period"] == {"start": "2026-02-01", "end": "2026-10-01"}
    assert "The month that is not over is left out." in found.assumptions


def test_months_of_what_nobody_has_said_the_usual_days_of_are_all_there_are() -> None:
    assert "period" not in query("biggest line by month")
    assert refused("biggest line by month, month over month").reason == "period"


@pytest.mark.parametrize("text", ["which shops have made a purchase last month", "list of shops that made purchases last month"])
def test_a_purchase_is_what_the_company_calls_an_order_where_it_has_no_sales_to_count(text: str) -> None:
    found = ask(text)

    assert "orders_placed" in str(found)
    assert "is read as Orders" in str(found)


def test_a_bare_quantity_says_what_else_it_could_be() -> None:
    files = {path: text.replace("synonyms: [pieces]", "synonyms: [pieces, volume]") for path, text in tiny_files().items()}
    registry = parse_registry(files)

    def notes(text: str) -> str:
        found = understand(text, registry=registry, grant=grant(of=registry), values=VALUES, team="", now=MONDAY)
        assert isinstance(found, Understood), found
        return " ".join(found.readings[0].assumptions)

    assert "“volume” is read as Items sold; it could also be Orders" in notes("total volume last month")
    assert "could also be" not in notes("pieces last month")
    assert "could also be" not in notes("volume by product last month")


def test_a_second_superlative_is_a_slip_for_the_word_it_is_made_of() -> None:
    def read(text: str) -> str:
        said = tokens(text)
        unknown = {i for i, token in enumerate(said) if token.norm in ("closest", "newest")}
        return " ".join(token.norm for token in repair(said, unknown, {"close", "new", "price"}, [])[0])

    assert read("lowest daily closest price") == "lowest daily close price"
    assert read("closest price") == "closest price"
    assert read("newest customers") == "newest customers"


def test_a_purchase_that_nobody_makes_is_unknown() -> None:
    assert refused("purchase price by shop last month").unknown == ("purchase", "price")
