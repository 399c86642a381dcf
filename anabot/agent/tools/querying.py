"""`query_metrics` and `chart`: names into a typed query, the query through the door, the rows back as people read them.

Dates are read by the same grammar that reads people's, so that "last quarter" is the company's. It never computes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from anabot.agent.offline import ranges
from anabot.agent.offline.dates import Dates
from anabot.agent.offline.text import tokens
from anabot.agent.tools.bench import Asked, Bench, Used, as_words
from anabot.agent.understanding import Reading
from anabot.errors import BadQuery
from anabot.periods import Period, between_days, label
from anabot.semantic.made import governed, said_of
from anabot.semantic.over_words import said_of as groups_said_of
from anabot.semantic.query import Against, Condition, Made, MadeOp, MetricQuery, Op, Over, Span
from anabot.semantic.units import shown_cell, unit_words
from anabot.types import Answer

Compare = Literal["none", "previous_period", "previous_year", "same_point", "same_point_previous_year"]
Words = Annotated[str, BeforeValidator(lambda said: format(said, "g") if isinstance(said, int | float) else said)]
_LONGEST_CELL = 200
_FORMS = "Write it as in “last quarter”, “FY26 Q2”, “July 2026”, “since March”, or as 2026-05-01/2026-08-01, the end left out."


class Narrowed(Asked):
    """One condition."""

    field: str
    op: Op = "eq"
    values: tuple[Words, ...] = ()
    against: str = ""


class Bounded(Asked):
    """One condition on a number of the result."""

    field: str
    op: Literal["eq", "ne", "lt", "le", "gt", "ge", "between", "is_null", "not_null"] = "eq"
    values: tuple[Words, ...] = ()


class Computed(Asked):
    """A number of two metrics, or of one under conditions."""

    op: MadeOp
    left: str
    right: str
    left_where: tuple[Narrowed, ...] = ()
    right_where: tuple[Narrowed, ...] = ()
    since: str = ""

    @property
    def fits(self) -> bool:
        """Whether it is of two metrics, of a part of one as its share, or of one in two groups."""
        if self.op in ("first", "last"):
            return self.left == self.right and not self.left_where and not self.right_where
        if self.since:
            return False
        if self.left != self.right:
            return not self.left_where and not self.right_where
        groups = bool(self.left_where and self.right_where) and self.left_where != self.right_where
        return groups or (self.op == "share_of" and bool(self.left_where) and not self.right_where)


class Grouped(Asked):
    """A number of the groups that `each` makes; without one, nothing is asked for."""

    how: Literal["none", "average", "median", "min", "max", "sum", "count", "share"] = "none"
    each: tuple[str, ...] = ()


class Queried(Asked):
    """A query in names. What is empty is not asked for."""

    metrics: tuple[str, ...]
    group_by: tuple[str, ...] = ()
    where: tuple[Narrowed, ...] = ()
    period: str = ""
    compare: Compare = "none"
    having: tuple[Bounded, ...] = ()
    order_by: tuple[str, ...] = ()
    limit: int = 0
    limit_by: tuple[str, ...] = ()
    share: bool = False
    running: bool = False
    every: bool = False

    def query(self, bench: Bench) -> MetricQuery:
        """The typed query.

        Raises:
            BadQuery: it has no metric, too much of something, or a period that nobody can read.
        """
        if not 1 <= len(self.metrics) <= 6 or len(self.group_by) > 4:
            raise BadQuery("A query has one to six metrics and at most four groups.")
        if not 0 <= self.limit <= 10_000:
            raise BadQuery("A limit is a number of rows up to 10,000, or 0 for all.")
        if self.limit_by and not self.limit:
            raise BadQuery("`limit_by` needs a `limit` of rows for each of its groups.")
        if (self.share or self.running or self.every) and (not self._grouped or self.compare != "none"):
            raise BadQuery("`share`, `running` and `every` need something in `group_by`, and nothing to compare with.")
        return MetricQuery(
            metrics=self.metrics,
            group_by=self.group_by,
            where=tuple(_condition(each) for each in self.where),
            period=span(self.period, bench),
            compare=None if self.compare == "none" else self.compare,
            having=tuple(Condition(field=each.field, op=each.op, values=each.values) for each in self.having),
            order_by=self.order_by,
            limit=self.limit or None,
            limit_by=self.limit_by,
            share=self.share,
            running=self.running,
            every=self.every,
            **self._computed(bench),
        )

    @property
    def _grouped(self) -> bool:
        return bool(self.group_by)

    def _computed(self, _: Bench) -> dict[str, Any]:
        """What is computed of the metrics beside them."""
        return {}


class Calculated(Queried):
    """A query, and what is computed of its metrics."""

    made: tuple[Computed, ...] = ()
    over: Grouped = Grouped()

    @property
    def _grouped(self) -> bool:
        return bool(self.group_by) or (self.every and self.over.how != "none")

    def _computed(self, bench: Bench) -> dict[str, Any]:
        if any({each.left, each.right} - set(self.metrics) or not each.fits for each in self.made):
            ways = "Of one metric, `share_of` takes a `left_where`, and any `op` a `left_where` and another `right_where`."
            raise BadQuery("`made` is of two different metrics, and `metrics` names both.", todo=ways)
        if len(self.made) > 4 or (self.made and (self.share or self.running)):
            raise BadQuery("`made` is four numbers at most, and `share` and `running` stand beside metrics alone.")
        if self.over.how == "none":
            return {"made": tuple(_made(each, bench) for each in self.made)}
        if len(self.metrics) != 1 or self.made or self.share or self.running or self.compare != "none":
            raise BadQuery("`over` is of the groups of one metric, without `made`, `share`, `running` and `compare`.")
        if not 1 <= len(self.over.each) <= 4 or (self.over.how == "share" and not self.having):
            raise BadQuery("`over` has one to four names in `each`, and its `share` a `having` that groups meet.")
        return {"over": Over(how=self.over.how, each=self.over.each)}


class Drawn(Queried):
    """A query, and how it is drawn."""

    kind: Literal["line", "bar"]


class QueryMetrics:
    """Numbers."""

    name = "query_metrics"
    describes = (
        "Run one query over the company's governed metrics and read its rows: the only source of numbers. "
        "`metrics`, `group_by` and every `field` are exact names; time is metric_time__day, __week, __month, __fiscal_quarter. "
        "All of `where` must hold, with values as search_registry writes them; `against` is another time of the same "
        "size (metric_time__month against signed_up__month) to compare the field with, or with `values` how many such it is "
        "after. `having` is about metrics of the result. "
        "`period` is when, in the asker's own words, or 2026-05-01/2026-08-01 with the end left out. "
        "`order_by` takes a minus for the largest first. `limit_by` names those of `group_by` of each of which `limit` rows are "
        "kept: for the top 3 products of each region, region. `share` adds each row's share of the total, `running` the total "
        "up to each time, `every` rows for those without any; `made` computes of two of `metrics` what no metric is, or of one "
        "metric under `left_where` and under `right_where`: North minus, per, or ahead_of South (by what part it is more); with "
        "`left_where` alone, share_of is the part's share within each row; first and last, with the metric as left and right, "
        "are the dates of what it counts, or with a time in `since` the days after that. "
        "`over` takes one number of groups: the average of a metric for each customer (how: average, each: [customer]), how many "
        "of them meet `having` (count), or which share of them (share); with `every` each day of the period counts, also one "
        "without any. "
        'Empty lists, "", none, 0 and false ask for nothing.'
    )
    takes = Calculated

    def use(self, asked: Calculated, bench: Bench) -> Used:
        """The rows."""
        return _run(Reading(query=asked.query(bench), period_label=_period_words(asked.query(bench), bench)), bench)


class Chart:
    """Numbers, drawn."""

    name = "chart"
    describes = (
        "Like query_metrics, and the asker sees the rows drawn: a line over time, or bars. Only where a picture is asked for."
    )
    takes = Drawn

    def use(self, asked: Drawn, bench: Bench) -> Used:
        """The rows, to be drawn."""
        query = asked.query(bench)
        return _run(Reading(query=query, chart=asked.kind, period_label=_period_words(query, bench)), bench)


def span(said: str, bench: Bench) -> Span | None:
    """The days that words mean; None where nothing was said, or "all time".

    Raises:
        BadQuery: they mean no days, or not only days.
    """
    if not said.strip():
        return None
    first, slash, last = said.strip().partition("/")
    try:
        if slash:
            start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
            if start < end:
                return Span(start=start, end=end)
            raise BadQuery(f"“{said[:60]}” ends before it starts.", todo=_FORMS)
    except ValueError:
        raise BadQuery(f"“{said[:60]}” is no period.", todo=_FORMS) from None
    found = tokens(said[:100])
    calendar = bench.registry.calendar
    match = ranges.read(Dates(found, calendar.today(bench.now), calendar.fiscal_start), 0) if found else None
    if match is None or match[0] != len(found) or match[1].fault:
        raise BadQuery(f"“{said[:60]}” is no period that I can read.", todo=_FORMS)
    period = match[1].period
    return Span(start=period.start, end=period.end) if period else None


def _made(each: Computed, bench: Bench) -> Made:
    """What is to be made, where no metric of the asker's is just that."""
    left, right = (tuple(map(_condition, where)) for where in (each.left_where, each.right_where))
    made = Made(op=each.op, left=each.left, right=each.right, left_where=left, right_where=right, since=each.since)
    seen = tuple(name for name in bench.registry.metrics if name in bench.grant.metrics)
    found = governed(made, bench.registry, seen) if {each.left, each.right} <= set(seen) else []
    if found:
        raise BadQuery(f"There is a metric that is just this: `{found[0]}`.", todo="Ask for it by its name.")
    return made


