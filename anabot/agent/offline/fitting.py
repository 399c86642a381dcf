"""Whether the words said of a number fit what it is: money has an amount and is not counted; a share has neither. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from anabot.agent.offline import adjectives
from anabot.agent.offline.exits import stuck
from anabot.agent.offline.slots import Bound, Pick, Slots
from anabot.agent.offline.text import is_plural, stem, words
from anabot.semantic.beside import adds_up
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.units import CURRENCIES

_MOST = ("most", "fewest", "least", "highest", "lowest", "maximum", "minimum", "max", "min")  # said of how many there are
_ADDED_UP = ("sum", "sum_boolean")


def check(slots: Slots, metrics: Sequence[str], registry: Registry, before: MetricQuery | None = None) -> None:
    """Nothing, where all that was said fits, also what the thread showed `before`. Raises Exit."""
    found = [registry.metrics[name] for name in metrics]
    _ranks_things(slots, registry, before)
    for metric in found:
        counted = any(m.counted and metric.name in m.metrics for m in slots.mentions)
        if counted and metric.unit in (*CURRENCIES, "ratio"):
            raise stuck(
                "shape",
                f"{metric.label} is {_kind_of(metric.unit)}, not something to count. Ask “how much”, or name what to count.",
            )
        if other := [unit for unit in slots.measures if unit not in (metric.unit, "usd" if metric.unit in CURRENCIES else "")]:
            raise stuck("shape", f"{metric.label} is not in {other[0]}.", unknown=other)
    if slots.summed and not any(metric.agg in _ADDED_UP or metric.inputs for metric in found):
        raise stuck("shape", f"{found[0].label} is not a sum. Ask “how many”, or name what to add up.", unknown=slots.summed)
    if slots.worth and not any(metric.unit in CURRENCIES for metric in found):
        word = slots.worth[0]
        raise stuck("shape", f"{found[0].label} is not money, so it has no “{word}”.", unknown=[word])


def _ranks_things(slots: Slots, registry: Registry, before: MetricQuery | None) -> None:
    """ "top customers", in a thread by stream, where they can only be counted: no streams by how many customers they have."""
    rank = slots.rank
    if before is None or rank is None or rank.mention is None or slots.cuts or rank.text.casefold() in _MOST:
        return
    named = [registry.metrics[name] for name in rank.mention.metrics]
    counted = is_plural(rank.mention.text) and all(metric.unit == "count" for metric in named)
    if counted and not {metric.name for metric in named} & set(before.metrics):
        said = f"I can count “{rank.mention.text}” here, but not list them. Say by what, for example “by region”."
        raise stuck("no_group", said, unknown=[rank.mention.text])


def scaled(bound: Bound, number: Decimal, metric: Metric) -> str:
    """A number that a metric is compared with, in the metric's unit. Raises Exit where it is in another."""
    if adjectives.is_strict(bound.text) and not adjectives.fits(bound.text, *adjectives.names_of(metric)):
        raise stuck("shape", f"“{bound.text}” is not said of {metric.label}.", unknown=[bound.text])
    if bound.size and not any(words(name)[-1:] == (stem(bound.size),) for name in adjectives.names_of(metric)):
        raise stuck("shape", f"Nothing says that {metric.label} is in {bound.size}.", unknown=[bound.size])
    unit, wanted = metric.unit, "ratio" if bound.percent else bound.measure
    if (wanted and wanted != unit) or (bound.currency and unit and bound.currency != unit):
        raise stuck("shape", f"“{bound.text}” does not fit {metric.label}, which is in {unit or 'numbers'}.")
    if unit == "ratio" and (bound.percent or abs(number) > 1):
        number = number / 100
    return format(number.normalize(), "f")


def apart(fields: Mapping[str, Sequence[Pick]], metrics: Sequence[Metric], registry: Registry, notes: list[str]) -> list[str]:
    """The fields by which rows are cut where "density of A and B" names several: what does not add up is told of each."""
    if any(adds_up(registry, metric) is not None or metric.agg == "count_distinct" for metric in metrics):
        return []
    listed = [name for name, picks in fields.items() if len(picks) > 1 and any(pick.both for pick in picks)]
    found = [name for name in listed if not any(pick.negated for pick in fields[name])]
    notes.extend(f"{metrics[0].label} does not add up, so it is told for each of them." for _ in found)
    whole = [picks for name, picks in fields.items() if name not in found and len(picks) > 1 and not _left_out(picks)]
    notes.extend(f"One number over {' and '.join(pick.text for pick in picks)} together." for picks in whole)
    return found


def _left_out(picks: Sequence[Pick]) -> bool:
    return any(pick.negated for pick in picks)


def _kind_of(unit: str) -> str:
    return "a share" if unit == "ratio" else "money"
