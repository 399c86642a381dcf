"""The same question through the same door gives the same rows on PostgreSQL as on DuckDB, row rules included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from anabot.access.policy import parse_policy
from anabot.checks.golden import prove
from anabot.engine import Engine, Intent
from anabot.errors import NotAllowed
from anabot.semantic import dimensions_of
from anabot.semantic.query import Condition, MetricQuery, Span
from anabot.store import Store
from anabot.types import Cell, Grant, PeopleRule, Person, UserId
from anabot.warehouses.base import Warehouse
from anabot.warehouses.connect import open_warehouse
from tests.tiny import tiny_files, tiny_registry
from tests.tiny.warehouse import build, build_postgres

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
    with psycopg.connect(postgres_url) as server:
        build_postgres(server)
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


ABOUT = PeopleRule(metrics=frozenset({"customers_served", "orders_placed"}), person="customer", by=("tier", "channel"), k=4)
ASKED_OF_PEOPLE: list[dict[str, Any]] = [
    {"group_by": ["tier"]},
    {"group_by": ["channel"]},
    {"group_by": ["tier", "channel"]},
    {"group_by": ["metric_time__month"]},
    {"group_by": ["metric_time__quarter", "tier"]},
    {"where": [{"field": "tier", "values": ["gold"]}]},
    {"where": [{"field": "tier", "op": "ne", "values": ["gold"]}], "group_by": ["channel"]},
    {"group_by": ["channel"], "compare": "previous_period"},
    {},
]


@pytest.mark.parametrize("group", ["books", "shops-north"])
def test_small_groups_are_left_out_alike(doors: tuple[Engine, Engine], group: str) -> None:
    grant = replace(granted(group), people=(ABOUT,))
    empty = 0
    for metric in sorted(ABOUT.metrics):
        for said in ASKED_OF_PEOPLE:
            query = MetricQuery.model_validate(
                {"metrics": [metric], "period": {"start": "2026-01-01", "end": "2026-07-01"}, **said}
            )
            on_duckdb, on_postgres = (door.run(query, grant, intent=ASKED).table for door in doors)

            assert on_postgres.rows == on_duckdb.rows, said
            assert on_postgres.suppressed == on_duckdb.suppressed, said
            assert on_postgres.fewer_than == on_duckdb.fewer_than
            empty += len(on_duckdb.suppressed)
            whole = {row[:-1]: row[-1] for row in doors[0].run(query, granted(group), intent=ASKED).table.rows}
            if "compare" not in said:
                shown = [(row, at) for at, row in enumerate(on_postgres.rows) if (at, len(row) - 1) not in on_postgres.suppressed]
                assert all(row[-1] == whole[row[:-1]] for row, _ in shown)
                if metric == "customers_served":
                    assert all(row[-1] == 0 or row[-1] >= ABOUT.k for row, _ in shown)

    assert empty > 10


@pytest.mark.parametrize("how", ["average", "median", "min", "max", "sum", "count", "share"])
@pytest.mark.parametrize("each", [["customer"], ["shop_name", "metric_time__month"], ["metric_time__week"]])
def test_both_give_the_same_numbers_of_groups(doors: tuple[Engine, Engine], how: str, each: list[str]) -> None:
    query = MetricQuery.model_validate(
        {
            "metrics": ["margin" if each[0] == "shop_name" else "orders_placed"],
            "over": {"how": how, "each": each},
            "group_by": ["region"] if each[0] != "customer" else [],
            "having": [{"field": "margin" if each[0] == "shop_name" else "orders_placed", "op": "ge", "values": ["1"]}],
            "period": YEAR.model_dump(mode="json"),
        }
    )

    first, second = (door.run(query, granted("books"), intent=ASKED).table for door in doors)

    assert list(map(close, first.rows)) == list(map(close, second.rows))
    assert any(cell is not None for row in first.rows for cell in row)


@pytest.mark.parametrize(
    ("op", "left", "right"), [("minus", "sales", "cost"), ("per", "sales", "items_sold"), ("share_of", "online_sales", "sales")]
)
@pytest.mark.parametrize("limit_by", [[], ["region"]])
def test_both_give_the_same_rows_for_a_made_number_by_the_size_of_its_change(
    doors: tuple[Engine, Engine], op: str, left: str, right: str, limit_by: list[str]
) -> None:
    name = f"{left}__{op}__{right}"
    query = MetricQuery.model_validate(
        {
            "metrics": [left, right],
            "made": [{"op": op, "left": left, "right": right}],
            "group_by": ["region", "shop_name"],
            "period": {"start": "2026-05-01", "end": "2026-08-01"},
            "compare": "previous_period",
            "having": [{"field": f"{name}__change", "op": "not_null"}],
            "order_by": [f"-{name}__change__size"],
            "limit": 2,
            "limit_by": limit_by,
        }
    )

    first, second = (door.run(query, granted("books"), intent=ASKED).table for door in doors)

    assert list(map(close, first.rows)) == list(map(close, second.rows))
    assert first.rows
