"""Where something begins and where it ends: "from Rotterdam to Santos", where both are names of ports. Pure; words only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Literal

from anabot.agent.offline.exits import stuck
from anabot.agent.offline.text import words
from anabot.semantic.registry import DimensionRef

if TYPE_CHECKING:
    from anabot.agent.offline.parser import Parser
    from anabot.agent.offline.slots import Pick, Slots

Role = Literal["", "from", "to"]
_BEGINS = {"origin", "source", "from", "departure", "departing", "start", "starting", "loading", "pickup", "sender", "outbound"}
_ENDS = {"destination", "target", "to", "arrival", "arriving", "end", "ending", "discharge", "dropoff", "receiver", "inbound"}
_SAID: dict[str, Role] = {"from": "from", "to": "to", "into": "to"}


def said(p: Parser, i: int) -> Role:
    """The role that the word right before a value gives it; one in a list has that of the list's first."""
    if p.at(i - 1).text.casefold() == "out of":
        return "from"
    found = [_SAID[word] for word in _SAID if word in p.before_of(i)]
    if len(found) == 1:
        return found[0]
    listed = p.joined(i - 1) and bool(p.entry(i - 2).values) and p.slots.picks
    return p.slots.picks[-1].role if listed and not p.before_of(i) else ""


def narrowed(refs: Sequence[DimensionRef], role: Role) -> list[DimensionRef]:
    """The dimensions that are called by the role, where some of them are; else all."""
    return [ref for ref in refs if role and role == _of(ref)] or list(refs)


def of_its_own(refs: list[DimensionRef], pick: Pick, notes: list[str]) -> list[DimensionRef]:
    """ "quotes that were lost", where leads are lost, too: said of what is counted, it is that of its own rows."""
    own = [ref for ref in refs if len(ref.path) == 1]
    if len(refs) < 2 or len(own) != 1 or not (pick.told or pick.ahead):
        return refs
    notes.append(f"“{pick.text}” is read as the {(own[0].dimension.label or own[0].name).lower()}.")
    return own


def unsought(refs: Sequence[DimensionRef], pick: Pick, slots: Slots) -> list[DimensionRef]:
    """ "which countries border Velmora" asks for other countries: one value is never of what is asked for. Raises Exit."""
    asked = {home for cut in slots.sought for home in cut.dimensions}
    others = [other for other in slots.picks if other is not pick and {v[:2] for v in other.values} & asked]
    if pick.negated or pick.beside or pick.contrasted or others or not asked:
        return list(refs)
    found = [ref for ref in refs if (ref.dimension.model, ref.dimension.name) not in asked]
    if not found:
        said = f"You ask for {slots.sought[0].text}, and “{pick.text}” is one: I cannot tell what it has to do with the others."
        raise stuck("shape", said, unknown=[pick.text])
    return found


def one_end(ref: DimensionRef, role: Role, before: set[Role]) -> None:
    """Refuse "from A to B" of what has one place only. Raises Exit."""
    before |= {role} - {""}
    if len(before) == 2:
        label = ref.dimension.label or ref.name.replace("_", " ")
        raise stuck("shape", f"“From … to …” names where something begins and where it ends, and {label} is only one of them.")


def _of(ref: DimensionRef) -> Role:
    called = (ref.name, ref.dimension.label, *ref.dimension.synonyms)
    named = {word for phrase in called for word in words(phrase)}
    return _only(named & _BEGINS, named & _ENDS)


def _only(begins: Collection[str], ends: Collection[str]) -> Role:
    if bool(begins) == bool(ends):
        return ""
    return "from" if begins else "to"
