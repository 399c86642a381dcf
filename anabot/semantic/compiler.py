"""A typed question and a grant → SELECT trees. Pure: the same registry, question and grant give the same trees.

    resolve  names to the one meaning they have for this grant
    plan     metrics to aggregates, aggregates to scans and joins
    protect  every scan by the grant's row rules
    lower    nodes to one sqlglot SELECT per connection
    mask     every scan by the grant's masks

It never sees a connection, a clock or a person.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlglot import exp

from anabot.errors import NotAllowed, UnknownName
from anabot.semantic.against import times_of
from anabot.semantic.aggregates import kind
from anabot.semantic.beside import described
from anabot.semantic.bindings import Values
from anabot.semantic.catalog import Slot, catalog_of
from anabot.semantic.compiled import Compiled
from anabot.semantic.date_parts import part_words
from anabot.semantic.distinct import Distinct, through
from anabot.semantic.filters import Predicate
from anabot.semantic.lower import lower, scanned
from anabot.semantic.masks import masked, masks_of
from anabot.semantic.masks_kept import refuse_compared, refuse_masked, refuse_told_apart, seen_masked
from anabot.semantic.meaning import Meaning, Vocabulary
from anabot.semantic.over_words import columns_of, known_of
from anabot.semantic.people import Asked, people_of
from anabot.semantic.pieces import MERGE, connection_of, lies_apart
from anabot.semantic.plan import Scanned, Shown
from anabot.semantic.planner import Planner
from anabot.semantic.plans import Plan, plan_of, shape_of
from anabot.semantic.protect import Protection
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.registry import Dimension, Metric, Registry
from anabot.semantic.render import Prepared
from anabot.semantic.resolve import resolve_fully, reworded
from anabot.semantic.split import split
from anabot.semantic.trees import DATED, aliased, column, number, placed
from anabot.types import Column, Grant

_ALIKE = 8  # plans of one shape, for which dates decided otherwise
_MERGED = "duckdb"  # what merges the answers of several connections
Anew = Callable[[], tuple[Compiled, Plan | None]]
_EDGES = (("min", "least"), ("max", "greatest"))
_TYPES = {"usd": "money", "ratio": "ratio", "times": "ratio", "date": "time", "time": "time"}
_COMPARED = {"previous": "{} before", "change": "Change of {}", "percent_change": "Change of {} in percent"}


def compile_query(
    registry: Registry,
    query: MetricQuery,
    grant: Grant,
    *,
    dialect: str = "duckdb",
    predicates: tuple[Predicate, ...] = (),
    dialects: Mapping[str, str] | None = None,
) -> Compiled:
    """Compile `query` for what `grant` permits; `predicates` are further conditions in dbt's words, as a saved query has.

    `dialects` are those of the connections by name, `dialect` that of any other. Where a question needs several connections,
    the last statement is the one in DuckDB that merges what those before it give, in the order in which they must run.

    Columns are the group-by names, then what is made of the metrics, then each metric; each number is followed by `__previous`,
    `__change` and `__percent_change` where the query compares, or by `__share` and `__running` where it asks for them. What is
    `over` groups stands in the place of the metric, with how many groups there are. Rows come in the order asked for, then by
    keys.

    Raises:
        UnknownName: a name that is not there, or that the grant hides.
        NotAllowed: a metric that is listed but not granted, whose rows the grant's rules cannot restrict, or that is made of
            what is only seen masked; a metric about people in a way that is not declared.
        BadQuery: known names that cannot be compiled together.
    """
    known = dialects or {}

    def speaks(connection: str) -> str:
        return known.get(connection, dialect)

    if not query.metrics:
        return _listed(registry, query, grant, predicates, speaks)
    if predicates:
        return _planned(registry, query, grant, predicates, speaks)[0]
    key = (dialect, *sorted(known.items()), grant.permits(), shape_of(query))
    return _recalled(registry, query, key, lambda: _planned(registry, query, grant, (), speaks))


def _recalled(registry: Registry, query: MetricQuery, key: Hashable, anew: Anew) -> Compiled:
    """The question by a plan made for another of its shape, under the same grant and in the same dialects, or compiled anew."""
    kept = catalog_of(registry).plans
    plans: tuple[Plan, ...] = kept.get(key) or ()
    if plans:
        asked = reworded(plans[0].resolved, query)
        for plan in plans:
            if plan.serves(asked):
                return plan.over(asked)
    compiled, made = anew()
    if made is not None:
        kept.keep(key, (made, *plans)[:_ALIKE])
    return compiled


def _planned(
    registry: Registry, query: MetricQuery, grant: Grant, predicates: tuple[Predicate, ...], speaks: Callable[[str], str]
) -> tuple[Compiled, Plan | None]:
    """The question compiled, and what of it can serve others."""
    catalog = catalog_of(registry)
    resolved = resolve_fully(registry, query, grant, predicates)
    if grant.masks:
        refuse_masked(registry, resolved.query.metrics, grant, _unmasked)
        chosen = (
            *resolved.query.where,
            *(part for made in resolved.query.made for part in (*made.left_where, *made.right_where)),
        )
        set_against = {*times_of(chosen, resolved.fields), *(each.since for each in resolved.query.made)}
        refuse_compared(registry, grant, resolved.fields, set_against)
        refuse_told_apart(registry, grant, resolved.each)

    homes = {registry.models[model].connection for model, _ in resolved.leaves}
    formulas = speaks(homes.pop()) if len(homes) == 1 else _MERGED
    values = Values(resolved.query)
    planner = Planner(registry=registry, catalog=catalog, resolved=resolved, dialect=formulas, speaks=speaks, values=values)
    protection = Protection(registry=registry, catalog=catalog, grant=grant, values=planner.values)
    people = people_of(registry, grant, resolved)
    plan = protection.over(_whole(planner.plan(), people))
    if formulas != _MERGED and lies_apart(plan):  # the formulas are the merge's to compute
        planner = replace(planner, dialect=_MERGED, values=Values(resolved.query))
        protection = Protection(registry=registry, catalog=catalog, grant=grant, values=planner.values)
        plan = protection.over(_whole(planner.plan(), people))
    keys = [_key_column(meaning) for meaning in resolved.keys]
    compiled = Compiled(
        query=resolved.query,
        columns=(*keys, *_number_columns(registry, resolved.query)),
        metrics=_with_inputs(registry, resolved.query.metrics),
        people=people,
        masked=seen_masked(registry, grant, (*resolved.keys, *resolved.fields.values())),
        **compiled_plan(registry, protection, plan, planner.values, speaks),
    )
    return compiled, plan_of(compiled, resolved, planner.values)


def _unmasked(registry: Registry, query: MetricQuery, grant: Grant) -> Compiled:
    return compile_query(registry, query, grant)


def _whole(plan: Shown, people: tuple[Asked, ...]) -> Shown:
    """The plan without its limit where small groups are to be left out of its rows first."""
    return replace(plan, limit=None) if people else plan


def _listed(
    registry: Registry, query: MetricQuery, grant: Grant, predicates: tuple[Predicate, ...], speaks: Callable[[str], str]
) -> Compiled:
    """A question without a metric, of names that a metric of the grant leads to: values are no way round what is granted."""
    through(registry, query, grant)
    asked = Distinct(
        registry=registry,
        catalog=catalog_of(registry),
        grant=grant,
        names=tuple(dict.fromkeys(query.group_by)),
        predicates=predicates,
        period=query.period,
        extremes=query.extremes,
        limit=query.limit,
        where=query.where,
        order_by=query.order_by,
        outer=False,
    )
    compiled = _told_by_whom_it_may(asked, speaks)
    names = tuple(column.name for column in compiled.columns) if not query.extremes else compiled.query.group_by
    return replace(compiled, query=query.model_copy(update={"group_by": names}))


def _told_by_whom_it_may(asked: Distinct, speaks: Callable[[str], str]) -> Compiled:
    """The values from the nearest model whose rows the grant's rules can restrict, where some cannot be."""
    refused: NotAllowed | None = None
    while True:
        try:
            return _told_apart(asked, speaks)
        except NotAllowed as error:
            refused = refused or error
            asked = replace(asked, passed=asked.passed | {asked.model})
        except UnknownName:
            raise refused or AssertionError("`through` has found a way") from None


