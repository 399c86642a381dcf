"""A playbook that is said once for each value of a dimension: the list of values it begins with, and the part of each value.

Pure. It never says more than its queries: a part is the playbook itself, with one more condition in every query.
What belongs to a part is kept by its query and its value, as in `total@Heron`; what belongs to the list, by its query alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from anabot.playbooks.markdown import escape
from anabot.playbooks.playbook import Batch, Gates, Planned, Playbook
from anabot.playbooks.view import Result
from anabot.semantic.query import Condition, MetricQuery
from anabot.semantic.units import UNSAID

LIST, PART = "parts", "part"
_OF = "@"  # no query has it in its name
_T = TypeVar("_T")


def head_of(playbook: Playbook, batch: Batch) -> Playbook:
    """The playbook of the first message: the values in their order, by the first metric of the first query."""
    planned = next(iter(playbook.queries.values()))
    metric = planned.query.metrics[0]
    query = MetricQuery(
        metrics=(metric,),
        group_by=(batch.over,),
        where=planned.query.where,
        period=planned.query.period,
        order_by=(f"-{metric}", batch.over),
        limit=batch.top,
    )
    return replace(
        playbook,
        queries={LIST: Planned(query=query, period=planned.period)},
        bridges={},
        charts={},
        gates=replace(playbook.gates, rows={}),
        post_when="",
        body=f"{{{{ {LIST} | table({batch.top}) }}}}\n",
    )


def values_of(listed: Result, batch: Batch) -> tuple[str, ...]:
    """The values that have a part. What is empty, or not text, has none."""
    at = listed.at(batch.over)
    return tuple(value for row in listed.table.rows if isinstance(value := row[at], str) and value)


def part_of(playbook: Playbook, batch: Batch, value: str) -> Playbook:
    """The playbook for one value, which its words know as `parameters.part`."""
    only = Condition(field=batch.over, values=(value,))
    queries = {
        name: replace(planned, query=planned.query.model_copy(update={"where": (*planned.query.where, only)}))
        for name, planned in playbook.queries.items()
    }
    gates = replace(playbook.gates, reconciliations=Gates().reconciliations)
    return replace(
        playbook,
        title=f"{playbook.title}: {value}",
        queries=queries,
        gates=gates,
        parameters={**playbook.parameters, PART: value},
        batch=None,
    )


def none_of(playbook: Playbook, batch: Batch) -> Playbook:
    """The playbook where there is no value at all: it finds nothing, under all of its gates, and says so."""
    body = "_Nothing was found, so that no part follows._\n"
    return replace(part_of(playbook, batch, ""), title=playbook.title, gates=playbook.gates, body=body)


def each(playbook: Playbook, values: Sequence[str]) -> Iterator[tuple[str, Playbook]]:
    """The playbook under the value ""; of a batch its list under "", then the part of each of these values."""
    if playbook.batch is None:
        yield "", playbook
        return
    yield "", head_of(playbook, playbook.batch)
    for value in values:
        yield value, part_of(playbook, playbook.batch, value)


def within(value: str, by_query: Mapping[str, _T]) -> dict[str, _T]:
    """What belongs to the part of a value, by the names under which the whole batch keeps it."""
    return {f"{name}{_OF}{value}" if value else name: one for name, one in by_query.items()}


def value_of(name: str) -> str:
    """The value whose part something belongs to, or "" where it is nobody's part."""
    return name.partition(_OF)[2]


def all_figures(state: str, figures: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """What is kept of a batch: the figures of each value's part, and of its list under "", as of a state of the data."""
    kept: dict[str, Any] = {}
    for value, one in figures:
        if one:
            kept = kept or {"at": one["at"], "state": state, "cells": {}, "origins": {}}
            kept["cells"] |= within(value, one["cells"])
            kept["origins"] |= within(value, one["origins"])
    return kept


def parts_said(figures: Mapping[str, Any]) -> tuple[str, ...]:
    """The values whose parts are among these figures, in their order."""
    return tuple(value for value in dict.fromkeys(map(value_of, figures["cells"])) if value)


def listed_words(head: str, listed: Result, parts: int) -> str:
    """The words of the first message: the largest value, what follows, and the list."""
    at, value = listed.at(listed.metrics[0]), next(row for row in listed.table.rows if row[0])
    column, amount = listed.table.columns[at], listed.text(value, at)
    lead = "" if amount == UNSAID else f"**{escape(column.label or column.name)}: most in {listed.text(value, 0)}, {amount}.** "
    return f"{lead}{'One part follows' if parts == 1 else f'{parts} parts follow'} in the thread.\n\n{head}"
