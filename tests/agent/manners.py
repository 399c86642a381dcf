"""The same words as somebody else would type them: capitals, plurals, numerals, "&", British or American spelling, slips.

Each change keeps what is meant. It never looks at the grammar.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_NUMERALS = ["two", "three", "four", "five", "six", "seven", "eight", "nine"]
_SPELLINGS = """
labor labour, color colour, center centre, program programme, fulfillment fulfilment, organization organisation,
utilization utilisation, canceled cancelled, labeled labelled, labeling labelling, license licence, catalog catalogue,
favorite favourite, check cheque, canceling cancelling, behavior behaviour, enrollment enrolment, normalized normalised
"""
_PAIRS = [(american, british) for american, british in (pair.split() for pair in _SPELLINGS.split(","))]
Manner = Callable[[str, random.Random], str]


def another_manner(text: str, dice: random.Random) -> str:
    """The text as it is, or changed in one of the ways, or in two."""
    for manner in dice.sample(_MANNERS, k=dice.choice([0, 0, 1, 1, 2])):
        text = manner(text, dice)
    return text


def plural(name: str) -> str:
    """The plural of a name's last word, as far as it has another one."""
    if name.endswith("s"):
        return name
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("x", "ch", "sh")) else "s")


def _lower(text: str, _: random.Random) -> str:
    return text.lower()


def _upper(text: str, _: random.Random) -> str:
    return text.upper()


def _capitals(text: str, dice: random.Random) -> str:
    return " ".join(word[:1].upper() + word[1:] if dice.random() < 0.5 else word for word in text.split(" "))


def _numerals(text: str, dice: random.Random) -> str:
    return re.sub(r"(?<=[a-z] )[2-9](?= [a-z])", lambda found: _NUMERALS[int(found[0]) - 2], text)


def _ampersand(text: str, _: random.Random) -> str:
    return text.replace(" and ", " & ")


def _spelling(text: str, _: random.Random) -> str:
    for pair in _PAIRS:
        here, there = pair if re.search(rf"\b{pair[0]}\b", text, re.I) else reversed(pair)
        text = re.sub(rf"\b{here}\b", there, text, flags=re.I)
    return text


def _slip(text: str, dice: random.Random) -> str:
    """One long word with two neighbours swapped, a letter left out or one typed twice."""
    long = [word for word in text.split() if len(word) >= 7 and word.isalpha()]
    if not long:
        return text
    word = dice.choice(long)
    at = dice.randint(1, len(word) - 3)
    inside = dice.choice([word[at + 1] + word[at], word[at + 1], word[at] * 2 + word[at + 1]])
    return text.replace(word, word[:at] + inside + word[at + 2 :], 1)


_MANNERS: list[Manner] = [_lower, _upper, _capitals, _numerals, _ampersand, _spelling, _slip, _slip]
