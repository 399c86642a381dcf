"""Read what asks for a number of groups: "average daily orders", "how many customers have at least 3 orders".

Such a sentence is a plain question inside another one: what is left of it without the words for the groups is read like any
question. Pure. It only takes a sentence apart, and takes no amount of a single row ("average order value per month") for what
adds up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from anabot.agent.offline import words_of_groups as shapes
from anabot.agent.offline.text import Token, tokens
from anabot.agent.offline.words_of_groups import EVERY, LOW, NUMERALS, OF_ONE_ROW, OPS, Op

How = Literal["average", "median", "min", "max", "count", "share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A number of groups: `each` are the words for them, `inner` the question inside, whose groups they are.

    `op` and `number` are a condition on how much a group has. `timely`: "daily", which says that what adds up by day is meant.
    """

    how: How
    each: tuple[str, ...]
    inner: str
    op: Op | None = None
    number: Decimal = Decimal(0)
    unit: str = ""  # "$"
    timely: bool = False
    counted: bool = False  # "3 orders": a number of them, and no money
    surely: bool = False  # "average daily …", "average number of …": no average of single rows
    deed: str = ""  # "ordered", where a verb alone says what is counted


def asked(found: Sequence[Token]) -> Iterator[Asked]:
    """The ways to take the sentence apart, the likeliest first; none for nearly all sentences."""
    return (each for each in meant(found) if not shapes.RATED.search(each.inner))


def meant(found: Sequence[Token]) -> Iterator[Asked]:
    """… also where what is left is a rate itself, of which it is open what it is of: "at least 3 orders a month"."""
    text = " ".join(token.norm for token in found).strip(" ?.!")
    text = shapes.GREETING.sub("", text)
    for read in (_of_time, _of_each, _on_average, _most, _with, _without, _above, _deed):
        yield from read(text)


def said_mean(found: Sequence[Token]) -> bool:
    """ "the mean sales per day": not what they mean."""
    return bool(shapes.MEAN.match(" ".join(token.norm for token in found)))


def head(what: str) -> str:
    """ "orders", of "orders in september": what is counted or added up."""
    return shapes.AFTER.sub("", f" {what}").strip()


def of_one_row(what: str, *, numbered: bool) -> bool:
    """Whether the words may be about single rows: "order value", "sale"; "number of" something is about many."""
    last = head(what).split(" ")[-1:]
    return not numbered and bool(last) and last[0] in OF_ONE_ROW


def _of_time(text: str) -> Iterator[Asked]:
    for pattern in (shapes.OF_TIME, shapes.TIMELY):
        if found := pattern.fullmatch(text):
            numbered = "number of " if "number" in f"{found['number'] or ''}{found.groupdict().get('number2') or ''}" else ""
            thing = shapes.PER.fullmatch(found["rest"])
            inner = f"{thing['what']}{thing['rest']}" if thing else found["rest"]
            each = (EVERY[found["adverb"]], *((thing["thing"],) if thing else ()))
            if " per " not in inner:
                surely = pattern is shapes.OF_TIME and not of_one_row(inner, numbered=bool(numbered))
                yield Asked(how=_how(found["how"]), each=each, inner=numbered + inner, timely=True, surely=surely)


def _of_each(text: str) -> Iterator[Asked]:
    found = shapes.OF_EACH.fullmatch(text.replace(" on average", "").replace("on average , ", "average "))
    if found is None:
        return
    each, rest = found["unit"] or found["each"], found["rest"]
    for thing, after in _shorter(each, rest):
        what = f"{found['number'] or ''}{found['what']}{after}"
        one = of_one_row(found["what"], numbered=bool(found["number"]))
        if not one and not shapes.AGAIN.search(what):
            also = tuple(filter(None, (thing, found["also"] or found["thing"])))
            yield Asked(how=_how(found["how"]), each=also, inner=what, surely=bool(found["number"]))


