"""Two ways to ask one thing are one query; what cannot be asked says why and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.errors import BadQuery, UnknownName
from anabot.semantic import dimensions_of, parse_registry, resolve
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from tests.tiny import tiny_files


def _query(**query: Any) -> MetricQuery:
    return MetricQuery.model_validate(query)


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("tier", "tier"),
        ("customer__tier", "tier"),
        ("order__channel", "channel"),
        ("shop__area__region", "region"),
        ("metric_time", "metric_time__day"),
        ("metric_time__month", "metric_time__month"),
        ("ordered_on", "ordered_on__day"),
        ("order__ordered_on__week", "ordered_on__week"),
        ("signed_up_on__fiscal_year", "signed_up_on__fiscal_year"),
        ("customer", "customer"),
        ("ordered_on__extract_month", "ordered_on__extract_month"),
    ],
)
def test_a_name_has_one_spelling(registry: Registry, given: str, canonical: str) -> None:
    assert resolve(registry, _query(metrics=["orders_placed"], group_by=[given])).group_by == (canonical,)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"group_by": ["tier", "customer__tier"]}, {"group_by": ["tier"]}),
        ({"metrics": ["orders_placed", "orders_placed"]}, {}),
        ({"where": [{"field": "customer__tier", "values": ["gold"]}]}, {"where": [{"field": "tier", "values": ["gold"]}]}),
        (
            {"where": [{"field": "tier", "op": "in", "values": ["gold", "gold"]}]},
            {"where": [{"field": "tier", "op": "in", "values": ["gold"]}]},
        ),
        ({"where": [{"field": "tier", "values": ["a"]}] * 2}, {"where": [{"field": "tier", "values": ["a"]}]}),
        (
            {"group_by": ["customer__tier"], "order_by": ["-customer__tier"]},
            {"group_by": ["tier"], "order_by": ["-tier"]},
        ),
        (
            {"group_by": ["metric_time"], "order_by": ["metric_time"]},
            {"group_by": ["metric_time__day"], "order_by": ["metric_time__day"]},
        ),
    ],
    ids=str,
)
def test_two_phrasings_have_one_fingerprint(registry: Registry, one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = (resolve(registry, _query(**{"metrics": ["orders_placed"], **each})) for each in (one, other))

    assert first.fingerprint() == second.fingerprint()


def test_resolving_twice_changes_nothing(registry: Registry) -> None:
    once = resolve(registry, _query(metrics=["sales", "cost"], group_by=["metric_time__month", "region"], order_by=["-sales"]))

    assert resolve(registry, once) == once


@pytest.mark.parametrize(
    ("query", "nearest"),
    [
        ({"metrics": ["salez"]}, "sales"),
        ({"metrics": ["sales"], "group_by": ["regoin"]}, "region"),
        ({"metrics": ["sales"], "where": [{"field": "chanel", "values": ["x"]}]}, "channel"),
        ({"metrics": ["sales"], "having": [{"field": "sale", "op": "gt", "values": ["1"]}]}, "sales"),
        ({"metrics": ["sales"], "order_by": ["-sale"]}, "sales"),
        ({"metrics": ["sales"], "group_by": ["metric_time__fortnight"]}, "metric_time"),
    ],
    ids=str,
)
def test_a_wrong_name_gets_the_nearest_right_one(registry: Registry, query: dict[str, Any], nearest: str) -> None:
    with pytest.raises(UnknownName) as caught:
        resolve(registry, _query(**query))

    assert nearest in caught.value.nearest
    assert caught.value.todo


def test_a_dimension_that_only_one_of_two_metrics_reaches_is_refused(registry: Registry) -> None:
    with pytest.raises(UnknownName, match="`cost` has no dimension `product`") as caught:
        resolve(registry, _query(metrics=["sales", "cost"], group_by=["product"]))

    assert "`costs`" in caught.value.why


def test_fan_out_is_refused_with_the_reason(registry: Registry) -> None:
    with pytest.raises(UnknownName, match="no dimension `product`") as caught:
        resolve(registry, _query(metrics=["orders_placed"], group_by=["product"]))

    assert "measured on `orders`" in caught.value.why


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"period": {"start": "2026-05-01", "end": "2026-05-01"}}, "ends before"),
        ({"period": {"start": "0001-01-01", "end": "9999-12-31"}, "compare": "previous_period"}, "outside the years"),
        ({"where": [{"field": "channel", "op": "between", "values": ["a"]}]}, "1 values"),
        ({"where": [{"field": "channel", "op": "eq", "values": []}]}, "0 values"),
        ({"where": [{"field": "channel", "op": "is_null", "values": ["x"]}]}, "1 values"),
        ({"where": [{"field": "orders_placed", "values": ["1"]}]}, "where"),
    ],
    ids=str,
)
def test_known_names_that_make_no_sense_are_a_bad_query(registry: Registry, query: dict[str, Any], words: str) -> None:
    with pytest.raises(BadQuery, match=words):
        resolve(registry, _query(metrics=["orders_placed"], **query))


@pytest.mark.parametrize(
    ("metrics", "has", "has_not"),
    [
        (("sales",), {"product", "channel", "tier", "region", "shop_name"}, {"kind", "job"}),
        (("orders_placed",), {"channel", "tier", "region"}, {"product"}),
        (("sales", "cost"), {"region", "shop_name", "country"}, {"product", "kind", "tier"}),
        (("margin_pct",), {"region"}, {"product"}),
        (("data_as_of",), {"source"}, {"region"}),
    ],
)
def test_dimensions_are_those_that_all_metrics_reach(
    registry: Registry, metrics: tuple[str, ...], has: set[str], has_not: set[str]
) -> None:
    names = {ref.name for ref in dimensions_of(registry, *metrics)}

    assert has <= names
    assert not has_not & names


def test_every_dimension_offered_can_be_asked_for(registry: Registry) -> None:
    for metric in registry.metrics:
        for ref in dimensions_of(registry, metric):
            resolved = resolve(registry, _query(metrics=[metric], group_by=[ref.name]))
            assert resolved.group_by[0].startswith(ref.name)


TWO_WAYS = """
models:
- name: trips
  config: {schema: s}
  semantic_model: {enabled: true, name: trips}
  agg_time_dimension: day
  columns:
  - {name: id, entity: {name: trip, type: primary}}
  - {name: start_id, entity: {name: origin, type: foreign}}
  - {name: end_id, entity: {name: target, type: foreign}}
  - {name: day, granularity: day, dimension: {name: day, type: time}}
  metrics:
  - {name: trips, type: simple, agg: count, expr: id}
