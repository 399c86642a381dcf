"""One simple metric's aggregate as a SQL tree. It never joins, filters rows or decides on groups."""

from __future__ import annotations

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.semantic.plan import Kind
from anabot.semantic.registry import Metric, SemanticModel
from anabot.semantic.trees import case, cast, number

_APPROXIMATE = ("duckdb", "snowflake")
_EXACTLY = "Take the exact one: leave `use_approximate_percentile`, or `percentile_type: continuous`, out of its definition."
_DIALECTS = {"duckdb": "DuckDB", "postgres": "PostgreSQL", "snowflake": "Snowflake"}
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("int", "bigint", "smallint", "tinyint", "decimal", "num", "double", "float", "real"), "number"),
    **dict.fromkeys(("char", "varchar", "text", "string"), "text"),
}
_PLAIN: dict[str, type[exp.Sum | exp.Min | exp.Max | exp.Avg]] = {
    "sum": exp.Sum,
    "sum_boolean": exp.Sum,
    "min": exp.Min,
    "max": exp.Max,
    "average": exp.Avg,
}


def aggregate(
    metric: Metric, value: exp.Expression, only: exp.Expression | None, dialect: str, *, grouped: bool
) -> exp.Expression:
    """The aggregate over `value` in rows where `only` holds.

    In a group in which no row meets `only` the metric is absent: NULL, as if it had been grouped apart.

    Raises:
        BadQuery: an aggregate that the dialect does not have.
    """
    counted = _counted(metric, value, only) if only is not None and grouped else None
    if counted is not None:
        return counted
    if metric.agg == "sum_boolean":
        value = case(value, number(1), number(0))
    if only is not None:
        value = case(only, value)
    if metric.agg in _PLAIN:
        return _PLAIN[metric.agg](this=value)
    if metric.agg == "count":
        return exp.Count(this=value, big_int=True)
    if metric.agg == "count_distinct":
        return exp.Count(this=exp.Distinct(expressions=[value]), big_int=True)
    return _approximate(metric, value, dialect) if metric.approximate else _percentile(metric, value)


def kind(metric: Metric, model: SemanticModel) -> Kind:
    """What the aggregate holds: a newest date is a time, nearly all else is a number."""
    if metric.agg not in ("min", "max"):
        return "number"
    if metric.unit in ("date", "time"):
        return "time"
    dimension = next((each for each in model.dimensions.values() if each.expr == metric.expr), None)
    if dimension is not None and dimension.kind == "time":
        return "time"
    if dimension is None or metric.unit:
        return "number"
    return next((kind for word, kind in _KINDS.items() if dimension.data_type.startswith(word)), "unknown")


def _counted(metric: Metric, value: exp.Expression, only: exp.Expression) -> exp.Expression | None:
    if metric.agg == "count":
        present = exp.Not(this=exp.Is(this=value, expression=exp.Null()))
        return exp.Sum(this=case(only, case(present, number(1), number(0))))
    if metric.agg == "count_distinct":
        rows = exp.Count(this=case(only.copy(), number(1)), big_int=True)
        distinct = exp.Count(this=exp.Distinct(expressions=[case(only, value)]), big_int=True)
        return case(exp.GT(this=rows, expression=number(0)), distinct)
    return None


def _approximate(metric: Metric, value: exp.Expression, dialect: str) -> exp.Expression:
    if metric.discrete or dialect not in _APPROXIMATE:
        kind = "discrete" if metric.discrete else "continuous"
        why = f"It is an approximate {kind} percentile, which {_DIALECTS.get(dialect, dialect)} does not have."
        raise BadQuery(f"`{metric.name}` cannot be computed here.", why=why, todo=_EXACTLY)
    return exp.ApproxQuantile(this=value, quantile=exp.Literal.number(str(metric.percentile)))


def _percentile(metric: Metric, value: exp.Expression) -> exp.Expression:
    function = exp.PercentileDisc if metric.discrete else exp.PercentileCont
    share = exp.Literal.number(str(metric.percentile))
    ordered = exp.Ordered(this=value if metric.discrete else cast(value, "DOUBLE"))
    return exp.WithinGroup(this=function(this=share), expression=exp.Order(expressions=[ordered]))
