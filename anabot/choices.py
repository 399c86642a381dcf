"""The readings of a word that is asked back: what each would give, how they overlap, or what lies between them.

It chooses none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from anabot.agent.glimpse import glimpse
from anabot.agent.understanding import Ambiguous
from anabot.analysis.reconcile import bridge, metrics_of
from anabot.engine import Engine, Intent
from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.periods import Period, between_days
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Bridge, Choice, Grant, Overlap, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Each choice with the value it gives. How they overlap, where a term says of what; else the bridges from one to another."""

    choices: tuple[Choice, ...]
    overlap: Overlap | None = None
    bridges: tuple[Bridge, ...] = ()


def offered(found: Ambiguous, engine: Engine, registry: Registry, grant: Grant, intent: Intent) -> Offered:
    """What is shown of the readings, under the grant."""
    choices: list[Choice] = []
    totals: list[object] = []
    dated = len({query.period for _, query in found.choices}) > 1
    for label, query in found.choices:
        outcome = engine.run(query, grant, intent=intent)
        table = outcome.table
        single = len(table.rows) == 1 and len(table.rows[0]) == 1
        value = glimpse(query, table, registry)
        value += f", {_days(query)}" if dated else ""
        choices.append(Choice(label=label, query=outcome.compiled.query.as_json(), value=value))
        totals.append(table.rows[0][0] if single else None)
    overlap = _overlap(found, totals, engine, registry, grant, intent)
    bridges = () if overlap else tuple(_bridges(found, engine, registry, grant, intent))
    return Offered(choices=tuple(choices), overlap=overlap, bridges=bridges)


def _bridges(found: Ambiguous, engine: Engine, registry: Registry, grant: Grant, intent: Intent) -> Iterator[Bridge]:
    """From each reading to another, as the data team reconciles them; none where a part of it is not the asker's to see."""
    query = _together([query for _, query in found.choices])
    if query is None or query.period is None or query.group_by or query.compare:
        return
    for reconciliation in registry.reconciliations.values():
        ends = {reconciliation.left[0], reconciliation.right[0]}
        if ends <= set(query.metrics) and set(metrics_of(reconciliation)) <= grant.metrics:
            with suppress(NotAllowed, BadQuery, UnknownName):
                run = partial(_table, engine, grant, intent)
                yield bridge(reconciliation, query.period, run, where=query.where)


def _table(engine: Engine, grant: Grant, intent: Intent, query: MetricQuery) -> Table:
    return engine.run(query, grant, intent=intent).table


def _days(query: MetricQuery) -> str:
    span = query.period
    return between_days(Period(span.start, span.end)) if span else "all time"


def _overlap(
    found: Ambiguous, totals: list[object], engine: Engine, registry: Registry, grant: Grant, intent: Intent
) -> Overlap | None:
    query = _together([query for _, query in found.choices])
    entity = _entity(query, registry) if query else ""
    if query is None or not entity:
        return None
    try:
        table = engine.overlap(query, entity, grant, intent=intent)
    except (NotAllowed, BadQuery, UnknownName):
        return None  # such as a part of too few people
    whole = [sum(_count(row[-1]) for row in table.rows if row[place]) for place in range(len(totals))]
    if whole != totals:
        return None  # a reading that counts somebody twice, or somebody without a name, is no set to lay over another
    labels = [label for label, _ in found.choices]
    return Overlap(entity=entity, regions=_regions(table, labels))


def _regions(table: Table, labels: list[str]) -> tuple[tuple[tuple[str, ...], int], ...]:
    named = [(tuple(name for name, held in zip(labels, row, strict=False) if held), _count(row[-1])) for row in table.rows]
    return tuple(sorted(named, key=lambda region: (-len(region[0]), [labels.index(name) for name in region[0]])))


def _together(queries: list[MetricQuery]) -> MetricQuery | None:
    """One query of all the choices' metrics, where they differ in nothing else."""
    first = queries[0]
    if first.over or any(
        len(each.metrics) != 1 or each.model_copy(update={"metrics": first.metrics}) != first for each in queries
    ):
        return None
    metrics = tuple(dict.fromkeys(each.metrics[0] for each in queries))
    whole = {"metrics": metrics, "order_by": (), "limit": None, "limit_by": ()}
    return first.model_copy(update=whole) if len(metrics) == len(queries) else None


def _entity(query: MetricQuery, registry: Registry) -> str:
    """What the readings count, as a term of theirs says it."""
    return next(
        (term.overlap for term in registry.terms.values() if term.overlap and set(query.metrics) <= set(term.metrics)), ""
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
