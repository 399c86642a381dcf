"""What the words of a clause mean below what a thread shows: its rows, and the values that it is narrowed to. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.slots import Pick, Slots
from anabot.agent.offline.text import words
from anabot.agent.offline.words import GRAINS
from anabot.periods import Period
from anabot.semantic.query import MetricQuery, fields_of


def rows_shown(slots: Slots, shown: MetricQuery | None) -> None:
    """ "Only regions with at least 500", in a thread by region: they are the rows, and nothing is cut anew."""
    groups = set(shown.group_by) if shown and slots.bounds else set()
    for cut in [cut for cut in slots.bare if {name for _, name in cut.dimensions} & groups]:
        slots.misplaced[:] = [text for text in slots.misplaced if text != cut.text]


def of_what_is_chosen(lexicon: Lexicon, slots: Slots, shown: MetricQuery | None) -> None:
    """ "What about employees?", below "only contractors": the other value of what the thread is narrowed to, and no metric."""
    narrowed = {field.rpartition("__")[2] for field in fields_of(shown.where)} if shown else set()
    mention = slots.mentions[0] if narrowed and len(slots.mentions) == 1 else None
    entry = lexicon.entries.get(words(mention.text)) if mention else None
    values = tuple(value for value in entry.values if value[1] in narrowed) if entry else ()
    if mention and values:
        slots.mentions.clear()
        slots.picks.append(Pick(values=values, text=mention.text))


def unit_of(cuts: Sequence[str], shown: MetricQuery | None) -> str:
    """The unit of time that the rows stand for, said here or shown before; "" where they stand for none."""
    before = [name.partition("__")[2] for name in (shown.group_by if shown else ()) if name.startswith("metric_time__")]
    known = [*cuts, *(name.removeprefix("fiscal_") for name in before)]
    return next((unit for unit in known if unit in GRAINS), "")


def fitting(period: Period) -> str:
    """The unit of time that cuts a period into a fair number of rows."""
    for unit, most in (("day", 31), ("week", 120), ("month", 800)):
        if period.days <= most:
            return unit
    return "quarter"
