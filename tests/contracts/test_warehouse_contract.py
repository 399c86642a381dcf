"""What every warehouse promises, on each of them."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg
import pytest

from anabot.errors import WarehouseError, WarehouseLimit, WarehouseTimeout
from anabot.types import Cell, Statement
from anabot.warehouses.base import Result, Warehouse
from anabot.warehouses.connect import open_warehouse

FILL = [
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.sales"
    " (id INTEGER, name VARCHAR, amount DECIMAL(18,2), day DATE, seen_at TIMESTAMP, open BOOLEAN, f FLOAT)",
    "INSERT INTO shop.sales VALUES (1, 'a%b', 12.30, DATE '2026-05-01', TIMESTAMP '2026-05-01 10:00:00', TRUE, 'NaN')",
    "INSERT INTO shop.sales VALUES (2, '<!channel>', 0.01, DATE '2026-05-02', TIMESTAMP '2026-05-02 10:00:00', FALSE, 0.5)",
    "INSERT INTO shop.sales VALUES (3, NULL, NULL, NULL, NULL, NULL, NULL)",
    "CREATE TABLE shop.many AS SELECT i AS i FROM generate_series(1, 4000) AS g(i)",
]
SLOW = {
    "duckdb": "SELECT sum(a.i * b.i) AS s FROM range(100000000) AS a(i), range(1000000) AS b(i)",
    "postgres": "SELECT count(*) AS s FROM generate_series(1, 100000) AS a(i), generate_series(1, 100000) AS b(i)",
}
Ask = Callable[..., Result]


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    if request.param == "duckdb":
        path = tmp_path / "file.duckdb"
        with duckdb.connect(str(path)) as file:
            for statement in FILL:
                file.execute(statement)
        opened = open_warehouse(f"duckdb:///{path}")
    else:
        url = request.getfixturevalue("postgres_url")
        with psycopg.connect(url) as server:
            for statement in FILL:
                server.execute(statement)  # type: ignore[call-overload]
        opened = open_warehouse(url)
    yield opened
    opened.close()


@pytest.fixture
def ask(warehouse: Warehouse) -> Ask:
    def run(text: str, *params: Cell, max_rows: int = 1000, max_bytes: int = 1_000_000, timeout_s: float = 20.0) -> Result:
        for number in range(len(params)):
            text = text.replace("?", "%s" if warehouse.dialect == "postgres" else f"${number + 1}", 1)
        statement = Statement(connection="default", dialect=warehouse.dialect, text=text, params=params)
        return warehouse.run(statement, max_rows=max_rows, max_bytes=max_bytes, timeout_s=timeout_s)

    return run


def test_cells_come_back_as_what_they_are(ask: Ask) -> None:
    found = ask("SELECT id, name, amount, day, seen_at, open, f FROM shop.sales ORDER BY id")

    assert found.names == ("id", "name", "amount", "day", "seen_at", "open", "f")
    at = dt.datetime(2026, 5, 1, 10, tzinfo=dt.UTC)
    assert found.rows[0] == (1, "a%b", Decimal("12.30"), dt.date(2026, 5, 1), at, True, None)
    assert [type(cell) for cell in found.rows[0]] == [int, str, Decimal, dt.date, dt.datetime, bool, type(None)]
    assert found.rows[2] == (3, None, None, None, None, None, None)
    assert not found.truncated


def test_money_is_summed_to_the_cent(ask: Ask) -> None:
    assert ask("SELECT sum(amount) AS total FROM shop.sales").rows == ((Decimal("12.31"),),)


def test_values_are_bound_whatever_they_hold(ask: Ask) -> None:
    hostile = "'; DROP TABLE shop.sales; --"

    assert ask("SELECT id FROM shop.sales WHERE name = ?", "a%b").rows == ((1,),)
    assert ask("SELECT id FROM shop.sales WHERE name = ?", hostile).rows == ()
    assert ask("SELECT id FROM shop.sales WHERE amount = ? AND day = ?", Decimal("12.30"), dt.date(2026, 5, 1)).rows == ((1,),)
    assert ask("SELECT count(*) AS n FROM shop.sales").rows == ((3,),)


def test_more_rows_than_asked_for_are_cut_and_said(ask: Ask) -> None:
    assert len(ask("SELECT i FROM shop.many ORDER BY i", max_rows=4000).rows) == 4000
    assert not ask("SELECT i FROM shop.many ORDER BY i", max_rows=4000).truncated

    cut = ask("SELECT i FROM shop.many ORDER BY i", max_rows=3999)

    assert (len(cut.rows), cut.rows[-1], cut.truncated) == (3999, (3999,), True)


def test_a_result_that_is_too_heavy_is_refused(ask: Ask) -> None:
    with pytest.raises(WarehouseLimit, match="ANABOT_MAX_BYTES"):
        ask("SELECT i, repeat('x', 10000) AS s FROM shop.many", max_rows=5000)


def test_a_statement_that_takes_too_long_is_stopped_and_the_next_one_runs(ask: Ask, warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseTimeout, match="ANABOT_TIMEOUT_S"):
        ask(SLOW[warehouse.dialect], timeout_s=0.3)

    assert ask("SELECT id FROM shop.sales WHERE id = 1").rows == ((1,),)


@pytest.mark.parametrize(
    "text", ["SELECT nope FROM shop.sales", "SELECT 1 AS one FROM shop.nope", "SELECT 1 AS one FROM nope.sales"]
)
def test_a_name_it_does_not_have_is_said_plainly(ask: Ask, text: str) -> None:
    with pytest.raises(WarehouseError, match=r"registry names\..* `[a-z.]*nope[a-z.]*`\..*anabot check"):
        ask(text)


def test_an_error_never_quotes_a_row(ask: Ask) -> None:
    with pytest.raises(WarehouseError) as caught:
        ask("SELECT CAST(name AS INTEGER) AS n FROM shop.sales WHERE id = 2")

    assert "channel" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM shop.sales",
        "UPDATE shop.sales SET amount = 0",
        "INSERT INTO shop.sales (id) VALUES (4)",
        "CREATE TABLE shop.mine AS SELECT 1 AS one",
        "CREATE TEMP TABLE mine AS SELECT 1 AS one",
        "DROP TABLE shop.sales",
        "SELECT 1 AS one; DELETE FROM shop.sales",
        "WITH gone AS (DELETE FROM shop.sales RETURNING id) SELECT * FROM gone",
        "SELECT id INTO shop.mine FROM shop.sales",
        "COPY shop.sales TO '/tmp/anabot-leak.csv'",
        "SET statement_timeout = 0",
        "",
    ],
)
def test_nothing_but_a_select_runs(ask: Ask, text: str) -> None:
    with pytest.raises(WarehouseError):
        ask(text)

    assert ask("SELECT count(*) AS n, sum(amount) AS total FROM shop.sales").rows == ((3, Decimal("12.31")),)
    assert not Path("/tmp/anabot-leak.csv").exists()


def test_many_threads_may_ask_at_once(ask: Ask) -> None:
    found: list[Result] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(ask("SELECT i FROM shop.many WHERE i = ?", n))) for n in range(1, 21)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(result.rows[0][0] for result in found) == list(range(1, 21))  # type: ignore[type-var]


def test_it_opens_again_after_it_was_closed(ask: Ask, warehouse: Warehouse) -> None:
    ask("SELECT 1 AS one")

    warehouse.close()

    assert ask("SELECT 1 AS one").rows == ((1,),)


def test_the_watermark_stays_while_the_data_stays(ask: Ask, warehouse: Warehouse) -> None:
    before = warehouse.watermark()

    ask("SELECT 1 AS one")

    assert warehouse.watermark() == before
