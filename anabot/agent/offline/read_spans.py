"""Read a time between two dates of a row: "days between order date and delivery date", "the time from being hired to leaving".

Pure. It is a metric that is computed from the two dates; where there is none, both are named, with what would define it.
Nothing is computed that nobody has defined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Mention, Undefined
from anabot.agent.offline.text import root, words
from anabot.agent.offline.timed_names import phrases_of_time
from anabot.semantic.registry import Dimension, Metric

_LIGHT = {"getting", "get", "gets", "got", "date", "dates", "day", "time", "when", "they", "their", "his", "her"}
_AVERAGE = {"average", "mean", "avg"}


@dataclass(frozen=True, slots=True)
class _Side:
    """The words of one date, and where they end."""

    said: frozenset[str]
    end: int


def span(p: Parser, i: int) -> int:
    """The metrics of the two dates; else the two dates that nothing is computed from, or words in no place that fits."""
    sides = _sides(p, i + 1)
    pairs = list(_pairs(p.lexicon, *sides)) if sides else []
    if sides is None or not pairs:
        return p.misplace(i)
    metrics = [metric for one in pairs for metric in _between(p.lexicon, *one)]
    if metrics:
        averages = [metric for metric in metrics if metric.agg == "average"]
        wanted = averages if averages and p.at(i - 1).text.casefold() in _AVERAGE else metrics
        _named(p, Mention(metrics=tuple(metric.name for metric in wanted), text=p.at(i).text))
    elif len(pairs) == 1:
        p.slots.undefined = Undefined(text=p.at(i).text, start=_home(pairs[0][0]), end=_home(pairs[0][1]))
    else:
        return p.misplace(i)
    return sides[1].end


def undefined(found: Undefined, lexicon: Lexicon) -> Exit:
    """That the time between two dates is nobody's metric yet, and the measure that would make it one."""
    start, end = (lexicon.registry.models[model].dimensions[name] for model, name in (found.start, found.end))
    said = f"time from {start.label.lower()} to {end.label.lower()}"
    near = [name for name in lexicon.visible if lexicon.registry.metrics[name].model == start.model]
    words_of = f"I know both dates, and nobody has defined the {said}. On `{start.model}` it would be a measure such as"
    expr = f"CAST({end.expr} AS DATE) - CAST({start.expr} AS DATE)"
    message = f"{words_of} `{{name: {start.name}_to_{end.name}_days, agg: average, expr: {expr}}}`, which the data team can add."
    return stuck("unknown_words", message, unknown=[said], nearest=near[:2])


def _named(p: Parser, mention: Mention) -> None:
    if p.slots.rank and p.slots.rank.mention is None:
        p.slots.rank.mention = mention
    p.slots.mentions.append(mention)


def _sides(p: Parser, i: int) -> tuple[_Side, _Side] | None:
    first = _side(p, i, last=False)
    joint = first.end + 1 if p.joined(first.end) else first.end
    if not first.said or not (p.joined(first.end) or "to" in p.before_of(first.end) or "until" in p.before_of(first.end)):
        return None
    second = _side(p, joint, last=True)
    return (first, second) if second.said else None


def _side(p: Parser, i: int, *, last: bool) -> _Side:
    """The words up to what joins the two, or to what says no name any more."""
    said: list[str] = []
    k = i
    while p.at(k).kind in ("name", "unknown", "unit") or p.at(k).says("verb", "change", "is", "closed"):
        if k > i and (p.before_of(k) & {"to", "until"} or (last and p.before_of(k))):
            break
        said += [root(word) for word in words(p.at(k).text) if word not in _LIGHT]
        k += 1
    return _Side(frozenset(said), k)


def _pairs(lexicon: Lexicon, first: _Side, second: _Side) -> Iterator[tuple[Dimension, Dimension]]:
    """Two dates of one model, each called by the words of its side."""
    reached = {(r.dimension.model, r.dimension.name): r.dimension for name in lexicon.visible for r in lexicon.reach(name)}
    times = [each for each in reached.values() if each.kind == "time"]
    for start in (each for each in times if first.said <= time_words(each)):
        for end in (each for each in times if each.model == start.model and second.said <= time_words(each)):
            if start.name != end.name:
                yield start, end


def time_words(time: Dimension) -> set[str]:
    """The roots of what a date is called, by name, label, synonyms and column."""
    return {root(word) for phrase in phrases_of_time(time) for word in words(phrase)}


def _between(lexicon: Lexicon, start: Dimension, end: Dimension) -> Iterator[Metric]:
    """The metrics of the asker that are computed from both dates."""
    wanted = _columns(start.tree) | _columns(end.tree)
    for name in lexicon.visible:
        metric = lexicon.registry.metrics[name]
        if metric.kind == "simple" and metric.model == start.model and wanted <= _columns(metric.tree):
            yield metric


def _columns(tree: exp.Expr) -> set[str]:
    return {each.name.lower() for each in tree.find_all(exp.Column)}


def _home(dimension: Dimension) -> tuple[str, str]:
    return dimension.model, dimension.name
