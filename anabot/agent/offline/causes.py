"""What "why?" is read as: the change of one metric between two whole periods. Pure; it never says what the change is made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from anabot.agent.offline.exits import stuck
from anabot.agent.offline.slots import Slots
from anabot.agent.understanding import Reading
from anabot.periods import Grain, Period, containing, label, previous
from anabot.semantic.date_parts import part_in
from anabot.semantic.query import Span
from anabot.semantic.registry import Registry

_STANDING = "{metric} has no period of its own, so there is no change to explain. Name the period you mean."
# What people say of a number that moved. Which way it went is the data's to say.
MOVES = frozenset((
    "bad", "behind", "better", "big", "climb", "climbed", "crash", "crashed", "decline", "declined", "declining",
    "decrease", "decreased", "decreasing", "dip", "dipped", "down", "drop", "dropped", "dropping", "drops", "fall",
    "fallen", "falling", "falls", "fell", "go", "goes", "going", "gone", "good", "grew", "grow", "growing", "grown",
    "happen", "happened", "happening", "high", "higher", "hit", "improve", "improved", "increase", "increased",
    "increasing", "jump", "jumped", "jumping", "jumps", "low", "lower", "move", "moved", "moving", "much", "off", "plunge",
    "plunged", "rise", "risen", "rises", "rising", "rose", "shrank", "shrink", "shrunk", "slow", "so", "spike", "spiked",
    "strong", "suffer", "suffered", "surge", "surged", "tank", "tanked", "that", "this", "up", "weak", "went", "worse",
))  # fmt: skip


def without_moves(slots: Slots) -> None:
    """In a question for a cause, words for a move explain nothing but that it moved."""
    for words in (slots.unknown, slots.misplaced, slots.verbs):
        words[:] = [word for word in words if word.casefold() not in MOVES]


def asked_why(reading: Reading, registry: Registry) -> Reading:
    """The reading as a question for what its change is made of. A series is about its last whole step.

    Raises:
        Exit: there is no period, so nothing changed.
    """
    query = reading.query
    metric = registry.metrics[query.metrics[0]]
    if query.period is None:
        raise stuck("why", _STANDING.format(metric=metric.label), nearest=[metric.name])
    if query.over is not None:
        raise stuck("why", f"That is a number of groups. Ask why {metric.label} changed.", nearest=[metric.name])
    notes = list(reading.assumptions)
    if len(query.metrics) > 1:
        notes.append(f"This is about {metric.label} alone; ask for the others one at a time.")
    period, compare = query.period, query.compare or "previous_period"
    time = next((name for name in query.group_by if name.startswith("metric_time__") and not part_in(name)), "")
    if time:
        day = period.end - dt.timedelta(days=1)
        last = containing(day, Grain(time.partition("__")[2]), registry.calendar.fiscal_start)
        period, compare = Span(start=last.start, end=last.end), "previous_period"
    if compare == "previous_period":
        before = previous(Period(period.start, period.end))
        compare = Span(start=before.start, end=before.end)
        notes.append(f"Compared with {label(before, registry.calendar.fiscal_start)}, the period before.")
    groups = tuple(name for name in query.group_by if not name.startswith("metric_time"))
    changed = {"metrics": (metric.name,), "period": period, "compare": compare, "group_by": groups}
    changed |= {"order_by": (), "having": (), "limit": None, "limit_by": (), "made": ()}
    return replace(reading, query=query.model_copy(update=changed), assumptions=tuple(notes), ask="why", chart="")
