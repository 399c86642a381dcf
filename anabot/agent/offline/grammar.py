"""Read the phrases of one clause into slots: what, by what, of which, when, against what, and in which form.

This page is the whole grammar: each kind of phrase, and its reader. Pure; it never looks at what a metric can be cut by.
"""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline import (
    opposing,
    parting,
    read_aggregates,
    read_amounts,
    read_by,
    read_days,
    read_matches,
    read_moves,
    read_names,
    read_none,
    read_numbers,
    read_other_times,
    read_pairs,
    read_picks,
    read_spans,
    read_times,
    read_values,
)
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.parser import BOUNDS, Parser, Reader, flag, note, skip
from anabot.agent.offline.slots import Slots
from anabot.agent.offline.tagging import Tag


def _name(p: Parser, i: int) -> int:
    return parting.again(p, i) or read_amounts.compared(p, i) or read_names.name(p, i)


def _leave_out(p: Parser, i: int) -> int:
    end = read_pairs.minus(p, i) if p.at(i).text.casefold() == "minus" else None
    return read_values.leave_out(p, i) if end is None else end


_READERS: dict[str, Reader] = {
    # what and of which
    "aggregates": read_aggregates.several,  # tried before all others
    "name": _name,
    "question": read_names.question,
    "stays": read_values.stays,
    "only": skip,
    "light": skip,
    "count": skip,  # looked at by the metric after it
    "worth": read_amounts.worth,
    "verb": read_names.verb,
    "not": _leave_out,
    "pair": read_pairs.between,
    "span": read_spans.span,
    "pair_said": read_pairs.again,
    "less": read_pairs.less,
    "nickname": read_values.nickname,
    "drop": read_values.drop,
    "restore": read_values.restore,
    "share": read_pairs.part,
    "running": flag("running"),
    "none": read_none.none,
    "records": read_none.records,
    "blank": read_none.blank,
    "summed": note("summed"),
    "every": flag("every"),
    "match": read_matches.match,
    "of_which": parting.of_which,
    "besides": parting.besides,
    "is": Parser.misplace,  # taken by the dimension before it
    # by what
    "by": read_by.by,
    "pick": read_picks.pick,
    "wise": read_by.wise,
    "grain": read_times.grain,
    "trend": flag("trend"),
    # when, and against what
    "date": read_times.date,
    "vs": read_times.vs,
    "elided": Parser.misplace,  # taken by the "vs" before it
    "over": read_times.over,
    "change": read_moves.change,
    "fastest": read_moves.fastest,
    "same_year": flag("same_year"),
    "partial": read_times.partial,
    "weekdays": parting.weekdays_or_part,
    "unit": read_days.unit,
    "so_far": note("so_far"),
    "same_when": read_times.same_when,
    "two_times": read_times.two_times,
    "edge": read_times.edge,
    "stands": read_times.stands,
    "now": note("now"),
    "closed": skip,
    # how many, in what order
    "number": read_picks.several,
    **dict.fromkeys(BOUNDS, read_numbers.bound),
    "top": read_numbers.rank,
    "sort": read_numbers.sort,
    "direction": read_numbers.direction,
    "uncut": note("uncut"),
    "resize": read_numbers.resize,
    # in which form
    "chart": read_times.chart,
    "define": read_times.define,
    # in a thread
    "and": skip,
    "same_as": read_names.same_as,
    "what_about": flag("follows"),
    "instead": flag("follows"),
    "add": flag("adds"),
    "more": read_numbers.more,
    # what she says rather than computes
    "why": flag("why"),
    "who": read_names.who,
    "undo": Parser.misplace,  # alone it is the whole message
    "unfilter": flag("unfilter"),
    "help": flag("help"),
}


def parse(tags: Sequence[Tag], lexicon: Lexicon) -> Slots:
    """The slots of one clause. Every phrase is read, or listed in `unknown` or `misplaced`."""
    left, opposed, sides = opposing.taken(tags, lexicon)
    slots = Parser(left, lexicon, _READERS, read_other_times.cut).run()
    return opposing.told(slots, opposed, sides) if opposed else slots
