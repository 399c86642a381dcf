"""Where one of several metrics has nothing, the others keep what they are."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from anabot.semantic import compile_query, parse_registry, render
from anabot.semantic.query import MetricQuery
from anabot.types import Grant

LAYER = """models:
- name: stalls
  semantic_model: {enabled: true}
  columns:
  - {name: stall, entity: {name: stall, type: primary}}
  - {name: town, dimension: {type: categorical}}
  - {name: seats, dimension: {type: categorical}}
  - {name: keeper, dimension: {type: categorical}}
  metrics:
  - {name: largest_stall, agg: max, expr: seats}
  - {name: last_keeper, agg: max, expr: keeper}
- name: sales
  semantic_model: {enabled: true}
  primary_entity: sale
  columns:
  - {name: stall, entity: {name: stall, type: foreign}}
  metrics:
  - {name: sales, agg: count, expr: "1"}
- name: gifts
  semantic_model: {enabled: true}
  primary_entity: gift
  columns:
  - {name: stall, entity: {name: stall, type: foreign}}
  metrics:
  - {name: gifts, agg: count, expr: "1"}
  - {name: gifts_or_none, agg: count, expr: "1", fill_nulls_with: 0}
- name: fairs
  semantic_model: {enabled: true}
  primary_entity: fair
  columns:
  - {name: stall, entity: {name: stall, type: foreign}}
  - {name: indoor, dimension: {type: categorical}}
  metrics:
  - {name: fairs, agg: count, expr: "1", fill_nulls_with: 0}
  - {name: indoor_fairs, agg: count, expr: "1", filter: "{{ Dimension('fair__indoor') }} = 'yes'", fill_nulls_with: 0}
metrics:
- {name: twice_gifts, type: derived, expr: gifts_or_none * 2, input_metrics: [gifts_or_none]}
- {name: gifts_and_fairs, type: derived, expr: gifts_or_none + fairs, input_metrics: [gifts_or_none, fairs]}
- {name: gifts_on_top, type: derived, expr: twice_gifts + fairs, input_metrics: [twice_gifts, fairs]}
- {name: gifts_alone, type: derived, expr: twice_gifts, input_metrics: [twice_gifts]}
- {name: twice_indoor, type: derived, expr: indoor_fairs * 2, input_metrics: [indoor_fairs]}
"""
TABLES = """
CREATE TABLE stalls AS SELECT * FROM (VALUES (1, 'Ulm', 9, 'k1'), (2, 'Ulm', 10, 'k2')) AS t(stall, town, seats, keeper);
CREATE TABLE sales AS SELECT * FROM (VALUES (1), (1), (2)) AS t(stall);
CREATE TABLE gifts AS SELECT * FROM (VALUES (2)) AS t(stall);
CREATE TABLE fairs AS SELECT * FROM (VALUES (1, 'yes'), (2, 'no'), (3, 'no')) AS t(stall, indoor);
"""


@pytest.fixture
def market() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


@pytest.mark.parametrize(
    "metrics", [("largest_stall", "sales", "gifts", "last_keeper"), ("sales", "gifts", "last_keeper", "largest_stall")]
)
def test_a_greatest_value_of_no_declared_type_stays_what_it_is_beside_others(
    market: duckdb.DuckDBPyConnection, metrics: tuple[str, ...]
) -> None:
    registry = parse_registry({"m.yml": LAYER}, governed=False)
    grant = Grant(subject="x", audience="dm", metrics=frozenset(registry.metrics))
    statement = render(compile_query(registry, MetricQuery(metrics=metrics, group_by=("town",)), grant).prepared[0])

    found = market.execute(statement.text, list(statement.params)).fetchall()

    of = {"largest_stall": 10, "last_keeper": "k2", "sales": 3, "gifts": 1}
    assert found == [("Ulm", *(of[metric] for metric in metrics))]


@pytest.mark.parametrize(
    ("metrics", "wanted"),
    [
        (("gifts_or_none", "sales"), [(1, 0, 2), (2, 1, 1)]),
        (("twice_gifts", "sales"), [(1, None, 2), (2, 2, 1)]),
        (("twice_gifts",), [(2, 2)]),
        (("gifts_and_fairs", "sales"), [(1, 1, 2), (2, 2, 1), (3, 1, None)]),
        (("twice_gifts", "gifts_and_fairs"), [(1, None, 1), (2, 2, 2), (3, None, 1)]),
        (("gifts_on_top",), [(1, None), (2, 3), (3, None)]),
        (("gifts_alone", "fairs"), [(1, None, 1), (2, 2, 1), (3, None, 1)]),
        (("twice_indoor", "fairs"), [(1, 2, 1), (2, None, 1), (3, None, 1)]),
        (("twice_indoor", "fairs", "sales"), [(1, 2, 1, 2), (2, None, 1, 1), (3, None, 1, None)]),
    ],
)
def test_a_metric_made_of_filled_ones_is_filled_among_its_own_rows_alone(
    market: duckdb.DuckDBPyConnection, metrics: tuple[str, ...], wanted: list[tuple[int | None, ...]]
) -> None:
    registry = parse_registry({"m.yml": LAYER}, governed=False)
    grant = Grant(subject="x", audience="dm", metrics=frozenset(registry.metrics))
    statement = render(compile_query(registry, MetricQuery(metrics=metrics, group_by=("stall",)), grant).prepared[0])

    assert market.execute(statement.text, list(statement.params)).fetchall() == wanted