def compile_distinct(
    registry: Registry,
    names: Sequence[str],
    grant: Grant,
    *,
    dialect: str = "duckdb",
    predicates: tuple[Predicate, ...] = (),
    period: Span | None = None,
    extremes: bool = False,
    every: bool = False,
    limit: int | None = None,
) -> Compiled:
    """Compile the values that dimensions have together, in order; with `extremes`, the least and greatest of each.

    With `every`, values come as often as rows have them.

    Columns are the names; with `extremes`, `<name>__min` and `<name>__max` of each.

    Raises:
        UnknownName: no model reaches all of the names, or the grant hides one.
        NotAllowed: the grant's row rules cannot restrict the model.
        BadQuery: `metric_time` where there is no time spine.
    """
    catalog = catalog_of(registry)
    asked = Distinct(
        registry=registry,
        catalog=catalog,
        grant=grant,
        names=tuple(names),
        predicates=predicates,
        period=period,
        extremes=extremes,
        every=every,
        limit=limit,
    )
    return _told_apart(asked, lambda _: dialect)


def _told_apart(asked: Distinct, speaks: Callable[[str], str]) -> Compiled:
    registry = asked.registry
    plan, planner = asked.plan(speaks(asked.connection))
    protection = Protection(registry=registry, catalog=asked.catalog, grant=asked.grant, values=planner.values)
    protected = protection.over(plan)
    if asked.grant.masks:
        refuse_compared(
            registry, asked.grant, planner.resolved.fields, times_of(planner.resolved.query.where, planner.resolved.fields)
        )
    keys = [_key_column(meaning) for meaning in planner.resolved.keys]
    edges = [replace(key, name=f"{key.name}__{edge}", label=f"{key.label}, {said}") for key in keys for edge, said in _EDGES]
    return Compiled(
        query=planner.resolved.query,
        columns=tuple(edges if asked.extremes else keys),
        metrics=(),
        masked=seen_masked(registry, asked.grant, planner.resolved.keys),
        **compiled_plan(registry, protection, protected, planner.values, speaks),
    )


