"""A metric as a formula over the aggregates it needs: ratios and derived metrics unfolded down to simple ones.

It decides which aggregates are needed, each once, and never how they are computed.

Exactness: sums of decimals stay decimals. What divides or averages is shown as DECIMAL(38, 10), rounded half away from
zero; on DuckDB, which divides in doubles, that is exact to ten places below 10,000 and to 15 digits above.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from itertools import count

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.semantic.edges import is_edge, metric_of_edge
from anabot.semantic.filters import Predicate
from anabot.semantic.made import computed
from anabot.semantic.query import Filter, Made
from anabot.semantic.registry import Conversion, Input, Metric, Registry
from anabot.semantic.times import Timing, moved_by
from anabot.semantic.trees import cast, column, divided, filled, grouped, number

_INEXACT = (exp.Div, exp.Sqrt, exp.Pow, exp.Ln, exp.Exp, exp.Mod)
_SHOWN = "DECIMAL(38, 10)"
_AVERAGED = ("average", "median", "percentile")
MADE = "made"  # around what is an input and made of others itself, where it may be something of nothing: see `present`
_OF_NOTHING_NOTHING = (
    *(exp.Column, exp.Identifier, exp.Literal, exp.Paren, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Nullif),
    *(exp.Cast, exp.DataType, exp.DataTypeParam, exp.Round, exp.Abs),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One aggregate of one simple metric: its rows are those that meet `where` and `chosen`, shown as `timing` says."""

    name: str
    metric: Metric
    where: tuple[Predicate, ...]
    timing: Timing
    converted: Converted | None = None
    chosen: tuple[Filter, ...] = ()  # conditions that the question has for this number alone


@dataclass(frozen=True, slots=True)
class Converted:
    """The base that a conversion is counted on: its metric and conditions, and how the two are matched."""

    base: Metric
    where: tuple[Predicate, ...]
    how: Conversion


