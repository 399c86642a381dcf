"""How several readings of one word overlap: how many of an entity each combination of metrics counts. Pure.

The question is asked by the entity, under the grant, and only how many there are of each combination leaves the warehouse: no id
does. Where the metrics are about people the whole company is counted or nothing, and a part with too few of them leaves the whole
unsaid, as the rest would give it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from anabot.errors import BadQuery, NotAllowed
from anabot.semantic.catalog import catalog_of
from anabot.semantic.compiled import Compiled
from anabot.semantic.compiler import compiled_plan
from anabot.semantic.pieces import lies_apart
from anabot.semantic.plan import Aggregated, Filtered, Looked, Measure, Shown
from anabot.semantic.planner import Planner
from anabot.semantic.protect import Protection
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.resolve import resolve_fully
from anabot.semantic.trees import case, column, either, number
from anabot.types import Column, Grant, Table

_EACH, COUNT = "each", "how_many"


def compile_overlap(
    registry: Registry,
    query: MetricQuery,
    entity: str,
    grant: Grant,
    *,
    dialect: str = "duckdb",
    dialects: Mapping[str, str] | None = None,
) -> Compiled:
    """Compile how many of the entity each combination of the query's metrics counts: a column for each metric, 1 where it counts
    them and 0 where not, and their number. A metric counts an entity for which it is more than nothing.

    Raises:
        UnknownName, NotAllowed: as for the query by the entity; or metrics about people that are filtered, or counted by another.
        BadQuery: it lies on several connections, or is already broken down.
    """
    known = dialects or {}

    def speaks(connection: str) -> str:
        return known.get(connection, dialect)

    if query.group_by or query.having or query.compare or query.over:
        raise BadQuery("What is broken down has no overlap.", todo="Ask for it whole.")
    plain = MetricQuery(metrics=query.metrics, where=query.where, period=query.period, group_by=(entity,))
    resolved = resolve_fully(registry, plain, grant)
    least(query, entity, grant)
    homes = {speaks(registry.models[model].connection) for model, _ in resolved.leaves}
    catalog = catalog_of(registry)
    planner = Planner(registry=registry, catalog=catalog, resolved=resolved, dialect=min(homes), speaks=speaks)
    protection = Protection(registry=registry, catalog=catalog, grant=grant, values=planner.values)
    plan = protection.over(_counted(planner.plan(), resolved.keys[0].name, resolved.query.metrics))
    if len(homes) > 1 or lies_apart(plan):
        raise BadQuery("Readings on several connections are not laid over each other.", todo="Ask for each of them alone.")
    labels = [Column(name=name, type="integer", label=registry.metrics[name].label) for name in resolved.query.metrics]
    return Compiled(
        query=resolved.query,
        columns=(*labels, Column(name=COUNT, type="integer", unit="count", label=entity)),
        metrics=resolved.query.metrics,
        **compiled_plan(registry, protection, plan, planner.values, speaks),
    )


def least(query: MetricQuery, entity: str, grant: Grant) -> int:
    """Fewer than how many are not said of; 0 where the metrics are not about people.

    Raises:
        NotAllowed: they are, and what is asked for could be set against another answer.
    """
    rules = [rule for rule in grant.people if rule.metrics & set(query.metrics)]
    if not rules:
        return 0
    if query.where or query.period or grant.rows or any(rule.person != entity for rule in rules):
        why = "A part of the company, set against the whole, could tell of single people."
        raise NotAllowed("How these overlap is said of everybody or not at all.", why=why, todo="Ask without a filter.")
    return max(rule.k for rule in rules)


def sayable(table: Table, fewest: int) -> Table:
    """The table, where no combination is of fewer than so many.

    Raises:
        NotAllowed: one is, so that none is said.
    """
    counts = [row[-1] for row in table.rows]
    if any(isinstance(count, int) and 0 < count < fewest for count in counts):
        raise NotAllowed(
            "How these overlap is not said.", why=f"A part of it is fewer than {fewest} people.", todo="Ask for one."
        )
    return table


def _counted(plan: Shown, key: str, metrics: tuple[str, ...]) -> Shown:
    """The rows of the plan, one for each of the entity, counted by which metrics they are more than nothing in."""
    more = {name: exp.GT(this=column(name, _EACH), expression=number(0)) for name in metrics}
    held = exp.Not(this=exp.Is(this=column(key, _EACH), expression=exp.Null()))
    anywhere = either([each.copy() for each in more.values()])
    rows = Filtered(rows=Looked(plan=replace(plan, order=()), alias=_EACH), conditions=(held, *((anywhere,) if anywhere else ())))
    keys = tuple((name, case(each, number(1), number(0))) for name, each in more.items())
    counted = Aggregated(rows=rows, keys=keys, measures=(Measure(name=COUNT, tree=exp.Count(this=exp.Star())),))
    names = (*metrics, COUNT)
    return Shown(
        rows=counted, columns=tuple((name, column(name)) for name in names), order=tuple((name, True) for name in metrics)
    )
