"""A clinic whose columns are terse, as strangers' are: `reg_dt`, `trt_cost`, `is_placebo`. Asked on one Friday."""

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

FRIDAY = dt.datetime(2025, 3, 14, 12, tzinfo=dt.UTC)
_VALUES = ValueIndex(
    by_dimension={
        ("treatments", "is_placebo"): ("true", "false"),
        ("treatments", "state_of_care"): ("dropped", "completed", "active"),
        ("treatments", "drug"): ("Dermexa", "Clearix"),
        ("patients", "state"): ("TX", "CA"),
        ("patients", "pt_nm"): ("Ann Lee", "Bo Moss"),
        ("patients", "diet"): ("vegan", "mixed"),
    }
)


def _ana(unit: str = "", *synonyms: str) -> dict[str, Any]:
    return {"meta": {"ana": {"draft": True, "owner": "them", "unit": unit, "synonyms": list(synonyms)}}}


def _metric(name: str, agg: str, expr: str, *synonyms: str, unit: str = "count") -> dict[str, Any]:
    return {"name": name, "type": "simple", "agg": agg, "expr": expr, "config": _ana(unit, *synonyms)}


def _time(name: str) -> dict[str, Any]:
    return {"name": name, "granularity": "day", "dimension": {"name": name, "type": "time"}}


def _said(name: str, *synonyms: str, **more: Any) -> dict[str, Any]:
    config = {"meta": {"ana": {"synonyms": list(synonyms)}}}
    return {"name": name, "dimension": {"name": name, "type": "categorical"}, "config": config, **more}


def _model(name: str, time: str, columns: list[dict[str, Any]], metrics: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "config": {"schema": "main", "meta": {"ana": {}}},
        "semantic_model": {"enabled": True, "name": name},
        "agg_time_dimension": time,
        "columns": columns,
        "metrics": metrics,
    }


_LAYER = {
    "models": [
        _model(
            "treatments",
            "start_dt",
            [
                {"name": "trt_id", "entity": {"name": "treatment", "type": "primary"}},
                {"name": "pt_id", "entity": {"name": "patient", "type": "foreign"}},
                _time("start_dt"),
                _said("end_dt"),
                _time("discharged_on"),
                _said("is_placebo", data_type="boolean"),
                _said("drug", "drugs", "drug name"),
                _said("state_of_care"),
            ],
            [
                _metric("treatments", "count", "1", "number of treatments", "visits"),
                _metric("treatment_cost", "sum", "trt_cost", "total cost", unit="usd"),
                _metric("mean_cost", "average", "trt_cost", "avg trt cost", unit="usd"),
                _metric("margin", "sum", "trt_margin", unit="usd"),
                _metric("complaints", "sum", "complaint_cnt", "number of complaints"),
                _metric("average_day_7_score", "average", "d7_score", unit=""),
                _metric("average_day_100_score", "average", "d100_score", unit=""),
            ],
        ),
        _model(
            "patients",
            "reg_dt",
            [
                {
                    "name": "pt_id",
                    "entity": {"name": "patient", "type": "primary"},
                    "dimension": {"name": "patient_id", "type": "categorical"},
                },
                _time("reg_dt"),
                _said("state"),
                _said("diet", "food type"),
                _said("pt_nm", "patient", "patients"),
                _said("is_donor", data_type="boolean"),
                _said("height_cm", data_type="integer"),
                _said("insured_year", data_type="integer"),
                _time("born_on"),
            ],
            [
                _metric("new_patients", "count", "1", "registrations", "number of patients", "patients"),
                _metric("avg_weight_kg", "average", "weight_kg", unit=""),
                _metric("height_max", "max", "height_cm", unit=""),
            ],
        ),
    ]
}


@cache
def clinic() -> Registry:
    """The clinic's registry."""
    company = {"company": {"name": "Clinic", "zone": "UTC"}}
    return parse_registry({"m.yml": yaml.safe_dump(_LAYER), "company.yml": yaml.safe_dump(company)})


def ask(text: str) -> Understanding:
    """What the brain makes of one message about the clinic."""
    seen = frozenset(clinic().metrics)
    grant = Grant(subject="them", audience="dm", metrics=seen, listed=seen)
    return understand(text, registry=clinic(), grant=grant, values=_VALUES, team="", now=FRIDAY)


def query(text: str) -> dict[str, Any]:
    """The one query of a message that is understood, as JSON."""
    found = ask(text)
    assert isinstance(found, Understood), found
    assert len(found.readings) == 1, found
    return found.readings[0].query.as_json()
