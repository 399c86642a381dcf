"""Say what a change is made of: how much it moved, which groups moved most and how much of it they are, what was not checked.

Every number is one of the finding's. It says what moved with what, never why it happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from anabot.agent.grounding import Shown
from anabot.periods import Period, between_days
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.units import format_cell, rounded
from anabot.types import Cell, Column, Driver, Drivers, Split, Table

NAMED = 3  # groups in the sentence
_SHOWN = 6  # groups in the table; the rest is one line
_OTHERS = "All others"
_TOO_MUCH = Decimal("1.5")
_ALSO = 3  # further dimensions in the sentence


def say_drivers(found: Drivers, query: MetricQuery) -> str:
    """The change in a sentence, what it is made of in the next ones."""
    said = [f"{found.label} {_moved(found)}{_when(query)}."]
    if found.splits:
        first, *others = found.splits
        said += [_by(found, first), *_mixed(found, first), *_also(found, others[:_ALSO])]
    if found.not_checked:
        said.append(f"Not checked: {'; '.join(found.not_checked)}.")
    elif not found.splits:
        said.append("There is nothing that I can split it by for you.")
    return " ".join(said)


def table_of(found: Drivers) -> Table | None:
    """The first split as a table: the largest groups, and the rest in one line, so that the lines add up to the change."""
    if not found.splits or not found.change:
        return None
    split = found.splits[0]
    shown, rest = split.lines[:_SHOWN], split.lines[_SHOWN:]
    mixes = bool(split.lines) and split.lines[0].mix is not None
    number = "money" if found.unit == "usd" else "ratio" if found.unit == "ratio" else "number"
    parts = ("mix", "rate") if mixes else ()
    columns = (
        Column(name=split.dimension, type="text", label=split.label),
        Column(name="before", type=number, unit=found.unit, label="Before"),
        Column(name="after", type=number, unit=found.unit, label="After"),
        *(Column(name=part, type=number, unit=found.unit, label=part.capitalize()) for part in parts),
        Column(name="contribution", type=number, unit=found.unit, label="Contribution"),
        Column(name="share", type="ratio", unit="ratio", label="Of the change"),
    )
    rows = [_row(line, found, mixes) for line in shown]
    if rest:
        rows.append(_row(_together(rest, mixes), found, mixes))
    return Table(columns=columns, rows=tuple(rows))


def shown_drivers(found: Drivers, query: MetricQuery) -> Shown:
    """The finding as grounds for a text: its numbers, each beside its name, and the names that a cause may be claimed of."""
    unit = "" if found.unit in ("count", "number") else found.unit
    stated: list[tuple[Decimal, str, str]] = [(found.before, unit, ""), (found.after, unit, ""), (found.change, unit, "")]
    if found.before:
        stated.append((found.change / abs(found.before), "ratio", ""))
    for split in found.splits:
        stated += [(amount, unit, line.value) for line in split.lines for amount in _amounts(line)]
        stated += [
            (share, "ratio", line.value) for line in split.lines if (share := _share(line.contribution, found)) is not None
        ]
        leading = _leading(found, split)
        stated += [
            (share, "ratio", "") for k in range(1, len(leading) + 1) if (share := _share(_sum(leading[:k]), found)) is not None
        ]
        stated += [(total, unit, "") for total in _effects(split)]
    return Shown(
        metrics=(found.metric,),
        columns={},
        rows=(),
        period=_period(query.period),
        compare=_period(query.compare),
        numbers=frozenset(),
        causes=frozenset(line.value for split in found.splits for line in split.lines),
        stated=tuple(stated),
    )


def _moved(found: Drivers) -> str:
    before, after = (_value(found, number) for number in (found.before, found.after))
    if not found.change:
        return f"did not change: it is {after}, as before"
    share = f" ({'+' if found.change > 0 else '-'}{_percent(abs(found.change / found.before))})" if found.before else ""
    word = "rose" if found.change > 0 else "fell"
    return f"{word} by {_size(found, found.change)}{share if found.unit != 'ratio' else ''}, from {before} to {after}"


def _when(query: MetricQuery) -> str:
    period, compare = _period(query.period), _period(query.compare)
    if period is None or compare is None:
        return ""
    return f" ({between_days(period)}, against {between_days(compare)})"


def _by(found: Drivers, split: Split) -> str:
    """ "By country, Philippines fell by 5,000 and India by 3,618: 72.0% of the change." """
    leading = _leading(found, split)
    if not leading or not found.change:
        return ""
    named = "; ".join(f"{line.value} {_up(line.contribution)} {_size(found, line.contribution)}" for line in leading)
    return f"By {_lower(split.label)}: {named}, {_covering(found, leading)}.{_against(found, split)}"


def _covering(found: Drivers, leading: Sequence[Driver]) -> str:
    """How much of the change they are. Where others offset them, a share of far more than all would say little."""
    share = _share(_sum(leading), found) or Decimal(0)
    are = "which is" if len(leading) == 1 else "together"
    return f"{are} more than the whole change" if share > _TOO_MUCH else f"{are} {_percent(share)} of the change"


def _against(found: Drivers, split: Split) -> str:
    other = [line for line in split.lines if line.contribution and (line.contribution > 0) != (found.change > 0)][:1]
    if not other or abs(other[0].contribution) < abs(found.change) / 20:
        return ""
    return f" Against it, {other[0].value} is {_up(other[0].contribution)} {_size(found, other[0].contribution)}."


def _mixed(found: Drivers, split: Split) -> list[str]:
    if not split.lines or split.lines[0].mix is None:
        return []
    mix, rate = _effects(split)
    moved = f"The mix of {_lower(split.label)} alone moved it {_up(mix)} {_size(found, mix)}"
    return [f"{moved}, the rates within each {_up(rate)} {_size(found, rate)}."]


def _also(found: Drivers, splits: Sequence[Split]) -> list[str]:
    parts = []
    for split in splits:
        if leading := _leading(found, split)[:1]:
            moved = f"{_up(leading[0].contribution)} {_size(found, leading[0].contribution)}"
            parts.append(f"by {_lower(split.label)} {leading[0].value} ({moved})")
    return [f"The most in other ways: {', '.join(parts)}."] if parts else []


def _leading(found: Drivers, split: Split) -> list[Driver]:
    """The largest that moved the same way as the whole."""
    return [line for line in split.lines if line.contribution and (line.contribution > 0) == (found.change > 0)][:NAMED]


def _effects(split: Split) -> tuple[Decimal, ...]:
    if not split.lines or split.lines[0].mix is None:
        return ()
    zero = Decimal(0)
    return sum((line.mix or zero for line in split.lines), zero), sum((line.rate or zero for line in split.lines), zero)


def _amounts(line: Driver) -> list[Decimal]:
    return [each for each in (line.before, line.after, line.contribution, line.mix, line.rate) if each is not None]


def _together(lines: Sequence[Driver], mixes: bool) -> Driver:
    zero = Decimal(0)
    if mixes:
        mix, rate = (sum((getattr(line, part) or zero for line in lines), zero) for part in ("mix", "rate"))
        return Driver(value=_OTHERS, before=None, after=None, contribution=mix + rate, mix=mix, rate=rate)
    before, after = (sum((getattr(line, part) or zero for line in lines), zero) for part in ("before", "after"))
    return Driver(value=_OTHERS, before=before, after=after, contribution=_sum(lines))


def _row(line: Driver, found: Drivers, mixes: bool) -> tuple[Cell, ...]:
    parts = (line.mix, line.rate) if mixes else ()
    return (line.value, line.before, line.after, *parts, line.contribution, _share(line.contribution, found))


def _sum(lines: Sequence[Driver]) -> Decimal:
    return sum((line.contribution for line in lines), Decimal(0))


def _share(contribution: Decimal, found: Drivers) -> Decimal | None:
    return rounded(contribution / found.change, 10) if found.change else None


def _up(amount: Decimal) -> str:
    return "up" if amount >= 0 else "down"


def _size(found: Drivers, amount: Decimal) -> str:
    """The size of a move, without its sign; that of a share in percentage points."""
    if found.unit == "ratio":
        return f"{rounded(abs(amount) * 100, 2):,.2f} points"
    return _value(found, abs(amount))


def _value(found: Drivers, number: Decimal) -> str:
    return format_cell(number, Column(name=found.metric, type="number", unit=found.unit))


def _percent(share: Decimal) -> str:
    return format_cell(share, Column(name="share", type="ratio", unit="ratio"))


def _period(span: object) -> Period | None:
    return Period(span.start, span.end) if isinstance(span, Span) else None


def _lower(label: str) -> str:
    return label[0].lower() + label[1:] if label[:1].isupper() and not label[1:2].isupper() else label
