"""Read one number of two groups: "the difference in sales between North and South", "how much more did North sell than South".

Pure. It takes the two groups and the words that set them against each other out of a clause, which is then read without them, and
only where both are values of one thing, or days of the week; anything else is left as it was said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from anabot.agent.offline.exits import stuck
from anabot.agent.offline.filtering import of_values
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.read_sides import Walk, is_metric
from anabot.agent.offline.slots import Opposed, Pick, Slots
from anabot.agent.offline.tagging import Tag
from anabot.agent.offline.text import words
from anabot.semantic.query import Made, MadeOp, MetricQuery, fields_of
from anabot.semantic.registry import Metric
from anabot.semantic.where_words import WEEKDAY

_PATTERNS: tuple[tuple[str, MadeOp], ...] = (
    ("difference metric between side and again side", "minus"),
    ("difference metric side and again side", "minus"),
    ("metric difference side and again side", "minus"),
    ("difference side and side", "minus"),
    ("side and side difference metric", "minus"),
    ("ratio metric between side and again side", "per"),
    ("ratio metric side to again side", "per"),
    ("ratio side to side", "per"),
    ("metric side minus again side", "minus"),
    ("side minus side", "minus"),
    ("metric side divided again side", "per"),
    ("side divided side", "per"),
    ("metric side part again side", "share_of"),
    ("side part side", "share_of"),
    ("lead compared", "minus"),
    ("whether compared", "minus"),
)
# Values stand side by side as rows; days of the week have none, so that the two are told beside their difference.
_OF_DAYS = (
    "metric side against again side",
    "side against side",
    "compare side and side",
    "by side and side",
    "side busier side",
)


def taken(tags: Sequence[Tag], lexicon: Lexicon) -> tuple[Sequence[Tag], Opposed | None, list[Pick]]:
    """The phrases of a clause that are left, what was set against what by the others, and the values of both groups."""
    if sum(bool(each.entry and (each.entry.values or each.entry.metrics)) or each.says("weekdays") for each in tags) < 2:
        return tags, None, []
    for walk, op in _walks(tags, lexicon):
        left, right = reversed(walk.sides) if walk.less else walk.sides
        if left.against(right) and (gone := _explained(walk)) is not None:
            kept = [tag for k, tag in enumerate(tags) if k not in gone]
            kept += [side.rest for side in walk.sides if side.rest and not any(map(is_metric, kept))][:1]
            first = Pick(values=left.values, text=left.text, side="left")
            picks = [first, Pick(values=right.values, text=right.text, side="right", listed=True)]
            opposed = Opposed(op=op, days=(left.days, right.days), quantity=walk.quantity)
            return kept, opposed, picks if left.values else []
    return tags, None, []


def _walks(tags: Sequence[Tag], lexicon: Lexicon) -> Iterator[tuple[Walk, MadeOp]]:
    for start in range(len(tags)):
        for pattern, op in (*_PATTERNS, *((each, "minus") for each in _OF_DAYS)):
            walk = Walk(tags=tags, lexicon=lexicon, at=start)
            if walk.follow(pattern) and (pattern not in _OF_DAYS or all(side.days for side in walk.sides)):
                walk.ends()
                by_how_much: MadeOp = "per" if walk.times else "ahead_of" if walk.percent else "minus"
                yield walk, by_how_much if op == "minus" else op


def _explained(walk: Walk) -> set[int] | None:
    """The phrases that are explained; the metric's name stays once. None where two different ones are named."""
    apart = [_words(walk, each) for each in walk.metrics]
    nouns = [_words(walk, each) for each in walk.nouns]
    others = [k for k, tag in enumerate(walk.tags) if is_metric(tag) and not _is_within(walk, k)]
    if len(set(apart)) > 1 or (not apart and not others and len(set(nouns)) > 1):
        return None
    named = walk.metrics or ([] if others else walk.nouns)
    again = [k for each in (*walk.metrics, *walk.nouns) if each not in named[:1] for k in each]
    return {*walk.taken, *again}


def _words(walk: Walk, places: Sequence[int]) -> tuple[str, ...]:
    return tuple(word for k in places for word in words(walk.tags[k].text))


def _is_within(walk: Walk, place: int) -> bool:
    """Whether the pattern has passed the name, or "by" before it makes it what the rows are cut by."""
    passed = place in walk.taken or any(place in each for each in (*walk.metrics, *walk.nouns))
    return passed or (place > 0 and walk.tags[place - 1].says("by"))


def told(slots: Slots, opposed: Opposed, sides: Sequence[Pick]) -> Slots:
    """The clause with its two groups."""
    slots.opposed = opposed
    slots.picks += sides
    slots.many |= opposed.quantity
    return slots


def without(slots: Slots) -> Slots:
    """The clause without its two groups."""
    return replace(slots, opposed=None, picks=[pick for pick in slots.picks if not pick.side])


def made_of(opposed: Opposed, fields: Mapping[str, Sequence[Pick]], metrics: Sequence[Metric]) -> tuple[Made, ...]:
    """What is made of each metric, by the field on which both groups fall. Raises Exit where they fall on two."""
    shares = [each.label for each in metrics if each.unit == "ratio"]
    if shares and opposed.op == "ahead_of":
        why = f"{shares[0]} is in percent itself, so that percent of it may be its points or a part of it."
        raise stuck("shape", f"{why} Ask for the difference between the two.")
    by_values = [(name, pick) for name, picks in fields.items() for pick in picks if pick.side]
    if len({name for name, _ in by_values}) > 1:
        said = "” and “".join(pick.text for _, pick in by_values)
        raise stuck("shape", f"“{said}” are not two of one kind here. Name two values of one thing.")
    groups = [(name, [value[2] for value in pick.values]) for name, pick in by_values]
    groups = groups or [(WEEKDAY, list(map(str, days))) for days in opposed.days]
    left, right = ((of_values(name, list(dict.fromkeys(values)), negated=False),) for name, values in groups)
    return tuple(Made(op=opposed.op, left=each.name, right=each.name, left_where=left, right_where=right) for each in metrics)


def in_place_of(name: str, made: Sequence[Made]) -> str:
    """What rows are ranked, sorted or chosen by where a metric is said that is only shown in two groups: what is made of it."""
    return next((each.name for each in made if each.sides and each.left == name), name)


def apart(base: MetricQuery | None, made: Sequence[Made]) -> MetricQuery | None:
    """The thread's question without what its rows are told apart or chosen by as the groups are, and without what it made."""
    fields = {name for each in made for name in fields_of(each.left_where)}
    if base is None:
        return None
    kept = tuple(part for part in base.where if not fields & set(fields_of((part,))))
    group = tuple(name for name in base.group_by if name not in fields)
    shaped = {"order_by": (), "limit": None, "limit_by": (), "made": (), "having": (), "share": False, "running": False}
    return base.model_copy(update={"where": kept, "group_by": group, **shaped})