def compile_values(
    registry: Registry,
    model: str,
    dimension: str,
    grant: Grant,
    limit: int = 1_000,
    dialect: str = "duckdb",
    dialects: Mapping[str, str] | None = None,
) -> Compiled:
    """Compile the distinct values of a categorical dimension, in order, as one text column named after it.

    Raises:
        UnknownName: no such dimension, or one that the grant hides.
        NotAllowed: the grant's row rules cannot restrict the model.
    """
    catalog, values = catalog_of(registry), Values()
    known = (dialects or {}).get(registry.models[model].connection, dialect) if model in registry.models else dialect
    found = registry.models[model].dimensions.get(dimension) if model in registry.models else None
    words = Vocabulary(registry, catalog, grant)
    if found is None or found.kind != "categorical" or words.denied(Slot(hops=(), element=found)):
        raise UnknownName(f"There is no dimension `{model}.{dimension}`.", name=f"{model}.{dimension}")
    protection = Protection(registry=registry, catalog=catalog, grant=grant, values=values)
    scan = protection.scan(Scanned(model=registry.models[model], alias=model), base=True)
    held = exp.Not(this=exp.Is(this=placed(found.tree, model), expression=exp.Null()))
    tree = exp.Select(
        expressions=[aliased(placed(found.tree, model), dimension)],
        from_=exp.From(this=scanned(scan)),
        where=exp.Where(this=held),
        group=exp.Group(expressions=[number(1)]),
        order=exp.Order(expressions=[exp.Ordered(this=column(dimension), nulls_first=False)]),
        limit=exp.Limit(expression=number(limit)),
    )
    return Compiled(
        query=MetricQuery.model_construct(metrics=()),
        columns=(Column(name=dimension, type="text", label=found.label),),
        metrics=(),
        **_prepared(registry, protection, [(registry.models[model].connection, tree)], values, lambda _: known),
    )


