"""A bridge adds up to the cent whatever the amounts are, whole and by group, and says what it leaves unexplained."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anabot.analysis.reconcile import bridge, bridges_by, unexplained
from anabot.checks.badge import bridged
from anabot.errors import BadQuery
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.registry import Reconciliation
from anabot.types import Badge, Cell, Column, Table

QUARTER = Span(start=dt.date(2026, 5, 1), end=dt.date(2026, 8, 1))
NAMES = ("billed", "paid", *(f"reason_{n}" for n in range(14)))  # more than one query may carry
FOUND = Reconciliation(
    name="b",
    title="Billed to paid",
    unit="usd",
    left=("billed", "Billed"),
    right=("paid", "Paid"),
    terms=tuple((name, name, 1 if n % 3 else -1) for n, name in enumerate(NAMES[2:])),
    tolerance=Decimal("0.05"),
)
CENTS = st.decimals(-(10**12), 10**12, places=2, allow_nan=False)
ROW = st.fixed_dictionaries({name: st.one_of(st.none(), CENTS) for name in NAMES})
GROUPS = st.dictionaries(st.one_of(st.none(), st.sampled_from("ABCDE")), ROW, min_size=1)


class Books:
    """Answers queries from amounts by group, as the door would."""

    def __init__(self, amounts: Mapping[str | None, Mapping[str, Decimal | None]]) -> None:
        self.amounts = amounts

    def __call__(self, query: MetricQuery) -> Table:
        columns = tuple(Column(name=name, type="money") for name in (*query.group_by, *query.metrics))
        if query.group_by:
            rows: list[tuple[Cell, ...]] = [
                (group, *(row[name] for name in query.metrics)) for group, row in self.amounts.items()
            ]
        else:
            rows = [tuple(self._total(name) for name in query.metrics)]
        return Table(columns=columns, rows=tuple(rows))

    def _total(self, name: str) -> Decimal | None:
        found = [row[name] for row in self.amounts.values()]
        held = [each for each in found if each is not None]
        return sum(held, Decimal(0)) if held else None


@given(GROUPS)
def test_the_sides_differ_by_the_terms_and_the_residual_to_the_cent(amounts: Mapping[str | None, Mapping[str, Decimal]]) -> None:
    books = Books(amounts)

    found = bridge(FOUND, QUARTER, books)

    (_, left, _), *terms, (_, right, _) = found.lines
    assert left - right == sum(amount for _, amount, _ in terms) + found.residual
    assert left == (books._total("billed") or 0)
    (_, first), *steps, (_, last) = found.walk()
    assert first + sum(amount for _, amount in steps) == last
    assert found.closes is (abs(found.residual) <= Decimal("0.05"))


@given(GROUPS)
def test_the_bridges_of_groups_add_up_to_that_of_the_whole(amounts: Mapping[str | None, Mapping[str, Decimal]]) -> None:
    books = Books(amounts)

    whole, parts = bridge(FOUND, QUARTER, books), bridges_by(FOUND, QUARTER, books, ["region"])

    assert {group for group, _ in parts} == {(group,) for group in amounts}
    assert sum(part.residual for _, part in parts) == whole.residual
    for n, (_, amount, _) in enumerate(whole.lines):
        assert sum(part.lines[n][1] for _, part in parts) == amount


def test_a_bridge_that_does_not_close_says_by_how_much_and_takes_the_certificate_away() -> None:
    row = dict.fromkeys(NAMES, Decimal(0)) | {"billed": Decimal("1000.10"), "paid": Decimal("1000.00")}
    certified, draft = Badge(level="certified", why="by @x"), Badge(level="draft")

    left = unexplained([bridge(FOUND, QUARTER, Books({None: row}))])

    assert left == ("Billed to paid leaves 0.10 unexplained, where 0.05 is tolerated",)
    assert bridged(certified, left) == Badge(level="team", why=left[0])
    assert bridged(certified, ()) is certified
    assert bridged(draft, left) is draft


def test_a_residual_of_exactly_the_tolerance_closes() -> None:
    row = dict.fromkeys(NAMES, Decimal(0)) | {"billed": Decimal("-0.05")}

    assert unexplained([bridge(FOUND, QUARTER, Books({None: row}))]) == ()


def test_what_is_not_exact_is_no_term() -> None:
    def floats(query: MetricQuery) -> Table:
        return Table(columns=(), rows=(tuple(0.1 for _ in query.metrics),))

    with pytest.raises(BadQuery, match="`billed` cannot be a term of a bridge"):
        bridge(FOUND, QUARTER, floats)
