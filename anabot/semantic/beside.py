"""Columns beside a metric's own that are told from all rows of the answer: its share of the total, and its running total.

They are windows over the aggregated rows, before anything is sorted out or cut off: the first three of a list have their share
of the whole list. With `share`, conditions on what the rows are grouped by choose rows afterwards: the share of one region is
that of the total of all. It never adds up what does not add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.periods import Grain
from anabot.semantic import conditions
from anabot.semantic.bindings import Values
from anabot.semantic.meaning import Meaning
from anabot.semantic.plan import Beside, Shown
from anabot.semantic.query import Filter, MetricQuery, fields_of, sets_times
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.trees import cast, column, divided
from anabot.types import Column

SHARE, RUNNING = "share", "running"
_ADDED_UP = ("sum", "count", "sum_boolean")
_LINEAR = (exp.Add, exp.Sub, exp.Neg, exp.Paren, exp.Column, exp.Identifier)
_SHOWN = "DECIMAL(38, 10)"


def tails(query: MetricQuery) -> tuple[str, ...]:
    """What stands beside each metric."""
    return (SHARE,) * query.share + (RUNNING,) * query.running


def check(registry: Registry, query: MetricQuery, keys: Sequence[Meaning]) -> None:
    """Whether the metrics add up over what they are grouped by.

    Raises:
        BadQuery: one does not, or there is no one time to add up along.
    """
    over_time, others = _times(keys), len(keys) > len(_times(keys))
    if query.running and len(over_time) != 1:
        raise BadQuery("A running total needs one time to run along.", todo="Group by one of them, such as `metric_time__month`.")
    for name in query.metrics if tails(query) else ():
        balance = adds_up(registry, registry.metrics[name])
        if balance is None or (balance and (query.running or not others)):
            what = "a running total" if query.running else "a share of a total"
            why = "It is an average, a ratio, a count of distinct things, or a balance, whose parts are no total."
            raise BadQuery(f"`{name}` does not add up, so it has no {what[2:]}.", why=why, todo="Ask for it without.")


def held_back(query: MetricQuery) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """The conditions of `where` that choose what is measured, and those that choose rows afterwards."""
    if not query.share:
        return query.where, ()
    shown = set(query.group_by)
    later = tuple(part for part in query.where if set(fields_of((part,))) <= shown and not sets_times(part))
    return tuple(part for part in query.where if part not in later), later


def beside(plan: Shown, query: MetricQuery, keys: Sequence[Meaning], values: Values, dialect: str, fiscal_start: int) -> Shown:
    """The plan with the columns, and with its conditions over what is shown."""
    at = [meaning.name for meaning in _times(keys)]
    others = [meaning.name for meaning in keys if meaning.name not in at]
    columns: list[tuple[str, exp.Expression]] = []
    for name, _ in plan.columns:
        columns.append((name, column(name)))
        if name in query.metrics and query.share:
            total = _sum(name, at if others else ())
            columns.append((f"{name}__{SHARE}", cast(divided(column(name), total, dialect), _SHOWN)))
        if name in query.metrics and query.running:
            columns.append((f"{name}__{RUNNING}", _sum(name, others, along=at[0])))
    slots = {meaning.name: meaning.any_slot for meaning in keys}
    kept = [
        conditions.condition(
            part, lambda leaf: conditions.on_slot(leaf, slots[leaf.field], column(leaf.field), values, fiscal_start)
        )
        for part in held_back(query)[1]
    ]
    kept += [
        conditions.condition(part, lambda leaf: conditions.on_number(leaf, column(leaf.field), values)) for part in query.having
    ]
    return replace(plan, having=(), beside=Beside(columns=tuple(columns), kept=tuple(kept)))


def described(first: Column, query: MetricQuery) -> list[Column]:
    """The columns as people read them."""
    found = {
        SHARE: replace(first, name=f"{first.name}__{SHARE}", type="ratio", unit="ratio", label=f"{first.label}, share of total"),
        RUNNING: replace(first, name=f"{first.name}__{RUNNING}", label=f"{first.label}, running total"),
    }
    return [found[tail] for tail in tails(query)]


def _sum(name: str, by: Sequence[str], along: str = "") -> exp.Expression:
    window = exp.Window(this=exp.Sum(this=column(name)), partition_by=[column(each) for each in by], over="OVER")
    if along:
        window.set("order", exp.Order(expressions=[exp.Ordered(this=column(along), nulls_first=False)]))
        spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
        window.set("spec", spec)
    return window


def _times(keys: Sequence[Meaning]) -> list[Meaning]:
    """The keys that are whole stretches of the metrics' own time; a day of the week is a name like any other."""
    return [
        each for each in keys if each.any_slot.metric_time and not each.any_slot.part and isinstance(each.any_slot.grain, Grain)
    ]


def adds_up(registry: Registry, metric: Metric) -> bool | None:
    """Whether the metric is a balance, which adds up over everything but time; None where it does not add up at all."""
    if metric.kind == "simple":
        return metric.non_additive is not None if metric.agg in _ADDED_UP else None
    linear = metric.kind == "derived" and all(isinstance(node, _LINEAR) for node in metric.tree.walk())
    if not linear or any(each.offset or each.offset_to for each in metric.inputs):
        return None
    found = [adds_up(registry, registry.metrics[each.metric]) for each in metric.inputs]
    return None if None in found else any(found)
