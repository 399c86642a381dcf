"""In which form an answer is wanted: drawn or not, the number or what it means. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline.parts_of_time import runs_on
from anabot.agent.offline.slots import Slots
from anabot.agent.offline.times import Times
from anabot.agent.understanding import Ask, Chart


def drawn(slots: Slots, group: Sequence[str], times: Times) -> Chart:
    """The picture that is asked for, or that fits what is asked."""
    over_time = any(map(runs_on, group))
    said = slots.chart
    if said == "line" or said == "bar":
        return "line" if said == "line" else "bar"
    if said == "any" or (said is None and times.line):
        return "line" if over_time else "bar"
    return ""


def asked(slots: Slots) -> Ask:
    """Whether the definition or the SQL is asked for, and no number."""
    if not slots.define:
        return ""
    return "sql" if "sql" in slots.define else "definition"
