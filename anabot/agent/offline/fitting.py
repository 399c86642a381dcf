"""Whether the words said of a number fit what it is: money has an amount and is not counted; a share has neither. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline.exits import stuck
from anabot.agent.offline.slots import Slots
from anabot.semantic.registry import Registry
from anabot.semantic.units import CURRENCIES

_ADDED_UP = ("sum", "sum_boolean")


def check(slots: Slots, metrics: Sequence[str], registry: Registry) -> None:
    """Nothing, where all that was said fits. Raises Exit."""
    found = [registry.metrics[name] for name in metrics]
    for metric in found:
        counted = any(m.counted and metric.name in m.metrics for m in slots.mentions)
        if counted and metric.unit in (*CURRENCIES, "ratio"):
            raise stuck(
                "shape",
                f"{metric.label} is {_kind_of(metric.unit)}, not something to count. Ask “how much”, or name what to count.",
            )
        if other := [unit for unit in slots.measures if unit not in (metric.unit, "usd" if metric.unit in CURRENCIES else "")]:
            raise stuck("shape", f"{metric.label} is not in {other[0]}.", unknown=other)
    if slots.summed and not any(metric.agg in _ADDED_UP or metric.inputs for metric in found):
        raise stuck("shape", f"{found[0].label} is not a sum. Ask “how many”, or name what to add up.", unknown=slots.summed)
    if slots.worth and not any(metric.unit in CURRENCIES for metric in found):
        word = slots.worth[0]
        raise stuck("shape", f"{found[0].label} is not money, so it has no “{word}”.", unknown=[word])


def _kind_of(unit: str) -> str:
    return "a share" if unit == "ratio" else "money"
