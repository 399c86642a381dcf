"""Ask a playbook's queries as of the run before, where its results do not say already what they were. It compares nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from anabot.periods import Calendar
from anabot.playbooks.amounts import Md
from anabot.playbooks.batches import PART
from anabot.playbooks.changes import Shift, comparable, section, shifts
from anabot.playbooks.playbook import Planned, Playbook
from anabot.playbooks.schedule import Slot, slots_between
from anabot.playbooks.view import Result, span
from anabot.semantic.query import MetricQuery
from anabot.types import Table

_LONGEST = dt.timedelta(days=36)  # a monthly schedule is due at least once in 35 days
_MOST_ASKED = 4  # queries that a digest may add for this


def what_changed(
    playbook: Playbook, slot: Slot, results: Mapping[str, Result], calendar: Calendar, run: Callable[[MetricQuery], Table]
) -> Md:
    """The section on what has changed since the run before, asked through `run`; empty where nothing can be compared.

    Raises:
        AnabotError: the door's own words.
    """
    earlier = list(slots_between(slot.playbook, playbook.schedule, slot.at - _LONGEST, slot.at - dt.timedelta(minutes=1)))
    if not earlier:
        return Md("")
    compared = {name: one for name, one in results.items() if comparable(one)}
    days = {name: span(_then(playbook.queries[name], earlier[-1], calendar).period) for name in compared}
    asked, found, same = 0, list[Shift](), False
    for name, result in compared.items():
        if days[name] == result.period:
            same = True
        elif days[name] == result.previous and result.previous is not None:
            found += shifts(result, None)
        elif asked < _MOST_ASKED:
            asked += 1
            found += _asked(result, _then(playbook.queries[name], earlier[-1], calendar), run)
    # That the dates have stayed is said once, by the whole, and not in each part of a batch.
    return section(found, earlier[-1].local.date(), same_dates=same and PART not in playbook.parameters)


def _then(planned: Planned, before: Slot, calendar: Calendar) -> MetricQuery:
    return planned.at(before.at, calendar).model_copy(update={"compare": None})


def _asked(result: Result, query: MetricQuery, run: Callable[[MetricQuery], Table]) -> Iterator[Shift]:
    return shifts(result, replace(result, table=run(query), period=span(query.period), previous=None))
