"""Read a name that the speaker gives to a list of things: "old shops (Harbour, Market and Castle)", "FAANG (Apple, Netflix, …)".

The list is what is meant, and is said. It must be whole: each of its items is what one thing is called, or the beginning of that,
and all of them are things of one kind. It never passes over a word that means something.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anabot.agent.offline.lexicon import DimensionId, Entry, Lexicon, ValueId, is_light
from anabot.agent.offline.text import Token, stem, words
from anabot.agent.offline.things import called
from anabot.agent.offline.words import MEASURES, MONTHS, NUMBERS, OPERATORS, UNITS, WEEKDAYS

_JOINTS = {",", "and", "or"}
_TIMES = {*MONTHS, *WEEKDAYS, *UNITS, *NUMBERS, *MEASURES}
_LONGEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The values of a list, and the index after it."""

    values: tuple[ValueId, ...]
    end: int


def read(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> Listed | None:
    """The list of the name that begins with the token at `i`, and of which nothing else is known."""
    start = next((k for k in range(i + 1, min(i + _LONGEST + 1, len(tokens))) if tokens[k].inside), 0)
    if not start or tokens[i].inside or not _unheard_of(tokens[i], lexicon):
        return None
    end = start
    while end < len(tokens) and tokens[end].inside == tokens[start].inside:
        end += 1
    items = list(_items(tokens[start:end]))
    if len(items) < 2:
        return None
    for home in _names(lexicon):
        values = [_value(item, home, lexicon) for item in items]
        if all(values) and all(_is_of(token, home, lexicon) for token in tokens[i + 1 : start]):
            return Listed(values=tuple((*home, value) for value in values), end=end)
    return None


def _unheard_of(token: Token, lexicon: Lexicon) -> bool:
    spoken = is_light(token.norm) or (token.norm,) in OPERATORS or token.norm in _TIMES
    return token.norm.isalpha() and not spoken and (stem(token.norm),) not in lexicon.entries


def _is_of(token: Token, home: DimensionId, lexicon: Lexicon) -> bool:
    """Whether a word of the name is another unheard one, or what things of that kind are called."""
    entry = lexicon.entries.get((stem(token.norm),), Entry())
    return _unheard_of(token, lexicon) or home in entry.dimensions or home[0] in entry.models


def _items(inside: Sequence[Token]) -> Iterator[str]:
    said: list[str] = []
    for token in inside:
        if token.norm in _JOINTS:
            if said:
                yield " ".join(said)
            said = []
        else:
            said.append(token.text)
    if said:
        yield " ".join(said)


def _names(lexicon: Lexicon) -> list[DimensionId]:
    """The dimensions that hold what things are called, and whose values are known."""
    models = sorted({model for entry in lexicon.entries.values() for model in entry.models})
    found = [home for model in models for home in called(lexicon, model)]
    return [home for home in found if home in lexicon.values.by_dimension]


def _value(item: str, home: DimensionId, lexicon: Lexicon) -> str:
    """The one value that is called so, or whose name begins so; or ""."""
    said, known = words(item), lexicon.values.by_dimension[home]
    exact = [value for value in known if words(value) == said]
    found = exact or [value for value in known if words(value)[: len(said)] == said]
    return found[0] if len(found) == 1 else ""
