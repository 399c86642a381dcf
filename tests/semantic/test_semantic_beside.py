"""Shares of a total and running totals equal their definition over the bakery's own rows, whatever is sorted out or cut off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anabot.errors import BadQuery
from anabot.semantic.query import MetricQuery
from tests.semantic import oracle
from tests.semantic.conftest import Ask

KEYS = {"region": lambda row: row["region"], "shop_name": lambda row: row["shop_name"], "channel": lambda row: row["channel"]}
MONTH = "metric_time__month"
METRICS = {"sales": (oracle.LINES, "amount"), "orders_placed": (oracle.ORDERS, "")}


def plain(metric: str, keys: list[str]) -> dict[tuple[Any, ...], Decimal | None]:
    """The metric by keys, added up in Python: None where no row of the group has an amount."""
    rows, column = METRICS[metric]
    found: dict[tuple[Any, ...], list[Decimal]] = {}
    for row in rows:
        key = tuple(oracle.month(row["time"]) if name == MONTH else KEYS[name](row) for name in keys)
        amount = row[column] if column else Decimal(1)
        found.setdefault(key, []).extend([amount] if amount is not None else [])
    return {key: sum(amounts, Decimal(0)) if amounts else None for key, amounts in found.items()}


def total_of(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return None if part is None or not whole else (part / whole).quantize(oracle.PLACES, ROUND_HALF_UP)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    metric=st.sampled_from(["sales", "orders_placed"]),
    keys=st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=2, unique=True),
    limit=st.one_of(st.none(), st.integers(1, 3)),
    descending=st.booleans(),
)
def test_a_share_is_of_the_whole_total(ask: Ask, metric: str, keys: list[str], limit: int | None, descending: bool) -> None:
    order = [f"{'-' if descending else ''}{metric}__share"]
    rows = ask(metrics=[metric], group_by=keys, share=True, order_by=order, limit=limit)
    wanted = plain(metric, keys)
    total = total_of(wanted.values())

    assert len(rows) == min(limit or len(wanted), len(wanted))
    for *key, value, part in rows:
        assert value == wanted[tuple(key)]
        assert part == share(wanted[tuple(key)], total)


def test_a_share_over_time_is_of_the_total_of_each_time(ask: Ask) -> None:
    wanted = plain("sales", ["region", MONTH])
    totals = plain("sales", [MONTH])

    rows = ask(metrics=["sales"], group_by=["region", MONTH], share=True)

    assert {(region, month): part for region, month, _, part in rows} == {
        key: share(value, totals[key[1:]]) for key, value in wanted.items()
    }


def test_a_condition_on_what_is_grouped_by_leaves_the_total_whole(ask: Ask) -> None:
    wanted = plain("sales", ["region"])
    north = [{"field": "region", "op": "eq", "values": ["North"]}]

    ((region, value, part),) = ask(metrics=["sales"], group_by=["region"], where=north, share=True)

    assert (region, value) == ("North", wanted[("North",)])
    assert part == share(wanted[("North",)], total_of(wanted.values()))


def test_a_condition_on_something_else_makes_another_total(ask: Ask) -> None:
    online = [{"field": "channel", "op": "eq", "values": ["online"]}]

    rows = ask(metrics=["sales"], group_by=["region"], where=online, share=True)

    assert total_of(part for _, _, part in rows) == pytest.approx(Decimal(1))


def test_a_condition_on_the_share_chooses_rows(ask: Ask) -> None:
    wanted = plain("sales", ["shop_name"])
    total = total_of(wanted.values())
    many = [{"field": "sales__share", "op": "gt", "values": ["0.2"]}]

    rows = ask(metrics=["sales"], group_by=["shop_name"], having=many, share=True)

    assert {shop for shop, *_ in rows} == {key[0] for key, value in wanted.items() if value and value / total > Decimal("0.2")}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    metric=st.sampled_from(["sales", "orders_placed"]),
    by=st.sampled_from([[], ["region"], ["channel"]]),
    limit=st.integers(1, 30),
)
def test_a_running_total_adds_up_to_each_time(ask: Ask, metric: str, by: list[str], limit: int) -> None:
    wanted = plain(metric, [*by, MONTH])

    rows = ask(metrics=[metric], group_by=[*by, MONTH], running=True, limit=limit)

    for *key, _, running in rows:
        until = [value for other, value in wanted.items() if other[:-1] == tuple(key[:-1]) and other[-1] <= key[-1]]
        assert running == (total_of(until) if any(value is not None for value in until) else None)


def test_a_difference_of_sums_adds_up_too(ask: Ask) -> None:
    rows = ask(metrics=["margin"], group_by=[MONTH], running=True)

    total = Decimal(0)
    for _, value, running in sorted(rows, key=lambda row: row[0] or dt.date.min):
        total += value or 0
        assert running == total or value is None


@pytest.mark.parametrize("metric", ["customers_served", "average_basket", "margin_pct", "biggest_line"])
def test_what_does_not_add_up_has_no_share(ask: Ask, metric: str) -> None:
    with pytest.raises(BadQuery, match="does not add up"):
        ask(metrics=[metric], group_by=["region"], share=True)


def test_a_running_total_needs_a_time(ask: Ask) -> None:
    with pytest.raises(BadQuery, match="one time"):
        ask(metrics=["sales"], group_by=["region"], running=True)


def test_a_share_needs_parts() -> None:
    with pytest.raises(ValueError, match="something in `group_by`"):
        MetricQuery(metrics=("sales",), share=True)
