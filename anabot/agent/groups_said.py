"""One number of groups in a sentence that says which groups count: `… was 3.2 in Sep 2026, over the 214 customers with any.`

Every number is a cell of the row. It computes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from anabot.semantic.made import known_to
from anabot.semantic.over_words import conditions_said, lower, noun, nouns
from anabot.semantic.query import MetricQuery, Over
from anabot.semantic.registry import Metric, Registry


def said(query: MetricQuery, over: Over, registry: Registry, label: str, numbers: Sequence[str], around: str) -> str:
    """The sentence; `numbers` are the row's own as text, `around` says when and of what: ` in Sep 2026 for North`."""
    metric, number = registry.metrics[query.metrics[0]], known_to(registry, query.made).metrics[query.grouped]
    first, *counts = numbers
    meets = conditions_said(query.having, number, registry) or f"any {lower(metric.label)}"
    if over.how == "count":
        return f"{first} {_of(first, over, registry)} had {meets}{around}."
    if over.how == "share":
        among = "in all" if query.every else f"that had any {lower(metric.label)}"
        return f"{label} was {first}{around}: {counts[0]} of the {counts[1]} {among}."
    return f"{label} was {first}{around}, over {_which(query, over, number, registry, counts[-1])}."


def _which(query: MetricQuery, over: Over, metric: Metric, registry: Registry, count: str) -> str:
    """`the 214 customers that had any`, `all 30 days`."""
    whose = _of(count, over, registry)
    if query.having:
        return f"the {count} {whose} with {conditions_said(query.having, metric, registry)}"
    return f"all {count} {whose}, with or without any" if query.every else f"the {count} {whose} that had any"


def _of(count: str, over: Over, registry: Registry) -> str:
    return noun(over.each, registry) if count == "1" and len(over.each) == 1 else nouns(over.each, registry)
