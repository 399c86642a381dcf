"""A text is held against its results: what is true passes, and what is off by a digit, a unit, a group or a cause does not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from asking import VALUES

from anabot.agent.grounding import Shown, ground, names_of, shown
from anabot.semantic.query import MetricQuery
from anabot.types import Cell, Column, Table
from tests.tiny import tiny_registry

REGISTRY = tiny_registry()
NAMES = names_of(REGISTRY, REGISTRY.metrics, VALUES)
Q2 = {"start": "2026-05-01", "end": "2026-08-01"}
AUGUST, SEPTEMBER = {"start": "2026-08-01", "end": "2026-09-01"}, {"start": "2026-09-01", "end": "2026-10-01"}
MONEY = Column(name="sales", type="money", unit="usd", label="Net sales")


def result(*rows: tuple[Cell, ...], columns: tuple[Column, ...] = (MONEY,), **query: Any) -> Shown:
    body = {"metrics": ["sales"], "period": SEPTEMBER, **query}
    return shown(MetricQuery.model_validate(body), Table(columns=columns, rows=rows), REGISTRY)


def text_column(name: str) -> Column:
    return Column(name=name, type="text", label=name)


TOTAL = result((Decimal("1234.50"),))
AUG = result((Decimal("1000.00"),), period=AUGUST)
BY_REGION = result(
    ("North", Decimal("900.00")),
    ("South", Decimal("300.00")),
    ("Isles", Decimal("34.50")),
    columns=(text_column("region"), MONEY),
    group_by=["region"],
)
MOVED = result(
    (Decimal("1234.50"), Decimal("1000.00"), Decimal("234.50"), Decimal("0.2345")),
    columns=(
        MONEY,
        Column(name="sales__previous", type="money", unit="usd"),
        Column(name="sales__change", type="money", unit="usd"),
        Column(name="sales__percent_change", type="ratio", unit="ratio"),
    ),
    compare="previous_period",
)
NORTH = result((Decimal("800.00"),), where=[{"field": "region", "op": "eq", "values": ["North"]}])
NOT_NORTH = result((Decimal("434.50"),), where=[{"field": "region", "op": "ne", "values": ["North"]}])
MONTHS = result(
    (dt.date(2026, 8, 1), Decimal("1000.00")),
    (dt.date(2026, 9, 1), Decimal("1234.50")),
    columns=(Column(name="metric_time__month", type="date"), MONEY),
    group_by=["metric_time__month"],
    period={"start": "2026-08-01", "end": "2026-10-01"},
)


def wrong(text: str, *results: Shown) -> list[str]:
    """The pieces of the text that do not hold."""
    return [claim.text for claim in ground(text, results, NAMES).claims]


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("Net sales were $1,234.50 in Sep 2026.", (TOTAL,)),
        ("Net sales were about $1.2 thousand in September.", (TOTAL,)),
        ("Net sales came to $1,235 from 1 Sep to 30 Sep 2026.", (TOTAL,)),
        ("North leads with $900.00 and Isles has $34.50.", (BY_REGION,)),
        ("Net sales were $1,234.50; North alone had $900.00.", (BY_REGION,)),
        ("The 3 regions together had net sales of $1,234.50.", (BY_REGION,)),
        ("North is $600.00 more than South.", (BY_REGION,)),
        ("North sold 3 times as much as South.", (BY_REGION,)),
        ("North makes up 72.9% of net sales.", (BY_REGION,)),
        ("Net sales rose 23.5% to $1,234.50, from $1,000.00.", (MOVED,)),
        ("Net sales were $1,234.50, up $234.50 (+23.5%) from $1,000.00.", (MOVED,)),
        ("Net sales were $800.00 for North.", (NORTH,)),
        ("Without North, net sales were $434.50.", (NOT_NORTH,)),
        ("Net sales were $1,000.00 in Aug 2026 and $1,234.50 in Sep 2026.", (MONTHS,)),
        ("Net sales were $1,000.00 in August and $1,234.50 in September, a difference of $234.50.", (AUG, TOTAL)),
        ("Net sales rose from $1,000.00 in August to $1,234.50 in September.", (MONTHS,)),
    ],
)
def test_what_a_result_bears_out_may_be_said(text: str, results: tuple[Shown, ...]) -> None:
    assert wrong(text, *results) == []


@pytest.mark.parametrize(
    ("text", "results", "piece"),
    [
        ("Net sales were $1,243.50 in Sep 2026.", (TOTAL,), "$1,243.50"),
        ("Net sales were $1.2 million in Sep 2026.", (TOTAL,), "$1.2 million"),
        ("Net sales were €1,234.50 in Sep 2026.", (TOTAL,), "€1,234.50"),
        ("Net sales were 1,234.50 in Sep 2026.", (TOTAL,), "1,234.50"),
        ("Net sales were -$1,234.50.", (TOTAL,), "-$1,234.50"),
        ("Net sales were $1,234.50 in Aug 2026.", (TOTAL,), "Aug 2026"),
        ("Net sales were about two thousand dollars.", (TOTAL,), "two thousand dollars"),
        ("Order count was $1,234.50.", (TOTAL,), "$1,234.50"),
        ("Net sales were $1,234.50 for North.", (TOTAL,), "$1,234.50"),
        ("South leads with $900.00.", (BY_REGION,), "$900.00"),
        ("Net sales were $900.00.", (BY_REGION,), "$900.00"),
        ("Net sales were lowest for North ($900.00).", (BY_REGION,), "$900.00"),
        ("South is $600.00 more than North.", (BY_REGION,), "$600.00"),
        ("South makes up 72.9% of net sales.", (BY_REGION,), "72.9%"),
        ("Net sales fell 23.5%.", (MOVED,), "23.5%"),
        ("Net sales were $1,000.00.", (MOVED,), "$1,000.00"),
        ("Net sales dropped to $1,234.50.", (MOVED,), "dropped"),
        ("Net sales rose to $1,234.50.", (TOTAL,), "rose"),
        ("Net sales were $800.00.", (NORTH,), "$800.00"),
        ("Net sales were $800.00 for South.", (NORTH,), "$800.00"),
        ("Net sales were $434.50 for North.", (NOT_NORTH,), "$434.50"),
        ("Net sales were $1,000.00 in Sep 2026.", (MONTHS,), "$1,000.00"),
        ("Net sales were $1,000.00 in September.", (AUG, TOTAL), "$1,000.00"),
        ("Net sales fell from $1,000.00 in August to $1,234.50 in September.", (MONTHS,), "fell"),
        ("Net sales were $1,234.50 because of North.", (TOTAL,), "because"),
        ("North drove net sales to $1,234.50.", (MOVED,), "drove"),
        ("Net sales doubled.", (MOVED,), "doubled"),
    ],
)
def test_what_no_result_bears_out_is_named(text: str, results: tuple[Shown, ...], piece: str) -> None:
    assert piece in wrong(text, *results)


def test_each_claim_says_where_it_stands_and_why() -> None:
    text = "Net sales were $1,234.50 for South."

    (claim,) = ground(text, [TOTAL], NAMES).claims

    assert text[claim.at :].startswith("$1,234.50")
    assert "not for the metric, group, filter" in claim.why
