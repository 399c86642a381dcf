"""A second reading of the same question under one more condition: "… each week? How many of these on weekends?".

Pure. It goes on from the reading before it and only adds conditions; it never narrows a list that was cut to its first rows,
as the rows would be others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from anabot.agent.offline.clauses import Clause
from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.read_cuts import value_beside_dimension
from anabot.agent.offline.read_times import weekdays
from anabot.agent.offline.slots import Mention, Pick, Slots
from anabot.agent.understanding import Reading
from anabot.semantic.query import MetricQuery


def of_which(p: Parser, i: int) -> int:
    """ "of these", and the noun after it, which only says again what is counted."""
    p.slots.of_which = p.at(i).text
    entry = p.entry(i + 1)
    if entry.models and not p.before_of(i + 1) and not p.mention(i + 1):
        p.slots.nouns.append((p.at(i + 1).text, tuple(entry.models)))
        return i + 2
    return i + 1


def besides(p: Parser, i: int) -> int:
    """ "in total and on weekends": the condition after it holds in a second reading only."""
    within = Slots(of_which=p.at(i).text)
    own, p.slots = p.slots, within
    if p.at(i + 1).says("weekdays"):
        end = weekdays(p, i + 1)
    elif (beside := value_beside_dimension(p, i + 1)) is not None:
        end = beside
    elif p.entry(i + 1).values:
        within.picks.append(Pick(values=tuple(p.entry(i + 1).values), text=p.at(i + 1).text))
        end = i + 2
    else:
        end = 0
    p.slots = own
    if not end:
        return p.misplace(i)
    own.within = within
    return end


def shared(clauses: Sequence[tuple[Clause, Slots]]) -> list[Slots]:
    """What each clause says, with the days, groups and conditions that it shares with those that "and" joins to it.

    "How many orders and how many customers last month" asks for both of last month; what says more than what to count keeps its
    own groups and conditions.
    """
    found = [replace(slots, of_which="how many") if clause.narrows and not slots.of_which else slots for clause, slots in clauses]
    for k in range(len(found) - 1, 0, -1):
        if clauses[k][0].tied and not found[k].of_which:
            found[k - 1] = _with(found[k - 1], found[k])
    for k in range(1, len(found)):
        if clauses[k][0].tied and not found[k].of_which:
            found[k] = _with(found[k], found[k - 1])
    return found


def _with(slots: Slots, other: Slots) -> Slots:
    """The clause, with what only the `other` says of when; where it says nothing but what to count, also of which and by what."""
    if not (slots.mentions and other.mentions) or slots.over or slots.against or other.against or other.over:
        return slots
    found = replace(slots)
    if not (slots.when or slots.dated):
        found.when, found.dated, found.with_today = other.when, list(other.dated), other.with_today
    if not slots.is_edit and not slots.weekdays:
        found.cuts, found.picks, found.nouns = list(other.cuts), list(other.picks), [*slots.nouns, *other.nouns]
        found.weekdays, found.matches, found.windows = list(other.weekdays), list(other.matches), list(other.windows)
        if other.picks or other.weekdays or other.matches:
            found.notes = [*slots.notes, "The conditions that are said once hold for both."]
    return found


def base(slots: Slots, before: Sequence[Reading], thread: MetricQuery | None) -> MetricQuery:
    """The query that the clause narrows: the one reading before it, else the thread's. Raises Exit where there are several."""
    if len(before) > 1:
        raise _not_one(slots, "More than one thing was asked before it.")
    found = before[0].query if before else thread
    if found is None:
        raise _not_one(slots, "Nothing was asked before it.")
    if found.limit is not None or found.having or found.compare or found.share or found.running:
        raise _not_one(slots, "What comes before it is a ranking, a comparison or sorted out, and would have other rows.")
    return found


def about(slots: Slots, query: MetricQuery) -> Slots:
    """The clause about the metrics of `query`: its nouns may only name them again. Raises Exit."""
    if slots.share or slots.rank or slots.cuts or slots.when or slots.bounds:
        raise _not_one(slots, "With it I can add conditions such as “online” or “on weekends”, and nothing else.")
    mentions = [_again(slots, mention, query) for mention in slots.mentions]
    return replace(slots, mentions=mentions, verbs=[], follows=True)


def _again(slots: Slots, mention: Mention, query: MetricQuery) -> Mention:
    same = tuple(name for name in mention.metrics if name in query.metrics)
    if not same:
        raise _not_one(slots, f"“{mention.text}” is not what was asked for before it.")
    return replace(mention, metrics=same, term="", instead=())


def _not_one(slots: Slots, why: str) -> Exit:
    if slots.unknown:
        return stuck("unknown_words", unknown=slots.unknown)
    return stuck("shape", f"I cannot tell what “{slots.of_which}” is part of. {why}", unknown=[slots.of_which])
