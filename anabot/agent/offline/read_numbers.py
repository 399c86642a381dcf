"""Read the numbers of a clause: bounds on a metric, top so many, and the order of rows. A number with no role is unknown."""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline import of_each, read_extremes
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.read_amounts import (
    STRETCHES,
    compared_with,
    keep,
    more_of_it,
    of_rows,
    rows_before,
    stretch,
    surely_of_rows,
)
from anabot.agent.offline.read_cuts import more_values, read_cuts
from anabot.agent.offline.slots import Bound, BoundOp, Mention, Rank
from anabot.agent.offline.text import is_plural, is_verb, words

_AUXILIARIES = {"did", "do", "does"}  # "how many deals over $5,000 did customers make"
_MOST_ROWS = 1_000


def number(p: Parser, i: int) -> int:
    """ "the 5 largest customers", "5 or more deals"."""
    amount, following = p.at(i).number, p.at(i + 1)
    if amount is not None and following.says("top") and amount == amount.to_integral_value():
        return rank_from(p, i + 1, int(amount))
    if amount is not None and following.says("ge", "le") and following.text.casefold().startswith(("or", "and")):
        mention = p.mention(i + 2)
        op: BoundOp = "ge" if following.op == "ge" else "le"
        percent = p.at(i).sign == "%"
        p.slots.bounds.append(Bound(op=op, numbers=(amount,), text=p.at(i).text, mention=mention, percent=percent))
        return i + (3 if mention else 2)
    p.slots.unknown.append(p.at(i).text)
    return i + 1


def bound(p: Parser, i: int, dropped: bool = False) -> int:
    """ "over 5 million", "under 5 deals", "between 10 and 20 %": on the number beside it, else on the only metric."""
    said = compared_with(p, i)
    if said is None:
        return _not_a_bound(p, i)
    if (after := more_of_it(p, i) or of_rows(p, i, said)) is not None:
        return after
    end, found = said.end, said.bound
    mention = None if p.before_of(end) & _AUXILIARIES else p.mention(end)
    before = p.mention(i - 1) if i - 1 != p.pair_end else None
    if before and mention and p.before[i] & {"is", "was", "are", "were"} and before.metrics != mention.metrics:
        if not set(words(p.at(end).text)) <= set(STRETCHES):
            return p.misplace(i)
        mention, end = None, end + 1  # "the average stay was over 4 nights"
    rows = rows_before(p, i) if mention is None else ()
    if rows and not found.measure and (unit := stretch(p, end)):
        found, end = replace(found, measure=unit), end + 1  # "stays longer than 3 nights"
    text = " ".join(tag.text for tag in p.tags[i : end + bool(mention)])
    found = replace(found, text=text, mention=mention or before, dropped=dropped, rows=rows)
    counted = before and before.counted and not mention
    if counted and not rows:
        return p.misplace(i)  # "how many deals over 100k" is about each deal, not about how many there are
    if counted or (rows and surely_of_rows(p, i)):
        return keep(p, i, replace(said, bound=replace(found, mention=None), end=end))
    p.slots.bounds.append(found)
    return end + 1 if mention else end


def _not_a_bound(p: Parser, i: int) -> int:
    """ "over the last quarter" is a preposition; "higher than last month" compares."""
    tag, following = p.at(i), p.at(i + 1)
    if following.when and tag.text.casefold() == "over":
        return i + 1
    if p.entry(i + 1).values and tag.text.casefold() == "under":
        return more_values(p, i + 1, False, first=True)  # "trips under Capt Kestrel"
    if p.entry(i + 1).values and tag.text.casefold().endswith("than") and p.slots.picks:
        p.slots.more = True  # "is A bigger than B"
        return i + 1
    if following.when and tag.text.casefold().endswith("than"):
        p.slots.against = following.when
        return i + 2
    return p.misplace(i)


