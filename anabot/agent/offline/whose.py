"""Whose value is meant: "guests from Norway" are not in a hotel in Norway, and "suites in Norway" are.

Pure. The noun right before a place says whose it is, where one of the dimensions that hold it leads over that noun's rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline.counting import counts_rows
from anabot.agent.offline.lexicon import Entry
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.refs import bare, home, label
from anabot.agent.offline.slots import Pick
from anabot.agent.offline.text import words
from anabot.semantic.registry import DimensionRef

_OF_PLACE = {"from", "in", "at", "of"}


def owners(p: Parser, i: int) -> tuple[str, ...]:
    """The keys of the rows that the noun right before the value at `i` names: its own, or those that a value before it is of."""
    before = p.entry(i - 1)
    if not p.before[i] & _OF_PLACE or p.at(i - 1).kind != "name":
        return ()
    noun = p.lexicon.entries.get(words(p.at(i - 1).text)[-1:], before)
    models = {model for model, _, _ in before.values} if before.only_values else _models(p, noun)
    keys = (key for model in sorted(models) for key in p.lexicon.registry.models[model].entities.items())
    return tuple(name for name, each in keys if each.kind in ("primary", "unique"))


def _models(p: Parser, noun: Entry) -> set[str]:
    """Whose rows are called so, or counted under that name, or told by it."""
    metrics = [p.lexicon.registry.metrics[name] for name in noun.metrics]
    counted = {metric.model for metric in metrics if metric.kind == "simple" and counts_rows(p.lexicon, metric)}
    return {*noun.models, *counted, *(model for model, _ in noun.dimensions)}


def narrowed(refs: Sequence[DimensionRef], pick: Pick, notes: list[str]) -> list[DimensionRef]:
    """The dimensions that are reached over one of the keys of the pick's noun, where some are; else all."""
    found = [ref for ref in refs if set(ref.path[:-1]) & set(pick.owners)] or list(refs)
    if len({bare(ref) for ref in refs}) > 1 and len({bare(ref) for ref in found}) == 1:
        notes.append(f"“{pick.text}” is read as {label(found[0])}.")
    return found


def also_read(said: str, read: DimensionRef, refs: Sequence[DimensionRef]) -> str:
    """What a word is read as, and what else it could have been."""
    others = list(dict.fromkeys(label(ref) for ref in refs if home(ref) != home(read)))
    also = f"; it could also be {' or '.join(others[:2])}" if others else ""
    return f"“{said}” is read as {label(read)}{also}."
