"""A bug planted in any one metric shows against the truth: the answer key has no hole that one would slip through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pytest
from halden_data import DEFAULT_OUT, Halden, halden_files
from sqlglot import exp
from test_every_metric_equals_the_truth import expected_rows, query_of

from anabot.semantic import compile_query, parse_registry, render
from anabot.semantic.filters import Predicate
from anabot.semantic.registry import Metric, Registry
from anabot.types import Cell, Grant
from anabot.warehouses.base import Result, to_cell
from anabot.warehouses.cells import typed

REGISTRY = parse_registry(halden_files(), None)
OTHER_AGGREGATION = {"sum": "max", "count_distinct": "count", "min": "max", "max": "min"}
OTHER_SIGN: dict[type[exp.Expression], Any] = {exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Mul: exp.Div, exp.Div: exp.Mul}
Bugs = Iterator[tuple[str, Metric]]


def bugs_of(metric: Metric) -> Bugs:
    """What might be wrong with a metric, and the metric with that bug."""
    match metric.kind:
        case "simple":
            yield from _of_the_rows(metric)
            yield from _of_the_filter(metric)
        case "ratio":
            yield "upside down", replace(metric, inputs=metric.inputs[::-1])
            yield from _of_the_inputs(metric)
        case "derived":
            yield from _of_the_formula(metric)
            yield from _of_the_inputs(metric)


def _of_the_rows(metric: Metric) -> Bugs:
    if other := OTHER_AGGREGATION.get(metric.agg):
        yield other, replace(metric, agg=other)
    if metric.agg == "count":
        yield "every row twice", replace(metric, agg="sum", tree=exp.Literal.number(2))
    if metric.agg == "sum":
        yield "the sign turned", replace(metric, tree=exp.Neg(this=exp.Paren(this=metric.tree)))
    for near in _near(metric):
        if near.expr != metric.expr:
            yield f"the column of {near.name}", replace(metric, tree=near.tree)
    for name, dimension in REGISTRY.models[metric.model].dimensions.items():
        if metric.time_dimension and dimension.kind == "time" and name != metric.time_dimension:
            yield f"by its {name}", replace(metric, time_dimension=name)
    if metric.non_additive:
        yield "added over time", replace(metric, non_additive=None)
        yield "picked at the other end", replace(metric, non_additive=replace(metric.non_additive, pick="min"))


def _near(metric: Metric) -> list[Metric]:
    """Other metrics of the same model that are put together alike."""
    return [one for one in REGISTRY.metrics.values() if one != metric and _shape(one) == _shape(metric)]


def _shape(metric: Metric) -> tuple[str, ...]:
    return metric.kind, metric.model, metric.agg, metric.time_dimension


def _of_the_filter(metric: Metric) -> Bugs:
    if not metric.where:
        return
    (predicate,) = metric.where
    yield "its filter forgotten", replace(metric, where=())
    yield "its filter turned round", replace(metric, where=(_with(predicate, exp.Not(this=exp.Paren(this=predicate.tree))),))
    for value in predicate.tree.find_all(exp.Literal):
        tree = predicate.tree.transform(lambda node, gone=value: exp.Literal.string("nothing") if node == gone else node)
        yield f"{value.name} misspelled", replace(metric, where=(_with(predicate, tree),))


def _with(predicate: Predicate, tree: exp.Expression) -> Predicate:
    return replace(predicate, text=tree.sql(), tree=tree)


def _of_the_inputs(metric: Metric) -> Bugs:
    for place, each in enumerate(metric.inputs):
        for near in _near(REGISTRY.metrics[each.metric]):
            inputs = list(metric.inputs)
            inputs[place] = replace(each, metric=near.name)
            yield f"{near.name} for {each.metric}", replace(metric, inputs=tuple(inputs))


def _of_the_formula(metric: Metric) -> Bugs:
    for place, node in enumerate(metric.tree.walk()):
        if type(node) in OTHER_SIGN:
            tree = metric.tree.copy()
            changed = list(tree.walk())[place]
            other = OTHER_SIGN[type(node)](this=changed.this, expression=changed.expression)
            tree = other if changed is tree else changed.replace(other).root()
            yield f"another sign: {tree.sql()}", replace(metric, tree=tree)


PLANTED = [(metric.name, what, bug) for metric in REGISTRY.metrics.values() for what, bug in bugs_of(metric)]


@pytest.fixture(scope="module")
def warehouse(halden: Halden) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(DEFAULT_OUT / "halden.duckdb"), read_only=True) as connection:
        yield connection


def answered(registry: Registry, metric: str, case: dict[str, Any], warehouse: duckdb.DuckDBPyConnection) -> dict[Any, Cell]:
    names = frozenset(registry.metrics)
    grant = Grant(subject="test", audience="test", metrics=names, listed=names)
    compiled = compile_query(registry, query_of(metric, case), grant)
    statement = render(compiled.prepared[0])
    rows = tuple(tuple(map(to_cell, row)) for row in warehouse.execute(statement.text, list(statement.params)).fetchall())
    table = typed(Result(names=tuple(column.name for column in compiled.columns), rows=rows), compiled.columns)
    return {tuple("" if cell is None else str(cell) for cell in row[:-1]): row[-1] for row in table.rows}


@pytest.mark.parametrize(("metric", "what", "bug"), PLANTED, ids=[f"{metric}: {what}" for metric, what, _ in PLANTED])
def test_a_planted_bug_shows_against_the_truth(
    halden: Halden, warehouse: duckdb.DuckDBPyConnection, metric: str, what: str, bug: Metric
) -> None:
    broken = replace(REGISTRY, metrics={**REGISTRY.metrics, metric: bug})

    noticed = any(answered(broken, metric, case, warehouse) != expected_rows(case) for case in halden.truth["metrics"][metric])

    assert noticed


def test_no_metric_goes_without_a_planted_bug() -> None:
    assert {metric for metric, _, _ in PLANTED} == set(REGISTRY.metrics)


@pytest.mark.parametrize("metric", sorted(REGISTRY.metrics))
def test_nothing_shows_where_no_bug_was_planted(halden: Halden, warehouse: duckdb.DuckDBPyConnection, metric: str) -> None:
    cases = halden.truth["metrics"][metric]

    wrong = [case for case in cases if answered(REGISTRY, metric, case, warehouse) != expected_rows(case)]

    assert not wrong
