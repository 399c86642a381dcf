"""Draw random typed queries and word each as people might: other names, other orders, fillers, typing errors.

Never looks at the grammar: what a wording means is the query that it was drawn from.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from anabot.agent import Reading, Understood, understand
from anabot.agent.offline.text import words
from anabot.semantic import resolve
from anabot.semantic.catalog import dimensions_of
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import DimensionRef, Metric, Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant
from tests.agent.asking import MONDAY

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
]
_OPENERS = [
    "",
    "",
    "",
    "show me ",
    "what was ",
    "give me ",
    "can you tell me ",
    "please show ",
    "I need ",
    "what is our ",
    "hi ana, ",
]
_ENDS = ["", "", "", "?", " please", " thanks", "."]
_BY = ["by {}", "by {}", "per {}", "broken down by {}", "for each {}", "split by {}", "grouped by {}"]
_ONLY = ["in {}", "for {}", "only {}", "only for {}"]
_NOT = ["excluding {}", "without {}", "except {}", "but not {}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Words, and the query they were drawn from."""

    text: str
    query: MetricQuery


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
            metric = self.registry.metrics[dice.choice(metrics)]
            if drawn := self._wording(metric, dice):
                count -= 1
                yield drawn

    def misread(self, wordings: Iterator[Wording]) -> tuple[list[str], int]:
        """The wordings that are silently read as another query, and how many are read right."""
        wrong, right = [], 0
        for each in wordings:
            found = self.read(each.text)
            if found is not None:
                meant = resolve(self.registry, each.query, self.grant).fingerprint()
                same = len(found) == 1 and found[0].query.fingerprint() == meant
                right += same
                wrong += [] if same else [f"“{each.text}”: {[r.query.as_json() for r in found]} is not {each.query.as_json()}"]
        return wrong, right

    def read(self, text: str) -> tuple[Reading, ...] | None:
        """The readings; None for an honest way out."""
        found = understand(text, registry=self.registry, grant=self.grant, values=self.values, team=self.team, now=MONDAY)
        return found.readings if isinstance(found, Understood) else None

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
        phrase, start, end = dice.choice(_PERIODS)
        refs = [ref for ref in dimensions_of(self.registry, metric.name) if self._plain(ref, metric)]
        group = dice.sample(refs, k=min(dice.choice([0, 1, 1, 2]), len(refs)))
        kept = self._filter([ref for ref in refs if ref not in group], dice)
        query = {"metrics": [metric.name], "period": {"start": start, "end": end}, "group_by": [ref.name for ref in group]}
        name = self._called(metric, dice)
        tail: list[str] = [phrase]
        if group:
            query["order_by"] = [f"-{metric.name}"]
        if group and dice.random() < 0.2:
            query["limit"] = dice.randint(2, 9)
            head = f"top {query['limit']} {self._said(group, dice)} by {name}"
        else:
            head = name
            if group:
                tail.append(dice.choice(_BY).format(self._said(group, dice)))
        if kept:
            ref, value, negated = kept
            query["where"] = [{"field": ref.name, "op": "ne" if negated else "eq", "values": [value]}]
            tail.append(dice.choice(_NOT if negated else _ONLY).format(value))
        dice.shuffle(tail)
        said = f"{dice.choice(_OPENERS)}{' '.join([head, *tail])}{dice.choice(_ENDS)}"
        said = said.lower() if dice.random() < 0.1 else said
        return Wording(text=_mistyped(said, dice) if dice.random() < 0.1 else said, query=MetricQuery.model_validate(query))

    def _called(self, metric: Metric, dice: random.Random) -> str:
        whole = {phrase.casefold() for phrase in metric.phrases}  # a question that was foreseen has a shape of its own
        names = [metric.label, *metric.synonyms, metric.name.replace("_", " ")]
        return dice.choice([name for name in names if name.casefold() not in whole])

    def _said(self, group: list[DimensionRef], dice: random.Random) -> str:
        names = [
            dice.choice([ref.dimension.label or ref.dimension.name.replace("_", " "), *ref.dimension.synonyms]) for ref in group
        ]
        return " and ".join(names)

    def _plain(self, ref: DimensionRef, metric: Metric) -> bool:
        """A dimension whose every name is its own here, and no other's that is as near."""
        if ref.dimension.kind != "categorical" or f"{ref.dimension.model}.{ref.dimension.name}" in self.grant.denied:
            return False
        others = [o for o in dimensions_of(self.registry, metric.name) if o != ref]
        own = _names(ref)
        return not any(own & _names(other) for other in others)

    def _filter(self, refs: list[DimensionRef], dice: random.Random) -> tuple[DimensionRef, str, bool] | None:
        if dice.random() < 0.5:
            return None
        held = self.values.by_dimension
        found = [
            (ref, value)
            for ref in refs
            for value in held.get((ref.dimension.model, ref.dimension.name), ())[:20]
            if value.replace(" ", "").isalpha() and len(self.values.lookup(value)) == 1
        ]
        return (*dice.choice(found), dice.random() < 0.2) if found else None


def _names(ref: DimensionRef) -> set[tuple[str, ...]]:
    dimension = ref.dimension
    return {words(each) for each in (dimension.label, dimension.name.replace("_", " "), *dimension.synonyms)}


def _mistyped(text: str, dice: random.Random) -> str:
    """Two neighbours swapped in one long word."""
    long = [word for word in text.split() if len(word) >= 7 and word.isalpha()]
    if not long:
        return text
    word = dice.choice(long)
    at = dice.randint(1, len(word) - 3)
    return text.replace(word, word[:at] + word[at + 1] + word[at] + word[at + 2 :], 1)
