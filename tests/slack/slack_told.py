"""What Ana's Slack room is told in the tests: who is there, one metric, and answers of each kind."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from anabot.periods import Calendar
from anabot.semantic.registry import Metric, Registry
from anabot.types import Answer, Badge, Bridge, Choice, Column, Receipt, Table

FAY, OLU, ROOT = "U0FAY", "U0OLU", "U0ROOT"


GENERAL, FIN = "C0GENERAL", "C0FIN"


TAKINGS = Metric(
    name="takings",
    kind="simple",
    label="Takings",
    description="What the till took after returns. Tips are not in it.",
    model="sales",
    agg="sum",
    expr="amount",
    owner="fay",
    unit="usd",
    synonyms=("till money",),
    not_the_same_as=("tips",),
    caveat="Sundays arrive on Monday.",
)


REGISTRY = Registry(
    models={},
    metrics={"takings": TAKINGS},
    calendar=Calendar(zone=ZoneInfo("America/Los_Angeles"), fiscal_start=2),
    company="Test & Co",
)


PLACES = Table(
    columns=(Column(name="place", type="text", label="Place"), Column(name="takings", type="money", unit="usd", label="Takings")),
    rows=(("North <!channel>", Decimal("1200.50")), ("*South*", Decimal("-3")), (None, None)),
)


def answered(**more: Any) -> Answer:
    """A full answer."""
    given: dict[str, Any] = {
        "status": "answered",
        "text": "Takings were $1,197.50 in FY26 Q2.",
        "query": {
            "metrics": ["takings"],
            "group_by": ["place"],
            "where": [{"field": "place", "op": "in", "values": ["North", "<!here>"]}],
            "period": {"start": "2026-05-01", "end": "2026-08-01"},
        },
        "query_hash": "abc123",
        "table": PLACES,
        "sql": (("default", "SELECT place, SUM(amount)\nFROM sales"),),
        "models": ("stg_sales", "fct_sales"),
        "metrics": ("takings",),
        "badge": Badge(level="certified", why="certified until 31 Jan 2027"),
        "as_of": dt.datetime(2026, 10, 5, 12, 42, tzinfo=dt.UTC),
        "period": "FY26 Q2 (1 May – 31 Jul 2026)",
        "assumptions": ("last quarter is the fiscal one",),
        "receipt": Receipt("R-ABCDEFGHJK"),
    }
    return Answer(**{**given, **more})


def bridged() -> Answer:
    """An answer with a bridge between two systems."""
    lines = (("Till", Decimal("100.00"), "takings"), ("Returns", Decimal("10.00"), "returns"), ("Bank", Decimal("90.00"), "bank"))
    return answered(
        text="The till took $100.00 and the bank received $90.00.",
        table=None,
        bridges=(
            Bridge(name="b", title="Till to bank", unit="usd", lines=lines, residual=Decimal("0.00"), tolerance=Decimal("0.00")),
        ),
    )


def clarifying() -> Answer:
    """A question asked back."""
    choices = (
        Choice(label="Takings", query={"metrics": ["takings"]}, value="$1.00"),
        Choice(label="Tips", query={"metrics": ["tips"]}),
    )
    text = "“money” has more than one meaning here. Which do you mean?"
    return Answer(status="clarify", text=text, reason="ambiguous", choices=choices, receipt=Receipt("R-CLARIFY234"))
