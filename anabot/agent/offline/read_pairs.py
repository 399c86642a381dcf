"""Read a number that is made of two: "the difference between A and B", "A minus B", "A per B", "A as a share of B".

Pure. Both sides must be metrics that the asker may use; anything else leaves the words in a place where they mean nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline.parser import PLACES, Parser
from anabot.agent.offline.read_cuts import read_cuts
from anabot.agent.offline.slots import Mention, Op, Pair
from anabot.agent.offline.text import words

_ASIDE = ("count", "summed")
_DONE = {"is", "are", "was", "were"}


def between(p: Parser, i: int) -> int:
    """ "the difference between A and B", "the ratio of A to B": `detail` is the operation, and `up` where it runs up to B."""
    op, _, upwards = p.at(i).detail.partition(" ")
    p.slots.asks = p.asks_how
    if end := _same_sides(p, i + 1):
        return end
    found = _two_ends(p, i) or _two_sides(p, i + 1)
    if found is None:
        return _at_two_times(p, i) if op == "minus" else p.misplace(i)
    left, right, end = found
    if op == "minus" and (upwards or _runs_up(p, left, right)):
        left, right = right, left
    return _paired(p, "per" if op == "per" else "minus", left, right, end)


def _same_sides(p: Parser, i: int) -> int:
    """ "… I want the difference between the low and the high": after their pair, where it ends; 0 where it is another one."""
    pair = p.slots.pair
    if pair is None or not p.joined(i + 1):
        return 0
    sides = [set(words(each.text)) for each in (pair.left, pair.right)]
    said = [set(words(p.at(k).text)) for k in (i, i + 2)]
    same = any(all(part and part <= side for part, side in zip(said, each, strict=True)) for each in (sides, sides[::-1]))
    return i + 3 if same else 0


def _at_two_times(p: Parser, i: int) -> int:
    """ "the difference in sales between June and July": of one number, how much it changed."""
    dated = p.at(i + 2).when
    if p.mention(i + 1) is None or dated is None or not dated.ends:
        return p.misplace(i)
    p.slots.change = True
    return i + 1


def again(p: Parser, i: int) -> int:
    """ "sales, cost and the difference", "ordered by the difference": of the two that are named."""
    p.slots.pair_said.append(p.at(i).text)
    return i + 1


def said_again(p: Parser, i: int) -> bool:
    """ "… Return the shop and the price change": after a pair of prices, the change is that of the pair."""
    pair, noun = p.slots.pair, p.at(i - 1)
    said = set(words(noun.text))
    if pair is None or i - 1 <= p.pair_end or p.before[i] or not said <= set(words(pair.left.text)) & set(words(pair.right.text)):
        return False
    p.slots.mentions = [each for each in p.slots.mentions if each.text != noun.text]
    p.slots.unknown = [word for word in p.slots.unknown if word != noun.text]
    return True


def minus(p: Parser, i: int) -> int | None:
    """ "sales minus refunds"; None where it leaves out a value."""
    left, right = p.mention(i - 1), _side(p, i + 1)
    if left is None or right is None or p.before[i] or (p.entry(i + 1).values and not p.entry(i + 1).metrics):
        return None
    return _paired(p, "minus", left, right[0], right[1])


def less(p: Parser, i: int) -> int:
    """ "sales less refunds"; the word alone is none that anybody knows."""
    end = minus(p, i)
    if end is None:
        p.slots.unknown.append(p.at(i).text)
    return i + 1 if end is None else end


def per(p: Parser, i: int, j: int) -> int | None:
    """ "sales per order", where an order is counted and nothing to cut by; None for any other "by"."""
    left = p.mention(i - 1)
    right = p.mention(j) or _ordered_by(p, j)
    if left is None or right is None or p.at(i).text.casefold() not in ("per", "divided by", "for each", "for every"):
        return None
    end = _paired(p, "per", left, right, j + 1)
    return read_cuts(p, end) if p.at(j).says("sort") and p.cut(end) else end


def part(p: Parser, i: int) -> int:
    """ "refunds as a share of sales", "what share of sales was refunds"; any other share is one of a total."""
    left, right = p.mention(i - 1), _side(p, i + 1)
    of_other = "as" in p.before[i] or (p.at(i).text.casefold().startswith("as ") and "of" in p.before_of(i + 1))
    if left and right and of_other:
        return _paired(p, "share_of", left, right[0], right[1])
    later = _side(p, right[1]) if right else None
    if right and later and p.before_of(right[1]) & _DONE and not p.before_of(right[1]) & PLACES:  # "were for customers in …"
        p.slots.mentions.append(later[0])
        return _paired(p, "share_of", later[0], right[0], later[1])
    if of_other and p.entry(i + 1).values and not right:
        return p.misplace(i)  # "refunds as a percentage of payments", which are two kinds of one number
    said = p.at(i).text.casefold()
    p.slots.share, p.slots.of_total = True, "total" in said or said.startswith(("as ", "with "))
    return i + 1


def _ordered_by(p: Parser, j: int) -> Mention | None:
    """ "sales per order by region", where "order by" is no way to sort."""
    head, _, by = p.at(j).text.casefold().partition(" ")
    return _named(p, words(head)) if p.at(j).says("sort") and by == "by" else None


def _paired(p: Parser, op: Op, left: Mention, right: Mention, end: int) -> int:
    """The pair, shown with its two sides; what was to be ranked or sorted by its left side alone is so by the pair."""
    if p.slots.pair is not None:
        return p.misplace(end - 1)
    p.slots.pair, p.pair_end = Pair(op=op, left=left, right=right), end - 1
    p.slots.mentions += [each for each in (left, right) if each not in p.slots.mentions]
    if p.slots.rank and p.slots.rank.mention == left:
        p.slots.rank.mention = None
    if p.slots.sort and p.slots.sort[0] == left:
        p.slots.sort, p.slots.direction = None, p.slots.direction or "desc"
    return end


def _side(p: Parser, i: int) -> tuple[Mention, int] | None:
    while p.at(i).says(*_ASIDE):
        i += 1
    found = p.mention(i)
    return (found, i + 1) if found else None


def _two_sides(p: Parser, i: int) -> tuple[Mention, Mention, int] | None:
    """ "A and B", "A to B"; "the low and the high price" names its noun once."""
    left = _side(p, i)
    k = left[1] if left else i + 1
    if not (p.joined(k) or "to" in p.before_of(k)):
        return None
    right = _side(p, k + 1 if p.joined(k) else k)
    if right is None:
        return None
    noun = words(p.at(right[1] - 1).text)[1:]
    short = _named(p, (*words(p.at(i).text), *noun)) if noun and k == i + 1 else None
    first = short or (left[0] if left else None)
    return (first, right[0], right[1]) if first else None


def _two_ends(p: Parser, i: int) -> tuple[Mention, Mention, int] | None:
    """ "the price change between the low and the high": what both are ends of stands before, perhaps as "the highest price"."""
    before = p.at(i - 1)
    noun = words(before.text)[1 if p.ranks(i - 1) else 0 :]
    if p.before[i] or not noun or before.kind not in ("name", "unknown") or not p.joined(i + 2):
        return None
    low, high = (_named(p, (*words(p.at(k).text), *noun)) for k in (i + 1, i + 3))
    if low is None or high is None:
        return None
    if before.text in p.slots.unknown:
        p.slots.unknown.remove(before.text)
    p.slots.mentions = [each for each in p.slots.mentions if each.text != before.text]
    if p.slots.rank and p.slots.rank.mention and p.slots.rank.mention.text == before.text:
        p.slots.rank.mention = None
    return low, high, i + 4


def _named(p: Parser, key: Sequence[str]) -> Mention | None:
    entry = p.lexicon.entries.get(tuple(key))
    found = (entry.metrics or entry.both) if entry else []
    return Mention(metrics=tuple(found), text=" ".join(key)) if found else None


def _runs_up(p: Parser, left: Mention, right: Mention) -> bool:
    """ "between the low and the high": from the least up to the greatest."""
    metrics = p.lexicon.registry.metrics
    return all(metrics[name].agg == "min" for name in left.metrics) and all(metrics[name].agg == "max" for name in right.metrics)
