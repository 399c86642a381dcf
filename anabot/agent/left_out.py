"""Say what "excluding online" leaves out besides: rows of which nobody knows the channel, as SQL compares nothing with them.

Pure: it says which question to ask, and words its result. It never changes what was asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from anabot.semantic.date_parts import part_in
from anabot.semantic.formula_words import column_words
from anabot.semantic.query import Condition, MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.units import format_cell
from anabot.types import Table

_EXCLUDES = ("ne", "not_in")


def unknown(query: MetricQuery) -> Iterator[tuple[str, MetricQuery]]:
    """The fields by which values are left out, each with the question for the rows in which nothing stands there."""
    for part in query.where if query.metrics else ():
        if isinstance(part, Condition) and part.op in _EXCLUDES and not part_in(part.field):
            where = (*(other for other in query.where if other is not part), Condition(field=part.field, op="is_null"))
            yield part.field, MetricQuery(metrics=query.metrics[:1], where=where, period=query.period)


def words(field: str, asked: MetricQuery, table: Table, registry: Registry) -> Iterator[str]:
    """`What has no channel is left out, too: Orders of 12.` Nothing where there is none, or it may not be said."""
    cell, column = (table.rows[0][0] if table.rows else None), table.columns[0]
    if cell and not table.suppressed:
        name = column_words(registry, field)
        name = name if name[1:2].isupper() else name[:1].lower() + name[1:]
        value = format_cell(cell, column, fiscal_start=registry.calendar.fiscal_start)
        yield f"What has no {name} is left out, too ({registry.metrics[asked.metrics[0]].label}: {value})."
