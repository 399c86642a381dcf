"""Bridge two systems: left − right = Σ named terms + residual, each a governed metric. Never adjusts a number to make it fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from anabot.errors import BadQuery
from anabot.semantic.query import Filter, MetricQuery, Span
from anabot.semantic.registry import Reconciliation
from anabot.types import Bridge, Cell, Table

Run = Callable[[MetricQuery], Table]
_METRICS_AT_ONCE = 12


def metrics_of(reconciliation: Reconciliation) -> tuple[str, ...]:
    """Every metric the bridge is made of: the two sides first, then the terms."""
    return (reconciliation.left[0], reconciliation.right[0], *(metric for metric, _, _ in reconciliation.terms))


def bridge(reconciliation: Reconciliation, period: Span, run: Run, *, where: Sequence[Filter] = ()) -> Bridge:
    """Compute the bridge for one period.

    `run` answers a `MetricQuery` under the asker's grant. Amounts are Decimal in the reconciliation's unit; where a
    system has no rows in the period its amount is 0. The residual is what the terms leave unexplained, exactly.

    Raises:
        NotAllowed, UnknownName: the asker may not see one of the metrics, so there is no bridge for them.
        BadQuery: a metric that gives no exact amount, or that the filters do not reach.
    """
    found = _amounts(metrics_of(reconciliation), period, run, (), tuple(where))
    return _bridge(reconciliation, found.get((), {}))


def bridges_by(
    reconciliation: Reconciliation, period: Span, run: Run, by: Sequence[str], *, where: Sequence[Filter] = ()
) -> tuple[tuple[tuple[Cell, ...], Bridge], ...]:
    """The bridge of each group that any of its metrics has rows for. The groups' lines add up to those of the whole.

    Raises:
        As `bridge`; UnknownName where one of the metrics does not have one of the dimensions.
    """
    found = _amounts(metrics_of(reconciliation), period, run, tuple(by), tuple(where))
    return tuple((group, _bridge(reconciliation, found[group])) for group in sorted(found, key=_in_order))


def unexplained(bridges: Iterable[Bridge]) -> tuple[str, ...]:
    """Why a number that these bridges stand beside is not to be trusted: each that leaves more than its tolerance."""
    return tuple(
        f"{each.title} leaves {each.residual:,.2f} unexplained, where {each.tolerance:,.2f} is tolerated"
        for each in bridges
        if not each.closes
    )


def _bridge(reconciliation: Reconciliation, amounts: Mapping[str, Decimal]) -> Bridge:
    (left, left_label), (right, right_label) = reconciliation.left, reconciliation.right
    zero = Decimal(0)
    terms = [(label, sign * amounts.get(metric, zero), metric) for metric, label, sign in reconciliation.terms]
    first, last = amounts.get(left, zero), amounts.get(right, zero)
    return Bridge(
        name=reconciliation.name,
        title=reconciliation.title,
        unit=reconciliation.unit,
        lines=((left_label, first, left), *terms, (right_label, last, right)),
        residual=first - last - sum((amount for _, amount, _ in terms), zero),
        tolerance=reconciliation.tolerance,
    )


def _amounts(
    names: Sequence[str], period: Span, run: Run, by: tuple[str, ...], where: tuple[Filter, ...]
) -> dict[tuple[Cell, ...], dict[str, Decimal]]:
    """Group → metric → amount. Without groups there is one, ()."""
    amounts: dict[tuple[Cell, ...], dict[str, Decimal]] = {}
    for batch in _batches(tuple(dict.fromkeys(names))):
        for row in run(MetricQuery(metrics=batch, group_by=by, period=period, where=where)).rows:
            group, cells = row[: len(by)], row[len(by) :]
            amounts.setdefault(group, {}).update({name: _money(name, cell) for name, cell in zip(batch, cells, strict=True)})
    return amounts


def _in_order(group: tuple[Cell, ...]) -> tuple[tuple[bool, str], ...]:
    return tuple((cell is None, str(cell)) for cell in group)


def _batches(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(names), _METRICS_AT_ONCE):
        yield names[start : start + _METRICS_AT_ONCE]


def _money(name: str, cell: object) -> Decimal:
    if cell is None:
        return Decimal(0)
    if isinstance(cell, Decimal | int):
        return Decimal(cell)
    raise BadQuery(
        f"`{name}` cannot be a term of a bridge.",
        why=f"It gives {type(cell).__name__}, and a bridge adds exact amounts.",
        todo="Use a metric that sums a decimal or an integer column.",
    )
