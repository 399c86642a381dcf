"""Follow-ups that ask what was counted for its money: "how much is that in total", "in dollars", "what do they come to".

Pure. The amount is of the very rows that were counted; where several amounts are added up there, it is asked back which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.text import Token
from anabot.agent.understanding import Ambiguous, NotUnderstood, Reading, Understanding, Understood
from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.semantic.query import MetricQuery
from anabot.semantic.resolve import resolve
from anabot.semantic.units import CURRENCIES

_THAT = r"(?:that|this|it|they|those|these|them)"
_ASKED = re.compile(
    rf"(?:and |so |ok |okay )*(?:(?:how much (?:money )?(?:is|are|was|were) {_THAT}(?: worth)?"
    rf"|what (?:is|are|was|were) {_THAT} worth|(?:what|how much) (?:do|does|did) {_THAT} (?:come|add up|amount) to"
    rf"|(?:what is {_THAT}|how much is {_THAT}|same|the same|show {_THAT}|and)? ?(?:in|as) (?:money|dollars|euros|usd|eur)"
    r"|(?:in|by) (?:value|amount))(?: in total| altogether| all together| overall)?)(?: please| pls| then)*"
)
_MOST = 3


def asked(found: Sequence[Token]) -> bool:
    """Whether nothing is said but that."""
    return _ASKED.fullmatch(" ".join(token.norm for token in found if token.kind != "mark")) is not None


def of(shown: MetricQuery, lexicon: Lexicon) -> Understanding | None:
    """What was counted, as an amount; None where no count is shown, or nothing is added up in its rows."""
    metrics = lexicon.registry.metrics
    counted = metrics[shown.metrics[0]] if len(shown.metrics) == 1 and not (shown.having or shown.made or shown.compare) else None
    if counted is None or counted.agg != "count" or counted.where or shown.limit:
        return None
    choices = list(_amounts(shown, counted.model, lexicon))
    if len(choices) > 1:
        return Ambiguous(word="how much", choices=tuple(choices[:_MOST]))
    return Understood(readings=(_reading(*choices[0]),)) if choices else None


def _amounts(shown: MetricQuery, model: str, lexicon: Lexicon) -> Iterator[tuple[str, MetricQuery]]:
    metrics = lexicon.registry.metrics
    for name in lexicon.visible:
        same = metrics[name].model == model and metrics[name].agg == "sum" and metrics[name].unit in CURRENCIES
        own_time = metrics[name].time_dimension == metrics[shown.metrics[0]].time_dimension
        if not same or metrics[name].where or not own_time:
            continue
        order = tuple(item.replace(shown.metrics[0], name) for item in shown.order_by)
        query = shown.model_copy(update={"metrics": (name,), "order_by": order})
        try:
            yield metrics[name].label, resolve(lexicon.registry, query, lexicon.grant)
        except (UnknownName, BadQuery, NotAllowed):
            continue


def _reading(label: str, query: MetricQuery) -> Reading:
    return Reading(query=query, assumptions=(f"Of the same rows as before: {label}.",))


REFUSED = NotUnderstood(reason="shape", message="What is shown has no amount of money that I could add up for the same rows.")
