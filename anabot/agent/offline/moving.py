"""Conditions on how much a number moved: "which regions grew", "that fell by more than 10 %", "changed by at least $5,000".

Pure. A percentage is of what there was before; where there was nothing before, there is none, and it is not listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from anabot.agent.offline.exits import stuck
from anabot.agent.offline.slots import Bound, BoundOp, Moved
from anabot.semantic.query import AnyOf, Condition, Filter
from anabot.semantic.registry import Metric

Scaled = Callable[[Bound, Decimal], str]
_DOWNWARDS: dict[BoundOp, BoundOp] = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge", "eq": "eq", "between": "between"}


def conditions(moved: Moved, metric: Metric, scaled: Scaled, notes: list[str]) -> Iterator[Filter]:
    """What sorts out those that moved so. Raises Exit."""
    way = way_of(moved, metric)
    if moved.bound is None:
        notes.append(f"Only those are listed whose {metric.label} {'rose' if way == 'up' else 'fell'}.")
        yield _went(metric, way)
        return
    notes.append(_said(moved, metric, way))
    if way:
        yield _went(metric, way)
        yield _by(moved.bound, metric, way, scaled)
    elif moved.bound.op in ("gt", "ge"):
        yield AnyOf(any=tuple(_by(moved.bound, metric, each, scaled) for each in ("up", "down")))
    else:
        raise stuck("shape", f"“{moved.text} {moved.bound.text}” can be up or down. Say “grew” or “fell”.")


def way_of(moved: Moved, metric: Metric) -> str:
    """Up or down, where it is said; "" for a change of either kind. Raises Exit."""
    if moved.way not in ("better", "worse"):
        return moved.way
    if not metric.better:
        raise stuck("shape", f"Nobody has said whether more {metric.label} is better. Say “increase” or “decrease”.")
    return "up" if (moved.way == "better") == (metric.better == "higher") else "down"


def _went(metric: Metric, way: str) -> Condition:
    return Condition(field=f"{metric.name}__change", op="gt" if way == "up" else "lt", values=("0",))


def _by(bound: Bound, metric: Metric, way: str, scaled: Scaled) -> Condition:
    numbers = bound.numbers
    texts = [_text(number / 100) if bound.percent else scaled(bound, number) for number in numbers]
    down = way == "down"
    values = sorted(-Decimal(text) if down else Decimal(text) for text in texts)
    field = f"{metric.name}__{'percent_change' if bound.percent else 'change'}"
    op = _DOWNWARDS[bound.op] if down else bound.op
    return Condition(field=field, op=op, values=tuple(_text(value) for value in values))


def _text(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _said(moved: Moved, metric: Metric, way: str) -> str:
    assert moved.bound is not None
    verb = {"up": "rose", "down": "fell"}.get(way, "changed")
    of = ", of what it was before" if moved.bound.percent else ""
    return f"Only those are listed whose {metric.label} {verb} by {moved.bound.text}{of}."