class Formulas:
    """The formulas of one question, or of those of its rows that are `chosen`, and what they need."""

    def __init__(self, registry: Registry, dialect: str, chosen: tuple[Filter, ...] = ()) -> None:
        self.registry, self.dialect, self.chosen = registry, dialect, chosen
        self.needs: dict[Hashable, Need] = {}

    def of(self, name: str, timing: Timing) -> exp.Expression:
        """The formula of a metric that a question asks for."""
        return self._unfold(self.registry.metrics[name], (), timing)

    def columns(self, name: str, *, compared: bool) -> list[tuple[str, exp.Expression]]:
        """What a question shows of a metric: its value; where it compares, the value before, the change, and its part of that."""
        return self._columns(name, lambda timing: self.of(name, timing), inexact=self.inexact(name), compared=compared)

    def made(self, made: Made, *, compared: bool) -> list[tuple[str, exp.Expression]]:
        """The same of a number that the question makes of two metrics, or of a date of one."""
        if is_edge(made):
            edge = metric_of_edge(made, self.registry)
            return [(made.name, self._unfold(edge, (), Timing()))]

        def of(timing: Timing) -> exp.Expression:
            left, right = self._among(made.left_where), self._among(made.right_where)
            return computed(made, self.registry, left.of(made.left, timing), right.of(made.right, timing), self.dialect)

        inexact = made.op != "minus" or self.inexact(made.left) or self.inexact(made.right)
        return self._columns(made.name, of, inexact=inexact, compared=compared)

    def side(self, name: str, where: tuple[Filter, ...], metric: str, *, compared: bool) -> list[tuple[str, exp.Expression]]:
        """The same of a metric in one of two groups, shown as `name`."""
        among = self._among(where)
        return self._columns(name, lambda timing: among.of(metric, timing), inexact=self.inexact(metric), compared=compared)

    def _among(self, chosen: tuple[Filter, ...]) -> Formulas:
        """The formulas over those of the rows, whose needs are the question's own."""
        if not chosen:
            return self
        found = Formulas(self.registry, self.dialect, chosen)
        found.needs = self.needs
        return found

    def _columns(
        self, name: str, of: Callable[[Timing], exp.Expression], *, inexact: bool, compared: bool
    ) -> list[tuple[str, exp.Expression]]:
        def shown(tree: exp.Expression) -> exp.Expression:
            return cast(tree, _SHOWN) if inexact else tree

        now = of(Timing())
        if not compared:
            return [(name, shown(now))]
        before = of(Timing(previous=True))
        change = exp.Sub(this=grouped(now.copy()), expression=grouped(before.copy()))
        part = divided(change.copy(), before.copy(), self.dialect)
        return [
            (name, shown(now)),
            (f"{name}__previous", shown(before)),
            (f"{name}__change", shown(change)),
            (f"{name}__percent_change", cast(part, _SHOWN)),
        ]

    def inexact(self, name: str) -> bool:
        """Whether a metric divides or averages anywhere."""
        metric = self.registry.metrics[name]
        if metric.kind == "simple":
            return metric.agg in _AVERAGED and not metric.approximate  # which has no places to be exact to
        if metric.conversion is not None:
            return metric.conversion.rate
        if metric.kind == "ratio" or metric.tree.find(*_INEXACT) is not None:
            return True
        return any(self.inexact(each.metric) for each in metric.inputs)

    def _unfold(self, metric: Metric, where: tuple[Predicate, ...], timing: Timing) -> exp.Expression:
        return self._filled(metric, self._computed(metric, (*metric.where, *where), timing))

    def _computed(self, metric: Metric, where: tuple[Predicate, ...], timing: Timing) -> exp.Expression:
        match metric.kind:
            case "simple":
                return self._need(metric, where, timing)
            case "ratio":
                top, bottom = (self._input(each, where, timing) for each in metric.inputs)
                return divided(top, bottom, self.dialect)
            case "derived":
                return self._derived(metric, where, timing)
            case "cumulative":
                return self._input(metric.inputs[0], where, replace(timing, window=metric.window))
        return self._conversion(metric, where, timing)

    def _derived(self, metric: Metric, where: tuple[Predicate, ...], timing: Timing) -> exp.Expression:
        inputs = {each.alias: each for each in metric.inputs}
        tree = safe_division(metric.tree.copy(), self.dialect)
        return filled(tree, lambda node: self._input(inputs[node.name], where, timing))

    def _input(self, each: Input, where: tuple[Predicate, ...], timing: Timing) -> exp.Expression:
        moves = ((each.offset,) if each.offset else ()) + (((0, each.offset_to),) if each.offset_to else ())
        timing = moved_by(each.metric, timing, moves)
        metric = self.registry.metrics[each.metric]
        tree = self._unfold(metric, (*each.where, *where), timing)
        return exp.Anonymous(this=MADE, expressions=[tree]) if metric.kind != "simple" and fills(tree) else tree

    def _conversion(self, metric: Metric, where: tuple[Predicate, ...], timing: Timing) -> exp.Expression:
        base, conversion = (self.registry.metrics[each.metric] for each in metric.inputs)
        if metric.conversion is None or "simple" not in (base.kind, conversion.kind) or not timing.plain:
            why = "Both sides must be simple metrics, at their own time."
            raise BadQuery(
                f"The conversion `{metric.name}` cannot be computed here.", why=why, todo="Ask for it without offset or window."
            )
        counted = (*base.where, *metric.inputs[0].where, *where)
        converted = Converted(base, counted, metric.conversion)
        found = self._filled(conversion, self._need(conversion, (*conversion.where, *metric.inputs[1].where), timing, converted))
        met = self._filled(base, self._need(base, counted, timing))  # even for a count: a base that led nowhere has its row too
        return divided(found, met, self.dialect) if metric.conversion.rate else found

    def _need(
        self,
        metric: Metric,
        where: tuple[Predicate, ...],
        timing: Timing,
        converted: Converted | None = None,
    ) -> exp.Expression:
        where = tuple({predicate.text: predicate for predicate in where}.values())
        base = (converted.base.name, converted.how, *(each.text for each in converted.where)) if converted else None
        key = (metric.name, tuple(sorted(predicate.text for predicate in where)), timing, base, self.chosen)
        if key not in self.needs:
            name = self._name(metric, where, timing)
            need = Need(name=name, metric=metric, where=where, timing=timing, converted=converted, chosen=self.chosen)
            self.needs[key] = need
        return column(self.needs[key].name)

    def _name(self, metric: Metric, where: tuple[Predicate, ...], timing: Timing) -> str:
        taken = {need.name for need in self.needs.values()}
        base = metric.name + ("__filtered" if len(where) > len(metric.where) else "") + ("__previous" if timing.previous else "")
        return base if base not in taken else next(name for n in count(2) if (name := f"{base}_{n}") not in taken)

    @staticmethod
    def _filled(metric: Metric, tree: exp.Expression) -> exp.Expression:
        if metric.fill_nulls_with is None:
            return tree
        return exp.Coalesce(this=tree, expressions=[number(metric.fill_nulls_with)])


def fills(tree: exp.Expression) -> bool:
    """Whether a formula may be something of nothing."""
    return not all(isinstance(node, _OF_NOTHING_NOTHING) for node in tree.walk())


def safe_division(tree: exp.Expression, dialect: str) -> exp.Expression:
    """`tree` with each `/` made safe, in place; the root may be a new node."""
    for node in list(tree.find_all(exp.Div)):
        safe = divided(node.this, node.expression, dialect)
        if node is tree:
            tree = safe
        else:
            node.replace(safe)
    return tree
