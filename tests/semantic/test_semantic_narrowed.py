"""A metric looked up by keys is computed for the keys that the question leaves, and gives the same numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from anabot.semantic import compile_query, parse_registry, render
from anabot.semantic.query import MetricQuery
from anabot.types import Grant, RowRule, Statement

_LAYER = """
models:
- name: lines
  config: {schema: main}
  semantic_model: {enabled: true}
  primary_entity: line
  columns:
  - {name: part_id, entity: {name: part, type: foreign}}
  - {name: colour, dimension: {name: colour, type: categorical}}
  metrics:
  - {name: average_size, agg: average, expr: size}
  - name: small_sales
    agg: sum
    expr: amount
    filter: "{{ Metric('average_size', group_by=['part']) }} > 2"
- name: parts
  config: {schema: main}
  semantic_model: {enabled: true}
  columns:
  - {name: part_id, entity: {name: part, type: primary}}
  - {name: brand, dimension: {name: brand, type: categorical}}
"""
_ROWS = [(1, "red", 1, 10), (1, "blue", 5, 20), (2, "red", 2, 30), (3, "red", 9, 40), (3, "blue", 1, 50), (9, "red", 4, 60)]
_BRANDS = {1: "a", 2: "a", 3: "b"}
REGISTRY = parse_registry({"layer.yml": _LAYER}, governed=False)
BRAND_A = {"field": "part__brand", "values": ["a"]}


def _compiled(where: list[dict[str, Any]], rows: tuple[RowRule, ...] = ()) -> Statement:
    every = frozenset(REGISTRY.metrics)
    grant = Grant(subject="one", audience="dm", metrics=every, listed=every, rows=rows)
    query = MetricQuery.model_validate({"metrics": ("small_sales",), "where": where})
    return render(compile_query(REGISTRY, query, grant).prepared[0])


def _asked(statement: Statement) -> Decimal | None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE lines (part_id INT, colour TEXT, size INT, amount DECIMAL(9, 2))")
        connection.executemany("INSERT INTO lines VALUES (?, ?, ?, ?)", _ROWS)
        connection.execute("CREATE TABLE parts (part_id INT, brand TEXT)")
        connection.executemany("INSERT INTO parts VALUES (?, ?)", list(_BRANDS.items()))
        found = connection.execute(statement.text, list(statement.params)).fetchone()
    assert found is not None
    total: Decimal | None = found[0]
    return total


def _by_hand(brands: set[str | None], colours: set[str]) -> Decimal:
    sizes: dict[int, list[int]] = {}
    for part, _, size, _ in _ROWS:
        sizes.setdefault(part, []).append(size)
    kept = [row for row in _ROWS if _BRANDS.get(row[0]) in brands and row[1] in colours]
    return Decimal(sum(amount for part, _, _, amount in kept if sum(sizes[part]) / len(sizes[part]) > 2))


@pytest.mark.parametrize(
    ("where", "brands", "colours", "carried"),
    [
        ([BRAND_A], {"a"}, {"red", "blue"}, True),
        ([{"not": BRAND_A}], {"b"}, {"red", "blue"}, True),
        ([{"field": "part__brand", "op": "is_null"}], {None}, {"red", "blue"}, True),
        ([{"any": [BRAND_A, {"field": "part__brand", "op": "is_null"}]}], {"a", None}, {"red", "blue"}, True),
        ([BRAND_A, {"field": "colour", "values": ["red"]}], {"a"}, {"red"}, True),
        ([{"field": "colour", "values": ["red"]}], {"a", "b", None}, {"red"}, False),
        ([{"any": [BRAND_A, {"field": "colour", "values": ["red"]}]}], set(), set(), False),
    ],
)
def test_conditions_on_the_key_alone_hold_within_the_lookup_and_the_number_is_the_same(
    where: list[dict[str, Any]], brands: set[str | None], colours: set[str], carried: bool
) -> None:
    statement = _compiled(where)

    lookup = statement.text.partition("LEFT JOIN (")[2].partition(") AS average_size__by__part")[0]

    assert ("brand" in lookup) is carried
    assert "colour" not in lookup  # the average is over all lines of a part, whatever the question keeps
    if brands:
        assert _asked(statement) == _by_hand(brands, colours)


def test_row_rules_hold_within_a_narrowed_lookup() -> None:
    statement = _compiled([BRAND_A], (RowRule(model="lines", dimension="colour", values=("red",)),))

    assert _asked(statement) is None  # of brand a, no part's red lines are larger than 2 on average
