"""Read who has none: "customers who have not ordered anything", "shops with no sales", "customers without an order".

They are asked for as all of their kind, of which those are kept for whom nothing was counted.
"""

from __future__ import annotations

from decimal import Decimal

from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Bound, Mention

_RELATIVE = {"have", "has", "had", "do", "does", "did", "was", "were", "is", "are"}
_OUT = ("not", "without", "w/o")


def none(p: Parser, i: int) -> int:
    """ "with no orders", "that have zero sales", "who never placed an order"."""
    found = _counted(p, i + 1)
    related = p.at(i - 1).says("who") or p.before[i] & (_RELATIVE | {"with"})
    if found is None or not related:
        p.slots.unknown.append(p.at(i).text)
        return i + 1
    return _without_any(p, i, *found)


def not_any(p: Parser, i: int) -> int | None:
    """ "who have not made any orders", "without orders": the index after it, or None where "not" means something else."""
    text = p.at(i).text.casefold()
    found = _counted(p, i + 1) if text in _OUT else None
    related = text != "not" or p.at(i - 1).says("who")
    return _without_any(p, i, *found) if found and related else None


def _counted(p: Parser, i: int) -> tuple[Mention, int] | None:
    """What is counted, after a verb or not, and the index after it."""
    at = i + 1 if p.at(i).says("verb") or (p.at(i).kind == "unknown" and p.at(i + 1).kind == "name") else i
    mention = p.mention(at) if p.at(at).kind == "name" and (not p.entry(at).values or p.entry(at).metrics) else None
    return (mention, at + 1) if mention else None


def _without_any(p: Parser, i: int, mention: Mention, end: int) -> int:
    zero = (Decimal(0),)
    text = " ".join(tag.text for tag in p.tags[i:end])
    p.slots.bounds.append(Bound(op="eq", numbers=zero, text=text, mention=mention))
    p.slots.every = p.slots.none = True
    return end


def records(p: Parser, i: int) -> int:
    """ "sales records": the rows of what was just named."""
    if p.at(i - 1).kind != "name" or p.before[i]:
        p.slots.unknown.append(p.at(i).text)
    return i + 1
