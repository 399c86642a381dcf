"""What a metric computes, whatever it is called: two metrics of one form are one number under two names.

Names of metrics and aliases, the order of what may be swapped, brackets and the spelling of dimensions fall away; models,
aggregations, expressions, filters, offsets, windows and how gaps are filled stay. It never compares what two forms would give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from anabot.semantic.catalog import Ambiguous, Catalog
from anabot.semantic.filters import Predicate
from anabot.semantic.registry import Input, Metric, Registry

_SWAPPED = (exp.Add, exp.Mul, exp.And, exp.Or, exp.EQ, exp.NEQ)
_CHAINED = (exp.Add, exp.Mul, exp.And, exp.Or)
_REF = "__ref_"
Filters = frozenset[str]


class Forms:
    """The forms of one registry's metrics."""

    def __init__(self, registry: Registry) -> None:
        self._metrics: Mapping[str, Metric] = registry.metrics
        self._catalog = Catalog(registry)

    def of(self, name: str) -> str:
        """The form of the metric. Equal forms are equal numbers."""
        return self.of_metric(self._metrics[name])

    def of_metric(self, metric: Metric) -> str:
        """The form of a metric that the registry need not have."""
        return self._form(metric, ())

    def _form(self, metric: Metric, where: tuple[Predicate, ...]) -> str:
        where = (*metric.where, *where)
        filled = f"fill({metric.fill_nulls_with})" if metric.fill_nulls_with is not None else ""
        return filled + self._computed(metric, where)

    def _computed(self, metric: Metric, where: tuple[Predicate, ...]) -> str:
        if metric.kind == "simple":
            return self._simple(metric, where)
        inputs = {each.alias: self._input(each, where) for each in metric.inputs}
        if metric.kind == "ratio":
            return f"div({inputs['numerator']},{inputs['denominator']})"
        if metric.kind == "derived":
            return normalised(metric.tree, lambda column: inputs.get(column.name, column.name))
        if metric.kind == "cumulative":
            return f"cumulative({metric.window},{','.join(inputs.values())})"
        return f"conversion({metric.conversion},{','.join(inputs.values())})"

    def _input(self, each: Input, where: tuple[Predicate, ...]) -> str:
        inner = self._form(self._metrics[each.metric], (*each.where, *where))
        moved = f"offset({each.offset},{each.offset_to})" if each.offset or each.offset_to else ""
        return moved + inner

    def _simple(self, metric: Metric, where: tuple[Predicate, ...]) -> str:
        agg, tree = metric.agg, normalised(metric.tree)
        if (agg, tree) == ("sum", "1"):
            agg = "count"
        kept = sorted({part for each in where for part in self._filters(each, metric)})
        how = (metric.percentile, metric.discrete, metric.approximate, metric.join_to_timespine, metric.non_additive)
        return f"{agg}({metric.model},{metric.time_dimension},{tree},{how},{kept})"

    def _filters(self, predicate: Predicate, metric: Metric) -> list[str]:
        def named(column: exp.Column) -> str:
            if not column.name.startswith(_REF):
                return column.name
            return self._dimension(predicate.refs[int(column.name.removeprefix(_REF))].dunder, metric)

        return [normalised(part, named) for part in _conjuncts(predicate.tree)]

    def _dimension(self, name: str, metric: Metric) -> str:
        """The dimension's own place, under whichever of its names it is asked for."""
        try:
            slot = self._catalog.slot(metric.model, metric.time_dimension, name)
        except Ambiguous:
            return name
        return name if slot is None else f"{[hop.entity for hop in slot.hops]}{slot.home}{slot.grain}{slot.part}{slot.custom}"


def normalised(node: exp.Expr, named: Callable[[exp.Column], str] = lambda column: column.name.lower()) -> str:
    """An expression as text in which only what it means is left; `named` says what a column is called."""
    if isinstance(node, exp.Paren):
        return normalised(node.this, named)
    if isinstance(node, exp.Column):
        return named(node)
    if isinstance(node, exp.Literal):
        return _literal(node)
    if isinstance(node, exp.Nullif) and isinstance(node.expression, exp.Literal) and _literal(node.expression) == "0":
        return normalised(node.this, named)  # every division is made safe
    parts = [normalised(each, named) for each in (_chain(node, type(node)) if isinstance(node, _CHAINED) else _operands(node))]
    if isinstance(node, exp.GT | exp.GTE):
        return f"{'lt' if isinstance(node, exp.GT) else 'lte'}({','.join(reversed(parts))})"
    if isinstance(node, _SWAPPED):
        parts.sort()
    plain = {key: value for key, value in node.args.items() if value and not isinstance(value, exp.Expr | list)}
    return f"{node.key}{plain or ''}({','.join(parts)})"


def _conjuncts(node: exp.Expr) -> list[exp.Expr]:
    while isinstance(node, exp.Paren):
        node = node.this
    return _chain(node, exp.And) if isinstance(node, exp.And) else [node]


def _chain(node: exp.Expr, kind: type[exp.Expr]) -> list[exp.Expr]:
    """`a + (b + c)` as a, b, c."""
    if isinstance(node, exp.Paren):
        return _chain(node.this, kind)
    if type(node) is kind:
        return [leaf for side in (node.this, node.expression) for leaf in _chain(side, kind)]
    return [node]


def _operands(node: exp.Expr) -> list[exp.Expr]:
    listed = [value if isinstance(value, list) else [value] for value in node.args.values()]
    return [each for values in listed for each in values if isinstance(each, exp.Expr)]


def _literal(node: exp.Literal) -> str:
    if node.is_string:
        return repr(node.name)
    try:
        return f"{Decimal(node.name).normalize():f}"
    except InvalidOperation:
        return node.name
