"""Find the first or last date of what is counted: "when was the last order", "days from joining to the first order".

Only where a date is asked for, by "when" or by its name: "the last order" alone is no date. What is counted is called as the
registry calls it, or by what is done when it is ("when did Harbour last order"). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from anabot.agent.offline.joints import Joint
from anabot.agent.offline.lexicon import DimensionId, Lexicon
from anabot.agent.offline.slots import EdgeDate
from anabot.agent.offline.text import Token, is_verb, root, stem
from anabot.agent.offline.two_times import follows_nothing, second_time, times_called, times_done
from anabot.agent.offline.words import OPERATORS
from anabot.semantic.registry import Metric

_EDGES: dict[tuple[str, ...], Literal["first", "last"]] = {
    ("first",): "first",
    ("earliest",): "first",
    ("oldest",): "first",
    ("last",): "last",
    ("latest",): "last",
    ("newest",): "last",
    ("most", "recent"): "last",
}
_HOW: dict[str, Literal["average", "median"]] = {"average": "average", "mean": "average", "avg": "average", "median": "median"}
_DATES = ("date", "dates", "day")
_WHOSE = ("the", "their", "its", "his", "her", "our", "very")
_COUNTED = ("count", "count_distinct", "sum", "sum_boolean")
_DIFFERENCE = ("difference", "between")
_PERIODS = ("this", "yesterday", "today")
_DONE = ("placed", "made")
_LONGEST = 3


def read(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> tuple[int, EdgeDate] | None:
    """What can be read so from the token at `i` on, and the place after it."""
    said = [token.norm for token in tokens]
    if said[i] in _DATES and said[i + 1 : i + 2] in (["of"], ["for"]):
        return _edge(tokens, said, i, _skipped(said, i + 2), lexicon, asked=True)
    how: Literal["", "average", "median"] = _HOW.get(said[i], "")
    days = i + 1 + 2 * (said[i + 1 : i + 3] == ["number", "of"]) if how else i
    if days < len(said) and (since := _since(tokens, said, days, lexicon)):
        found = _edge(tokens, said, i, since[0], lexicon, asked=True, since=since[1])
        return (found[0], replace(found[1], how=how)) if found else None
    return _edge(tokens, said, i, i, lexicon, asked="when" in _sentence(tokens, said, i))


def _edge(
    tokens: Sequence[Token],
    said: list[str],
    start: int,
    at: int,
    lexicon: Lexicon,
    *,
    asked: bool,
    since: tuple[DimensionId, ...] = (),
) -> tuple[int, EdgeDate] | None:
    """ "first order" at `at`, in a phrase that begins at `start`, where a date is `asked` for; else "first order date"."""
    key = next((key for key in _EDGES if tuple(said[at : at + len(key)]) == key), ())
    noun = at + len(key)
    if key and not since and said[noun : noun + 1] == ["and"]:  # "first and last order date"
        return _two(_EDGES[key], _edge(tokens, said, start, noun + 1, lexicon, asked=asked))
    for end in range(min(noun + _LONGEST, len(said)), noun, -1) if key else ():
        named = end < len(said) and said[end] in _DATES
        metrics = _counted(said[noun:end], lexicon) if named or asked else ()
        last = end + 1 if named else end
        verb = said[last] if metrics and last < len(said) and (is_verb(said[last]) or said[last] in _DONE) else ""
        if verb and (known := _declared(verb, _EDGES[key], metrics, lexicon)):
            text = " ".join(token.text for token in tokens[start : last + 1])
            return last + 1, EdgeDate(text=text, op=_EDGES[key], metrics=known, declared=True)
        last += bool(verb) and _happened(verb, metrics, lexicon)
        if metrics and follows_nothing(tokens, last, "ever", *_PERIODS):
            text = " ".join(token.text for token in tokens[start:last])
            return last, EdgeDate(text=text, op=_EDGES[key], metrics=metrics, since=since)
    if key and asked and (later := _after_a_value(said, noun, lexicon)):
        text = " ".join(token.text for token in tokens[start:noun])
        return noun, EdgeDate(text=text, op=_EDGES[key], metrics=later, since=since, named=False)
    return None


def _two(op: Literal["first", "last"], other: tuple[int, EdgeDate] | None) -> tuple[int, EdgeDate] | None:
    if other is None or not other[1].named or other[1].declared or other[1].also or other[1].op == op:
        return None
    return other[0], replace(other[1], op=op, also=other[1].op)


def _declared(verb: str, op: Literal["first", "last"], metrics: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    """ "when was the last order delivered", where a metric is the last of their delivery dates."""
    known, times = lexicon.registry.metrics, times_done(lexicon, verb, "")
    own = {known[name].model for name in metrics}
    columns = {(model, lexicon.registry.models[model].dimensions[name].expr) for model, name in times if model in own}
    found = (known[name] for name in lexicon.visible if columns)
    agg = "min" if op == "first" else "max"
    return tuple(m.name for m in found if (m.model, m.expr) in columns and m.agg == agg and m.unit in ("date", "time"))


def _happened(verb: str, metrics: tuple[str, ...], lexicon: Lexicon) -> bool:
    """ "when was the last order placed", and not "… delivered", which is another date."""
    done = set(times_done(lexicon, verb, "")) if is_verb(verb) else set()
    if not done:
        return verb in _DONE or OPERATORS.get((verb,), ("", ""))[0] == "verb"
    return {(m.model, m.time_dimension) for m in map(lexicon.registry.metrics.__getitem__, metrics)} <= done


def _after_a_value(said: list[str], at: int, lexicon: Lexicon) -> tuple[str, ...]:
    """ "online order", "gold customer's order": what is counted, where only a value stands before it."""
    for noun in (at + 1, at + 2):
        entry = lexicon.entries.get(tuple(map(stem, said[at:noun])))
        if entry is not None and entry.only_values and (metrics := _counted(said[noun : noun + 1], lexicon)):
            return metrics
    return ()


def _since(tokens: Sequence[Token], said: list[str], i: int, lexicon: Lexicon) -> tuple[int, tuple[DimensionId, ...]] | None:
    """ "days from joining to the …", "the difference between their time from joining to their …": up to where the edge begins."""
    at = _skipped(said, i + 2) if tuple(said[i : i + 2]) == _DIFFERENCE else i
    if at >= len(said) or said[at] not in ("days", "time", "day") or said[at + 1 : at + 2] not in (["from"], ["between"]):
        return None
    found = second_time(tokens, said, Joint(end=at + 2, op="eq"), lexicon)
    if found is None or said[found[0] : found[0] + 1] not in (["to"], ["and"], ["until"], ["till"]):
        return None
    return _skipped(said, found[0] + 1), found[1]


def _skipped(said: list[str], at: int) -> int:
    while at < len(said) and said[at] in _WHOSE:
        at += 1
    return at


def _sentence(tokens: Sequence[Token], said: list[str], i: int) -> list[str]:
    """The words of its sentence before it."""
    stops = [k for k in range(i) if tokens[k].kind == "mark" and said[k] != ","]
    return said[max(stops, default=-1) + 1 : i]


def _counted(said: list[str], lexicon: Lexicon) -> tuple[str, ...]:
    """The metrics that count or add up what is called so: of those of the same rows the one that counts them."""
    metrics = lexicon.registry.metrics
    entry = lexicon.entries.get(tuple(map(stem, said)))
    names = [*entry.metrics, *entry.both] if entry and not entry.values else []
    names = names or (list(_done(said[0], lexicon)) if len(said) == 1 else [])
    found: dict[tuple[str, str, frozenset[str]], str] = {}
    for name in sorted(filter(lambda each: _has_dates(metrics[each]), names), key=lambda each: _COUNTED.index(metrics[each].agg)):
        m = metrics[name]
        found.setdefault((m.model, m.time_dimension, frozenset(part.text for part in m.where)), name)
    return tuple(found.values())


def _done(verb: str, lexicon: Lexicon) -> Iterator[str]:
    """ "last visited", "last order": the metrics that count along the time of it."""
    times = set(times_called(lexicon, [root(verb)]))
    for name in lexicon.visible if times else ():
        metric = lexicon.registry.metrics[name]
        if metric.agg == "count" and not metric.where and (metric.model, metric.time_dimension) in times:
            yield name


def _has_dates(metric: Metric) -> bool:
    plain = metric.kind == "simple" and metric.agg in _COUNTED and metric.non_additive is None
    return plain and bool(metric.time_dimension) and not metric.join_to_timespine
