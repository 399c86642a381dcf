"""Find two times that are set against each other: "in the same month as they signed up", "within 30 days of signing up".

The first is named by a verb right before ("delivered on the day …"), or is the time that things are counted by. Both are called
as the registry calls them, by stem; a verb that stands in the name of no time leaves the words as they are, for others to read or
to name back. Pure; which of several times is meant is decided when the metrics are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from anabot.agent.offline.joints import Joint, by_then, joint, same
from anabot.agent.offline.lexicon import DimensionId, Lexicon
from anabot.agent.offline.slots import TwoTimes
from anabot.agent.offline.text import Token, abbreviates, deeds, is_verb, root, stem, words
from anabot.agent.offline.timed_names import parted, phrases_of_time

Place = tuple[int, tuple[DimensionId, ...]]  # the place after it, and the times that it may be
Style = Literal["any", "clause", "dated"]
_PARTICLES = ("up", "off", "out", "in", "down", "over")
_WHOSE = ("the", "their", "its", "his", "her", "each", "every", "a", "an", "our")
_PERFECT = ("have", "has", "had", "did", "do", "does")  # "have not ordered" within some days: never, and not at other times
_WHO = ("they", "he", "she", "it", "we", "you", "i")
_AUXILIARIES = ("was", "were", "had", "has", "have", "been", "being", "is", "are", "got", "having")
_DATES = ("date", "dates", "day", "time")
_SAYS_NOTHING = {root(word) for word in (*_DATES, "on", "at", "dt", "ts", "timestamp", "datetime", "of", "the", "when", "utc")}
_AFTER_IT = {
    "and", "or", "but", "by", "per", "for", "in", "during", "of", "from", "on", "at", "with", "to", "vs", "where", "who", "whose",
    "whom", "which", "that", "is", "are", "was", "were", "have", "has", "had",
}  # fmt: skip
_PERIODS = ("last", "this", "past", "previous", "yesterday", "today")
_PLACED = ("placed", "made")  # what is done to anything that is counted
_LONGEST = 4


def read(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> Iterator[tuple[int, TwoTimes]]:
    """What can be read so from the token at `i` on, each with the place after it."""
    said = [token.norm for token in tokens]
    if said[i] == "not" and (not i or said[i - 1] not in _PERFECT):
        yield from ((end, replace(found, negated=True)) for end, found in read(tokens, i + 1, lexicon) if not found.negated)
    if found := _whole(tokens, said, i, i, lexicon):
        yield found[0], found[1]
    if said[i] in _PLACED and (found := _whole(tokens, said, i, i + 1, lexicon)):
        yield found[0], found[1]
    for at in (i + 1, i + 2) if is_verb(said[i]) or said[i] == "due" else ():
        particle = said[i + 1] if at == i + 2 and said[i + 1 : i + 2] and said[i + 1] in _PARTICLES else ""
        if (at == i + 1 or particle) and (found := _whole(tokens, said, i, at, lexicon, done=True)):
            first = times_done(lexicon, said[i], particle)
            if first:
                yield found[0], found[1].of(first)
    if both := _both(tokens, said, i, lexicon):
        yield both
    yield from _of_a_name(tokens, said, i, lexicon)


def _of_a_name(tokens: Sequence[Token], said: list[str], i: int, lexicon: Lexicon) -> Iterator[tuple[int, TwoTimes]]:
    """ "the delivery date is after the due date"."""
    for at in range(i + 1, min(i + 1 + _LONGEST, len(said))):
        joined = at + (said[at] in ("is", "was", "are", "were", "falls", "fell", "being"))
        named = _date_called(said[i:at], lexicon) if joined < len(said) and joint(tokens, said, joined) else ()
        if named and (found := _whole(tokens, said, i, joined, lexicon)):
            yield found[0], found[1].of(named)


def _both(tokens: Sequence[Token], said: list[str], i: int, lexicon: Lexicon) -> tuple[int, TwoTimes] | None:
    """ "opened and closed on the same day"."""
    joined = said[i + 1 : i + 2] == ["and"] and len(said) > i + 3 and is_verb(said[i]) and is_verb(said[i + 2])
    found = same(said, i + 3) if joined else None
    if found is None or found.style == "any" or not follows_nothing(tokens, found.end):
        return None
    second, first = (times_done(lexicon, said[at], "") for at in (i, i + 2))
    text = " ".join(token.text for token in tokens[i : found.end])
    return (found.end, TwoTimes(text=text, op="eq", unit=found.unit, second=second, first=first)) if first and second else None


def _whole(
    tokens: Sequence[Token], said: list[str], i: int, at: int, lexicon: Lexicon, *, done: bool = False
) -> tuple[int, TwoTimes] | None:
    """The joint at `at` and the time after it, for words that begin at `i`; `done` where they say what was done then."""
    found = joint(tokens, said, at) or (by_then(said, at) if done else None)
    if found is None:
        return None
    second = _possessed(found, lexicon) if found.noun else second_time(tokens, said, found, lexicon)
    if second is None:
        return None
    text = " ".join(token.text for token in tokens[i : second[0]])
    said_of = TwoTimes(text=text, op=found.op, unit=found.unit, numbers=found.numbers, second=second[1], fault=found.fault)
    return second[0], said_of


def _possessed(found: Joint, lexicon: Lexicon) -> Place | None:
    times = times_called(lexicon, [root(word) for word in found.noun])
    return (found.end, times) if times else None


def follows_nothing(tokens: Sequence[Token], at: int, *others: str) -> bool:
    """Whether nothing follows that would belong to it: "signed up", and not "signed up a friend"."""
    if at + 1 < len(tokens) and tokens[at].norm in ("and", "or") and is_verb(tokens[at + 1].norm):
        return False  # "the day they were ordered and paid"
    return at >= len(tokens) or tokens[at].kind in ("mark", "date") or tokens[at].norm in (*_AFTER_IT, *others)


def second_time(tokens: Sequence[Token], said: list[str], found: Joint, lexicon: Lexicon) -> Place | None:
    """The time that is named after a joint."""
    start = found.end
    while start < len(said) and said[start] in (*_WHOSE, "when"):
        start += 1
    for end in range(min(start + _LONGEST, len(said)), start, -1) if found.style != "clause" else ():
        times = _noun(said[start:end], found.style, lexicon)
        if times and follows_nothing(tokens, end, *_PERIODS):
            return end, times
    clause = _clause(said, start, found.style, lexicon)
    return clause if clause and follows_nothing(tokens, clause[0]) else None


def _noun(said: list[str], style: Style, lexicon: Lexicon) -> tuple[DimensionId, ...]:
    """A time by its name; where a number could be meant ("sales before returns"), only by one that says it is a date."""
    if named := _named(said, lexicon):
        return named
    if any(map(is_verb, said[-1:])) or (style == "dated" and said[-1] not in _DATES):
        return ()
    return times_called(lexicon, [root(word) for word in said])


def _named(said: Sequence[str], lexicon: Lexicon) -> tuple[DimensionId, ...]:
    """The times that have just this name, where nothing else has it."""
    entry = lexicon.entries.get(tuple(map(stem, said)))
    if entry is None or not entry.dimensions or entry.metrics or entry.values or entry.term or entry.models or entry.both:
        return ()
    models = lexicon.registry.models
    timed = all(models[model].dimensions[name].kind == "time" for model, name in entry.dimensions)
    return tuple(entry.dimensions) if timed else ()


def _date_called(said: list[str], lexicon: Lexicon) -> tuple[DimensionId, ...]:
    """ "due date", "delivery date" of what is called `delivered_on`."""
    return _named(said, lexicon) or (times_called(lexicon, [root(word) for word in said]) if said[-1] in _DATES else ())


def _clause(said: list[str], start: int, style: Style, lexicon: Lexicon) -> Place | None:
    """ "they signed up", "the order was placed", "being opened", "promised"."""
    at = start
    subject: tuple[str, ...] = ()
    if at < len(said) and said[at] in _WHO:
        at += 1
    elif at + 1 < len(said) and (entry := lexicon.entries.get((stem(said[at]),))) and (entry.models or entry.metrics):
        subject, at = tuple(entry.models), at + 1
    spoken = at > start
    helped = at
    while at < len(said) and said[at] in _AUXILIARIES:
        at += 1
    if at >= len(said) or not is_verb(said[at]):
        return None
    gerund = said[at].endswith("ing") or said[helped:at] in (["being"], ["having"])
    if not spoken and (style == "clause" or (style == "dated" and not gerund)):
        return None
    for size, particle in ((2, said[at + 1]), (1, "")) if said[at + 1 : at + 2] and said[at + 1] in _PARTICLES else ((1, ""),):
        times = times_done(lexicon, said[at], particle)
        own = tuple(each for each in times if each[0] in subject)
        if times:
            end = at + size
            return end + (end < len(said) and said[end] in ("it", "them")), own or times
    return None


def times_done(lexicon: Lexicon, verb: str, particle: str) -> tuple[DimensionId, ...]:
    """The times of what was done: those called so, else those along which just that is counted ("signups")."""
    times = times_called(lexicon, [root(verb), *([particle] if particle else [])])
    counted = (lexicon.registry.metrics[name] for name in lexicon.deed(verb, particle))
    along = ((m.model, m.time_dimension) for m in counted if m.agg == "count" and m.time_dimension and not m.where)
    return times or tuple(dict.fromkeys(along))


def times_called(lexicon: Lexicon, said: list[str]) -> tuple[DimensionId, ...]:
    """The times in whose name these words stand, and no others but whose it is: "ordered" is no `last_order_date`."""
    plain = [word for word in said if word not in _SAYS_NOTHING]
    if not plain:
        return ()
    reached = (ref.dimension for name in lexicon.visible for ref in lexicon.reach(name))
    times = dict.fromkeys((each.model, each.name) for each in reached if each.kind == "time")
    return tuple(where for where in times if _is_called(lexicon, *where, plain))


def _is_called(lexicon: Lexicon, model: str, name: str, said: list[str]) -> bool:
    home = lexicon.registry.models[model]
    phrases = phrases_of_time(home.dimensions[name])
    own = {root(word) for phrase in (model, parted(home.relation[-1]), *home.entities) for word in words(phrase)}
    return any(_says(_Phrase.of(phrase), said, own) for phrase in phrases)


def _nouns(verb: str) -> set[str]:
    """What a verb does, by its root: a registration, a delivery."""
    return {*deeds(f"{verb}ed"), f"{verb}y"}


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A name of a time: the words as they are written, and their roots."""

    words: tuple[str, ...]
    roots: tuple[str, ...]

    @classmethod
    def of(cls, phrase: str) -> _Phrase:
        written = words(phrase)
        return cls(written, tuple(map(root, written)))


def _says(phrase: _Phrase, said: list[str], own: set[str]) -> bool:
    pairs = {one + other: {one, other} for one, other in zip(phrase.roots, phrase.roots[1:], strict=False)}
    whole = "".join(said)
    if set(said) <= set(phrase.roots):
        used = set(said)
    elif whole in phrase.roots:  # "signed up", of a `signup_date`
        used = {whole}
    elif whole in pairs:  # "their signup", of what is called `signed_up_on`
        used = pairs[whole]
    elif done := [word for word in phrase.words if len(said) == 1 and is_verb(word) and said[0] in _nouns(root(word))]:
        used = {root(done[0])}  # "their registration", of a `registered_on`
    elif done := [word for word in phrase.roots if len(said) == 1 and word in _nouns(said[0])]:
        used = {done[0]}  # "registered", of a `registration_date`
    else:
        return False
    left = set(phrase.roots) - used - _SAYS_NOTHING
    return all(word in own or any(abbreviates(word, each) for each in own) for word in left)
