"""Conditions that are not about a whole value: its letters, days of another time, days of the week. Raises Exit.

Pure. They choose rows; they never cut them into groups.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.slots import Cut, Match, Pick, Slots, Window
from anabot.periods import between_days
from anabot.semantic.query import AnyOf, Condition, Filter, Not
from anabot.semantic.registry import DimensionRef
from anabot.semantic.where_words import WEEKDAY, called


def conditions(slots: Slots, reached: Sequence[DimensionRef], notes: list[str]) -> Iterator[Filter]:
    """The conditions of the clause over what its metrics reach; `notes` says what was read."""
    for window in slots.windows:
        yield from _within(window, reached, notes)
    for days, left_out in slots.weekdays:
        yield on(days, left_out)
        notes.append(f"{'Not on' if left_out else 'Only on'} {called(days)}.")


def on(days: Sequence[int], left_out: bool) -> Filter:
    """On these days of the week, or on all others."""
    said = Condition(field=WEEKDAY, op="in", values=tuple(map(str, days)))
    return Not.model_validate({"not": said}) if left_out else said


def of_values(name: str, values: Sequence[str], negated: bool) -> Condition:
    """Any of these values, or none of them."""
    if len(values) == 1:
        return Condition(field=name, op="ne" if negated else "eq", values=tuple(values))
    return Condition(field=name, op="not_in" if negated else "in", values=tuple(values))


def joined(before: Sequence[Filter], said: Sequence[Filter], name: str, slots: Slots | None = None) -> list[Filter]:
    """ "Mexico too", "also Mexico", in a thread: beside the values that were chosen, and no longer left out.

    Where nothing was chosen, and nothing else is said, it is in what is shown already. Raises Exit.
    """
    found = list(said)
    known = any(isinstance(part, Condition) and part.field == name for part in before)
    alone = slots is not None and not (slots.cuts or slots.mentions)
    if alone and not known and all(isinstance(part, Condition) and _keeps(part) for part in found):
        values = " and ".join(value for part in found if isinstance(part, Condition) for value in part.values)
        raise stuck("shape", f"{values} is in what is shown already. Say “only {values}” to see nothing else.")
    for part in before:
        for k, new in enumerate(found):
            if not (isinstance(part, Condition) and isinstance(new, Condition) and part.field == name and _keeps(new)):
                continue
            left = [value for value in part.values if value not in new.values]
            if _keeps(part):
                found[k] = of_values(name, [*left, *new.values], False)
            elif part.op in ("ne", "not_in"):
                found[k : k + 1] = [of_values(name, left, True)] if left else []
    return found


def restored(before: Sequence[Filter], picks: Sequence[Pick]) -> tuple[Filter, ...]:
    """ "put Mexico back": the conditions of the thread without those that left it out."""
    for pick in picks:
        names, values = {name for _, name, _ in pick.values}, tuple(dict.fromkeys(value for _, _, value in pick.values))
        there = [part for part in before if isinstance(part, Condition) and part.field.rpartition("__")[2] in names]
        own = [part for part in there if _keeps(part) or _out(part, values)]
        if not own:
            raise stuck("shape", f"“{pick.text}” is not left out of what is shown.")
        before = tuple(new for p in before for new in (_with(p, values) if p in own else [p]))
    return tuple(before)


def _with(part: Filter, values: tuple[str, ...]) -> list[Filter]:
    assert isinstance(part, Condition)
    return joined([part], [of_values(part.field, values, False)], part.field)


def _keeps(part: Condition) -> bool:
    return part.op in ("eq", "in")


def _out(part: Condition, values: Sequence[str]) -> bool:
    return part.op in ("ne", "not_in") and bool(set(part.values) & set(values))


def before(day: dt.date | None) -> Iterator[Filter]:
    """Everything up to, but not including, a day."""
    if day is not None:
        yield Condition(field="metric_time__day", op="lt", values=(day.isoformat(),))


def blank(slots: Slots, dimension: Callable[[Cut], DimensionRef], notes: list[str]) -> Iterator[Filter]:
    """ "orders without a channel", "where the tier is unknown": rows in which nothing stands there."""
    for cut, left_out in slots.blank:
        ref = dimension(cut)
        label = ref.dimension.label or ref.dimension.name.replace("_", " ")
        notes.append(f"Only rows {'with' if left_out else 'without'} a {label}.")
        yield Condition(field=ref.name, op="not_null" if left_out else "is_null")


def matched(slots: Slots, dimension: Callable[[Cut], DimensionRef], notes: list[str]) -> list[Filter]:
    """ "whose name starts with J or contains X, and …": those said with "or" are one condition, all others hold together."""
    found: list[Filter] = []
    for match in slots.matches:
        part = _with_letters(match, dimension(match.cut), notes)
        if match.either and found:
            before = found.pop()
            found.append(AnyOf(any=(*(before.any if isinstance(before, AnyOf) else (before,)), part)))
        else:
            found.append(part)
    return found


def _with_letters(match: Match, ref: DimensionRef, notes: list[str]) -> Filter:
    label = ref.dimension.label or ref.dimension.name.replace("_", " ")
    if ref.dimension.kind != "categorical":
        raise stuck("shape", f"{label} is a time, which has no letters. Compare it with dates.", unknown=[match.letters])
    said = Condition(field=ref.name, op=match.op, values=(match.letters,))
    verb = match.op.replace("_", " ")
    bare = verb.replace("s ", " ").removesuffix("s")
    notes.append(f"{label} {f'does not {bare}' if match.negated else verb} “{match.letters}”, in capitals or not.")
    return Not.model_validate({"not": said}) if match.negated else said


def _within(window: Window, reached: Sequence[DimensionRef], notes: list[str]) -> Iterator[Filter]:
    if window.when.until is not None:
        ref = _nearest(window, reached)
        yield Condition(field=ref.name, op="lt", values=(window.when.until.isoformat(),))
        notes.append(f"{ref.dimension.label or ref.dimension.name.replace('_', ' ')}: before {window.when.until:%-d %b %Y}.")
        return
    if window.when.fault or window.when.period is None:
        raise stuck("period", window.when.fault or f"Say which days of the {window.text} count.")
    ref = _nearest(window, reached)
    period = window.when.period
    yield Condition(field=ref.name, op="ge", values=(period.start.isoformat(),))
    yield Condition(field=ref.name, op="lt", values=(period.end.isoformat(),))
    notes.append(f"{ref.dimension.label or ref.dimension.name.replace('_', ' ')}: {between_days(period)}.")


def _nearest(window: Window, reached: Sequence[DimensionRef]) -> DimensionRef:
    found = [ref for ref in reached if (ref.dimension.model, ref.dimension.name) in window.dimensions]
    nearest = [ref for ref in found if len(ref.path) == len(found[0].path)]
    if len({(ref.path, ref.dimension.model, ref.dimension.expr) for ref in nearest}) == 1:
        return nearest[0]
    if not found:
        raise stuck("unreachable", f"Nothing that is asked for leads to a “{window.text}”.")
    raise _several(window.text, nearest)


def _several(word: str, refs: Sequence[DimensionRef]) -> Exit:
    names = " or ".join(ref.name.replace("__", " ").replace("_", " ") for ref in refs[:3])
    return stuck("shape", f"“{word}” could be that of {names}. Say which.", unknown=[word])
