"""A number made for one question of two governed metrics: their difference, or the one per, or as a share of, the other.

Both may be one metric of two groups: sales in the north and in the south.

It is a derived metric like any other, but of this question alone: it unfolds into the same aggregates, and whoever may not see
both of its inputs has none of it. It is never kept, never certified, and never stands in for a metric that is defined.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.semantic.beside import adds_up
from anabot.semantic.canonical import Forms
from anabot.semantic.edges import check_edge, declared, is_edge, label_of_edge, metric_of_edge
from anabot.semantic.filters import Predicate, Ref
from anabot.semantic.formula_words import filter_words
from anabot.semantic.query import Condition, Filter, Made, MetricQuery
from anabot.semantic.registry import Input, Metric, Registry
from anabot.semantic.trees import column, divided, grouped, number
from anabot.semantic.units import CURRENCIES, unit_words
from anabot.semantic.where_words import narrowed, on_days

_JOINTS = {"minus": "minus", "per": "per", "share_of": "as a share of", "ahead_of": "ahead of"}
_OF_GROUPS = {"per": "relative to"}
_FORMULAS = {"minus": "left - right", "ahead_of": "(left - right) / right"}
_WHERE = " where "
_HOW = (" for ", " on ", _WHERE)
_ADDED_UP = ("sum", "sum_boolean", "count", "count_distinct")
_COUNTED = ("", "count")
_TIMES = ("date", "time")


def metric_of(made: Made, registry: Registry, part: tuple[Predicate, ...] = (), other: tuple[Predicate, ...] = ()) -> Metric:
    """The made number as a metric, with a label that says of what it is made."""
    if is_edge(made):
        return metric_of_edge(made, registry)
    left, right = registry.metrics[made.left], registry.metrics[made.right]
    label, formula = label_of(made, registry), _FORMULAS.get(made.op, "")
    aliases = ("left", "right") if formula else ("numerator", "denominator")
    return Metric(
        name=made.name,
        kind="derived" if formula else "ratio",
        label=label,
        description=f"{label}, made for one question.",
        tree=_lead() if made.op == "ahead_of" else _difference(),
        formula=formula,
        inputs=tuple(
            Input(metric=name, alias=alias, where=where)
            for name, alias, where in zip((made.left, made.right), aliases, (part, other), strict=True)
        ),
        unit=_unit(made, left, right),
        default_period=left.default_period,
    )


def _difference() -> exp.Expression:
    return exp.Sub(this=column("left"), expression=column("right"))


def _lead() -> exp.Expression:
    return exp.Div(this=exp.Paren(this=_difference()), expression=column("right"))


def label_of(made: Made, registry: Registry) -> str:
    """`Sales minus Cost`, `Share of Sales where Region is North`, `Sales for North minus South`."""
    left, right = registry.metrics[made.left].label, registry.metrics[made.right].label
    if is_edge(made):
        return label_of_edge(made, registry)
    if made.right_where:
        joint = _OF_GROUPS.get(made.op, _JOINTS[made.op])
        return _opposed(left, _group(made.left_where, registry), joint, _group(made.right_where, registry))
    if made.left_where:
        return f"Share of {left}{part_words(made, registry)}"
    return f"{left} {_JOINTS[made.op]} {right}"


def part_words(made: Made, registry: Registry) -> str:
    """` where Channel is online`, ` on weekends`: which rows are the part of all."""
    days = on_days(made.left_where[0]) if len(made.left_where) == 1 else ""
    return f" {days}" if days else _in_full(made.left_where, registry, registry.metrics[made.left].time_dimension)


def _opposed(label: str, left: str, joint: str, right: str) -> str:
    """`Sales for North minus South`; in full where the two groups are not told in one way."""
    how = next((each for each in _HOW if left.startswith(each) and right.startswith(each)), "")
    return f"{label}{left} {joint} {right.removeprefix(how) if how else f'{label}{right}'}"


def _group(where: tuple[Filter, ...], registry: Registry) -> str:
    """Whose rows the conditions choose: ` for North`, ` on weekends`, ` where Region is North and Channel is online`."""
    short = narrowed(where) if len(where) == 1 and not _says_only_yes(where[0]) else ""
    return short or _in_full(where, registry)


def _in_full(where: tuple[Filter, ...], registry: Registry, time: str = "") -> str:
    return f"{_WHERE}{' and '.join(filter_words(each.model_dump(by_alias=True), registry, time) for each in where)}"


def _says_only_yes(part: Filter) -> bool:
    return isinstance(part, Condition) and not {"true", "false"}.isdisjoint(part.values)


def _side(name: str, where: tuple[Filter, ...], metric: Metric, registry: Registry) -> Metric:
    """One of two groups, as a metric that says whose rows it is of."""
    return replace(metric, name=name, label=f"{metric.label}{_group(where, registry)}", certified=None, bridges=())


def known_to(registry: Registry, made: tuple[Made, ...]) -> Registry:
    """The registry as the words about one question's rows see it: with what is made for it."""
    if not made:
        return registry
    sides = {name: _side(name, where, registry.metrics[each.left], registry) for each in made for name, where in each.sides}
    numbers = {each.name: metric_of(each, registry) for each in made}
    return replace(registry, metrics={**registry.metrics, **sides, **numbers})


