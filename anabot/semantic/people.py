"""What may be asked of metrics about people, and how the people behind a cell are counted. Pure.

A people metric is broken down and filtered by its declared dimensions alone, at most so many at once, over whole months. Its
people are those of its rows, and apart from them those who make its value. It never decides what is shown: that is `privacy`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from anabot.errors import AnabotError, NotAllowed
from anabot.periods import Grain
from anabot.semantic.catalog import Slot, catalog_of
from anabot.semantic.filters import Predicate
from anabot.semantic.meaning import Meaning, Vocabulary
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.resolve import Resolved, compared_period
from anabot.semantic.trees import case, number
from anabot.types import Grant, PeopleRule

MONTH = "metric_time__month"
COUNTABLE = ("sum", "sum_boolean", "count", "count_distinct", "average")
_MOST = 12  # metrics of one query
_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12, Grain.FISCAL_QUARTER: 3, Grain.FISCAL_YEAR: 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One people metric of a question: the dimensions of its rule that the question names, to group or to filter by."""

    metric: str
    rule: PeopleRule
    keys: tuple[tuple[str, str], ...]  # (as the question's rows are grouped, as the rule declares it)
    dimensions: tuple[str, ...]
    time: str = ""  # the time that rows are grouped by


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """A registry with the metrics that count a people metric's people, and their names: one for each population."""

    registry: Registry
    populations: tuple[str, ...]
    timed: bool


def people_of(registry: Registry, grant: Grant, resolved: Resolved) -> tuple[Asked, ...]:
    """The people metrics of a question.

    Raises:
        NotAllowed: the question breaks one down, filters, orders or limits it in a way that is not declared.
    """
    rules = [(name, rule) for name in resolved.query.metrics for rule in grant.people if name in rule.metrics]
    return tuple(_asked(registry, resolved, name, rule) for name, rule in rules)


def uncountable(registry: Registry, rule: PeopleRule, name: str) -> str:
    """Why the people behind a metric cannot be counted, or "" where they can."""
    try:
        leaves = list(_leaves(registry, name, ()))
    except NotAllowed as error:
        return error.why
    catalog = catalog_of(registry)
    for leaf, _ in leaves:
        model = registry.models[leaf.model]
        if leaf.agg not in COUNTABLE:
            return f"`{leaf.name}` is a {leaf.agg}, which is the value of a single person."
        if rule.person not in model.entities:
            return f"`{model.name}` has no entity `{rule.person}`."
        for by in rule.by:
            if not catalog.candidates(model.name, leaf.time_dimension, by):
                return f"`{model.name}` has no dimension `{by}`."
    if len({bool(leaf.time_dimension) for leaf, _ in leaves}) > 1:
        return "Some of what it is made of has a time, and some has none."
    return "" if len(leaves) * 2 <= _MOST else "It is made of too many metrics."


def counting(registry: Registry, rule: PeopleRule, name: str) -> Counting:
    """The metrics that count the people behind a metric: all of its rows, and those who make the value of each part."""
    found: dict[str, Metric] = {}
    leaves = list(_leaves(registry, name, ()))
    for place, (leaf, where) in enumerate(leaves):
        person = registry.models[leaf.model].entities[rule.person].tree
        plain = replace(leaf, agg="count_distinct", expr="", fill_nulls_with=None, join_to_timespine=False, unit="count")
        rows = f"people_of_{leaf.model}"
        found.setdefault(rows, replace(plain, name=rows, tree=person, where=()))
        counted = f"people_in_{leaf.name}_{place}"
        found[counted] = replace(plain, name=counted, tree=case(_counts(leaf), person.copy()), where=where)
    extended = replace(registry, metrics={**registry.metrics, **found})
    return Counting(registry=extended, populations=tuple(found), timed=bool(leaves[0][0].time_dimension))


def _counts(leaf: Metric) -> exp.Expression:
    """Whether a row adds to the metric: a sum grows by what is not zero, anything else counts what is there."""
    if leaf.agg == "sum_boolean":
        return leaf.tree.copy()
    if leaf.agg == "sum":
        return exp.NEQ(this=exp.Paren(this=leaf.tree.copy()), expression=number(0))
    return exp.Not(this=exp.Is(this=exp.Paren(this=leaf.tree.copy()), expression=exp.Null()))


