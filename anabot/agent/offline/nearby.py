"""The metrics whose names are most like a message that was not understood. It suggests, and never chooses a meaning.

What they are called is laid out once for one asker, and compared in one go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

_NEAR_ENOUGH = 70
_SHORTEST, _SLIPS = 5, 2  # letters of a name, and how many of them may be wrong


class Nearby:
    """The names of metrics by what they are called: `called` has each metric's phrases, the first its own name."""

    def __init__(self, called: Mapping[str, Iterable[str]], light: Collection[str]) -> None:
        self._length: dict[str, int] = {}
        self._phrases: dict[str, list[str]] = {}
        self._words: dict[str, list[str]] = {}
        for name, phrases in called.items():
            folded = [phrase.casefold() for phrase in phrases]
            self._length[name] = len(folded[0])
            for phrase in dict.fromkeys(folded):
                self._phrases.setdefault(phrase, []).append(name)
            for word in {word for phrase in folded for word in phrase.split()} - set(light):
                self._words.setdefault(word, []).append(name)

    def near(self, said: str, unknown: Iterable[str]) -> list[str]:
        """The metrics most like the whole message, or like one of its unknown words; best first, then the shorter name."""
        best: dict[str, float] = {}
        asked = [(self._phrases, said.casefold(), fuzz.token_set_ratio), *((self._words, word, fuzz.ratio) for word in unknown)]
        for known, text, alike in asked:
            for match, score, _ in process.extract(text, list(known), scorer=alike, score_cutoff=_NEAR_ENOUGH, limit=None):
                best.update((name, score) for name in known[match] if score > best.get(name, 0.0))
        return sorted(best, key=lambda name: (-best[name], self._length[name], name))


def values_like(word: str, values: Iterable[str]) -> list[str]:
    """The values that are written nearly so, the nearest first: nobody chose them, so that they are only named."""
    if len(word) < _SHORTEST or not word.isalpha():
        return []
    known = {value.casefold(): value for value in sorted(values) if len(value) >= _SHORTEST}
    slips = 1 if len(word) < _SHORTEST + 2 else _SLIPS
    near = process.extract(word.casefold(), list(known), scorer=OSA.distance, score_cutoff=slips, limit=_SLIPS)
    return [known[match] for match, _, _ in near]
