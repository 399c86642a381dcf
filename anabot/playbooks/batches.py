"""A playbook that is said once for each value of a dimension: the list of values it begins with, and the part of each value.

Pure. It never says more than its queries: a part is the playbook itself, with one more condition in every query.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.playbooks.playbook import Batch, Gates, Planned, Playbook
from anabot.playbooks.view import Result
from anabot.semantic.query import Condition, MetricQuery

LIST, PART = "parts", "part"


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


def listed_words(head: str, parts: int) -> str:
    """The words of the first message, which say what follows."""
    follows = "One part follows" if parts == 1 else f"{parts} parts follow"
    return f"_{follows} in the thread._\n\n{head}"
