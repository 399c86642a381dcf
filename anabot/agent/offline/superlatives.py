"""Settle "the longest river", "the oldest school", "how heavy is the Kestrel": things told apart by a number of their own.

Pure, and only the clause's own slots change. The number must be called what the adjective is about; where none is, or several
are, nothing is chosen. A thing that is only counted is never ranked by how many of it there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from anabot.agent.offline import adjectives
from anabot.agent.offline.counting import rows_of
from anabot.agent.offline.lexicon import DimensionId, Lexicon
from anabot.agent.offline.slots import Cut, Mention, Rank, Slots
from anabot.agent.offline.text import is_plural
from anabot.agent.offline.things import called, told_by
from anabot.semantic.registry import Metric

_BEST = {"top": ("max", "sum", "average"), "bottom": ("min", "sum", "average")}


def settle(lexicon: Lexicon, slots: Slots) -> None:
    """Find the number that the adjective of the clause is about, where things are ranked or one is asked about."""
    if slots.moved or slots.share or slots.pair or slots.define or slots.why:
        return
    _who(lexicon, slots)
    if slots.rank and not slots.mentions:
        _by_number(lexicon, slots)
        _ranked(lexicon, slots)
    elif slots.how and not slots.mentions:
        _how(lexicon, slots)


def _ranked(lexicon: Lexicon, slots: Slots) -> None:
    rank = slots.rank
    cut = (rank.cut if rank else None) or next((cut for cut in slots.cuts if cut.dimensions), None) or _kind(lexicon, slots)
    if rank is None or cut is None or any(each.unit for each in slots.cuts) or not _is_count(lexicon, rank.mention):
        return
    homes = _things(lexicon, cut)
    found = {number: home for home in homes for number in _columns(lexicon, home[0], rank.text)}
    if len(found) == 1:
        ((column, home),) = found.items()
        if name := _best(lexicon, home[0], column, rank.direction):
            rank.mention = Mention(metrics=(name,), text=rank.text)
            _told(slots, cut)
            slots.notes.append(f"“{rank.text.capitalize()}” is read by {lexicon.registry.metrics[name].label}.")
    elif not found and (way := adjectives.first_day(rank.text)):
        _by_first_day(lexicon, slots, cut, homes, way)


def _kind(lexicon: Lexicon, slots: Slots) -> Cut | None:
    """ "the tallest goalkeeper": one of those that have the value, by name."""
    pick = slots.picks[0] if slots.picks and not slots.cuts else None
    homes = [home for model in {value[0] for value in pick.values} for home in called(lexicon, model)] if pick else []
    if pick is None or pick.negated or len(homes) != 1:
        return None
    return Cut(text=pick.text, dimensions=tuple(homes))


def _by_first_day(lexicon: Lexicon, slots: Slots, cut: Cut, homes: list[DimensionId], way: str) -> None:
    """ "the oldest school": by the day or the year in which each began, among those of which that is known."""
    days = [
        (home[0], name)
        for home in homes
        for name, each in lexicon.registry.models[home[0]].dimensions.items()
        if adjectives.is_first_day(each) and f"{home[0]}.{name}" not in lexicon.grant.denied
    ]
    rows = list(rows_of(lexicon, days[0][0])) if len(days) == 1 else []
    if len(rows) != 1 or slots.rank is None:
        return
    by = Cut(text=days[0][1].replace("_", " "), dimensions=(days[0],))
    slots.rank.mention, slots.rank.by = Mention(metrics=(rows[0],), text=slots.rank.text), by
    slots.rank.direction = "bottom" if way == "top" else "top"
    _told(slots, cut)
    slots.cuts.append(by)
    slots.blank.append((by, True))


def _told(slots: Slots, cut: Cut) -> None:
    if slots.rank and cut not in slots.cuts:
        slots.cuts.insert(0, cut)
        slots.rank.single |= slots.rank.count is None and not is_plural(cut.text)


def _by_number(lexicon: Lexicon, slots: Slots) -> None:
    """ "top 3 countries by area", where that is a number of theirs: by that, and not cut by it."""
    rank, cuts = slots.rank, [cut for cut in slots.cuts if cut.dimensions]
    if rank is None or rank.mention or len(cuts) != 2 or not set(cuts[1].dimensions) <= lexicon.numbers:
        return
    models = {model for model, _ in _things(lexicon, cuts[0])}
    owned = [home for home in cuts[1].dimensions if home[0] in models]
    if len(owned) == 1:
        column = lexicon.registry.models[owned[0][0]].dimensions[owned[0][1]].expr
        if name := _best(lexicon, owned[0][0], column, rank.direction):
            rank.mention = Mention(metrics=(name,), text=cuts[1].text)
            slots.cuts.remove(cuts[1])
            slots.each[:] = [cut for cut in slots.each if cut is not cuts[1]]
            slots.notes[:] = [said for said in slots.notes if not said.endswith(f"of each {cuts[1].text}.")]


def _how(lexicon: Lexicon, slots: Slots) -> None:
    """ "how long is the Snowmelt"."""
    picks = [pick for pick in slots.picks if not pick.negated]
    homes = {home[:2] for pick in picks for home in pick.values if home[:2] in told_by(lexicon, home[0])}
    found = {column: home for home in homes for column in _columns(lexicon, home[0], slots.how)}
    if slots.how.casefold() in ("big", "large", "small"):
        return  # a city may be so by its area or by who lives there
    if slots.how not in slots.unknown or len(picks) != 1 or len(found) != 1:
        return
    ((column, home),) = found.items()
    if name := _best(lexicon, home[0], column, "top"):
        slots.unknown.remove(slots.how)
        slots.openly = False
        slots.mentions.append(Mention(metrics=(name,), text=slots.how))
        slots.picks[:] = [replace(picks[0], values=tuple(v for v in picks[0].values if v[:2] == home))]


def _who(lexicon: Lexicon, slots: Slots) -> None:
    """ "who has the highest grade": whoever the greatest of rows is one of, by name."""
    if len(slots.who) != 1 or slots.cuts or slots.rank or len(slots.mentions) != 1 or len(slots.mentions[0].metrics) != 1:
        return
    metric = lexicon.registry.metrics[slots.mentions[0].metrics[0]]
    names = called(lexicon, metric.model) if metric.agg in ("max", "min") else []
    if names and slots.who[0].casefold() == "who" and slots.who[0] in slots.unknown:
        slots.unknown.remove(slots.who[0])
        direction = "top" if metric.agg == "max" else "bottom"
        slots.rank = Rank(direction=direction, text=slots.mentions[0].text, single=True, mention=slots.mentions[0])
        slots.cuts.append(Cut(text=names[0][1].replace("_", " "), dimensions=(names[0],)))


def _is_count(lexicon: Lexicon, mention: Mention | None) -> bool:
    """Whether what stands behind the adjective only says of what it is said."""
    return mention is None or all(lexicon.registry.metrics[name].counts for name in mention.metrics)


def _things(lexicon: Lexicon, cut: Cut) -> list[DimensionId]:
    """The names of things that the cut means."""
    return [home for home in cut.dimensions if home in told_by(lexicon, home[0])]


def _columns(lexicon: Lexicon, model: str, adjective: str) -> Iterator[str]:
    """The columns of a model that are called what the adjective is about."""
    dimensions = lexicon.registry.models[model].dimensions
    numbers = [dimensions[name] for where, name in lexicon.numbers if where == model]
    yield from (each.expr for each in numbers if adjectives.fits(adjective, *adjectives.names_of(each)))
    yield from (each.expr for each in _measures(lexicon, model) if adjectives.fits(adjective, *adjectives.names_of(each)))


def _measures(lexicon: Lexicon, model: str) -> Iterator[Metric]:
    for metric in map(lexicon.registry.metrics.__getitem__, lexicon.visible):
        if (
            metric.kind == "simple"
            and metric.model == model
            and not metric.where
            and metric.agg in _BEST["top"] + _BEST["bottom"]
        ):
            yield metric


def _best(lexicon: Lexicon, model: str, column: str, direction: str) -> str:
    """The metric that tells each thing's own number: the greatest of its rows, else what they add up to."""
    own = [metric for metric in _measures(lexicon, model) if metric.expr == column]
    return next((metric.name for agg in _BEST.get(direction, ()) for metric in own if metric.agg == agg), "")
