"""Read "the highest order amount for each shop": of single rows, not of what is added up.

Where the registry has the greatest of the same rows, that is what is meant; where it has none, "for each" is not answered with
sums that were put in order.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline.lexicon import phrases_of
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Cut, Mention, Rank
from anabot.agent.offline.text import is_plural, words
from anabot.agent.offline.things import told_by

_GREATEST = {
    "max": ("highest", "largest", "biggest", "greatest", "maximum", "max"),
    "min": ("lowest", "smallest", "minimum", "min"),
}
_SAYS_ITSELF = ("maximum", "max", "minimum", "min")
_OF_A_ROW = ("amount", "value", "price", "fee", "charge", "size", "quantity", "duration")  # what one row has, too
_LENGTHS = frozenset({"duration", "length", "minute", "hour", "second"})
_PRICES = frozenset({"price", "cost"})
_SIZES = {
    **dict.fromkeys(("longest", "shortest"), _LENGTHS),
    **dict.fromkeys(("heaviest", "lightest"), frozenset({"weight"})),
    **dict.fromkeys(("tallest",), frozenset({"height"})),
    **dict.fromkeys(("deepest",), frozenset({"depth"})),
    **dict.fromkeys(("most expensive", "priciest", "costliest", "least expensive", "cheapest"), _PRICES),
}
_SAID_OF_SIZE = ("biggest", "largest", "smallest")
_EACH = ("each", "every")


def of_rows(p: Parser, i: int, j: int) -> int | None:
    """The index after "highest" at `i` and what it is said of at `j`, or None where it ranks sums."""
    word, mention, slots = p.at(i).text.casefold(), p.mention(j), p.slots
    if "single" in word.split():
        return _one_row(p, i, j)
    agg = next((each for each, said in _GREATEST.items() if word in said), "")
    heads = slots.cuts or slots.which or slots.one or slots.several or slots.who or slots.rank
    if not agg or heads or mention is None or not _added_up(p, mention):
        return None
    later = [tag.text.casefold() for tag in p.tags[j + 1 :] if tag.says("by", "grain")]
    each = any(set(_EACH) & set(text.split()) for text in later)
    if not (each or word in _SAYS_ITSELF or not later) or any(tag.says("vs", "change") for tag in p.tags):
        return None
    sibling = _sibling(p, mention.metrics[0], agg)
    worth = p.at(j + 1).says("worth") and not p.before_of(j + 1)
    named = not later and words(p.lexicon.registry.metrics[mention.metrics[0]].expr) == words(p.at(j).text)
    if sibling and (worth or named or words(p.at(j).text)[-1] in _OF_A_ROW):
        label = p.lexicon.registry.metrics[sibling].label
        slots.notes.append(f"“{p.at(i).text} {p.at(j).text}” is read as {label}, of single rows.")
        slots.mentions.append(replace(mention, metrics=(sibling,), term="", counted=False))
        return j + 1 + worth
    return p.misplace(i) if each else None


def of_things(p: Parser, i: int, j: int) -> int | None:
    """ "the longest interview": of single rows, by the one number that is a length, and which one where that is told."""
    word = p.at(i).text.casefold()
    nouns = _SIZES.get(word, frozenset())
    mention, slots = p.mention(j), p.slots
    heads = slots.cuts or slots.which or slots.one or slots.several or slots.who or slots.rank or slots.mentions
    if not (nouns or word in _SAID_OF_SIZE) or heads or mention is None or len(mention.metrics) != 1 or is_plural(p.at(j).text):
        return None
    if any(tag.says("by", "wise", "grain", "top", "who") for tag in p.tags[j + 1 :]):
        return None
    metrics = p.lexicon.registry.metrics
    counted, agg = metrics[mention.metrics[0]], "min" if p.at(i).detail == "bottom" else "max"
    found = [
        name
        for name in p.lexicon.visible
        if (metrics[name].agg, metrics[name].model) == (agg, counted.model)
        and not metrics[name].where
        and (_is_averaged(p, name, p.at(j).text) or any(set(words(s)) & nouns for s in phrases_of(p.lexicon.registry, name)))
    ]
    if counted.agg != "count" or counted.where or len(found) != 1:
        return None
    named, text = Mention(metrics=(found[0],), text=p.at(j).text), p.at(i).text
    slots.notes.append(f"“{text} {p.at(j).text}” is read as {metrics[found[0]].label}, of single ones.")
    slots.mentions.append(named)
    if len(homes := told_by(p.lexicon, counted.model)) == 1:  # the one that it is, beside the number
        slots.cuts.append(Cut(text=p.at(j).text, dimensions=tuple(homes)))
        slots.rank = Rank(direction=p.at(i).detail, text=text, single=True, mention=named)
    return j + 1


def _is_averaged(p: Parser, name: str, noun: str) -> bool:
    """ "the biggest quote", where "average quote" is a metric: of what that averages."""
    metrics, said = p.lexicon.registry.metrics, ("average", *words(noun))
    named = [metrics[each] for key in (said, (*said, "size"), (*said, "value")) for each in _named(p, key)]
    return any((m.agg, m.model, m.expr, m.where) == ("average", metrics[name].model, metrics[name].expr, ()) for m in named)


def _named(p: Parser, key: tuple[str, ...]) -> list[str]:
    entry = p.lexicon.entries.get(key)
    return entry.metrics if entry else []


def _one_row(p: Parser, i: int, j: int) -> int:
    """ "the largest single payment": the greatest of the rows, and nothing that is added up."""
    metrics, entry, mention = p.lexicon.registry.metrics, p.entry(j), p.mention(j)
    worth = p.at(j + 1).says("worth") and not p.before_of(j + 1)
    agg = "max" if p.at(i).detail == "top" else "min"
    sums = [name for name in (*entry.totalled, *(mention.metrics if mention else ())) if metrics[name].agg == "sum"]
    own = {name for name in (mention.metrics if mention else ()) if metrics[name].agg == agg}
    found = {sibling for name in sums if (sibling := _sibling(p, name, agg))} or own
    if len(found) != 1:
        return p.misplace(i)
    (name,) = found
    p.slots.notes.append(f"“{p.at(i).text} {p.at(j).text}” is read as {metrics[name].label}, of single rows.")
    p.slots.mentions.append(Mention(metrics=(name,), text=p.at(j).text))
    return j + 1 + worth


def _added_up(p: Parser, mention: Mention) -> bool:
    return len(mention.metrics) == 1 and p.lexicon.registry.metrics[mention.metrics[0]].agg == "sum"


def _sibling(p: Parser, name: str, agg: str) -> str:
    """The metric that takes the greatest of the rows that this one adds up, where there is just one."""
    metrics = p.lexicon.registry.metrics
    own = metrics[name]
    found = [
        each
        for each in p.lexicon.visible
        if (metrics[each].model, metrics[each].expr, metrics[each].agg) == (own.model, own.expr, agg)
        and str(metrics[each].where) == str(own.where)
    ]
    return found[0] if len(found) == 1 else ""
