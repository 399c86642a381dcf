"""What a change between two periods is made of: split over each dimension, exactly additive, what tells most first.

On results only: every number comes from a query under the asker's grant. It never says why in the world something happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from anabot.analysis.parts import PLACES, Part, amount, exactly, mixed, moved
from anabot.errors import BadQuery, NotAllowed, UnknownName, WarehouseError
from anabot.semantic.catalog import dimensions_of
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import DimensionRef, Metric, Registry
from anabot.semantic.units import format_cell
from anabot.types import Cell, Column, Drivers, Grant, Split, Table

Run = Callable[[MetricQuery], Table]
MOST = 10  # dimensions looked at for one question: each is a query
_NONE = "(none)"
_LISTED = 6  # of those not looked at
_TOO_MANY = "more dimensions than I look at for one question"


def drivers(query: MetricQuery, registry: Registry, grant: Grant, run: Run) -> Drivers:
    """The change of the query's first metric between its period and the one it is compared with.

    The groups of the query are the dimensions to look at; without them, those that the metric reaches and the grant leaves open.

    Raises:
        BadQuery: there is nothing to compare with in one of the two periods.
        NotAllowed, UnknownName, WarehouseError: the whole itself could not be asked.
    """
    metric = registry.metrics[query.metrics[0]]
    nothing = dict.fromkeys(("group_by", "order_by", "having", "limit_by", "made"), ())
    whole = query.model_copy(update={"metrics": (metric.name,), **nothing, "limit": None, "over": None})
    before, after = _whole(metric, run(whole))
    asked = [name for name in query.group_by if not name.startswith("metric_time")]
    looked, left = _dimensions(registry, metric, grant, asked)
    why = f"only {' and '.join(map(_label, looked))} was asked for" if asked else _TOO_MANY
    return _Change(metric, whole, before, after, run, grant).over(looked, left, why)


def _whole(metric: Metric, table: Table) -> tuple[Decimal, Decimal]:
    cells = dict(zip((column.name for column in table.columns), table.rows[0], strict=True)) if table.rows else {}
    before, after = amount(cells.get(f"{metric.name}__previous")), amount(cells.get(metric.name))
    if before is None or after is None:
        which = "the period before" if after is not None else "the period asked for"
        raise BadQuery(
            f"There is no change of {metric.label} to explain: {which} has no data.",
            todo="Ask for another period, or compare with one.",
        )
    return before, after


def _dimensions(
    registry: Registry, metric: Metric, grant: Grant, asked: Sequence[str]
) -> tuple[list[DimensionRef], list[DimensionRef]]:
    """Those to look at, the nearest first and each once however it is reached, and the others."""
    found: dict[tuple[str, str], DimensionRef] = {}
    # In the order that the data team wrote them down in: a name says nothing about what matters.
    places = {
        (model.name, name): i for i, (model, name) in enumerate((m, n) for m in registry.models.values() for n in m.dimensions)
    }

    def nearest_first(ref: DimensionRef) -> tuple[int, int]:
        return len(ref.path), places[ref.dimension.model, ref.dimension.name]

    for ref in sorted(dimensions_of(registry, metric.name), key=nearest_first):
        place = (ref.dimension.model, ref.dimension.name)
        if ref.dimension.kind == "categorical" and f"{place[0]}.{place[1]}" not in grant.denied:
            found.setdefault(place, ref)
    order = sorted(
        found.values(), key=lambda ref: (ref.name not in metric.default_group_by, not ref.dimension.indexed, nearest_first(ref))
    )
    if not asked:
        return order[:MOST], order[MOST:]
    looked = [ref for ref in dimensions_of(registry, metric.name) if ref.name in asked]
    own = {(ref.dimension.model, ref.dimension.name) for ref in looked}
    return looked, [ref for ref in order if (ref.dimension.model, ref.dimension.name) not in own]


@dataclass(frozen=True, slots=True)
class _Change:
    """One change to be split."""

    metric: Metric
    whole: MetricQuery
    before: Decimal
    after: Decimal
    run: Run
    grant: Grant

    def over(self, looked: Sequence[DimensionRef], left: Sequence[DimensionRef], why: str) -> Drivers:
        """The change over each of the dimensions; `why` those that are `left` were not looked at."""
        splits: list[tuple[Fraction, Split]] = []
        refused: list[str] = []
        for ref in looked:
            try:
                found = self._split(ref)
            except (NotAllowed, UnknownName, BadQuery, WarehouseError):
                found = None
            if found:
                splits.append(found)
            else:
                refused.append(_label(ref))
        ranked = sorted(splits, key=lambda each: -each[0])
        return Drivers(
            metric=self.metric.name,
            label=self.metric.label,
            unit=self.metric.unit,
            before=self.before,
            after=self.after,
            splits=tuple(split for _, split in ranked),
            not_checked=tuple(_not_checked(refused, [_label(ref) for ref in left], why)),
        )

    def _split(self, ref: DimensionRef) -> tuple[Fraction, Split] | None:
        """The split over one dimension and how much it tells; None where its parts do not make the whole."""
        inputs = self._inputs()
        names = inputs or (self.metric.name,)
        table = self.run(self.whole.model_copy(update={"metrics": names, "group_by": (ref.name,)}))
        if table.truncated or len(table.rows) < 1:
            return None
        found = (
            mixed(table, *inputs, self.before, self.after) if inputs else moved(table, self.metric.name, self.before, self.after)
        )
        if found is None:
            return None
        column = next(column for column in table.columns if column.name == ref.name)
        lines = tuple(exactly([(_value(value, column), part) for value, part in found], self.after - self.before, self._places()))
        return _tells([part for _, part in found]), Split(dimension=ref.name, label=_label(ref), lines=lines)

    def _inputs(self) -> tuple[str, str] | None:
        """What a ratio divides, where both can be asked for as they are."""
        parts = {each.alias: each for each in self.metric.inputs}
        if self.metric.kind != "ratio" or any(part.where or part.offset or part.offset_to for part in parts.values()):
            return None
        first, second = (part.metric for part in self.metric.inputs)
        return (first, second) if {first, second} <= self.grant.metrics else None

    def _places(self) -> int:
        """To how many places a contribution is exact."""
        exponent = (self.after - self.before).as_tuple().exponent
        return max(PLACES if self.metric.kind == "ratio" else 0, -exponent if isinstance(exponent, int) else 0)


def _tells(parts: Sequence[Part]) -> Fraction:
    """How much a dimension tells: how far one group went beyond its share, and the others not; or the mix shifted."""
    beyond = [abs(part.beyond) for part in parts]
    alone = max(beyond) ** 2 / sum(beyond) if any(beyond) else Fraction(0)
    shift = abs(sum((part.mix for part in parts if part.mix is not None), Fraction(0)))
    return max(alone, shift / 2)


def _label(ref: DimensionRef) -> str:
    return ref.dimension.label or ref.name.rpartition("__")[2].replace("_", " ")


def _value(cell: Cell, column: Column) -> str:
    return _NONE if cell is None else format_cell(cell, column)


def _not_checked(refused: Sequence[str], left: Sequence[str], why: str) -> Iterator[str]:
    if refused:
        yield f"{', '.join(refused)}: the parts do not add up to the whole"
    if left:
        more = " and others" if len(left) > _LISTED else ""
        yield f"{', '.join(left[:_LISTED])}{more}: {why}"
