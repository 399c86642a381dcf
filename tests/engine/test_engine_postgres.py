"""The same question through the same door gives the same rows on PostgreSQL as on DuckDB, row rules included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from anabot.access.policy import parse_policy
from anabot.checks.golden import prove
from anabot.engine import Engine, Intent
from anabot.errors import NotAllowed
from anabot.semantic import dimensions_of
from anabot.semantic.query import Condition, MetricQuery, Span
from anabot.store import Store
from anabot.types import Cell, Grant, Person, UserId
from anabot.warehouses.base import Warehouse
from anabot.warehouses.connect import open_warehouse
from tests.tiny import tiny_files, tiny_registry
from tests.tiny.warehouse import TABLES, build, rows

pytestmark = pytest.mark.postgres
ASKED = Intent(question_id="q", actor="U1", place="dm", kind="question")
YEAR = Span(start=dt.date(2026, 1, 1), end=dt.date(2027, 1, 1))


def granted(*groups: str) -> Grant:
    person = Person(user=UserId("U1"), name="one", groups=frozenset(groups))
    return parse_policy(tiny_files()["access.yml"], tiny_registry()).decide(person, None, [person]).own


@pytest.fixture
def doors(tmp_path: Path, postgres_url: str) -> Iterator[tuple[Engine, Engine]]:
    """The bakery behind a DuckDB file and behind a PostgreSQL server."""
    build(tmp_path / "w.duckdb")
    schema = tiny_registry().models["orders"].relation[-2]
    with psycopg.connect(postgres_url) as server:
        server.execute(f"CREATE SCHEMA {schema}")  # type: ignore[call-overload]
        for table, content in rows().items():
            server.execute(f"CREATE TABLE {schema}.{table} ({TABLES[table]})")  # type: ignore[call-overload]
            marks = ", ".join(["%s"] * len(content[0]))
            server.cursor().executemany(f"INSERT INTO {schema}.{table} VALUES ({marks})", content)  # type: ignore[arg-type]
    store = Store(f"sqlite:///{tmp_path}/ana.db")
    store.migrate()
    opened: list[Warehouse] = [open_warehouse(f"duckdb:///{tmp_path}/w.duckdb"), open_warehouse(postgres_url)]
    first, second = (Engine(lambda: SimpleNamespace(registry=tiny_registry()), {"default": each}, store.audit) for each in opened)
    yield first, second
    for each in opened:
        each.close()
    store.close()


def close(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """A row with what is divided rounded to nine places: DuckDB divides doubles, PostgreSQL decimals."""
    return tuple(round(cell, 9) if isinstance(cell, Decimal) else cell for cell in row)


def test_every_golden_value_comes_out_on_postgres(doors: tuple[Engine, Engine]) -> None:
    assert prove(tiny_registry(), doors[1]) == ()


@pytest.mark.parametrize("group", ["books", "shops-north"])
def test_both_give_the_same_rows_for_every_metric_and_dimension(doors: tuple[Engine, Engine], group: str) -> None:
    grant = granted(group)
    compared = 0
    for metric in sorted(grant.metrics):
        for ref in dimensions_of(tiny_registry(), metric):
            if f"{ref.dimension.model}.{ref.dimension.name}" in grant.denied:
                continue
            query = MetricQuery(metrics=(metric,), group_by=(ref.name,), period=YEAR)
            try:
                left, right = (door.run(query, grant, intent=ASKED).table for door in doors)
            except NotAllowed:
                assert grant.rows
                continue
            assert list(map(close, left.rows)) == list(map(close, right.rows)), query
            compared += 1

    assert compared > 10


def test_both_name_the_same_values(doors: tuple[Engine, Engine]) -> None:
    for group in ("books", "shops-north"):
        left, right = (door.values(granted(group)) for door in doors)

        assert {place: set(values) for place, values in left.by_dimension.items()} == {
            place: set(values) for place, values in right.by_dimension.items()
        }


def test_a_percent_sign_in_a_value_is_a_value(doors: tuple[Engine, Engine]) -> None:
    for op in ("eq", "contains", "starts_with"):
        query = MetricQuery(metrics=("sales",), where=(Condition(field="product", op=op, values=("100%s",)),))  # type: ignore[arg-type]

        assert [door.run(query, granted("books"), intent=ASKED).table.rows for door in doors] == [((None,),)] * 2


def test_a_servers_watermark_is_made_of_its_newest_loads(doors: tuple[Engine, Engine]) -> None:
    assert doors[1].watermark() == doors[1].watermark()
    assert doors[1].freshness() == doors[0].freshness()
