"""Read what stands after "by", "per", "for each": what to cut by, what to rank by, or who did it.

A word after it that is none of these is misplaced, never dropped.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline import of_each, read_pairs
from anabot.agent.offline.counting import counts_rows
from anabot.agent.offline.parser import PLACES, Parser
from anabot.agent.offline.read_cuts import more_values, read_cuts
from anabot.agent.offline.read_numbers import rank_by
from anabot.agent.offline.read_values import ARTICLES, AUXILIARIES
from anabot.agent.offline.slots import Cut, Mention, Pick
from anabot.agent.offline.text import is_plural, is_verb, words

_ALL_OF = ARTICLES | {"combination", "combinations", "of"}


def by(p: Parser, i: int) -> int:
    """ "by region and month", "for each of the last 8 weeks", "top 5 … by sales"."""
    j = i + 1
    p.slots.broken_down |= p.at(i).text.casefold().startswith(("break", "broken"))
    while p.at(j).says("pick", "by"):
        j += 1
    when = p.at(j).when
    if when and when.count > 1:
        return of_each.stretches(p, i, j, when.unit)
    cut = p.cut(j) if p.before_of(j) <= _ALL_OF else None
    if p.at(i).text.casefold() in ("each", "every") and p.before[i] & AUXILIARIES:
        p.slots.every = True  # "how many orders did each shop get"
    if (end := _doers(p, i, j, cut) or _agent(p, i, j) or (None if cut else _headed_by(p, i, j))) is not None:
        return end
    if cut and not (p.slots.rank and p.mention(j) and not of_each.says(p, i)):
        return read_cuts(p, j, word=i)
    if p.slots.rank and (mention := p.mention(j)):
        rank_by(p, mention)
        return j + 1
    if p.slots.rank and (end := _by_some(p, j)) is not None:
        return end
    if p.slots.rank and p.slots.rank.mention is None and (found := _named_by_both(p, j)):
        p.slots.rank.mention = found
        return j + 1
    if p.at(i).text.casefold() in ("each", "for each") and cut is None and len(p.slots.picks) > 1 and _ends(p, i):
        p.slots.more = True  # "how many orders did A and B each get": side by side
        return i + 1
    return _by_no_dimension(p, i, j)


def _ends(p: Parser, i: int) -> bool:
    """ "how many orders did A and B each get", "…, with the number of orders for each." """
    return p.at(i).text.casefold() == "each" or p.at(i + 1).kind in ("stop", "comma")


def _by_some(p: Parser, j: int) -> int | None:
    """ "top 5 shops by number of online orders": what is ranked by is counted under a condition of its own."""
    at = j + 1 if p.at(j).says("count") else j
    values, mention = p.entry(at).values, p.mention(at + 1)
    if not values or mention is None or p.before_of(at) or p.before_of(at + 1) or p.slots.mentions:
        return None
    more_values(p, at, False, first=True)
    assert p.slots.rank, "something is ranked"
    rank_by(p, replace(mention, counted=at > j))
    return at + 2


def _doers(p: Parser, i: int, j: int, cut: Cut | None) -> int | None:
    """ "the number of visits by members on each plan": they are who did it, and the rows are by plan."""
    mention, end = p.mention(i - 1), j + cut.size if cut else j
    counted = mention and (mention.counted or p.at(i - 1).text.casefold().startswith(("number of", "count of")))
    theirs = p.at(end).says("by") and (p.before_of(end) or " " in p.at(end).text)
    models, said = p.entry(j).models, p.at(j).text
    if not (cut and counted and theirs and models and is_plural(said)) or p.at(i).text.casefold() != "by":
        return None
    p.slots.nouns.append((said, tuple(models)))
    return end


def _by_no_dimension(p: Parser, i: int, j: int) -> int:
    """ "by" and its like before anything else: a date, a value, a number."""
    if of_each.says(p, i) and p.slots.cuts and p.at(j).kind in ("stop", "comma") and not p.before_of(j):
        return j  # "the region, and the number of orders for each"
    across = p.at(i).text.casefold().startswith(("across", "for", "in", "each", "every"))
    moved = p.slots.rank and p.at(j).says("change", "pair", "pair_said")  # "top 5 … by growth in sales"
    if p.at(j).kind == "unknown" or moved or (across and (p.entry(j).values or p.at(j).when)):
        return j
    if p.mention(j) and p.slots.more:
        return j  # "is A bigger than B by sales"
    if p.mention(j) and p.at(i).text.casefold() == "per" and _per_row(p, j):
        return j + 1
    if (end := read_pairs.per(p, i, j)) is not None:
        return end
    if p.mention(j):
        p.slots.misplaced.append(f"{p.at(i).text} {p.at(j).text}")
        return j + 1
    return p.misplace(i)


def _per_row(p: Parser, j: int) -> bool:
    """ "average freight per shipment": an average is a row's anyway."""
    metrics, mention = p.lexicon.registry.metrics, p.mention(j)
    counted = metrics[mention.metrics[0]] if mention and len(mention.metrics) == 1 else None
    said = [metrics[name] for each in p.slots.mentions for name in each.metrics]
    return (
        bool(counted and said)
        and all(m.agg == "average" and counted and m.model == counted.model for m in said)
        and bool(counted and counts_rows(p.lexicon, counted))
    )


