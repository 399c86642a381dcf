"""Draw random typed queries and word each as people might: other names, other orders, fillers, typing errors.

Never looks at the grammar: what a wording means is the query that it was drawn from.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from anabot.agent import Ambiguous, Understanding, Understood, understand
from anabot.agent.offline.text import words
from anabot.errors import AnabotError
from anabot.semantic import resolve
from anabot.semantic.catalog import dimensions_of
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import DimensionRef, Metric, Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant
from tests.agent.asking import MONDAY
from tests.agent.manners import another_manner, plural

# What people say on Monday, 5 October 2026, and the days they mean.
_PERIODS = [
    ("last month", "2026-09-01", "2026-10-01"),
    ("in September 2026", "2026-09-01", "2026-10-01"),
    ("in August", "2026-08-01", "2026-09-01"),
    ("last week", "2026-09-28", "2026-10-05"),
    ("in the last 7 days", "2026-09-28", "2026-10-05"),
    ("yesterday", "2026-10-04", "2026-10-05"),
    ("from 1 Aug to 15 Aug 2026", "2026-08-01", "2026-08-16"),
    ("between 2026-03-01 and 2026-03-31 inclusive", "2026-03-01", "2026-04-01"),
    ("in the past 3 months", "2026-07-01", "2026-10-01"),
    ("on 3 September 2026", "2026-09-03", "2026-09-04"),
    ("over the last 4 weeks", "2026-09-07", "2026-10-05"),
    ("since the beginning of August", "2026-08-01", "2026-10-06"),
]
_OPENERS = ["", "", "", "show me ", "what was ", "give me ", "can you tell me ", "please show ", "I need ", "what is our "]
_OPENERS += [
    "hi ana, ",
    "what's ",
    "pls pull ",
    "ok so ",
    "quick question: ",
    "could you please list ",
    "I'd like to see ",
    "so ",
]
_ENDS = ["", "", "", "", "?", " please", " thanks", ".", ", thx!", " pls"]
_BY = ["by {}", "by {}", "per {}", "broken down by {}", "for each {}", "split by {}", "grouped by {}"]
_ONLY = ["in {}", "for {}", "only {}", "only for {}"]
_NOT = ["excluding {}", "without {}", "except {}", "but not {}"]
_GRAINS = {
    "day": ["by day", "per day", "day by day", "daily", "each day"],
    "week": ["by week", "per week", "weekly", "week by week"],
    "month": ["by month", "per month", "monthly", "month by month"],
}
_AGAINST = {
    "previous_period": ["vs the previous period", "compared to the period before", "vs prior period"],
    "previous_year": ["vs the same period last year", "compared with the same period last year", "vs same period last year"],
}
_BOUNDS = {
    "gt": ["over {}", "above {}", "of more than {}"],
    "lt": ["under {}", "below {}", "of less than {}"],
    "ge": ["of at least {}"],
}
_NUMBERS = [("5", "5"), ("100", "100"), ("1,000", "1000"), ("5k", "5000")]
_PERCENT = [("5%", "0.05"), ("40 %", "0.4"), ("12.5 percent", "0.125")]
_SHARES = ["as share of total", "as a percentage of total"]
_RUNNING = ["cumulative {}", "running total of {}"]
_TOP = {"-": ["top {} {} by {}", "{} {} with the highest {}", "the {} {} with the most {}"], "": ["bottom {} {} by {}"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Words, and the query they were drawn from."""

    text: str
    query: MetricQuery