def rank(p: Parser, i: int) -> int:
    """ "top 5 customers", "highest", "the worst regions"."""
    p.slots.one |= _one_with(p, i)
    count = p.at(i + 1).number if p.at(i + 1).kind == "number" else None
    if count is not None and count == count.to_integral_value() and count >= 1:
        if p.slots.rank and p.slots.rank.count is None and p.cut(i + 2) is None and p.at(i).text.casefold() in ("top", "bottom"):
            p.slots.rank.count, p.slots.rank.single = int(count), False  # "most borrowed titles, top 5"
            return i + 2
        return rank_from(p, i, int(count), skip=1)
    return rank_from(p, i, None)


def _one_with(p: Parser, i: int) -> bool:
    """ "return the region with the highest sales": one of them, and not all in that order."""
    cut = p.cut(i - 1)
    asked = cut is not None and bool(cut.dimensions) and p.at(i - 1).kind == "name" and not is_plural(p.at(i - 1).text)
    return asked and {"with", "the"} <= p.before_of(i) and not p.at(i - 2).says("by", "wise", "and")


def rank_from(p: Parser, i: int, count: int | None, *, skip: int = 0, single: bool = False) -> int:
    """The rank whose word stands at `i`: what is ranked, and by which metric when one follows."""
    tag, j = p.at(i), i + 1 + skip
    if skip and p.at(j).says("top") and p.at(j).text.casefold().startswith(("best", "worst")):
        j += 1  # "top 5 best selling models"
    if count is None and not single and (found := read_extremes.of_rows(p, i, j) or read_extremes.of_things(p, i, j)):
        return found
    extreme = tag.text.casefold() in ("max", "maximum", "min", "minimum")  # of each group's own rows, or of the groups?
    if p.slots.rank or (extreme and count is None and not (single or p.slots.one)):
        return p.misplace(i)
    single |= p.slots.one and count is None
    count, single = (p.slots.several, False) if count is None and p.slots.several else (count, single)
    if count is None and (one := _greatest(p, i, j)):
        p.slots.mentions.append(one)
        return j + 2
    ranked = p.slots.rank = Rank(direction=tag.detail, text=tag.text, count=count, single=single)
    names_first = count is not None or tag.text.casefold() in ("top", "bottom")
    cut, mention = p.cut(j), p.mention(j)
    if cut and not mention and not names_first and p.slots.one and p.slots.cuts:
        return _counted_things(p, j)
    ranked.single |= count is None and p.at(j).says("grain") and not names_first  # "the highest daily revenue"
    if cut and (names_first or not mention):
        of_each.beside(p, i, cut)
        ranked.single |= count is None and p.at(j).kind in ("name", "unit") and not is_plural(p.at(j).text)
        return read_cuts(p, j)
    if mention is None and p.at(j).kind == "unknown" and len(named := _named_by_deed(p, j)) == 1:
        mention = Mention(metrics=(named[0],), text=p.at(j).text)  # "the most delayed vessels"
    if mention:
        ranked.mention, ranked.cut = mention, cut
        verbal = is_verb(p.at(j).text.casefold()) and p.cut(j + 1) and not p.before_of(j + 1)
        ranked.single |= bool(verbal) and count is None and not is_plural(p.at(j + 1).text)
        return read_cuts(p, j + 1) if verbal else j + 1
    return j


def _named_by_deed(p: Parser, j: int) -> list[str]:
    """ "the most delayed vessels", "the most treated patients": by how many delays, or treatments, each has."""
    return p.lexicon.alone(p.at(j).text) or p.lexicon.deed(p.at(j).text)


def rank_by(p: Parser, mention: Mention) -> None:
    """ "largest customer by sales": what is ranked was a number, too, until the one to rank by was named."""
    rank = p.slots.rank
    assert rank, "something is ranked"
    before, rank.mention = rank.mention, mention
    if before is None or before.metrics == mention.metrics:
        return
    if rank.cut is None:
        p.slots.misplaced.append(before.text)
        return
    p.slots.cuts.insert(0, rank.cut)
    rank.single |= rank.count is None and not is_plural(rank.cut.text)


