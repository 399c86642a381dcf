"""A second reading of the same question under one more condition: "… each week? How many of these on weekends?".

Pure. It goes on from the reading before it and only adds conditions; it never narrows a list that was cut to its first rows,
as the rows would be others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from anabot.agent.offline.clauses import Clause
from anabot.agent.offline.counting import counts_rows
from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.parser import BOUNDS, Parser
from anabot.agent.offline.read_cuts import value_beside_dimension
from anabot.agent.offline.read_days import weekdays
from anabot.agent.offline.slots import Mention, Pick, Slots
from anabot.agent.offline.text import root
from anabot.agent.understanding import Reading
from anabot.semantic.catalog import catalog_of
from anabot.semantic.query import MetricQuery


def of_which(p: Parser, i: int) -> int:
    """ "of these", and the noun after it, which only says again what is counted."""
    if p.at(i + 1).says(*BOUNDS) and p.slots.cuts and p.before_of(i + 1) <= {"with", "having", "the", "that", "have"}:
        return i + 1  # "which shops …, among those with at least 5 orders"
    p.slots.of_which = p.at(i).text
    p.slots.of_count = {"how", "many"} <= p.before_of(i)
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
    found = [_narrowing(clause, slots) if clause.narrows and not slots.of_which else slots for clause, slots in clauses]
    for k in range(len(found) - 1, 0, -1):
        if clauses[k][0].tied and found[k].of_which:
            found[k - 1], found[k] = _lent(found[k - 1], found[k])
        elif clauses[k][0].tied:
            found[k - 1] = _with(found[k - 1], found[k])
    for k in range(1, len(found)):
        if clauses[k][0].tied and not found[k].of_which:
            found[k] = _with(found[k], found[k - 1])
    return [_dated_as(slots, found[:k]) for k, slots in enumerate(found)]


def _dated_as(slots: Slots, before: Sequence[Slots]) -> Slots:
    """ "… What were orders over that period?": the dates of the clause before it that has some; else words about nothing."""
    if not slots.same_when or slots.when:
        return slots
    dated = next((each for each in reversed(before) if each.when), None)
    if dated is None:
        return replace(slots, unknown=[*slots.unknown, *slots.same_when])
    return replace(slots, when=dated.when, dated=list(dated.dated), with_today=dated.with_today)


def _narrowing(clause: Clause, slots: Slots) -> Slots:
    counted = any(tag.text.casefold() == "many" for tag in clause.tags[:3])
    return replace(slots, of_which="how many" if counted else "how much", of_count=counted)


def _lent(whole: Slots, part: Slots) -> tuple[Slots, Slots]:
    """ "… and how many on weekends last month": what is said of when, and by what, after the part is said of the whole."""
    whole, part = replace(whole), replace(part)
    if part.when and not (whole.when or whole.dated):
        whole.when, whole.with_today, part.when = part.when, part.with_today, None
    if part.cuts and not whole.cuts:
        whole.cuts, part.cuts = part.cuts, []
    return whole, part


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
        found.amounts, found.two_times = list(other.amounts), list(other.two_times)
        if other.picks or other.weekdays or other.matches or other.amounts or other.two_times:
            found.notes = [*slots.notes, "The conditions that are said once hold for both."]
    return found


def weekdays_or_part(p: Parser, i: int) -> int:
    """ "on weekends"; "sales and weekend sales": a part of the sales beside them."""
    return again(p, i) or weekdays(p, i)


def again(p: Parser, i: int) -> int:
    """ "orders and online orders": after what is counted, the same under a condition of its own; 0 where it is not that."""
    mention = p.mention(i + 1) if p.joined(i - 1) and not p.before_of(i + 1) else None
    named = {name for each in p.slots.mentions for name in each.metrics}
    values = () if p.mention(i) else p.entry(i).values
    if mention is None or not set(mention.metrics) & named or not (p.at(i).says("weekdays") or values):
        return 0
    own, p.slots = p.slots, Slots(of_which=p.at(i).text)
    if values:
        p.slots.picks.append(Pick(values=tuple(values), text=p.at(i).text))
    else:
        weekdays(p, i)
    within, p.slots = p.slots, own
    if own.within is None:
        own.within = within
    elif (own.within.picks, own.within.weekdays) != (within.picks, within.weekdays):
        return p.misplace(i)  # a third one
    return i + 2


def base(slots: Slots, before: Sequence[Reading], thread: MetricQuery | None) -> MetricQuery:
    """The query that the clause narrows: the one reading before it, else the thread's. Raises Exit where there are several."""
    if len(before) > 1:
        raise _not_one(slots, "More than one thing was asked before it.")
    found = before[0].query if before else thread
    if found is None:
        raise _not_one(slots, "Nothing was asked before it.")
    if found.limit is not None or found.having or found.compare or found.share or found.running or found.made or found.over:
        raise _not_one(slots, "What comes before it is a ranking, a comparison or sorted out, and would have other rows.")
    return found