@dataclass(slots=True)
class _Said:
    """A wording while it is made: the query, the words for what is asked, and the clauses that may stand anywhere after it."""

    query: dict[str, Any]
    head: str
    unit: str
    tail: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Whose queries are drawn."""

    registry: Registry
    grant: Grant
    values: ValueIndex
    team: str = ""

    def draw(self, count: int, seed: int) -> Iterator[Wording]:
        """`count` wordings; the same ones for a seed."""
        dice = random.Random(seed)
        metrics = sorted(self._metrics())
        while count:
            if drawn := self._wording(self.registry.metrics[dice.choice(metrics)], dice):
                count -= 1
                yield drawn

    def misread(self, wordings: Iterator[Wording]) -> tuple[list[str], Counter[str]]:
        """The wordings that are silently read as another query, and how many came out in which way."""
        wrong, ways = [], Counter[str]()
        for each in wordings:
            found = self.read(each.text)
            way = self._way(found, each.query)
            ways[way] += 1
            if way == "wrong" and isinstance(found, Understood):
                wrong.append(f"“{each.text}”: {[r.query.as_json() for r in found.readings]} is not {each.query.as_json()}")
        return wrong, ways

    def read(self, text: str) -> Understanding:
        """What the brain makes of it."""
        return understand(text, registry=self.registry, grant=self.grant, values=self.values, team=self.team, now=MONDAY)

    def _way(self, found: Understanding, meant: MetricQuery) -> str:
        if not isinstance(found, Understood):
            return "asked back" if isinstance(found, Ambiguous) else "refused"
        same = len(found.readings) == 1 and found.readings[0].query.fingerprint() == self._resolved(meant).fingerprint()
        return "same" if same else "wrong"

    def _resolved(self, query: MetricQuery) -> MetricQuery:
        return resolve(self.registry, query, self.grant)

    def _metrics(self) -> Iterator[str]:
        """Those that have a time, and a shape of their own where nobody says how to show them."""
        for name in self.grant.metrics:
            metric = self.registry.metrics[name]
            if not metric.default_group_by and metric.unit not in ("date", "time") and self._timed(metric):
                yield name

    def _timed(self, metric: Metric) -> bool:
        if metric.kind != "simple":
            return all(self._timed(self.registry.metrics[each.metric]) for each in metric.inputs)
        return bool(metric.time_dimension)

    def _wording(self, metric: Metric, dice: random.Random) -> Wording | None:
        """One in a random shape; None where the metric cannot have it."""
        phrase, start, end = dice.choice(_PERIODS)
        refs = [ref for ref in dimensions_of(self.registry, metric.name) if self._plain(ref, metric)]
        group = dice.sample(refs, k=min(dice.choice([0, 1, 1, 2]), len(refs)))
        query: dict[str, Any] = {"metrics": [metric.name], "period": {"start": start, "end": end}}
        query["group_by"] = [ref.name for ref in group]
        query["order_by"] = [f"-{metric.name}"] if group else []
        said = _Said(query=query, head=self._called(metric, dice), unit=metric.unit, tail=[phrase])
        shape = dice.choice([_plainly, _plainly, _plainly, _ranked, _ranked, _by_time, _against, _bounded, _shared, _running])
        shape(said, self._said(group, dice) if group else "", dice)
        self._kept(said, [ref for ref in refs if ref not in group], dice)
        meant = MetricQuery.model_validate(query)
        try:
            self._resolved(meant)
        except AnabotError:
            return None
        return Wording(text=_spoken(said, dice), query=meant)

    def _called(self, metric: Metric, dice: random.Random) -> str:
        whole = {phrase.casefold() for phrase in metric.phrases}  # a question that was foreseen has a shape of its own
        names = [metric.label, *metric.synonyms, metric.name.replace("_", " ")]
        return dice.choice([name for name in names if name.casefold() not in whole])

    def _said(self, group: list[DimensionRef], dice: random.Random) -> str:
        names = [
            dice.choice([ref.dimension.label or ref.dimension.name.replace("_", " "), *ref.dimension.synonyms]) for ref in group
        ]
        return " and ".join(plural(name) if dice.random() < 0.15 else name for name in names)

    def _plain(self, ref: DimensionRef, metric: Metric) -> bool:
        """A dimension whose every name is its own here, and no other's that is as near."""
        if ref.dimension.kind != "categorical" or f"{ref.dimension.model}.{ref.dimension.name}" in self.grant.denied:
            return False
        others = [o for o in dimensions_of(self.registry, metric.name) if o != ref]
        own = _names(ref)
        return not any(own & _names(other) for other in others)

    def _kept(self, said: _Said, refs: list[DimensionRef], dice: random.Random) -> None:
        """A condition on one of the dimensions, half of the time: one value or two, to be kept or left out."""
        held = self.values.by_dimension
        found = [
            (ref, value)
            for ref in refs
            for value in held.get((ref.dimension.model, ref.dimension.name), ())[:20]
            if value.replace(" ", "").isalpha() and len(self.values.lookup(value)) == 1
        ]
        if not found or dice.random() < 0.5:
            return
        ref, value = dice.choice(found)
        others = [other for home, other in found if home == ref and other != value]
        values = [value, dice.choice(others)] if others and dice.random() < 0.3 else [value]
        negated = dice.random() < 0.2
        op = {(1, False): "eq", (1, True): "ne", (2, False): "in", (2, True): "not_in"}[len(values), negated]
        said.query["where"] = [{"field": ref.name, "op": op, "values": values}]
        joined = dice.choice([" and ", " or ", ", "] if not negated else [" and ", " or "]).join(values)
        said.tail.append(dice.choice(_NOT if negated else _ONLY).format(joined))