def _leaves(registry: Registry, name: str, where: tuple[Predicate, ...]) -> Iterator[tuple[Metric, tuple[Predicate, ...]]]:
    metric = registry.metrics[name]
    if metric.kind == "simple":
        yield metric, (*metric.where, *where)
        return
    if metric.kind not in ("ratio", "derived"):
        raise _refused(name, f"It is a {metric.kind} metric, whose rows may be those of any time.", "")
    for each in metric.inputs:
        if each.offset or each.offset_to:
            raise _refused(name, "It compares with another time in itself.", "")
        yield from _leaves(registry, each.metric, (*metric.where, *each.where, *where))


def _asked(registry: Registry, resolved: Resolved, name: str, rule: PeopleRule) -> Asked:
    why = uncountable(registry, rule, name)
    if why:
        raise _refused(name, why, "Ask the data team.")
    if resolved.query.having:
        raise _refused(name, "A condition on the number itself would pick out small groups.", "Leave it out.")
    if resolved.query.share or resolved.query.running:
        raise _refused(name, "A share or a running total would tell of groups that are left out.", "Ask for the number itself.")
    if resolved.query.made:
        raise _refused(name, "A number made with it would tell of groups that are left out.", "Ask for the number itself.")
    if resolved.query.over is not None:
        raise _refused(name, "A number of its groups would tell of those that are left out.", "Ask for the number itself.")
    if resolved.query.every:
        raise _refused(name, "A list of all would tell of those who are not counted.", "Leave out `every`.")
    if resolved.predicates:
        raise _refused(name, "It is filtered in words that are not declared for it.", "Filter by a declared dimension.")
    declared = _declared(registry, rule, resolved)
    keys = [meaning for meaning in resolved.keys if not meaning.any_slot.metric_time]
    times = [meaning for meaning in resolved.keys if meaning.any_slot.metric_time]
    grouped = tuple((meaning.name, _one(name, rule, declared, meaning)) for meaning in keys)
    filtered = [_one(name, rule, declared, meaning) for meaning in resolved.fields.values()]
    dimensions = tuple(by for by in rule.by if by in (*(by for _, by in grouped), *filtered))
    if len(dimensions) > rule.together:
        raise _refused(name, f"At most {rule.together} of its dimensions are named at once.", _ways(rule))
    _check_time(name, times, resolved.query)
    return Asked(metric=name, rule=rule, keys=grouped, dimensions=dimensions, time=times[0].name if times else "")


def _declared(registry: Registry, rule: PeopleRule, resolved: Resolved) -> dict[str, Meaning]:
    words = Vocabulary(registry, catalog_of(registry), None, resolved.query.metrics)
    found: dict[str, Meaning] = {}
    for by in rule.by:
        try:
            found[by] = words.meaning(by, resolved.leaves)
        except AnabotError:
            continue  # another metric of the question does not reach it, so that it cannot be named here
    return found


def _one(name: str, rule: PeopleRule, declared: dict[str, Meaning], meaning: Meaning) -> str:
    for by, other in declared.items():
        if all(slot == other.slots[leaf] for leaf, slot in meaning.slots.items()):
            return by
    raise _refused(name, f"It may not be broken down or filtered by `{meaning.name}`.", _ways(rule))


def _check_time(name: str, times: Sequence[Meaning], query: MetricQuery) -> None:
    whole = "Ask for months, quarters or years."
    if len(times) > 1 or any(slot.part or slot.custom or slot.grain not in _MONTHS for slot in _slots(times)):
        raise _refused(name, "It is broken down by whole months and longer.", whole)
    earlier = compared_period(query)
    days = [query.period.start, query.period.end] if query.period else []
    days += [earlier.start, earlier.end] if earlier else []
    if any(day.day != 1 for day in days):
        raise _refused(name, "It is asked for whole months.", whole)
    if earlier is not None and query.period is not None:
        apart = (query.period.start.year - earlier.start.year) * 12 + query.period.start.month - earlier.start.month
        if any(apart % _MONTHS[slot.grain] for slot in _slots(times) if slot.grain in _MONTHS):
            why = f"The earlier time begins {apart} months before, so that its parts are cut at other months."
            raise _refused(name, why, "Compare with a time that is as many whole parts before, or by months.")


def _slots(times: Sequence[Meaning]) -> Iterator[Slot]:
    return (slot for meaning in times for slot in meaning.slots.values())


def _ways(rule: PeopleRule) -> str:
    if not rule.by:
        return "It is not broken down at all."
    return f"It may be by {', '.join(f'`{by}`' for by in rule.by)}, {rule.together} of them at most."


def _refused(name: str, why: str, todo: str) -> NotAllowed:
    return NotAllowed(f"`{name}` is about people, and this could tell of single ones.", why=why, todo=todo)