def _on_average(text: str) -> Iterator[Asked]:
    average = "on average" in text
    text = text.replace("on average , ", "").replace("on average ", "").replace(" on average", "")
    if average and (found := shapes.ON_AVERAGE.fullmatch(text)):
        many = "number of " if found["many"] == "how many" else ""
        yield Asked(how="average", each=(found["each"],), inner=f"{many}{found['what']}{found['rest']}", timely=True)
    elif average and not text.startswith(("average", "the average")):  # "how many orders per day on average last month"
        yield from _of_each(f"average {text.replace('how many ', 'number of ', 1)}")
    found = shapes.DOES_ONE.fullmatch(text)
    if found and (average or found["one"].endswith(("average", "typical"))):
        how = _how(found["one"].split(" ")[-1])
        yield Asked(how=how, each=(found["each"],), inner=f"number of {found['what']}{found['rest']}")


def _most(text: str) -> Iterator[Asked]:
    if found := shapes.MOST.fullmatch(text):
        low = found["most"] in LOW
        numbered = bool(found["number"]) or found["most"] in ("most", "fewest")
        what = f"{'number of ' if numbered else ''}{found['what']}{found['rest']}"
        if not of_one_row(found["what"], numbered=numbered):
            yield Asked(how="min" if low else "max", each=(found["each"],), inner=what)


def _with(text: str) -> Iterator[Asked]:
    for pattern in (shapes.DAYS_WITH, shapes.WITH):
        found = pattern.fullmatch(text)
        if found and not shapes.JUDGED.search(found["what"]):  # "with 3 orders were online": which are, is open
            op, number, unit = _bound(found)
            what = found["what"].removeprefix("in ") if unit else found["what"]
            plain = Asked(
                how=_counts(found), each=(found["each"],), inner=what, op=op, number=number, unit=unit, counted=not unit
            )
            if not unit and not what.startswith("number of "):
                yield replace(plain, inner=f"number of {what}")
            yield plain
            return


def _without(text: str) -> Iterator[Asked]:
    for pattern in (shapes.DAYS_WITHOUT, shapes.WITHOUT):
        found = pattern.fullmatch(text)
        if found and not shapes.JUDGED.search(found["what"]):
            for what in (f"number of {found['what']}", found["what"]):
                yield Asked(how=_counts(found), each=(found["each"],), inner=what, op="eq")
            return


def _above(text: str) -> Iterator[Asked]:
    if found := shapes.ABOVE.fullmatch(text):
        op, (number, unit) = (_bound(found)[0], _number(found["n"])) if found["op"] else ("gt", _number(found["n2"]))
        what = f"{found['what']}{found['rest']}"
        if not of_one_row(found["what"], numbered=False):
            yield Asked(how=_counts(found), each=(found["each"],), inner=what, op=op, number=number, unit=unit)


def _deed(text: str) -> Iterator[Asked]:
    if found := shapes.DEED.fullmatch(text):
        op, number, _ = _bound(found)
        inner = found["rest"].strip()
        yield Asked(how=_counts(found), each=(found["each"],), inner=inner, op=op, number=number, deed=found["deed"])


def _shorter(each: str, rest: str) -> Iterator[tuple[str, str]]:
    """ "customer", or "order line": what stands after the first word may belong to the rest of the sentence."""
    first, _, second = each.partition(" ")
    if second:
        yield each, rest
    yield first, f" {second}{rest}" if second else rest


def _counts(found: re.Match[str]) -> How:
    return "share" if found["share"] else "count"


def _how(said: str) -> How:
    return "median" if said in ("median", "typical") else "average"


def _bound(found: re.Match[str]) -> tuple[Op, Decimal, str]:
    if found.groupdict().get("multiple"):
        return "gt", Decimal(1), ""
    if found["op"]:
        op: Op = next(op for words, op in OPS if found["op"] in words.split("|"))
        return (op, *_number(found["n"]))
    side: Op = "ge" if found["side"] == "more" else "le"
    return (side, *_number(found["n2"]))


def _number(said: str) -> tuple[Decimal, str]:
    word = said.removesuffix(" times")
    if word in NUMERALS:
        return Decimal(NUMERALS[word]), ""
    token = tokens(word)[0]
    return token.value if token.value is not None else Decimal("NaN"), token.unit
