"""Find metrics by the words people use. It sees only the metrics it is told are visible.

Names, labels and synonyms count most, then descriptions; spelling may be a little off.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from rapidfuzz import fuzz, process

from anabot.semantic.registry import Metric, Registry

_WORD = re.compile(r"[a-z0-9]+")
_FILLER = frozenset(
    ("a", "an", "and", "are", "by", "for", "from", "how", "in", "is", "it", "me", "of", "on", "our", "per", "show", "the", "to")
    + ("was", "were", "what", "with")
)
_NEAR = 84  # of 100: how alike two words must be to count as one, misspelt
_NAMED, _DESCRIBED = 1.0, 0.35


def search(registry: Registry, text: str, visible: Collection[str], limit: int = 10) -> tuple[str, ...]:
    """Names of the visible metrics that `text` is about, best first; all of them, in order, when it says nothing."""
    words = _words(text)
    known = [registry.metrics[name] for name in sorted(visible) if name in registry.metrics]
    if not words:
        return tuple(metric.name for metric in known[:limit])
    near = {word: _alike(word, _vocabulary(registry)) for word in words}
    scored = [(-_score(metric, near) - _called(metric, words), metric.name) for metric in known]
    return tuple(name for score, name in sorted(scored)[:limit] if score < 0)


def _score(metric: Metric, near: dict[str, dict[str, float]]) -> float:
    named, described = _texts(metric)
    hits = [max(_best(alike, named) * _NAMED, _best(alike, described) * _DESCRIBED) for alike in near.values()]
    total = sum(hits) / len(hits)
    return total + 0.1 * (len(named & {word for alike in near.values() for word in alike}) / len(named)) if total else 0.0


def _called(metric: Metric, words: list[str]) -> float:
    """A bonus for a metric that is called exactly so."""
    return 1.0 if any(_words(text) == words for text in (metric.name, metric.label, *metric.synonyms)) else 0.0


def _best(alike: dict[str, float], words: frozenset[str]) -> float:
    return max((alike[word] for word in words & alike.keys()), default=0.0)


def _alike(word: str, vocabulary: tuple[str, ...]) -> dict[str, float]:
    """The words of the registry that `word` may be, with how sure that is."""
    found = process.extract(word, vocabulary, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=20)
    return {match: score / 100 for match, score, _ in found}


@lru_cache(maxsize=8)
def _vocabulary(registry: Registry) -> tuple[str, ...]:
    return tuple(sorted({word for metric in registry.metrics.values() for part in _texts(metric) for word in part}))


def _texts(metric: Metric) -> tuple[frozenset[str], frozenset[str]]:
    return _split((metric.name, metric.label, *metric.synonyms)), _split((metric.description,))


@lru_cache(maxsize=20_000)
def _split(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_words(" ".join(texts)))


def _words(text: str) -> list[str]:
    return [_stem(word) for word in _WORD.findall(text.lower().replace("_", " ")) if word not in _FILLER]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
