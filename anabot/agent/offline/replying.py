"""Read what somebody says to a question that was asked back: one of its choices in words, all of them, or a change to each.

Pure. A choice is taken only where every word belongs to that one alone; anything else is read as it would be without a question.
Beside it stands the same for what a thread shows: "voluntary only" is the metric that is called so, and else like the one shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from anabot.agent.offline.lexicon import Lexicon, is_light, phrases_of
from anabot.agent.offline.text import Token, root, spelled_out, stem, words
from anabot.agent.offline.words import NUMBERS, ORDINALS
from anabot.agent.understanding import Reading, Understood
from anabot.semantic.catalog import catalog_of
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry

Offer = tuple[str, MetricQuery]
_POINTED = "one option choice number mean meant reading that only just instead and rather take use show go with"
_ALL_SAID = "both all each every everything of them these those two three the please show me"
_POINTING, _ALL = frozenset(_POINTED.split()), frozenset(_ALL_SAID.split())
_LAST = {"last", "latter"}


def picked(found: Sequence[Token], offers: Sequence[Offer], registry: Registry) -> Understood | None:
    """The choice, or all the choices, that the words name; None where they say something else."""
    said = [token.norm for token in found if token.kind != "mark"]
    if said and set(said) <= _ALL and set(said) & {"both", "all", "each", "every", "everything"}:
        return Understood(readings=tuple(Reading(query=query) for _, query in offers))
    content = content_of(found)
    if not content:
        place = _place([word for word in said if word != "the"], len(offers))
        return None if place is None else Understood(readings=(Reading(query=offers[place][1]),))
    exact = [query for label, query in offers if content in map(set, map(words, _phrases(label, query, registry)))]
    named = exact or [query for label, query in offers if content <= _words(_phrases(label, query, registry))]
    named = named or [offers[place][1] for place in [_place(sorted(content), len(offers))] if place is not None]
    return Understood(readings=(Reading(query=named[0]),)) if len(named) == 1 else None


def content_of(found: Sequence[Token]) -> set[str]:
    """The stems of the words that say which one is meant."""
    said = [token.norm for token in found if token.kind != "mark"]
    return {stem(word) for word in said if not is_light(word) and stem(word) not in _POINTING}


def _phrases(label: str, query: MetricQuery, registry: Registry) -> list[str]:
    metric = registry.metrics.get(query.metrics[0]) if len(query.metrics) == 1 else None
    return [label, *(phrases_of(registry, metric.name) if metric and metric.label == label else ())]


def _words(phrases: Iterable[str]) -> set[str]:
    return {word for phrase in phrases for word in words(phrase)}


def _place(said: Sequence[str], count: int) -> int | None:
    """ "the second one", "2", "the latter"."""
    if len(said) == 1 and said[0] in _LAST:
        return count - 1
    numbers = [
        ORDINALS.get(word) or NUMBERS.get(word) or (int(word) if word.isdecimal() else 0) for word in said if word != "one"
    ]
    if said == ["former"] or said == ["one"]:
        return 0
    return numbers[0] - 1 if len(numbers) == 1 and 1 <= numbers[0] <= count else None


def alike(found: Sequence[Token], shown: Iterable[str], lexicon: Lexicon) -> str:
    """The one metric that is called by these words and otherwise like those shown: "voluntary", of attrition; or ""."""
    registry, shown = lexicon.registry, tuple(name for name in shown if name in lexicon.registry.metrics)
    content = content_of(found)
    known = _words(phrase for name in shown for phrase in phrases_of(registry, name))
    if not content or not known or content <= known:
        return ""
    named = [
        name
        for name in lexicon.visible
        if name not in shown and any(_called(set(words(phrase)), content, known) for phrase in phrases_of(registry, name))
    ]
    return named[0] if len(named) == 1 else ""


def counted(found: Sequence[Token], shown: Iterable[str], lexicon: Lexicon) -> tuple[list[Token], str] | None:
    """ "how many were late", of deliveries: the message with the one count of the same rows that has the word in its name."""
    at = next((k for k in range(len(found)) if [token.norm for token in found[k : k + 2]] == ["how", "many"]), None)
    place = next((k for k in range((at or 0) + 2, len(found)) if not is_light(found[k].norm)), len(found))
    points = {"there", "here", "them", "those", "these", "they"} & {token.norm for token in found}
    if at is None or place == len(found) or found[place].kind != "word" or points:
        return None
    metrics, leaves = lexicon.registry.metrics, catalog_of(lexicon.registry).leaves
    homes = {leaf.model for name in shown if name in metrics for leaf in leaves(name)}
    word = root(found[place].norm)
    named = [
        name
        for name in lexicon.visible
        if metrics[name].unit == "count"
        and {leaf.model for leaf in leaves(name)} <= homes
        and any(word in {root(each) for each in words(phrase)} for phrase in phrases_of(lexicon.registry, name))
    ]
    if len(named) != 1:
        return None
    label = metrics[named[0]].label
    return [*found[:place], *spelled_out(label), *found[place + 1 :]], f"“{found[place].text}” is read as {label}."


def unranked(shown: MetricQuery, found: Sequence[Token]) -> MetricQuery:
    """What a thread shows, without the order and the number of its rows; "in total" without its groups, too."""
    total = {"total", "overall", "altogether"} & {token.norm for token in found}
    bare = {"order_by": (), "limit": None, "limit_by": (), "having": ()}
    return shown.model_copy(update={**bare, "group_by": ()} if total else bare)


def _called(phrase: set[str], content: set[str], known: set[str]) -> bool:
    rest = phrase - content
    return content < phrase and rest <= known
