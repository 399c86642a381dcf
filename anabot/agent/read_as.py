"""A typed query in one line of words, so that whoever asked can see what was read. Pure; told from the query alone."""

from __future__ import annotations

from anabot.agent.sentence import listed
from anabot.periods import Period, between_days, label, whole_months
from anabot.semantic.formula_words import column_words, filter_words
from anabot.semantic.over_words import known_of
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.registry import Registry

_COMPARED = {
    "previous_period": "the period before",
    "previous_year": "the year before",
    "same_point": "the same point of the period before",
    "same_point_previous_year": "the same point of the year before",
}


def in_words(query: MetricQuery, registry: Registry) -> str:
    """`Net revenue by Segment where Region is North, FY26 Q2 (1 May – 31 Jul 2026), compared with the year before`."""
    known = known_of(registry, query)
    said = listed([column_words(known, name) for name in query.numbers])
    if query.group_by:
        said += f" by {listed([column_words(registry, name) for name in query.group_by])}"
    said += " with shares of the total" if query.share else ""
    said += " with running totals" if query.running else ""
    said += ", also those without any" if query.every else ""
    chosen = query.where if query.over else (*query.where, *query.having)  # a number of groups says itself of which ones
    narrowed = [filter_words(part.model_dump(by_alias=True), registry) for part in chosen]
    if narrowed:
        said += f" where {' and '.join(narrowed)}"
    said += f", {_days(query.period, registry)}" if query.period else ", all time"
    if query.compare is not None:
        before = _days(query.compare, registry) if isinstance(query.compare, Span) else _COMPARED[query.compare]
        said += f", compared with {before}"
    if query.limit:
        said += f", the first {query.limit}"
        said += f" of each {listed([column_words(registry, name) for name in query.limit_by])}" if query.limit_by else ""
    return said


def _days(span: Span, registry: Registry) -> str:
    period = Period(span.start, span.end)
    name, days = label(period, registry.calendar.fiscal_start), between_days(period)
    return f"{name} ({days})" if whole_months(period) in (3, 12) and " to " not in name else days
