"""Read how numbers move: "growth" compares with before, and ranked by, "the highest growth in sales", it orders by the change.

Pure. A change beside a ranking that is not by it ("top 5 shops by sales, and the change") only compares.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline.parser import Parser
from anabot.agent.offline.read_amounts import compared_with
from anabot.agent.offline.read_cuts import read_cuts
from anabot.agent.offline.read_numbers import rank_from
from anabot.agent.offline.read_pairs import said_again
from anabot.agent.offline.slots import Moved

_OF_WHICH = ("that", "who", "whose", "where")
_DEGREES = ("most", "the most", "least", "the least")


def change(p: Parser, i: int) -> int:
    """ "sales growth", "the biggest drop in sales", "grew most"."""
    slots, tag = p.slots, p.at(i)
    if said_again(p, i):
        return i + 1
    way, _, percent = tag.detail.partition(" ")
    if p.at(i - 1).says("who") and not way and p.at(i - 1).text.casefold() == "who":
        slots.unknown.append(tag.text)  # "customers who moved"
        return i + 1
    slots.change = True
    found = Moved(text=tag.text, way=way, percent=bool(percent))
    if said := compared_with(p, i + 2 if p.at(i + 1).says("by") else i + 1):
        slots.only_moved = replace(found, bound=said.bound)
        return said.end
    named = p.mention(i + 1) if not p.before_of(i + 1) else None
    if named and p.at(i + 2).says("by") and (said := compared_with(p, i + 3)):
        slots.mentions.append(named)  # "shops that grew sales by more than 10 %"
        slots.only_moved = replace(found, bound=said.bound)
        return said.end
    if _is_ranked(p, i) or _has_degree(p, i + 1):
        slots.moved = slots.moved or found
    elif way in ("up", "down") and _is_condition(p, i):
        slots.only_moved = found
    return i + 1


def fastest(p: Parser, i: int) -> int:
    """ "the fastest growing region", "which region's sales grew fastest", "top 5 fastest growing"."""
    p.slots.change = True
    p.slots.moved = Moved(text=p.at(i).text, way="up", percent=True)
    if p.slots.rank is None or p.slots.rank.direction != p.at(i).detail:
        return rank_from(p, i, None)
    return read_cuts(p, i + 1) if p.cut(i + 1) else i + 1


def _is_ranked(p: Parser, i: int) -> bool:
    """Whether the change at `i` is what a word before it ranks or sorts by; the metric or "month over month" may be between."""
    k = i - 1
    while p.at(k).says("over"):
        k -= 1
    if k >= 0 and p.mention(k) and not p.before[i] - {"s"}:
        k -= 1
    while p.at(k).says("over"):
        k -= 1
    return k >= 0 and p.at(k).says("top", "by", "sort")


def _is_condition(p: Parser, i: int) -> bool:
    """Whether the change sorts out: "which regions grew", "where sales dropped", "only those that fell"."""
    ranked = p.slots.rank or any(tag.says("top", "fastest") for tag in p.tags[i:])
    asked = any(p.at(k).text.casefold() == "which" and p.cut(k + 1) for k in range(i))
    of = p.at(i - 2) if p.mention(i - 1) else p.at(i - 1)
    apart = of.says("only") or (of.text.casefold() in _OF_WHICH and bool(p.slots.cuts))
    return not ranked and (asked or apart)


def _has_degree(p: Parser, i: int) -> bool:
    """ "most", right after "grew"."""
    return p.at(i).says("top") and p.at(i).text.casefold() in _DEGREES
