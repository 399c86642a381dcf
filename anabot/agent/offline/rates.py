"""Read "what percentage of orders were online, by shop": the share that a part of a metric has of each group's own total.

Pure. What is said of the rows after them is the part; said before their name ("share of online orders by shop") it may as well
choose of what the groups have their shares, and is asked back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from anabot.agent.offline import filtering
from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.pairing import defined_as, label_of
from anabot.agent.offline.slots import Pick, Slots
from anabot.agent.understanding import Ambiguous, Reading
from anabot.semantic.date_parts import part_in
from anabot.semantic.formula_words import column_words
from anabot.semantic.made import part_words
from anabot.semantic.query import Condition, Filter, Made, MetricQuery, fields_of
from anabot.semantic.registry import Metric, Registry

_OPEN = "share"
Fields = Mapping[str, Sequence[Pick]]
Build = Callable[[Slots, tuple[str, ...], tuple[Made, ...]], Reading]


def within(slots: Slots, metrics: Sequence[str], group: Sequence[str], fields: Fields) -> tuple[Slots, Made] | None:
    """What is left to be read, and the share within each group; None where the values said choose no part."""
    if slots.share and len(slots.weekdays) == 1 and len(metrics) == 1 and not any(map(part_in, group)):
        return replace(slots, share=False, weekdays=[]), _share(metrics[0], (filtering.on(*slots.weekdays[0]),))
    texts = {pick.text for pick in slots.picks if pick.told or pick.ahead}
    parts = [name for name, picks in fields.items() if name not in group and any(pick.text in texts for pick in picks)]
    if not slots.share or not group or not parts or len(metrics) != 1:
        return None
    told = [name for name in parts if any(pick.told and pick.text in {p.text for p in fields[name]} for pick in slots.picks)]
    chosen = told or parts
    said = {pick.text for name in chosen for pick in fields[name]}
    where = tuple(part for name in chosen for part in conditions(name, fields[name]))
    left = replace(slots, share=False, picks=[pick for pick in slots.picks if pick.text not in said])
    return left, _share(metrics[0], where)


def _share(metric: str, where: tuple[Filter, ...]) -> Made:
    return Made(op="share_of", left=metric, right=metric, left_where=where)


def sure(slots: Slots, group: Sequence[str], fields: Fields) -> bool:
    """Whether a part is told of the rows, which are cut by something else: no share of a total over the groups is meant."""
    told = {pick.text for pick in slots.picks if pick.told}
    return not group or any(pick.text in told for name, picks in fields.items() if name not in group for pick in picks)


def again(base: MetricQuery, group: Sequence[str]) -> tuple[MetricQuery, Made] | None:
    """ "by shop", after the share that online orders have of all: what is kept of the thread, and the share within each shop."""
    if not base.share or len(base.metrics) != 1 or not group:
        return None
    parts = [part for part in base.where if set(fields_of((part,))) <= set(base.group_by) - set(group)]
    if not parts:
        return None
    kept = tuple(part for part in base.where if part not in parts)
    made = _share(base.metrics[0], tuple(parts))
    order = base.order_by if base.limit else ()
    return base.model_copy(update={"where": kept, "share": False, "order_by": order}), made


def asked_back(own: Reading, of_total: Reading, made: Made, lexicon: Lexicon) -> Exit:
    """Which of the two shares is meant: within each group, or the group's own of the total over all."""
    registry, each = lexicon.registry, _names(own.query.group_by, lexicon.registry)
    whose = part_words(made, registry)
    part = f"{registry.metrics[made.left].label}{whose}: the part of each {each} in the total"
    choices = ((f"{label_of(own.query, lexicon)}, within each {each}", own.query), (part, of_total.query))
    return Exit(Ambiguous(word=_OPEN, choices=choices))


def whole_of(part: str, lexicon: Lexicon) -> str:
    """The metric of which a metric is a part: it adds up the same, of rows that meet fewer conditions; "" where none does."""
    own = lexicon.registry.metrics[part]
    found = [each for name in lexicon.visible if _is_part(own, each := lexicon.registry.metrics[name])]
    least = min((len(each.where) for each in found), default=0)
    nearest = [each.name for each in found if len(each.where) == least]
    return nearest[0] if len(nearest) == 1 else ""


def _is_part(own: Metric, other: Metric) -> bool:
    if own.kind != "simple" or own.kind != other.kind or own.non_additive or other.non_additive:
        return False
    alike = (own.model, own.agg, own.expr, own.time_dimension) == (other.model, other.agg, other.expr, other.time_dimension)
    return alike and {each.text for each in other.where} < {each.text for each in own.where}


def check_named_part(reading: Reading, slots: Slots, lexicon: Lexicon, build: Build) -> None:
    """Nothing, unless a metric that is a part of another is told as a share of nobody says what. Raises Exit.

    "Percentage of online sales by region", where both are metrics: of each region's sales, or each region's part of them.
    """
    part = reading.query.metrics[0] if reading.query.metrics else ""
    if not reading.query.share or not slots.share or slots.of_total or len(reading.query.metrics) != 1:
        return
    if not (whole := whole_of(part, lexicon)):
        return
    made, alone = Made(op="share_of", left=part, right=whole), replace(slots, share=False)
    defined = defined_as(made, lexicon)
    own = build(alone, (defined,), ()) if defined else build(alone, (part, whole), (made,))
    each = _names(own.query.group_by, lexicon.registry)
    total = f"{lexicon.registry.metrics[part].label}: the part of each {each} in the total"
    within_each = f"{label_of(own.query, lexicon)}, within each {each}"
    raise Exit(Ambiguous(word=_OPEN, choices=((within_each, own.query), (total, reading.query))))


def check_one_open(out: Exit, word: str) -> None:
    """Nothing, unless both the metric's word and the share have several meanings: neither is settled by asking for the other."""
    if isinstance(out.understanding, Ambiguous) and out.understanding.word == _OPEN:
        why = f"“{word}” has several meanings, and so has its share: name one of them, or ask “what percentage of {word} was …”."
        raise stuck("several_ambiguous", why, unknown=[word])


def _names(group: Sequence[str], registry: Registry) -> str:
    return " and ".join(column_words(registry, name).lower() for name in group)


def conditions(name: str, picks: Sequence[Pick]) -> list[Condition]:
    """The values that were said of one field, those to keep and those to leave out, each a condition."""
    found: list[Condition] = []
    for negated in (False, True):
        values = tuple(dict.fromkeys(value[2] for pick in picks if pick.negated is negated for value in pick.values))
        if values:
            found.append(filtering.of_values(name, values, negated))
    return found
