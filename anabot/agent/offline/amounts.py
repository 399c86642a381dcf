"""Conditions on a number of the rows: which one is meant, in its unit, as a filter. Raises Exit where none fits, or several do.

Pure. It chooses rows and compares no total; a number that nobody has declared is never looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from anabot.agent.offline import adjectives
from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.lexicon import Lexicon, phrases_of
from anabot.agent.offline.refs import label
from anabot.agent.offline.slots import Bound, Mention, Slots
from anabot.agent.offline.text import stem, words
from anabot.semantic.query import AnyOf, Condition, Filter, MetricQuery, Not, fields_of
from anabot.semantic.registry import DimensionRef
from anabot.semantic.units import CURRENCIES

_SAID = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most", "eq": "exactly", "between": "between"}
_SAID_ALWAYS = {"ratio", "minutes", "hours", "days"}  # "over 100" is no time and no share
_MONEYED = {"amount", "price", "cost", "fee", "salary", "revenue", "payment", "charge", "budget", "bonus", "premium"}
_NAMES = {"id", "number", "code", "year"}  # numbers that name something: "deals over 100" is none of them


class SeveralNumbers(Exit):
    """More than one number of the rows fits the words."""


def as_rows(slots: Slots) -> Slots:
    """The clause, where what may be of rows or of a total is of rows."""
    open_ones = [bound for bound in slots.bounds if bound.rows]
    left = [bound for bound in slots.bounds if not bound.rows]
    return replace(slots, bounds=left, amounts=[*slots.amounts, *open_ones])


def in_money(slots: Slots, mentions: Sequence[Mention], lexicon: Lexicon) -> None:
    """ "how many cars were sold for more than $40,000": what is counted is no money, so each of its rows is."""
    metrics = [lexicon.registry.metrics[name] for mention in mentions for name in mention.metrics]
    rows = {metric.model for metric in metrics} & lexicon.numbered if all(m.agg == "count" for m in metrics) else set()
    slots.bounds = [
        replace(bound, rows=tuple(sorted(rows))) if bound.currency and not (bound.rows or bound.mention) else bound
        for bound in slots.bounds
    ]


def of_the_counted(slots: Slots, lexicon: Lexicon) -> None:
    """ "the number of orders and their total amount": the one amount of money that the rows counted add up to."""
    metrics = [lexicon.registry.metrics[name] for mention in slots.mentions for name in mention.metrics]
    rows = {metric.model for metric in metrics}
    if not slots.worth_of_counted or len(rows) != 1 or any(metric.agg != "count" for metric in metrics):
        return
    money = [m for m in map(lexicon.registry.metrics.__getitem__, lexicon.visible) if m.agg == "sum" and m.unit in CURRENCIES]
    own = [m for m in money if {m.model} == rows and not m.where]
    said = {word for text in slots.worth for word in words(text)}
    called = [m for m in own if said & {word for phrase in phrases_of(lexicon.registry, m.name) for word in words(phrase)}]
    found = own if len(own) == 1 else called
    if len(found) == 1:
        slots.mentions.append(Mention(metrics=(found[0].name,), text=slots.worth[0]))
        slots.notes.append(f"“{slots.worth[0]}” is read as {found[0].label}.")
        slots.unknown[:] = [word for word in slots.unknown if word.casefold() != "their"]


def below_a_count(slots: Slots, shown: MetricQuery | None, lexicon: Lexicon) -> None:
    """ "just the ones over 500", below one count of rows: each of these has a number, and their count is no group's."""
    if shown is None or len(shown.metrics) != 1 or shown.group_by or slots.mentions or slots.cuts:
        return
    metric = lexicon.registry.metrics[shown.metrics[0]]
    if metric.agg == "count" and metric.model in lexicon.numbered:
        open_ones = [bound for bound in slots.bounds if not (bound.rows or bound.mention)]
        slots.bounds = [replace(bound, rows=(metric.model,)) if bound in open_ones else bound for bound in slots.bounds]


