"""The readings of a word that is asked back: what each would give, and how they overlap. It chooses none of them."""

from __future__ import annotations

from anabot.agent.glimpse import glimpse
from anabot.agent.understanding import Ambiguous
from anabot.engine import Engine, Intent
from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.periods import Period, between_days
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Choice, Grant, Overlap, Table


def offered(
    found: Ambiguous, engine: Engine, registry: Registry, grant: Grant, intent: Intent
) -> tuple[list[Choice], Overlap | None]:
    """Each choice with the value it gives, and how they overlap, where a term says of what and that can be said."""
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
    return choices, _overlap(found, totals, engine, registry, grant, intent)


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
    if any(len(each.metrics) != 1 or each.model_copy(update={"metrics": first.metrics}) != first for each in queries):
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
