"""A result in a few words, for a button: its number, or the row that its sentence would name, and how many there are beside it.

It says nothing that the table does not show, and adds nothing up.
"""

from __future__ import annotations

from anabot.agent.sentence import Sentence
from anabot.agent.understanding import Reading
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.units import shown_cell
from anabot.types import Table


def glimpse(query: MetricQuery, table: Table, registry: Registry) -> str:
    """`Ember Robotics ($4,867,473.25), and 193 more`; over time the newest: `Oct 2026 ($808,624.22), and 8 more`.

    Of values alone, the first: `East Asia, and 2 more`.
    """
    if len(table.rows) == 1 and len(table.columns) == 1:
        return shown_cell(table, 0, 0, fiscal_start=registry.calendar.fiscal_start)
    sentence = Sentence(reading=Reading(query=query), table=table, registry=registry)
    if not query.metrics:
        others = f", and {len(table.rows) - 1:,} more" if len(table.rows) > 1 else ""
        return f"{sentence.group(table.rows[0])}{others}" if table.rows else "nothing to show"
    name = query.metrics[0]
    filled = [row for row in table.rows if sentence.cell(row, name) is not None]
    if not filled:
        return "nothing to show"
    times = sentence.times()
    newest = max(filled, key=lambda row: str(sentence.cell(row, times[0]))) if times else None
    row = newest or sentence.leader(registry.metrics[name], filled)
    more = f", and {len(table.rows) - 1:,} more" if len(table.rows) > 1 else ""
    return f"{sentence.group(row)} ({sentence.shown(name, sentence.cell(row, name))}){more}"
