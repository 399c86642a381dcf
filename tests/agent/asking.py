"""Ask the offline brain about the bakery, on one Monday, as somebody who may see everything unless said otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anabot.agent import Ambiguous, Forbidden, NotUnderstood, Reading, Understanding, Understood, understand
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant, RowRule
from tests.tiny import tiny_registry

MONDAY = dt.datetime(2026, 10, 5, 14, 58, tzinfo=dt.UTC)
SEPTEMBER = {"start": "2026-09-01", "end": "2026-10-01"}
LAST_QUARTER = {"start": "2026-05-01", "end": "2026-08-01"}
LAST_WEEK = {"start": "2026-09-28", "end": "2026-10-05"}
VALUES = ValueIndex(
    by_dimension={
        ("regions", "region"): ("North", "South", "Isles"),
        ("regions", "country"): ("Nordland", "Insula"),
        ("shops", "shop_name"): ("Harbour", "Market", "Castle", "Ferry", "Popup"),
        ("customers", "tier"): ("gold", "silver", "bronze"),
        ("orders", "channel"): ("counter", "online", "phone"),
        ("order_lines", "product"): ("bread", "cake", "coffee"),
        ("costs", "kind"): ("flour", "rent"),
        ("staff", "job"): ("baker", "clerk", "driver"),
    }
)


def grant(
    *hidden: str,
    listed: tuple[str, ...] = (),
    rows: tuple[RowRule, ...] = (),
    denied: tuple[str, ...] = (),
    of: Registry | None = None,
) -> Grant:
    """Everything but `hidden`; those also in `listed` may be named."""
    metrics = frozenset((of or tiny_registry()).metrics) - set(hidden)
    return Grant(
        subject="somebody", audience="dm", metrics=metrics, listed=metrics | set(listed), rows=rows, denied=frozenset(denied)
    )


def ask(
    text: str,
    *,
    may: Grant | None = None,
    team: str = "shops",
    thread: MetricQuery | None = None,
    earlier: MetricQuery | None = None,
    values: ValueIndex = VALUES,
    offers: Sequence[tuple[str, MetricQuery]] = (),
) -> Understanding:
    """What the brain makes of one message."""
    may = may or grant()
    return understand(
        text,
        registry=tiny_registry(),
        grant=may,
        values=values,
        team=team,
        now=MONDAY,
        previous=thread,
        earlier=earlier,
        offers=offers,
    )


def reading(text: str, **more: Any) -> Reading:
    """The one reading of a message that is understood."""
    found = ask(text, **more)
    assert isinstance(found, Understood), found
    assert len(found.readings) == 1
    return found.readings[0]


def query(text: str, **more: Any) -> dict[str, Any]:
    """The one query of a message that is understood, as JSON."""
    return reading(text, **more).query.as_json()


def by_value(expected: dict[str, Any]) -> dict[str, Any]:
    """The query in the order that is customary where nobody says one: groups by their value, the largest first."""
    grouped = expected.get("group_by", ())
    if not grouped or any(name.startswith("metric_time") for name in grouped):
        return expected
    return {"order_by": [f"-{expected['metrics'][0]}"], **expected}


def refused(text: str, **more: Any) -> NotUnderstood:
    """The honest refusal of a message."""
    found = ask(text, **more)
    assert isinstance(found, NotUnderstood), found
    return found


def asked_back(text: str, **more: Any) -> Ambiguous:
    """The question back."""
    found = ask(text, **more)
    assert isinstance(found, Ambiguous), found
    return found


def forbidden(text: str, **more: Any) -> Forbidden:
    """The refusal of something that may be named, but not seen."""
    found = ask(text, **more)
    assert isinstance(found, Forbidden), found
    return found
