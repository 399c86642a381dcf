"""Shares of a total and running totals, in the words that people have for them."""

from __future__ import annotations

import pytest

from anabot.agent import Understood, read_as
from anabot.agent.tools.bench import Bench
from anabot.agent.tools.querying import Queried
from anabot.errors import BadQuery
from tests.agent.asking import LAST_QUARTER, MONDAY, SEPTEMBER, VALUES, ask, grant, query, reading, refused
from tests.tiny import tiny_registry

BY_REGION = {"metrics": ["sales"], "group_by": ["region"], "period": SEPTEMBER, "order_by": ["-sales"], "share": True}
NORTH = {"where": [{"field": "region", "op": "eq", "values": ["North"]}]}
BY_MONTH = {"metrics": ["orders_placed"], "group_by": ["metric_time__month"], "period": LAST_QUARTER, "running": True}
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


@pytest.mark.parametrize(
    "text",
    [
        "share of sales by region last month",
        "sales by region last month as a percent of total",
        "what percentage of sales last month came from each region",
        "percent of total sales by region last month",
        "show each region's share of sales last month",
    ],
)
def test_a_share_is_of_the_total_of_what_it_is_cut_by(text: str) -> None:
    assert query(text) == BY_REGION


@pytest.mark.parametrize(
    "text",
    [
        "what percent of sales last month came from North",
        "what share of sales goes to North last month",
        "what % of last month's sales was in the north",
        "north's share of sales last month",
    ],
)
def test_the_share_of_one_is_of_the_total_of_all(text: str) -> None:
    found = reading(text)

    assert found.query.as_json() == {**BY_REGION, **NORTH}
    assert "Shares are of the total over every region." in found.assumptions


def test_a_part_of_a_part_says_of_which_total() -> None:
    found = reading("what share of phone orders last month came from North")

    assert found.query.as_json()["group_by"] == ["region"]
    assert "Shares are of the total over every region, under the other conditions." in found.assumptions


@pytest.mark.parametrize(
    "text",
    [
        "cumulative orders by month last quarter",
        "running total of orders by month last quarter",
        "monthly running total of orders last quarter",
    ],
)
def test_a_running_total_runs_along_what_is_said(text: str) -> None:
    assert query(text) == BY_MONTH


def test_a_running_total_runs_along_a_fitting_time_where_none_is_said() -> None:
    assert query("running total of orders last quarter")["group_by"] == ["metric_time__week"]


def test_a_share_needs_something_to_share() -> None:
    assert refused("share of sales last month").reason == "no_group"


def test_what_does_not_add_up_has_no_share() -> None:
    assert "does not add up" in refused("share of customers served by region last month").message


def test_what_is_a_share_itself_has_none() -> None:
    assert query("the share of margin rate last month") == query("margin rate last month")


def test_a_share_is_not_compared() -> None:
    assert refused("share of sales by region last month vs last year").reason == "shape"


def test_a_thread_keeps_its_shares() -> None:
    found = ask("by shop", thread=reading("share of sales by region last month").query)

    assert isinstance(found, Understood)
    assert found.readings[0].query.share
    assert found.readings[0].query.group_by == ("shop_name",)


def test_a_share_is_told_in_words() -> None:
    assert "with shares of the total" in read_as.in_words(reading("share of sales by region last month").query, tiny_registry())


def test_a_model_asks_for_shares_running_totals_and_those_without_any_as_people_do() -> None:
    asked = Queried(metrics=("sales",), group_by=("region",), share=True, running=True, every=True)

    found = asked.query(BENCH)

    assert (found.share, found.running, found.every) == (True, True, True)
    with pytest.raises(BadQuery, match="need something in `group_by`"):
        Queried(metrics=("sales",), share=True).query(BENCH)
