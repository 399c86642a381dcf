"""What a registry may do and should not: `anabot check --strict` names it. Pure; it never refuses a registry."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

from anabot.errors import Fault
from anabot.semantic.canonical import Forms
from anabot.semantic.registry import Metric, Registry

_WORD = re.compile(r"[^\W_]+|%")


def lint(registry: Registry, today: dt.date) -> Iterator[Fault]:
    """Every such thing, as faults where the metric stands. `today` is when certifications are judged."""
    governed = [metric for metric in registry.metrics.values() if not metric.hidden]
    yield from _same_number(registry, governed)
    yield from _same_word(registry, governed)
    for metric in governed:
        yield from _unfinished(metric)
        yield from _certified(metric, registry, today)


def _same_number(registry: Registry, metrics: list[Metric]) -> Iterator[Fault]:
    forms, first = Forms(registry), dict[str, Metric]()
    for metric in metrics:
        other = first.setdefault(forms.of(metric.name), metric)
        if other is not metric:
            what = f"`{metric.name}` computes what `{other.name}` computes."
            why = f"That one stands in {other.file}:{other.line}. People would ask which of the two is right."
            yield _fault(metric, what, why, "Remove one, and make its name a synonym of the other.")


def _same_word(registry: Registry, metrics: list[Metric]) -> Iterator[Fault]:
    """Words that differ by case, hyphens or a plural alone, over metrics, terms and questions with a name."""
    shared = {_plain(word): set(term.metrics) for term in registry.terms.values() for word in (term.word, *term.synonyms)}
    taken: dict[str, tuple[str, str]] = {}
    for metric in metrics:
        for word in dict.fromkeys((metric.name.replace("_", " "), metric.label, *metric.synonyms)):
            means = shared.get(_plain(word), set())
            if means and metric.name not in means:
                what = f"The word `{word}` is a term, and `{metric.name}` is none of its meanings."
                yield _fault(
                    metric, what, "A question with it would never find this metric.", "Add it to the term, or take the word away."
                )
            other, said = taken.setdefault(_plain(word), (metric.name, word))
            if other != metric.name and not means:
                what = f"The word `{word}` of `{metric.name}` is `{said}` of `{other}`."
                yield _fault(
                    metric,
                    what,
                    "Nobody could say which is meant.",
                    "Take it from one of them, or make it a term in company.yml.",
                )
    for saved in registry.saved_queries.values():
        for word in (saved.label, *saved.synonyms):
            if _plain(word) in taken:
                metric = registry.metrics[taken[_plain(word)][0]]
                what = f"The saved query `{saved.name}` and `{metric.name}` are both called `{word}`."
                yield _fault(metric, what, "Nobody could say which is meant.", "Take the word from one of them.")


def _plain(word: str) -> str:
    return " ".join(each.removesuffix("s") for each in _WORD.findall(word.casefold()))


def _unfinished(metric: Metric) -> Iterator[Fault]:
    """What a draft was allowed to leave for later."""
    if not metric.draft:
        return
    missing = [key for key in ("unit", "description", "golden") if not getattr(metric, key)]
    words = f" It has no {' and no '.join(missing)}." if missing else ""
    yield _fault(metric, f"`{metric.name}` is a draft.", words.strip(), "Finish it, and take `draft:` away.")


def _certified(metric: Metric, registry: Registry, today: dt.date) -> Iterator[Fault]:
    seal = metric.certified
    if seal is None:
        yield _fault(
            metric, f"`{metric.name}` is not certified.", "", "Add `certified: {by, at, expires}` once its owner vouches for it."
        )
        return
    if seal.expires <= today:
        what = f"The certification of `{metric.name}` ended on {seal.expires}."
        yield _fault(metric, what, "Its badge says so under every answer.", f"Let @{seal.by} look at it again.")
    if seal.at > today:
        yield _fault(metric, f"The certification of `{metric.name}` begins on {seal.at}.", "", "Correct `at`.")
    for each in metric.inputs:
        part = registry.metrics[each.metric]
        if part.certified is None and not part.hidden:
            what = f"`{metric.name}` is certified, and `{part.name}`, which it is made of, is not."
            yield _fault(metric, what, "So its badge is lost.", f"Let somebody vouch for `{part.name}`.")


def unowned(registry: Registry, knows: Callable[[str], bool]) -> Iterator[Fault]:
    """Metrics whose owner, or whoever vouches for them, is nobody that the directory knows."""
    for metric in registry.metrics.values():
        names = {"owner": metric.owner, "certified": metric.certified.by if metric.certified else ""}
        for key, name in names.items():
            if name and not knows(name):
                yield _fault(
                    metric,
                    f"`{metric.name}` names {name} as `{key}`, who is nobody in the directory.",
                    "",
                    "Name somebody there.",
                )


def _fault(metric: Metric, what: str, why: str, todo: str) -> Fault:
    return Fault(metric.file, metric.line, what, why, todo)
