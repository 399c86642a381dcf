"""Read what a number is compared with, and conditions on a number of the rows: "sale price over 30,000", "deals over 100k".

A number named right beside what it is compared with is one of the rows, unless something that is grouped stands before it: of
"customers with sales over 10k" it is each one's total. It decides no unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from anabot.agent.offline.forms import UNITS_OF_COLUMNS
from anabot.agent.offline.lexicon import DimensionId
from anabot.agent.offline.parser import BOUNDS, PLACES, Parser
from anabot.agent.offline.slots import Bound, BoundOp, Mention
from anabot.agent.offline.tagging import Tag
from anabot.agent.offline.text import is_plural, words

STRETCHES = {"night": "days", "day": "days", "hour": "hours", "minute": "minutes"}
_CURRENCIES = {"$": "usd", "€": "eur", "£": "gbp"}
_IS = {"is", "was", "are", "were", "of"}
_HOLDS = {"with", "has", "have", "had", "having"}
_JOINTS = PLACES | _IS | {"a", "an", "the"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What something is compared with, and the index after it."""

    bound: Bound
    end: int


def compared_with(p: Parser, i: int) -> Said | None:
    """ "over 5 million", "between 10 and 20 %", "5 or more" at `i`, with the unit that follows."""
    following = p.at(i + 1)
    if p.at(i).kind == "number" and following.says("ge", "le") and following.text.casefold().startswith(("or", "and")):
        return _said(p, i, [p.at(i)], "ge" if following.op == "ge" else "le", i + 2)
    op = next((op for op in BOUNDS if p.at(i).says(op)), None)
    count, end = 2 if op == "between" else 1, i + 1
    tags: list[Tag] = []
    while op and len(tags) < count and (p.at(end).kind == "number" or _is_year(p.at(end))):
        tags.append(p.at(end))
        end += 2 if len(tags) < count and p.at(end + 1).says("and") else 1
    return _said(p, i, tags, op, end) if op and len(tags) == count else None


def _said(p: Parser, i: int, tags: Sequence[Tag], op: BoundOp, end: int) -> Said:
    measure = {"day": "days"}.get(p.at(end).detail, p.at(end).detail) if p.at(end).kind in ("measure", "unit") else ""
    end += 1 if measure else 0
    size = p.at(end).text.casefold() if p.at(end).kind == "unknown" and not (measure or p.before_of(end)) else ""
    size = size if size in UNITS_OF_COLUMNS else ""
    end += 1 if size else 0
    bound = Bound(
        size=size,
        op=op,
        numbers=tuple(tag.number for tag in tags if tag.number is not None),
        text=" ".join(tag.text for tag in p.tags[i:end]),
        measure=measure,
        currency=next((_CURRENCIES[tag.sign] for tag in tags if tag.sign in _CURRENCIES), ""),
        percent=any(tag.sign == "%" for tag in tags) or measure == "ratio",
    )
    return Said(bound=bound, end=end)


def _is_year(tag: Tag) -> bool:
    return tag.when is not None and tag.when.bare_year and tag.number is not None


def compared(p: Parser, i: int) -> int | None:
    """ "sale price over 30,000", "a quantity of at least 3": a number of the rows, right before what it is compared with."""
    cut = p.cut(i)
    size = cut.size if cut and cut.qualified else 1
    numbers = [home for home in p.entry(i + size - 1).numbers if size == 1 or (cut and home in cut.dimensions)]
    j, negated = i + size, False
    while p.at(j).says("who", "not"):
        negated ^= p.at(j).says("not")
        j += 1
    said = (compared_with(p, j) or _equal(p, j)) if numbers and p.before_of(j) <= _JOINTS else None
    if said is None or _is_total(p, i):
        return None
    if _of_others(p, i, numbers):
        return p.misplace(i)
    text = " ".join(tag.text for tag in p.tags[i : said.end])
    bound = replace(said.bound, text=text, dropped=negated, dimensions=tuple(numbers))
    return keep(p, i, Said(bound=bound, end=said.end))


def of_rows(p: Parser, i: int, said: Said) -> int | None:
    """ "more than 3 bedrooms": the number of the rows that is named right after what it is compared with."""
    numbers = p.entry(said.end).numbers
    total = p.mention(said.end) and not owned(p, i, said)
    if not numbers or total or p.before_of(said.end) - _JOINTS:
        return None
    if _of_others(p, i, numbers):
        return p.misplace(i)
    text = f"{said.bound.text} {p.at(said.end).text}"
    bound = replace(said.bound, text=text, dimensions=tuple(numbers))
    return keep(p, i, Said(bound=bound, end=said.end + 1))


