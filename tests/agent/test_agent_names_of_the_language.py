"""Names that are written like language: a "day", an "account", one with a comma. Each is read as what its place says."""

from __future__ import annotations

import re
from functools import cache

import pytest

from anabot.agent import Understood, understand
from anabot.semantic import parse_registry
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.values import ValueIndex
from tests.agent.asking import MONDAY, SEPTEMBER, VALUES, asked_back, grant, query
from tests.tiny import tiny_files

CALLED = {"ordered_on": "day", "tier": "account", "label: Orders": 'label: "Orders, all days"'}
GOLD = [{"field": "account", "op": "eq", "values": ["gold"]}]


@cache
def company() -> Registry:
    """The bakery, where orders have their `day` and customers an `account`."""
    files = {path: text for path, text in tiny_files().items() if path != "access.yml"}
    return parse_registry({path: re.sub("|".join(CALLED), lambda found: CALLED[found[0]], text) for path, text in files.items()})


def meant(text: str) -> MetricQuery:
    held = {(model, CALLED.get(name, name)): values for (model, name), values in VALUES.by_dimension.items()}
    registry, values = company(), ValueIndex(by_dimension=held)
    found = understand(text, registry=registry, grant=grant(of=registry), values=values, team="shops", now=MONDAY)
    assert isinstance(found, Understood), found
    assert len(found.readings) == 1
    return found.readings[0].query


@pytest.mark.parametrize("said", ["by day", "per day", "each day", "day by day", "daily"])
def test_by_day_is_by_the_days_of_the_metric_where_its_own_time_is_called_so(said: str) -> None:
    asked = meant(f"sales {said} in September")

    assert asked.as_json() == {"metrics": ["sales"], "group_by": ["metric_time__day"], "period": SEPTEMBER}


def test_a_running_total_by_day_runs_along_its_days_alone() -> None:
    asked = meant("cumulative sales by day in September")

    assert asked.group_by == ("metric_time__day",)
    assert asked.running


def test_a_name_in_a_list_of_cuts_is_no_verb() -> None:
    asked = meant("sales by region and account for counter in September")

    assert asked.group_by == ("region", "account")


def test_a_verb_stays_one_after_its_subject() -> None:
    assert meant("how much did gold customers account for in September sales").as_json()["where"] == GOLD


@pytest.mark.parametrize("said", ["Orders, all days by region", "by region: orders, all days", "orders, all days, by region"])
def test_a_name_with_a_comma_is_understood_as_it_is_shown(said: str) -> None:
    asked = meant(f"{said} in September")

    assert (asked.metrics, asked.group_by) == (("orders_placed",), ("region",))


@pytest.mark.parametrize("said", ["vs the same period last year", "compared to last year", "against the previous period"])
def test_a_value_before_another_time_stands_against_nothing(said: str) -> None:
    asked = query(f"sales in September for North and South {said}")

    assert "group_by" not in asked
    assert asked["where"] == [{"field": "region", "op": "in", "values": ["North", "South"]}]
    assert asked["compare"]


@pytest.mark.parametrize("said", ["the previous period", "prior period", "the period before", "the last period"])
def test_the_period_before_is_the_one_before(said: str) -> None:
    assert query(f"sales in September vs {said}") == {"metrics": ["sales"], "period": SEPTEMBER, "compare": "previous_period"}


WITH_WEB = ValueIndex(by_dimension={**VALUES.by_dimension, ("order_lines", "product"): ("bread", "cake", "web")})


@pytest.mark.parametrize(
    ("said", "op"), [("without web and bread", "not_in"), ("for bread or web", "in"), ("only web, bread", "in")]
)
def test_the_values_of_a_list_are_of_one_kind_where_one_holds_them_all(said: str, op: str) -> None:
    asked = query(f"sales by channel in September {said}", values=WITH_WEB)

    assert [(part["field"], part["op"], set(part["values"])) for part in asked["where"]] == [("product", op, {"web", "bread"})]
    assert asked["group_by"] == ["channel"]


def test_a_value_spelled_so_elsewhere_is_asked_back_after_the_name_of_one_that_is_only_called_so() -> None:
    assert asked_back("sales by channel without web in September", values=WITH_WEB).word == "web"


def test_a_value_after_without_is_of_the_dimension_before_it_where_no_other_is_spelled_so() -> None:
    assert query("sales by channel without web in September")["where"] == [{"field": "channel", "op": "ne", "values": ["online"]}]


def test_a_value_that_is_a_metric_too_is_left_out_with_the_others_of_its_list() -> None:
    held = ValueIndex(by_dimension={**VALUES.by_dimension, ("orders", "channel"): ("counter", "online", "takings")})

    asked = query("order count in September but not counter or takings", values=held)

    assert asked["where"] == [{"field": "channel", "op": "not_in", "values": ["counter", "takings"]}]


def test_without_a_word_that_is_a_value_and_a_name_leaves_out_the_value() -> None:
    asked = query("customers served last month without phone by shop")

    assert asked["where"] == [{"field": "channel", "op": "ne", "values": ["phone"]}]


def test_without_one_of_them_is_where_nothing_stands() -> None:
    asked = query("customers served last month without a phone by shop")

    assert asked["where"] == [{"field": "phone", "op": "is_null", "values": []}]


WITH_BASKET = ValueIndex(by_dimension={**VALUES.by_dimension, ("order_lines", "product"): ("bread", "basket")})


@pytest.mark.parametrize(("said", "op"), [("without basket", "ne"), ("only for basket", "eq"), ("only basket", "eq")])
def test_a_value_that_is_a_metric_too_chooses_rows_where_another_metric_is_named(said: str, op: str) -> None:
    asked = query(f"items sold in September {said}", values=WITH_BASKET)

    assert asked["metrics"] == ["items_sold"]
    assert asked["where"] == [{"field": "product", "op": op, "values": ["basket"]}]
