"""Read conditions on the letters of a name: "whose name starts with J or contains X", "with 'M5' in its code".

The dimension stands before the letters, or after "in its". Where none does, the phrase is unknown and never passed over.
"""

from __future__ import annotations

from anabot.agent.offline.lexicon import DimensionId
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Cut, Letter, Match
from anabot.agent.offline.tagging import Tag
from anabot.agent.offline.text import words
from anabot.agent.offline.things import called

_NAME = ("name", "names")


def described(p: Parser, i: int) -> int | None:
    """ "state ending with A", "tier that does not contain X": a dimension right before its letters."""
    cut = p.cut(i)
    if cut is None or not cut.dimensions:
        return None
    end, negated = _until(p, i + cut.size)
    if not _follows(p, end) or (_is_or(p, i - 1) and not p.slots.matches):
        return None
    return _keep(p, end, cut, negated)


def match(p: Parser, i: int) -> int:
    """Letters after "name", after other letters of the same name, or before the dimension they are in."""
    negated = p.at(i - 1).says("not")
    if p.at(i).sign == "after":
        cut = _cut_after(p, i + 1)
        return _keep(p, i, cut, negated, size=cut.size) if cut else _not_read(p, i)
    if p.joined(i - 1) and p.at(i - 2).says("match") and p.slots.matches:
        return _keep(p, i, p.slots.matches[-1].cut, False)
    found = _name_before(p, i) or _cut_before(p, i)
    return _keep(p, i, found, negated) if found else _not_read(p, i)


def _not_read(p: Parser, i: int) -> int:
    p.slots.unknown.append(p.at(i).text)
    return i + 1


def _until(p: Parser, i: int) -> tuple[int, bool]:
    negated = False
    while p.at(i).says("who", "not"):
        negated ^= p.at(i).says("not")
        i += 1
    return i, negated


def _follows(p: Parser, i: int) -> bool:
    return p.at(i).says("match") and p.at(i).sign != "after"


def _keep(p: Parser, i: int, cut: Cut, negated: bool, *, size: int = 0) -> int:
    """Keep what is said at `i` of the dimension; the index after it, and after `size` phrases more that name it."""
    tag, before = p.at(i), p.slots.matches
    alone = not before and (tag.text.casefold().startswith("or ") or _after_a_value(p, i))
    if _of_another(p, tag, cut) or alone:
        return _not_read(p, i)
    op: Letter = "starts_with" if tag.detail == "starts_with" else "ends_with" if tag.detail == "ends_with" else "contains"
    before.append(Match(op=op, letters=tag.letters, cut=cut, negated=negated, either=bool(before) and _or_before(p, i)))
    end = i + 1 + size
    if _is_or(p, end) and not any(each.says("match") for each in p.tags[end + 1 : end + 4]):
        p.slots.misplaced.append(p.at(end).text)  # "or in the North": one of two kinds of conditions
    return end


def _after_a_value(p: Parser, i: int) -> bool:
    """ "in the North, or with 'X' in its name": either of two kinds of conditions."""
    picked = {pick.text for pick in p.slots.picks}
    last = max((k for k in range(i) if p.at(k).text in picked), default=i)
    return any(_is_or(p, k) for k in range(last + 1, i))


def _is_or(p: Parser, i: int) -> bool:
    return p.at(i).says("and") and p.at(i).text.casefold() == "or"


def _of_another(p: Parser, tag: Tag, cut: Cut) -> bool:
    """ "shops containing bread": without quotes, a value of something else is hardly meant by its letters."""
    entry = p.lexicon.entries.get(words(tag.letters))
    known = bool(entry and entry.values and tag.op == "match" and tag.detail == "contains" and not tag.sign)
    return known and entry is not None and not {value[:2] for value in entry.values} & set(cut.dimensions)


def _or_before(p: Parser, i: int) -> bool:
    """Whether "or" stands between these letters and those before them, with nothing but their names between."""
    if p.at(i).text.casefold().startswith("or "):
        return True
    earlier = [k for k in range(i) if p.at(k).says("match")]
    between = p.tags[earlier[-1] + 1 : i] if earlier else []
    return any(tag.says("and") and tag.text.casefold() == "or" for tag in between)


def _cut_after(p: Parser, i: int) -> Cut | None:
    cut = p.cut(i)
    if cut and cut.dimensions:
        return cut
    homes = _names_of_things(p, i) if p.at(i).kind == "unknown" and p.at(i).text.casefold() in _NAME else []
    return Cut(text=p.at(i).text, dimensions=tuple(homes)) if homes else None


def _name_before(p: Parser, i: int) -> Cut | None:
    """ "customers whose name starts with J": what those are called that were named last."""
    k = i - 1
    while p.at(k).says("who", "not"):
        k -= 1
    word = p.at(k).text
    if word.casefold() not in _NAME or word not in p.slots.unknown or not (homes := _names_of_things(p, k)):
        return None
    p.slots.unknown.remove(word)
    return Cut(text=word, dimensions=tuple(homes))


def _cut_before(p: Parser, i: int) -> Cut | None:
    """ "which shops starting with H": what the rows are cut by."""
    k = i - 1
    while p.at(k).says("who", "not"):
        k -= 1
    return next((cut for cut in p.slots.cuts if cut.dimensions and cut.text == p.at(k).text), None)


def _names_of_things(p: Parser, i: int) -> list[DimensionId]:
    for k in range(i - 1, -1, -1):
        if homes := [home for model in p.entry(k).models for home in called(p.lexicon, model)]:
            return homes
        if len(p.entry(k).dimensions) == 1:
            return p.entry(k).dimensions  # "restaurants", where that is another word for their name
    return []
