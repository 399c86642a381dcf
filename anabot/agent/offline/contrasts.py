"""Settle what stands against what: "emergency admissions vs elective admissions", "which had more orders, A or B".

Pure. A comparison that has only one side is never read as a condition.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline.lexicon import DimensionId, Lexicon, ValueId
from anabot.agent.offline.slots import Mention, Pick, Slots
from anabot.agent.offline.text import words


def settle(lexicon: Lexicon, slots: Slots) -> None:
    """Give each contrasted value its other side; one that has none is misplaced."""
    for pick in [each for each in slots.picks if each.contrasted]:
        homes = {value[:2] for value in pick.values}
        others = [each for each in slots.picks if each is not pick and homes & {value[:2] for value in each.values}]
        if others:
            continue
        found = next(((m, v) for m in slots.mentions if (v := _value_in(lexicon, slots, m, homes))), None)
        if found is None:
            slots.misplaced.append(pick.text)
            continue
        mention, value = found
        slots.mentions = [each for each in slots.mentions if each is not mention]
        slots.picks.append(Pick(values=(value,), text=value[2], contrasted=True))


def _value_in(lexicon: Lexicon, slots: Slots, mention: Mention, homes: set[DimensionId]) -> ValueId | None:
    """The value that a metric's name begins with, where its rest is another one: "emergency admissions"."""
    said = words(mention.text)
    for k in range(1, len(said)):
        values = [v for v in _values(lexicon, said[:k]) if v[:2] in homes]
        rest = lexicon.entries.get(said[k:])
        named = {name for each in slots.mentions if each is not mention for name in each.metrics}
        if values and rest and set(rest.metrics) & named:
            return values[0]
    return None


def _values(lexicon: Lexicon, key: tuple[str, ...]) -> list[ValueId]:
    entry = lexicon.entries.get(key)
    return list(entry.values) if entry else []


def sided(slots: Slots) -> None:
    """ "which had more orders, Harbour or Ferry", "compare sales of Harbour and Ferry": values of one dimension, side by side."""
    homes = [set() if pick.negated else {value[:2] for value in pick.values} for pick in slots.picks]
    shared = [any(own & other for k, other in enumerate(homes) if k != at) for at, own in enumerate(homes)]
    slots.picks = [replace(pick, contrasted=both) if both else pick for pick, both in zip(slots.picks, shared, strict=True)]
