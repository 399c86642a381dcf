"""What dbt's standalone spec and its manifest say reaches the registry as if the embedded spec had said it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from anabot.access.policy import parse_policy
from anabot.errors import BadQuery, RegistryError
from anabot.semantic import compile_query, parse_registry, render
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant, Person, UserId

MODELS = """
models:
- name: fct_orders
  config: {schema: shop, alias: orders}
- name: days
  time_spine: {standard_granularity_column: day}
  columns: [{name: day, granularity: day}]
semantic_models:
- name: orders
  model: ref('fct_orders')
  defaults: {agg_time_dimension: ordered_on}
  primary_entity: order
  entities:
  - {name: customer, type: foreign, expr: customer_id}
  dimensions:
  - {name: ordered_on, type: time, type_params: {time_granularity: day}}
  - {name: channel, type: categorical}
  measures:
  - {name: amount, agg: SUM, expr: amount_usd, create_metric: true}
  - {name: orders, agg: count, expr: "1"}
  - {name: slow, agg: percentile, expr: hours, agg_params: {percentile: 0.9, use_discrete_percentile: true}}
  - name: stock
    agg: sum
    non_additive_dimension: {name: ordered_on, window_choice: max, window_groupings: [customer]}
"""
METRICS = """
metrics:
- name: web_orders
  type: simple
  label: Orders on the web
  type_params: {measure: {name: orders, fill_nulls_with: 0, join_to_timespine: true}}
  filter: "{{ Dimension('order__channel') }} = 'web'"
- name: web_share
  type: ratio
  type_params: {numerator: web_orders, denominator: {name: amount}}
- name: growth
  type: derived
  type_params:
    expr: web_orders - before
    metrics: [web_orders, {name: web_orders, alias: before, offset_window: 1 month}]
- name: amount_so_far
  type: cumulative
  config: {meta: {ana: {scope: finance}}}
  type_params: {measure: amount, cumulative_type_params: {grain_to_date: month, period_agg: last}}
- name: bought_again
  type: conversion
  type_params:
    conversion_type_params: {base_measure: orders, conversion_measure: amount, entity: customer, window: 7 days}
