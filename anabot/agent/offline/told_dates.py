"""The first or last date of what is counted, or the days up to it, for settled metrics; over several, their average. Raises Exit.

Pure. A date is told by when rows are counted: of another day on which something was done to them it is none.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline import setting
from anabot.agent.offline.exits import stuck
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.pairing import defined_as
from anabot.agent.offline.slots import EdgeDate, Slots
from anabot.agent.offline.text import is_verb
from anabot.agent.offline.things import told_apart_by
from anabot.agent.understanding import Reading
from anabot.errors import AnabotError
from anabot.semantic.over_words import said_of
from anabot.semantic.query import Made, MetricQuery
from anabot.semantic.registry import Metric
from anabot.semantic.resolve import resolve


def settled(
    slots: Slots, edge: EdgeDate, metrics: tuple[str, ...], lexicon: Lexicon
) -> tuple[tuple[str, ...], tuple[Made, ...], list[str]]:
    """The metric that is the date, or what is made of the metric whose date it is, and what is said of that. Raises Exit."""
    if edge.declared:
        return metrics, (), []
    made = _made(slots, edge, metrics, lexicon)
    if not edge.also and (found := defined_as(made, lexicon)):
        return (found,), (), [f"That is {lexicon.registry.metrics[found].label}."]
    also = (made.model_copy(update={"op": edge.also}),) if edge.also else ()
    return metrics, (made, *also), []


def _made(slots: Slots, edge: EdgeDate, metrics: tuple[str, ...], lexicon: Lexicon) -> Made:
    beside = (slots.pair, slots.rank, slots.bounds, slots.share, slots.running, slots.define)
    alone = not any((*beside, slots.change, slots.over, slots.against))
    if not alone or len(metrics) != 1 or metrics[0] not in edge.metrics:
        raise stuck("shape", f"“{edge.text}” is a date: ask for it alone, perhaps of each of something.", unknown=[edge.text])
    if done := _otherwise_done(slots, lexicon.registry.metrics[metrics[0]]):
        why = f"“{edge.text}” is told by when they were counted: of when they were “{done}” I know no first or last date."
        raise stuck("shape", why, unknown=[done])
    if not edge.since:
        return Made(op=edge.op, left=metrics[0], right=metrics[0])
    if slots.when or slots.weekdays:
        why = "These days may be when it was counted, or the date that is counted from: ask without them."
        raise stuck("period", why, unknown=[edge.text])
    since = setting.named(edge.since, edge.text, metrics, lexicon)
    _check_each(slots, edge, lexicon)
    return Made(op=edge.op, left=metrics[0], right=metrics[0], since=since)


def _otherwise_done(slots: Slots, metric: Metric) -> str:
    """ "when was the last order of Norway delivered": what was done at another time than rows are counted by; or ""."""
    own = [cut.text for cut, _ in slots.blank if any(model == metric.model for model, _ in cut.dimensions)]
    own += [window.text for window in slots.windows if any(model == metric.model for model, _ in window.dimensions)]
    own += [pick.text for pick in slots.picks if pick.told and is_verb(pick.text.casefold())]
    return next(iter(own), "")


def _check_each(slots: Slots, edge: EdgeDate, lexicon: Lexicon) -> None:
    """The days from one's own date are told of each one: of several, they would be those of whoever was fastest."""
    own = {home for model in _whose(edge) for home in told_apart_by(lexicon, model)}
    apart = any(own & set(cut.dimensions) for cut in slots.cuts)
    if not apart and not edge.how:
        todo = "say “of each …” or “by …”, or ask for their average"
        raise stuck("no_group", f"“{edge.text}” is told of each one: {todo}.", unknown=[edge.text])
    if apart and edge.how:
        raise stuck("shape", f"Each one has one number of days: ask for “{edge.text}” without them.", unknown=[edge.text])


def over_each(reading: Reading, edge: EdgeDate, lexicon: Lexicon) -> Reading:
    """The average of the days, over those whose date they are counted from. Raises Exit."""
    registry, query = lexicon.registry, reading.query
    (model,) = _whose(edge)
    key = next((name for name, each in registry.models[model].entities.items() if each.kind == "primary"), "")
    order = [f"-{query.made[0].name}__{edge.how}"] if query.order_by else []
    body = {**query.as_json(), "over": {"how": edge.how, "each": [key]}, "order_by": order}
    try:
        found = resolve(registry, MetricQuery.model_validate(body), lexicon.grant)
    except AnabotError as error:
        raise stuck("bad_query", str(error), unknown=[edge.text]) from None
    return replace(reading, query=found, assumptions=(*reading.assumptions, said_of(found, registry)))


def _whose(edge: EdgeDate) -> set[str]:
    """The models that have the date which the days are counted from: one of them is meant."""
    return {model for model, _ in edge.since}