def conditions(slots: Slots, lexicon: Lexicon, metrics: Sequence[str], notes: list[str]) -> list[Filter]:
    """The conditions of the clause over what its metrics reach, those said with "or" as one; `notes` says how each was read."""
    found: list[Filter] = []
    for bound in slots.amounts:
        part = _condition(bound, _meant(bound, lexicon, lexicon.reach(*metrics)), notes)
        if bound.either and found:
            before = found.pop()
            part = AnyOf(any=(*(before.any if isinstance(before, AnyOf) else (before,)), part))
            notes[-2:] = [f"{notes[-2].removesuffix('.')}, or {notes[-1].removeprefix('Only rows ')}"]
        found.append(part)
    return found


def _condition(bound: Bound, ref: DimensionRef, notes: list[str]) -> Filter:
    numbers = sorted(_scaled(bound, number, ref) for number in bound.numbers)
    values = tuple(format(number.normalize(), "f") for number in numbers)
    found = Condition(field=ref.name, op=bound.op, values=values)
    year = "year" in words(ref.dimension.name)
    told = " and ".join(f"{number:f}" if year else f"{number:,f}" for number in numbers)
    notes.append(f"Only rows whose {label(ref)} is {'not ' if bound.dropped else ''}{_SAID[bound.op]} {told}.")
    return Not.model_validate({"not": found}) if bound.dropped else found


def number_of(query: MetricQuery) -> str:
    """The number that the rows of a query are chosen by, in words."""
    return fields_of(query.where)[-1].rpartition("__")[2].replace("_", " ")


def is_named(bound: Bound, query: MetricQuery) -> bool:
    """ "mountains higher than 4000", where each has a height: what the adjective is about says which number is meant."""
    return adjectives.fits(bound.text, number_of(query))


def _meant(bound: Bound, lexicon: Lexicon, reached: Sequence[DimensionRef]) -> DimensionRef:
    found = [ref for ref in reached if (ref.dimension.model, ref.dimension.name) in bound.dimensions]
    if not bound.dimensions:
        own = [r for r in reached if r.dimension.model in bound.rows and (r.dimension.model, r.dimension.name) in lexicon.numbers]
        own = [ref for ref in own if not _NAMES & set(words(ref.dimension.name)[-1:])]
        named = [ref for ref in own if adjectives.fits(bound.text, *adjectives.names_of(ref.dimension))]
        own = named if named or adjectives.is_strict(bound.text) else own
        found = [ref for ref in own if _meets(bound, ref.dimension.unit)] or [ref for ref in own if not ref.dimension.unit]
        if bound.currency and len(found) > 1:
            found = [ref for ref in found if _MONEYED & set(words(ref.dimension.name))] or found
    found = [ref for ref in found if len(ref.path) == len(found[0].path)]
    if not found:
        raise stuck("unreachable", f"What is asked for has no number of each row that “{bound.text}” could be about.")
    if len({(ref.dimension.model, ref.dimension.name, ref.path) for ref in found}) > 1:
        raise _several(bound, found)
    if bound.size and words(found[0].dimension.name)[-1] != stem(bound.size):
        raise stuck("shape", f"Nothing says that {label(found[0])} is in {bound.size}.", unknown=[bound.size])
    if not _fits(bound, found[0].dimension.unit) and found[0].dimension.unit:
        raise stuck("shape", f"“{bound.text}” does not fit {label(found[0])}, which is in {found[0].dimension.unit}.")
    return found[0]


def _several(bound: Bound, refs: Sequence[DimensionRef]) -> Exit:
    names = " or ".join(dict.fromkeys(label(ref) for ref in refs[:3]))
    return SeveralNumbers(
        stuck("shape", f"“{bound.text}” could be about {names}. Say which.", unknown=[bound.text]).understanding
    )


def _meets(bound: Bound, unit: str) -> bool:
    """Whether a number that is not named may be in that unit."""
    told = bound.percent or bound.measure or bound.currency
    return _fits(bound, unit) and bool(told or unit not in _SAID_ALWAYS)


def _fits(bound: Bound, unit: str) -> bool:
    wanted = "ratio" if bound.percent else bound.measure or bound.currency
    return not wanted or wanted == unit


def _scaled(bound: Bound, number: Decimal, ref: DimensionRef) -> Decimal:
    return number / 100 if ref.dimension.unit == "ratio" and (bound.percent or abs(number) > 1) else number