- name: places
  config: {schema: s}
  semantic_model: {enabled: true, name: places}
  columns:
  - {name: id, entity: {name: origin, type: primary}}
  - {name: id2, entity: {name: target, type: unique}}
  - {name: city, dimension: {name: city, type: categorical}}
"""


def test_a_name_reached_by_two_ways_asks_which() -> None:
    registry = parse_registry({"m.yml": TWO_WAYS}, governed=False)

    with pytest.raises(BadQuery) as caught:
        resolve(registry, _query(metrics=["trips"], group_by=["city"]))

    assert "`origin__city` or `target__city`" in caught.value.why


def test_a_full_name_settles_which_way() -> None:
    registry = parse_registry({"m.yml": TWO_WAYS}, governed=False)

    assert resolve(registry, _query(metrics=["trips"], group_by=["origin__city", "target__city"])).group_by == (
        "origin__city",
        "target__city",
    )


def test_a_renamed_registry_answers_alike() -> None:
    files = {name: text.replace("region", "zzregion").replace("sales", "zzsales") for name, text in tiny_files().items()}
    files = {name.replace("zz", ""): text.replace("config: {schema", "config: {schema") for name, text in files.items()}
    renamed = parse_registry(files)

    assert resolve(renamed, _query(metrics=["zzsales"], group_by=["zzregion"])).group_by == ("zzregion",)
