"""What a playbook is, once its file has been checked. Pure and frozen; it never says whether anybody may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from anabot import periods
from anabot.playbooks.schedule import Schedule
from anabot.semantic.query import MetricQuery, Span
from anabot.types import Cell

Named = str  # a name that `periods.named` knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A query of a playbook, whose period and comparison are fixed only when it runs."""

    query: MetricQuery
    period: Named = ""
    compare: Named = ""

    def at(self, now: dt.datetime, calendar: periods.Calendar) -> MetricQuery:
        """The query as it is meant at the instant `now`."""
        found: dict[str, Any] = {}
        if self.period:
            found["period"] = span_of(self.period, now, calendar)
        if self.compare:
            found["compare"] = span_of(self.compare, now, calendar)
        return self.query.model_copy(update=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture of a query's rows."""

    query: str
    kind: Literal["line", "bar"]
    title: str


EVERY = "*"  # every source that the queries read


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """How many rows a query is expected to have, both ends included."""

    least: int | None = None
    most: int | None = None

    @property
    def words(self) -> str:
        """`5 to 40`, `5 or more`."""
        if self.least is None or self.most is None:
            return f"{self.least:,} or more" if self.least is not None else f"{self.most or 0:,} or fewer"
        return f"{self.least:,} to {self.most:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What must hold before a digest is posted. `freshness` is how old the newest load of a source may be at the slot's time.

    With `tested_within`, dbt must have tested the data that recently, too. `reconciliations` are bridges that must close.
    """

    freshness: Mapping[str, dt.timedelta] = field(default_factory=dict)
    dbt_tests: bool = False
    tested_within: dt.timedelta | None = None
    rows: Mapping[str, Band] = field(default_factory=dict)
    reconciliations: Mapping[str, Named | Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The dimension whose first values each have a digest of their own."""

    over: str
    top: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """One file, read and checked. `name` is `team/file-name`; `channel` has no `#`; `version` is a hash of the text."""

    name: str
    title: str
    owner: str
    batch: Batch | None = None
    service: str = ""  # the identity it runs under, as access.yml declares it; "" for its owner
    channel: str
    schedule: Schedule
    queries: Mapping[str, Planned]
    bridges: Mapping[str, Named | Span]
    charts: Mapping[str, Chart]
    parameters: Mapping[str, Cell]
    gates: Gates
    post_when: str  # a condition on the results, as words are written; "" for always
    restate: Decimal | None  # the share by which a posted number may move unsaid; None: nothing is said
    narrate: bool = False  # whether a model may write the opening paragraph
    body: str
    body_line: int
    file: str
    version: str


def name_of(file: str) -> str:
    """`team/file-name` of a playbook's path, whatever folders lie above."""
    return "/".join(file.removesuffix(".md").split("/")[-2:])


def span_of(period: Named | Span, now: dt.datetime, calendar: periods.Calendar) -> Span:
    """The days that a period of a playbook means at the instant `now`."""
    if isinstance(period, Span):
        return period
    days = periods.named(period, now, calendar)
    return Span(start=days.start, end=days.end)
