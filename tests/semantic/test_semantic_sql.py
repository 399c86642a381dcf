"""What people read as SQL is kept, one file a case and dialect; each text parses in its dialect and runs where an engine is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest
import sqlglot
from sqlglot import exp

from anabot.access.guard import check
from anabot.errors import BadQuery
from anabot.semantic import Compiled, compile_distinct, compile_query, display_sql, render
from anabot.semantic.filters import parse_filter
from anabot.semantic.query import MetricQuery
from anabot.types import Grant, RowRule
from tests.semantic import wide
from tests.semantic.cases import CASES
from tests.semantic.wide import WIDE, Wide, wide_registry
from tests.tiny import tiny_registry, warehouse

GOLDEN = Path(__file__).parents[1] / "golden" / "sql"
DIALECTS = ("duckdb", "postgres", "snowflake")
NAMES = {"duckdb": "DuckDB", "postgres": "PostgreSQL", "snowflake": "Snowflake"}
REWRITE = os.environ.get("ANABOT_GOLDEN") == "1"
ALL = {**{name: Wide(query=query, rules=tuple(rules)) for name, (query, rules) in CASES.items()}, **WIDE}
SAID = [(case, dialect) for case, asked in ALL.items() for dialect in DIALECTS if dialect not in asked.lacks]
LACKED = [(case, dialect) for case, asked in ALL.items() for dialect in asked.lacks]


def compiled(case: str, dialect: str) -> Compiled:
    asked, registry = ALL[case], wide_registry() if case in WIDE else tiny_registry()
    rows = tuple(RowRule(model=model, dimension=dimension, values=values) for model, dimension, values in asked.rules)
    grant = Grant(subject="bea", audience="dm", metrics=frozenset(registry.metrics), rows=rows)
    if asked.values:
        return compile_distinct(registry, asked.values, grant, dialect=dialect, extremes=asked.extremes)
    predicates = tuple(map(parse_filter, asked.where))
    return compile_query(registry, MetricQuery.model_validate(asked.query), grant, dialect=dialect, predicates=predicates)


@pytest.mark.parametrize(("case", "dialect"), SAID)
def test_the_sql_people_read_is_the_golden_one(case: str, dialect: str) -> None:
    text = display_sql(compiled(case, dialect).prepared[0]) + "\n"
    file = GOLDEN / f"{case}.{dialect}.sql"

    if REWRITE:
        file.write_text(text, encoding="utf-8")

    assert file.exists(), "make golden writes it"
    assert text == file.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in GOLDEN.glob("*.sql")} == {f"{case}.{dialect}.sql" for case, dialect in SAID}


@pytest.mark.parametrize(("case", "dialect"), LACKED)
def test_a_percentile_that_a_dialect_lacks_is_refused_by_its_name(case: str, dialect: str) -> None:
    with pytest.raises(BadQuery, match="percentile, which") as caught:
        compiled(case, dialect)

    assert NAMES[dialect] in caught.value.why
    assert caught.value.todo


@pytest.mark.parametrize(("case", "dialect"), SAID)
def test_the_sql_parses_in_its_dialect_as_one_select(case: str, dialect: str) -> None:
    prepared = compiled(case, dialect).prepared[0]

    for text in (render(prepared).text, display_sql(prepared)):
        trees = sqlglot.parse(text, read=dialect)
        assert len(trees) == 1
        assert isinstance(trees[0], exp.Select)


@pytest.mark.parametrize(("case", "dialect"), SAID)
def test_the_guard_lets_through_what_the_compiler_says(case: str, dialect: str) -> None:
    made = compiled(case, dialect)

    assert check(render(made.prepared[0]), relations=made.relations)


@pytest.mark.parametrize(("case", "dialect"), SAID)
def test_values_are_bound_one_for_each_placeholder_and_never_in_the_text(case: str, dialect: str) -> None:
    prepared = compiled(case, dialect).prepared[0]
    statement = render(prepared)

    marks = {"duckdb": "$", "postgres": "%s", "snowflake": "?"}[dialect]
    assert statement.text.count(marks) == len(statement.params)
    assert sorted(map(repr, statement.params)) == sorted(repr(prepared.values[n]) for n in _used(prepared.tree))
    assert not any(isinstance(value, str) and f"'{value}'" in statement.text for value in statement.params)


def _used(tree: exp.Expression) -> list[int]:
    return [int(node.name[1:-1]) for node in tree.find_all(exp.Placeholder)]


@pytest.mark.parametrize("case", ALL)
def test_the_same_question_gives_the_same_text(case: str) -> None:
    dialect = next((each for name, each in SAID if name == case), None)
    if dialect is not None:
        assert render(compiled(case, dialect).prepared[0]) == render(compiled(case, dialect).prepared[0])


def test_rendering_leaves_the_tree_as_it_was() -> None:
    prepared = compiled("each_month_compared_with_the_one_before", "snowflake").prepared[0]
    before = prepared.tree.copy()

    render(prepared)
    display_sql(prepared)

    assert prepared.tree == before


TABLES = {**warehouse.TABLES, **wide.TABLES}


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The bakery and the further tables in a DuckDB file."""
    path = tmp_path_factory.mktemp("wide") / "wide.duckdb"
    warehouse.build(path)
    with duckdb.connect(str(path)) as con:
        for table, rows in wide.rows().items():
            con.execute(f"CREATE TABLE crumb.{table} ({TABLES[table]})")
            con.executemany(f"INSERT INTO crumb.{table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        yield con


@pytest.fixture(scope="module")
def postgres(postgres_cluster: str | None, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """The same tables in a real PostgreSQL."""
    if postgres_cluster is None:
        from postgres import waits_for

        waits_for("PostgreSQL", request)
    with psycopg.connect(host=postgres_cluster, user="ana", dbname="postgres", autocommit=True) as con:
        con.execute("CREATE SCHEMA crumb")
        for table, rows in {**warehouse.rows(), **wide.rows()}.items():
            con.execute(f"CREATE TABLE crumb.{table} ({TABLES[table]})")
            marks = ", ".join(["%s"] * len(rows[0]))
            with con.cursor() as cursor:
                cursor.executemany(f"INSERT INTO crumb.{table} VALUES ({marks})", rows)
        yield con
        con.execute("DROP SCHEMA crumb CASCADE")


@pytest.mark.parametrize("case", [case for case, dialect in SAID if dialect == "duckdb" and case in WIDE])
def test_duckdb_has_rows_for_every_case(duck: duckdb.DuckDBPyConnection, case: str) -> None:
    made = compiled(case, "duckdb")
    statement = render(made.prepared[0])

    found = duck.execute(statement.text, list(statement.params))

    assert [column[0] for column in found.description] == [column.name for column in made.columns]
    assert any(cell is not None for row in found.fetchall() for cell in row)


@pytest.mark.postgres
@pytest.mark.parametrize("case", [case for case, dialect in SAID if dialect == "postgres"])
def test_postgresql_gives_the_rows_that_duckdb_gives(
    duck: duckdb.DuckDBPyConnection, postgres: psycopg.Connection, case: str
) -> None:
    here, there = (render(compiled(case, dialect).prepared[0]) for dialect in ("duckdb", "postgres"))

    ours = duck.execute(here.text, list(here.params)).fetchall()
    theirs = postgres.execute(there.text.encode(), there.params or None).fetchall()

    assert wide.plain(theirs) == wide.plain(ours)
