"""The arithmetic of a split: what each group contributed to a change, and for a ratio how much of it is mix and how much rate.

Exact in fractions, then written in decimals that still add up. It never asks anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from anabot.types import Cell, Driver, Table

PLACES = 10  # of a ratio, as the compiler casts it
_HALF = Fraction(1, 2)
_ROUNDING = Fraction(1, 10 ** (PLACES - 1))  # by which the warehouse's own division may differ


@dataclass(frozen=True, slots=True)
class Part:
    """One group. `beyond` is what it contributed more than its share of the whole would have."""

    before: Fraction | None
    after: Fraction | None
    contribution: Fraction
    beyond: Fraction
    mix: Fraction | None = None
    rate: Fraction | None = None


def amount(cell: Cell) -> Decimal | None:
    """The cell as a number, or None where it is none."""
    return Decimal(str(cell)) if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) else None


def moved(table: Table, metric: str, before: Decimal, after: Decimal) -> list[tuple[Cell, Part]] | None:
    """The parts of a number that adds up over the groups; None where it does not."""
    rows = list(_pairs(table, metric))
    if sum(b for _, b, _ in rows) != before or sum(a for _, _, a in rows) != after:
        return None
    change, size = Fraction(after - before), sum(abs(b) for _, b, _ in rows)
    return [(value, Part(b, a, a - b, (a - b) - (change * abs(b) / size if size else 0))) for value, b, a in rows]


def mixed(table: Table, top: str, bottom: str, before: Decimal, after: Decimal) -> list[tuple[Cell, Part]] | None:
    """The parts of `top` ÷ `bottom`: a group's weight that moved (mix), and its own ratio that moved (rate).

    Each effect takes the mean of the two periods for what stands still, so that nothing is left over. A group that is there in
    one period only is all mix. None where the groups do not make the whole.
    """
    tops, bottoms = list(_pairs(table, top)), list(_pairs(table, bottom))
    whole0, whole1 = sum(b for _, b, _ in bottoms), sum(a for _, _, a in bottoms)
    if not whole0 or not whole1:
        return None
    ratio0, ratio1 = Fraction(sum(b for _, b, _ in tops), whole0), Fraction(sum(a for _, _, a in tops), whole1)
    if abs(ratio0 - Fraction(before)) > _ROUNDING or abs(ratio1 - Fraction(after)) > _ROUNDING:
        return None
    return [
        (value, _weighed((n0, n1), (d0, d1), (whole0, whole1), (ratio0, ratio1)))
        for (value, n0, n1), (_, d0, d1) in zip(tops, bottoms, strict=True)
    ]


_Both = tuple[Fraction, Fraction]  # before, after


def _weighed(top: _Both, bottom: _Both, whole: _Both, ratio: _Both) -> Part:
    weight0, weight1 = bottom[0] / whole[0], bottom[1] / whole[1]
    own0, own1 = (Fraction(n, d) if d else None for n, d in zip(top, bottom, strict=True))
    shift = weight1 - weight0
    raw = top[1] / whole[1] - top[0] / whole[0]
    rate = (own1 - own0) * (weight0 + weight1) * _HALF if own0 is not None and own1 is not None else Fraction(0)
    contribution = raw - shift * (ratio[0] + ratio[1]) * _HALF
    beyond = contribution - (ratio[1] - ratio[0]) * weight0
    return Part(own0, own1, contribution, beyond, contribution - rate, rate)


def exactly(parts: Sequence[tuple[str, Part]], change: Decimal, places: int) -> list[Driver]:
    """The parts in decimals, the largest first; what rounding leaves over goes to that one, so that they add up to the change."""
    ordered = sorted(parts, key=lambda each: (-abs(each[1].contribution), each[0]))
    lines = [_driver(value, part, places) for value, part in ordered]
    left = change - sum((line.contribution for line in lines), Decimal(0))
    if left and lines:
        lines[0] = _driver(lines[0].value, ordered[0][1], places, left)
    return lines


def _driver(value: str, part: Part, places: int, left: Decimal = Decimal(0)) -> Driver:
    contribution = _decimal(part.contribution, places) + left
    rate = None if part.rate is None else _decimal(part.rate, places)
    before, after = (None if each is None else _decimal(each, places) for each in (part.before, part.after))
    return Driver(
        value=value,
        before=before,
        after=after,
        contribution=contribution,
        mix=None if rate is None else contribution - rate,
        rate=rate,
    )


def _pairs(table: Table, metric: str) -> Iterator[tuple[Cell, Fraction, Fraction]]:
    """Each row's group, the metric before and after; nothing is zero here, as a group that is not there adds nothing."""
    names = [column.name for column in table.columns]
    at, was = names.index(metric), names.index(f"{metric}__previous")
    for row in table.rows:
        yield row[0], Fraction(amount(row[was]) or 0), Fraction(amount(row[at]) or 0)


def _decimal(value: Fraction, places: int) -> Decimal:
    return Decimal(round(value * 10**places)).scaleb(-places)
