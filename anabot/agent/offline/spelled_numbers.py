"""Read a number in words: "five hundred", "two hundred and fifty", "twenty-five thousand". Pure; a single word is none."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from anabot.agent.offline.text import Token
from anabot.agent.offline.words import SCALES

_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: number for number, word in enumerate(_ONES.split(), 1)}
_SMALL["nineteen"] = 19
_SMALL |= {word: 10 * number for number, word in enumerate(_TENS.split(), 2)}


def read(tokens: Sequence[Token], i: int) -> tuple[Decimal, int] | None:
    """The number that begins at `i` and the place after it; None where no two words or more make one."""
    total, end = Decimal(0), i
    least = None
    while found := _hundreds(tokens, end):
        amount, after = found
        scale = SCALES.get(tokens[after].norm) if after < len(tokens) else None
        if least is not None and (scale or Decimal(1)) >= least:
            break
        total, end, least = total + amount * (scale or 1), after + (scale is not None), scale or Decimal(1)
        if scale is None:
            break
    return (total, end) if end > i + 1 else None


def _hundreds(tokens: Sequence[Token], i: int) -> tuple[Decimal, int] | None:
    """Less than a thousand: "two hundred and fifty", "twenty five"."""
    words = [token.norm for token in tokens[i : i + 5]]
    amount, k = _tens(words)
    if k and words[k : k + 1] == ["hundred"]:
        rest, more = _tens(words[k + 1 + (words[k + 1 : k + 2] == ["and"]) :])
        joined = words[k + 1 : k + 2] == ["and"] and more > 0
        amount, k = amount * 100 + (rest if more else 0), k + 1 + joined + more
    return (Decimal(amount), i + k) if k else None


def _tens(words: Sequence[str]) -> tuple[int, int]:
    first = _SMALL.get(words[0], 0) if words else 0
    second = _SMALL.get(words[1], 0) if first >= 20 and len(words) > 1 else 0
    return (first + second, 2) if 0 < second < 10 else (first, int(first > 0))