def said_of(made: Made, registry: Registry) -> str:
    """What an answer says of a number that was made for it."""
    left, right = registry.metrics[made.left].label, registry.metrics[made.right].label
    of = left if made.left == made.right else f"{left} and {right}"
    return f"{label_of(made, registry)} is made for this question, of {of}: nobody has defined it."


def governed(made: Made, registry: Registry, among: tuple[str, ...]) -> list[str]:
    """The metrics of `among` that compute the very same, under whatever name."""
    if is_edge(made):
        return declared(made, registry, among)
    forms = Forms(registry)
    parts, others = _as_written(made.left_where), _as_written(made.right_where)
    wanted = {forms.of_metric(metric_of(made, registry, part, other)) for part in parts for other in others}
    return [name for name in among if registry.metrics[name].inputs and forms.of(name) in wanted]


def _as_written(where: tuple[Filter, ...]) -> list[tuple[Predicate, ...]]:
    """The ways in which a data team may write the conditions; none where they are not of the plain kind."""
    if not where:
        return [()]
    one = where[0]
    if len(where) > 1 or not isinstance(one, Condition) or one.op not in ("eq", "ne") or len(one.values) != 1:
        return []
    value, flag = one.values[0], column("__ref_0")
    kind = exp.EQ if one.op == "eq" else exp.NEQ
    trees: list[exp.Expression] = [kind(this=flag.copy(), expression=exp.Literal.string(value))]
    if value.isdecimal():
        trees.append(kind(this=flag.copy(), expression=exp.Literal.number(value)))
    if value in ("true", "false"):
        yes = (value == "true") is (one.op == "eq")
        trees += [flag if yes else exp.Not(this=flag), kind(this=flag.copy(), expression=exp.Boolean(this=value == "true"))]
    ref = Ref(kind="dimension", name=one.field)
    return [(Predicate(text=tree.sql(), tree=tree, refs=(ref,)),) for tree in trees]


def check(registry: Registry, query: MetricQuery) -> None:
    """Whether what is to be made makes sense.

    Raises:
        BadQuery: of times, of numbers in two units, a ratio of what does not add up, of groups of what is not of one time, or
            under the name of a metric that there is.
    """
    _check_names(registry, query)
    for each in query.made:
        if is_edge(each):
            check_edge(registry, query, each)
            continue
        if each.sides:
            _check_groups(registry, registry.metrics[each.left])
        elif each.left_where:
            _check_part(registry.metrics[each.left])
        left, right = registry.metrics[each.left], registry.metrics[each.right]
        timed = next((one for one in (left, right) if one.unit in _TIMES), None)
        if timed is not None:
            raise BadQuery(f"`{timed.name}` is a time, which cannot be computed with.", todo="Ask for both one by one.")
        if each.op != "per" and left.unit and right.unit and left.unit != right.unit:
            what = "difference" if each.op == "minus" else "share"
            why = f"{left.label} is in {unit_words(left.unit)}, {right.label} in {unit_words(right.unit)}."
            raise BadQuery(f"`{left.name}` and `{right.name}` have no {what}.", why=why, todo="Ask for both side by side.")
        for one in (left, right) if each.op != "minus" and not each.sides else ():
            if adds_up(registry, one) is None and one.agg != "count_distinct":
                why = f"{one.label} does not add up: it is an average, a ratio or an extreme."
                raise BadQuery(f"`{one.name}` is no part of a ratio.", why=why, todo="Ask for both side by side.")


