"""Ana's own sentence is said only where the rows bear it out; otherwise the values stand alone, and the log says why."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from anabot.agent import Reading
from anabot.agent.grounding import shown
from anabot.agent.held import held
from anabot.agent.reply import say
from anabot.semantic.query import MetricQuery
from anabot.types import Cell, Column, Table
from tests.tiny import tiny_registry

QUARTER = {"start": "2026-05-01", "end": "2026-08-01"}
SALES, REGION = Column(name="sales", type="money", unit="usd", label="Sales"), Column(name="region", type="text", label="Region")
DAY = Column(name="metric_time__day", type="date")
WHOLE = ([SALES], [(Decimal("428.16"),)], ())
BY_REGION = ([REGION, SALES], [("North", Decimal("400.00")), ("South", Decimal("28.16"))], ("region",))
SPARSE = ([REGION, DAY, SALES], [("North", dt.date(2026, 5, 1), Decimal(5)), ("South", dt.date(2026, 5, 2), Decimal(-7))],
          ("region", "metric_time__day"))  # fmt: skip
Case = tuple[list[Column], list[tuple[Cell, ...]], tuple[str, ...]]


def hold(case: Case, text: str = "") -> tuple[str, str]:
    """What is said of the rows, and the sentence that it was to be."""
    columns, rows, group_by = case
    query, table = MetricQuery.model_validate({"metrics": ["sales"], "period": QUARTER, "group_by": group_by}), None
    table = Table(columns=tuple(columns), rows=tuple(rows))
    registry = tiny_registry()
    text = text or say(Reading(query=query), table, registry)
    return held(text, [shown(query, table, registry)], table, registry, ("sales",)), text


@pytest.mark.parametrize("case", [WHOLE, BY_REGION, SPARSE])
def test_what_the_rows_bear_out_is_said_as_it_is(case: Case) -> None:
    said, text = hold(case)

    assert said == text


@pytest.mark.parametrize(
    ("case", "lie", "instead"),
    [
        (WHOLE, "Sales were $428.61 in FY26 Q2.", "Sales: $428.16"),
        (WHOLE, "Sales were $428.16 in FY26 Q1.", "Sales: $428.16"),
        (BY_REGION, "South has most: $400.00.", "The rows are below as they came, without a sentence of mine."),
    ],
)
def test_what_they_do_not_bear_out_gives_way_to_the_values_and_is_logged_without_one(case: Case, lie: str, instead: str) -> None:
    with capture_logs() as logs:
        said, _ = hold(case, lie)

    assert said == instead
    assert [(one["event"], one["metrics"]) for one in logs] == [("answer.not_borne_out", ["sales"])]
    assert "428" not in str(logs)
