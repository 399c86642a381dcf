"""Find letters that a name has in it: "starts with J", "containing X-20", "with 'M5' in its". It decides no meaning.

What is in quotes is meant whole and as typed. Without quotes it is one run of letters; where it may go on, nothing is found,
so that the words are named back to the asker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anabot.agent.offline.lexicon import Lexicon, is_light
from anabot.agent.offline.text import Token, stem
from anabot.agent.offline.words import MONTHS, OPERATORS, UNITS, WEEKDAYS

_NOUNS = {"letter", "letters", "word", "text", "string", "prefix", "suffix", "characters", "character", "phrase", "term", "words"}
_HOLDS = {"with", "has", "have", "having", "had", "contains", "containing", "contain", "or", "and", "like"}
_DOTTED = re.compile(r"[.@]\w+(\.\w+)*|\w+(\.\w+)+")
_WHOSE = {"its", "their", "the", "his", "her"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """The letters, which operator they are for, and where the phrase ends. `place`: "after" where the name follows."""

    op: str
    letters: str
    end: int
    place: str = ""
    quoted: bool = False


def read(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> Iterator[Letters]:
    """What can be read so from the token at `i` on."""
    for size in (1, 2):
        kind, op = OPERATORS.get(tuple(token.norm for token in tokens[i : i + size]), ("", ""))
        if kind == "match" and (found := _run(tokens, _introduced(tokens, i + size), lexicon)):
            start = _introduced(tokens, i + size)
            yield Letters(op=op, letters=found[0], end=found[1], quoted=tokens[start].quoted)
    if ending := _ending(tokens, i, lexicon):
        yield ending
    if tokens[i].norm in _HOLDS and (found := _run(tokens, i + 1, lexicon)):
        letters, end = found
        named = [token.norm for token in tokens[end : end + 2]]
        fits = tokens[i + 1].quoted or (tokens[i].norm not in ("or", "and") and _strange(tokens[i + 1 : end], lexicon))
        if len(named) == 2 and named[0] in ("in", "within") and named[1] in _WHOSE and fits:
            yield Letters(op="contains", letters=letters, end=end + 2, place="after")


def _ending(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> Letters | None:
    """ "a .com email address", "gmail.com emails": letters that begin with a dot, or hold one, right before a name."""
    run = tokens[i].raw
    if tokens[i].quoted or tokens[i].kind in ("number", "date") or not _DOTTED.fullmatch(run) or run == run.upper():
        return None
    end = i + 1
    while end < len(tokens) and tokens[end].place in (tokens[i].place, -1):
        end += 1
    following = lexicon.entries.get((stem(tokens[end].norm),)) if end < len(tokens) else None
    if following is None or not following.dimensions or (i and tokens[i - 1].place == tokens[i].place):
        return None
    return Letters(op="ends_with", letters=run, end=end, place="after")


def _introduced(tokens: Sequence[Token], i: int) -> int:
    """ "the letter", "the word"."""
    said = [token.norm for token in tokens[i : i + 2]]
    if len(said) == 2 and said[0] == "the" and said[1] in _NOUNS:
        return i + 2
    return i + 1 if said[:1] and said[0] in _NOUNS and i + 1 < len(tokens) and tokens[i + 1].kind != "mark" else i


def _run(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> tuple[str, int] | None:
    """The letters at `i`, and the index after them."""
    if i >= len(tokens) or tokens[i].place < 0 or (tokens[i].kind == "mark" and not tokens[i].quoted):
        return None
    end = i + 1
    while end < len(tokens) and tokens[end].place in (tokens[i].place, -1) and _goes_on(tokens, i, end):
        end += 1
    if not tokens[i].quoted and _says_more(tokens[i], end - i, lexicon):
        return None
    if not tokens[i].quoted and end < len(tokens) and tokens[end].kind == "word" and tokens[end].text[:1].isupper():
        return None
    return tokens[i].raw, end


def _says_more(token: Token, size: int, lexicon: Lexicon) -> bool:
    """ "starting with the largest", "starting with March": no word of the language, date or metric is meant by its letters."""
    norm = token.norm
    entry = lexicon.entries.get((stem(norm),))
    spoken = is_light(norm) or (norm,) in OPERATORS or norm in UNITS or norm in MONTHS or norm in WEEKDAYS
    year = token.kind == "number" and len(norm) == 4 and norm[:2] in ("19", "20")
    return size == 1 and len(norm) > 1 and (spoken or year or token.kind == "date" or bool(entry and not entry.only_values))


def _goes_on(tokens: Sequence[Token], i: int, end: int) -> bool:
    """Whether the token at `end` is of the same run: its own marks at the end are the sentence's."""
    if tokens[end].place == tokens[i].place:
        return tokens[end].kind != "mark" or any(token.place == tokens[i].place for token in tokens[end + 1 :])
    return any(token.place == tokens[i].place for token in tokens[end + 1 :])


def _strange(run: Sequence[Token], lexicon: Lexicon) -> bool:
    """Whether letters without quotes are no word of the language or the registry."""
    norm = run[0].norm
    known = is_light(norm) or (norm,) in OPERATORS or (stem(norm),) in lexicon.entries
    return run[0].kind == "word" and not known
