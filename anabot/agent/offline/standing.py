"""Settle "at the end of March", "as of 31 March", "the latest snapshot": said of what stands rather than adds up over time.

A balance is that of the last, or the first, moment on record within its period. Pure; of anything else such words are refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from anabot.agent.offline.dates import When
from anabot.agent.offline.exits import stuck
from anabot.agent.offline.slots import Slots
from anabot.periods import Period
from anabot.semantic.catalog import catalog_of
from anabot.semantic.registry import Registry

_PICKS = {"end": "max", "latest": "max", "start": "min"}


def pick_of(registry: Registry, metrics: Sequence[str]) -> str:
    """Which moment of a period the metrics show: "max" or "min" where all that they are made of are balances, else ""."""
    leaves = [leaf for name in metrics for leaf in catalog_of(registry).leaves(name)]
    picks = {leaf.non_additive.pick if leaf.non_additive else "" for leaf in leaves}
    return picks.pop() if len(picks) == 1 else ""


def checked(slots: Slots, metrics: Sequence[str], registry: Registry) -> str:
    """`pick_of` the metrics. Raises Exit where something is said of them that holds for another kind of number."""
    pick = pick_of(registry, metrics)
    if slots.stands and _PICKS[slots.stands] != pick:
        what = {"min": "is the first of its time", "max": "is the last of its time"}.get(pick, "is that of a whole period")
        label = registry.metrics[metrics[0]].label
        said = f"“{slots.stands_text}” does not fit {label}, which {what}. Name the period, for example “in September”."
        raise stuck("shape", said, unknown=[slots.stands_text])
    return pick


def settled(slots: Slots, period: Period | None, today: dt.date, notes: list[str]) -> None:
    """Say which moment is shown. Raises Exit where there is none, or it is still to come."""
    if not slots.stands:
        return
    if slots.stands == "latest":
        notes.append("The last that is on record.")
        return
    if period is None:
        raise stuck("period", f"“{slots.stands_text}” of what? Name the period, for example “at the end of September”.")
    timed = any(cut.unit for cut in slots.cuts)
    if slots.stands == "end" and not timed and period.end > today + dt.timedelta(days=1):
        raise stuck("period", "The end of that is still to come. Ask for now, or for the end of what is over.")
    notes.append(f"The {'first' if slots.stands == 'start' else 'last'} that is on record in {'each' if timed else 'that time'}.")


def as_it_stood(when: When, pick: str, today: dt.date, notes: list[str]) -> tuple[Period | None, dt.date | None]:
    """ "As of 31 March", of a balance: the last on record up to then, as its period or the day before which all counts."""
    period = when.period
    if pick != "max" or period is None:
        raise stuck("period", "“As of” a day fits what is counted on a day. Say a period, for example “in July”.")
    if period.end > today + dt.timedelta(days=1):
        raise stuck("period", "I tell what is on record, and that is still to come.")
    last = period.end - dt.timedelta(days=1)
    notes.append(f"As it stood at the end of {last:%-d %b %Y}: the last that is on record up to then.")
    return None, period.end
