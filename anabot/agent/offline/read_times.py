"""Read when, against what, and in which form: dates, comparisons, grains, charts, definitions."""

from __future__ import annotations

from anabot.agent.offline.dates import When
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Cut


def date(p: Parser, i: int) -> int:
    """A period; the second of two that are compared is what the first is compared with."""
    when = p.at(i).when or When()
    slots = p.slots
    if slots.when is not None and slots.including is None and p.at(i - 1).says("closed"):
        slots.including = when
        return i + 1
    second = slots.when is not None and p.comparing
    aimed = p.comparing and slots.when is None and p.before[i] & {"to", "with"} and not any(t.when for t in p.tags[i + 1 :])
    if (second or aimed) and slots.against is None:
        slots.against = when
    elif slots.when is None:
        slots.when = when
    else:
        slots.more_dates += 1
    return i + 1


def vs(p: Parser, i: int) -> int:
    """ "vs last year", "vs the one before"; between two names it only joins them."""
    following = p.at(i + 1)
    comparing = p.at(i).text.casefold().startswith("compare")
    if following.when and not comparing:
        if p.slots.against:
            p.slots.more_dates += 1
        p.slots.against = following.when
        return i + 2
    if following.says("elided"):
        p.slots.over = "same"
        return i + 2
    if following.says("same_year", "over", "change") or following.kind in ("name", "question", "unknown"):
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
    """ "excluding the current month" is how whole units are read anyway; "including today" is not."""
    if p.at(i).detail == "today":
        p.slots.with_today = True
        return i + 1
    return i + 2 if p.at(i + 1).kind == "unit" else p.misplace(i)


def chart(p: Parser, i: int) -> int:
    """ "as a chart"."""
    p.slots.chart = p.at(i).detail
    return i + 1


def define(p: Parser, i: int) -> int:
    """ "what does … mean", "show the SQL"."""
    p.slots.define.add(p.at(i).detail)
    return i + 1