def _counted_things(p: Parser, j: int) -> int:
    """ "which branch lent the most books": what is counted there, by the metric that the clause names, and no further cut."""
    if not p.slots.mentions or not p.entry(j).models:
        return p.misplace(j)
    p.slots.nouns.append((p.at(j).text, tuple(p.entry(j).models)))
    return j + 1


def more(p: Parser, i: int) -> int:
    """ "which had more orders, A or B", "more orders or gifts": what stands side by side, the largest first."""
    if not p.mention(i + 1) or p.before_of(i + 1):
        p.slots.unknown.append(p.at(i).text)
    p.slots.more = True
    return i + 1


def _greatest(p: Parser, i: int, j: int) -> Mention | None:
    """ "lowest daily close price": of prices that are one a day, where the registry has their least but no price of that name."""
    entry = p.entry(j + 1)
    if not p.at(j).says("grain") or entry.metrics or entry.term or p.before_of(j + 1):
        return None
    key = next((each for each, found in p.lexicon.entries.items() if found is entry), ())
    named = p.lexicon.entries.get((*words(p.at(i).text), *key)) if key else None
    return Mention(metrics=tuple(named.metrics), text=p.at(j + 1).text) if named and named.metrics else None


def sort(p: Parser, i: int) -> int:
    """ "sorted by sales", "order by the number of orders"."""
    first = p.cut(i + 1) if i == 0 else None
    if first and p.at(1 + first.size).says("by"):
        return i + 1  # "rank the products by orders"
    i += p.at(i).text.casefold().endswith("by") and p.at(i + 1).says("count")
    mention, cut = p.mention(i + 1), p.cut(i + 1)
    if p.at(i).says("count") or p.at(i).text.casefold().endswith(("by", "of")):
        by = mention or cut
        if by is None and p.at(i + 1).says("pair", "pair_said"):
            p.slots.direction = p.slots.direction or "desc"
            return i + 1
        if by is None and p.entry(i + 1).only_values and p.entry(i + 1).values and _only_mention(p, i + 2):
            end = more_values(p, i + 1, False, first=True)
            p.slots.sort = (p.mention(i + 2) or Mention(metrics=(), text=""), True)
            return end + 1
        if by is None:
            return i + 1 if p.at(i + 1).kind == "unknown" else p.misplace(i)
        p.slots.sort = (by, isinstance(by, Mention))
        return i + 2
    return i + 1 if p.at(i + 1).says("direction") else p.misplace(i)


def _only_mention(p: Parser, i: int) -> bool:
    """ "ranked by number of online orders": nothing but that is counted, so that all of it is online."""
    return [k for k in range(len(p.tags)) if p.mention(k)] == [i] and not p.before_of(i)


def resize(p: Parser, i: int) -> int:
    """ "make it 10": as many rows of what the thread shows."""
    count = p.at(i + 1).number if p.at(i + 1).kind == "number" else None
    if count is None or count != count.to_integral_value() or not 1 <= count <= _MOST_ROWS:
        return p.misplace(i)
    p.slots.resize = int(count)
    return i + 2


def direction(p: Parser, i: int) -> int:
    """ "from lowest to highest"."""
    p.slots.direction = p.at(i).detail
    p.slots.ascending |= "asc" in p.at(i).text.casefold()
    mention, cut = p.mention(i + 1), p.cut(i + 1)
    if mention is None and cut and p.before_of(i + 1) & {"of"} and not p.slots.sort:
        p.slots.sort = (cut, p.at(i).detail == "desc")  # "in ascending order of week"
        return i + 1 + cut.size
    if mention is None or p.before_of(i + 1) - {"the"} or p.slots.sort:
        return i + 1
    p.slots.sort = (mention, p.at(i).detail == "desc")
    return i + 2