def only_of(slots: Slots, shown: MetricQuery | None, lexicon: Lexicon) -> Slots:
    """ "only gift orders", below a number of orders or of their sales: it only says of which, and goes on from the thread."""
    named = {name for mention in slots.mentions for name in mention.metrics}
    said = slots.picks or slots.amounts or slots.matches or slots.weekdays
    if shown is None or not (slots.narrows and named and said) or slots.cuts or slots.when or slots.rank or slots.bounds:
        return slots
    if not named <= set(shown.metrics) and not all(_is_of(name, shown, lexicon) for name in named):
        return slots
    labels = " and ".join(lexicon.registry.metrics[name].label for name in shown.metrics)
    told = [] if named <= set(shown.metrics) else [f"This is still about {labels}, of what is said alone."]
    return replace(slots, mentions=[], notes=[*slots.notes, *told])


def _is_of(name: str, shown: MetricQuery, lexicon: Lexicon) -> bool:
    """Whether a metric counts rows, or those in them, that what is shown is about, too."""
    metric, leaves = lexicon.registry.metrics[name], catalog_of(lexicon.registry).leaves
    homes = {leaf.model for each in shown.metrics for leaf in leaves(each)}
    homes |= {ref.dimension.model for ref in lexicon.reach(*shown.metrics)}
    counts = metric.agg == "count_distinct" or (metric.kind == "simple" and counts_rows(lexicon, metric))
    return counts and not metric.where and metric.model in homes


def about(slots: Slots, query: MetricQuery, lexicon: Lexicon) -> Slots:
    """The clause about the metrics of `query`: its nouns may only name them again, or one of their kind. Raises Exit."""
    if slots.share or slots.rank or slots.cuts or slots.when or slots.bounds:
        raise _not_one(slots, "With it I can add conditions such as “online” or “on weekends”, and nothing else.")
    mentions = [_again(slots, mention, query) for mention in slots.mentions]
    if not mentions and len(query.metrics) == 1:
        mentions = [_of_its_kind(slots, query.metrics[0], lexicon)]
    said = (slots.picks, slots.weekdays, slots.matches, slots.amounts, slots.windows, slots.dated, slots.two_times)
    alone = not any((*said, slots.unknown, slots.misplaced))
    if alone and {name for mention in mentions for name in mention.metrics} <= set(query.metrics):
        raise _not_one(slots, "It has no condition of its own.")
    return replace(slots, mentions=mentions, unknown=list(slots.unknown), verbs=[], follows=True)


def _of_its_kind(slots: Slots, name: str, lexicon: Lexicon) -> Mention:
    """What is counted again; "how many deliveries were due and how many were late": or its sibling that the words name."""
    metric = lexicon.registry.metrics[name]
    loose = [
        word for word in (*slots.unknown, *slots.misplaced) if not any(root(word.casefold()) in r for r in lexicon.roots(name))
    ]
    own = set.union(set(), *lexicon.roots(name))
    if len(loose) == 1 and not (slots.picks or slots.weekdays or slots.matches or slots.amounts):
        said = root(loose[0].casefold())
        found = [
            each for each in lexicon.visible if any(said in r and r - {said} <= own and r & own for r in lexicon.roots(each))
        ]
        if len(found) == 1:
            slots.unknown[:] = [word for word in slots.unknown if word not in loose]
            slots.misplaced[:] = [word for word in slots.misplaced if word not in loose]
            return Mention(metrics=(found[0],), text=loose[0], counted=slots.of_count)
    return Mention(metrics=(name,), text=metric.label, counted=slots.of_count)


def _again(slots: Slots, mention: Mention, query: MetricQuery) -> Mention:
    same = tuple(name for name in mention.metrics if name in query.metrics)
    if not same:
        raise _not_one(slots, f"“{mention.text}” is not what was asked for before it.")
    return replace(mention, metrics=same, term="", instead=())


def _not_one(slots: Slots, why: str) -> Exit:
    if slots.unknown:
        return stuck("unknown_words", unknown=slots.unknown)
    return stuck("shape", f"I cannot tell what “{slots.of_which}” is part of. {why}", unknown=[slots.of_which])
