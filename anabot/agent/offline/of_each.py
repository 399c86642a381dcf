"""Read and settle of what each a ranking is: "top 3 products in each region", "best month per shop", "each region's top shop".

Pure. Where words may mean the top of each group or the groups of the top ones, it decides for neither: that is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from anabot.agent.offline.exits import stuck
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Cut, Rank, Slots
from anabot.agent.offline.text import is_plural
from anabot.semantic.query import MetricQuery

_BY = ("by", "broken down by", "grouped by", "group by", "split by", "segmented by")
_NARROWS = {"for", "of", "among", "from", "in", "within", "on", "with"}


def says(p: Parser, i: int) -> bool:
    """Whether the word at `i` is "each", "in every", "per" or the like."""
    return bool({"each", "every", "per"} & set(p.at(i).text.casefold().split()))


def note(p: Parser, i: int | None, cut: Cut, before: Sequence[Cut]) -> None:
    """The word at `i`, which stands after those `before`, says by what.

    "Per region" beside what is ranked is of each of them; so is "each region", always.
    """
    slots, word = p.slots, "" if i is None else p.at(i).text.casefold()
    ranked = [slots.rank.cut] if slots.rank and slots.rank.cut else []
    alone = all(_same(cut, other) for other in (*before, *ranked))
    if {"each", "every"} & set(word.split()):
        slots.each.append(cut)
        if slots.rank and not before and not ranked:
            slots.rank.alone = cut.unit or cut.text
    elif word == "per" and not slots.rank:
        slots.per.append(cut)
    elif word and slots.rank and not alone:
        _beside_rank(slots, slots.rank, word, cut)


def _beside_rank(slots: Slots, rank: Rank, word: str, cut: Cut) -> None:
    if word != "per" and (word not in _BY or cut.unit):
        rank.within = cut.unit or cut.text
        return
    slots.each.append(cut)
    if word != "per":
        slots.notes.append(f"Read as the {rank.text} of each {cut.text}.")


def stretches(p: Parser, i: int, j: int, unit: str) -> int:
    """ "for each of the last 8 weeks": by week; the dates at `j` are read as dates."""
    cut = Cut(text=p.at(j).text, unit=unit)
    note(p, i, cut, p.slots.cuts)
    p.slots.cuts.append(cut)
    return j


def beside(p: Parser, i: int, ranked: Cut) -> None:
    """What the rank at `i` is of stands beside what was said before: "for each region, the top 3 shops", "… and its top shop"."""
    slots = p.slots
    assert slots.rank, "it has just been read"
    for cut in slots.cuts:
        if _same(cut, ranked) or (cut in slots.each and not p.before_of(i) & _NARROWS):
            continue
        if "its" in p.before_of(i) or p.at(i - 1).text.casefold() == "their":
            slots.each.append(cut)
        else:
            slots.rank.within = cut.unit or cut.text


def named(slots: Slots, group: Sequence[str], base: MetricQuery | None, name: Callable[[Cut], str]) -> tuple[str, ...]:
    """The groups of each of which the first rows are meant: as said, otherwise as the thread had it."""
    said = {name(cut) for cut in said_of(slots, base)}
    found = tuple(each for each in group if each in (said or (base.limit_by if base else ())))
    return found if len(found) < len(group) else ()


def said_of(slots: Slots, base: MetricQuery | None) -> Sequence[Cut]:
    """The cuts that are said of each; "per region" says so where the thread has a ranking already."""
    return [*slots.each, *slots.per] if base and base.limit and not slots.rank else slots.each


def kept(slots: Slots, base: MetricQuery) -> list[str] | None:
    """The thread's groups that stay where a follow-up only says of what each; None where it says something else."""
    said = said_of(slots, base)
    if base.limit is None or not said or any(cut not in said for cut in slots.cuts):
        return None
    return [name for name in base.group_by if name not in base.limit_by]


def check(slots: Slots, rank: Rank, each: Sequence[str]) -> None:
    """Whether one of each is meant; what may be meant in two ways is refused. Raises Exit."""
    if rank.within:
        said = f"“{rank.text}” beside “{rank.within}” may be within each of them, or of all."
        raise stuck("shape", f"{said} Say “for each …”, or ask without it.")
    if rank.alone and rank.count and not each:
        raise stuck("shape", f"“{rank.text} {rank.count}” of what in each {rank.alone}? Say it, for example “top 3 customers”.")
    if each and not rank.count and not rank.single and rank.text.casefold() not in ("top", "bottom"):
        if any(is_plural(cut.text) for cut in slots.cuts if cut not in slots.each):
            raise stuck("shape", f"How many of each? Say it, for example “the 3 {rank.text} in each …”.")
        rank.single = True  # "the shop with the most orders in each region"
    if each and (slots.share or slots.running):
        what = "A share" if slots.share else "A running total"
        raise stuck("shape", f"{what} beside the {rank.text} of each group may be that of the group or of all: ask without it.")


def _same(one: Cut, other: Cut) -> bool:
    if one.unit or other.unit:
        return one.unit == other.unit
    return bool(set(one.dimensions) & set(other.dimensions))
