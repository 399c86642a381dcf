"""Find metrics, dimensions and values by the words people use. It sees only what it is told is visible.

Names, labels and synonyms count most, then descriptions; spelling may be a little off. The words of a registry are indexed once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from typing import Literal

from rapidfuzz import fuzz, process

from anabot.semantic.catalog import catalog_of
from anabot.semantic.meaning import Vocabulary
from anabot.semantic.registry import Dimension, Metric, Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant

_WORD = re.compile(r"[a-z0-9]+")
_FILLER = frozenset(
    ("a", "an", "and", "are", "by", "for", "from", "how", "in", "is", "it", "me", "of", "on", "our", "per", "show", "the", "to")
    + ("was", "were", "what", "with")
)
_NEAR = 84  # of 100: how alike two words must be to count as one, misspelt
_NAMED, _DESCRIBED, _COVERED = 1.0, 0.35, 0.1
_MOST_WORDS = 40  # of one search; more say nothing more
Element = tuple[str, str]  # (semantic model, dimension)
Seen = Callable[[Metric | Dimension], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that a search is about. `of` is the dimension of a value."""

    kind: Literal["metric", "dimension", "value"]
    name: str
    label: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A metric or a dimension, and the words it goes by."""

    thing: Metric | Dimension
    named: frozenset[str]
    called: frozenset[tuple[str, ...]]


class _Index:
    """Which entries each word of a registry stands in, and how much that says."""

    def __init__(self, registry: Registry) -> None:
        things: list[Metric | Dimension] = list(registry.metrics.values())
        things += [each for model in registry.models.values() for each in model.dimensions.values()]
        self.entries = [_entry(thing) for thing in things]
        self.places: dict[str, dict[int, float]] = {}
        for number, entry in enumerate(self.entries):
            for word in _split(entry.thing.description):
                self.places.setdefault(word, {})[number] = _DESCRIBED
            for word in entry.named:
                self.places.setdefault(word, {})[number] = _NAMED
        self.words = tuple(sorted(self.places))

    def scored(self, text: str, seen: Seen, limit: int) -> Iterator[tuple[float, Metric | Dimension]]:
        """What the text is about among the things `seen`, with how sure that is: those that may be of the first `limit`."""
        words = _words(text)[:_MOST_WORDS]
        hits: dict[int, float] = {}
        near = [self._alike(word) for word in dict.fromkeys(words)]
        for alike in near:
            best: dict[int, float] = {}
            for word, sure in alike.items():
                for number, weight in self.places[word].items():
                    best[number] = max(best.get(number, 0.0), sure * weight)
            for number, score in best.items():
                hits[number] = hits.get(number, 0.0) + score
        known = {word for alike in near for word in alike}
        for number, score in self._first({number: total / len(near) for number, total in hits.items()}, seen, limit):
            entry = self.entries[number]
            whole = 1.0 if tuple(words) in entry.called else 0.0  # it is called exactly so
            yield score + _COVERED * len(entry.named & known) / len(entry.named) + whole, entry.thing

    def _first(self, scores: dict[int, float], seen: Seen, limit: int) -> Iterator[tuple[int, float]]:
        """Those seen whose score, with what may still be added to it, reaches that of the last of `limit` names."""
        open_to = {number: score for number, score in scores.items() if seen(self.entries[number].thing)}
        names: dict[str, float] = {}
        for number, score in open_to.items():
            name = self.entries[number].thing.name
            names[name] = max(names.get(name, 0.0), score)
        least = min(nlargest(limit, names.values()), default=0.0) - _COVERED
        return ((number, score) for number, score in open_to.items() if score >= least)

    def _alike(self, word: str) -> dict[str, float]:
        """The words of the registry that `word` may be, with how sure that is."""
        found = process.extract(word, self.words, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=20)
        return {match: score / 100 for match, score, _ in found}


def search(registry: Registry, text: str, visible: Collection[str], limit: int = 10) -> tuple[str, ...]:
    """Names of the visible metrics that `text` is about, best first; all of them, in order, when it says nothing."""
    if not _words(text):
        return tuple(sorted(name for name in visible if name in registry.metrics)[:limit])
    names = visible if isinstance(visible, set | frozenset | dict) else frozenset(visible)
    scored = _index(registry).scored(text, lambda thing: isinstance(thing, Metric) and thing.name in names, limit)
    return tuple(name for _, name in sorted((-score, thing.name) for score, thing in scored)[:limit])


def find(registry: Registry, text: str, grant: Grant, values: ValueIndex | None = None, limit: int = 10) -> tuple[Found, ...]:
    """The metrics, dimensions and values that `text` is about and `grant` lets be named, best first; of a name, one.

    Dimensions are those of granted metrics; `values` are those that the grant may name.
    """
    listed, elements = grant.metrics | grant.listed, _elements(registry, grant.metrics, grant.denied)

    def seen(thing: Metric | Dimension) -> bool:
        return thing.name in listed if isinstance(thing, Metric) else (thing.model, thing.name) in elements

    scored = [(-score, _found(thing)) for score, thing in _index(registry).scored(text, seen, limit)]
    scored += [(-score, found) for score, found in _values(registry, text, values) if values is not None]
    best = sorted(scored, key=lambda each: (each[0], each[1].kind != "metric", each[1].name, each[1].of))
    return tuple(dict.fromkeys(found for _, found in best))[:limit]


def _found(thing: Metric | Dimension) -> Found:
    return Found(kind="metric" if isinstance(thing, Metric) else "dimension", name=thing.name, label=thing.label)


def _values(registry: Registry, text: str, values: ValueIndex | None) -> Iterator[tuple[float, Found]]:
    """Values of which at least half the words are in the text."""
    words = frozenset(_words(text))
    for (model, name), held in values.by_dimension.items() if values else ():
        for value in held:
            own = _split(value)
            if own & words and len(own & words) * 2 >= len(own):
                label = registry.models[model].dimensions[name].label
                sure = len(own & words) / len(words) * len(own & words) / len(own)
                yield sure, Found(kind="value", name=value, label=label, of=name)


@lru_cache(maxsize=4)
def _index(registry: Registry) -> _Index:
    return _Index(registry)


@lru_cache(maxsize=64)
def _elements(registry: Registry, metrics: frozenset[str], denied: frozenset[str]) -> frozenset[Element]:
    """The dimensions that the metrics reach, without those that are denied."""
    catalog = catalog_of(registry)
    words = Vocabulary(registry, catalog, Grant(subject="", audience="", denied=denied))
    models = {leaf.model for name in metrics if name in registry.metrics for leaf in catalog.leaves(name)}
    slots = (slot for model in models for each in catalog.reach(model).bare.values() for slot in each)
    return frozenset((s.element.model, s.element.name) for s in slots if isinstance(s.element, Dimension) and not words.denied(s))


def _entry(thing: Metric | Dimension) -> _Entry:
    texts = (thing.name, thing.label, *thing.synonyms)
    return _Entry(thing, _split(" ".join(texts)), frozenset(tuple(_words(text)) for text in texts))


@lru_cache(maxsize=50_000)
def _split(text: str) -> frozenset[str]:
    return frozenset(_words(text))


def _words(text: str) -> list[str]:
    return [_stem(word) for word in _WORD.findall(text.lower().replace("_", " ")) if word not in _FILLER]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
