"""Say what has changed since the last run: the largest movers of a playbook's own queries, by what they contribute.

Pure. The numbers of the run before are those that the same queries give for its time, over the data as it is now, so that the
same data gives the same words whoever asks. Groups that are in only one of the two are not compared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from anabot.playbooks.amounts import Md
from anabot.playbooks.filters import ALMOST, SAME, moved_words
from anabot.playbooks.markdown import escape
from anabot.playbooks.view import Result
from anabot.semantic.units import day
from anabot.types import Cell, Column

_MOST_LINES, _MOST_GROUPS = 4, 2
_NEXT_STEP = "\n### Next step"
NAME = "what_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One number at the run before and now. `group` is what it belongs to, as people read it; "" for a whole."""

    query: str
    group: str
    column: Column
    before: Decimal
    now: Decimal

    @property
    def change(self) -> Decimal:
        """Now less before, exactly."""
        return self.now - self.before


def comparable(result: Result) -> bool:
    """Whether a result has numbers of its own dates for whole groups; a series over time moves by growing longer."""
    grouped = result.table.columns[: _groups(result)]
    return result.period is not None and all(column.type not in ("date", "time") for column in grouped)


def shifts(now: Result, before: Result | None) -> Iterator[Shift]:
    """Each number that stands in both. Without `before`, what `now` compares itself with is the run before."""
    width, columns = _groups(now), now.table.columns
    earlier = _by_group(before) if before else {}
    for place, row in enumerate(now.table.rows):
        words = " / ".join(now.text(row, index) for index in range(width))
        for name in now.metrics:
            index = now.at(name)
            was = row[now.at(f"{name}__previous")] if before is None else earlier.get((row[:width], name))
            if (place, index) not in now.table.suppressed and _is_number(row[index]) and _is_number(was):
                yield Shift(query=now.name, group=words, column=columns[index], before=_exact(was), now=_exact(row[index]))


def section(found: Sequence[Shift], since: dt.date, *, same_dates: bool) -> Md:
    """The section, with its heading; nothing where nothing can be compared."""
    if not found and not same_dates:
        return Md("")
    head = f"### What changed since {day(since)}\n"
    if not found:
        return Md(f"{head}Nothing: the dates are the same as last time.\n")
    by_metric: dict[str, list[Shift]] = {}
    for one in found:
        by_metric.setdefault(one.column.name, []).append(one)
    lines: dict[str, str] = {}  # what two metrics say alike is said of the first
    for some in by_metric.values():
        name, words = _line(some)
        if words and words != ALMOST:
            lines.setdefault(words, f"- **{name}** {words}")
    return Md(head + ("\n".join(list(lines.values())[:_MOST_LINES]) if lines else "Nothing has moved.") + "\n")


def placed(words: str, changed: str) -> str:
    """The words with the section before their next step, or at their end."""
    if not changed:
        return words
    body, step, rest = words.rpartition(_NEXT_STEP)
    return f"{body.rstrip()}\n\n{changed.rstrip()}\n{step}{rest}" if step else f"{words.rstrip()}\n\n{changed.rstrip()}\n"


def _line(some: Sequence[Shift]) -> tuple[str, str]:
    """One metric's name, and how it has moved: as a whole, and in the groups that moved most. "" where it has not."""
    whole = next((one for one in some if not one.group), None)
    groups = _telling([one for one in some if one.group])
    largest = sorted((one for one in groups if one.change), key=lambda one: (-abs(one.change), one.group))[:_MOST_GROUPS]
    if not largest and (whole is None or not whole.change):
        return "", ""
    name = escape(some[0].column.label or some[0].column.name)
    words = _moved(whole) if whole is not None else ""
    if not largest:
        return name, words
    all_of_it = whole is not None and sum((one.change for one in groups), Decimal(0)) == whole.change
    return name, f"{words}{', of which' if all_of_it else ', moving most in' if whole else 'moved most in'} {_list(largest)}"


def _telling(groups: Sequence[Shift]) -> list[Shift]:
    """The groups of the first query that has them: those of another one tell of the same change again."""
    return [one for one in groups if one.query == groups[0].query]


def _list(largest: Sequence[Shift]) -> str:
    return " and ".join(f"{one.group} {_moved(one)}" for one in largest)


def _moved(one: Shift) -> str:
    words = moved_words(one.change, one.column, max(abs(one.before), abs(one.now)))
    if words == SAME or one.column.unit == "ratio" or one.before <= 0:
        return words
    return f"{words} ({round(one.change / one.before * 100, 1):+,}%)"


def _groups(result: Result) -> int:
    return min((result.at(name) for name in result.metrics if result.has(name)), default=0)


def _by_group(result: Result) -> Mapping[tuple[tuple[Cell, ...], str], Cell]:
    width = _groups(result)
    return {
        (row[:width], name): row[result.at(name)]
        for place, row in enumerate(result.table.rows)
        for name in result.metrics
        if (place, result.at(name)) not in result.table.suppressed
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _exact(value: Cell) -> Decimal:
    return Decimal(str(value))
