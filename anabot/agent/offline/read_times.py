"""Read when, against what, and in which form: dates, comparisons, grains, charts, definitions."""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline.dates import When
from anabot.agent.offline.lexicon import DimensionId
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Cut, Dated, Mention, Window
from anabot.agent.offline.text import is_verb, root, words
from anabot.agent.offline.timed_names import time_words
from anabot.agent.offline.two_times import times_done
from anabot.agent.offline.words import UNITS
from anabot.periods import Period

_THINGS = ("anything", "something", "nothing", "everything", "thing")
_PARTICLES = ("up", "off", "out", "in", "down", "over")


def date(p: Parser, i: int) -> int:
    """A period; the second of two that are compared is what the first is compared with."""
    when = p.at(i).when or When()
    slots = p.slots
    if slots.dated and p.joined(i - 1) and p.at(i - 2).kind == "date":
        slots.more_dates += 1  # "who joined in May and June"
        return i + 1
    if at := _verb_before(p, i) or _deed_before(p, i):
        noun = p.at(at - 2 if p.at(at - 1).says("who") else at - 1).text
        slots.dated.append(Dated(verb=p.at(at).text, when=when, noun=noun, particle=p.at(i - 1).text if at < i - 1 else ""))
        return i + 1
    if of := _own_dates(p, i):
        slots.bare.pop()
        slots.misplaced.pop()
        slots.windows.append(Window(dimensions=of, when=when, text=p.at(i - 1).text))
        return i + 1
    if of := _dates_of_cut(p, i):
        slots.windows.append(Window(dimensions=of, when=when, text=slots.cuts[-1].text))
        return i + 1
    if slots.when is not None and slots.including is None and p.at(i - 1).says("closed"):
        slots.including = when
        return i + 1
    if slots.more and slots.when is not None and slots.against is None and p.at(i - 1).says("and"):
        slots.when, slots.against = when, slots.when  # "more orders in April or May"
        return i + 1
    second = slots.when is not None and p.comparing
    aimed = p.comparing and slots.when is None and p.before[i] & {"to", "with"} and not any(t.when for t in p.tags[i + 1 :])
    if (second or aimed) and slots.against is None:
        slots.against = when
    elif slots.when is None:
        slots.when = when
    else:
        _one_more(p, i, slots.when, when)
    return i + 1


def _one_more(p: Parser, i: int, first: When, second: When) -> None:
    """Another date: the next one of a stretch, the same days once more ("last month (September)"), or one too many."""
    if run := _one_run(p, i, first, second):
        p.slots.when, p.slots.runs = run, True
    elif not _same_days(second, first):
        p.slots.more_dates += 1


def _same_days(one: When, other: When) -> bool:
    days = [(when.period.start, when.period.end) if when.period else None for when in (one, other)]
    return days[0] is not None and days[0] == days[1]


def _one_run(p: Parser, i: int, first: When, second: When) -> When | None:
    """ "per quarter in 2023 and 2024": dates of one kind that follow each other, one stretch where it is told in parts."""
    if not p.joined(i - 1) or p.at(i - 2).kind != "date" or first.period is None or second.period is None or second.in_year:
        return None
    one, other = first.period, second.period
    if first.in_year:
        one = first.in_year(other.start.year)
    if not first.unit or first.unit != second.unit or one.end != other.start or first.fiscal != second.fiscal:
        return None
    return When(period=Period(one.start, other.end), unit=first.unit, count=first.count + 1, fiscal=first.fiscal)


def _deed_before(p: Parser, i: int) -> int:
    """Where the verb of "tickets closed in May" is, or 0: that day is meant, where it is kept, and not how they stand now."""
    at, pick = i - 1, p.slots.picks[-1] if p.slots.picks else None
    said = p.at(at).text
    told = bool(p.mention(at - 1)) or p.at(at - 1).says("who")
    if not told or pick is None or pick.negated or pick.text != said or not is_verb(said.casefold()):
        return 0
    models = p.lexicon.registry.models
    homes = {model for model, _, _ in pick.values}
    times = [each for model in homes for each in models[model].dimensions.values() if each.kind == "time"]
    if not any(root(said.casefold()) in time_words(each) for each in times):
        return 0
    p.slots.picks.pop()
    p.slots.unknown.append(said)
    return at