def _headed_by(p: Parser, i: int, j: int) -> int | None:
    """ "by type", where the registry says "admission type" and "payment type": which is meant shows with the metric."""
    if p.slots.rank or p.at(j).kind != "unknown" or p.at(i).text.casefold() not in ("by", "per"):
        return None
    homes = p.lexicon.headed.get(words(p.at(j).text)[-1:], [])
    if not homes:
        return None
    p.slots.cuts.append(Cut(text=p.at(j).text, dimensions=tuple(homes), headed=True))
    return read_cuts(p, j + 2) if p.joined(j + 1) and p.cut(j + 2) else j + 1


def _agent(p: Parser, i: int, j: int) -> int | None:
    """ "made by customers from X", "paid by X": after a verb, who did it; a value says which, and nothing is cut."""
    before = p.at(i - 1)
    done = before.says("verb") or (before.kind == "unknown" and is_verb(before.text.casefold()))
    if p.at(i).text.casefold() != "by":
        return None
    if p.entry(j).only_values and p.entry(j).values:
        return _of_value(p, more_values(p, j, False, first=True))
    truths = [value for value in p.entry(j).values if value[2] == "true"]
    if truths and p.entry(j + 1).models and not p.before_of(j + 1):  # "reviews by elite users"
        p.slots.picks.append(Pick(values=tuple(truths), text=p.at(j).text))
        p.slots.nouns.append((p.at(j + 1).text, tuple(p.entry(j + 1).models)))
        return j + 2
    if not done:
        return None
    models = p.entry(j).models
    placed = p.entry(j + 1).values and p.before_of(j + 1) & PLACES
    dated = p.at(j + 1).kind == "unknown" and is_verb(p.at(j + 1).text.casefold()) and bool(p.at(j + 2).when)
    if models and (placed or dated or p.at(j + 1).says("who")):
        p.slots.nouns.append((p.at(j).text, tuple(models)))
        return j + 1
    return None


def _of_value(p: Parser, end: int) -> int:
    """ "orders by gold customers": the noun only says whose value it is."""
    models = {model for model, _, _ in p.entry(end - 1).values} & set(p.entry(end).models)
    if not models or p.before_of(end) or not p.slots.mentions:
        return end
    p.slots.nouns.append((p.at(end).text, tuple(p.entry(end).models)))
    return end + 1


def _named_by_both(p: Parser, i: int) -> Mention | None:
    """ "top campaigns by spend": what is ranked and the word after "by" are together the name of a metric."""
    if not (p.at(i).kind == "unknown" or p.at(i).says("verb")) or not p.slots.cuts:
        return None
    found = p.lexicon.naming({*words(p.slots.cuts[-1].text), *words(p.at(i).text)})
    return Mention(metrics=(found[0],), text=p.at(i).text) if len(found) == 1 else None


def wise(p: Parser, i: int) -> int:
    """ "breakdown" needs something to cut by; "…, including their level" is a name that somebody cut short."""
    named = p.at(i).text.casefold() in ("level", "slice") and p.joined(i - 1)
    (p.slots.unknown if named else p.slots.wants_cut).append(p.at(i).text)
    return i + 1
