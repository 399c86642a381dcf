"""A number made for one question of two governed metrics: their difference, or the one per, or as a share of, the other.

It is a derived metric like any other, but of this question alone: it unfolds into the same aggregates, and whoever may not see
both of its inputs has none of it. It is never kept, never certified, and never stands in for a metric that is defined.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.semantic.beside import adds_up
from anabot.semantic.canonical import Forms
from anabot.semantic.query import Made, MetricQuery
from anabot.semantic.registry import Input, Metric, Registry
from anabot.semantic.trees import column, divided, grouped, number
from anabot.semantic.units import CURRENCIES, unit_words

_JOINTS = {"minus": "minus", "per": "per", "share_of": "as a share of"}
_ADDED_UP = ("sum", "sum_boolean", "count", "count_distinct")
_COUNTED = ("", "count")
_TIMES = ("date", "time")


def metric_of(made: Made, registry: Registry) -> Metric:
    """The made number as a metric, with a label that says of what it is made."""
    left, right = registry.metrics[made.left], registry.metrics[made.right]
    label = f"{left.label} {_JOINTS[made.op]} {right.label}"
    aliases = ("left", "right") if made.op == "minus" else ("numerator", "denominator")
    return Metric(
        name=made.name,
        kind="derived" if made.op == "minus" else "ratio",
        label=label,
        description=f"{label}, made for one question.",
        tree=exp.Sub(this=column("left"), expression=column("right")),
        formula="left - right" if made.op == "minus" else "",
        inputs=tuple(Input(metric=name, alias=alias) for name, alias in zip((made.left, made.right), aliases, strict=True)),
        unit=_unit(made, left, right),
        default_period=left.default_period,
    )


def known_to(registry: Registry, made: tuple[Made, ...]) -> Registry:
    """The registry as the words about one question's rows see it: with what is made for it."""
    if not made:
        return registry
    return replace(registry, metrics={**registry.metrics, **{each.name: metric_of(each, registry) for each in made}})


def said_of(made: Made, registry: Registry) -> str:
    """What an answer says of a number that was made for it."""
    left, right = registry.metrics[made.left].label, registry.metrics[made.right].label
    return f"{metric_of(made, registry).label} is made for this question, of {left} and {right}: nobody has defined it."


def governed(made: Made, registry: Registry, among: tuple[str, ...]) -> list[str]:
    """The metrics of `among` that compute the very same, under whatever name."""
    forms = Forms(registry)
    wanted = forms.of_metric(metric_of(made, registry))
    return [name for name in among if registry.metrics[name].inputs and forms.of(name) == wanted]


def check(registry: Registry, query: MetricQuery) -> None:
    """Whether what is to be made makes sense.

    Raises:
        BadQuery: of times, of numbers in two units, a ratio of what does not add up, or under the name of a metric that there is.
    """
    for each in query.made:
        left, right = registry.metrics[each.left], registry.metrics[each.right]
        timed = next((one for one in (left, right) if one.unit in _TIMES), None)
        if timed is not None:
            raise BadQuery(f"`{timed.name}` is a time, which cannot be computed with.", todo="Ask for both one by one.")
        if each.op != "per" and left.unit and right.unit and left.unit != right.unit:
            what = "difference" if each.op == "minus" else "share"
            why = f"{left.label} is in {unit_words(left.unit)}, {right.label} in {unit_words(right.unit)}."
            raise BadQuery(f"`{left.name}` and `{right.name}` have no {what}.", why=why, todo="Ask for both side by side.")
        for one in (left, right) if each.op != "minus" else ():
            if adds_up(registry, one) is None and one.agg != "count_distinct":
                why = f"{one.label} does not add up: it is an average, a ratio or an extreme."
                raise BadQuery(f"`{one.name}` is no part of a ratio.", why=why, todo="Ask for both side by side.")
        if each.name in registry.metrics:
            raise BadQuery(f"There is a metric `{each.name}`.", todo="Ask for it by its name.")


def computed(made: Made, registry: Registry, left: exp.Expression, right: exp.Expression, dialect: str) -> exp.Expression:
    """The formula over both sides. Of what is counted or added up, a group without rows has none; else nobody knows how much."""
    none_left, none_right = _adds_up(registry.metrics[made.left]), _adds_up(registry.metrics[made.right])
    if made.op != "minus":
        top = exp.Coalesce(this=left, expressions=[number(0)]) if none_left else left
        return divided(top, right, dialect)
    plain = exp.Sub(this=grouped(left), expression=grouped(right))
    otherwise = [left.copy()] * none_right + [exp.Neg(this=grouped(right.copy()))] * none_left
    return exp.Coalesce(this=plain, expressions=otherwise) if otherwise else plain


def _adds_up(metric: Metric) -> bool:
    return metric.kind == "simple" and metric.agg in _ADDED_UP and metric.non_additive is None


def _unit(made: Made, left: Metric, right: Metric) -> str:
    """That of both for a difference; of money per thing, money; of the one in the same money per the other, a share."""
    if made.op == "share_of" or (made.op == "per" and left.unit == right.unit and left.unit in CURRENCIES):
        return "ratio"
    if made.op == "per":
        return left.unit if right.unit in _COUNTED and left.unit not in ("ratio", *_COUNTED) else ""
    return left.unit if left.unit == right.unit else ""