def _verb_before(p: Parser, i: int) -> int:
    """Where "hired in 2022" or "signed up in 2022" has its verb, which is no word of the language's own; or 0."""
    at = i - 2 if p.at(i - 1).text.casefold() in _PARTICLES and not p.before_of(i - 1) else i - 1
    before = p.at(at)
    of_others = before.says("verb") and _of_others(p, at)
    said = before.text.casefold()
    verbal = (is_verb(said) and said not in _THINGS) or said == "due" or (before.kind == "unknown" and _is_time_verb(p, at))
    if not (before.kind == "unknown" or of_others) or not verbal or p.comparing:
        return 0
    if of_others:
        p.slots.verbs.remove(before.text)  # "orders of people who registered in May": no verb of the orders
        p.slots.unknown.append(before.text)
    return at


def _is_time_verb(p: Parser, i: int) -> bool:
    """ "memberships that expire in May": a verb in its bare form that begins the name of a time."""
    said, told = root(p.at(i).text.casefold()), p.at(i - 1).kind == "name" or p.at(i - 1).says("who")
    if p.before[i] or p.slots.did or not told or len(said) < 3:
        return False
    refs = (ref for metric in p.lexicon.visible for ref in p.lexicon.reach(metric) if ref.dimension.kind == "time")
    return any(words(ref.dimension.name)[:1] and root(words(ref.dimension.name)[0]) == said for ref in refs)


def _of_others(p: Parser, at: int) -> bool:
    """ "orders of people who registered in May", "for people registered in May": somebody’s verb, not that of what is counted."""
    noun = at - 2 if p.at(at - 1).says("who") else at - 1
    placed = p.before_of(noun) & {"of", "by", "for", "from"} or p.at(noun - 1).says("by")
    if noun < at - 1 and p.at(noun).kind in ("name", "unknown"):
        return p.mention(noun) is None or bool(placed)
    return bool(placed) and p.at(noun).kind in ("name", "unknown") and any(p.mention(k) for k in range(noun)) and not p.before[at]


def _own_dates(p: Parser, i: int) -> tuple[DimensionId, ...]:
    """ "hire date before 2023", "with a due date in May": the name of a time right before a date."""
    models = p.lexicon.registry.models
    homes = tuple(p.entry(i - 1).dimensions)
    timed = homes and all(models[model].dimensions[name].kind == "time" for model, name in homes)
    loose = timed and p.slots.bare and p.slots.misplaced and p.slots.bare[-1].text == p.slots.misplaced[-1] == p.at(i - 1).text
    return homes if loose else ()


def _dates_of_cut(p: Parser, i: int) -> tuple[DimensionId, ...]:
    """ "by due month in 2025", "by due date in May": of the time that the rows are told by."""
    cut = p.slots.cuts[-1] if p.slots.cuts else Cut(text="")
    kinds = {p.lexicon.registry.models[model].dimensions[name].kind for model, name in cut.dimensions}
    beside = cut.text.endswith(p.at(i - 1).text) and p.before[i] <= {"in", "on", "of", "for", "during", "within"}
    return cut.dimensions if kinds == {"time"} and beside and not p.comparing and cut.text.casefold() not in UNITS else ()


def vs(p: Parser, i: int) -> int:
    """ "vs last year", "vs the one before"; between two names it only joins them."""
    following = p.at(i + 1)
    p.slots.versus += [tag.text for tag in (p.at(i - 1), following) if tag.kind == "unknown"]
    comparing = p.at(i).text.casefold().startswith("compare")
    p.slots.compared |= comparing
    aimed = p.at(i).text.casefold().endswith((" to", " with")) and p.slots.when is None
    if following.when and aimed and p.slots.against is None and not any(tag.when for tag in p.tags[i + 2 :]):
        p.slots.against = following.when  # in a thread: "compare to 2024"
        return i + 2
    if following.when and not comparing:
        if p.slots.against:
            p.slots.more_dates += 1
        p.slots.against = following.when
        return i + 2
    if following.says("elided", "same_year"):
        p.slots.over = "year" if following.says("same_year") else "same"
        return i + 2
    if following.says("over", "change", "not") or following.kind in ("name", "question", "unknown") or following.says("worth"):
        return i + 1
    if comparing:
        p.slots.change = True
        return i + 1
    return p.misplace(i)


