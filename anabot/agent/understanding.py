"""What came of reading one message: a query, a question back, a refusal, or the words nobody has defined.

Frozen nouns only. They never carry a metric, a value or a name that the asker may not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from anabot.semantic.query import MetricQuery

Chart = Literal["", "line", "bar"]
Ask = Literal["", "definition", "sql", "why"]
# Why a message was not understood. `message` says it to people; the code is for machines and tests.
Reason = Literal[
    "help",  # a greeting, an empty message, "what can you do"
    "courtesy",  # nothing but thanks
    "catalog",  # which metrics there are about something
    "too_long",
    "unknown_words",  # `unknown` names them
    "no_metric",  # everything is known, but nothing says what to count
    "why",  # asks for a cause of something that has no change
    "period",  # a date that can be read in two ways, or not at all
    "two_periods",
    "several_ambiguous",
    "unreachable",  # a known dimension that this metric does not have
    "no_group",  # "over 5 million" or "top 3" without saying of what
    "shape",  # a known word in a place where it means nothing
    "bad_query",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One query that the words mean, completely. `assumptions` are sentences about what was chosen for the asker."""

    query: MetricQuery
    assumptions: tuple[str, ...] = ()
    period_label: str = ""  # "FY26 Q2 (1 May – 31 Jul 2026)"
    chart: Chart = ""
    ask: Ask = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """Every word is explained. Several readings when the message asks several things."""

    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """`word` has two or three governed readings and no default. Each choice is the whole question, so read."""

    word: str
    choices: tuple[tuple[str, MetricQuery], ...]
    assumptions: tuple[str, ...] = ()
    period_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """The message names metrics that the asker may know of, but not see here."""

    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """Nothing was guessed. `unknown` are the asker's own words; `nearest` are metrics the asker may see, `alike` values."""

    reason: Reason
    unknown: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    message: str = ""


Understanding = Understood | Ambiguous | Forbidden | NotUnderstood
