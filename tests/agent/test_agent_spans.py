"""A van hire, for what lies between two dates of a row, or between the least and the greatest of what rows have."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import yaml

from anabot.agent import Ambiguous, NotUnderstood, Understanding, Understood, understand
from anabot.semantic import parse_registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant


def _metric(name: str, label: str, agg: str, expr: str, unit: str, *synonyms: str) -> dict[str, Any]:
    golden = [{"period": ["2026-05-01", "2026-06-01"], "value": "1"}]
    ana = {"owner": "a", "unit": unit, "golden": golden, "synonyms": list(synonyms)}
    said = {"name": name, "label": label, "description": f"{label}.", "type": "simple", "agg": agg, "expr": expr}
    return {**said, "config": {"meta": {"ana": ana}}}


def _date(name: str, label: str) -> dict[str, Any]:
    config = {"meta": {"ana": {"label": label}}}
    return {"name": name, "granularity": "day", "dimension": {"name": name, "type": "time"}, "config": config}


_LAYER = {
    "models": [
        {
            "name": "rentals",
            "config": {"schema": "main", "meta": {"ana": {}}},
            "semantic_model": {"enabled": True, "name": "rentals"},
            "agg_time_dimension": "picked_up_on",
            "columns": [
                {"name": "rental_id", "entity": {"name": "rental", "type": "primary"}},
                _date("picked_up_on", "Pickup date"),
                _date("arrived_on", "Arrival date"),
                _date("booked_on", "Booking date"),
                {"name": "depot", "dimension": {"name": "depot", "type": "categorical"}},
            ],
            "metrics": [
                _metric("rentals", "Rentals", "count", "rental_id", "count"),
                _metric("low_fare", "Low fare", "min", "fare", "usd"),
                _metric("high_fare", "High fare", "max", "fare", "usd"),
                _metric("fares", "Total fare", "sum", "fare", "usd"),
                _metric("van_days", "Van days", "average", "arrived_on - picked_up_on", "days"),
            ],
        }
    ]
}
_SEEN = frozenset({"rentals", "van_days", "low_fare", "high_fare", "fares"})
_COMPANY = {"company": {"name": "Vans", "zone": "UTC"}}
_REGISTRY = parse_registry({"models.yml": yaml.safe_dump(_LAYER), "company.yml": yaml.safe_dump(_COMPANY)})
_VALUES = ValueIndex(by_dimension={("rentals", "depot"): ("Pier", "Yard")})
_MONDAY = dt.datetime(2026, 10, 5, 14, 58, tzinfo=dt.UTC)


def ask(text: str, *denied: str) -> Understanding:
    grant = Grant(subject="somebody", audience="dm", metrics=_SEEN, listed=_SEEN, denied=frozenset(denied))
    return understand(text, registry=_REGISTRY, grant=grant, values=_VALUES, team="", now=_MONDAY)


@pytest.mark.parametrize(
    "text",
    [
        "average days between pickup date and arrival date by depot",
        "average number of days from pickup to arrival by depot",
        "time from pickup to arrival by depot",
        "how long from pickup to arriving by depot",
    ],
)
def test_a_time_between_two_dates_is_the_metric_that_is_computed_from_both(text: str) -> None:
    found = ask(text)

    assert isinstance(found, Understood), found
    assert (found.readings[0].query.metrics, found.readings[0].query.group_by) == (("van_days",), ("depot",))


def test_a_time_between_two_dates_ranks() -> None:
    found = ask("which depot had the shortest time from pickup to arrival")

    assert isinstance(found, Understood), found
    assert (found.readings[0].query.order_by, found.readings[0].query.limit) == (("van_days",), 1)


def test_a_time_that_nobody_has_defined_is_refused_with_the_measure_that_would_define_it() -> None:
    found = ask("average days between booking date and pickup date by depot")

    assert isinstance(found, NotUnderstood)
    assert found.reason == "unknown_words"
    assert found.unknown == ("time from booking date to pickup date",)
    assert "expr: CAST(picked_up_on AS DATE) - CAST(booked_on AS DATE)" in found.message


def test_a_date_that_is_denied_is_as_unknown_as_one_that_is_not_there() -> None:
    denied = ask("days between booking date and pickup date", "rentals.booked_on")
    absent = ask("days between quux date and pickup date")

    assert isinstance(denied, NotUnderstood)
    assert isinstance(absent, NotUnderstood)
    assert denied.message == absent.message == ""
    assert [word.replace("booking", "quux") for word in denied.unknown] == list(absent.unknown)


@pytest.mark.parametrize(
    "text",
    [
        "which 2 depots had the highest change between the low and the high fare from 1 to 4 April 2026",
        "which 2 depots had the largest difference between the low and the high fare from 1 to 4 April 2026",
        "which 2 distinct depots had the highest fare change between the low and high from April 1 2026 to April 4 2026?",
        "which 2 depots had the highest fare change between the low and high from 1 to 4 April 2026? Show depot and fare change.",
    ],
)
def test_a_change_between_the_least_and_the_greatest_runs_up(text: str) -> None:
    found = ask(text)

    assert isinstance(found, Understood), found
    query = found.readings[0].query
    assert [(each.op, each.left, each.right) for each in query.made] == [("minus", "high_fare", "low_fare")]
    assert (query.metrics, query.group_by, query.limit, query.compare) == (("high_fare", "low_fare"), ("depot",), 2, None)
    assert query.order_by == ("-high_fare__minus__low_fare",)


def test_days_between_two_days_of_the_calendar_are_a_period() -> None:
    found = ask("rentals between 1 and 6 September")

    assert isinstance(found, (Understood, Ambiguous))