def over(p: Parser, i: int) -> int:
    """ "week over week"."""
    p.slots.over = p.at(i).detail
    return i + 1


def grain(p: Parser, i: int) -> int:
    """ "weekly"."""
    p.slots.cuts.append(Cut(text=p.at(i).text, unit=p.at(i).detail))
    return i + 1


def partial(p: Parser, i: int) -> int:
    """ "excluding the current month" is how whole units are read anyway, and cuts off any other; "including today" is not."""
    if p.at(i).detail == "today":
        p.slots.with_today = True
        return i + 1
    if p.at(i).detail == "past":
        return i + 1 if p.slots.when and p.slots.when.count > 1 else p.misplace(i)  # "the last 5 days" are over
    if p.at(i + 1).kind != "unit":
        return p.misplace(i)
    if p.at(i).text.casefold().endswith(("current", "this")):
        p.slots.without = p.at(i + 1).detail
    return i + 2


def chart(p: Parser, i: int) -> int:
    """ "as a chart"."""
    p.slots.chart = p.at(i).detail
    return i + 1


def define(p: Parser, i: int) -> int:
    """ "what does … mean", "show the SQL"; "calculate the change" only asks for it."""
    asked = p.before_of(i) & {"how", "do", "does", "did", "is", "are", "was", "were", "be", "we", "you", "i", "it"}
    if p.at(i).text.casefold() not in ("calculate", "compute") or asked:
        p.slots.define.add(p.at(i).detail)
    return i + 1


def stands(p: Parser, i: int) -> int:
    """ "at the end of", "latest", "month end"."""
    kind, _, unit = p.at(i).detail.partition(" ")
    if p.slots.stands:
        return p.misplace(i)
    p.slots.stands = kind
    p.slots.stands_text = p.at(i).text
    if unit:
        p.slots.cuts.append(Cut(text=p.at(i).text, unit=unit))
    return i + 1


def same_when(p: Parser, i: int) -> int:
    """ "… over that period": of the dates that are said before it, perhaps in another sentence."""
    p.slots.same_when.append(p.at(i).text)
    return i + 1


def two_times(p: Parser, i: int) -> int:
    """ "on the same day as they were ordered"; after a verb that stands for a value ("shipped"), nobody knows of which day."""
    said = p.at(i).two_times
    assert said is not None, "the phrase was found as such"
    before = p.at(i - 1)
    if not said.first and before.kind == "name" and p.entry(i - 1).only_values and is_verb(before.text.casefold()):
        return p.misplace(i)
    if not said.first and p.slots.dated and before.kind == "date":  # "delivered in May on the same day as …"
        said = said.of(times_done(p.lexicon, p.slots.dated[-1].verb, p.slots.dated[-1].particle))
    told = p.before[i] | (p.before_of(i - 1) if before.says("verb") else set())
    p.slots.two_times.append(replace(said, told=bool(told & {"was", "were", "is", "are", "been"})))
    return i + 1


def edge(p: Parser, i: int) -> int:
    """ "when was the last order", "first order date": the date of what is counted, beside which nothing else is."""
    said = p.at(i).edge
    assert said is not None, "the phrase was found as such"
    if (first := p.slots.edge) and p.joined(i - 1) and (first.metrics, first.since) == (said.metrics, ()) and first.op != said.op:
        p.slots.edge = replace(first, also=said.op)  # "first order date and last order date"
        return i + 1
    if p.slots.edge is not None or p.slots.mentions or "whose" in p.before[i]:
        return p.misplace(i)
    p.slots.edge = said
    if said.named:
        p.slots.mentions.append(Mention(metrics=said.metrics, text=said.text))
    return i + 1
