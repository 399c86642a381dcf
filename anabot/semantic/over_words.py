"""What a number of groups is called: `Average net revenue per customer`, `Customers with at least 3 orders`.

Its columns are metrics to whatever speaks about rows, of one question alone: never kept, never certified. It computes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from anabot.semantic.date_parts import part_in
from anabot.semantic.formula_words import column_words, filter_words
from anabot.semantic.made import known_to
from anabot.semantic.query import Condition, Filter, MetricQuery, Not, Over
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.units import format_cell
from anabot.types import Column

_FIRST = {"average": "Average", "median": "Median", "min": "Lowest", "max": "Highest", "sum": "Total"}
_OPS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than", "eq": "exactly"}
_TYPES = {"usd": "money", "ratio": "ratio", "times": "ratio", "date": "time", "time": "time"}
_OPPOSITE = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge"}


def known_of(registry: Registry, query: MetricQuery) -> Registry:
    """The registry as the words about one question's rows see it: with what is made for it, and what is over groups."""
    known = known_to(registry, query.made)
    if query.over is None:
        return known
    return replace(known, metrics={**known.metrics, **{each.name: each for each in metrics_of(query, query.over, registry)}})


def metrics_of(query: MetricQuery, over: Over, registry: Registry) -> tuple[Metric, ...]:
    """Its columns as metrics, with labels that say what they are."""
    metric = known_to(registry, query.made).metrics[query.grouped]
    whose, said = nouns(over.each, registry), conditions_said(query.having, metric, registry)
    counted = f"{_capital(whose)} with {said or _any_of(query, metric)}"
    groups = counted if said else _capital(f"{whose} counted")
    first = f"{_FIRST.get(over.how, '')} {lower(metric.label)} per {noun(over.each, registry)}"
    words = {
        "count": [counted],
        "share": [f"Share of {whose} with {said}", counted, _all(query, whose, metric)],
        "sum": [f"Total {lower(metric.label)} of {whose}", groups],
    }.get(over.how, [first, groups])
    units = {"count": ["count"], "share": ["ratio", "count", "count"]}.get(over.how, [metric.unit, "count"])
    return tuple(
        Metric(name=name, kind="derived", label=label, description=f"{label}, made for one question.", unit=unit)
        for name, label, unit in zip(over.names(metric.name), words, units, strict=True)
    )


def columns_of(query: MetricQuery, over: Over, registry: Registry) -> list[Column]:
    """The columns as people read them."""
    found = metrics_of(query, over, registry)
    counts = over.names("")[0 if over.how == "count" else 1 :]
    return [
        Column(
            name=each.name,
            type="integer" if each.name.endswith(counts) else _TYPES.get(each.unit, "number"),
            unit=each.unit,
            label=each.label,
        )
        for each in found
    ]


def said_of(query: MetricQuery, registry: Registry) -> str:
    """What an answer says of the groups that count in it."""
    over = query.over
    if over is None:
        return ""
    metric, whose = registry.metrics[query.metrics[0]], nouns(over.each, registry)
    which = f"all {whose}, also those without any" if query.every else f"{whose} that have any {lower(metric.label)}"
    verb = "Computed over" if over.how != "count" else "Counted among"
    return f"{verb} {which}: made for this question, and nobody has defined it."


def noun(each: Sequence[str], registry: Registry) -> str:
    """`customer`, `customer and month`."""
    return " and ".join(_called(name, registry) for name in each)


def nouns(each: Sequence[str], registry: Registry) -> str:
    """`customers`, `pairs of customer and month`."""
    if len(each) > 1:
        return f"{'pairs' if len(each) == 2 else 'combinations'} of {noun(each, registry)}"
    return plural(noun(each, registry))


def conditions_said(having: Sequence[Filter], metric: Metric, registry: Registry) -> str:
    """`at least 3 orders and at most 10 orders`, `net revenue of more than $100.00`; empty where there is none."""
    return " and ".join(_condition(part, metric, registry) for part in having)


def plural(word: str) -> str:
    """`customers`, `countries`, `branches`."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def singular(label: str) -> str:
    """The name of one of them: `order placed` of `orders placed`, `active customer` of `active customers`."""
    first, *rest = label.split(" ")
    if rest and not _is_plural(rest[-1]):
        return " ".join([_one(first), *rest])
    return " ".join([first, *rest[:-1], _one(rest[-1])]) if rest else _one(first)


def lower(label: str) -> str:
    """A label inside a sentence; one that begins with capitals, such as "IT tickets", keeps them."""
    return label[0].lower() + label[1:] if label[:1].isupper() and not label[1:2].isupper() else label


def _called(name: str, registry: Registry) -> str:
    return lower(column_words(registry, name)) if not part_in(name) else column_words(registry, name)


def _all(query: MetricQuery, whose: str, metric: Metric) -> str:
    return f"All {whose}" if query.every else f"{_capital(whose)} with {_any_of(query, metric)}"


def _any_of(query: MetricQuery, metric: Metric) -> str:
    return f"{'or without ' if query.every else ''}any {lower(metric.label)}"


def _condition(part: Filter, metric: Metric, registry: Registry) -> str:
    if isinstance(part, Not) and isinstance(part.not_, Condition) and part.not_.op in _OPPOSITE:
        return _condition(part.not_.model_copy(update={"op": _OPPOSITE[part.not_.op]}), metric, registry)
    if not isinstance(part, Condition) or part.op not in (*_OPS, "between"):
        return f"a number for which {filter_words(part.model_dump(by_alias=True), registry)}"
    values = [format_cell(Decimal(each), Column(name=metric.name, type="number", unit=metric.unit)) for each in part.values]
    if _is_counted(metric) and part.op == "eq" and values == ["0"]:
        return f"no {lower(metric.label)}"
    how = f"between {values[0]} and {values[1]}" if part.op == "between" else f"{_OPS[part.op]} {values[0]}"
    if _is_counted(metric):
        what = singular(lower(metric.label)) if values == ["1"] else lower(metric.label)
        return f"{how.replace('less than', 'fewer than')} {what}"
    return f"{lower(metric.label)} of {how}"


def _is_counted(metric: Metric) -> bool:
    return metric.unit in ("", "count") and metric.agg in ("count", "count_distinct", "sum", "sum_boolean")


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _one(word: str) -> str:
    if not _is_plural(word):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes")) else word[:-1]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
