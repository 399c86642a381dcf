"""Times and things of which there was nothing, where they are asked for: shown with a zero, and never days that are to come."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent import Understood, understand
from anabot.semantic.values import ValueIndex
from tests.agent.asking import MONDAY, SEPTEMBER, query, refused
from tests.semantic.moved import everything, moved_registry

_DAYS = {"metrics": ["orders_placed"], "group_by": ["metric_time__day"], "every": True}


def _asked(text: str) -> dict[str, Any]:
    registry = moved_registry()
    found = understand(text, registry=registry, grant=everything(registry), values=ValueIndex(), team="", now=MONDAY)
    assert isinstance(found, Understood), found
    return found.readings[0].query.as_json()


@pytest.mark.parametrize(
    "text",
    [
        "order count by day in September, including days without any",
        "order count by day in September, including days with none",
        "order count by day in September, fill missing days with zero",
        "order count per day in September including empty days",
        "order count by day in September, including those where metrics are 0",
    ],
)
def test_days_without_any_are_shown_where_they_are_asked_for(text: str) -> None:
    assert _asked(text) == {**_DAYS, "period": SEPTEMBER}


def test_days_that_had_none_can_be_asked_for_alone() -> None:
    none = [{"field": "gift_orders", "op": "eq", "values": ["0"]}]

    assert _asked("which days had no gift orders in September") == {
        **_DAYS,
        "metrics": ["gift_orders"],
        "period": SEPTEMBER,
        "having": none,
    }


def test_days_to_come_have_no_zero() -> None:
    found = _asked("order count by day this month, including days without any")

    assert found["period"] == {"start": "2026-10-01", "end": "2026-10-05"}


def test_things_that_are_named_again_are_shown_with_the_others() -> None:
    found = query("sales by shop in September including shops with no sales")

    assert (found["every"], found.get("having")) == (True, None)


def test_a_list_of_days_without_any_is_refused_where_there_is_no_table_of_days() -> None:
    assert "time spine" in refused("which days had no orders in September").message