def _plainly(said: _Said, group: str, dice: random.Random) -> None:
    if group:
        said.tail.append(dice.choice(_BY).format(group))


def _ranked(said: _Said, group: str, dice: random.Random) -> None:
    if not group:
        return
    sign, many = dice.choice(["-", "-", ""]), dice.randint(2, 9)
    said.query.update(limit=many, order_by=[sign + said.query["metrics"][0]])
    said.head = dice.choice(_TOP[sign]).format(many, group, said.head)


def _by_time(said: _Said, group: str, dice: random.Random) -> None:
    grain = dice.choice(sorted(_GRAINS))
    clause = dice.choice(_GRAINS[grain])
    said.query["group_by"].append(f"metric_time__{grain}")
    said.query["order_by"] = []
    said.tail.append(f"{dice.choice(['by {}', 'per {}']).format(group)} {clause}" if group else clause)


def _against(said: _Said, group: str, dice: random.Random) -> None:
    _plainly(said, group, dice)
    said.query["compare"] = dice.choice(sorted(_AGAINST))
    said.tail.append(dice.choice(_AGAINST[said.query["compare"]]))


def _bounded(said: _Said, group: str, dice: random.Random) -> None:
    """ "sales by region over 1,000"; the number stands right after what it bounds."""
    if not group:
        return
    _plainly(said, group, dice)
    op, (number, value) = dice.choice(sorted(_BOUNDS)), dice.choice(_PERCENT if said.unit == "ratio" else _NUMBERS)
    said.query["having"] = [{"field": said.query["metrics"][0], "op": op, "values": [value]}]
    said.head = f"{said.head} {dice.choice(_BOUNDS[op]).format(number)}"


def _shared(said: _Said, group: str, dice: random.Random) -> None:
    if not group:
        return
    _plainly(said, group, dice)
    said.query["share"] = True
    said.tail.append(dice.choice(_SHARES))


def _running(said: _Said, _: str, dice: random.Random) -> None:
    grain = dice.choice(sorted(_GRAINS))
    said.query.update(group_by=[f"metric_time__{grain}"], order_by=[], running=True)
    said.head = dice.choice(_RUNNING).format(said.head)
    said.tail.append(dice.choice(_GRAINS[grain]))


def _spoken(said: _Said, dice: random.Random) -> str:
    """The clauses in an order, with the words around them, as somebody types them."""
    dice.shuffle(said.tail)
    opener, end = dice.choice(_OPENERS), dice.choice(_ENDS)
    if not said.query.get("group_by"):
        opener = opener.replace("list", "show")  # a list of what is counted is a list of names
    if dice.random() < 0.1:
        first, *rest = said.tail
        return another_manner(f"{first}, {opener}{' '.join([said.head, *rest])}{end}", dice)
    return another_manner(f"{opener}{' '.join([said.head, *said.tail])}{end}", dice)


def _names(ref: DimensionRef) -> set[tuple[str, ...]]:
    dimension = ref.dimension
    return {words(each) for each in (dimension.label, dimension.name.replace("_", " "), *dimension.synonyms)}
