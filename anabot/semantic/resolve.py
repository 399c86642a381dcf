"""A question as somebody wrote it → the one way to write that question. It never compiles and never guesses.

Names become the shortest that are safe, times carry their grain, duplicates go. Equal meanings get equal queries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from anabot.errors import BadQuery, UnknownName
from anabot.periods import Period, previous, year_before
from anabot.semantic.against import days_since, paired
from anabot.semantic.beside import check as check_beside
from anabot.semantic.beside import tails
from anabot.semantic.catalog import METRIC_TIME, catalog_of
from anabot.semantic.conditions import YEARS
from anabot.semantic.edges import is_edge
from anabot.semantic.filters import Predicate
from anabot.semantic.made import check as check_made
from anabot.semantic.meaning import LeafKey, Meaning, Vocabulary
from anabot.semantic.names import nearest
from anabot.semantic.over import check as check_over
from anabot.semantic.query import SIZE, Against, AllOf, AnyOf, Condition, Filter, MetricQuery, Not, Span, fields_of, sets_times
from anabot.semantic.registry import Registry
from anabot.semantic.same_point import KINDS
from anabot.types import Grant

Names = tuple[str, str]
_YEARS = frozenset(YEARS)
COMPARED = ("previous", "change", "percent_change")
_COUNTS = {"is_null": (0, 0), "not_null": (0, 0), "between": (2, 2), "in": (0, 10_000), "not_in": (0, 10_000)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A canonical query with the meaning of each name in it."""

    query: MetricQuery
    keys: tuple[Meaning, ...]
    fields: dict[str, Meaning]  # canonical name of each field of `where`
    leaves: dict[LeafKey, str]
    each: tuple[Meaning, ...] = ()  # the groups that a number is `over`, beside the keys
    predicates: tuple[Predicate, ...] = ()  # conditions as the data team writes them, of a saved query
    names: dict[str, str] = field(default_factory=dict)  # of each field of `where`, as it was written → canonical
    pairs: dict[Names, Names] = field(default_factory=dict)  # of two times that stand against each other


def resolve(registry: Registry, query: MetricQuery, grant: Grant | None = None) -> MetricQuery:
    """The canonical form of `query`; with a grant, names are looked up as that grant sees them.

    Raises:
        UnknownName: with the nearest names.
        NotAllowed: a metric that is listed but not granted.
        BadQuery: known names that make no sense together.
    """
    return resolve_fully(registry, query, grant).query if query.metrics else query


def resolve_fully(
    registry: Registry, query: MetricQuery, grant: Grant | None, predicates: tuple[Predicate, ...] = ()
) -> Resolved:
    """`resolve`, with what each name means; `predicates` are further conditions, as the data team writes them."""
    metrics = tuple(dict.fromkeys(query.metrics))
    if not metrics:
        raise BadQuery("This question has no metric.", todo="Name one, or ask for the values of its dimensions alone.")
    words = Vocabulary(registry, catalog_of(registry), grant, metrics)
    for name in metrics:
        words.metric(name)
    leaves = words.leaves(metrics)
    keys = {meaning.name: meaning for meaning in (words.meaning(name, leaves, metrics) for name in query.group_by)}
    fields: dict[str, Meaning] = {}
    names: dict[str, str] = {}
    pairs: dict[Names, Names] = {}

    def named(name: str) -> str:
        meaning = _field(words, leaves, metrics, name)
        fields[meaning.name], names[name] = meaning, meaning.name
        return meaning.name

    def set_against(part: Against) -> Names:
        first, second = paired(part, lambda name: _field(words, leaves, metrics, name), registry)
        fields.update({first.name: first, second.name: second})
        pairs[part.field, part.against] = first.name, second.name
        return first.name, second.name

    where = tuple(rewritten(part, named, set_against) for part in query.where)
    made = tuple(
        each.model_copy(
            update={
                "left_where": _unique(tuple(rewritten(part, named, set_against) for part in each.left_where)),
                "right_where": _unique(tuple(rewritten(part, named, set_against) for part in each.right_where)),
                "since": each.since and set_against(days_since(each.since))[1],
            }
        )
        for each in query.made
    )
    over = {meaning.name: meaning for meaning in (words.meaning(name, leaves, metrics) for name in _each(query))}
    columns = _columns(query.model_copy(update={"metrics": metrics}).numbers, query)
    measured = (query.grouped,) if over else columns
    having = tuple(rewritten(part, lambda name: _of("having", name, measured)) for part in query.having)
    order = _order(
        query.order_by,
        (*columns, *(f"{name}{SIZE}" for name in columns)),
        tuple(keys),
        lambda name: words.meaning(name, leaves, metrics).name,
    )
    limit_by = _limit_by(query.limit_by, tuple(keys), lambda name: words.meaning(name, leaves, metrics).name)
    canonical = query.model_copy(
        update={
            "metrics": metrics,
            "group_by": tuple(keys),
            "where": _unique(where),
            "having": _unique(having),
            "order_by": order,
            "made": tuple(dict.fromkeys(made)),
            "limit_by": limit_by,
            "over": query.over.model_copy(update={"each": tuple(sorted(over))}) if query.over else None,
        }
    )
    each = tuple(over[name] for name in _each(canonical))
    _check_times(canonical, leaves)
    _check_change(canonical, registry)
    check_made(registry, canonical)
    for dated in filter(is_edge, canonical.made):
        words.meaning(METRIC_TIME, words.leaves((dated.left,)))  # a date that may not be named may not be told
    _check_parts(canonical, fields)
    check_beside(registry, canonical, tuple(keys.values()))
    check_over(registry, canonical, tuple(keys.values()), each, fields)
    for name in (name for predicate in predicates for ref in predicate.refs for name in ref.met_by):
        words.meaning(name, leaves, metrics)
    keyed = tuple(keys.values())
    return Resolved(
        query=canonical,
        keys=keyed,
        fields=fields,
        leaves=leaves,
        each=each,
        names=names,
        pairs=pairs,
        predicates=predicates,
    )


