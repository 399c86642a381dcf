"""Turn a true sentence into false ones: another number, sign, unit, scale, group, period or metric."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from decimal import Decimal

from anabot.agent.grounding import Shown

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_NUMBER = re.compile(r"(?<![\w–:-])(?P<sign>[-+]?)(?P<money>[$]?)(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<unit> h\b| FTE|%|×|)(?![:\w])")
_NO_NUMBER = re.compile(r"(?:Q|FY|first|of|for|last|\b[A-Z][a-z]+)\s?$")
_OTHER_UNIT = {" h": " days", "%": "", " FTE": " h", "×": "%", "": "%"}


def lies(text: str, shown: Shown, labels: list[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    """(kind, sentence) for each way to make `text` false. `labels` are names of metrics that it does not speak of."""
    bare = text
    for label in labels:
        bare = bare.replace(label, "·" * len(label))
    for match in _NUMBER.finditer(bare):
        if not _NO_NUMBER.search(bare[: match.start()]) and not re.match(rf" (?:{_MONTHS})\b", bare[match.end() :]):
            yield from _numbers(text, match, rng)
    yield from _signs(text)
    yield from _groups(text, shown, rng)
    yield from _periods(text, rng)
    yield from _metrics(text, shown, labels, rng)


def _numbers(text: str, match: re.Match[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    digits, start, end = match["digits"], match.start("digits"), match.end("digits")
    i = rng.choice([k for k, char in enumerate(digits) if char.isdigit()])
    other = str((int(digits[i]) + rng.randint(1, 9)) % 10)
    yield "number", text[: start + i] + other + text[start + i + 1 :]
    if not Decimal(digits.replace(",", "")):
        return
    if not match["sign"] and not re.search(r"(?:up|down) $", text[: match.start()]):
        yield "sign", f"{text[: match.start()]}-{text[match.start() :]}"
    for scale in (" million", "k", " billion"):
        yield "scale", text[:end] + scale + text[end:]
    if match["money"]:
        yield "unit", f"{text[: match.start('money')]}€{text[start:]}"
        yield "unit", text[: match.start("money")] + text[start:]
    else:
        yield "unit", text[:end] + _OTHER_UNIT[match["unit"]] + text[match.end() :]


def _signs(text: str) -> Iterator[tuple[str, str]]:
    for one, other in (("up", "down"), ("down", "up")):
        if re.search(rf"\b{one} [\d$]", text):
            yield "sign", re.sub(rf"\b{one}(?= [\d$])", other, text)


def _groups(text: str, shown: Shown, rng: random.Random) -> Iterator[tuple[str, str]]:
    for row in shown.rows:
        for column, said in row.groups.items():
            if not _stands(said, text) or not said[:1].isalpha():
                continue
            for other in rng.sample(shown.rows, min(3, len(shown.rows))):
                new = other.groups[column]
                if (
                    new[:1].isalpha()
                    and not _stands(new, text)
                    and _differs(row.cells, other.cells)
                    and row.dates == other.dates == {}
                ):
                    yield "group", re.sub(rf"(?<!\w){re.escape(said)}(?!\w)", lambda _, new=new: new, text, count=1)


def _periods(text: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"FY\d(\d)| Q(\d)|\b20\d(\d)(?= ?[).,])", text):
        at = match.end() - 1
        yield "period", text[:at] + str(int(text[at]) % 4 + 1 if match[2] else (int(text[at]) + 1) % 10) + text[at + 1 :]
    for match in re.finditer(rf"\b({_MONTHS}) 20", text):
        new = rng.choice([month for month in _MONTHS.split("|") if month != match[1]])
        yield "period", text[: match.start()] + new + text[match.end(1) :]


def _metrics(text: str, shown: Shown, labels: list[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    inside = sorted((label for label in labels if label in text), key=len)
    for label in inside[-1:]:
        yield "metric", text.replace(label, rng.choice([each for each in labels if each not in text]))


def _stands(word: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def _differs(one: dict[str, Decimal], other: dict[str, Decimal]) -> bool:
    return not any(round(one[name], 3) == round(other[name], 3) for name in one.keys() & other.keys())
