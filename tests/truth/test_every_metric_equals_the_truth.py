"""Every metric, as the registry compiles it, equals what the generator computed from its own events: exactly, to the cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from halden_data import Halden, halden_files

from anabot.semantic import parse_registry
from anabot.semantic.query import Condition, MetricQuery, Span
from anabot.types import Cell

METRICS = sorted(parse_registry(halden_files(), None).metrics)


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_gives_what_the_events_gave(halden: Halden, metric: str) -> None:
    cases = halden.truth["metrics"].get(metric, [])

    wrong = [case for case in cases if halden.rows(query_of(metric, case)) != expected_rows(case)]

    assert cases, f"{metric} has no truth"
    assert not wrong


def query_of(metric: str, case: dict[str, Any]) -> MetricQuery:
    period = Span(start=case["period"][0], end=case["period"][1]) if case["period"] else None
    where = tuple(Condition(field=field, values=(value,)) for field, value in case.get("where", {}).items())
    return MetricQuery(metrics=(metric,), group_by=tuple(case["group_by"]), where=where, period=period)


def expected_rows(case: dict[str, Any]) -> dict[tuple[str, ...], Cell]:
    return {tuple("" if cell is None else str(cell) for cell in row[:-1]): exact(row[-1]) for row in case["rows"]}


def exact(value: str | None) -> Cell:
    """A value of the answer key: a date, an instant, or a decimal with all its places."""
    if value is None:
        return None
    if value[4:5] == "-":
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC) if "T" in value else dt.date.fromisoformat(value)
    return Decimal(value)