def _check_names(registry: Registry, query: MetricQuery) -> None:
    names = [each.name for each in query.made]
    groups = {each.left: each.sides for each in query.made if each.sides}
    for each in query.made:
        if names.count(each.name) > 1:
            raise BadQuery(f"Two parts of `{each.left}` are asked for at once.", todo="Ask for them one by one.")
        if each.sides and groups[each.left] != each.sides:
            raise BadQuery(f"`{each.left}` is asked for of two pairs of groups at once.", todo="Ask for them one by one.")
        taken = next((name for name in (each.name, *(side for side, _ in each.sides)) if name in registry.metrics), "")
        if taken:
            raise BadQuery(f"There is a metric `{taken}`.", todo="Ask for it by its name.")


def computed(made: Made, registry: Registry, left: exp.Expression, right: exp.Expression, dialect: str) -> exp.Expression:
    """The formula over both sides. Of what is counted or added up, a group without rows has none; else nobody knows how much."""
    none_left, none_right = _adds_up(registry.metrics[made.left]), _adds_up(registry.metrics[made.right])
    if made.op != "minus":
        top = exp.Coalesce(this=left, expressions=[number(0)]) if none_left else left
        over = exp.Sub(this=grouped(top), expression=grouped(right.copy())) if made.op == "ahead_of" else top
        return divided(over, right, dialect)
    plain = exp.Sub(this=grouped(left), expression=grouped(right))
    otherwise = [left.copy()] * none_right + [exp.Neg(this=grouped(right.copy()))] * none_left
    return exp.Coalesce(this=plain, expressions=otherwise) if otherwise else plain


def _check_part(metric: Metric) -> None:
    if not _adds_up(metric) or metric.join_to_timespine:
        why = f"Parts of {metric.label} are no shares of it: it is neither a sum nor a count of rows at their own time."
        raise BadQuery(f"`{metric.name}` has no part.", why=why, todo="Ask for it under the condition alone.")


def _check_groups(registry: Registry, metric: Metric) -> None:
    """Whether the metric is of the rows of one time alone, so that conditions choose among those."""
    if metric.kind == "simple" and metric.non_additive is None and not metric.join_to_timespine:
        return
    if metric.kind not in ("ratio", "derived") or any(each.offset or each.offset_to for each in metric.inputs):
        why = f"{metric.label} is a balance, a running total or a conversion, or compares with another time in itself."
        todo = "Ask for it by what the groups differ in, or for one group alone."
        raise BadQuery(f"`{metric.name}` cannot be set against itself.", why=why, todo=todo)
    for each in metric.inputs:
        _check_groups(registry, registry.metrics[each.metric])


def _adds_up(metric: Metric) -> bool:
    return metric.kind == "simple" and metric.agg in _ADDED_UP and metric.non_additive is None


def _unit(made: Made, left: Metric, right: Metric) -> str:
    """That of both for a difference; of money per thing, money; in the same money, a share; of one group in the other, times."""
    if made.sides and made.op == "per":
        return "times"
    if made.op in ("share_of", "ahead_of") or (made.op == "per" and left.unit == right.unit and left.unit in CURRENCIES):
        return "ratio"
    if made.op == "per":
        return left.unit if right.unit in _COUNTED and left.unit not in ("ratio", *_COUNTED) else ""
    return left.unit if left.unit == right.unit else ""
