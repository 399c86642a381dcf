"""Read "founded before 1900" by a column that holds a year and no day: the dates of a verb as a condition on a number.

Pure. Only whole years fit; of anything nearer, and where no year is called so, nothing is read.
"""

from __future__ import annotations

from decimal import Decimal

from anabot.agent.offline.dates import When
from anabot.agent.offline.lexicon import DimensionId, Lexicon
from anabot.agent.offline.slots import Bound, BoundOp, Dated, Slots
from anabot.agent.offline.text import root, words


def condition(lexicon: Lexicon, slots: Slots, said: Dated) -> Bound | None:
    """The condition on the one year that is called after the verb, of what is counted; None where it is none."""
    found = _compared(said.when)
    reached = [_years(lexicon, name, said.verb) for mention in slots.mentions for name in mention.metrics]
    homes = set.intersection(*reached) if reached and not said.particle else set()
    if found is None or len(homes) != 1:
        return None
    op, *years = found
    text = f"{said.verb} {' and '.join(map(str, years))}"
    return Bound(op=op, numbers=tuple(map(Decimal, years)), text=text, dimensions=tuple(homes))


def _years(lexicon: Lexicon, metric: str, verb: str) -> set[DimensionId]:
    dimensions = [ref.dimension for ref in lexicon.reach(metric) if (ref.dimension.model, ref.dimension.name) in lexicon.numbers]
    return {
        (each.model, each.name)
        for each in dimensions
        if "year" in words(each.name) and root(verb.casefold()) in {root(word) for word in words(each.name)}
    }


def _compared(when: When) -> tuple[BoundOp, int] | tuple[BoundOp, int, int] | None:
    """How a year stands to the dates, where these are whole years."""
    if when.fault or when.as_of or when.in_year:
        return None
    if when.until is not None:
        return ("lt", when.until.year) if (when.until.month, when.until.day) == (1, 1) else None
    period = when.period
    if period is None or (period.start.month, period.start.day) != (1, 1):
        return None
    if (period.end.month, period.end.day) != (1, 1):
        return ("ge", period.start.year) if when.unit == "" else None
    last = period.end.year - 1
    return ("eq", last) if period.start.year == last else ("between", period.start.year, last)
