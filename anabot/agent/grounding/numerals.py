"""Find the numbers that a text says, in digits or in words, each with its unit, sign and rounding. It never judges one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

_SCALES = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "mm": 6, "million": 6, "bn": 9, "b": 9, "billion": 9}
_SIGNS = {"$": "usd", "€": "eur", "£": "gbp"}
_SPELLINGS = {
    "ratio": ("%", "percent", "per cent"),
    "points": ("pp", "percentage points", "points"),
    "usd": ("usd", "dollars"),
    "eur": ("eur", "euros"),
    "gbp": ("gbp", "pounds"),
    "hours": ("h", "hours", "hrs"),
    "days": ("day", "days"),
    "fte": ("fte", "ftes"),
    "times": ("×", "x", "times", "-fold"),
}
UNITS = {said: unit for unit, spelt in _SPELLINGS.items() for said in spelt}
_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen")
_TEENS = ("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: number for number, word in enumerate((*_ONES, *_TEENS))}
_WORDS |= {word: 10 * number for number, word in enumerate(_TENS, 2)}
_WORDS |= {"dozen": 12, "hundred": 100}
_PARTS = {  # said of parts and multiples: (value, unit, how far off it may be)
    "half": ("50", "ratio", "2"),
    "halved": ("-50", "ratio", "2"),
    "a third": ("33.3", "ratio", "2"),
    "two thirds": ("66.7", "ratio", "2"),
    "a quarter of": ("25", "ratio", "2"),
    "by a quarter": ("25", "ratio", "2"),
    "by a fifth": ("20", "ratio", "1"),
    "by a tenth": ("10", "ratio", "0.5"),
    "three quarters": ("75", "ratio", "2"),
    "doubled": ("100", "ratio", "4"),
    "double": ("2", "times", "0.05"),
    "twice": ("2", "times", "0.05"),
    "triple": ("3", "times", "0.05"),
    "tripled": ("200", "ratio", "4"),
}
_OVER = ("over", "more than", "at least", "exceeded", "exceeds", "exceeding", "topped", "upwards of")
_UNDER = ("under", "less than", "at most", "almost", "nearly", "just short of", "short of")
_HEDGE = rf"(?P<hedge>\b(?:about|close to|around|roughly|approximately|some|{'|'.join((*_OVER, *_UNDER))})\s+|~\s*)?"
_TAIL = r"(?:\s?(?P<scale>thousand|million|billion|mn|mm|bn|[kmb])\b)?"
_UNIT = (
    r"(?:\s?(?P<unit>%|×|percentage points|points|per ?cent|pp\b|usd\b|dollars|eur\b|euros|gbp\b|pounds|h\b|hours|hrs"
    r"|days?\b|ftes?\b|x\b|times\b|-fold\b))?"
)
_NUMBER = re.compile(
    rf"{_HEDGE}(?P<sign>[-−+])?\s?(?P<money>[$€£])?(?P<minus>[-−])?"
    rf"(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+){_TAIL}{_UNIT}",
    re.I,
)
_SPELT = re.compile(
    rf"{_HEDGE}(?P<words>\b(?:{'|'.join(_WORDS)})(?:[\s-](?:and[\s-])?(?:{'|'.join(_WORDS)}))*\b){_TAIL}{_UNIT}", re.I
)
_PART = re.compile(rf"{_HEDGE}\b(?P<part>{'|'.join(sorted(_PARTS, key=len, reverse=True))})\b", re.I)
_FOLD = re.compile(rf"\b(?P<part>(?P<many>{'|'.join(_ONES[2:])})-?fold)\b", re.I)
_WIDE = Context(prec=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeral:
    """One number as said: `value` carries its sign and scale; `step` is what its last digit stands for."""

    start: int
    end: int
    text: str
    value: Decimal
    step: Decimal
    unit: str = ""
    signed: bool = False
    hedge: str = ""
    slack: Decimal | None = None

    def says(self, exact: Decimal, *, sign: int = 0) -> bool:
        """Whether a number, rounded as this one is, is it. `sign` is that of the words around: 1 up, -1 down, 0 not said.

        A share is compared in percent; where words give the direction, the size is.
        """
        if sign and not self.signed:
            exact = exact * sign
        if self.hedge in _OVER:
            return (self._near(exact) or self._within(exact - self.value)) and exact >= self.value
        if self.hedge in _UNDER:
            return (self._near(exact) or self._within(self.value - exact)) and exact <= self.value
        return self._near(exact)

    def _within(self, apart: Decimal) -> bool:
        """ "Over 1,234", "more than twice": by less than one of its last digits, or of the zeros that end it."""
        digits = self.value.copy_abs().normalize()
        shown = max(len(digits.as_tuple().digits), 2)
        return 0 <= apart < (self.slack * 20 if self.slack else max(self.step, Decimal(1).scaleb(digits.adjusted() - shown + 1)))

    def _near(self, exact: Decimal) -> bool:
        if self.slack is not None:
            return abs(exact - self.value) <= self.slack
        if _rounded(exact, self.step) == self.value:
            return True
        return bool(self.hedge) and self._loosely(exact)

    def _loosely(self, exact: Decimal) -> bool:
        """ "about 1,200,000": its zeros are not said to be exact, but the two digits before them are."""
        digits = self.value.copy_abs().normalize()
        shown = max(len(digits.as_tuple().digits), 2)
        step = Decimal(1).scaleb(digits.adjusted() - shown + 1)
        return step > self.step and _rounded(exact, step) == self.value


def numerals(text: str) -> list[Numeral]:
    """The numbers in the text, in order. What is masked with NUL is not looked at."""
    found: list[Numeral] = []
    for one in (*_digits(text), *_folds(text), *_spelt(text), *_parts(text)):
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    return sorted(found, key=lambda each: each.start)


def _digits(text: str) -> Iterator[Numeral]:
    for match in _NUMBER.finditer(text):
        digits = match["digits"].replace(",", "")
        sign = match["sign"] or match["minus"] or ""
        joined = match.start("sign") > 0 and text[match.start("sign") - 1].isalnum()  # `3-5`, `T-1`
        negative = sign in ("-", "−") and not joined
        number = Decimal(digits) * (-1 if negative and sign else 1)
        step = Decimal(1).scaleb(-len(digits.partition(".")[2]))
        yield _numeral(match, number, step, signed=bool(sign) and not joined)


def _spelt(text: str) -> Iterator[Numeral]:
    for match in _SPELT.finditer(text):
        total, part = 0, 0
        for word in re.split(r"[\s-]+", match["words"].casefold()):
            if word == "hundred":
                part = max(part, 1) * 100
            elif word != "and":
                part += _WORDS[word]
        if match["words"].casefold() == "one" and not match["unit"] and not match["scale"]:
            continue  # "one of them", "no one"
        yield _numeral(match, Decimal(total + part), Decimal(1), signed=False)


def _folds(text: str) -> Iterator[Numeral]:
    """ "Tenfold": so many times as much."""
    for match in _FOLD.finditer(text):
        value = Decimal(_WORDS[match["many"].casefold()])
        yield Numeral(start=match.start(), end=match.end(), text=match[0], value=value, step=Decimal(1), unit="times")


def _parts(text: str) -> Iterator[Numeral]:
    for match in _PART.finditer(text):
        value, unit, slack = _PARTS[match["part"].casefold()]
        yield Numeral(
            start=match.start("part"),
            end=match.end(),
            text=match["part"],
            value=Decimal(value),
            step=Decimal(1),
            unit=unit,
            hedge=(match["hedge"] or "").casefold().strip(),
            slack=Decimal(slack),
        )


def _numeral(match: re.Match[str], number: Decimal, step: Decimal, *, signed: bool) -> Numeral:
    groups = match.groupdict()
    power = _SCALES.get((groups.get("scale") or "").casefold(), 0)
    said = (groups.get("unit") or "").casefold().replace("per cent", "percent")
    start = match.start() + len(groups.get("hedge") or "")
    start += len(match.string[start:]) - len(match.string[start:].lstrip())
    return Numeral(
        start=start,
        end=match.end(),
        text=match.string[start : match.end()].strip(),
        value=number.scaleb(power),
        step=step.scaleb(power),
        unit=_SIGNS.get(groups.get("money") or "", "") or UNITS.get(said, ""),
        signed=signed,
        hedge=(groups.get("hedge") or "").casefold().strip(),
    )


def _rounded(exact: Decimal, step: Decimal) -> Decimal:
    return (exact / step).quantize(Decimal(1), rounding=ROUND_HALF_UP, context=_WIDE) * step
