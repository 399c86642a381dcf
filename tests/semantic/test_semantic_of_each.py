"""The first rows of each group are those that plain Python picks from all of the rows, whatever else is asked beside them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from anabot.errors import BadQuery, UnknownName
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.resolve import resolve
from anabot.types import Grant
from tests.semantic.conftest import Ask

SUMMER = {"start": "2026-05-01", "end": "2026-08-01"}
MONTH = "metric_time__month"
KEYS = ("region", "shop_name", "product", MONTH)
WAYS: dict[str, dict[str, Any]] = {
    "alone": {},
    "compared": {"compare": "previous_year", "period": SUMMER},
    "with shares": {"share": True},
    "chosen": {"having": [{"field": "sales", "op": "gt", "values": ["20"]}]},
    "in a summer": {"period": SUMMER},
}


def first_of_each(rows: Sequence[tuple[Any, ...]], keys: Sequence[str], by: Sequence[str], most: int, *, descending: bool) -> Any:
    """By hand: what is missing last, the largest or least metric first, then by keys."""
    apart = [place for place, key in enumerate(keys) if key in by]

    def among(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple((row[place] is None, row[place]) for place in apart)

    def place_of(row: tuple[Any, ...]) -> tuple[Any, ...]:
        value = row[len(keys)]
        signed = 0 if value is None else -value if descending else value
        return among(row), value is None, signed, tuple((cell is None, cell) for cell in row[: len(keys)])

    ordered = sorted(rows, key=place_of)
    return [row for _, group in groupby(ordered, among) for row in list(group)[:most]]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    way=st.sampled_from(sorted(WAYS)),
    keys=st.lists(st.sampled_from(KEYS), min_size=2, max_size=3, unique=True),
    most=st.integers(1, 4),
    descending=st.booleans(),
    data=st.data(),
)
def test_each_group_keeps_its_first_rows(
    ask: Ask, way: str, keys: list[str], most: int, descending: bool, data: st.DataObject
) -> None:
    by = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=len(keys) - 1, unique=True))
    plain = ask(metrics=["sales"], group_by=keys, **WAYS[way])

    rows = ask(
        metrics=["sales"],
        group_by=keys,
        order_by=[f"{'-' if descending else ''}sales"],
        limit=most,
        limit_by=by,
        **WAYS[way],
    )

    assert rows == first_of_each(plain, keys, by, most, descending=descending)


def test_a_share_stays_that_of_the_whole(ask: Ask) -> None:
    plain = {row[:2]: row[3] for row in ask(metrics=["sales"], group_by=["product", "region"], share=True)}

    rows = ask(metrics=["sales"], group_by=["product", "region"], share=True, order_by=["-sales"], limit=1, limit_by=["region"])

    assert rows
    assert all(part == plain[(product, region)] for product, region, _, part in rows)


def test_groups_come_in_the_order_that_is_asked_for(ask: Ask) -> None:
    rows = ask(
        metrics=["sales"], group_by=[MONTH, "region"], order_by=[f"-{MONTH}", "-sales"], limit=1, limit_by=[MONTH], period=SUMMER
    )

    assert [row[0].isoformat() for row in rows] == ["2026-07-01", "2026-06-01", "2026-05-01"]


def test_the_order_in_which_groups_are_named_does_not_count(registry: Registry, everything: Grant) -> None:
    whole = {"metrics": ["sales"], "group_by": ["product", "region", MONTH], "limit": 2, "order_by": ["-sales"]}

    one, other = (
        resolve(registry, MetricQuery.model_validate({**whole, "limit_by": by}), everything)
        for by in (["region", MONTH], [MONTH, "region", "region"])
    )

    assert one.fingerprint() == other.fingerprint()
    assert one.limit_by == ("region", MONTH)
    assert one.fingerprint() != one.model_copy(update={"limit_by": ("region",)}).fingerprint()


def test_a_group_is_found_under_any_of_its_names(registry: Registry, everything: Grant) -> None:
    asked = {"metrics": ["sales"], "group_by": ["product", "region"], "limit": 2, "limit_by": ["order__shop__area__region"]}

    assert resolve(registry, MetricQuery.model_validate(asked), everything).limit_by == ("region",)


def test_what_the_rows_are_not_grouped_by_has_no_first_rows(ask: Ask) -> None:
    with pytest.raises(UnknownName, match="channel"):
        ask(metrics=["orders_placed"], group_by=["region", "shop_name"], limit=1, limit_by=["channel"])


def test_a_row_of_each_group_is_no_list_of_first_rows(ask: Ask) -> None:
    with pytest.raises(BadQuery, match="names all of the groups"):
        ask(metrics=["sales"], group_by=["region"], limit=1, limit_by=["region"])


def test_it_needs_a_number_of_rows_and_a_metric() -> None:
    with pytest.raises(ValidationError, match="limit_by"):
        MetricQuery(metrics=("sales",), group_by=("region", "product"), limit_by=("region",))
    with pytest.raises(ValidationError, match="limit_by"):
        MetricQuery(group_by=("region", "product"), limit=3, limit_by=("region",))