def reworded(resolved: Resolved, query: MetricQuery) -> MetricQuery:
    """`query` resolved as another one was that differs from it in values and dates alone.

    Raises:
        BadQuery: a period that ends before it begins, or lies out of reach.
    """
    pair = resolved.pairs
    where = tuple(rewritten(each, resolved.names.__getitem__, lambda two: pair[two.field, two.against]) for each in query.where)
    having = tuple(rewritten(part, str) for part in query.having)
    own = {"where": _unique(where), "having": _unique(having), "period": query.period, "compare": query.compare}
    found = resolved.query.model_copy(update=own)
    _check_times(found, resolved.leaves)
    return found


def several(part: Condition) -> tuple[str, ...]:
    """The values of a condition, where they are a list each of them once."""
    return tuple(dict.fromkeys(part.values)) if part.op in ("in", "not_in") else part.values


def compared_period(query: MetricQuery) -> Period | None:
    """The earlier period that `compare` asks for, or None."""
    if query.compare is None or query.period is None:
        return None
    if isinstance(query.compare, Span):
        return Period(query.compare.start, query.compare.end)
    period = Period(query.period.start, query.period.end)
    return year_before(period) if query.compare == "previous_year" else previous(period)


def _check_times(query: MetricQuery, leaves: dict[LeafKey, str]) -> None:
    for span in (query.period, query.compare if isinstance(query.compare, Span) else None):
        if span is not None and not {span.start.year, span.end.year} <= _YEARS:
            raise BadQuery(f"A period lies outside the years {YEARS[0]} to {YEARS[-1]}.", todo="Write dates that data may have.")
        if span is not None and span.start >= span.end:
            raise BadQuery(
                "A period ends before it begins.", why=f"{span.start} … {span.end}, half-open.", todo="Correct its end."
            )
    if query.compare in KINDS:
        todo = "Ask with `compare` as a period: {start, end} of the days to compare with."
        raise BadQuery(f"`{query.compare}` has no dates here.", why="Only the data says how far it has come.", todo=todo)
    if query.compare is not None and query.period is None:
        raise BadQuery("There is nothing to compare.", why="The question has no period.", todo="Add a `period`.")
    for (model, time), metric in leaves.items():
        if query.period is not None and not time:
            why = f"`{model}` declares no `agg_time_dimension`."
            raise BadQuery(f"`{metric}` has no time, so it has no period.", why=why, todo="Ask without a period.")


def _check_change(query: MetricQuery, registry: Registry) -> None:
    """A newest date has no change in percent."""
    times = [name for name in query.metrics if registry.metrics[name].unit in ("date", "time")]
    if query.compare is not None and times:
        todo = "Ask for both periods one by one."
        raise BadQuery(f"`{times[0]}` is a time, which cannot be compared as a number.", todo=todo)


