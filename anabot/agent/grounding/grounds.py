"""What a text may be held against: one result with the question it answers, and the names that its reader may know.

Frozen nouns and how they are made of a query and its rows. It never reads a text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from anabot.periods import Grain, Period, containing, previous, year_before
from anabot.semantic.date_parts import part_in
from anabot.semantic.over_words import known_of
from anabot.semantic.query import Condition, MetricQuery, Span
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.units import CURRENCIES, format_cell, readable
from anabot.semantic.values import ValueIndex
from anabot.types import Cell, Column, Table

PARTS = ("__previous", "__percent_change", "__change", "__share", "__running")
_WORD = re.compile(r"[^\W_]+")
_ADDED_UP = ("sum", "count", "sum_boolean")
_POSITIVE, _NEGATIVE = ("eq", "in"), ("ne", "not_in")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every name that a text could put in the place of another: folded words → metrics, and the values of dimensions."""

    metrics: Mapping[str, frozenset[str]]
    values: frozenset[str] = frozenset()
    fiscal_start: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something the text says that no result bears out."""

    text: str
    at: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as it can be named: its groups as people read them (by column), and the bucket of time it stands for."""

    groups: Mapping[str, str]
    bucket: Period | None
    cells: Mapping[str, Decimal]
    dates: Mapping[str, dt.date] = field(default_factory=dict)  # of metrics whose value is a date
    hours: Mapping[str, str] = field(default_factory=dict)  # the time of day of such a value: `09:00`


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One result. `columns` are the numeric ones by name: (metric, part, unit); part is "" for the metric's own value.

    `kept` and `dropped` are the values that the filters keep or leave out. `totals` are the columns whose rows add up.
    `causes` are the names that a finding of drivers vouches for; without one no cause may be claimed.
    """

    metrics: tuple[str, ...]
    columns: Mapping[str, tuple[str, str, str]]
    rows: tuple[Row, ...]
    period: Period | None = None
    compare: Period | None = None
    kept: tuple[frozenset[str], ...] = ()
    dropped: frozenset[str] = frozenset()
    numbers: frozenset[Decimal] = frozenset()  # those in the question's own conditions
    totals: frozenset[str] = frozenset()
    days: frozenset[dt.date] = frozenset()  # that the result itself holds as values
    limit: int | None = None
    nouns: frozenset[str] = frozenset()  # what its groups are called: `region`
    causes: frozenset[str] = frozenset()
    better: Mapping[str, str] = field(default_factory=dict)  # "higher" or "lower", by metric
    means: frozenset[str] = frozenset()  # the metrics that are an average or a rate themselves
    ahead: bool = False  # whether some of its days are still to come
    stated: tuple[tuple[Decimal, str, str], ...] = ()  # what else was found: (number, unit, the name it belongs to or "")

    @property
    def buckets(self) -> frozenset[Period]:
        """The units of time that the rows stand for."""
        return frozenset(row.bucket for row in self.rows if row.bucket)


def shown(query: MetricQuery, table: Table, registry: Registry, *, as_of: dt.datetime | None = None) -> Shown:
    """A result as grounds. `query` is the canonical one that the engine answered."""
    grouped = [name for name in query.group_by if any(column.name == name for column in table.columns)]
    fiscal, registry = registry.calendar.fiscal_start, known_of(registry, query)
    columns = {c.name: found for c in table.columns if c.name not in grouped and (found := _column(c, query))}
    cut = table.truncated or bool(query.having or query.limit_by) or query.limit == len(table.rows)
    return Shown(
        metrics=query.numbers,
        columns=columns,
        rows=tuple(_row(row, table, grouped, fiscal) for row in table.rows),
        period=_period(query.period),
        compare=_compare(query),
        kept=tuple(_values(query, _POSITIVE)),
        dropped=frozenset().union(*_values(query, _NEGATIVE)),
        numbers=frozenset(_numbers(query)),
        totals=frozenset() if cut else frozenset(name for name, (m, _, _) in columns.items() if _adds_up(registry, m, grouped)),
        days=frozenset(_days(table, as_of)),
        limit=query.limit,
        better={name: registry.metrics[name].better for name in query.numbers},
        means=frozenset(name for name in query.numbers if not _is_sum(registry.metrics[name])),
        ahead=_is_ahead(query, table, as_of),
        nouns=frozenset(
            word.casefold() for c in table.columns if c.name in grouped for word in _WORD.findall(f"{c.name} {c.label}")
        ),
        stated=tuple(_counted(query, table)),
    )


def names_of(registry: Registry, metrics: Iterable[str], values: ValueIndex | None = None) -> Names:
    """The names of the metrics (those that the reader may know of) and of the values that may be named."""
    found: dict[str, set[str]] = {}
    for name in metrics:
        metric = registry.metrics[name]
        for words in (metric.label, name, name.replace("_", " "), *metric.synonyms):
            found.setdefault(words.casefold(), set()).add(name)
    for term in registry.terms.values():
        for words in (term.word, *term.synonyms):
            found.setdefault(words.casefold(), set()).update(set(term.metrics) & set(metrics))
    spelt = {readable(value).casefold() for each in values.by_dimension.values() for value in each} if values else set()
    return Names(
        metrics={words: frozenset(each) for words, each in found.items() if each},
        values=frozenset(word for word in spelt if len(word) > 1 and not word.isdigit()),
        fiscal_start=registry.calendar.fiscal_start,
    )


def group_text(cell: Cell, column: Column, fiscal_start: int = 1) -> str:
    """A group's value as an answer writes it."""
    said = format_cell(cell, column, fiscal_start=fiscal_start)
    return "(none)" if said == "–" else said


