"""Settle "which deliveries were late", "list the open tickets": what a metric counts is told one by one, and not as a number.

Pure. A thing is told by what it is called, else by its key; where nothing that the asker may see tells one from another, that is
said. Of "which shops had returns", those that had none are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.parts_of_time import called
from anabot.agent.offline.slots import Slots
from anabot.agent.offline.text import words
from anabot.agent.offline.things import told_by
from anabot.semantic.query import Condition
from anabot.semantic.registry import DimensionRef, Metric


def told_one_by_one(slots: Slots, lexicon: Lexicon, metrics: Sequence[str], notes: list[str]) -> list[str]:
    """What the things that are asked for are told apart by, where they are. Raises Exit where nothing tells one from another."""
    metric = lexicon.registry.metrics[metrics[0]]
    if not slots.things or not metric.counts or slots.rank or slots.define or slots.summed or slots.share:
        return []
    reached = {(ref.dimension.model, ref.dimension.name): ref for ref in reversed(lexicon.reach(*metrics))}
    for model in _models(slots.things, lexicon, metric):
        if found := next((reached[home] for home in told_by(lexicon, model) if home in reached), None):
            notes.append(f"Each one by its {_label(found)}.")
            return [found.name]
    raise _untold(slots, metric, lexicon)


def any_of(slots: Slots, lexicon: Lexicon, metrics: Sequence[str]) -> list[Condition]:
    """ "which shops had returns": only those of whom there is more than none, where a row may say none."""
    named = slots.things or (slots.which and slots.cuts and not slots.one)
    told = slots.bounds or slots.rank or slots.share or slots.running or slots.every or slots.define or slots.only_moved
    found = [lexicon.registry.metrics[name] for name in metrics]
    if not named or told or len(found) > 1 or not all(each.counts and _may_be_none(each) for each in found):
        return []
    return [Condition(field=metrics[0], op="gt", values=("0",))]


def _may_be_none(metric: Metric) -> bool:
    """Whether there may be rows, and none that counts: what is counted under conditions."""
    return metric.agg in ("sum", "sum_boolean") or "CASE" in metric.expr.upper()


def _models(text: str, lexicon: Lexicon, metric: Metric) -> Iterator[str]:
    """The models whose rows the words are about: that of their noun, else the one that is counted."""
    said = words(text)
    for size in range(len(said), 0, -1):
        for start in range(len(said) - size + 1):
            entry = lexicon.entries.get(said[start : start + size])
            yield from entry.models if entry else ()
    if metric.agg != "count_distinct":
        yield metric.model


def _untold(slots: Slots, metric: Metric, lexicon: Lexicon) -> Exit:
    near = [ref for ref in sorted(lexicon.reach(metric.name), key=lambda ref: len(ref.path)) if ref.dimension.kind != "time"]
    cuts = list(dict.fromkeys(called(ref.name) for ref in near))[:2]
    ways = f", or for {metric.label} by {' or '.join(cuts)}" if cuts else ""
    said = f"I can count {metric.label}, but nothing here tells one from another. Ask how many{ways}."
    return stuck("shape", said, unknown=[slots.things])


def _label(ref: DimensionRef) -> str:
    return ref.dimension.label.lower() if not ref.dimension.label.isupper() else ref.dimension.label
