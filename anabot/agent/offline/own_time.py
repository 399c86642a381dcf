"""Tell "by day" apart from by some day: a unit of time is the metrics' own time in that unit, also where a column is called so.

Pure. A column of another kind that is called so, such as a model's year, stays what the rows are cut by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from anabot.agent.offline.slots import Cut, Slots
from anabot.agent.offline.words import UNITS
from anabot.semantic.catalog import catalog_of
from anabot.semantic.registry import Registry


def in_units(slots: Slots, registry: Registry, metrics: Sequence[str]) -> Slots:
    """The clause, with the names of times that are units as those units; untouched where a metric has no time."""
    if not all(leaf.time_dimension for name in metrics for leaf in catalog_of(registry).leaves(name)):
        return slots

    def cut(said: Cut) -> Cut:
        unit = UNITS.get(said.text.casefold(), "")
        times = said.dimensions and all(registry.models[model].dimensions[name].kind == "time" for model, name in said.dimensions)
        return Cut(text=said.text, unit=unit) if unit and times else said

    return replace(slots, cuts=[cut(each) for each in slots.cuts])
