"""Every word that one asker may use: what the registry, the grant and the values know, by the stems they are found by.

Built once per (registry, grant, values), and kept by `lexicons`. A metric that is hidden from the asker, a denied dimension and a
value outside the grant are not in here, so that they are words like any other unknown one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from anabot.agent.offline.adjectives import names_of
from anabot.agent.offline.forms import averaged, dated, extremes, numbered, so_called, turned, unmeasured
from anabot.agent.offline.nearby import Nearby
from anabot.agent.offline.spelling import spellable
from anabot.agent.offline.text import deeds, is_verb, root, tokens, words
from anabot.agent.offline.words import FILLERS, OPERATORS, PREPOSITIONS
from anabot.semantic.catalog import catalog_of, dimensions_of
from anabot.semantic.masks import columns_of, masked_columns
from anabot.semantic.registry import Dimension, DimensionRef, Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant

Key = tuple[str, ...]
DimensionId = tuple[str, str]  # (semantic model, dimension)
ValueId = tuple[str, str, str]  # (semantic model, dimension, value)
_SAYS_NOTHING = {"a", "an", "the", "of", "total", "number", "amount", "count"}
_COUNTED = re.compile(r"(?:total )?(?:number|count) of (.+)|(?:total )?(.+) count")
_TOTALLED = re.compile(r"total (.+?)(?: amount)?|(.+) amount")
_NO_HEADS = ("name", "date", "number", "id", "code")  # of these, each thing has one
T = TypeVar("T")


@dataclass(slots=True)
class Entry:
    """All that one phrase may mean to this asker. Several kinds may share it; the grammar chooses by place."""

    metrics: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    term: str = ""
    dimensions: list[DimensionId] = field(default_factory=list)
    numbers: list[DimensionId] = field(default_factory=list)  # those of them whose rows can be chosen by how large they are
    values: list[ValueId] = field(default_factory=list)
    saved: str = ""
    phrase: tuple[str, Mapping[str, Any]] | None = None
    counted: list[str] = field(default_factory=list)  # metrics that are called "number of" this
    totalled: list[str] = field(default_factory=list)  # metrics that are called "total" of this
    distinct: list[str] = field(default_factory=list)  # metrics that count who of these stands in other rows
    models: list[str] = field(default_factory=list)  # whose rows are called so: the models that have it for their key

    @property
    def both(self) -> list[str]:
        """What it may mean where it is not said whether to count or to add up."""
        return list(dict.fromkeys((*self.counted, *self.totalled)))

    @property
    def only_values(self) -> bool:
        """Whether the phrase names nothing but values of dimensions."""
        return not (self.metrics or self.listed or self.term or self.dimensions or self.saved or self.phrase) and not (
            self.numbers or self.counted or self.totalled or self.models
        )


class Lexicon:
    """The phrases of one asker. `entries` by stems, `loose` by the content words of whole questions."""

    def __init__(self, registry: Registry, grant: Grant, values: ValueIndex) -> None:
        self.registry, self.grant, self.values = registry, grant, values
        self._masked = masked_columns(registry, grant.masks)
        self.entries: dict[Key, Entry] = {}
        self.loose: dict[Key, Entry] = {}
        self.longest: dict[str, int] = {}
        self.shouted: set[Key] = set()  # values that are spelled like a word of the language: only as typed in capitals
        self.parted: set[Key] = set()  # what stands before a comma inside a name: "Retention, 90 days"
        self.vocabulary: set[str] = set()
        self.visible = tuple(name for name in registry.metrics if name in grant.metrics)
        self._reached: dict[Key, tuple[DimensionRef, ...]] = {}
        self._metrics()
        self._terms()
        self._dimensions()
        self._nouns()
        self._told_apart()
        self._numbered()
        self._measured()
        self._questions()
        self.spellable = spellable(self.vocabulary)
        self._naming: dict[str, list[Key]] = {}
        self._whole: dict[frozenset[str], list[str]] = {}
        for name in self.visible:
            for phrase in phrases_of(self.registry, name):
                _append(self._whole.setdefault(frozenset(content(phrase)), []), name)
        for key, entry in self.entries.items():
            for each in set(key) if entry.metrics else ():
                self._naming.setdefault(each, []).append(key)

    @cached_property
    def nearby(self) -> Nearby:
        """The names to suggest from: those of the visible metrics."""
        called = {name: phrases_of(self.registry, name) for name in self.visible}
        return Nearby(called, FILLERS | PREPOSITIONS)

    @cached_property
    def numbers(self) -> frozenset[DimensionId]:
        """Every number of rows that the asker may choose them by."""
        return frozenset(where for entry in self.entries.values() for where in entry.numbers)

    @cached_property
    def numbered(self) -> frozenset[str]:
        """The models whose rows have one."""
        return frozenset(model for model, _ in self.numbers)

    @cached_property
    def value_roots(self) -> dict[str, list[ValueId]]:
        """The values of one word, by its root."""
        found: dict[str, list[ValueId]] = {}
        for key, entry in self.entries.items():
            for value in entry.values if len(key) == 1 and entry.only_values else ():
                _append(found.setdefault(root(key[0]), []), value)
        return found

    @cached_property
    def headed(self) -> dict[Key, list[DimensionId]]:
        """The dimensions by the last word of a longer name: "type" of "admission type"."""
        found: dict[Key, list[DimensionId]] = {}
        for key, entry in self.entries.items():
            for where in entry.dimensions if len(key) > 1 and key[-1] not in _NO_HEADS else ():
                _append(found.setdefault(key[-1:], []), where)
        return found

    @cached_property
    def parts(self) -> dict[Key, list[ValueId]]:
        """The values by one word of a longer name: "Kestrel" of "MS Kestrel"."""
        found: dict[Key, list[ValueId]] = {}
        for key, entry in self.entries.items():
            for value in entry.values if 1 < len(key) <= 3 else ():
                for part in key:
                    _append(found.setdefault((part,), []), value)
        return found

    def reach(self, *metrics: str) -> tuple[DimensionRef, ...]:
        """The dimensions that all of these metrics have and the asker may use."""
        if metrics not in self._reached:
            denied = self.grant.denied
            refs = dimensions_of(self.registry, *metrics)
            self._reached[metrics] = tuple(r for r in refs if f"{r.dimension.model}.{r.dimension.name}" not in denied)
        return self._reached[metrics]

    def naming(self, stems: set[str]) -> list[str]:
        """The visible metrics with a name of just these words, or where there is none, of these and others."""
        keys = min((self._naming.get(each, ()) for each in stems), key=len, default=())
        found = {key: self.entries[key].metrics for key in keys if stems <= set(key)}
        exact = [name for key, names in found.items() if set(key) == stems for name in names]
        return list(dict.fromkeys(exact or [name for names in found.values() for name in names]))

    def called(self, said: set[str]) -> list[str]:
        """The visible metrics with a name of just the roots of these words."""
        return self._whole.get(frozenset(map(root, said)), [])

    def alone(self, word: str) -> list[str]:
        """The visible metrics with a name of this word and no other: "return on spend" is none of "spend"."""
        said = root(word.casefold())
        return [name for name in self.called({word.casefold()}) if any(said == each for each in self._single(name))]

    def deed(self, verb: str, particle: str = "") -> list[str]:
        """The visible metrics that count what a verb does: "treatments", for "treated"."""
        nouns = deeds(verb.casefold(), particle.casefold()) if is_verb(verb.casefold()) else set()
        return list(dict.fromkeys(name for noun in nouns for name in self._deeds.get(noun, ())))

    @cached_property
    def _deeds(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.visible:
            for noun in self._single(name) if self.registry.metrics[name].agg == "count" else ():
                _append(found.setdefault(noun, []), name)
        return found

    def _single(self, metric: str) -> Iterator[str]:
        for phrase in phrases_of(self.registry, metric):
            left = [token.norm for token in tokens(phrase) if token.kind != "mark" and token.norm not in _SAYS_NOTHING]
            if len(left) == 1:
                yield root(left[0])

    def roots(self, metric: str) -> list[set[str]]:
        """The roots of the words of each name of a metric."""
        return [set(content(phrase)) for phrase in phrases_of(self.registry, metric)]

    def _at(self, phrase: str, *, known: bool = True) -> Entry | None:
        key = words(phrase)
        if not key:
            return None
        if "," in phrase:
            parts = phrase.split(",")
            self.parted.update(words(",".join(parts[:k])) for k in range(1, len(parts)))
        self.longest[key[0]] = max(self.longest.get(key[0], 0), len(key))
        if known:
            self.vocabulary.update(t.norm for t in tokens(phrase) if t.kind == "word")
        return self.entries.setdefault(key, Entry())

    def _metrics(self) -> None:
        for name, metric in self.registry.metrics.items():
            seen = name in self.grant.metrics
            if not seen and name not in self.grant.listed:
                continue
            for phrase in dict.fromkeys((name, metric.label, *metric.synonyms)):
                for said in (phrase, *averaged(phrase)):
                    if entry := self._at(said):
                        _append(entry.metrics if seen else entry.listed, name)
        self._extremes()
        self._unmeasured()

    def _extremes(self) -> None:
        """ "highest price", for the greatest of rows; "lowest rating" ranks by what is called "rating", where something is."""
        for name, metric in self.registry.metrics.items():
            seen = name in self.grant.metrics
            for phrase in (name, metric.label, *metric.synonyms) if seen or name in self.grant.listed else ():
                for said in extremes(phrase, metric.agg):
                    if not self._ranks(said) and (entry := self._at(said)):
                        _append(entry.metrics if seen else entry.listed, name)

    def _ranks(self, said: str) -> bool:
        """Whether what follows "lowest" is the name of a metric that is not the least of something itself."""
        entry = self.entries.get(words(said.partition(" ")[2]))
        named = entry.metrics if entry else ()
        return any(self.registry.metrics[each].agg not in ("min", "max") for each in named)

    def _unmeasured(self) -> None:
        """ "weight", for a metric that ends in its unit, where nothing else is called so."""
        for name in self.visible:
            for said in filter(None, map(unmeasured, phrases_of(self.registry, name))):
                if not self._names_anything(said) and (entry := self._at(said)):
                    entry.metrics.append(name)

    def _names_anything(self, phrase: str) -> bool:
        return words(phrase) in self.entries

    def _nouns(self) -> None:
        """What is counted or added up, and what rows are called: "sales" of "number of sales" and "total sales"."""
        for name in self.visible:
            for phrase in phrases_of(self.registry, name):
                if found := _COUNTED.fullmatch(phrase.casefold()):
                    if entry := self._at(found[1] or found[2]):
                        _append(entry.counted, name)
                elif (found := _TOTALLED.fullmatch(phrase.casefold())) and (entry := self._at(found[1] or found[2])):
                    _append(entry.totalled, name)
        reached = {leaf.model for m in self.visible for leaf in catalog_of(self.registry).leaves(m)}
        reached |= {ref.dimension.model for m in self.visible for ref in self.reach(m)}
        for model in sorted(reached):
            for entity in self.registry.models[model].entities.values():
                if entity.kind in ("primary", "unique") and (entry := self._at(entity.name)):
                    _append(entry.models, model)

    def _told_apart(self) -> None:
        """ "customers", for a metric that counts the distinct customers of sales."""
        for name in self.visible:
            metric = self.registry.metrics[name]
            entities = self.registry.models[metric.model].entities.values() if metric.agg == "count_distinct" else ()
            for entity in entities:
                if entity.expr == metric.expr and (entry := self.entries.get(words(entity.name))):
                    _append(entry.distinct, name)

    def _terms(self) -> None:
        for name, term in self.registry.terms.items():
            seen = [m for m in term.metrics if m in self.grant.metrics]
            listed = [m for m in term.metrics if m in self.grant.listed and m not in self.grant.metrics]
            if not seen and not listed:
                continue
            for phrase in (term.word, *term.synonyms):
                entry = self._at(phrase)
                if entry and seen:
                    entry.term = name
                elif entry:
                    entry.listed += [m for m in listed if m not in entry.listed]

    def _dimensions(self) -> None:
        reachable = {(r.dimension.model, r.dimension.name): r.dimension for m in self.visible for r in self.reach(m)}
        for where, dimension in reachable.items():
            for phrase in dict.fromkeys((dimension.name, dimension.label, *dimension.synonyms)):
                for said in (phrase, *turned(phrase)):
                    if entry := self._at(said):
                        _append(entry.dimensions, where)
                        if self._is_number(where, dimension):
                            _append(entry.numbers, where)
                for said in dated(phrase) if dimension.kind == "time" else ():
                    if not self._names_anything(said) and (entry := self._at(said)):
                        entry.dimensions.append(where)
            for value, synonyms in self._values_of(where, dimension).items():
                self._value((*where, value), value, *synonyms)
            if dimension.data_type.startswith("bool"):
                self._value((*where, "true"), *so_called(dimension))

    def _numbered(self) -> None:
        """ "more than 20 pages" for `page_count`, "area" for `area_km2`: what a number is said to be, where none other is."""
        plain: dict[str, list[DimensionId]] = {}
        for model, name in sorted({where for entry in self.entries.values() for where in entry.numbers}):
            for said in {said for phrase in names_of(self.registry.models[model].dimensions[name]) for said in numbered(phrase)}:
                plain.setdefault(said, []).append((model, name))
        for said, homes in plain.items():
            columns = {self.registry.models[model].dimensions[name].expr for model, name in homes}
            entry = self.entries.get(words(said))
            names = (*entry.metrics, *entry.both, entry.term) if entry else ()
            own = all(name and self.registry.metrics[name].expr in columns for name in names if name)
            free = entry is None or (own and not entry.values and not entry.term)
            if free and (new := self._at(said)):
                new.numbers += [where for where in homes if where not in new.numbers]
                sizes = [
                    home for home in homes if said in map(unmeasured, names_of(self.registry.models[home[0]].dimensions[home[1]]))
                ]
                new.dimensions += [where for where in sizes if where not in new.dimensions]

    def _is_number(self, where: DimensionId, dimension: Dimension) -> bool:
        columns = columns_of(self.registry.models[where[0]], dimension.tree)
        return dimension.numeric and not self._masked & set(columns)

    def _measured(self) -> None:
        """A number that a metric is called after, too, is compared with, and not cut by, unless its values are collected."""
        models = self.registry.models
        for key, entry in self.entries.items():  # "a budget above 10k", for a number that is called the budget amount
            short = self.entries.get(key[:-1]) if entry.numbers and key[-1] in ("amount", "value") else None
            if short and not (short.models or short.metrics):  # an order is no number because it has an order amount
                short.numbers += [where for where in entry.numbers if where not in short.numbers]
        for entry in self.entries.values():
            if entry.numbers and (entry.metrics or entry.both or entry.term):
                cut_by = [w for w in entry.dimensions if w not in entry.numbers or models[w[0]].dimensions[w[1]].indexed]
                entry.dimensions[:] = cut_by

    def _values_of(self, where: DimensionId, dimension: Dimension) -> Mapping[str, tuple[str, ...]]:
        """The values that may be named: those in the index with their declared synonyms; the declared ones where none is kept."""
        held = self.values.by_dimension.get(where)
        if held is None:
            ruled = any((rule.model, rule.dimension) == where for rule in self.grant.rows)
            hidden = self._masked & set(columns_of(self.registry.models[where[0]], dimension.tree))
            return {} if ruled or hidden else dimension.values
        folded = {value.casefold(): synonyms for value, synonyms in dimension.values.items()}
        return {value: folded.get(value.casefold(), ()) for value in held}

    def _value(self, value: ValueId, *phrases: str) -> None:
        for phrase in phrases:
            key = words(phrase)
            if not key or (len(key) == 1 and key[0].isdigit()):
                continue  # a bare number names a value only beside its dimension
            if entry := self._at(phrase, known=False):
                _append(entry.values, value)
            if len(key) <= 2 and _is_language(phrase.casefold()):
                self.shouted.add(key)

    def _questions(self) -> None:
        for name in self.visible:
            for phrase, shape in self.registry.metrics[name].phrases.items():
                if key := content(phrase):
                    self.loose[key] = Entry(phrase=(name, shape))
        for name, saved in self.registry.saved_queries.items():
            if not set(saved.query.get("metrics", ())) <= self.grant.metrics:
                continue
            for phrase in (name, saved.label, *saved.synonyms):
                if key := content(phrase):
                    self.loose[key] = Entry(saved=name)
        self._bridges()

    def _bridges(self) -> None:
        for name, bridge in self.registry.reconciliations.items():
            sides = [bridge.left[0], bridge.right[0]]
            for phrase in (name, bridge.title, *bridge.synonyms) if set(sides) <= self.grant.metrics else ():
                if key := content(phrase):
                    self.loose.setdefault(key, Entry(phrase=(sides[0], {"metrics": sides})))


def content(phrase: str) -> Key:
    """The roots of the words that carry a phrase's meaning, in order."""
    return tuple(root(t.norm) for t in tokens(phrase) if t.kind != "mark" and not is_light(t.norm))


def _is_language(phrase: str) -> bool:
    alone = OPERATORS.get((phrase,), ("",))[0] != "partial"  # "completed" is one of the language before a unit only
    return (alone and tuple(phrase.split()) in OPERATORS) or phrase in FILLERS or phrase in PREPOSITIONS


def is_light(word: str) -> bool:
    """Whether a word carries no meaning of its own in a question."""
    return word in FILLERS or word in PREPOSITIONS


def _append(items: list[T], item: T) -> None:
    if item not in items:
        items.append(item)


def phrases_of(registry: Registry, metric: str) -> Iterable[str]:
    """What a metric is called: its name in words, label and synonyms."""
    found = registry.metrics[metric]
    return (found.name.replace("_", " "), found.label, *found.synonyms)
