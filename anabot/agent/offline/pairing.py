"""Settle what a pair of metrics is: the metric that is defined so, one that may be meant, or a number made for this question.

Pure. What is defined goes before what is made; a name that only holds both words is asked back, never taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.slots import Mention, Pair, Slots
from anabot.agent.offline.text import words
from anabot.agent.offline.whole import Beside
from anabot.semantic.made import governed
from anabot.semantic.over_words import known_of
from anabot.semantic.query import Made, MetricQuery

_AVERAGE = ("average", "mean", "avg")


def settle_words(slots: Slots) -> None:
    """ "sales, cost and the difference": what was said of a pair without its sides, or in no place that fits."""
    if slots.pair and slots.pair.op == "per":  # "average sales per order" is no other number
        slots.unknown = [word for word in slots.unknown if word.casefold() not in _AVERAGE]
    if not slots.pair_said:
        return
    if slots.pair is None and len(slots.mentions) == 2 and not slots.rank:
        left, right = slots.mentions
        slots.pair = Pair(op="minus", left=left, right=right)
    elif slots.pair is None:
        slots.misplaced += slots.pair_said


def made_of(slots: Slots, metrics: Sequence[str]) -> Made:
    """The pair, of the metrics that its sides were settled as. Raises Exit."""
    pair = slots.pair
    assert pair is not None
    left, right = (_settled(side, slots, metrics) for side in (pair.left, pair.right))
    if not left or not right or left == right:
        raise stuck("shape", f"“{pair.left.text}” and “{pair.right.text}” are not two numbers here. Name two.")
    return Made(op=pair.op, left=left, right=right)


def defined_as(made: Made, lexicon: Lexicon) -> str:
    """The metric that is just this, or ""."""
    found = governed(made, lexicon.registry, lexicon.visible)
    return min(found, key=lambda name: lexicon.registry.metrics[name].certified is None, default="")


def alike(slots: Slots, made: Made, lexicon: Lexicon) -> list[str]:
    """ "revenue per order", where metrics of other parts are called "net revenue per order" and "gross revenue per order"."""
    if made.op != "per" or slots.pair is None:
        return []
    return lexicon.naming({*words(slots.pair.left.text), "per", *words(slots.pair.right.text)})


def kept(base: MetricQuery | None, metrics: Sequence[str]) -> tuple[Made, ...]:
    """What the thread has made of metrics that are still shown; of its two groups, also of the one metric in their place."""
    made = base.made if base else ()
    if len(metrics) == 1 and all(each.sides for each in made):
        return tuple(each.model_copy(update={"left": metrics[0], "right": metrics[0]}) for each in made)
    return tuple(each for each in made if {each.left, each.right} <= set(metrics))


def alone(made: tuple[Made, ...], beside: Beside) -> tuple[Made, ...]:
    """What is made, where no share and no running total is asked for beside it. Raises Exit."""
    if made and any(beside.values()):
        raise stuck("shape", "A share or a running total is told of a metric, not of a number that is made of two.")
    return made


def also_meant(slots: Slots, made: Made, lexicon: Lexicon) -> list[str]:
    """ "What is the difference between net and gross revenue": asked of nothing in particular, it may ask for what they mean."""
    if made.op != "minus" or slots.when or slots.cuts or slots.rank or slots.dated:
        return []
    left, right = (lexicon.registry.metrics[name].label.lower() for name in (made.left, made.right))
    return [f"“Difference” is read as a number; “define {left} and {right}” says what they mean."] if slots.asks else []


def text_of(slots: Slots) -> str:
    """The pair in the asker's own words."""
    pair = slots.pair
    return f"{pair.left.text} {pair.op.replace('_', ' ')} {pair.right.text}" if pair else ""


def label_of(query: MetricQuery, lexicon: Lexicon) -> str:
    """What the first number of a query is called."""
    return known_of(lexicon.registry, query).metrics[query.numbers[0]].label


def refuse_why() -> Exit:
    """A cause is told of one number."""
    return stuck("shape", "I can tell what the change of one number is made of, not of two set against each other.")


def _settled(side: Mention, slots: Slots, metrics: Sequence[str]) -> str:
    now = next((each for each in slots.mentions if each.text == side.text), side)
    return next((name for name in metrics if name in (*now.metrics, *side.metrics)), "")
