"""One typed question: the only thing that a person, a playbook or a model can ask of the registry.

Pydantic, because strangers hand it to us as JSON. Names are checked by the registry, never here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

Op = Literal[
    "eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "between", "contains", "starts_with", "ends_with", "is_null", "not_null"
]
Value = Annotated[str, BeforeValidator(lambda v: v if isinstance(v, str) else json.dumps(v, default=str).strip('"'))]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(_Strict):
    """`field op values`: a dimension in `where`, a metric in `having`."""

    field: str
    op: Op = "eq"
    values: tuple[Value, ...] = ()


class Against(_Strict):
    """`field op against`: two times of the same rows, cut to one size, as in "in the month they signed up".

    With `values` it is how many of that size `field` is after `against` that is compared: `le 30`, `between 0 30`. Where either
    is not known, it does not hold.
    """

    field: str
    against: str
    op: Literal["eq", "ne", "lt", "le", "gt", "ge", "between"] = "eq"
    values: tuple[Value, ...] = ()


class AnyOf(_Strict):
    """True where at least one part is. An empty list is false."""

    any: tuple[Filter, ...]


class AllOf(_Strict):
    """True where every part is. An empty list is true."""

    all: tuple[Filter, ...]


class Not(_Strict):
    """True where the part is false; NULL stays out."""

    not_: Filter = Field(alias="not")


Filter = Condition | Against | AnyOf | AllOf | Not


class Span(_Strict):
    """Half-open: from `start` up to, but not including, `end`."""

    start: dt.date
    end: dt.date


SIZE = "__size"  # in an order: by how far a number is from nothing, whichever way

MadeOp = Literal["minus", "per", "share_of", "ahead_of", "first", "last"]
Side = tuple[str, tuple[Filter, ...]]
Compare = Literal["previous_period", "previous_year", "same_point", "same_point_previous_year"] | Span


class Made(_Strict):
    """A number made for this question of two of its metrics: `left` minus `right`, per `right`, or as its share of `right`.

    `ahead_of` is the difference as a share of `right`: by how much the one is more than the other. With `left_where`, both are
    one metric, and the number is the share of its rows that meet all of these conditions; with `right_where` beside it, the
    metric of the rows that meet the former is set against that of the rows that meet the latter, and both are shown.

    `first` and `last` are of one metric: the first or last date of the rows that it counts or adds up; with `since`, another time
    of these rows, how many days that is after it.
    """

    op: MadeOp
    left: str
    right: str
    left_where: tuple[Filter, ...] = ()
    right_where: tuple[Filter, ...] = ()
    since: str = ""

    @property
    def name(self) -> str:
        """Its column: `net_revenue__minus__refunds`, `orders__part__share_of__orders`, `orders__part__minus__orders__part`."""
        if self.op in ("first", "last"):
            return f"{self.left}__{self.op}{'__days' if self.since else ''}"
        part, other = ("__part" if where else "" for where in (self.left_where, self.right_where))
        return f"{self.left}{part}__{self.op}__{self.right}{other}"

    @property
    def sides(self) -> tuple[Side, ...]:
        """Of two groups, the column of each, `orders__left` and `orders__right`, and the conditions of its rows."""
        both = ((f"{self.left}__left", self.left_where), (f"{self.right}__right", self.right_where))
        return both if self.right_where else ()

    @model_serializer(mode="wrap")
    def _without_what_is_empty(self, dumped: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = dumped(self)
        return {key: value for key, value in found.items() if key not in ("left_where", "right_where", "since") or value}


class Over(_Strict):
    """A second step over the finished rows: the question grouped by `each`, too, and then one number of all of these groups.

    `count` counts those that meet `having`, `share` says how many of them all do; without a value in `each` there is no group.
    """

    how: Literal["average", "median", "min", "max", "sum", "count", "share"]
    each: tuple[str, ...] = Field(min_length=1, max_length=4)

    def names(self, metric: str) -> tuple[str, ...]:
        """Its columns: the number, and how many groups it is of; `orders__average`, `orders__groups`."""
        count, groups = f"{metric}__count", f"{metric}__groups"
        if self.how == "count":
            return (count,)
        return (f"{metric}__share_of_groups", count, groups) if self.how == "share" else (f"{metric}__{self.how}", groups)


class MetricQuery(_Strict):
    """Metrics by dimensions, over a half-open period. Two phrasings of one question make equal queries.

    Without a metric it asks which values the dimensions of `group_by` have together; with `extremes`, for the least and the
    greatest of each. What is `made` stands before the metrics that it is made of. `order_by` takes a minus for the largest first,
    and the name of a number with `__size` behind it for the order by its size, whichever way: `-sales__change__size`.
    """

    metrics: tuple[str, ...] = Field(default=(), max_length=12)
    group_by: tuple[str, ...] = Field(default=(), max_length=8)
    where: tuple[Filter, ...] = ()
    period: Span | None = None
    compare: Compare | None = None
    having: tuple[Filter, ...] = ()
    order_by: tuple[str, ...] = ()
    limit: int | None = Field(default=None, ge=1, le=10_000)
    limit_by: tuple[str, ...] = ()  # those of `group_by` for each of which `limit` rows are kept
    extremes: bool = False
    share: bool = False  # beside each metric its share of the total
    running: bool = False  # … and its total up to each time
    every: bool = (
        False  # a row for each value of the groups' own model, or each time of the period, also where nothing was measured
    )
    made: tuple[Made, ...] = Field(default=(), max_length=4)
    over: Over | None = None  # … instead of the metric, a number of its groups

    @model_validator(mode="after")
    def _asks_for_something(self) -> MetricQuery:
        if self.metrics and self.extremes:
            raise ValueError("`extremes` are of dimensions: ask for them without a metric")
        if not self.metrics and not self.group_by:
            raise ValueError("name at least one metric, or dimensions in `group_by` to list their values")
        if not self.metrics and (self.having or self.compare):
            raise ValueError("`having` and `compare` need a metric")
        if self.limit_by and (not self.metrics or self.limit is None):
            raise ValueError("`limit_by` needs a metric, and a `limit` of rows for each of its groups")
        if self.every and (not self.metrics or not (self.group_by or self.over) or self.compare):
            raise ValueError("`every` needs a metric and dimensions in `group_by`, and nothing to compare with")
        if (self.share or self.running) and (not self.metrics or not self.group_by or self.compare):
            raise ValueError("`share` and `running` need a metric and something in `group_by`, and nothing to compare with")
        self._check_made()
        self._check_over()
        return self

    def _check_over(self) -> None:
        if self.over is None:
            return
        dated = len(self.made) == 1 and self.made[0].op in ("first", "last")
        if len(self.metrics) != 1 or (self.made and not dated) or self.share or self.running or self.compare:
            raise ValueError(
                "`over` is of the groups of one metric, or of a `first` or `last` date of it, and stands alone: without another "
                "`made`, and without `share`, `running` and `compare`"
            )
        if self.over.how == "share" and not self.having:
            raise ValueError("the `share` of groups needs a `having` that they meet")

    def _check_made(self) -> None:
        if self.made and (self.share or self.running):
            raise ValueError("`share` and `running` stand beside metrics alone: ask for what is `made` without them")
        for each in self.made:
            edge = each.op in ("first", "last")
            if edge and (each.left != each.right or each.left not in self.metrics or each.left_where or each.right_where):
                raise ValueError("`first` and `last` are of one metric of `metrics`, on both sides and without conditions")
            if edge:
                continue
            if each.since:
                raise ValueError("`since` is for the days to the `first` or `last` date of a metric")
            if each.right_where and (each.left != each.right or each.left_where in ((), each.right_where)):
                raise ValueError("`right_where` is for one metric of two groups, each with conditions of its own")
            if each.left_where and not each.right_where and (each.op, each.left) != ("share_of", each.right):
                raise ValueError("`left_where` alone is for the share that a part of one metric has of all of it")
            if (each.left == each.right and not each.left_where) or not {each.left, each.right} <= set(self.metrics):
                raise ValueError("`made` is of two different metrics, and `metrics` names both")

    @property
    def numbers(self) -> tuple[str, ...]:
        """The names of its numbers, in the order of its columns; those of what is `over` groups stand for its metric."""
        if self.over is not None:
            return self.over.names(self.grouped)
        return numbers_of(self.made, self.metrics)

    @property
    def grouped(self) -> str:
        """What each group of `over` has: the metric, or a date of what it counts."""
        return self.made[0].name if self.made else self.metrics[0]

    def as_json(self) -> dict[str, Any]:
        """The query as people script against it, without what is empty."""
        full = self.model_dump(mode="json", by_alias=True)
        return {key: value for key, value in full.items() if value not in (None, [], (), False)}

    def fingerprint(self) -> str:
        """A hash of the meaning: the order of metrics and filters does not count, that of `group_by` and `order_by` does."""
        body = self.as_json()
        for key in ("metrics", "where", "having"):
            body[key] = sorted(json.dumps(_sorted_values(part), sort_keys=True) for part in body.get(key, []))
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


def numbers_of(made: tuple[Made, ...], metrics: tuple[str, ...]) -> tuple[str, ...]:
    """What is made, the two groups of a metric, then the metrics; one that is only set against itself is shown in its groups."""
    apart = {each.left for each in made if each.sides}
    whole = {name for each in made if not each.sides for name in (each.left, each.right)}
    sides = dict.fromkeys(name for each in made for name, _ in each.sides)
    return (*(each.name for each in made), *sides, *(name for name in metrics if name not in apart - whole))


def ordered_by(item: str) -> str:
    """The column that an item of `order_by` is about."""
    return item.removeprefix("-").removesuffix(SIZE)


def fields_of(parts: Iterable[Filter]) -> list[str]:
    """Every field that the filters name, in their order."""
    found: list[str] = []
    for part in parts:
        match part:
            case AnyOf(any=inner) | AllOf(all=inner):
                found += fields_of(inner)
            case Not(not_=one):
                found += fields_of((one,))
            case Condition(field=name):
                found.append(name)
            case Against(field=name, against=other):
                found += (name, other)
    return found


def sets_times(part: Filter) -> bool:
    """Whether two times stand against each other in it."""
    match part:
        case AnyOf(any=inner) | AllOf(all=inner):
            return any(map(sets_times, inner))
        case Not(not_=one):
            return sets_times(one)
    return isinstance(part, Against)


def _sorted_values(part: Any) -> Any:
    if isinstance(part, dict) and part.get("op") in ("in", "not_in"):
        return {**part, "values": sorted(part["values"])}
    return part


AnyOf.model_rebuild()
AllOf.model_rebuild()
Not.model_rebuild()
Made.model_rebuild()
MetricQuery.model_rebuild()
