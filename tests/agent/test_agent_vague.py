"""What is asked without a measure is asked back, with the asker's own metrics, and refused where fewer than two fit."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent.understanding import Ambiguous
from tests.agent.asking import SEPTEMBER, asked_back, grant, query, refused
from tests.tiny import tiny_registry


def offered(found: Ambiguous) -> list[dict[str, Any]]:
    return [choice.as_json() for _, choice in found.choices]


@pytest.mark.parametrize("text", ["top 3 shops last month", "what were our 3 best shops last month?", "worst 3 shops last month"])
def test_the_top_without_a_measure_is_asked_back_as_whole_questions(text: str) -> None:
    found = asked_back(text)

    assert 2 <= len(found.choices) <= 3
    assert found.word.endswith("shops")
    for each in offered(found):
        (metric,) = each["metrics"]
        assert (each["group_by"], each["limit"], each["period"]) == (["shop_name"], 3, SEPTEMBER)
        assert each["order_by"][0].removeprefix("-") == metric


def test_more_of_what_is_better_low_is_the_last_thing_to_be_top_at() -> None:
    better = [tiny_registry().metrics[each["metrics"][0]].better for each in offered(asked_back("top shops last month"))]

    assert better == sorted(better, key=["higher", "", "lower"].index)


def test_money_comes_first_and_a_ratio_last_at_being_top() -> None:
    metrics = [tiny_registry().metrics[each["metrics"][0]] for each in offered(asked_back("who are our biggest shops?"))]

    assert metrics[0].unit == "usd"
    ratios = [metric.unit == "ratio" for metric in metrics]
    assert ratios == sorted(ratios)


def test_what_stands_on_the_measured_rows_themselves_is_asked_back_too() -> None:
    found = offered(asked_back("top 3 products last month"))

    assert len(found) == 3
    assert all((each["group_by"], each["limit"], each["period"]) == (["product"], 3, SEPTEMBER) for each in found)


def test_only_what_the_asker_may_see_is_offered() -> None:
    every = {each["metrics"][0] for each in offered(asked_back("top shops last month"))}

    left = {each["metrics"][0] for each in offered(asked_back("top shops last month", may=grant(*every)))}

    assert not left & every
    seen = {"orders_placed"}
    assert refused("top shops last month", may=grant(*set(tiny_registry().metrics) - seen)).reason == "no_metric"


def test_how_much_money_is_asked_back_and_never_offers_what_is_spent() -> None:
    found = offered(asked_back("how much money did we make last month"))

    assert all(tiny_registry().metrics[each["metrics"][0]].unit == "usd" for each in found)
    assert not any("cost" in each["metrics"][0] for each in found)


def test_how_busy_something_was_is_asked_back() -> None:
    found = asked_back("how busy were the shops last month")

    assert found.word == "how busy"
    assert all(each["period"] == SEPTEMBER for each in offered(found))


@pytest.mark.parametrize(
    "text",
    [
        "how old are the shops",
        "best CFO in the industry",
        "how much money did the ferry company borrow",
        "top unicorns last month",
    ],
)
def test_what_no_metric_tells_is_refused_and_not_asked_back(text: str) -> None:
    assert refused(text).unknown


def test_a_measure_that_is_named_is_not_asked_back() -> None:
    assert query("top 3 shops by orders last month")["metrics"] == ["orders_placed"]
