"""A result in a few words, for a button: its number, or the row that its sentence would name, and how many there are beside it.

It says nothing that the table does not show, and adds nothing up.
"""

from __future__ import annotations

from anabot.agent.sentence import Row, Sentence
from anabot.agent.understanding import Reading
from anabot.semantic.over_words import known_of
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Table


def glimpse(query: MetricQuery, table: Table, registry: Registry) -> str:
    """`Ember Robotics ($4,867,473.25), and 193 more`; over time the newest; of one row `3.6%, 2.9% before`.

    Of values alone, the first: `East Asia, and 2 more`.
    """
    sentence = Sentence(reading=Reading(query=query), table=table, registry=registry)
    if not query.metrics:
        others = f", and {len(table.rows) - 1:,} more" if len(table.rows) > 1 else ""
        return f"{sentence.group(table.rows[0])}{others}" if table.rows else "nothing to show"
    name = query.numbers[0]
    filled = [row for row in table.rows if any(sentence.cell(row, number) is not None for number in query.numbers)]
    if not filled:
        return "nothing to show"
    times = sentence.times()
    newest = max(filled, key=lambda row: str(sentence.cell(row, times[0]))) if times else None
    row = newest or sentence.leader(known_of(registry, query).metrics[name], filled)
    value = " and ".join(_value(sentence, number, row) for number in query.numbers)
    more = f", and {len(table.rows) - 1:,} more" if len(table.rows) > 1 else ""
    return f"{sentence.group(row)} ({value}){more}" if query.group_by else value


def _value(sentence: Sentence, metric: str, row: Row) -> str:
    before = sentence.cell(row, f"{metric}__previous")
    value = sentence.shown(metric, sentence.cell(row, metric))
    return value if before is None else f"{value}, {sentence.shown(metric, before)} before"
