"""What people read as SQL is kept, one file a case and dialect; each text parses in its dialect and runs where an engine is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import sqlglot
from sqlglot import exp

from anabot.semantic import Compiled, compile_query, display_sql, render
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant, RowRule
from tests.semantic.cases import CASES
from tests.tiny import warehouse

GOLDEN = Path(__file__).parents[1] / "golden" / "sql"
DIALECTS = ("duckdb", "postgres", "snowflake")
REWRITE = os.environ.get("ANABOT_GOLDEN") == "1"


def compiled(registry: Registry, case: str, dialect: str) -> Compiled:
    query, rules = CASES[case]
    rows = tuple(RowRule(model=model, dimension=dimension, values=values) for model, dimension, values in rules)
    grant = Grant(subject="bea", audience="dm", metrics=frozenset(registry.metrics), rows=rows)
    return compile_query(registry, MetricQuery.model_validate(query), grant, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("case", CASES)
def test_the_sql_people_read_is_the_golden_one(registry: Registry, case: str, dialect: str) -> None:
    text = display_sql(compiled(registry, case, dialect).prepared[0]) + "\n"
    file = GOLDEN / f"{case}.{dialect}.sql"

    if REWRITE:
        file.write_text(text, encoding="utf-8")

    assert file.exists(), "make golden writes it"
    assert text == file.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in GOLDEN.glob("*.sql")} == {f"{case}.{dialect}.sql" for case in CASES for dialect in DIALECTS}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("case", CASES)
def test_the_sql_parses_in_its_dialect_as_one_select(registry: Registry, case: str, dialect: str) -> None:
    prepared = compiled(registry, case, dialect).prepared[0]

    for text in (render(prepared).text, display_sql(prepared)):
        trees = sqlglot.parse(text, read=dialect)
        assert len(trees) == 1
        assert isinstance(trees[0], exp.Select)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("case", CASES)
def test_values_are_bound_one_for_each_placeholder_and_never_in_the_text(registry: Registry, case: str, dialect: str) -> None:
    prepared = compiled(registry, case, dialect).prepared[0]
    statement = render(prepared)

    marks = {"duckdb": "$", "postgres": "%s", "snowflake": "?"}[dialect]
    assert statement.text.count(marks) == len(statement.params)
    assert sorted(map(repr, statement.params)) == sorted(repr(prepared.values[n]) for n in _used(prepared.tree))
    assert not any(isinstance(value, str) and f"'{value}'" in statement.text for value in statement.params)


def _used(tree: exp.Expression) -> list[int]:
    return [int(node.name[1:-1]) for node in tree.find_all(exp.Placeholder)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_period_is_compared_with_the_bare_time_column(registry: Registry, dialect: str) -> None:
    for case, (query, _) in CASES.items():
        if "period" not in query:
            continue
        tree = compiled(registry, case, dialect).prepared[0].tree
        bare = [node for node in tree.find_all(exp.GTE, exp.LT) if isinstance(node.this, exp.Column)]
        assert len(bare) >= 2, case


def test_the_same_question_gives_the_same_text(registry: Registry) -> None:
    for case in CASES:
        assert render(compiled(registry, case, "duckdb").prepared[0]) == render(compiled(registry, case, "duckdb").prepared[0])


def test_rendering_leaves_the_tree_as_it_was(registry: Registry) -> None:
    prepared = compiled(registry, "each_month_compared_with_the_one_before", "snowflake").prepared[0]
    before = prepared.tree.copy()

    render(prepared)
    display_sql(prepared)

    assert prepared.tree == before


@pytest.fixture(scope="module")
def postgres(postgres_cluster: str | None, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """The bakery in a real PostgreSQL."""
    if postgres_cluster is None:
        from postgres import waits_for

        waits_for("PostgreSQL", request)
    with psycopg.connect(host=postgres_cluster, user="ana", dbname="postgres", autocommit=True) as con:
        con.execute("CREATE SCHEMA crumb")
        for table, rows in warehouse.rows().items():
            con.execute(f"CREATE TABLE crumb.{table} ({warehouse.TABLES[table]})")
            marks = ", ".join(["%s"] * len(rows[0]))
            with con.cursor() as cursor:
                cursor.executemany(f"INSERT INTO crumb.{table} VALUES ({marks})", rows)
        yield con
        con.execute("DROP SCHEMA crumb CASCADE")


@pytest.mark.postgres
@pytest.mark.parametrize("case", CASES)
def test_postgresql_gives_the_rows_that_duckdb_gives(
    registry: Registry, bakery: duckdb.DuckDBPyConnection, postgres: psycopg.Connection, case: str
) -> None:
    here, there = (render(compiled(registry, case, dialect).prepared[0]) for dialect in ("duckdb", "postgres"))

    ours = bakery.execute(here.text, list(here.params)).fetchall()
    theirs = postgres.execute(there.text.encode(), there.params or None).fetchall()

    assert _plain(theirs) == _plain(ours)


def _plain(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(cell.normalize() if isinstance(cell, Decimal) else cell for cell in row) for row in rows]
