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
"""
TABLES = """
CREATE TABLE stalls AS SELECT * FROM (VALUES (1, 'Ulm', 9, 'k1'), (2, 'Ulm', 10, 'k2')) AS t(stall, town, seats, keeper);
CREATE TABLE sales AS SELECT * FROM (VALUES (1), (1), (2)) AS t(stall);
CREATE TABLE gifts AS SELECT * FROM (VALUES (2)) AS t(stall);
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
