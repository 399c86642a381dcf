"""One result as one or two sentences: what, how much, when, and for a comparison how much it moved.

Every number is a cell of the table, or a sum of cells that are shown. It never interprets and never names a cause.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from anabot.agent import groups_said, without
from anabot.agent.understanding import Reading
from anabot.periods import Period, between_days, label, whole_months
from anabot.semantic.date_parts import part_in
from anabot.semantic.over_words import known_of
from anabot.semantic.query import SIZE, ordered_by
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.units import format_cell, rounded, unsaid
from anabot.semantic.where_words import narrowed
from anabot.types import Cell, Column, Table

Row = Sequence[Cell]
_NAMED = 12  # values told in a sentence; the table has them all
_ADDED_UP = ("sum", "count", "sum_boolean")
_OF_WHOM = re.compile(r" (?:for|on|where) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """The words for the rows of one query."""

    reading: Reading
    table: Table
    registry: Registry

    def words(self) -> str:
        """The whole, in plain text on one line. The first number is told in full, the others beside it."""
        if not self.reading.query.metrics:
            return self._listing()
        registry = known_of(self.registry, self.reading.query)
        first, *others = (registry.metrics[name] for name in self.reading.query.numbers)
        filled = [row for row in self.table.rows if self.cell(row, first.name) is not None]
        if not filled and self.table.suppressed:
            return self._unsaid(first)
        if not filled and self.reading.query.having and self.reading.query.group_by:
            return f"No {self._labels()} meets the condition on {first.label}{self.when}{self._narrowed()}."
        if not filled:
            told = [m for m in others if any(self.cell(row, m.name) is not None for row in self.table.rows)]
            if not told:
                return f"There is no data for {listed([m.label for m in (first, *others)])}{self.when}{self._narrowed()}."
            return " ".join([f"There is no data for {first.label}{self.when}{self._narrowed()}.", *map(self._beside, told)])
        if not self.reading.query.group_by and (over := self.reading.query.over):
            numbers = [self.shown(name, self.cell(filled[0], name)) for name in self.reading.query.numbers]
            around = f"{self.when}{self._narrowed()}"
            return groups_said.said(self.reading.query, over, self.registry, first.label, numbers, around)
        if not self.reading.query.group_by:
            return " ".join([self._total(first, filled[0]), *map(self._beside, others)])
        return self._rows(first, others, filled)

    def _rows(self, first: Metric, others: Sequence[Metric], filled: Sequence[Row]) -> str:
        if self.reading.query.limit_by:
            return self._of_each(first, filled)
        if without.asked(self.reading.query, first.name):
            names = [self.group(row) for row in self.table.rows]
            return without.words(first.label, f"{self.when}{self._narrowed()}", names, cut=self.table.truncated)
        if self.times():
            return self._series(first, filled)
        leader = self.leader(first, filled)
        return " ".join([self._grouped(first, filled), *(self._there(metric, leader) for metric in others)])

    def _listing(self) -> str:
        """Which values there are: `9 regions: Africa, East Asia …`."""
        query, table = self.reading.query, self.table
        labels = listed([_lower(column.label or column.name) for column in table.columns])
        if query.extremes and table.rows:
            cells = [self._formatted(column.name, cell) for column, cell in zip(table.columns, table.rows[0], strict=True)]
            names = [column.label.removesuffix(", least") for column in table.columns[::2]]
            told = zip(names, cells[::2], cells[1::2], strict=True)
            return f"{'; '.join(f'{name} runs from {low} to {high}' for name, low, high in told)}{self._narrowed()}."
        count = f"{'At least ' if table.truncated else ''}{len(table.rows):,}"
        if len(table.columns) > 1 or not table.rows:
            what = "combinations" if len(table.columns) > 1 else "values"
            return f"There are {count.lower()} {what} of {labels}{self._narrowed()}."
        name = table.columns[0].name
        shown = [self._formatted(name, row[0]) for row in table.rows[:_NAMED]]
        more = f" and {len(table.rows) - _NAMED:,} more" if len(table.rows) > _NAMED else ""
        return f"{count} value{'s' if len(table.rows) > 1 else ''} of {labels}{self._narrowed()}: {', '.join(shown)}{more}."

    def _unsaid(self, metric: Metric) -> str:
        """Where no number may be said, why; never how many people it is."""
        return f"{metric.label}{self.when}{self._narrowed()} is not shown: {unsaid(self.table.fewer_than)}."

    @property
    def when(self) -> str:
        """` in FY26 Q2 (1 May – 31 Jul 2026)`, or nothing where no period was asked."""
        span = self.reading.query.period
        if span is None:
            return ""
        said = _days(Period(span.start, span.end), self.registry.calendar.fiscal_start)
        return f" {said} so far" if " so far" in self.reading.period_label else f" {said}"

    def _total(self, metric: Metric, row: Row) -> str:
        value = self.shown(metric.name, self.cell(row, metric.name))
        return f"{metric.label} {_be(metric)} {value}{self.when}{self._narrowed()}{self._moved(metric, row)}."

    def _beside(self, metric: Metric) -> str:
        row = self.table.rows[0]
        value = self.cell(row, metric.name)
        if value is None:
            return f"There is no data for {metric.label}."
        return f"{metric.label} {_be(metric)} {self.shown(metric.name, value)}{self._moved(metric, row)}."

    def _there(self, metric: Metric, row: Row) -> str:
        value = self.cell(row, metric.name)
        return f"{metric.label} there: {self.shown(metric.name, value)}." if value is not None else ""

    # --- by something

    def _grouped(self, metric: Metric, filled: Sequence[Row]) -> str:
        best = self.leader(metric, filled)
        value, where = self.shown(metric.name, self.cell(best, metric.name)), self._tied(metric, best, filled)
        around = f"{self.when}{self._narrowed()}"
        if len(self.table.rows) > 1 and (most := self._most(metric, best)):
            return f"{metric.label} {most} for {where}{around}: {value}{self._moved(metric, best)}."
        if len(self.table.rows) == 1:
            narrowed = self._narrowed()
            more = "" if where in narrowed else f" for {where}"
            return f"{metric.label} {_be(metric)} {value}{around}{more}{self._share(metric, best)}{self._moved(metric, best)}."
        total = self._sum(metric)
        if total:
            most = "smallest" if self._ascending(metric) else "largest"
            start = f"{metric.label} {_be(metric)} {total}{around}. By {self._labels()}, the {most} is"
            return f"{start} {where} with {value}{self._share(metric, best)}{self._moved(metric, best)}."
        if alike := self._alike(metric, filled):
            return f"{metric.label} {_be(metric)} {value} for {alike}{around}."
        high, low = self._extremes(metric)
        if self.reading.query.compare is not None:
            return f"{metric.label} {_be(metric)} {high} for {where}{around}: {value}{self._moved(metric, best)}."
        start = f"{metric.label} {_be(metric)} {high} for {where} ({value}{self._share(metric, best)})"
        if self._cut():
            return f"{start}{around}; the first {len(self.table.rows)} are shown."
        worst = self._last(metric, filled)
        other = self.shown(metric.name, self.cell(worst, metric.name))
        alone = len(self.reading.query.numbers) == 1  # else what is told "there" could be told of the other
        end = f" and {low} for {self._tied(metric, worst, filled)} ({other})" if other != value and alone else ""
        return f"{start}{end}{around}."

    def _alike(self, metric: Metric, filled: Sequence[Row]) -> str:
        """`Castle, Ferry and Harbour`, where all that there are have the same; then none is the highest."""
        same = len({_comparable(self.cell(row, metric.name)) for row in filled}) == 1 and len(filled) == len(self.table.rows)
        query = self.reading.query
        if not same or len(query.numbers) > 1 or query.compare is not None or query.share or self._cut() or self.table.suppressed:
            return ""
        if len(filled) > _NAMED:
            return f"each {self._labels()} of the {len(filled):,} here"
        return listed([self.group(row) for row in filled])

    def _most(self, metric: Metric, best: Row) -> str:
        """`rose most`, where the rows are in the order of how much they moved."""
        item = next(iter(self.reading.query.order_by), "")
        change = self.cell(best, f"{metric.name}__change")
        if not _by_change(item, metric) or not isinstance(change, int | float | Decimal):
            return ""
        if item.endswith(SIZE):
            return f"changed {'most' if item.startswith('-') else 'least'}"
        verb = "rose" if change > 0 else "fell" if change < 0 else "moved"
        return f"{verb} {'most' if (change > 0) == item.startswith('-') else 'least'}"

    def _extremes(self, metric: Metric) -> tuple[str, str]:
        """What the leader is called, and its opposite. What is not shown may lie beyond the leader."""
        dated = any(isinstance(self.cell(row, metric.name), dt.date) for row in self.table.rows)
        words = ("latest", "earliest") if dated else ("highest", "lowest")
        high, low = reversed(words) if self._ascending(metric) else words
        return (f"{high}, of those that may be shown," if self.table.fewer_than else high), low

    def leader(self, metric: Metric, filled: Sequence[Row]) -> Row:
        """The first row as ordered by this metric; in any other order, the greatest, or the least of a minimum."""
        if any(ordered_by(item) == metric.name or _by_change(item, metric) for item in self.reading.query.order_by[:1]):
            return filled[0]
        furthest = min if self._ascending(metric) else max
        return furthest(filled, key=lambda row: _comparable(self.cell(row, metric.name)))

    def _last(self, metric: Metric, filled: Sequence[Row]) -> Row:
        pick = max if self._ascending(metric) else min
        return pick(filled, key=lambda row: _comparable(self.cell(row, metric.name)))

    def _ascending(self, metric: Metric) -> bool:
        order = self.reading.query.order_by[:1]
        return metric.name in order or (metric.agg == "min" and f"-{metric.name}" not in order)

    def _cut(self) -> bool:
        query = self.reading.query
        return self.table.truncated or bool(query.limit_by) or query.limit == len(self.table.rows)

    # --- the first of each

    def _of_each(self, first: Metric, filled: Sequence[Row]) -> str:
        """`Of each region, the top 3 by Sales in Sep 2026. Isles: bread ($35.00), cake ($12.00) …`"""
        query = self.reading.query
        item = next((each for each in query.order_by if each.removeprefix("-") not in query.group_by), f"-{first.name}")
        column, rest = ordered_by(item), [name for name in query.group_by if name not in query.limit_by]
        label = next((each.label for each in self.table.columns if each.name == column), "") or first.label
        groups: dict[str, list[str]] = {}
        for row in filled:
            told = f"{self._named(row, rest)} ({self._ranked(column, self.cell(row, column))})"
            groups.setdefault(self._named(row, query.limit_by), []).append(told)
        shown = list(groups.items())[: max(1, _NAMED // (query.limit or 1))]
        more = "; the rest is in the table" if len(groups) > len(shown) else ""
        high = item.startswith("-")
        which = f"the {self._labels(rest)} with the {'highest' if high else 'lowest'} {label}"
        if column.endswith("change"):
            which = f"the {self._labels(rest)} whose {first.label} {'rose' if high else 'fell'} most"
        if query.limit != 1:
            which = f"the {'top' if high else 'bottom'} {query.limit} by {label}"
        of_those = ", of those that may be shown" if self.table.fewer_than else ""
        told = "; ".join(f"{name}: {', '.join(rows)}" for name, rows in shown)
        start = f"Of each {self._labels(query.limit_by)}, {which}{of_those}{self.when}{self._narrowed()}"
        return f"{start}. {told}{more}."

    def _ranked(self, column: str, value: Cell) -> str:
        """The value that rows are ranked by; a change says which way it went."""
        if not column.endswith("change") or not isinstance(value, int | float | Decimal):
            return self.shown(column, value)
        moved = self._size(column, Decimal(str(value)))
        return f"{'up' if value > 0 else 'down'} {moved}" if value else "unchanged"

    # --- over time

    def _series(self, metric: Metric, filled: Sequence[Row]) -> str:
        time = self.times()[0]
        if self.reading.query.having and len(filled) > 1 and (alike := self._alike(metric, filled)):
            value, on = self.shown(metric.name, self.cell(filled[0], metric.name)), "on" if time.endswith("__day") else "in"
            return f"{metric.label} {_be(metric)} {value} {on} {alike}{self._narrowed()}."
        last = max(str(self.cell(row, time)) for row in filled)
        rows = [row for row in filled if str(self.cell(row, time)) == last]
        best = max(rows, key=lambda row: _comparable(self.cell(row, metric.name)))
        value, moved = self.shown(metric.name, self.cell(best, metric.name)), self._moved(metric, best)
        count = len({str(self.cell(row, time)) for row in filled})
        where, name = self.group(best, but=time), self._moment(time, best)
        unit = time.rpartition("__")[2].removeprefix("fiscal_")
        total = self._sum(metric) if count > 1 and metric.non_additive is None else ""
        alone = f" for {where}" if len(rows) == 1 and where and where not in self._narrowed() else ""
        if count == 1:
            whose = f" for {where}" if where and where not in self._narrowed() else ""
            on = "on" if time.endswith("__day") else "in"
            return f"{metric.label} {_be(metric)} {value} {on} {name}{self._narrowed()}{whose}{moved}."
        if total:
            start = f"{metric.label} {_be(metric)} {total}{self.when}{self._narrowed()}. The last of {count} {unit}s, {name}, has"
            told = f"{value}{alone}{self._share(metric, best)}{self._running(metric, best)}{moved}."
            return f"{start} {told}" if len(rows) == 1 else f"{start} most for {where}: {told}"
        whose = f"highest for {where}: " if len(rows) > 1 else ""
        beside = f"{alone}{self._share(metric, best)}{self._running(metric, best)}"
        said = f"{whose}{value}{beside} in {name}{moved}"
        return f"{metric.label}{self.when}{self._narrowed()}: {said}, the last of {count} {unit}s."

    def _moment(self, time: str, row: Row) -> str:
        said = self._formatted(time, self.cell(row, time))
        return f"the week of {said}" if time.endswith("__week") else said

    def times(self) -> list[str]:
        """The time grains of the groups."""
        return [name for name in self.reading.query.group_by if name.startswith("metric_time") and not part_in(name)]

    # --- parts

    def _sum(self, metric: Metric) -> str:
        """The total of the rows, only where adding them up is what the metric means and none is left out."""
        query = self.reading.query
        partly = self._cut() or query.having or self.table.suppressed or (query.share and query.where)
        if metric.kind != "simple" or metric.agg not in _ADDED_UP or partly:
            return ""
        values = [self.cell(row, metric.name) for row in self.table.rows]
        numbers = [value for value in values if isinstance(value, int | Decimal)]
        return self.shown(metric.name, sum(numbers, Decimal(0))) if numbers else ""

    def _share(self, metric: Metric, row: Row) -> str:
        """`, 41.2% of the total`"""
        part = self.cell(row, f"{metric.name}__share")
        return f", {self.shown(f'{metric.name}__share', part)} of the total" if part is not None else ""

    def _running(self, metric: Metric, row: Row) -> str:
        """`, a running total of $120.00`"""
        total = self.cell(row, f"{metric.name}__running")
        return f", a running total of {self.shown(f'{metric.name}__running', total)}" if total is not None else ""

    def _moved(self, metric: Metric, row: Row) -> str:
        """`, up $5.00 (+4.0%) from $120.00`."""
        before, change = self.cell(row, f"{metric.name}__previous"), self.cell(row, f"{metric.name}__change")
        percent = self.cell(row, f"{metric.name}__percent_change")
        if self.reading.query.compare is None or before is None or not isinstance(change, int | float | Decimal):
            return "" if self.reading.query.compare is None else ", with nothing to compare it with"
        if change == 0:
            return f", the same as before ({self.shown(metric.name, before)})"
        share = ""
        if isinstance(percent, int | float | Decimal) and (percent > 0) == (change > 0):  # of less than nothing it is no rise
            share = f" ({'+' if change > 0 else '-'}{_share(percent)})"
        size = self._size(metric.name, Decimal(str(change)))
        return f", {'up' if change > 0 else 'down'} {size}{share} from {self.shown(metric.name, before)}"

    def _size(self, name: str, change: Decimal) -> str:
        """How much it moved, without its sign; a share moves by points, as "down 2 %" would be of what it was."""
        column = next((each for each in self.table.columns if each.name == name), None)
        if column is None or column.unit != "ratio" or name.endswith("percent_change"):
            return self.shown(name, abs(change))
        points = abs(change) * 100
        places = 1 if points >= Decimal("0.1") else 2
        return f"{rounded(points, places):,.{places}f} points"

    def _narrowed(self) -> str:
        """` for North on weekends`: the filters, as the query says them."""
        return narrowed(self.reading.query.where)

    def _labels(self, names: Sequence[str] = ()) -> str:
        """The groups' own names, or some of them: `segment and region`."""
        labels = {column.name: column.label or column.name for column in self.table.columns}
        return listed([_lower(labels.get(name, name)) for name in names or self.reading.query.group_by])

    def _tied(self, metric: Metric, row: Row, filled: Sequence[Row]) -> str:
        """The group of the row, with those that have just as much; nothing of them where their other numbers are told."""
        value = self.cell(row, metric.name)
        same = [each for each in filled if each is not row and self.cell(each, metric.name) == value]
        if not same or len(self.reading.query.numbers) > 1 or self.reading.query.compare is not None:
            return self.group(row)
        if len(same) == 1:
            return f"{self.group(row)} and {self.group(same[0])}"
        return f"{self.group(row)} and {len(same)} others"

    def group(self, row: Row, but: str = "") -> str:
        """Which group the row is of, in words."""
        return self._named(row, [name for name in self.reading.query.group_by if name != but])

    def _named(self, row: Row, names: Sequence[str]) -> str:
        cells = [self._formatted(name, self.cell(row, name)) for name in names]
        return ", ".join("(none)" if cell == "–" else cell for cell in cells)

    def cell(self, row: Row, name: str) -> Cell:
        """The row's cell in the column of that name, or None where there is no such column."""
        return next((row[i] for i, column in enumerate(self.table.columns) if column.name == name), None)

    def shown(self, name: str, value: Cell) -> str:
        """A value of the metric, in its unit."""
        return self._formatted(name, value)

    def _formatted(self, name: str, value: Cell) -> str:
        column = next((c for c in self.table.columns if c.name == name), Column(name=name, type="number"))
        return format_cell(value, column, fiscal_start=self.registry.calendar.fiscal_start)


