"""The words that set one time against another: "in the same month as", "within 30 days of", "no later than". Pure.

How many days lie between is counted in days of the calendar; weeks are seven of them. Months have several lengths, so that
"within 3 months of" is no number of days, and is said to be none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from anabot.agent.offline.slots import AgainstOp
from anabot.agent.offline.text import Token
from anabot.agent.offline.words import NUMBERS, UNITS

_IN = ("in", "on", "during", "within")
_LATER = ("after", "from", "since", "following")
_ORDER: dict[tuple[str, ...], AgainstOp] = {
    ("on", "or", "after"): "ge",
    ("on", "or", "before"): "le",
    ("no", "later", "than"): "le",
    ("not", "later", "than"): "le",
    ("no", "earlier", "than"): "ge",
    ("later", "than"): "gt",
    ("earlier", "than"): "lt",
    ("sooner", "than"): "lt",
    ("prior", "to"): "lt",
    ("past",): "gt",
    ("after",): "gt",
    ("before",): "lt",
    ("since",): "ge",
}
_HOW_MANY = {
    ("within",): "most",
    ("no", "more", "than"): "most",
    ("not", "more", "than"): "most",
    ("at", "most"): "most",
    ("up", "to"): "most",
    ("less", "than"): "less",
    ("fewer", "than"): "less",
    ("under",): "less",
    ("more", "than"): "more",
    ("over",): "more",
    ("at", "least"): "least",
    ("no", "less", "than"): "least",
    ("exactly",): "exact",
}
_OR: dict[tuple[str, ...], str] = {("or", "less"): "most", ("or", "fewer"): "most", ("or", "more"): "least"}
_LENGTHS = {"day": 1, "week": 7}
_MONTHS = ("month", "quarter", "year")
_NARROW = ("hour", "hours", "minute", "minutes")
_FURTHEST = 100_000


_HEADS = {*_IN, "the", "that", "same", "a", "an", *(key[0] for key in (*_ORDER, *_HOW_MANY))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """What two times have to do with each other. `noun` names the second where it stands inside: "in their signup month".

    `style` says how the second may be named: in any way, by a clause ("they signed up"), or so that it says it is a date.
    """

    end: int
    op: AgainstOp
    unit: str = ""
    numbers: tuple[int, ...] = ()
    style: Literal["any", "clause", "dated"] = "any"
    noun: tuple[str, ...] = ()
    fault: str = ""


def joint(tokens: Sequence[Token], said: list[str], at: int) -> Joint | None:
    """The words that begin at `at`, as far as they set something against what follows."""
    if at >= len(said) or not (said[at] in _HEADS or said[at] in NUMBERS or tokens[at].value is not None):
        return None
    return same(said, at) or _of_unit(said, at) or _so_many(tokens, said, at) or _ordered(said, at) or _on(said, at)


def same(said: list[str], at: int) -> Joint | None:
    """ "in the same month as"; of "in the same month they …" and "in the same month" the style is that of a clause."""
    k = at + (_at(said, at) in _IN)
    k += _at(said, k) in ("the", "that")
    unit = UNITS.get(_at(said, k + 1), "")
    if _at(said, k) != "same" or not unit or unit == "hour":
        return None
    end = k + 2
    if _at(said, end) == "as":
        return Joint(end=end + 1, op="eq", unit=unit)
    return Joint(end=_clause_at(said, end), op="eq", unit=unit, style="clause")


def _of_unit(said: list[str], at: int) -> Joint | None:
    """ "in the month they signed up", "on the day of delivery", "in their signup month"."""
    if _at(said, at) not in _IN:
        return None
    head, end = _at(said, at + 1), at + 3
    unit = UNITS.get(_at(said, at + 2), "")
    if head in ("the", "that") and unit and unit != "hour":
        if _at(said, end) == "of":
            return Joint(end=end + 1, op="eq", unit=unit)
        return Joint(end=_clause_at(said, end), op="eq", unit=unit, style="clause")
    for size in (1, 2, 3) if head in ("their", "its", "his", "her") else ():
        unit = UNITS.get(_at(said, at + 2 + size), "")
        if unit and unit != "hour":
            return Joint(end=at + 3 + size, op="eq", unit=unit, noun=tuple(said[at + 2 : at + 2 + size]))
    return None


def _clause_at(said: list[str], at: int) -> int:
    """ "… that they", "… in which they", "… when they"."""
    if _at(said, at) in ("in", "on") and _at(said, at + 1) == "which":
        return at + 2
    return at + (_at(said, at) in ("that", "when"))


def _so_many(tokens: Sequence[Token], said: list[str], at: int) -> Joint | None:
    """ "within 7 days of", "more than a week before", "30 days or more after"."""
    kind, k = next(((kind, at + len(key)) for key, kind in _HOW_MANY.items() if tuple(said[at : at + len(key)]) == key), ("", at))
    many = _whole(tokens, k)
    unit = UNITS.get(_at(said, k + 1), "")
    narrow = _at(said, k + 1) in _NARROW
    if many is None or not (unit in _LENGTHS or unit in _MONTHS or narrow):
        return None
    k += 2
    if not kind and (more := _OR.get(tuple(said[k : k + 2]))):
        kind, k = more, k + 2
    end, way = k + 1, 1 if _at(said, k) in _LATER or (_at(said, k) == "of" and kind in ("most", "less")) else 0
    if _at(said, k) == "before":
        way = -1
    elif tuple(said[k : k + 2]) == ("prior", "to"):
        end, way = k + 2, -1
    if not way:
        return None
    if narrow or unit in _MONTHS:
        why = "What lies between two times is counted in days" if narrow else f"{unit.capitalize()}s have several lengths"
        return Joint(end=end, op="eq", fault=f"{why}: say how many days.")
    op, numbers = _counted(kind, many * _LENGTHS[unit], way)
    return Joint(end=end, op=op, unit="day", numbers=numbers)


def _counted(kind: str, many: int, way: int) -> tuple[AgainstOp, tuple[int, ...]]:
    """What holds of how many days the first is after the second."""
    if kind in ("most", "less"):
        furthest = (many - (kind == "less")) * way
        return "between", (min(0, furthest), max(0, furthest))
    later: dict[str, tuple[AgainstOp, AgainstOp]] = {"more": ("gt", "lt"), "least": ("ge", "le")}
    return later.get(kind, ("eq", "eq"))[way < 0], (many * way,)


def _whole(tokens: Sequence[Token], at: int) -> int | None:
    token = tokens[at] if at < len(tokens) else None
    if token is None:
        return None
    if token.value is not None:
        return int(token.value) if token.value == int(token.value) and 0 < token.value < _FURTHEST and not token.unit else None
    return 1 if token.norm in ("a", "an") else NUMBERS.get(token.norm) or None


def _ordered(said: list[str], at: int) -> Joint | None:
    for key, op in _ORDER.items():
        if tuple(said[at : at + len(key)]) == key:
            return Joint(end=at + len(key), op=op, style="any" if key[-1] == "than" else "dated")
    return None


def _on(said: list[str], at: int) -> Joint | None:
    """ "on the due date"."""
    return Joint(end=at + 2, op="eq", unit="day", style="dated") if tuple(said[at : at + 2]) == ("on", "the") else None


def by_then(said: list[str], at: int) -> Joint | None:
    """ "delivered by the due date"; without what was done, "by the due date" is how rows are cut."""
    return Joint(end=at + 2, op="le", style="dated") if tuple(said[at : at + 2]) == ("by", "the") else None


def _at(said: list[str], at: int) -> str:
    return said[at] if 0 <= at < len(said) else ""
