"""Say in words how a metric is computed and what names mean: labels instead of names, dbt models instead of SQL.

Pure, and plain text: whoever shows it escapes it. It is told from the registry, never from memory of how such things usually are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from anabot.periods import Grain
from anabot.semantic.date_parts import part_in, part_words
from anabot.semantic.registry import Input, Metric, Registry
from anabot.semantic.units import readable

_AGGREGATIONS = {
    "sum": "the sum of", "count": "the count of", "count_distinct": "the number of distinct", "average": "the average of",
    "min": "the smallest", "max": "the largest", "median": "the median of", "percentile": "a percentile of",
    "sum_boolean": "the number of rows with",
}  # fmt: skip
_OPS = {
    "eq": "is", "ne": "is not", "in": "is one of", "not_in": "is none of", "lt": "is below", "le": "is at most", "gt": "is above",
    "ge": "is at least", "between": "is between", "contains": "contains", "starts_with": "starts with", "ends_with": "ends with",
    "is_null": "has no value",
    "not_null": "has a value",
}  # fmt: skip
_SET = {
    "eq": "is in the same {grain} as", "ne": "is in another {grain} than", "lt": "is in an earlier {grain} than",
    "le": "is in no later {grain} than", "gt": "is in a later {grain} than", "ge": "is in no earlier {grain} than",
}  # fmt: skip
_SET_DAYS = {
    "eq": "is on the same day as", "ne": "is on another day than", "lt": "is before", "le": "is not after", "gt": "is after",
    "ge": "is not before",
}  # fmt: skip
_HOW_MANY = {
    "eq": "", "ne": "not ", "lt": "less than ", "le": "at most ", "gt": "more than ", "ge": "at least ", "between": "",
}  # fmt: skip
_TURNED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_GRAINS = frozenset(grain.value for grain in Grain)
_SIGNS = {"-": "−", "*": "×", "/": "÷"}
# `{{ Dimension('order__channel') }}`, as dbt writes it, is `channel` to people.
_BRACES, _NAME = re.compile(r"\{\{(.*?)\}\}", re.DOTALL), re.compile(r"'([^']*)'")
_WORD = re.compile(r"[A-Za-z_]\w*|\s[-*/]\s")


def formula(metric: Metric, registry: Registry) -> str:
    """How a metric is computed: `the sum of net_amount in fct_net_revenue`, `Net revenue ÷ Total program cost`."""
    said = _computed(metric, registry)
    only = " and ".join(f"“{_in_words(one.text, registry)}”" for one in metric.where)
    return f"{said}, counting only rows where {only}" if only else said


def column_words(registry: Registry, name: str) -> str:
    """What people call a column of a query: a metric's or dimension's label, `fiscal quarter` for a grain of time."""
    if name in registry.metrics:
        return registry.metrics[name].label
    if part := part_in(name):
        return part_words(part)
    bare = name.rpartition("__")[2]
    labels = {
        model.dimensions[bare].label
        for model in registry.models.values()
        if bare in model.dimensions and model.dimensions[bare].label
    }
    return labels.pop() if len(labels) == 1 else bare.replace("_", " ")


def filter_words(part: Mapping[str, Any], registry: Registry, own_time: str = "") -> str:
    """A filter of a query, given as JSON: `Segment is one of robotics, big tech`. `own_time` is what rows are counted by."""
    for joint, word in (("any", " or "), ("all", " and ")):
        if joint in part:
            return "(" + word.join(filter_words(one, registry, own_time) for one in part[joint]) + ")"
    if "not" in part:
        return f"not {filter_words(part['not'], registry, own_time)}"
    if "against" in part:
        return _set_against(part, registry, own_time)
    values = [readable(str(one)) for one in part.get("values", ())]
    joined = (" and " if part.get("op") == "between" else ", ").join(values)
    return f"{column_words(registry, str(part['field']))} {_OPS.get(str(part.get('op', 'eq')), 'is')} {joined}".strip()


def _set_against(part: Mapping[str, Any], registry: Registry, own_time: str) -> str:
    """Two times: `Order date is in the same month as Signed up on`, `Paid on is 0 to 30 days after Due on`."""
    names = (_timeless(str(part[key])) for key in ("field", "against"))
    first, second = (column_words(registry, own_time if own_time and name == "metric_time" else name) for name in names)
    tail = str(part["field"]).rpartition("__")[2]
    grain = tail.replace("_", " ") if tail in _GRAINS else "day"
    values, op = [int(each) for each in part.get("values", ())], str(part.get("op", "eq"))
    if not values:
        said = _SET_DAYS[op] if grain == "day" else _SET[op].format(grain=grain)
        return f"{first} {said} {second}"
    way = "after"
    if max(values) <= 0 and min(values) < 0:
        values, op, way = sorted(-each for each in values), _TURNED.get(op, op), "before"
    count = " to ".join(map(str, values))
    return f"{first} is {_HOW_MANY[op]}{count} {grain}{'' if count == '1' else 's'} {way} {second}"


def _timeless(name: str) -> str:
    base, _, tail = name.rpartition("__")
    return base if base and tail in _GRAINS else name


def _computed(metric: Metric, registry: Registry) -> str:
    inputs = [_input(one, registry) for one in metric.inputs]
    if metric.kind == "ratio" and len(inputs) == 2:
        return " ÷ ".join(inputs)
    if metric.kind == "cumulative" and inputs:
        return f"{inputs[0]}, added up {_window(metric)}"
    if metric.kind == "conversion" and len(inputs) == 2:
        share = metric.conversion is not None and metric.conversion.rate
        return f"{'the share of ' if share else ''}{inputs[0]} that became {inputs[1]}"
    if metric.formula:
        return _with_labels(metric, registry)
    model = registry.models.get(metric.model)
    what = _AGGREGATIONS.get(metric.agg, metric.agg)
    return f"{what} {metric.expr or 'rows'} in {(model.dbt_model if model else '') or metric.model}"


def _window(metric: Metric) -> str:
    window = metric.window
    if window is None or window.kind == "all_time":
        return "over all time"
    if window.kind == "to_date":
        return f"since the start of the {window.unit.replace('_', ' ')}"
    return f"over {window.count} {window.unit.replace('_', ' ')}s"


def _with_labels(metric: Metric, registry: Registry) -> str:
    """The formula with its inputs by their labels; functions and numbers stay."""
    names = {one.alias or one.metric: _input(one, registry) for one in metric.inputs}

    def word(found: re.Match[str]) -> str:
        text = found[0]
        return names.get(text, text) if text.strip() == text else f" {_SIGNS[text.strip()]} "

    return _WORD.sub(word, metric.formula)


def _input(one: Input, registry: Registry) -> str:
    label = registry.metrics[one.metric].label if one.metric in registry.metrics else one.metric
    return f"{label}{''.join(_moved(one))}"


def _moved(one: Input) -> Iterator[str]:
    if one.offset:
        count, unit = one.offset
        yield f" ({count} {unit}{'s' if count > 1 else ''} earlier)"
    if one.offset_to:
        yield f" (at the start of the {one.offset_to.replace('_', ' ')})"
    if one.where:
        yield " (a part of it)"


def _in_words(condition: str, registry: Registry) -> str:
    def name(found: re.Match[str]) -> str:
        quoted = _NAME.findall(found[1])
        return column_words(registry, quoted[0]) if quoted else found[1].strip()

    return " ".join(_BRACES.sub(name, condition).split())
