"""A period is a half-open comparison of the bare time column in every scan, so that a warehouse skips what it need not read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlglot import exp

from anabot.periods import Grain
from anabot.semantic.trees import cut
from tests.semantic.cases import CASES
from tests.semantic.test_semantic_sql import ALL, SAID, compiled
from tests.semantic.wide import wide_registry
from tests.tiny import tiny_registry

DATED = [(case, dialect) for case, dialect in SAID if "period" in ALL[case].query]


def times(case: str) -> dict[str, str]:
    """The time column of each model that metrics are measured on, by the name its scan has."""
    registry = tiny_registry() if case in CASES else wide_registry()
    return {
        metric.model: registry.models[metric.model].dimensions[metric.time_dimension].expr
        for metric in registry.metrics.values()
        if metric.model and metric.time_dimension
    }


def faults(tree: exp.Expression, columns: dict[str, str], *, from_ever: bool = False) -> Iterator[str]:
    """What keeps a scan from being pruned. Rows that are only looked up, joined as a whole, have no period of their own."""
    scans = [each for each in tree.find_all(exp.Select) if not each.find_ancestor(exp.Join, exp.In) or _times_of(each, columns)]
    bounded = 0
    for select in scans:
        names = {source.alias for source in (select.args["from_"].this, *(join.this for join in select.args.get("joins") or ()))}
        if not (select.args["from_"].this.alias in columns or ("spine" in names and names & columns.keys())):
            continue
        if isinstance(select.expressions[0], exp.Star):
            continue  # the rows that a row rule allows: the period stands around them
        held = [node for node in _times_of(select, columns) if not _against_another(node)]
        yield from (f"{node.parent.sql()} is not bare" for node in held if node.table != "spine" and not _bare(node))
        base = next(name for name in (select.args["from_"].this.alias, *names) if name in columns)
        if not any(isinstance(node.parent, exp.LT) and node.table == base for node in held):
            yield f"{base} has no end"
        if not any(isinstance(node.parent, exp.GTE) for node in held) and not from_ever:
            yield f"{base} has no start"
        bounded += 1
    if not bounded:
        yield "nothing is scanned"


def _times_of(select: exp.Select, columns: dict[str, str]) -> list[exp.Column]:
    where = select.args.get("where")
    found = [node for node in where.find_all(exp.Column) if _is_time(node, columns)] if where else []
    return [node for node in found if not _set_against_another(node)]


def _set_against_another(node: exp.Column) -> bool:
    """Whether a time stands in a condition with another time, which is no bound of the period."""
    held = node.find_ancestor(exp.Predicate)
    return held is not None and len(list(held.find_all(exp.Column))) > 1


def _is_time(node: exp.Column, columns: dict[str, str]) -> bool:
    return columns.get(node.table) == node.name or (node.table == "spine" and node.name in ("day", "hour"))


def _against_another(node: exp.Column) -> bool:
    """Whether it is compared with another time of the rows, which is no period."""
    over = node.find_ancestor(exp.Between, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
    return over is not None and len({(each.table, each.name) for each in over.find_all(exp.Column)}) > 1


def _bare(node: exp.Column) -> bool:
    over = node.parent
    return isinstance(over, exp.GTE | exp.LT) and over.this is node and isinstance(over.expression, exp.Placeholder)


@pytest.mark.parametrize(("case", "dialect"), DATED)
def test_a_period_is_compared_with_the_bare_time_column_in_every_scan(case: str, dialect: str) -> None:
    from_ever = "placed_ever" in ALL[case].query["metrics"]  # a running total, which begins with the first row

    assert list(faults(compiled(case, dialect).prepared[0].tree, times(case), from_ever=from_ever)) == []


@pytest.mark.parametrize(
    "case", ["a_sum_in_a_period", "compared_with_the_period_before", "a_running_total", "under_a_row_rule_far_away"]
)
def test_a_function_over_one_time_column_or_a_missing_end_is_noticed(case: str) -> None:
    tree = compiled(case, "duckdb").prepared[0].tree
    edges = [
        node for node in tree.find_all(exp.LT) if isinstance(node.this, exp.Column) and node.this.name in times(case).values()
    ]

    for place in range(len(edges)):
        for change in (lambda node: node.set("this", cut(node.this.copy(), Grain.DAY, 1)), lambda node: node.replace(exp.true())):
            planted = compiled(case, "duckdb").prepared[0].tree.copy()
            found = [node for node in planted.find_all(exp.LT) if isinstance(node.this, exp.Column)]
            change([node for node in found if node.this.name in times(case).values()][place])
            assert list(faults(planted, times(case)))
    assert edges
