"""Which two times a clause sets against each other, once its metrics are known: the nearest that all of them reach. Raises Exit.

Pure. The time that rows are counted by is the metrics' own; two that are equally near are named, and none is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from anabot.agent.offline.exits import stuck
from anabot.agent.offline.lexicon import DimensionId, Lexicon
from anabot.agent.offline.slots import Slots, TwoTimes
from anabot.agent.offline.times import grain_name
from anabot.errors import AnabotError
from anabot.semantic.catalog import METRIC_TIME, catalog_of
from anabot.semantic.formula_words import filter_words
from anabot.semantic.query import Against, Filter, Made, MetricQuery, Not
from anabot.semantic.resolve import resolve

_NEVER = "That may be those who never did, or those who also did at other times: ask for the ones who did."
_NOT_YET = "That may be what was so at another time, or also what never was: ask “… later than …”, or “… that have not been …”."


def conditions(slots: Slots, metrics: Sequence[str], lexicon: Lexicon, notes: list[str]) -> Iterator[Filter]:
    """The conditions; `notes` says what was read."""
    for each in slots.two_times:
        if fault := each.fault or (each.negated and _of_whom(each, metrics, lexicon)):
            raise stuck("shape", fault, unknown=[each.text])
        tail = grain_name(each.unit, lexicon.registry.calendar).removeprefix(METRIC_TIME) if each.unit else ""
        other = tuple(of for of in each.second if of not in (each.first or _own(metrics, lexicon))) or each.second
        first, second = (named(of, each.text, metrics, lexicon) + tail for of in (each.first, other))
        said = Against(field=first, op=each.op, against=second, values=tuple(map(str, each.numbers)))
        if first == second:
            raise stuck("shape", f"“{each.text}” sets a date against itself: name two.", unknown=[each.text])
        said = _sized(said, each.text, metrics, lexicon)
        notes.append(_note(said, each, metrics, lexicon))
        yield Not.model_validate({"not": said}) if each.negated else said


def chooses_a_part(slots: Slots, metrics: Sequence[str], group: Sequence[str]) -> bool:
    """ "what percentage of orders were delivered on the day …": the share of such rows. Raises Exit where it may be another."""
    if not slots.share or not slots.two_times or len(metrics) != 1:
        return False
    if any(pick.told for pick in slots.picks) or (group and not all(each.told for each in slots.two_times)):
        why = "Say “what percentage … were …” of one condition, so that it is clear of what the share is."
        raise stuck("shape", why, unknown=[each.text for each in slots.two_times])
    return True


def part(slots: Slots, metrics: Sequence[str], lexicon: Lexicon) -> tuple[Slots, Made]:
    """What is left to be read, and the share."""
    where = tuple(conditions(slots, metrics, lexicon, []))
    made = Made(op="share_of", left=metrics[0], right=metrics[0], left_where=where)
    return replace(slots, share=False, two_times=[]), made


def named(of: tuple[DimensionId, ...], text: str, metrics: Sequence[str], lexicon: Lexicon) -> str:
    """The name of a time as a query writes it. Raises Exit where the metrics reach none of these, or two equally near ones."""
    if not of or _own(metrics, lexicon) <= set(of):
        return METRIC_TIME
    found = [ref for ref in lexicon.reach(*metrics) if (ref.dimension.model, ref.dimension.name) in of]
    nearest = [ref for ref in found if len(ref.path) == len(found[0].path)]
    if not found:
        labels = " and ".join(lexicon.registry.metrics[name].label for name in metrics)
        raise stuck("unreachable", f"{labels} has no such two dates as in “{text}”.", unknown=[text])
    if len(nearest) > 1:
        names = " or ".join(f"the {ref.name.replace('__', ' ').replace('_', ' ')}" for ref in nearest[:3])
        raise stuck("shape", f"“{text}” could be about {names}. Say which.", unknown=[text])
    return nearest[0].name


def _of_whom(said: TwoTimes, metrics: Sequence[str], lexicon: Lexicon) -> str:
    """Why a "not" before it may mean two things; "" where it does not."""
    if any(leaf.agg == "count_distinct" for name in metrics for leaf in catalog_of(lexicon.registry).leaves(name)):
        return _NEVER
    return "" if not said.first or _own(metrics, lexicon) <= set(said.first) else _NOT_YET


def _own(metrics: Sequence[str], lexicon: Lexicon) -> set[DimensionId]:
    """The times that the metrics are counted by."""
    return {(leaf.model, leaf.time_dimension) for name in metrics for leaf in catalog_of(lexicon.registry).leaves(name)}


def _sized(said: Against, text: str, metrics: Sequence[str], lexicon: Lexicon) -> Against:
    """The condition with the size at which the two are compared. Raises Exit."""
    try:
        (found,) = resolve(lexicon.registry, MetricQuery(metrics=tuple(metrics), where=(said,)), lexicon.grant).where
    except AnabotError as error:
        raise stuck("bad_query", str(error), unknown=[text]) from None
    assert isinstance(found, Against), "what is resolved stays what it is"
    return found


def _note(said: Against, each: TwoTimes, metrics: Sequence[str], lexicon: Lexicon) -> str:
    """`Only where Order date is between 0 and 30 days after Signed up on.`"""
    times = {leaf.time_dimension for name in metrics for leaf in catalog_of(lexicon.registry).leaves(name)}
    words = filter_words(said.model_dump(by_alias=True), lexicon.registry, own_time=times.pop() if len(times) == 1 else "")
    return f"{'Not where' if each.negated else 'Only where'} {words}."
