"""The verdict on a text: every number, period, direction and cause that no result bears out, each with the reason.

A number counts as borne out by a cell whose metric, groups, filters, period, unit and sign are the ones that the words around it
say, by a sum of a column that adds up, or by a difference, ratio or share of two cells that the sentence names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from anabot.agent.grounding import claims, relative
from anabot.agent.grounding.bearing import Bearing
from anabot.agent.grounding.grounds import Claim, Names, Shown
from anabot.agent.grounding.words import CLOCK
from anabot.periods import Grain, containing

_MOVES = re.compile(
    r"\b(?:(?P<up>rose|risen|rises|increased|increases|grew|grown|grows|climbed|jumped|surged"
    r"|recovered|rebounded|rallied|soared|spiked|expanded|advanced|picked up|ticked up|edged up)"
    r"|(?P<down>fell|fallen|falls|dropped|drops|decreased|decreases|declined|declines|shrank|shrunk|slid|plunged"
    r"|slipped|dipped|eased|softened|tumbled|sank|crashed|contracted|retreated|edged down))\b",
    re.I,
)
_GLOSS = re.compile(r"\s?\(")
_CAUSE = re.compile(
    r"\b(?:because|due to|driven by|driving|drove|caused?(?: by)?|causing"
    r"|thanks to|owing to|as a result of|led to|attributable to|explained by"
    r"|the reason|root cause|stems? from|on the back of|behind the|fuell?ed by|pushed (?:up|down) by|comes? from|came from)\b",
    re.I,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is wrong with a text; nothing, where it may be said."""

    claims: tuple[Claim, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether everything in the text is borne out."""
        return not self.claims


def ground(text: str, results: Sequence[Shown], names: Names) -> Verdict:
    """Hold the text against the results. `names` are those its reader may know, so that a name put for another is noticed."""
    return Verdict(claims=tuple(_Reading(Bearing(text, tuple(results), names)).claims()))


class _Reading:
    """One text over its results. Goes through the clauses in order, as what they say carries on."""

    def __init__(self, bearing: Bearing) -> None:
        self.bearing, self.text, self.results, self.clauses = bearing, bearing.text, bearing.results, bearing.clauses

    def claims(self) -> Iterator[Claim]:
        """Every claim that does not hold, in the order of the text."""
        for k, clause in enumerate(self.clauses):
            yield from self._periods(k)
            found = [(number, self.bearing.borne_out(number, k)) for number in clause.numbers]
            yield from (Claim(text=n.text, at=n.start, why=self.bearing.why(n)) for n, how in found if not how)
            yield from self._direction(k, [how for _, how in found if how])
            yield from self._causes(k)
            yield from claims.unborne(self.bearing, k)
            yield from relative.unborne(self.bearing, k)

    # --- periods

    def _periods(self, k: int) -> Iterator[Claim]:
        clause = self.clauses[k]
        whole = {each for one in self.results for each in (one.period, one.compare, *one.buckets) if each}
        ends = {containing(day, Grain.DAY) for each in whole for day in (each.start, each.last_day)}
        days = {containing(day, Grain.DAY) for one in self.results for day in one.days}
        for said in clause.periods:
            if not said.periods & (whole | ends | days):
                yield Claim(text=said.text, at=said.start, why="No result is of this period.")
            elif not said.periods & (whole | ends) and not self.bearing.dated(said.periods, k):
                yield Claim(
                    text=said.text, at=said.start, why="A result has this day, but not for the metric or group said here."
                )
        for said, other in pairwise(clause.periods):
            if _GLOSS.fullmatch(self.text[said.end : other.start]) and not said.periods & other.periods:
                yield Claim(text=other.text, at=other.start, why=f"These are not the days of {said.text}.")
        yield from self._hours(k)

    def _hours(self, k: int) -> Iterator[Claim]:
        clause = self.clauses[k]
        for hour in CLOCK.finditer(self.text, clause.start, clause.end):
            if not self.bearing.timed(hour[0], k):
                yield Claim(text=hour[0], at=hour.start(), why="No result has this time of day for what is named here.")

    # --- directions and causes

    def _direction(self, k: int, how: Sequence[str]) -> Iterator[Claim]:
        """ "Rose" or "fell" without a change beside it must agree with a change of what it speaks of."""
        clause = self.clauses[k]
        word = _MOVES.search(clause.plain)
        if word is None or "change" in how or "derived" in how:
            return
        metrics, wanted = self.bearing.metrics(k), 1 if word["up"] else -1
        moves = [
            c
            for c in self.bearing.cells()
            if c.part == "__change" and c.metric in metrics and self.bearing.fits(c.result, c.row, k)
        ]
        named = [c for c in moves if self.bearing.named(c.result, c.row, k)] or moves
        steps = [c.value for c in named] or self._steps(k)
        if not any(step * wanted > 0 for step in steps):
            yield Claim(text=word[0], at=clause.start + word.start(), why="No result compares these, or it moved the other way.")

    def _steps(self, k: int) -> list[Decimal]:
        """The moves between the numbers that the sentence gives, in order."""
        inside = sorted(((at, cell.value) for at, cell in self.bearing.spoken_of(k)), key=lambda each: each[0])
        clause, steps = self.clauses[k], [(at, second - first) for (_, first), (at, second) in pairwise(inside)]
        here = [step for at, step in steps if clause.start <= at < clause.end]  # "…, then dropped to $1,000 in August"
        return here[:1] or [step for _, step in steps[:1]]

    def _causes(self, k: int) -> Iterator[Claim]:
        clause = self.clauses[k]
        vouched = {name.casefold() for result in self.results for name in result.causes}
        inside = [each for each in self.clauses if each.sentence == clause.sentence]
        for word in _CAUSE.finditer(clause.plain):
            whole = word[0].casefold().startswith("c") and word[0].casefold().endswith("from") and claims.shares(self.bearing, k)
            if not whole and not any(each.values & vouched for each in inside):
                why = "A cause is claimed, and no finding of drivers names it."
                yield Claim(text=word[0], at=clause.start + word.start(), why=why)
