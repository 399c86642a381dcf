"""A number of the groups of a question: orders for each customer, and then their average, or how many have at least three.

Two steps, both in one statement: the question grouped by `each`, too, as anybody may ask it who may ask for this; then one
aggregate over these rows. With `every`, groups of time are all those of the period, counted from its dates, with nothing where
there is no row; other groups are those that are there. It never averages what is an average already, and asks for no row that
the asker may not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.periods import Period, units_in
from anabot.semantic import conditions
from anabot.semantic.beside import adds_up
from anabot.semantic.bindings import Values
from anabot.semantic.made import known_to
from anabot.semantic.meaning import Meaning
from anabot.semantic.plan import Again, Named
from anabot.semantic.query import Condition, MetricQuery, Over
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.trees import DATED, both, case, cast, column, copied, divided, either, filled, grouped, number

_SHOWN = "DECIMAL(38, 10)"
_COUNTED = ("sum", "sum_boolean", "count", "count_distinct")
_TIMES = ("date", "time")
_OF_TIMES = ("min", "max", "count", "share")


def inside(query: MetricQuery, each: Sequence[Meaning]) -> MetricQuery:
    """The first step: the question by all of its groups, none of them sorted out."""
    first = {"over": None, "having": (), "order_by": (), "limit": None, "limit_by": ()}
    by = (*query.group_by, *(meaning.name for meaning in each))
    return query.model_copy(update={**first, "group_by": by, "every": query.every and not counted(query, each)})


def counted(query: MetricQuery, each: Sequence[Meaning]) -> bool:
    """Whether the groups are the stretches of time that the period has, which nobody has to look up."""
    return query.every and len(each) == 1 and each[0].any_slot.metric_time and each[0].any_slot.grain in DATED


def again(query: MetricQuery, over: Over, each: Sequence[Meaning], values: Values, dialect: str, fiscal_start: int) -> Again:
    """The second step, over rows with the metric under its name."""
    stretches = values.decided(query, lambda asked: _stretches(asked, each, fiscal_start)) if counted(query, each) else None
    groups = _Groups(query, query.grouped, values, stretches)
    found = {
        "average": lambda: cast(divided(exp.Sum(this=groups.met()), groups.count(), dialect), _SHOWN),
        "median": lambda: cast(_median(column(groups.name)), _SHOWN),
        "sum": lambda: exp.Sum(this=groups.met()),
        "min": lambda: groups.edge(exp.Min, exp.GT),
        "max": lambda: groups.edge(exp.Max, exp.LT),
        "share": lambda: cast(divided(groups.count(), groups.all(), dialect), _SHOWN),
        "count": groups.count,
    }
    counts = [groups.rows()] if over.how == "median" else [groups.count(), groups.all()]
    trees = [found[over.how](), *counts]
    there = tuple(_there(meaning.name for meaning in each))
    # DuckDB's quantiles say what they are of twice, and its condition with it: it stands beside, where it binds its values once.
    kept = (*there, *groups.kept()) if over.how == "median" else there
    return Again(keys=query.group_by, kept=kept, columns=tuple(zip(over.names(groups.name), trees, strict=False)))


def whole(columns: Named, registry: Registry, query: MetricQuery) -> Named:
    """The metric so that the groups add up to it: of a sum or a difference, a part that a group lacks is none of it."""
    metric = registry.metrics[query.metrics[0]]
    if metric.kind != "derived" or adds_up(registry, metric) is None:
        return columns
    return tuple((name, _without_gaps(tree, every=query.every) if name == metric.name else tree) for name, tree in columns)


def check(
    registry: Registry, query: MetricQuery, keys: Sequence[Meaning], each: Sequence[Meaning], fields: Mapping[str, Meaning]
) -> None:
    """Whether the groups can be told, and the number of them means something.

    Raises:
        BadQuery: an average of averages, a total that counts twice, a group that is a column already, or groups nobody can count.
    """
    over = query.over
    if over is None:
        return
    metric = known_to(registry, query.made).metrics[query.grouped]
    if same := [meaning.name for meaning in each if meaning.name in query.group_by]:
        raise BadQuery(f"`{same[0]}` is both what rows are by and what they are of.", todo="Leave it out of `group_by`.")
    if taken := [name for name in over.names(metric.name) if name in registry.metrics]:
        raise BadQuery(f"There is a metric `{taken[0]}`.", todo="Ask for it by its name.")
    _check_kind(registry, metric, over)
    if query.every:
        _check_every(registry, query, over, keys, each, fields)


def _check_kind(registry: Registry, metric: Metric, over: Over) -> None:
    added = adds_up(registry, metric) is not None
    if metric.unit in _TIMES and over.how not in _OF_TIMES:
        raise BadQuery(f"`{metric.name}` is a time, which has no {over.how}.", todo="Ask for the first or the last of them.")
    if metric.since and over.how != "sum":
        return  # each has its own number of days, and none counts for more
    if over.how == "average" and not added and metric.agg != "count_distinct":
        why = f"{metric.label} is an average, a ratio or an extreme itself: small groups would count as much as large ones."
        raise BadQuery(f"`{metric.name}` has no average over groups.", why=why, todo="Ask for it alone, or for the median.")
    if over.how == "sum" and not added:
        why = f"{metric.label} of all groups is not what they add up to."
        raise BadQuery(f"`{metric.name}` has no total over groups.", why=why, todo="Ask for it alone.")


def _check_every(
    registry: Registry,
    query: MetricQuery,
    over: Over,
    keys: Sequence[Meaning],
    each: Sequence[Meaning],
    fields: Mapping[str, Meaning],
) -> None:
    metric, alone = known_to(registry, query.made).metrics[query.grouped], "Leave out `every`: then those that have any count."
    if not none_is_zero(registry, metric):
        why = f"What has no {metric.label} has none of it, not 0."
        raise BadQuery(f"`{metric.name}` has no value where there is nothing.", why=why, todo=alone)
    if not counted(query, each):
        return
    timed = [name for name, meaning in fields.items() if meaning.any_slot.is_time or meaning.any_slot.metric_time]
    timed += [meaning.name for meaning in keys if meaning.any_slot.metric_time]
    if timed:
        raise BadQuery(f"Not all of `{each[0].name}` count beside `{timed[0]}`.", why="They are told apart by time.", todo=alone)
    if over.how == "median":
        raise BadQuery("The median of all stretches of a period cannot be told.", todo=alone)
    if not _stretches(query, each, registry.calendar.fiscal_start):
        why = "The period begins or ends in the middle of one." if query.period else "The question has no period."
        todo = "Ask for a period of whole ones, or leave out `every`."
        raise BadQuery(f"Nobody can count how many of `{each[0].name}` there are.", why=why, todo=todo)


def _stretches(query: MetricQuery, each: Sequence[Meaning], fiscal_start: int) -> int:
    """How many there are in the period; 0 where it cuts one."""
    grain, span = each[0].any_slot.grain, query.period
    return units_in(Period(span.start, span.end), grain, fiscal_start) if span is not None and grain is not None else 0


def none_is_zero(registry: Registry, metric: Metric) -> bool:
    """Whether nothing is 0 of it: it is counted or added up, and no balance."""
    if metric.kind == "simple":
        return metric.agg in _COUNTED and metric.non_additive is None
    return adds_up(registry, metric) is False


class _Groups:
    """The rows of the first step as aggregates see them. `stretches` is how many there are of them, where not all have a row."""

    def __init__(self, query: MetricQuery, name: str, values: Values, stretches: int | None) -> None:
        self.query, self.name, self.stretches = query, name, stretches
        self._values = values

    def met(self) -> exp.Expression:
        """The number, in groups that meet the conditions."""
        kept = self._kept(column(self.name))
        return case(kept, column(self.name)) if kept is not None else column(self.name)

    def count(self) -> exp.Expression:
        """How many meet the conditions."""
        if not self.query.having:
            return self.all()
        rows = exp.Count(this=self.met(), big_int=True)
        return rows if self.stretches is None else exp.Add(this=rows, expression=self._empty())

    def rows(self) -> exp.Expression:
        """How many have a row."""
        return exp.Count(this=column(self.name), big_int=True)

    def all(self) -> exp.Expression:
        """How many there are."""
        return self.rows() if self.stretches is None else number(self.stretches)

    def edge(self, kind: type[exp.Min | exp.Max], beyond: type[exp.GT | exp.LT]) -> exp.Expression:
        """The least or the greatest, which may be nothing."""
        found = kind(this=self.met())
        if self.stretches is None:
            return found
        none = exp.GT(this=grouped(self._empty()), expression=number(0))
        return case(exp.And(this=none, expression=beyond(this=found, expression=number(0))), number(0), kind(this=self.met()))

    def _empty(self) -> exp.Expression:
        """How many without a row meet the conditions: all of them, or none."""
        gone = exp.Sub(this=number(self.stretches or 0), expression=self.rows())
        kept = self._kept(number(0))
        return exp.Paren(this=gone) if kept is None else case(kept, gone, number(0))

    def kept(self) -> list[exp.Expression]:
        """The conditions."""
        return self._conditions(column(self.name))

    def _kept(self, tree: exp.Expression) -> exp.Expression | None:
        return both(self._conditions(tree))

    def _conditions(self, tree: exp.Expression) -> list[exp.Expression]:
        def leaf(part: Condition) -> exp.Expression:
            return conditions.on_number(part, copied(tree), self._values)

        return [conditions.condition(part, leaf) for part in self.query.having]


def _median(tree: exp.Expression) -> exp.Expression:
    order = exp.Order(expressions=[exp.Ordered(this=cast(tree, "DOUBLE"))])
    return exp.WithinGroup(this=exp.PercentileCont(this=exp.Literal.number("0.5")), expression=order)


def _without_gaps(tree: exp.Expression, *, every: bool) -> exp.Expression:
    """A formula in which an aggregate without a row is 0, where any of them has one."""
    names = dict.fromkeys(node.name for node in tree.find_all(exp.Column))
    if len(names) < 2 and not every:
        return tree
    full = filled(tree, lambda node: exp.Coalesce(this=column(node.name), expressions=[number(0)]))
    has = either(_there(names))
    return full if every or has is None else case(has, full)


def _there(names: Iterable[str]) -> list[exp.Expression]:
    return [exp.Not(this=exp.Is(this=column(name), expression=exp.Null())) for name in names]
