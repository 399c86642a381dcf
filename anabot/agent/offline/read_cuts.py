"""Read lists: what to cut by, and values that share one negation. Shared by the readers of names and of ranks."""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline import of_each
from anabot.agent.offline.lexicon import DimensionId, ValueId
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Cut, Pick
from anabot.agent.offline.text import is_plural

_IS_NOT = {"is not", "are not", "not", "non", "!="}
_IN = {"in", "from", "within", "with", "at"}
_TOLD = {"is", "are", "was", "were", "had", "has", "have"}
_COPULA = {"is", "are", "was", "were", "the"}


def read_cuts(p: Parser, i: int, *, word: int | None = None) -> int:
    """A list of cuts, from the one at `i`; `word` is where the "by" before it stands, where there is one."""
    before = list(p.slots.cuts)
    while (cut := p.cut(i)) is not None:
        known = len(p.slots.picks)
        end = value_beside_dimension(p, i)
        if end is not None:
            if len(p.slots.picks) > known + 1:
                p.slots.cuts.append(cut)  # "by region (North, Isles)" is by region, of those two
            elif p.at(i + 1).says("not") and p.at(i + 1).text.casefold() not in _IS_NOT:
                p.slots.cuts.append(cut)  # "by region without LATAM" is still by region
            return end
        p.slots.cuts.append(cut)
        of_each.note(p, word, cut, before)
        i += cut.size
        if p.at(i).says("wise"):
            i += 1
        j = i
        while p.joined(j) or p.at(j).says("by", "pick"):
            j += 1
        if j > i and word is not None and (whole := _whole_number(p, j)):
            p.slots.cuts.append(whole)  # "per genre and season", where seasons are numbers of the rows
            return j + 1
        if j == i or p.cut(j) is None or p.before_of(j) & {"for", "from", "in"}:
            return i
        if (again := next((k for k in range(i, j) if p.at(k).says("by")), None)) is not None:
            word, before = again, list(p.slots.cuts)
        i = j
    return i


def _whole_number(p: Parser, j: int) -> Cut | None:
    """A whole number of the rows that no metric has as its name: it is cut by in a list of cuts, and no total beside them."""
    entry, models = p.entry(j), p.lexicon.registry.models
    if entry.dimensions or entry.metrics or entry.term or p.before_of(j) or is_plural(p.at(j).text):
        return None
    whole = [(m, d) for m, d in entry.numbers if models[m].dimensions[d].data_type.startswith(("int", "bigint"))]
    return Cut(text=p.at(j).text, dimensions=tuple(whole)) if whole else None


def value_beside_dimension(p: Parser, i: int, negated: bool = False) -> int | None:
    """ "region LATAM", "region is not LATAM", "LATAM region", "level 3"."""
    dimensions = p.entry(i).dimensions
    if dimensions:
        j = i + 1
        while p.at(j).says("is", "not"):
            negated ^= p.at(j).says("not")
            j += 1
        found = values_at(p, j, dimensions)
        if not found or p.before_of(j) - _joining(p, i) or (_apart(p, i + 1, j) and not _spelled(p, j, found)):
            return None
        told = bool(p.before[i] & _TOLD)  # "what share was grade A"
        p.slots.picks.append(Pick(values=found, text=p.at(j).text, negated=negated, beside=tuple(dimensions), told=told))
        return more_values(p, j + 1, negated)
    beside = tuple(p.entry(i + 1).dimensions)
    own = tuple(v for v in p.entry(i).values if v[:2] in beside)
    if not own or p.before[i + 1]:
        return None
    p.slots.picks.append(Pick(values=own, text=p.at(i).text, negated=negated, beside=beside))
    return i + 2


def _joining(p: Parser, i: int) -> set[str]:
    """The light words that may stand between a dimension and its value: "in the region of LATAM" is in LATAM."""
    return _COPULA | ({"of"} if p.before[i] & _IN and not is_plural(p.at(i).text) else set())


def _apart(p: Parser, start: int, end: int) -> bool:
    """Whether more than "is" or "is not" stands between a dimension and a value: "by region without the North"."""
    return any(p.at(k).says("not") and p.at(k).text.casefold() not in _IS_NOT for k in range(start, end))


def _spelled(p: Parser, i: int, found: Sequence[ValueId]) -> bool:
    """Whether one of these values is spelled as said, or none is anywhere: else another dimension's is meant."""
    said = p.at(i).text.casefold()
    exact = {value for value in p.entry(i).values if value[2].casefold() == said}
    return not exact or not exact.isdisjoint(found)


def values_at(p: Parser, i: int, dimensions: Sequence[DimensionId]) -> tuple[ValueId, ...]:
    """The values of these dimensions that the phrase at `i` names; a bare number may be one here."""
    tag = p.at(i)
    if tag.kind == "name":
        return tuple(v for v in p.entry(i).values if v[:2] in dimensions)
    if tag.kind not in ("number", "date"):
        return ()
    spelled = tag.text.casefold()
    known = p.lexicon.values.by_dimension
    return tuple((*where, value) for where in dimensions for value in known.get(where, ()) if value.casefold() == spelled)


def of_both(p: Parser, i: int) -> bool:
    """Whether the list that the value at `i` goes on with is what is asked of: "density of A and B", not "for A and B"."""
    while p.joined(i - 1) or p.entry(i - 1).values:
        i -= 1
    return "of" in p.before_of(i)


def more_values(p: Parser, i: int, negated: bool, *, first: bool = False) -> int:
    """The values of one list share its negation: "excluding X, Y and Z"."""
    while True:
        j = i
        while not first and p.joined(j):
            j += 1
        entry = p.entry(j)
        if (j == i and not first) or not entry.values or (not first and (p.before[j] or _begins_anew(p, j))):
            return i
        both = p.at(j - 1).text.casefold() == "and" and not first and of_both(p, j)
        p.slots.picks.append(Pick(values=tuple(entry.values), text=p.at(j).text, negated=negated, listed=not first, both=both))
        i, first = j + 1, False


def _begins_anew(p: Parser, i: int) -> bool:
    """Whether a value is also what is asked for; not where the list before it holds values of the same dimension."""
    homes = {value[:2] for value in p.slots.picks[-1].values} if p.slots.picks else set()
    return p.mention(i) is not None and not homes & {value[:2] for value in p.entry(i).values}


def things_at(p: Parser, i: int) -> list[str]:
    """The models whose rows the name at `i` may mean: those called so, or those that a dimension of that name describes."""
    entry = p.entry(i)
    return entry.models or list(dict.fromkeys(model for model, _ in entry.dimensions))
