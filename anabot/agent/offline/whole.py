"""Settle what stands beside the numbers: shares of a total, running totals, and those without any. Raises Exit where it cannot.

Pure. A share is always said to be of what; it never takes a part of a total for the total.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict

from anabot.agent.offline.exits import stuck
from anabot.agent.offline.parts_of_time import called, runs_on
from anabot.agent.offline.slots import Pick, Slots
from anabot.agent.offline.times import Times
from anabot.errors import BadQuery, NotAllowed
from anabot.semantic.compiler import compile_query
from anabot.semantic.query import MetricQuery, Span, fields_of
from anabot.semantic.registry import Metric, Registry
from anabot.types import Grant


class Beside(TypedDict):
    """What a query has of them."""

    share: bool
    running: bool


def shared(slots: Slots, metrics: Sequence[Metric]) -> Slots:
    """ "the share of rework": where the metric is a share itself, it has none of another total."""
    if not slots.share or any(metric.unit != "ratio" for metric in metrics):
        return slots
    return replace(slots, share=False, notes=[*slots.notes, f"{metrics[0].label} is a share itself."])


def along_time(slots: Slots) -> Slots:
    """A running total runs along a time, also where none is said."""
    if not slots.running or any(cut.unit for cut in slots.cuts):
        return slots
    return replace(slots, trend=True)


def parts_of(slots: Slots, group: Sequence[str], fields: Mapping[str, Sequence[Pick]]) -> list[str]:
    """ "what percent of spend goes to robotics": the value named last is the part, and rows are cut by what it is a value of."""
    if not slots.share:
        return list(group)
    if group:
        return _of_the_whole(slots, group, fields)
    last = next(reversed(slots.picks), None)
    found = [name for name, picks in fields.items() if last and any(pick.text == last.text for pick in picks)]
    if not found:
        raise stuck("no_group", "A share of what? Say by what to split the total, for example “by region”.")
    return found


def _of_the_whole(slots: Slots, group: Sequence[str], fields: Mapping[str, Sequence[Pick]]) -> list[str]:
    """ "what percent of orders were online, by region" is a share of each region's own orders, and of no total over them."""
    told = {pick.text for pick in slots.picks if pick.told}
    if part := next(
        (pick.text for name, picks in fields.items() for pick in picks if pick.text in told and name not in group), ""
    ):
        each = group[0].replace("__", " ").replace("_", " ")
        raise stuck(
            "shape", f"The share of “{part}” within each {each} is more than I can do: ask for one of them, or for numbers."
        )
    return list(group)


def asked_beside(slots: Slots, base: MetricQuery | None, times: Times, notes: list[str]) -> Beside:
    """The query's `share` and `running`, as said here or kept from the thread."""
    share = slots.share or bool(base and base.share and not times.compare)
    running = slots.running or bool(base and base.running and not times.compare and times.cuts)
    if (slots.share or slots.running) and times.compare:
        what = "A share" if slots.share else "A running total"
        raise stuck("shape", f"{what} is told for one period at a time: ask without the comparison.")
    if running:
        notes.append("Running totals add up from the first of these dates on.")
    return Beside(share=share, running=running)


def of_what(query: MetricQuery) -> list[str]:
    """What the shares are shares of, in a sentence."""
    if not query.share:
        return []
    groups = [called(name) for name in query.group_by if not runs_on(name)]
    each = ", for each time" if groups and len(groups) < len(query.group_by) else ""
    names = " and ".join(groups) or "times"
    others = [part for part in query.where if not set(fields_of((part,))) <= set(query.group_by)]
    narrowed = ", under the other conditions" if others else ""
    return [f"Shares are of the total over every {names}{each}{narrowed}."]


def listed(query: MetricQuery, slots: Slots, registry: Registry, grant: Grant, today: dt.date) -> tuple[MetricQuery, list[str]]:
    """All of those that the rows are about, where they can be listed, and what is said of it. Days to come have none."""
    if not query.every:
        return query, []
    times = all(map(runs_on, query.group_by))
    if times and query.period is None:
        raise stuck("period", "Of which time? Say from when to when, for example “in the last 3 months”.")
    if times and query.period and query.period.start < today < query.period.end:
        query = query.model_copy(update={"period": Span(start=query.period.start, end=today)})
    try:
        compile_query(registry, query, grant)
    except (BadQuery, NotAllowed) as error:
        if slots.none:
            raise stuck("shape", f"Those without any cannot be listed here. {error}") from None
        return query.model_copy(update={"every": False}), ["Only those that have any are listed."]
    if times and not slots.none:
        return query, ["Times without any are shown, too."]
    return query, ["Only those without any are listed." if slots.none else "Those without any are listed, too."]
