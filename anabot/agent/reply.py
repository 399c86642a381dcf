"""Say a result in one sentence: what, how much, when, and for a comparison how much it moved.

Every number is a cell of the table, or a sum of cells that are shown; never rounded beyond its unit, never a zero for
no data. It never interprets and never names a cause.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from anabot.agent.understanding import Reading
from anabot.periods import Period, between_days, label
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.units import format_cell
from anabot.types import Cell, Column, Table

__all__ = ["format_cell", "say"]


def say(reading: Reading, table: Table, registry: Registry) -> str:
    """The sentence for one reading and its rows. Plain text, one line; a definition comes before its number."""
    teller = _Teller(reading=reading, table=table, registry=registry)
    if reading.ask == "definition":
        return teller.definition()
    return teller.sentence()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teller:
    reading: Reading
    table: Table
    registry: Registry

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return tuple(self.registry.metrics[name] for name in self.reading.query.metrics)

    @property
    def when(self) -> str:
        """` in FY26 Q2 (1 May – 31 Jul 2026)`, or nothing where no period was asked."""
        if self.reading.period_label:
            return f" in {self.reading.period_label}"
        span = self.reading.query.period
        if span is None:
            return ""
        period = Period(span.start, span.end)
        name, days = label(period, self.registry.calendar.fiscal_start), between_days(period)
        return f" in {days}" if " to " in name or name == f"{period.start:%Y-%m-%d}" else f" in {name} ({days})"

    def definition(self) -> str:
        """What each metric means, who owns it, what it is not."""
        return "\n".join(self._defined(metric) for metric in self.metrics)

    def sentence(self) -> str:
        rows, metrics = self.table.rows, self.metrics
        if not rows or all(self.cell(row, m.name) is None for row in rows for m in metrics):
            return f"There is no data for {_listed([m.label for m in metrics])}{self.when}{self._narrowed()}."
        if not self.reading.query.group_by:
            return " ".join(self._total(metric, rows[0]) for metric in metrics)
        return " ".join(self._grouped(metric) for metric in metrics)

    def _defined(self, metric: Metric) -> str:
        parts = [f"{metric.label}: {metric.description.strip()}"]
        if metric.owner:
            parts.append(f"Its owner is @{metric.owner}.")
        others = [self.registry.metrics[name].label for name in metric.not_the_same_as if name in self.registry.metrics]
        if others:
            parts.append(f"It is not the same as {_listed(others, 'or')}.")
        if metric.caveat:
            parts.append(metric.caveat.strip())
        return " ".join(parts)

    def _total(self, metric: Metric, row: Sequence[Cell]) -> str:
        value = self.cell(row, metric.name)
        if value is None:
            return f"There is no data for {metric.label}{self.when}{self._narrowed()}."
        return f"{metric.label} was {self.shown(metric.name, value)}{self.when}{self._narrowed()}{self._moved(metric, row)}."

    def _grouped(self, metric: Metric) -> str:
        rows = self.table.rows
        filled = [row for row in rows if self.cell(row, metric.name) is not None]
        if not filled:
            return f"There is no data for {metric.label}{self.when}{self._narrowed()}."
        if self._over_time():
            return self._series(metric, filled)
        best = self._leader(metric, filled)
        value = self.cell(best, metric.name)
        low, high = ("earliest", "latest") if isinstance(value, dt.date) else ("lowest", "highest")
        word, group = low if self._ascending(metric) else high, self._group(best)
        shown = f"{self.shown(metric.name, value)}{self._moved(metric, best)}"
        start = f"{metric.label}{self.when}{self._narrowed()} was {word} for {group}: {shown}"
        return f"{start}{self._rest(metric, len(rows))}."

    def _leader(self, metric: Metric, filled: Sequence[Sequence[Cell]]) -> Sequence[Cell]:
        """The first row as ordered by this metric; in any other order, the greatest, or the least of a minimum."""
        if metric.name in (item.removeprefix("-") for item in self.reading.query.order_by[:1]):
            return filled[0]
        furthest = min if self._ascending(metric) else max
        return furthest(filled, key=lambda row: _comparable(self.cell(row, metric.name)))

    def _series(self, metric: Metric, filled: Sequence[Sequence[Cell]]) -> str:
        last = max(filled, key=lambda row: str(row[0]))
        value = self.shown(metric.name, self.cell(last, metric.name))
        count = len(filled)
        start = f"{metric.label}{self.when}{self._narrowed()}: {value} in {self._group(last)}"
        return f"{start}, the last of {count} rows." if count > 1 else f"{start}."

    def _rest(self, metric: Metric, count: int) -> str:
        if count == 1:
            return ""
        if self.table.truncated or self.reading.query.limit == count:
            return f", first of the {count} shown"
        total = self._sum(metric)
        return f", of {total} over {count} groups" if total else f", of {count} groups"

    def _sum(self, metric: Metric) -> str:
        """The total of the rows, only where adding them up is what the metric means."""
        if metric.kind != "simple" or metric.agg not in ("sum", "count", "sum_boolean"):
            return ""
        values = [self.cell(row, metric.name) for row in self.table.rows]
        numbers = [value for value in values if isinstance(value, int | Decimal)]
        return self.shown(metric.name, sum(numbers, Decimal(0))) if numbers else ""

    def _moved(self, metric: Metric, row: Sequence[Cell]) -> str:
        """`, up $5.00 (+4.0%) on $120.00 before`."""
        before, change = self.cell(row, f"{metric.name}__previous"), self.cell(row, f"{metric.name}__change")
        percent = self.cell(row, f"{metric.name}__percent_change")
        if self.reading.query.compare is None or before is None or not isinstance(change, int | float | Decimal):
            return "" if self.reading.query.compare is None else ", with nothing to compare it with"
        if change == 0:
            return f", the same as before ({self.shown(metric.name, before)})"
        share = f" ({'+' if change > 0 else '-'}{self._share(percent)})" if isinstance(percent, int | float | Decimal) else ""
        size = self.shown(metric.name, abs(Decimal(str(change))))
        return f", {'up' if change > 0 else 'down'} {size}{share} from {self.shown(metric.name, before)}"

    def _share(self, percent: int | float | Decimal) -> str:
        return format_cell(abs(Decimal(str(percent))), Column(name="percent", type="ratio", unit="ratio"))

    def _narrowed(self) -> str:
        """` for region North`: the filters, as the query says them."""
        parts = []
        for part in self.reading.query.where:
            body = part.model_dump(by_alias=True)
            if body.get("op") in ("eq", "in"):
                parts.append(" or ".join(body["values"]))
            elif body.get("op") in ("ne", "not_in"):
                parts.append("everything but " + " and ".join(body["values"]))
        return f" for {', '.join(parts)}" if parts else ""

    def _over_time(self) -> bool:
        return self.reading.query.group_by[0].startswith("metric_time")

    def _ascending(self, metric: Metric) -> bool:
        order = self.reading.query.order_by[:1]
        return metric.name in order or (metric.agg == "min" and f"-{metric.name}" not in order)

    def _group(self, row: Sequence[Cell]) -> str:
        names = self.reading.query.group_by
        cells = [
            format_cell(row[i], column, fiscal_start=self.registry.calendar.fiscal_start)
            for i, column in enumerate(self.table.columns)
            if column.name in names
        ]
        return ", ".join("(none)" if cell == "–" else cell for cell in cells)

    def cell(self, row: Sequence[Cell], name: str) -> Cell:
        """The row's cell in the column of that name, or None where there is no such column."""
        return next((row[i] for i, column in enumerate(self.table.columns) if column.name == name), None)

    def shown(self, name: str, value: Cell) -> str:
        """A value of the metric, in its unit."""
        column = next((c for c in self.table.columns if c.name == name), Column(name=name, type="number"))
        return format_cell(value, column, fiscal_start=self.registry.calendar.fiscal_start)


def _comparable(value: Cell) -> Decimal:
    if isinstance(value, dt.date):
        return Decimal(str(value.timestamp())) if isinstance(value, dt.datetime) else Decimal(value.toordinal())
    return (
        Decimal(str(value)) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else Decimal("-Infinity")
    )


def _listed(words: Sequence[str], last: str = "and") -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else words[0]
