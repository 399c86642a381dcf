"""Bridge two systems: left − right = Σ named terms + residual, each a governed metric. Never adjusts a number to make it fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from anabot.errors import BadQuery
from anabot.semantic.query import Filter, MetricQuery, Span
from anabot.semantic.registry import Reconciliation
from anabot.types import Bridge, Table

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
    """
    amounts = _amounts(metrics_of(reconciliation), period, run, tuple(where))
    (left, left_label), (right, right_label) = reconciliation.left, reconciliation.right
    terms = [(label, sign * amounts[metric], metric) for metric, label, sign in reconciliation.terms]
    residual = amounts[left] - amounts[right] - sum((amount for _, amount, _ in terms), Decimal(0))
    return Bridge(
        name=reconciliation.name,
        title=reconciliation.title,
        unit=reconciliation.unit,
        lines=((left_label, amounts[left], left), *terms, (right_label, amounts[right], right)),
        residual=residual,
        tolerance=reconciliation.tolerance,
    )


def _amounts(names: Sequence[str], period: Span, run: Run, where: tuple[Filter, ...]) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    for batch in _batches(tuple(dict.fromkeys(names))):
        table = run(MetricQuery(metrics=batch, period=period, where=where))
        row = table.rows[0] if table.rows else (None,) * len(batch)
        amounts |= {name: _money(name, cell) for name, cell in zip(batch, row, strict=True)}
    return amounts


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