def compiled_plan(
    registry: Registry, protection: Protection, plan: Shown, values: Values, speaks: Callable[[str], str]
) -> dict[str, Any]:
    """One statement for a plan that lies on one connection, else one for each of its pieces and the one that merges them."""
    if not lies_apart(plan):
        return _prepared(registry, protection, [(connection_of(plan), lower(plan))], values, speaks)
    pieces, merge = split(plan)
    trees = [(piece.connection, lower(piece.plan)) for piece in pieces.found]
    found = _prepared(registry, protection, [*trees, (MERGE, lower(merge))], values, speaks)
    *before, last = found["prepared"]
    lists, asked = before[: len(protection.lists)], before[len(protection.lists) :]
    named = [replace(each, role=piece.role, name=piece.name) for each, piece in zip(asked, pieces.found, strict=True)]
    return {**found, "prepared": (*lists, *named, replace(last, dialect=_MERGED)), "crossings": tuple(pieces.crossings)}


def _prepared(
    registry: Registry,
    protection: Protection,
    trees: Sequence[tuple[str, exp.Select]],
    values: Values,
    speaks: Callable[[str], str],
) -> dict[str, Any]:
    """The statements of `trees`, each on its connection, after those for the keys that row rules of other connections allow."""
    lists = [
        Prepared(connection=at, dialect=speaks(at), tree=tree, values=tuple(values.bound), role="allows", name=name)
        for name, (at, tree) in protection.lists.items()
    ]
    grant = protection.grant
    if grant.masks:
        trees = [(at, masked(tree, masks_of(registry, grant.masks, at), speaks(at), values)) for at, tree in trees]
    asked = [Prepared(connection=at, dialect=speaks(at), tree=tree, values=tuple(values.bound)) for at, tree in trees]
    relations = frozenset(registry.models[name].relation for name in protection.touched) | protection.spines
    return {"prepared": (*lists, *asked), "models": tuple(sorted(protection.touched)), "relations": relations}


def _key_column(meaning: Meaning) -> Column:
    slot = meaning.any_slot
    element = slot.element
    if not isinstance(element, Dimension):
        return Column(name=meaning.name, type="text", label=element.name.replace("_", " ").capitalize())
    if slot.part:
        words = part_words(slot.part)
        label = words.capitalize() if slot.metric_time else f"{element.label} ({words})"
        return Column(name=meaning.name, type="integer", label=label)
    if slot.is_time:
        return Column(name=meaning.name, type="date" if slot.grain in DATED else "time", label=_time_label(slot, element))
    kinds = {"bool": "boolean", "int": "integer", "big": "integer"}
    return Column(
        name=meaning.name, type=kinds.get(element.data_type[:4], kinds.get(element.data_type[:3], "text")), label=element.label
    )


def _time_label(slot: Slot, element: Dimension) -> str:
    grain = slot.grain.value.replace("_", " ").capitalize() if slot.grain else ""
    return grain if slot.metric_time else f"{element.label} ({grain.lower()})"


def _number_columns(registry: Registry, query: MetricQuery) -> list[Column]:
    if query.over is not None:
        return columns_of(query, query.over, registry)
    named = known_of(registry, query).metrics
    return [each for name in query.numbers for each in _metric_columns(registry, named[name], query)]


def _metric_columns(registry: Registry, metric: Metric, query: MetricQuery) -> list[Column]:
    column_type = _TYPES.get(metric.unit, "number")
    if metric.kind == "simple" and column_type == "number":
        column_type = {"text": "text", "time": "time"}.get(kind(metric, registry.models[metric.model]), "number")
        column_type = "integer" if metric.agg.startswith("count") and column_type == "number" else column_type
    first = Column(name=metric.name, type=column_type, unit=metric.unit, label=metric.label)
    if query.compare is None:
        return [first, *described(first, query)]
    others = [
        replace(first, name=f"{metric.name}__{tail}", label=words.format(metric.label)) for tail, words in _COMPARED.items()
    ]
    return [first, *others[:2], replace(others[2], type="ratio", unit="ratio")]


def _with_inputs(registry: Registry, metrics: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in found:
            found[name] = None
            for each in registry.metrics[name].inputs:
                visit(each.metric)

    for name in metrics:
        visit(name)
    return tuple(sorted(found))
