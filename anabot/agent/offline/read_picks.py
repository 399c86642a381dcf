"""Read what is asked for at the head: "which regions", "all skills", "the 5 regions with …", "how many distinct customers".

A thing that nobody counts is named back where its number is asked for, and never listed instead.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline.parser import Parser
from anabot.agent.offline.read_cuts import read_cuts, values_at
from anabot.agent.offline.read_numbers import number, rank_from
from anabot.agent.offline.slots import Bound, Mention
from anabot.agent.offline.text import is_plural

_OF_MANY = {"have", "are", "were", "do", "did"}  # "which of these shops have …"
_APART = ("distinct", "unique", "different")


def pick(p: Parser, i: int) -> int:
    """ "which region", "the right skills", "all regions"; "how many distinct customers" only counts them."""
    if p.at(i).text.casefold() in _APART and (counted := _counted_apart(p, i)):
        p.slots.mentions.append(counted)
        return i + 2
    if p.at(i).text.casefold() in _APART and _asks_how_many(p, i) and p.at(i + 1).kind == "name":
        p.slots.misplaced.append(f"{p.at(i).text} {p.at(i + 1).text}")  # what nobody counts is not listed either
        return i + 2
    if p.at(i + 1).kind == "number" and (end := _several(p, i + 1)) is not None:
        return end
    if p.at(i).text.casefold() in _APART and _told_apart(p, i + 1):
        return i + 1
    if (
        p.cut(i + 1)
        and p.at(i + 1).kind in ("name", "unit")
        and not p.at(i + 2).says("is")
        and not values_at(p, i + 2, p.entry(i + 1).dimensions)
    ):
        single = p.at(i).text.casefold() == "which" and not is_plural(p.at(i + 1).text)
        single |= p.at(i).text.casefold().startswith("which of") and not p.before_of(i + 2) & _OF_MANY
        before = len(p.slots.cuts)
        end = read_cuts(p, i + 1)
        p.slots.sought += p.slots.cuts[before:] if p.at(i).text.casefold().startswith("which") else []
        p.slots.these += [p.at(i).text] if p.at(i).text.casefold().endswith(("these", "those")) else []
        p.slots.one |= single
        p.slots.which = True
        if single and p.at(end).says("top") and p.at(end + 1).kind != "number":
            return rank_from(p, end, None, single=True)
        return end
    if p.at(i).text.casefold().startswith("which of"):
        return p.misplace(i)
    if p.at(i).text.casefold() in ("which", "all"):
        if p.at(i).text.casefold() == "which" and p.mention(i + 1):
            p.slots.things = p.at(i + 1).text
        return i + 1
    return p.misplace(i)


def _told_apart(p: Parser, i: int) -> bool:
    """ "distinct customers", where the metric counts each of them once anyway."""
    mention = p.mention(i)
    return bool(mention) and all(
        p.lexicon.registry.metrics[m].agg == "count_distinct" for m in (mention.metrics if mention else ())
    )


def _counted_apart(p: Parser, i: int) -> Mention | None:
    """The metric that counts what stands after "how many distinct", "number of unique"."""
    found = p.mention(i + 1) if _asks_how_many(p, i) else None
    return replace(found, counted=True) if found else None


def _asks_how_many(p: Parser, i: int) -> bool:
    return {"how", "many"} <= p.before_of(i) or p.at(i - 1).says("count")


def _several(p: Parser, i: int) -> int | None:
    """ "which five regions had the lowest …", "the 5 regions with the most …": how many, before it is said by what."""
    count, j = p.at(i).number, i + 1
    if p.at(j).says("pick") and p.at(j).text.casefold() in ("distinct", "unique", "different"):
        j += 1  # "which 3 distinct stocks": rows of a group are
    if count is None or count != count.to_integral_value() or p.cut(j) is None or p.slots.rank:
        return None
    if not any(p.ranks(k) for k in range(j + 1, len(p.tags))):
        return None
    p.slots.several = int(count)
    return read_cuts(p, j)


def several(p: Parser, i: int) -> int:
    """A number at the head of a list: see `_several`; any other is read as a number."""
    end = _several(p, i)
    end = _of_so_many(p, i) if end is None else end
    return number(p, i) if end is None else end


def _of_so_many(p: Parser, i: int) -> int | None:
    """ "5-star hotels", "3 bedroom homes": those whose own number of that name is just so much."""
    amount, noun, metrics = p.at(i).number, p.entry(i + 2), p.lexicon.registry.metrics
    beside = p.at(i + 2).kind == "name" and not p.before_of(i + 2) and not p.before_of(i + 1)
    counted = [name for name in dict.fromkeys((*noun.metrics, *noun.counted)) if metrics[name].agg == "count"]
    models = {*noun.models, *(model for model, _ in noun.dimensions), *(metrics[name].model for name in counted)}
    homes = tuple(home for home in p.entry(i + 1).numbers if home[0] in models)
    if amount is None or not homes or p.entry(i + 1).metrics or is_plural(p.at(i + 1).text) or not beside:
        return None
    text, said = f"{p.at(i).text} {p.at(i + 1).text}", p.at(i + 2).text
    p.slots.amounts.append(Bound(op="eq", numbers=(amount,), text=text, dimensions=homes))
    if not _asks_how_many(p, i) and any(p.mention(k) for k in range(len(p.tags)) if k != i + 2):
        p.slots.nouns.append((said, tuple(sorted(models))))
    elif len(counted) == 1:
        p.slots.mentions.append(Mention(metrics=(counted[0],), text=said, counted=True))
    else:
        p.slots.misplaced.append(said)
    return i + 3
