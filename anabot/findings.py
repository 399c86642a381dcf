"""What is found by looking at results together: bridges between systems, drivers of a change, overlaps of readings.

Frozen nouns, which `types` hands on. Never how they are found.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

Unit = str  # "usd", "count", "ratio", "hours", "days" … free, shown beside the number


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How several readings overlap: of how many of an entity each combination of readings, by their labels, is made up."""

    entity: str
    regions: tuple[tuple[tuple[str, ...], int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A − B = Σ terms + residual, to the cent. `lines` are (label, amount, metric): A, the terms, B."""

    name: str
    title: str
    unit: Unit
    lines: tuple[tuple[str, Decimal, str], ...]
    residual: Decimal
    tolerance: Decimal

    @property
    def closes(self) -> bool:
        """Whether the terms explain the difference, within the tolerance."""
        return abs(self.residual) <= self.tolerance

    def walk(self) -> tuple[tuple[str, Decimal], ...]:
        """The bridge as people read it, from top to bottom: the left side, each step, what is not explained, the right side."""
        (left, first, _), *terms, (right, last, _) = self.lines
        steps = [(label, -amount) for label, amount, _ in terms]
        return ((left, first), *steps, ("Residual, not explained", -self.residual or Decimal("0.00")), (right, last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """What one group contributed to a change. For a ratio `mix` is what its weight did and `rate` what its own ratio did."""

    value: str
    before: Decimal | None
    after: Decimal | None
    contribution: Decimal
    mix: Decimal | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A change split over one dimension; the contributions add up to it exactly. `lines`: the largest first."""

    dimension: str
    label: str
    lines: tuple[Driver, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """The change of a metric between two periods, over every dimension that could be looked at; what tells most is first.

    `not_checked` are sentences on what could not be looked at, and why.
    """

    metric: str
    label: str
    unit: Unit
    before: Decimal
    after: Decimal
    splits: tuple[Split, ...]
    not_checked: tuple[str, ...] = ()

    @property
    def change(self) -> Decimal:
        """After less before, exactly."""
        return self.after - self.before