def owned(p: Parser, i: int, said: Said | None = None) -> bool:
    """ "trades with more than 100 shares": each trade has so many, as it is one of their own numbers."""
    said = said or compared_with(p, i)
    homes = {model for model, _ in p.entry(said.end).numbers} if said else set()
    return bool(homes & set(rows_before(p, i)))


def surely_of_rows(p: Parser, i: int) -> bool:
    """ "revenue from deals over 100k": the rows are named beside a metric of another name."""
    k = _head(p, i)
    told = bool(p.before_of(k) & {"for", "of", "among", "from"}) and is_plural(p.at(k).text) and len(p.slots.mentions) > 1
    return told or (bool(p.slots.nouns) and p.slots.nouns[-1][0] == p.at(k).text)


def rows_before(p: Parser, i: int) -> tuple[str, ...]:
    """ "deals over 100k": the models of the rows that stand right before what they are compared with, and have numbers."""
    k = _head(p, i)
    if p.before_of(k) & _HOLDS and p.cut(k - 1):
        return ()  # "shops with orders over 5": so many of each shop
    mention = p.mention(k)
    metrics = [p.lexicon.registry.metrics[name] for name in mention.metrics] if mention else []
    counted = {metric.model for metric in metrics if metric.agg == "count"}
    return tuple(sorted((counted | set(p.entry(k).models)) & p.lexicon.numbered))


def stretch(p: Parser, i: int) -> str:
    """The unit of "nights", which is no unit of the language's own; or ""."""
    said = words(p.at(i).text) if p.at(i).kind == "unknown" and not p.before_of(i) else ()
    return STRETCHES.get(said[0], "") if len(said) == 1 else ""


def _equal(p: Parser, j: int) -> Said | None:
    """ "a quantity of 3", "quantity = 3"."""
    at = j + 1 if p.at(j).says("is", "eq") else j
    if p.at(at).kind != "number" or (at == j and not p.before_of(j) & _IS):
        return None
    return _said(p, at, [p.at(at)], "eq", at + 1)


def keep(p: Parser, i: int, said: Said) -> int:
    """Keep a condition on a number of the rows, said from `i` on: beside the one right before it, or instead of that."""
    instead = _is_or(p, i - 1)
    if instead and p.amount_end != i - 1:
        p.slots.misplaced.append(p.at(i - 1).text)  # "in the North or over $100": one of two kinds of conditions
    p.slots.amounts.append(replace(said.bound, either=instead and p.amount_end == i - 1))
    p.amount_end = said.end
    if _is_or(p, said.end) and not (compared_with(p, said.end + 1) or p.entry(said.end + 1).numbers):
        p.slots.misplaced.append(p.at(said.end).text)
    return said.end


def more_of_it(p: Parser, i: int) -> int | None:
    """ "over 20 and under 100", "under 20 or over 100": of the number that was named before it."""
    said = compared_with(p, i) if p.joined(i - 1) and p.slots.amounts and p.amount_end == i - 1 else None
    if said is None or p.mention(said.end) or p.entry(said.end).numbers:
        return None
    before = p.slots.amounts[-1]
    return keep(p, i, replace(said, bound=replace(said.bound, dimensions=before.dimensions, rows=before.rows)))


def _is_or(p: Parser, i: int) -> bool:
    return p.at(i).says("and") and p.at(i).text.casefold() == "or"


def _head(p: Parser, i: int) -> int:
    """What stands before "that are over …", "whose amount is …"."""
    k = i - 1
    while p.at(k).says("who", "not", "only"):
        k -= 1
    return k


def _is_total(p: Parser, i: int) -> bool:
    """Whether it is a metric that is compared: the only one, or one beside something else that is grouped."""
    mention: Mention | None = p.mention(i)
    if mention is None:
        return False
    alone = not any(p.mention(k) for k in range(len(p.tags)) if k != i)
    return alone or _of_others(p, i, p.entry(i).numbers)


def _of_others(p: Parser, i: int, numbers: Sequence[DimensionId]) -> bool:
    """Whether what stands before it is grouped, and not what the numbers are of: "shops with a quantity over 3"."""
    k = _head(p, i)
    cut = p.cut(k)
    homes = {model for model, _ in cut.dimensions} | set(p.entry(k).models) if cut else set()
    return bool(cut) and not homes & {model for model, _ in numbers}


def worth(p: Parser, i: int) -> int:
    """ "amount", "value": of a metric beside it; in a list, of what was counted before."""
    p.slots.worth.append(p.at(i).text)
    listed = p.joined(i - 1) or p.at(i - 1).text.casefold() == "their"
    p.slots.worth_of_counted |= listed and bool(p.slots.mentions)
    return i + 1
