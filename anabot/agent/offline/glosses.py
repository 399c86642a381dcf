"""Read what the speaker says that a word means: "NS (net sales)", "net sales (NS) … and NS by shop", "NS means net sales".

The name that the registry knows takes the place of the other one wherever that is said, and it is noted. What is explained by
words that nobody knows stays as it is, and so does a word that already means something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from anabot.agent.offline.lexicon import Entry, Lexicon, is_light
from anabot.agent.offline.text import Token, stem
from anabot.agent.offline.words import OPERATORS, UNITS

_STOPS = {".", "?", "!", ";", "\n"}
_MEANS = (
    ("=",),
    ("means",),
    ("stands", "for"),
    ("is", "short", "for"),
    ("is", "shorthand", "for"),
    ("refers", "to"),
    ("stand", "for"),
)
_LETTERS = range(2, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gloss:
    """`word` means `name`; the tokens from `start` to `end` only say so."""

    word: Token
    name: tuple[Token, ...]
    start: int
    end: int


def without_glosses(found: Sequence[Token], lexicon: Lexicon) -> tuple[list[Token], list[str]]:
    """The message in the registry's names, and what was read as what."""
    kept, notes = list(found), []
    for read in _READERS:
        while gloss := next(read(kept, lexicon), None):
            kept = [*kept[: gloss.start], *kept[gloss.end :]]
            name = [replace(token, inside=0) for token in gloss.name]
            kept = [each for token in kept for each in (name if token.text == gloss.word.text else [token])]
            said = " ".join(token.text for token in name)
            notes += [f"“{gloss.word.text}” is read as {said}, as you say."] if gloss.word.text != said else []
    return _apart(kept, lexicon), notes


def _brackets(found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(found):
        end = start + 1
        if found[start].inside and start:
            while end < len(found) and found[end].inside == found[start].inside:
                end += 1
            yield start, end
        start = end


def _apart(found: list[Token], lexicon: Lexicon) -> list[Token]:
    """ "September (1 Sep to 30 Sep)": what a bracket begins with is no part of the date before it, but may end a name."""
    comma = Token(",", ",", "mark")
    numbered = {
        start
        for start, end in _brackets(found)
        if end - start > 1 and found[start].kind in ("number", "date") and not _ends_a_name(found, start, end, lexicon)
    }
    return [each for k, token in enumerate(found) for each in ((comma, token) if k in numbered else (token,))]


def _ends_a_name(found: Sequence[Token], start: int, end: int, lexicon: Lexicon) -> bool:
    """ "Trial conversion (14 days)", where that is what a metric is called."""
    return any(_known(found[first:end], lexicon) for first in range(max(start - 4, 0), start))


def _short_first(found: Sequence[Token], lexicon: Lexicon) -> Iterator[_Gloss]:
    """ "NS (net sales)": the bracket is the name."""
    for start, end in _brackets(found):
        word, name = found[start - 1], tuple(found[start:end])
        if _is_short(word, lexicon) and _initials(name, word) and _known(name, lexicon):
            yield _Gloss(word=word, name=name, start=start, end=end)


def _short_last(found: Sequence[Token], lexicon: Lexicon) -> Iterator[_Gloss]:
    """ "net sales (NS)": the bracket is short for the words before it."""
    for start, end in _brackets(found):
        word = found[start]
        if end - start != 1 or not _is_short(word, lexicon):
            continue
        for size in range(len(word.text), len(word.text) + 3):
            name = tuple(found[max(start - size, 0) : start])
            if len(name) == size and _initials(name, word) and _known(name, lexicon):
                yield _Gloss(word=word, name=name, start=start, end=end)


def _same_again(found: Sequence[Token], lexicon: Lexicon) -> Iterator[_Gloss]:
    """ "takings (sales)": another name of the same, which says nothing more."""
    for start, end in _brackets(found):
        inside = _known(found[start:end], lexicon)
        for size in (3, 2, 1):
            before = _known(found[max(start - size, 0) : start], lexicon) if start >= size else None
            if inside and before and inside.metrics and inside.metrics == before.metrics:
                yield _Gloss(word=found[start], name=(found[start],), start=start, end=end)
                return


def _explained(found: Sequence[Token], lexicon: Lexicon) -> Iterator[_Gloss]:
    """ "NS stands for net sales.": a sentence of its own."""
    for start in range(len(found) - 2):
        if start and found[start - 1].norm not in _STOPS:
            continue
        for means in _MEANS:
            at, word = start + 1 + len(means), found[start]
            end = next((k for k in range(at, len(found)) if found[k].norm in _STOPS), len(found))
            name = tuple(token for token in found[at:end] if token.norm not in ("the", "our"))
            told = tuple(token.norm for token in found[start + 1 : at]) == means and word.kind == "word" and bool(name)
            if told and _may_mean(word, _known(name, lexicon), lexicon):
                yield _Gloss(word=word, name=name, start=start, end=min(end + 1, len(found)))


def _is_short(word: Token, lexicon: Lexicon) -> bool:
    """Whether a word is an abbreviation that nobody knows."""
    capitals = sum(map(str.isupper, word.text))
    return word.text.isalpha() and len(word.text) in _LETTERS and capitals > 1 and (stem(word.norm),) not in lexicon.entries


def _initials(name: Sequence[Token], word: Token) -> bool:
    letters = word.text.casefold()
    every = "".join(token.norm[:1] for token in name)
    return letters in (every, "".join(token.norm[:1] for token in name if not is_light(token.norm)))


def _known(name: Sequence[Token], lexicon: Lexicon) -> Entry | None:
    entry = lexicon.entries.get(tuple(stem(token.norm) for token in name))
    return entry if entry and (entry.metrics or entry.term or entry.dimensions or entry.both) else None


def _may_mean(word: Token, meant: Entry | None, lexicon: Lexicon) -> bool:
    """Whether the word may stand for it: nobody knows it, or it is one of the things that it means anyway."""
    own = lexicon.entries.get((stem(word.norm),))
    if meant is None or is_light(word.norm) or (word.norm,) in OPERATORS or word.norm in UNITS:
        return False
    return own is None or bool(meant.metrics and set(meant.metrics) <= {*own.metrics, *own.both})


_READERS: tuple[Callable[[Sequence[Token], Lexicon], Iterator[_Gloss]], ...] = (
    _short_first,
    _short_last,
    _same_again,
    _explained,
)
