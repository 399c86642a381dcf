"""Compare what a playbook has posted with what it would say now of the same dates: was, is, why.

Pure. Only periods that were over at the slot's time are compared, cell by cell; what came or went from a list is not. It never
decides when to look.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from anabot.playbooks.batches import value_of
from anabot.playbooks.markdown import escape
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.view import Result
from anabot.semantic.units import day, format_cell, rounded
from anabot.types import Column, Digest, cell_json

_MOST_ROWS, _SHOWN = 500, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the numbers of one query came from: a hash of what they mean, the oldest load they rest on, the receipt."""

    definition: str
    as_of: dt.datetime | None
    receipt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One number of a post that has moved. `group` is what it belongs to, as people read it; "" for a whole.

    `dates` are the days it is of, unless `group` says them. `weight` is how far it moved, as a share of the largest that its
    query says of the same metric: what was large counts for more.
    """

    query: str
    group: str
    dates: str = ""
    column: Column
    was: Decimal
    now: Decimal
    weight: Decimal = Decimal(0)


def figures(
    results: Mapping[str, Result], origins: Mapping[str, Origin], at: dt.datetime, today: dt.date, state: str
) -> dict[str, Any]:
    """What is kept of a post, as JSON: each number of a period that was over on the day `today`, and where it came from."""
    cells = {name: _kept(result, today) for name, result in results.items()}
    kept = {name: found for name, found in cells.items() if found}
    if not kept:
        return {}
    known = {name: [origins[name].definition, (at_ := origins[name].as_of) and at_.isoformat()] for name in kept}
    return {"at": at.isoformat(), "state": state, "cells": kept, "origins": known}


def moves(said: Mapping[str, Any], results: Mapping[str, Result], tolerance: Decimal, today: dt.date) -> tuple[Move, ...]:
    """The numbers that have moved by more than `tolerance`, as a share of what they were: wholes first, then by their weight.

    Where a part of a metric has, a whole of it that moved at all is among them. What two queries say in the same words, such as
    a batch's list and a part of it, is one move.
    """
    found: dict[tuple[str, ...], Move] = {}
    for name, before in said["cells"].items():
        for one in _moved(name, before, results[name], today) if name in results else ():
            found.setdefault((one.group, one.dates, one.column.name), one)
    beyond = [one for one in found.values() if abs(one.now - one.was) > tolerance * abs(one.was)]
    metrics = {one.column.name for one in beyond}
    wholes = [one for one in found.values() if not one.group and one.column.name in metrics and one not in beyond]
    return tuple(
        sorted([*wholes, *beyond], key=lambda one: (bool(one.group), -one.weight, one.query, one.group, one.column.name))
    )


def key_of(moved: Sequence[Move], state: str) -> str:
    """What these moves since a state are called: the same moves have the same name."""
    said = [state] + [
        f"{one.query}/{one.group}/{one.column.name}={one.now:f}" for one in sorted(moved, key=lambda one: repr(one))
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def reply(playbook: Playbook, moved: Sequence[Move], said: Mapping[str, Any], origins: Mapping[str, Origin]) -> Digest:
    """The answer in the post's thread."""
    count = "A number of this post has moved" if len(moved) == 1 else f"{len(moved)} numbers of this post have moved"
    several = len({one.dates for one in moved if one.dates}) > 1
    rows = ["| Number | Was | Is | Moved by |", "| --- | ---: | ---: | ---: |", *(_row(one, several) for one in moved[:_SHOWN])]
    more = [f"_… and {len(moved) - _SHOWN} more._", ""] if len(moved) > _SHOWN else []
    causes = _whys(moved, said, origins, playbook.schedule.zone)
    lines = [f"**{count}.**", "", *rows, "", *more, *(f"Why: {cause}." for cause in causes)]
    receipts = list(filter(None, dict.fromkeys(origins[one.query].receipt for one in moved)))
    whose = f"By @{escape(playbook.owner)}" + (f" · receipts {', '.join(receipts)}" if receipts else "")
    return Digest(title=f"{playbook.title}: restated", markdown="\n".join(lines) + f"\n\n---\n- {whose}\n")


