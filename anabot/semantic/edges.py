"""The first or last date of what a metric counts, or how many days it is after another date of the same rows. Pure.

Made for one question of a governed metric that counts or adds up rows: of those rows the least or greatest of the time that they
are counted by. Whoever may see the metric by day may see it. It is never kept and never certified.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.periods import Grain
from anabot.semantic.formula_words import column_words
from anabot.semantic.query import Made, MetricQuery
from anabot.semantic.registry import Dimension, Metric, Registry
from anabot.semantic.trees import DATED, case, number

_AGGS = {"first": "min", "last": "max"}
_COUNTED = ("count", "count_distinct", "sum", "sum_boolean")


def is_edge(made: Made) -> bool:
    """Whether a date is asked for, or days up to one, and no number of two metrics."""
    return made.op in _AGGS


def metric_of_edge(made: Made, registry: Registry) -> Metric:
    """The date as a metric, or the days up to it."""
    counted = registry.metrics[made.left]
    time = _time(counted, registry)
    days = "days" if made.since else ""
    return replace(
        counted,
        name=made.name,
        label=label_of_edge(made, registry),
        description=f"{label_of_edge(made, registry)}, made for one question.",
        agg=_AGGS[made.op],
        expr="" if days else time.expr,
        tree=_of_its_rows(counted, time, registry),
        unit=days or ("time" if time.grain and time.grain not in DATED else "date"),
        since=made.since,
        fill_nulls_with=None,
        default_period="",
        default_group_by=(),
        better="",
        certified=None,
        golden=(),
        bridges=(),
        phrases={},
        synonyms=(),
    )


def label_of_edge(made: Made, registry: Registry) -> str:
    """`First date of Orders`, `Days from Signed up on to the first of Orders`."""
    label = registry.metrics[made.left].label
    if made.since:
        return f"Days from {column_words(registry, made.since.removesuffix('__day'))} to the {made.op} of {label}"
    return f"{made.op.capitalize()} date of {label}"


def check_edge(registry: Registry, query: MetricQuery, made: Made) -> None:
    """Whether the metric has such a date.

    Raises:
        BadQuery: it counts no rows at a time of their own, or two periods are compared.
    """
    metric = registry.metrics[made.left]
    plain = metric.kind == "simple" and metric.agg in _COUNTED and metric.non_additive is None and not metric.join_to_timespine
    if not plain or not metric.time_dimension:
        why = f"{metric.label} neither counts nor adds up rows at a time of their own."
        raise BadQuery(f"`{metric.name}` has no {made.op} date.", why=why, todo="Ask for it by day.")
    if query.compare is not None:
        raise BadQuery("A date cannot be compared as a number.", todo="Ask for both periods one by one.")
    if made.since and _time(metric, registry).grain not in (None, Grain.DAY) and _time(metric, registry).grain in DATED:
        raise BadQuery(f"`{metric.name}` is not known by day.", todo="Ask for the date alone.")


def declared(made: Made, registry: Registry, among: tuple[str, ...]) -> list[str]:
    """The metrics of `among` that are just this date."""
    if made.since:
        return []
    own = metric_of_edge(made, registry)
    texts = {each.text for each in own.where}
    wanted = (own.model, own.agg, own.expr, own.time_dimension)
    found = (registry.metrics[name] for name in among)
    return [
        m.name for m in found if (m.model, m.agg, m.expr, m.time_dimension) == wanted and {each.text for each in m.where} == texts
    ]


def _time(metric: Metric, registry: Registry) -> Dimension:
    return registry.models[metric.model].dimensions[metric.time_dimension]


def _of_its_rows(metric: Metric, time: Dimension, registry: Registry) -> exp.Expression:
    """The time of the rows that the metric grows by: all of them, where it counts the rows themselves."""
    keys = {each.expr for each in registry.models[metric.model].entities.values() if each.kind == "primary"}
    if metric.agg.startswith("count") and (metric.expr in keys or isinstance(metric.tree, exp.Literal | exp.Star)):
        return time.tree.copy()
    value = exp.Paren(this=metric.tree.copy())
    if metric.agg == "sum_boolean":
        return case(metric.tree.copy(), time.tree.copy())
    there = (
        exp.NEQ(this=value, expression=number(0))
        if metric.agg == "sum"
        else exp.Not(this=exp.Is(this=value, expression=exp.Null()))
    )
    return case(there, time.tree.copy())
