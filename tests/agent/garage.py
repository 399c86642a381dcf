"""A garage that counts both its clients and what they bring: repairs, and the payments for them. Asked on one Monday."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import yaml

from anabot.agent import Understanding, Understood, understand
from anabot.semantic import parse_registry
from anabot.semantic.registry import Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant

MONDAY = dt.datetime(2025, 6, 16, 12, tzinfo=dt.UTC)
_VALUES = ValueIndex(
    by_dimension={
        ("clients", "town"): ("Alton", "Brook"),
        ("clients", "home_country"): ("Norway", "Peru"),
        ("clients", "spec_req"): ("Quiet engine", "spare key"),
        ("bays", "bay_country"): ("Norway", "Chile"),
        ("bays", "bay"): ("Bay One", "Bay Two"),
        ("repairs", "kind"): ("brakes", "engine"),
        ("repairs", "status"): ("open", "done"),
        ("repairs", "on_hold"): ("true", "false"),
        ("repairs", "repair_grade"): ("A", "B"),
        ("payments", "method"): ("card", "check", "wire"),
        ("mechanics", "mechanic"): ("Ada", "Bo"),
    }
)


def _ana(unit: str = "", *synonyms: str) -> dict[str, Any]:
    return {"meta": {"ana": {"draft": True, "owner": "them", "unit": unit, "synonyms": list(synonyms)}}}


def _metric(name: str, agg: str, expr: str, *synonyms: str, unit: str = "count", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "simple", "agg": agg, "expr": expr, "config": _ana(unit, *synonyms), **more}


def _time(name: str) -> dict[str, Any]:
    return {"name": name, "granularity": "day", "dimension": {"name": name, "type": "time"}}


def _said(name: str, *synonyms: str, **more: Any) -> dict[str, Any]:
    config = {"meta": {"ana": {"synonyms": list(synonyms)}}}
    return {"name": name, "dimension": {"name": name, "type": "categorical"}, "config": config, **more}


def _key(name: str, entity: str, kind: str = "foreign") -> dict[str, Any]:
    return {"name": name, "entity": {"name": entity, "type": kind}}


def _model(name: str, columns: list[dict[str, Any]], metrics: list[dict[str, Any]], time: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "config": {"schema": "main", "meta": {"ana": {}}},
        "semantic_model": {"enabled": True, "name": name},
        "columns": columns,
        "metrics": metrics,
        **({"agg_time_dimension": time} if time else {}),
    }


_LAYER = {
    "models": [
        _model(
            "clients",
            [
                _key("client_id", "client", "primary"),
                _time("joined_on"),
                _said("client"),
                _said("town"),
                _said("home_country"),
                _said("client_grade"),
                _said("spec_req"),
            ],
            [_metric("clients", "count", "1", "number of clients")],
            "joined_on",
        ),
        _model(
            "mechanics",
            [
                _key("mechanic_id", "mechanic", "primary"),
                _said("mechanic"),
                _said("hired_on"),
                _said("stars", data_type="integer"),
            ],
            [_metric("mechanics", "count", "1", "number of mechanics")],
        ),
        _model(
            "bays",
            [_key("bay_id", "bay", "primary"), _said("bay"), _said("bay_country")],
            [_metric("bays", "count", "1", "number of bays")],
        ),
        _model(
            "repairs",
            [
                _key("repair_id", "repair", "primary"),
                _key("client_id", "client"),
                _key("mechanic_id", "mechanic"),
                _key("bay_id", "bay"),
                _time("started_on"),
                _time("due_on"),
                _time("closed_on"),
                _said("kind"),
                _said("repair_grade"),
                _said("on_hold", "repair on hold", data_type="boolean"),
                _said("status"),
            ],
            [
                _metric("repairs", "count", "1", "number of repairs"),
                _metric("repair_cost", "sum", "cost", "total cost", unit="usd"),
                _metric("repair_cost_avg", "average", "cost", "average repair cost", unit="usd"),
                _metric("repair_cost_min", "min", "cost", "repair cost min", unit="usd"),
                _metric("repair_cost_max", "max", "cost", "repair cost max", unit="usd"),
            ],
            "started_on",
        ),
        _model(
            "payments",
            [
                _key("payment_id", "payment", "primary"),
                _key("repair_id", "repair"),
                _time("paid_on"),
                _said("method"),
                _said("amount", data_type="decimal"),
            ],
            [
                _metric("payments", "count", "1", "number of payments"),
                _metric("paid", "sum", "amount", "money received", unit="usd"),
                _metric("payers", "count_distinct", "repair_id", "repairs paid for"),
            ],
            "paid_on",
        ),
    ]
}


@cache
def garage() -> Registry:
    """The garage's registry."""
    company = {"company": {"name": "Garage", "zone": "UTC"}}
    return parse_registry({"m.yml": yaml.safe_dump(_LAYER), "company.yml": yaml.safe_dump(company)})


def ask(text: str) -> Understanding:
    """What the brain makes of one message about the garage."""
    seen = frozenset(garage().metrics)
    grant = Grant(subject="them", audience="dm", metrics=seen, listed=seen)
    return understand(text, registry=garage(), grant=grant, values=_VALUES, team="", now=MONDAY)


def query(text: str) -> dict[str, Any]:
    """The one query of a message that is understood, as JSON."""
    found = ask(text)
    assert isinstance(found, Understood), found
    assert len(found.readings) == 1, found
    return found.readings[0].query.as_json()
