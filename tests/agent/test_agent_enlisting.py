"""Which, and not how many: things that a metric counts are told one by one, or it is said that nothing tells them apart."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import yaml

from anabot.agent import Understanding, Understood, understand
from anabot.semantic import parse_registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant
from tests.agent.asking import SEPTEMBER, query, refused

_META = {"meta": {"ana": {"owner": "a", "unit": "count", "golden": [{"period": ["2026-05-01", "2026-06-01"], "value": "1"}]}}}
_DATED = {"granularity": "day"}
_HARBOUR = {
    "models": [
        {
            "name": "boats",
            "config": {"schema": "main", "meta": {"ana": {}}},
            "semantic_model": {"enabled": True, "name": "boats"},
            "columns": [
                {"name": "boat_id", "entity": {"name": "boat", "type": "primary"}},
                {"name": "boat_name", "dimension": {"name": "boat_name", "type": "categorical"}},
                {"name": "flag", "dimension": {"name": "flag", "type": "categorical"}},
            ],
        },
        {
            "name": "berths",
            "config": {"schema": "main", "meta": {"ana": {}}},
            "semantic_model": {"enabled": True, "name": "berths"},
            "agg_time_dimension": "seen_on",
            "columns": [
                {"name": "row_id", "entity": {"name": "berth_row", "type": "primary"}},
                {"name": "boat_id", "entity": {"name": "boat", "type": "foreign"}},
                {"name": "seen_on", **_DATED, "dimension": {"name": "seen_on", "type": "time"}},
                {"name": "moored", "data_type": "boolean", "dimension": {"name": "moored", "type": "categorical"}},
            ],
            "metrics": [
                {
                    "name": "boats_in_harbour",
                    "label": "Boats in harbour",
                    "description": "Boats that lay here on the last day.",
                    "type": "simple",
                    "agg": "sum_boolean",
                    "expr": "moored",
                    "non_additive_dimension": {"name": "seen_on", "window_agg": "max"},
                    "config": _META,
                }
            ],
        },
    ]
}


def _harbour(text: str) -> Understanding:
    registry = parse_registry({"m.yml": yaml.safe_dump(_HARBOUR), "company.yml": "company: {name: Piers, zone: UTC}"})
    may = Grant(subject="a", audience="dm", metrics=frozenset(registry.metrics), listed=frozenset(registry.metrics))
    now = dt.datetime(2026, 10, 5, 12, tzinfo=dt.UTC)
    return understand(text, registry=registry, grant=may, values=ValueIndex(), team="", now=now)


def _asked(text: str) -> dict[str, Any]:
    found = _harbour(text)
    assert isinstance(found, Understood), found
    return found.readings[0].query.as_json()


_THERE = {"metrics": ["boats_in_harbour"], "period": SEPTEMBER}
_EACH = {**_THERE, "having": [{"field": "boats_in_harbour", "op": "gt", "values": ["0"]}], "order_by": ["-boats_in_harbour"]}


@pytest.mark.parametrize(
    "text",
    [
        "which boats were in harbour at the end of September",
        "list the boats in harbour at the end of September",
        "Which boats were in harbour at the end of September? Boats are considered to be in harbour if moored is true.",
    ],
)
def test_which_things_are_told_by_what_they_are_called(text: str) -> None:
    assert _asked(text) == {**_EACH, "group_by": ["boat_name"]}


def test_what_they_are_told_by_may_be_said() -> None:
    assert _asked("Which boats were in harbour at the end of September? Return the flag.") == {**_EACH, "group_by": ["flag"]}


def test_groups_that_have_none_are_no_answer_to_which_have_any() -> None:
    assert _asked("which flags had boats in harbour at the end of September") == {**_EACH, "group_by": ["flag"]}
    assert query("which shops had gift orders in September") == {
        "metrics": ["gift_orders"],
        "group_by": ["shop_name"],
        "period": SEPTEMBER,
        "having": [{"field": "gift_orders", "op": "gt", "values": ["0"]}],
        "order_by": ["-gift_orders"],
    }


@pytest.mark.parametrize("text", ["how many boats were in harbour at the end of September"])
def test_how_many_is_one_number(text: str) -> None:
    assert _asked(text) == _THERE


@pytest.mark.parametrize("text", ["list the orders of September", "which orders were online in September"])
def test_things_that_nothing_tells_apart_are_not_answered_with_their_number(text: str) -> None:
    found = refused(text)

    assert "nothing here tells one from another" in found.message
    assert "Ask how many" in found.message


def test_a_list_of_numbers_by_group_is_still_that() -> None:
    assert query("list orders by shop in September") == {
        "metrics": ["orders_placed"],
        "group_by": ["shop_name"],
        "period": SEPTEMBER,
        "order_by": ["-orders_placed"],
    }


def test_a_rule_of_the_askers_own_is_not_passed_over() -> None:
    found = _harbour("boats in harbour at the end of September. Boats are considered to be in harbour if moored is false.")

    assert not isinstance(found, Understood)
