"""What is said of single rows, of distinct things and of "how they do": never answered with a number that is near it."""

from __future__ import annotations

import pytest

from anabot.agent import Understood, understand
from anabot.semantic import parse_registry
from tests.agent.asking import MONDAY, SEPTEMBER, VALUES, asked_back, grant, query, reading, refused
from tests.tiny import tiny_files

ONLINE = {"field": "channel", "op": "eq", "values": ["online"]}


def test_what_is_told_of_the_same_things_after_and_is_one_question() -> None:
    found = query("Return the number of online orders and their average basket by shop in September")

    assert found["metrics"] == ["orders_placed", "average_basket"]
    assert (found["where"], found["group_by"]) == ([ONLINE], ["shop_name"])


@pytest.mark.parametrize(
    "words", ["maximum sales amount by shop in September", "highest sales amount for each shop in September"]
)
def test_the_greatest_of_each_group_is_of_its_rows_where_that_is_a_metric(words: str) -> None:
    found = reading(words)

    assert found.query.metrics == ("biggest_line",)
    assert any("of single rows" in note for note in found.assumptions)


@pytest.mark.parametrize(
    "words",
    [
        "what is the lowest sales for each region in September?",
        "highest items sold for each shop in September",
        "what is the highest sales for each shop in September?",
    ],
)
def test_the_greatest_of_each_group_is_not_told_as_its_sum(words: str) -> None:
    assert set(refused(words).unknown) & {"lowest", "highest"}


def test_which_group_is_highest_still_ranks_sums() -> None:
    found = query("which shop had the highest sales last month")

    assert (found["metrics"], found["limit"]) == (["sales"], 1)


def test_distinct_things_that_nobody_counts_are_not_listed_instead() -> None:
    assert refused("number of distinct products by shop in September").unknown == ("distinct products",)
    assert refused("how many distinct channels, and sales by shop in September").unknown == ("distinct channels",)


def test_how_things_do_is_asked_back() -> None:
    assert len(asked_back("how are we doing with shops?").choices) > 1


def test_rows_with_something_are_those_where_it_stands() -> None:
    kept = [{"field": "channel", "op": "not_null", "values": []}]

    assert query("how many orders in September were placed with a channel") == {
        "metrics": ["orders_placed"],
        "period": SEPTEMBER,
        "where": kept,
    }
    assert query("orders in September without a channel")["where"] == [{"field": "channel", "op": "is_null", "values": []}]


@pytest.mark.parametrize(
    ("words", "metric", "value", "group"),
    [
        ("what percentage of orders were online by region in September?", "orders_placed", "online", "region"),
        ("what share of sales came from Harbour by channel last month", "sales", "Harbour", "channel"),
        ("what percent of orders last month were online for each tier", "orders_placed", "online", "tier"),
    ],
)
def test_a_share_within_each_group_is_not_told_as_one_of_the_total(words: str, metric: str, value: str, group: str) -> None:
    found = query(words)

    assert "share" not in found
    assert found["group_by"] == [group]
    assert [(each["right"], each["left_where"][0]["values"]) for each in found["made"]] == [(metric, [value])]


def test_the_share_of_two_numbers_within_each_group_is_asked_one_by_one() -> None:
    assert "within each" in refused("what percentage of orders and sales were online by region last month").message


def test_a_part_of_which_there_is_a_rate_is_that_rate() -> None:
    files = tiny_files()
    files["models/sales.yml"] = files["models/sales.yml"].replace("label: Online share", "label: Click rate")
    rated = parse_registry(files)

    found = understand(
        "what percentage of sales clicked last month, by region?",
        registry=rated,
        grant=grant(of=rated),
        values=VALUES,
        team="",
        now=MONDAY,
    )

    assert isinstance(found, Understood)
    assert found.readings[0].query.metrics == ("online_share",)
    assert not found.readings[0].query.share


def test_the_lowest_of_what_is_called_so_ranks_by_it_and_not_by_its_least_row() -> None:
    files = tiny_files()
    governed = "config: {meta: {ana: {owner: sam, scope: company, unit: minutes, draft: true}}}"
    least = f"  - {{name: wait_min, label: Wait min, description: Least., type: simple, agg: min, expr: minutes, {governed}}}\n"
    files["models/sales.yml"] = files["models/sales.yml"].replace("  - name: gift_orders\n", f"{least}  - name: gift_orders\n", 1)
    timed = parse_registry(files)
    asked = "3 shops with the lowest wait in September"

    found = understand(asked, registry=timed, grant=grant(of=timed), values=VALUES, team="", now=MONDAY)

    assert isinstance(found, Understood)
    assert found.readings[0].query.metrics == ("waiting_time",)
    assert found.readings[0].query.limit == 3


def test_those_with_the_most_are_listed_where_they_are_counted_too() -> None:
    found = query("shops with the highest sales in September")

    assert (found["metrics"], found["group_by"]) == (["sales"], ["shop_name"])
