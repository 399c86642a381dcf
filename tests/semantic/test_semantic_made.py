"""A number that a question makes of two metrics equals the two asked apart, and is nobody's who may not see both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.semantic import compile_query
from anabot.semantic.made import governed
from anabot.semantic.query import Made, MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant, PeopleRule
from tests.semantic import oracle
from tests.semantic.conftest import Ask

KEYS: dict[str, Callable[[oracle.Row], Any]] = {
    "region": lambda row: row["region"],
    "shop_name": lambda row: row["shop_name"],
    "metric_time__month": lambda row: oracle.month(row["time"]),
}
SUMS = ("sales", "cost", "items_sold", "orders_placed")  # of these a group without rows has none
EXACT = Decimal("1e-9")  # DuckDB divides doubles, shown to ten places


def made(op: str, left: str, right: str) -> list[dict[str, str]]:
    return [{"op": op, "left": left, "right": right}]


def wanted(op: str, left: Any, right: Any) -> Decimal | None:
    if left is None and right is None:
        return None
    if op == "minus":
        return Decimal(left or 0) - Decimal(right or 0)
    return (Decimal(left or 0) / Decimal(right)).quantize(oracle.PLACES, ROUND_HALF_UP) if right else None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    op=st.sampled_from(["minus", "per"]),
    sides=st.lists(st.sampled_from(SUMS), min_size=2, max_size=2, unique=True),
    keys=st.lists(st.sampled_from(sorted(KEYS)), max_size=2, unique=True),
)
def test_a_made_number_by_group_equals_its_two_metrics_asked_apart(ask: Ask, op: str, sides: list[str], keys: list[str]) -> None:
    left, right = sides
    if op == "minus" and ("sales" in sides or "cost" in sides) and not {*sides} <= {"sales", "cost"}:
        op = "per"  # money and things have no difference
    rows = ask(metrics=sides, group_by=keys, made=made(op, left, right))

    apart = oracle.table(sides, {key: KEYS[key] for key in keys}, lambda row: True)

    assert {row[: len(keys)] for row in rows} == set(apart)
    for *key, value, first, second in rows:
        assert [first, second] == apart[tuple(key)]
        expected = wanted(op, first, second)
        assert (value is None) == (expected is None)
        assert value is None or expected is None or abs(value - expected) <= EXACT


def test_the_largest_differences_are_ordered_before_they_are_cut(ask: Ask) -> None:
    whole = oracle.table(["sales", "cost"], {"shop_name": KEYS["shop_name"]}, lambda row: True)
    largest = sorted(
        (wanted("minus", *sides) for sides in whole.values()), key=lambda each: (each is not None, each), reverse=True
    )

    rows = ask(
        metrics=["sales", "cost"],
        group_by=["shop_name"],
        made=made("minus", "sales", "cost"),
        order_by=["-sales__minus__cost"],
        limit=2,
    )

    assert [row[1] for row in rows] == largest[:2]


def test_a_condition_on_a_made_number_chooses_rows(ask: Ask) -> None:
    having = [{"field": "sales__minus__cost", "op": "lt", "values": ["0"]}]

    rows = ask(metrics=["sales", "cost"], group_by=["shop_name"], made=made("minus", "sales", "cost"), having=having)

    whole = oracle.table(["sales", "cost"], {"shop_name": KEYS["shop_name"]}, lambda row: True)
    assert {row[0] for row in rows} == {key for (key,), sides in whole.items() if (wanted("minus", *sides) or 0) < 0}


def test_a_made_number_is_compared_like_a_metric(ask: Ask) -> None:
    period = {"start": "2026-06-01", "end": "2026-07-01"}

    def total(start: dt.date, end: dt.date) -> Decimal:
        (sides,) = oracle.table(["sales", "cost"], {}, lambda row: start <= row["time"] < end).values()
        return wanted("minus", *sides) or Decimal(0)

    ((now, before, change, _, *_),) = ask(
        metrics=["sales", "cost"], made=made("minus", "sales", "cost"), period=period, compare="previous_period"
    )

    assert now == total(dt.date(2026, 6, 1), dt.date(2026, 7, 1))
    assert before == total(dt.date(2026, 5, 1), dt.date(2026, 6, 1))
    assert change == now - before


@pytest.mark.parametrize("gone", ["sales", "cost"])
def test_a_made_number_of_a_metric_that_is_hidden_is_as_unknown_as_it_is(
    registry: Registry, everything: Grant, gone: str
) -> None:
    def of(*sides: str) -> MetricQuery:
        return MetricQuery.model_validate({"metrics": sides, "made": made("minus", *sides)})

    seen = everything.metrics - {gone}
    with pytest.raises(UnknownName) as hidden:
        compile_query(registry, of("sales", "cost"), replace(everything, metrics=seen, listed=seen))
    with pytest.raises(UnknownName) as unknown:
        compile_query(registry, of(*(name if name != gone else "quux" for name in ("sales", "cost"))), everything)

    assert hidden.value.what.replace(gone, "quux") == unknown.value.what


def test_a_made_number_records_both_of_its_metrics(registry: Registry, everything: Grant) -> None:
    query = MetricQuery.model_validate({"metrics": ["sales", "cost"], "made": made("minus", "sales", "cost")})

    compiled = compile_query(registry, query, everything)

    assert compiled.metrics == ("cost", "sales")
    first = compiled.columns[0]
    assert (first.name, first.label, first.unit) == ("sales__minus__cost", "Sales minus Cost", registry.metrics["cost"].unit)


def test_a_number_about_people_is_part_of_nothing_that_is_made(registry: Registry, everything: Grant) -> None:
    rule = PeopleRule(metrics=frozenset({"customers_served"}), person="customer", by=("region",))
    query = MetricQuery.model_validate(
        {"metrics": ["customers_served", "orders_placed"], "made": made("minus", "orders_placed", "customers_served")}
    )

    with pytest.raises(NotAllowed, match="about people"):
        compile_query(registry, query, replace(everything, people=(rule,)))


def test_numbers_in_two_units_have_no_difference(registry: Registry, everything: Grant) -> None:
    query = MetricQuery.model_validate({"metrics": ["sales", "orders_placed"], "made": made("minus", "sales", "orders_placed")})

    with pytest.raises(BadQuery, match="no difference"):
        compile_query(registry, query, everything)


def test_an_average_is_no_part_of_a_ratio(registry: Registry, everything: Grant) -> None:
    query = MetricQuery.model_validate(
        {"metrics": ["average_basket", "orders_placed"], "made": made("per", "average_basket", "orders_placed")}
    )

    with pytest.raises(BadQuery, match="no part of a ratio"):
        compile_query(registry, query, everything)


def test_a_number_is_made_of_two_metrics_that_the_question_names() -> None:
    with pytest.raises(ValueError, match="names both"):
        MetricQuery.model_validate({"metrics": ["sales"], "made": made("minus", "sales", "cost")})
    with pytest.raises(ValueError, match="names both"):
        MetricQuery.model_validate({"metrics": ["sales"], "made": made("minus", "sales", "sales")})


def test_what_is_made_is_part_of_the_meaning() -> None:
    plain = MetricQuery.model_validate({"metrics": ["sales", "cost"]})
    one = MetricQuery.model_validate({"metrics": ["sales", "cost"], "made": made("minus", "sales", "cost")})
    other = MetricQuery.model_validate({"metrics": ["cost", "sales"], "made": made("minus", "cost", "sales")})

    assert len({each.fingerprint() for each in (plain, one, other)}) == 3
    assert MetricQuery.model_validate(one.as_json()) == one


def test_a_difference_that_is_defined_is_found_under_its_own_name(registry: Registry) -> None:
    among = tuple(registry.metrics)

    assert governed(Made(op="minus", left="sales", right="cost"), registry, among) == ["margin"]
    assert governed(Made(op="per", left="cost", right="orders_placed"), registry, among) == ["cost_per_order"]
    assert governed(Made(op="minus", left="cost", right="sales"), registry, among) == []
