"""How long words take: a search, the nearest right name, and understanding a question, over few metrics and over 5,000."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from itertools import cycle

from anabot.agent.offline.brain import understand
from anabot.semantic import find, nearest, parse_registry
from anabot.semantic.registry import Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant
from tests.bench import registries
from tests.bench.registries import Layer
from tests.bench.report import line, p95, times, title

_ROUNDS = 200
_NOW = dt.datetime(2026, 9, 28, 9, tzinfo=dt.UTC)
_SEARCHED = (
    "spend per campaign",
    "open share of orders",
    "web visit hours",
    "bookngs by regoin",
    "what is the growth of claims?",
    "mobile",
)
_MISTAKEN = ("web_order_spned", "app_visits_hour", "campaign_refund", "partner_order_open_shar", "retail_trip_clik")
_ASKED = (
    "partner order spend last quarter by region",
    "web visit clicks by month, last 6 months",
    "what was the app order open share in June 2026?",
    "top 5 segments by store visit refunds last month",
    "web order growth since March",
    "partner order spend for open status vs last year",
)


def main() -> None:
    """Print the times."""
    title("Words: search, nearest names and understanding, p95; and the same of processor time, which others do not lengthen")
    _over(registries.SMALL, 10)
    _over(registries.LARGE, 30)


def _over(made: Layer, understood_ms: float) -> None:
    registry = parse_registry(registries.standalone(made), governed=False, schema="marts")
    grant, values = _grant(registry), _values(made)
    what = f"{made.metrics:,} metrics"
    _p95(f"search, {what}", lambda text: find(registry, text, grant, values), _SEARCHED, 10)
    _p95(f"nearest name, {what}", lambda text: nearest(text, registry.metrics), _MISTAKEN, 10)
    _p95(f"understanding one question, {what}", _reader(registry, grant, values), _ASKED, understood_ms)


def _reader(registry: Registry, grant: Grant, values: ValueIndex) -> Callable[[str], object]:
    return lambda text: understand(text, registry=registry, grant=grant, values=values, team="", now=_NOW)


def _p95(what: str, run: Callable[[str], object], texts: tuple[str, ...], promised_ms: float) -> None:
    turn = cycle(texts)
    line(what, p95(times(lambda: run(next(turn)), _ROUNDS)), promised_ms, "ms")
    line(f"{what}, of a processor", p95(times(lambda: run(next(turn)), _ROUNDS, time.thread_time)), promised_ms, "ms")


def _grant(registry: Registry) -> Grant:
    every = frozenset(registry.metrics)
    return Grant(subject="bench", audience="dm", metrics=every, listed=every)


def _values(made: Layer) -> ValueIndex:
    regions = ("north", "south", "east", "west", "central europe", "latin america")
    return ValueIndex(by_dimension={(place, "region"): regions for place in made.places})