def _check_parts(query: MetricQuery, fields: Mapping[str, Meaning]) -> None:
    """A part is chosen by what its rows are, and by nothing that the whole is chosen or told apart by."""
    parts = [part for each in query.made for part in (*each.left_where, *each.right_where)]
    for name in fields_of(part for part in parts if not sets_times(part)):
        if fields[name].any_slot.is_time and not fields[name].any_slot.part:
            raise BadQuery(f"`{name}` is a time, which chooses no part.", todo="Compare two periods, or ask for both one by one.")
        if name in (*query.group_by, *fields_of(query.where)):
            why = "Of rows that are chosen or grouped by it, the part is all or nothing."
            raise BadQuery(f"`{name}` chooses both the part and the whole.", why=why, todo="Ask without one of the two.")


def _columns(numbers: Sequence[str], query: MetricQuery) -> tuple[str, ...]:
    beside = COMPARED if query.compare is not None else tails(query)
    return tuple(each for name in numbers for each in (name, *(f"{name}__{tail}" for tail in beside)))


def _each(query: MetricQuery) -> tuple[str, ...]:
    return query.over.each if query.over is not None else ()


def _field(words: Vocabulary, leaves: dict[LeafKey, str], metrics: Sequence[str], name: str) -> Meaning:
    if name in metrics:
        raise BadQuery(f"`{name}` is a metric, so `where` cannot filter on it.", todo="Use `having`.")
    return words.meaning(name, leaves, metrics)


def _of(what: str, name: str, columns: Sequence[str]) -> str:
    if name in columns:
        return name
    close = nearest(name, columns)
    raise UnknownName(
        f"`{what}` names `{name}`, which is not in the question.",
        name=name,
        nearest=close,
        todo=f"Use one of {', '.join(columns)}.",
    )


def _order(
    order_by: Sequence[str], columns: Sequence[str], keys: Sequence[str], canonical: Callable[[str], str]
) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for item in order_by:
        name = item.removeprefix("-")
        if name not in columns and name not in keys:
            name = _key_of(name, columns, keys, canonical)
        found.setdefault(name, ("-" if item.startswith("-") else "") + name)
    return tuple(found.values())


def _limit_by(names: Sequence[str], keys: Sequence[str], canonical: Callable[[str], str]) -> tuple[str, ...]:
    """In the order of the groups, as it counts for nothing."""
    found = {_of("limit_by", name if name in keys else canonical(name), keys) for name in names}
    if found and len(found) == len(keys):
        todo = "Group by what is to be listed of each, too, or leave out `limit_by`."
        raise BadQuery("`limit_by` names all of the groups, so that each has one row.", todo=todo)
    return tuple(key for key in keys if key in found)


def _key_of(name: str, columns: Sequence[str], keys: Sequence[str], canonical: Callable[[str], str]) -> str:
    try:
        short = canonical(name)
    except (UnknownName, BadQuery):
        short = name
    return _of("order_by", short, (*columns, *keys))


def _no_rows(part: Against) -> Names:
    raise BadQuery(f"`{part.field}` and `{part.against}` are times of rows.", todo="Set them against each other in `where`.")


def rewritten(part: Filter, canonical: Callable[[str], str], pair: Callable[[Against], Names] = _no_rows) -> Filter:
    """A filter with the names of its fields as `canonical` writes them, and as `pair` does those of two times."""
    match part:
        case AnyOf(any=parts):
            return AnyOf(any=_unique(tuple(rewritten(each, canonical, pair) for each in parts)))
        case AllOf(all=parts):
            return AllOf(all=_unique(tuple(rewritten(each, canonical, pair) for each in parts)))
        case Not(not_=inner):
            return Not.model_validate({"not": rewritten(inner, canonical, pair)})
        case Against():
            first, second = pair(part)
            return part.model_copy(update={"field": first, "against": second})
    low, high = _COUNTS.get(part.op, (1, 1))
    if not low <= len(part.values) <= high:
        wanted = f"{low}" if low == high else "a list"
        raise BadQuery(f"`{part.field} {part.op}` has {len(part.values)} values.", todo=f"It takes {wanted}.")
    return Condition(field=canonical(part.field), op=part.op, values=several(part))


def _unique(parts: tuple[Filter, ...]) -> tuple[Filter, ...]:
    seen: list[Filter] = []
    for part in parts:
        if part not in seen:
            seen.append(part)
    return tuple(seen)