def _column(column: Column, query: MetricQuery) -> tuple[str, str, str] | None:
    part = next((each for each in PARTS if column.name.endswith(each)), "")
    metric = column.name.removesuffix(part)
    if metric not in query.numbers:
        return None
    unit = (
        "ratio"
        if part in ("__percent_change", "__share")
        else column.unit or {"money": "usd", "ratio": "ratio"}.get(column.type, "")
    )
    return metric, part, "" if unit in ("count", "number") else unit


def _row(row: tuple[Cell, ...], table: Table, grouped: list[str], fiscal: int) -> Row:
    cells = dict(zip((c.name for c in table.columns), row, strict=True))
    by_name = {column.name: column for column in table.columns}
    times = [name for name in grouped if name.startswith("metric_time") and not part_in(name)]
    groups = {name: group_text(cells[name], by_name[name], fiscal) for name in grouped if name not in times}
    numbers = {name: Decimal(str(cell)) for name, cell in cells.items() if name not in grouped and _is_number(cell)}
    bucket = _bucket(cells[times[0]], times[0], fiscal) if times else None
    dates = {name: _date(cell) for name, cell in cells.items() if name not in grouped and isinstance(cell, dt.date)}
    hours = {name: f"{cells[name]:%H:%M}" for name in dates if isinstance(cells[name], dt.datetime)}
    finite = {name: value for name, value in numbers.items() if value.is_finite()}
    return Row(groups=groups, bucket=bucket, cells=finite, dates=dates, hours=hours)


def _date(cell: dt.date) -> dt.date:
    return cell.date() if isinstance(cell, dt.datetime) else cell


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


def _bucket(cell: Cell, name: str, fiscal: int) -> Period | None:
    day = _date(cell) if isinstance(cell, dt.date) else None
    grain = name.rpartition("__")[2]
    if day is None or grain not in {each.value for each in Grain}:
        return None
    return containing(day, Grain(grain), fiscal)


def _period(span: Span | None) -> Period | None:
    return Period(span.start, span.end) if span else None


def _compare(query: MetricQuery) -> Period | None:
    period = _period(query.period)
    if isinstance(query.compare, Span):
        return _period(query.compare)
    if period is None or query.compare is None:
        return None
    return year_before(period) if "year" in query.compare else previous(period)


def _counted(query: MetricQuery, table: Table) -> Iterable[tuple[Decimal, str, str]]:
    """How many groups a number is of: whatever it is called beside that number."""
    if query.over is None or query.group_by:
        return
    counts = query.numbers if query.over.how == "count" else query.numbers[1:]
    units = ("", "days") if any(name.endswith("__day") for name in query.over.each) else ("",)
    for row in table.rows:
        for column, cell in zip(table.columns, row, strict=True):
            if column.name in counts and _is_number(cell):
                yield from ((Decimal(str(cell)), unit, "") for unit in units)


def _conditions(query: MetricQuery) -> Iterable[Condition]:
    return (part for part in (*query.where, *query.having) if isinstance(part, Condition))


def _values(query: MetricQuery, ops: tuple[str, ...]) -> Iterable[frozenset[str]]:
    for part in query.where:
        if isinstance(part, Condition) and part.op in ops:
            yield frozenset(readable(value).casefold() for value in part.values)


def _numbers(query: MetricQuery) -> Iterable[Decimal]:
    for part in _conditions(query):
        for value in part.values:
            try:
                yield Decimal(value)
            except ArithmeticError:
                continue


def _adds_up(registry: Registry, name: str, grouped: list[str]) -> bool:
    metric = registry.metrics[name]
    timed = any(each.startswith("metric_time") for each in grouped)
    return metric.kind == "simple" and metric.agg in _ADDED_UP and not (timed and metric.non_additive)


def _is_sum(metric: Metric) -> bool:
    return (metric.kind == "simple" and metric.agg in (*_ADDED_UP, "count_distinct")) or (
        metric.kind != "simple" and metric.unit in CURRENCIES
    )


def _is_ahead(query: MetricQuery, table: Table, as_of: dt.datetime | None) -> bool:
    """Whether the period, or a date among the values, is after the newest load; unknown is not."""
    ends = [query.period.end] if query.period else []
    return as_of is not None and any(each > as_of.date() + dt.timedelta(days=7) for each in (*ends, *_days(table, None)))


def _days(table: Table, as_of: dt.datetime | None) -> Iterable[dt.date]:
    for row in table.rows:
        for cell in row:
            if isinstance(cell, dt.date):
                yield _date(cell)
    if as_of:
        yield as_of.date()