def _known(query: MetricQuery, bench: Bench) -> bool:
    return set(query.metrics) <= bench.grant.metrics


def _run(reading: Reading, bench: Bench) -> Used:
    said = [said_of(each, bench.registry) for each in reading.query.made if {each.left, each.right} <= bench.grant.metrics]
    said += [groups_said_of(reading.query, bench.registry)] if reading.query.over and _known(reading.query, bench) else []
    answer = bench.answer(replace(reading, assumptions=(*reading.assumptions, *said)))
    return Used(words=as_words(_result(answer, bench)), answer=answer)


def _result(answer: Answer, bench: Bench) -> dict[str, Any]:
    """The rows as people read them: so the model can copy a number, and need not format one."""
    table = answer.table
    assert table is not None
    fiscal = bench.registry.calendar.fiscal_start
    rows = [
        [shown_cell(table, i, j, fiscal_start=fiscal)[:_LONGEST_CELL] for j in range(len(table.columns))]
        for i in range(min(len(table.rows), bench.rows))
    ]
    columns = [
        " ".join(filter(None, (each.name, unit_words(each.unit) and f"({unit_words(each.unit)})"))) for each in table.columns
    ]
    shown = {"period": answer.period or "all time", "columns": columns, "rows": rows, "rows_in_all": len(table.rows)}
    return shown if bench.rows else {**shown, "note": "The rows are shown to the asker alone. Say only what was asked."}


def _period_words(query: MetricQuery, bench: Bench) -> str:
    """`FY26 Q2 (1 May – 31 Jul 2026)`, with "so far" while it runs."""
    if query.period is None:
        return ""
    period, calendar = Period(query.period.start, query.period.end), bench.registry.calendar
    today = calendar.today(bench.now)
    running = " so far" if period.start <= today < period.end - dt.timedelta(days=1) else ""
    return f"{label(period, calendar.fiscal_start)}{running} ({between_days(period)})"


def _condition(part: Narrowed) -> Condition | Against:
    if part.against:
        return Against.model_validate(part.model_dump())
    return Condition(field=part.field, op=part.op, values=part.values)
