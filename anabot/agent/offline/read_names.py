"""Read the names of a clause: metrics, values to keep or to leave out, and dimensions to cut by.

A word may be several of these; its place decides, and a name in no place that fits is misplaced, never dropped.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline.parser import BOUNDS, PLACES, Parser
from anabot.agent.offline.read_aggregates import total_of
from anabot.agent.offline.read_amounts import owned
from anabot.agent.offline.read_cuts import read_cuts, things_at, value_beside_dimension, values_at
from anabot.agent.offline.read_doers import did
from anabot.agent.offline.read_matches import described
from anabot.agent.offline.read_none import with_one
from anabot.agent.offline.read_values import AUXILIARIES, is_noun_of_value, placed_value, value
from anabot.agent.offline.slots import Mention, Rank
from anabot.agent.offline.text import is_plural, words
from anabot.agent.offline.words import OPERATORS

_COLUMNS = {"return", "list", "display", "include"}
_NEEDS_NO_IN = ("yesterday", "today", "last", "this", "past", "since", "current", "previous")
_SORTED_OUT = (*BOUNDS, "top", "sort", "fastest")


def name(p: Parser, i: int) -> int:
    """A name, by the first reading that fits its place."""
    cut = p.cut(i)
    if cut is not None and cut.qualified and not p.entry(i + 2).values:
        return _bare_dimension(p, i) or p.misplace(i)
    if OPERATORS.get((p.at(i).text.casefold(),), ("",))[0] == "verb" and p.at(i - 1).kind == "name" and _asked_with_did(p, i):
        p.slots.verbs.append(p.at(i).text)  # "how many sales did each rep make", where "make" is a dimension too
        return i + 1
    if (
        p.at(i + 1).says(*BOUNDS)
        and "with" in p.before_of(i + 1)
        and cut is None
        and not (p.entry(i).only_values or owned(p, i + 1))
    ):
        return p.misplace(i)  # "customers with at least 5 orders", where nothing can be cut by customer
    for reader in (
        total_of,
        described,
        value_beside_dimension,
        placed_value,
        _headed,
        _noun,
        with_one,
        _single,
        _metric,
        value,
        _bare_dimension,
        _lone_noun,
    ):
        end = reader(p, i)
        if end is not None:
            return end
    if cut is not None and cut.dimensions:
        p.slots.bare.append(replace(cut, counted={"how", "many"} <= p.before_of(i) or p.at(i - 1).says("count")))
    return p.misplace(i)


def _asked_with_did(p: Parser, i: int) -> bool:
    return any(p.before[k] & {"did", "does", "do"} for k in range(i)) and not p.before[i]


def _homes(p: Parser, i: int) -> str:
    """The labels of the dimensions that a value at `i` is in."""
    models = p.lexicon.registry.models
    found = (models[model].dimensions[name].label or name for model, name, _ in p.entry(i).values)
    return " or ".join(dict.fromkeys(found))


def question(p: Parser, i: int) -> int:
    """A whole question that the data team foresaw."""
    entry = p.entry(i)
    if entry.phrase:
        p.slots.phrases.append(entry.phrase)
        _note_metric(p, i, entry.phrase[0])
    else:
        p.slots.saved.append(entry.saved)
    return i + 1


def _note_metric(p: Parser, i: int, name: str) -> None:
    """Say which metric answers a whole question, unless the question names it itself."""
    label = p.lexicon.registry.metrics[name].label
    if not set(words(label)) <= set(words(p.at(i).text)):
        p.slots.notes.append(f"Answered with {label}.")


def _headed(p: Parser, i: int) -> int | None:
    """ "customers with more than 5 orders": a word that is a metric too is what is sorted out, where another one does that."""
    mention, cut = p.mention(i), p.cut(i)
    if cut is None or (mention and mention.counted):
        return None
    if _told_by(p, i, cut.size):
        p.slots.cuts.append(cut)
        p.slots.rank = p.slots.rank or Rank(direction="top", text=p.at(i).text, listed=True)
        return i + cut.size
    others = any(p.mention(k) and not _says_of_what(p, k) for k in range(len(p.tags)) if k != i)
    if others and p.at(i + 1).says("top") and "with" in p.before_of(i + 1) and not p.slots.mentions:
        p.slots.cuts.append(cut)  # "the customers with the lowest spend"
        return i + 1
    if others and p.at(i + 1).says("who") and any(tag.says("top") for tag in p.tags[i + 1 :]):
        p.slots.cuts.append(cut)  # "the customer who placed the most orders"
        p.slots.one |= not is_plural(p.at(i).text)
        return i + 1
    first = _with_its_values(p, i)
    named = p.at(first - 1).text.casefold() in ("name", "names") and "of" in p.before[first] and p.at(first - 1).kind == "unknown"
    if (named or _listed(p, i)) and not others and mention and not any(tag.says("by") for tag in p.tags):
        p.slots.cuts.append(cut)  # "list the shops opened in May", "the names of the shops in the North"
        p.slots.which = True
        return i + cut.size
    if others and mention and _column_of_a_list(p, i):
        return _bare_dimension(p, i)
    if i or mention is None or not p.at(i + 1).says(*BOUNDS):
        return None
    if not p.before_of(i + 1) and any(tag.says("by") for tag in p.tags[i + 1 :]):
        return None  # "orders longer than 60 minutes by region" are counted, each of them
    return _bare_dimension(p, i) if any(p.mention(k) for k in range(1, len(p.tags))) else None


def _says_of_what(p: Parser, k: int) -> bool:
    """ "in the region of LATAM": the name only says of what the value after it is one."""
    return bool(p.before[k] & PLACES and values_at(p, k + 1, p.entry(k).dimensions))


def _listed(p: Parser, i: int) -> bool:
    """ "list the shops", "list all Northern shops": also where only a value of theirs stands between."""
    return "list" in p.before[_with_its_values(p, i)]


def _with_its_values(p: Parser, i: int) -> int:
    """Where "Northern shops" begins, if the shops stand at `i`."""
    while p.entry(i - 1).values and not p.before[i]:
        i -= 1
    return i


def _told_by(p: Parser, i: int, size: int) -> bool:
    """ "list the products by number of orders": things that are put in order by a number, where nothing else is said of them."""
    j = i + size
    if not p.at(j).says("by") or p.at(j).text.casefold() != "by" or p.before_of(j) or not all(t.says("sort") for t in p.tags[:i]):
        return False
    counted = p.at(j + 1).says("count")
    named = next((k for k in range(j + 1 + counted, j + 3 + counted) if p.mention(k)), 0)
    among = all(p.entry(k).only_values and p.entry(k).values for k in range(j + 1 + counted, named))
    return bool(named) and among and (counted or p.cut(named) is None) and not p.before_of(named) & PLACES


def _column_of_a_list(p: Parser, i: int) -> bool:
    """ "Return the shops and the number of orders": what is listed is what the rows are cut by, where nothing else is."""
    said = (k + 2 if p.at(k + 1).says("count") else k + 1 for k in range(i, len(p.tags)) if p.at(k).text.casefold() == "their")
    theirs = any(p.mention(k) for k in said)  # "return the shops opened in May and their number of orders"
    asked = p.before[i] & _COLUMNS and (p.at(i + 1).says("and", "count") or theirs) and not p.slots.cuts
    return bool(asked) and not any(tag.says("by", "grain") for tag in p.tags)


def _noun(p: Parser, i: int) -> int | None:
    """ "… for customers who joined in May": what the rows are called, where another word says what is counted."""
    entry, models = p.entry(i), things_at(p, i)
    if entry.models and not p.before[i] and p.slots.nouns and p.slots.nouns[-1][0] == p.at(i - 1).text:
        p.slots.nouns.append((p.at(i).text, tuple(entry.models)))  # "for car sales"
        return i + 1
    next_one = i + 2 if p.at(i + 1).says("not") else i + 1
    told = ({value[0] for value in p.entry(next_one).values} | _said_of(p, i + 1)) & set(models) and (
        next_one > i + 1 or p.before_of(next_one) & {"with", "in", "from", "whose", "where"}
    )
    placed_next = p.entry(i + 1).only_values and bool(p.entry(i + 1).values) and bool(p.before_of(i + 1) & {"in", "from"})
    narrowed = bool(told) or placed_next or bool(p.entry(i + 1).numbers) or p.at(i + 1).says("not", "none", "who")
    narrowed |= p.at(i + 1).text.casefold() in ("name", "names")  # "in shops with names ending in …"
    placed = p.before[i] & ({"for", "from", "at", "to", "of", "in"} if narrowed else {"for", "from"}) or (
        "of" in p.before[i] and p.at(i + 1).says("who")
    )
    said = p.slots.mentions[-1].text if p.slots.mentions else ""
    placed = placed or ("of" in p.before[i] and said == p.at(i - 1).text and is_plural(p.at(i).text))
    models = models if told or placed_next else entry.models
    if not models or not (placed or _acts(p, i)) or p.at(i - 1).says("count") or "many" in p.before[i]:
        return None
    if not any(p.mention(k) for k in range(len(p.tags)) if k != i):
        return None
    p.slots.nouns.append((p.at(i).text, tuple(models)))
    return i + 1


def _said_of(p: Parser, i: int) -> set[str]:
    """The models of the dimension at `i` that a value follows: "with the specialty dermatology"."""
    homes = p.entry(i).dimensions
    found = values_at(p, i + 2 if p.at(i + 1).says("is") else i + 1, homes)
    return {model for model, _, _ in found}


def _acts(p: Parser, i: int) -> bool:
    """ "how many orders did customers from the North place": they only do what is counted."""
    did = p.before[i] & AUXILIARIES and is_plural(p.at(i).text) and any(p.mention(k) for k in range(i))
    return bool(did) and not any(tag.says("by", "top") for tag in p.tags)


def _lone_noun(p: Parser, i: int) -> int | None:
    """ "Toyota cars", "car sales": beside a value of its own, or right before another name, it only says of what."""
    entry = p.entry(i)
    if not entry.models:
        return None
    beside = {model for model, _, _ in p.entry(i - 1).values} & set(entry.models) and not p.before[i]
    of_next = p.at(i + 1).kind == "name" and not p.before_of(i + 1) and (p.mention(i + 1) or p.entry(i + 1).models)
    asked = {"how", "many"} <= p.before_of(i) or p.at(i - 1).says("count")
    if of_next and asked and is_plural(p.at(i).text):
        return None  # "how many agents closed tickets" asks for agents
    if not (beside or of_next):
        return None
    p.slots.nouns.append((p.at(i).text, tuple(entry.models)))
    return i + 1


def _metric(p: Parser, i: int) -> int | None:
    entry = p.entry(i)
    mention = p.mention(i)
    if mention and is_noun_of_value(p, i):
        return i + 1
    if mention and (end := _ranked_term(p, i, mention)) is not None:
        return end
    if mention and _compound(p, i):
        return i + 1
    if mention and not mention.counted and _cut_already(p, i):
        return i + 1
    if mention and p.at(i + 1).text.casefold() in ("count", "counts") and _counted_already(p, i):
        return i + 2
    if mention and (end := did(p, i, mention)) is not None:
        return end
    if mention:
        p.slots.mentions.append(mention)
        _ranks_too(p, i, mention)
        return i + 1
    if entry.listed:
        p.slots.listed += entry.listed
        return i + 1
    return None


def _counted_already(p: Parser, i: int) -> bool:
    """ "how many distinct patients …? Return the … and the patient count": what was counted before."""
    said = set(words(p.at(i).text))
    return any(said <= set(words(mention.text)) for mention in p.slots.mentions)


def _cut_already(p: Parser, i: int) -> bool:
    """ "which 3 cuisines …? Return the cuisine and …": what the rows are cut by is not counted, too."""
    homes = set(p.entry(i).dimensions)
    return any(homes & set(cut.dimensions) for cut in p.slots.cuts) and bool(p.slots.mentions or p.slots.rank)


def _single(p: Parser, i: int) -> int | None:
    """ "return the region and its sales", where "regions" are counted, too: one of them is what the rows are cut by."""
    mention, cut = p.mention(i), p.cut(i)
    if not mention or mention.counted or not cut or not cut.dimensions or is_plural(p.at(i).text):
        return None
    metrics = p.lexicon.registry.metrics
    counts = all(metrics[name].agg == "count" for name in mention.metrics)
    listed = p.joined(i + cut.size) and (p.before[i] & _COLUMNS or (p.joined(i - 1) and p.slots.cuts))
    column = listed and any(p.tells(k) for k in range(i + 1, len(p.tags)))
    return _bare_dimension(p, i) if counts and (p.slots.every_mention or column) else None


def _compound(p: Parser, i: int) -> bool:
    """ "net revenue retention": two metrics' names with nothing between are a third one's, which nobody has defined."""
    said = p.at(i - 1).text
    if not i or p.before[i] or not p.slots.mentions or p.slots.mentions[-1].text != said or not p.mention(i - 1):
        return False
    p.slots.mentions.pop()
    p.slots.unknown.append(f"{said} {p.at(i).text}")
    return True


def _ranks_too(p: Parser, i: int, mention: Mention) -> None:
    """ "which make had the highest sale price": a greatest value that also says which one is asked for."""
    kind, direction = OPERATORS.get((p.at(i).text.casefold().split()[0],), ("", ""))
    if kind == "top" and (p.slots.one or p.slots.several) and not p.slots.rank:
        p.slots.rank = Rank(
            direction=direction, text=p.at(i).text, count=p.slots.several, single=not p.slots.several, mention=mention
        )


def _ranked_term(p: Parser, i: int, mention: Mention) -> int | None:
    """ "our best customers", where the registry says what "best" may mean."""
    direction = p.rank_word(i)
    if not direction or p.cut(i + 1) is None:
        return None
    p.slots.rank = Rank(direction=direction, text=p.at(i).text, mention=mention)
    return read_cuts(p, i + 1)


def _bare_dimension(p: Parser, i: int) -> int | None:
    """A dimension without "by": in a list with a metric, before "split", or the noun of a value just named."""
    cut = p.cut(i)
    if cut is None:
        return None
    end = i + cut.size
    listed = (p.joined(end) and _in_list(p, end + 1)) or (p.joined(i - 1) and _in_list(p, i - 2))
    asked = {"how", "many"} <= p.before_of(i)
    heads = i == 0 and not asked and any(tag.says(*_SORTED_OUT) for tag in p.tags)  # "shops with more than 5 orders"
    column = bool(p.before[i] & _COLUMNS) and any(p.tells(k) for k in range(len(p.tags)) if k != i)  # "return the region and …"
    if p.at(end).says("wise") or heads or column or (listed and not p.before[i] & PLACES - {"of"}):
        p.slots.cuts.append(cut)
        p.slots.broken_down |= p.at(end).says("wise")
        return end + 1 if p.at(end).says("wise") else end
    kinds = {p.lexicon.registry.models[model].dimensions[name].kind for model, name in cut.dimensions}
    if kinds == {"time"}:
        return None  # "trips that ended at the Harbour" do not begin there
    if cut.dimensions and p.entry(i + 1).values and not p.before[i + 1]:
        p.slots.notes.append(f"“{p.at(i).text} {p.at(i + 1).text}” is read as {_homes(p, i + 1)} {p.at(i + 1).text}.")
        return i + 1
    models = {model for model, _ in cut.dimensions}
    if any(value[0] in models for value in p.entry(i - 1).values):
        return i + 1
    return None


def _in_list(p: Parser, i: int) -> bool:
    return (
        p.at(i).kind in ("name", "unit")
        or p.at(i).says("count")
        or (p.at(i).says("verb") and p.at(i).text.casefold().endswith("count"))
    )


def who(p: Parser, i: int) -> int:
    """ "who", "where": the answer must be cut by somebody or some place. "where region = X" only filters."""
    if p.at(i).text.casefold() in ("who", "that") and _narrows(p, i):
        return i + 1
    if p.at(i).text.casefold() not in ("where", "whose") or not p.entry(i + 1).dimensions:
        p.slots.who.append(p.at(i).text)
    return i + 1


def _narrows(p: Parser, i: int) -> bool:
    """ "orders that were placed online": after what is counted, with a value to come, it only says of which."""
    later = any(p.entry(k).only_values and p.entry(k).values for k in range(i + 1, len(p.tags)))
    noun = bool(p.slots.nouns) and p.slots.nouns[-1][0] == p.at(i - 1).text
    counted = p.at(i - 1).kind == "name" and (noun or bool(p.mention(i - 1)))
    counted |= p.at(i - 1).kind == "date" and any(p.mention(k) for k in range(i))
    return counted and not p.before[i] and later


def verb(p: Parser, i: int) -> int:
    """ "we booked sales" does something with any metric; "booked sales" are sales of a kind of their own, which must be known."""
    text, before = p.at(i).text, p.at(i - 1)
    if p.at(i).detail == "trade" and p.asks_how:
        p.slots.unknown.append(text)  # "what did customers buy" asks for what, and not for how many did
        return i + 1
    if _narrows_by_itself(p, i):
        p.slots.unknown.append(text)  # "members who came", "users who logged in" are not all of them
        return i + 1
    named = p.mention(i + 1) and not p.before_of(i + 1) and text.casefold().endswith(("ed", "made", "brought"))
    heads = i == 0 or before.kind in ("comma", "stop") or before.says("count", "and", "by", "top", "vs")
    adjective = named and heads and not p.before[i] & (AUXILIARIES | {"we", "i", "you"})
    (p.slots.unknown if adjective else p.slots.verbs).append(text)
    return i + 1


def _narrows_by_itself(p: Parser, i: int) -> bool:
    """Whether the verb says of which are counted, and no name after it says what was done."""
    text, after = p.at(i).text.casefold(), p.at(i + 1)
    into = text in ("log", "logged") and "in" in p.before_of(i + 1) and after.kind == "date"
    if into and after.text.casefold().split()[0] in _NEEDS_NO_IN:
        return True  # "logged in yesterday", and not "logged in May"
    if not p.at(i - 1).says("who") or p.before[i] & {"we", "i", "you"}:
        return False
    if text.startswith(("came", "come")):
        return not p.mention(i + 1)
    return after.kind in ("stop", "comma")


def same_as(p: Parser, i: int) -> int:
    """ "same for orders" goes on; "repeat customers" and "same store sales" are of a kind of their own."""
    text = p.at(i).text
    if text.casefold() in ("same", "repeat") and p.at(i + 1).kind in ("name", "unknown") and not p.before_of(i + 1):
        p.slots.unknown.append(text)
    p.slots.follows = True
    return i + 1