"""

MINE = "- {name: amount, type: simple, label: Mine, type_params: {measure: amount}}\n"
ACCESS = """
classes: {finance: {}, company: {}}
groups: {book: {team: books}}
teams: {books: {sees: [finance]}}
"""
NAMED = {"slowest": "slow", "in_stock": "stock"}


def read(**files: str) -> Registry:
    return parse_registry({f"{name}.yml": text for name, text in files.items()}, governed=False)


def manifest(document: Mapping[str, Any]) -> Registry:
    return parse_registry({"target/semantic_manifest.json": json.dumps(document)}, governed=False)


def faults(**files: str) -> list[tuple[str, int, str]]:
    with pytest.raises(RegistryError) as caught:
        read(**files)
    return [(fault.file, fault.line, fault.what) for fault in caught.value.faults]


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def test_a_metric_takes_over_its_measure_wherever_that_stands() -> None:
    registry = read(a_metrics=METRICS, b_models=MODELS)

    metric = registry.metrics["web_orders"]
    assert (metric.model, metric.agg, metric.expr, metric.time_dimension) == ("orders", "count", "1", "ordered_on")
    assert (metric.label, metric.fill_nulls_with, metric.join_to_timespine) == ("Orders on the web", 0, True)
    assert [predicate.text for predicate in metric.where] == ["{{ Dimension('order__channel') }} = 'web'"]
    assert metric.file == "a_metrics.yml"


def test_a_model_lies_where_its_dbt_model_says() -> None:
    assert read(models=MODELS, other=METRICS).models["orders"].relation == ("shop", "orders")


def test_only_a_measure_that_asks_for_it_becomes_a_metric() -> None:
    registry = read(models=MODELS)

    assert set(registry.metrics) == {"amount"}
    assert registry.metrics["amount"].agg == "sum"


def test_a_metric_keeps_its_name_from_the_measure_of_the_same_name() -> None:
    renamed = METRICS.replace("- name: web_share", MINE + "- name: web_share")

    assert read(models=MODELS, metrics=renamed).metrics["amount"].label == "Mine"


def test_percentiles_and_balances_are_read() -> None:
    more = "".join(f"- {{name: {name}, type: simple, type_params: {{measure: {of}}}}}\n" for name, of in NAMED.items())
    registry = read(models=MODELS, metrics=METRICS + more)

    assert registry.metrics["slowest"].discrete
    balance = registry.metrics["in_stock"].non_additive
    assert balance is not None
    assert (balance.dimension, balance.pick, balance.group_by) == ("ordered_on", "max", ("customer",))


def test_metrics_of_metrics_keep_offsets_windows_and_constant_properties() -> None:
    registry = read(models=MODELS, metrics=METRICS)

    assert [each.offset for each in registry.metrics["growth"].inputs] == [None, (1, "month")]
    window, conversion = registry.metrics["amount_so_far"].window, registry.metrics["bought_again"].conversion
    assert window is not None
    assert (window.kind, window.unit, window.period_agg) == ("to_date", "month", "last")
    assert conversion is not None
    assert (conversion.entity, conversion.window) == ("customer", (7, "day"))


def test_a_measure_used_without_a_metric_can_be_computed_and_not_asked_for() -> None:
    registry = read(models=MODELS, metrics=METRICS)
    hidden = registry.metrics["amount_so_far"].inputs[0].metric

    policy = parse_policy(
        "classes: {finance: {}, company: {}}\ngroups: {book: {team: books}}\nteams: {books: {sees: [finance]}}\n", registry
    )
    person = Person(user=UserId("U1"), name="Booker", groups=frozenset({"book"}))

    assert registry.metrics[hidden].hidden
    assert policy.decide(person, None, ()).own.metrics == {"amount_so_far"}


def test_all_faults_come_at_once_each_on_its_line() -> None:
    models = MODELS.replace("agg: SUM", "agg: summ").replace(
        "{name: ordered_on, window_choice", "{name: orderd_on, window_choice"
    )
    metrics = METRICS.replace("{name: orders, fill", "{name: ordrs, fill").replace(
        "offset_window: 1 month", "offset_window: soon"
    )

    found = faults(models=models, metrics=metrics)

    assert ("models.yml", line_of(models, "agg: summ"), "`summ` is not an aggregation.") in found
    assert ("models.yml", line_of(models, "orderd_on"), "The model `orders` has no dimension `orderd_on`.") in found
    assert ("metrics.yml", line_of(metrics, "name: ordrs"), "There is no measure `ordrs`.") in found
    assert ("metrics.yml", line_of(metrics, "soon"), "`soon` is not a window.") in found
    assert len(found) == 4


def test_a_wrong_key_is_named_with_the_right_ones() -> None:
    metrics = METRICS.replace("denominator:", "denominater:")

    assert ("metrics.yml", line_of(metrics, "denominater"), "`denominater` is not a key that means something here.") in faults(
        models=MODELS, metrics=metrics
    )


def test_a_semantic_model_without_its_dbt_model_is_a_fault() -> None:
    models = MODELS.replace("ref('fct_orders')", "fct_orders")

    assert [what for _, _, what in faults(models=models)] == [
        "The semantic model `orders` does not say which dbt model it describes."
    ]


def _as_manifest() -> dict[str, Any]:
    said = yaml.safe_load(MODELS)["semantic_models"][0]
    said["node_relation"] = {"alias": "orders", "schema_name": "shop", "database": "db", "relation_name": "db.shop.orders"}
    spine = {
        "node_relation": {"alias": "days", "schema_name": "shop", "database": None},
        "primary_column": {"name": "day", "time_granularity": "day"},
        "custom_granularities": [{"name": "retail_week", "column_name": None}],
    }
    return {
        "semantic_models": [{**said, "config": None}],
        "metrics": [*yaml.safe_load(METRICS)["metrics"]],
        "project_configuration": {"time_spines": [spine], "metadata": None},
        "saved_queries": [],
    }


def test_a_manifest_says_what_the_files_say() -> None:
    from_files, from_manifest = read(models=MODELS, metrics=METRICS), manifest(_as_manifest())

    assert list(from_manifest.metrics) == list(from_files.metrics)
    assert from_manifest.metrics["web_orders"].where == from_files.metrics["web_orders"].where
    assert from_manifest.models["orders"].relation == ("db", "shop", "orders")


def test_a_manifests_spines_bring_the_companys_own_grains() -> None:
    (spine,) = manifest(_as_manifest()).spines

    assert (spine.relation, spine.column, spine.custom) == (("shop", "days"), "day", {"retail_week": "retail_week"})


def test_an_approximate_percentile_is_refused_by_name_where_a_dialect_has_none() -> None:
    approximate = MODELS.replace("use_discrete_percentile", "use_approximate_percentile")
    registry = read(models=approximate, metrics="metrics: [{name: slowest, type: simple, type_params: {measure: slow}}]")
    grant = Grant(subject="x", audience="dm", metrics=frozenset(registry.metrics))
    query = MetricQuery(metrics=("slowest",))

    compiled = compile_query(registry, query, grant, dialect="snowflake")

    assert "APPROX_PERCENTILE(orders.hours, 0.9)" in render(compiled.prepared[0]).text
    with pytest.raises(BadQuery, match="`slowest`") as caught:
        compile_query(registry, query, grant, dialect="postgres")
    assert "PostgreSQL" in caught.value.why


def test_a_flat_manifest_needs_no_measures() -> None:
    document = _as_manifest()
    document["semantic_models"][0]["measures"] = []
    flat = {"semantic_model": "orders", "agg": "sum", "agg_time_dimension": None}
    document["metrics"] = [
        {
            "name": "spend",
            "type": "simple",
            "type_params": {"metric_aggregation_params": flat, "expr": "amount_usd", "fill_nulls_with": 0, "is_private": False},
            "filter": {"where_filters": [{"where_sql_template": "{{ Dimension('order__channel') }} = 'web'"}]},
        },
        {
            "name": "lately",
            "type": "cumulative",
            "type_params": {
                "cumulative_type_params": {"window": {"count": 7, "granularity": "day"}, "metric": {"name": "spend"}}
            },
        },
    ]

    registry = manifest(document)

    assert (registry.metrics["spend"].expr, registry.metrics["spend"].fill_nulls_with) == ("amount_usd", 0)
    assert len(registry.metrics["spend"].where) == 1
    window = registry.metrics["lately"].window
    assert window is not None
    assert (window.count, window.unit) == (7, "day")