def _days(period: Period, fiscal_start: int = 1) -> str:
    """When, inside a sentence: `in FY26 Q2 (1 May – 31 Jul 2026)`, `in Jul 2026`, `in the week of …`, `on …`, `from … to …`."""
    name, days = label(period, fiscal_start), between_days(period)
    if period.days == 1:
        return f"on {days}"
    if whole_months(period) == 1:
        return f"in {period.start:%b %Y}"
    if "-W" in name:
        return f"in the week of {days}"
    return f"from {days.replace(' – ', ' to ')}" if " to " in name else f"in {name} ({days})"


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else words[0]


def _by_change(item: str, metric: Metric) -> bool:
    return ordered_by(item) in (f"{metric.name}__change", f"{metric.name}__percent_change")


def _share(percent: int | float | Decimal) -> str:
    return format_cell(abs(Decimal(str(percent))), Column(name="percent", type="ratio", unit="ratio"))


def _be(metric: Metric) -> str:
    """ "were" for a label such as "Units delivered" or "Trial starts", "was" for any other."""
    words = _OF_WHOM.split(metric.label)[0].split()
    plural = _plural(words[-1]) or (_plural(words[0]) and metric.unit in ("count", "hours"))
    return "were" if plural and metric.unit not in ("ratio", "date", "time") else "was"


def _plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _lower(label: str) -> str:
    """A label inside a sentence; one that is all capitals, such as "IT team", keeps them."""
    return label[0].lower() + label[1:] if label[:1].isupper() and not label[1:2].isupper() else label


def _comparable(value: Cell) -> Decimal:
    if isinstance(value, dt.datetime):
        return Decimal(str(value.timestamp()))
    if isinstance(value, dt.date):
        return Decimal(value.toordinal())
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return Decimal("-Infinity")
    return Decimal(str(value))
