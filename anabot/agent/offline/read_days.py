"""Read days of the week as conditions: "on weekends", "on Mondays and Fridays", "not on weekends", "weekday orders".

Pure. Days that are listed count together; two conditions that no day meets are never read as one.
"""

from __future__ import annotations

from anabot.agent.offline.parser import Parser

_WORKED = (1, 2, 3, 4, 5)
_ON = {"on", "a", "for", "during"}
_ALSO_MEASURED = ("business days", "business day", "working days", "working day")
_CUT = ("by", "pick", "top", "vs")


def weekdays(p: Parser, i: int) -> int:
    """ "on weekends", "on Mondays, Wednesdays and Fridays"."""
    negated, (days, end) = p.at(i - 1).says("not"), _list(p, i)
    if p.at(i).text.casefold() in _ALSO_MEASURED and not negated and not p.before_of(i) & _ON:
        return p.misplace(i)  # "how many business days"
    if not negated and any(set(days).isdisjoint(others) for others, left_out in p.slots.weekdays if not left_out):
        return p.misplace(i)
    p.slots.weekdays.append((days, negated))
    return end


def unit(p: Parser, i: int) -> int:
    """ "weekday orders", "orders on a weekday"; any other unit of time stands alone."""
    single = p.at(i).detail == "extract_dow" and p.at(i).text.casefold() in ("weekday", "week day")
    named = bool(p.mention(i + 1)) and not p.before_of(i + 1)
    if single and not p.at(i - 1).says(*_CUT) and (named or p.before_of(i) & _ON) and not p.slots.weekdays:
        p.slots.weekdays.append((_WORKED, p.at(i - 1).says("not")))
    else:
        p.lone_unit(i)
    return i + 1


def _list(p: Parser, i: int) -> tuple[tuple[int, ...], int]:
    """All days that "and", "or" and commas join, and where their list ends."""
    days, end = set(map(int, p.at(i).detail.split())), i + 1
    while True:
        j = end
        while p.joined(j):
            j += 1
        if j == end or not p.at(j).says("weekdays"):
            return tuple(sorted(days)), end
        days |= set(map(int, p.at(j).detail.split()))
        end = j + 1
