"""What an adjective is about: "longest" a length, "taller than" a height, "oldest" an age or a day. Words only, of no company.

Some are said of any number, too ("highest", "larger than"); the others ask for a number that is called so.
"""

from __future__ import annotations

from anabot.agent.offline.text import words
from anabot.semantic.registry import Dimension, Metric

_ABOUT = """
long longest longer short shortest shorter: length duration
high highest higher tall tallest taller low lowest lower: height elevation altitude
large largest larger big biggest bigger small smallest smaller: size area population capacity volume surface
heavy heaviest heavier light lightest lighter: weight mass
deep deepest deeper shallow shallowest shallower: depth
wide widest wider narrow narrowest narrower: width breadth
fast fastest faster slow slowest slower: speed velocity
hot hottest hotter warm warmest warmer cold coldest colder: temperature
far farthest farther furthest further near nearest nearer: distance
expensive priciest costliest cheap cheapest: price cost fee fare
valuable: value worth price
old oldest older young youngest younger: age
"""
_ABOUT_ITS_FIRST_DAY = {"oldest": "top", "youngest": "bottom", "newest": "bottom"}
_FIRST_DAYS = {
    "founded",
    "founding",
    "foundation",
    "established",
    "built",
    "birth",
    "born",
    "created",
    "creation",
    "opened",
    "opening",
}
_OF_ANY = {"high", "low", "large", "big", "small", "long", "short"}  # also of numbers that are called otherwise


def _table() -> dict[str, tuple[str, frozenset[str]]]:
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for line in _ABOUT.strip().splitlines():
        said, _, nouns = line.partition(": ")
        base = ""
        for word in said.split():
            base = base if base and word.startswith(base[:3]) else word
            found[word] = (base, frozenset(nouns.split()))
    return found


_TABLE = _table()


def _adjective(phrase: str) -> str:
    """The adjective of "longest", "most expensive", "taller than 5"; "fastest growing" has none."""
    first, *rest = phrase.casefold().removeprefix("most ").removeprefix("least ").split() or [""]
    return first if first in _TABLE and (not rest or rest[0] == "than") else ""


def nouns(phrase: str) -> frozenset[str]:
    """What "longest", "taller than" or "most expensive" is about; nothing for other words."""
    said = _adjective(phrase)
    return _TABLE[said][1] if said else frozenset()


def first_day(phrase: str) -> str:
    """ "top" for "oldest", whose first day is the earliest; "bottom" for "newest"; else ""."""
    return _ABOUT_ITS_FIRST_DAY.get(phrase.casefold(), "")


def is_strict(phrase: str) -> bool:
    """Whether the adjective fits only what is called so: "heavier than 5" needs a weight."""
    said = _adjective(phrase)
    return bool(first_day(phrase)) or (bool(said) and _TABLE[said][0] not in _OF_ANY)


def fits(phrase: str, *names: str) -> bool:
    """Whether something that is called so is what the adjective is about."""
    return bool(nouns(phrase) & {word for name in names for word in words(name)})


def names_of(found: Metric | Dimension) -> tuple[str, ...]:
    """All that it is called."""
    return (found.name, found.label, *found.synonyms)


def is_first_day(dimension: Dimension) -> bool:
    """Whether it is the day or the year in which a thing began: `founded_year`, `born_on`."""
    said = {word for name in names_of(dimension) for word in words(name)}
    return bool(said & _FIRST_DAYS) and (dimension.kind == "time" or "year" in said)