def _moved(name: str, before: Sequence[Any], result: Result, today: dt.date) -> Iterator[Move]:
    """All that is no longer what a query said, by however little."""
    was = {(tuple(group), metric): Decimal(value) for group, metric, value in before}
    most: dict[str, Decimal] = {}
    for (_, metric), value in was.items():
        most[metric] = max(most.get(metric, Decimal(0)), abs(value))
    dates = "" if _of_times(result) else result.dates
    for key, (shown, column, now) in _cells(result, today):
        if key in was and now != was[key]:
            weight = abs(now - was[key]) / most[column.name] if most[column.name] else Decimal("Infinity")
            group = ", ".join(filter(None, (escape(value_of(name)), shown)))
            yield Move(query=name, group=group, dates=dates, column=column, was=was[key], now=now, weight=weight)


def _kept(result: Result, today: dt.date) -> list[list[Any]]:
    return [[list(group), metric, format(value, "f")] for (group, metric), (_, _, value) in _cells(result, today)]


def _cells(result: Result, today: dt.date) -> Iterator[tuple[tuple[tuple[Any, ...], str], tuple[str, Column, Decimal]]]:
    """((group, metric), (the group in words, column, value)) of each number of a result whose period is over."""
    if result.period is None or result.period.end > today:
        return
    columns = result.table.columns
    measured = [index for index, column in enumerate(columns) if column.name in result.metrics]
    grouped = range(min(measured, default=0))
    for place, row in enumerate(result.table.rows[:_MOST_ROWS]):
        words = ", ".join(_group(columns[index], result.text(row, index)) for index in grouped)
        for index in measured:
            value = row[index]
            if (place, index) not in result.table.suppressed and _is_number(value):
                group = tuple(cell_json(row[at]) for at in grouped)
                yield (group, columns[index].name), (words, columns[index], Decimal(str(value)))


def _group(column: Column, words: str) -> str:
    return f"week of {words}" if column.type == "date" and column.name.endswith("__week") else words


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _of_times(result: Result) -> bool:
    return any(column.type in ("date", "time") and column.name not in result.metrics for column in result.table.columns)


def _row(move: Move, dated: bool) -> str:
    name = ", ".join(filter(None, (escape(move.column.label or move.column.name), move.group, move.dates if dated else "")))
    by = f"{rounded((move.now - move.was) / abs(move.was) * 100, 1):+,}%" if move.was else "from nothing"
    return f"| {name} | {escape(format_cell(move.was, move.column))} | {escape(format_cell(move.now, move.column))} | {by} |"


def _whys(moved: Sequence[Move], said: Mapping[str, Any], origins: Mapping[str, Origin], zone: ZoneInfo) -> Iterator[str]:
    """Each reason once. Where several queries rest on newer loads, the oldest of them speaks for all."""
    loads: list[tuple[dt.datetime, dt.datetime]] = []
    others: dict[str, None] = {}
    for name in dict.fromkeys(one.query for one in moved):
        (definition, text), now = said["origins"][name], origins[name]
        then = dt.datetime.fromisoformat(text) if text else None
        if definition != now.definition:
            others[f"the definition has changed, from version {definition[:8]} to {now.definition[:8]}"] = None
        elif now.as_of is None:
            others["the data has changed since"] = None
        elif then is None or then == now.as_of:
            others[f"rows of these dates have changed; the newest load is still of {_when(now.as_of, zone)}"] = None
        else:
            loads.append((then, now.as_of))
    yield from others
    if loads:
        then, since = (min(times) for times in zip(*loads, strict=True))
        yield f"the data was loaded again, as of {_when(since, zone)}; it was as of {_when(then, zone)}"


def _when(at: dt.datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M} {local.tzname()}"
