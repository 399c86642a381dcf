"""Hostile statements, refused by the guard alone and, as far as it can, by the engine alone.

Each attack is let at the defence it names with the other one switched off.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from anabot.access import guard
from anabot.errors import UnsafeQuery, WarehouseError
from anabot.types import Statement
from anabot.warehouses.duckdb import DuckDB

ATTACKS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "sql.yml").read_text())
RELATIONS = {("shop", "sales")}
by_name = pytest.mark.parametrize("attack", ATTACKS, ids=[attack["name"] for attack in ATTACKS])


def statement(sql: str, dialect: str = "duckdb") -> Statement:
    return Statement(connection="default", dialect=dialect, text=sql)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDB]:
    path = tmp_path_factory.mktemp("attacked") / "w.duckdb"
    with duckdb.connect(str(path)) as file:
        file.execute("CREATE SCHEMA shop")
        file.execute("CREATE TABLE shop.sales AS SELECT 1 AS id, 'a' AS name, 12.30::DECIMAL(18, 2) AS amount")
        file.execute("CREATE TABLE shop.secret AS SELECT 1 AS id, 'hidden' AS word")
    opened = DuckDB(path)
    yield opened
    opened.close()


@by_name
def test_the_guard_alone_refuses(attack: dict[str, Any]) -> None:
    with pytest.raises(UnsafeQuery, match=f"(?i){attack['guard']}"):
        guard.check(statement(attack["sql"]), relations=RELATIONS)


@by_name
def test_the_guard_refuses_in_every_dialect(attack: dict[str, Any]) -> None:
    for dialect in ("postgres", "snowflake"):
        with pytest.raises(UnsafeQuery):
            guard.check(statement(attack["sql"], dialect), relations=RELATIONS)


@by_name
def test_the_engine_alone_refuses_or_takes_no_harm(attack: dict[str, Any], engine: DuckDB) -> None:
    size, mark = Path(engine._path).read_bytes(), engine.watermark()

    if attack["engine"] == "refuses":
        with pytest.raises(WarehouseError):
            engine.run(statement(attack["sql"]), max_rows=10, max_bytes=100_000, timeout_s=2)
    else:
        engine.run(statement(attack["sql"]), max_rows=10, max_bytes=100_000, timeout_s=2)

    assert (Path(engine._path).read_bytes(), engine.watermark()) == (size, mark)
    assert not list(Path("/tmp").glob("anabot-leak*"))
    settings = (
        "SELECT current_setting('threads'), current_setting('enable_external_access'), current_setting('lock_configuration')"
    )
    assert engine.run(statement(settings), max_rows=1, max_bytes=1000, timeout_s=10).rows == ((2, False, True),)


NESTED = {
    "parentheses": "SELECT " + "(" * 500 + "1" + ")" * 500 + " AS a",
    "many parentheses": "SELECT " + "(" * 50_000 + "1" + ")" * 50_000 + " AS a",
    "functions": "SELECT " + "abs(" * 500 + "1" + ")" * 500 + " AS a",
    "negations": "SELECT " + "NOT " * 5_000 + "TRUE AS a",
    "minus signs": "SELECT " + "- " * 5_000 + "1 AS a",
    "cases": "SELECT " + "CASE WHEN " * 2_000 + "TRUE" + " THEN 1 END" * 2_000 + " AS a",
    "sub-queries": "SELECT a FROM " + "(SELECT a FROM " * 200 + "shop.sales" + ") AS s" * 200,
    "additions": "SELECT " + "1 + " * 50_000 + "1 AS a",
    "conditions": "SELECT id FROM shop.sales WHERE " + "id = 1 AND " * 20_000 + "id = 1",
    "indexes": "SELECT a" + "[1]" * 20_000 + " FROM shop.sales",
    "dots": "SELECT " + "a." * 20_000 + "b FROM shop.sales",
    "arms": " UNION ALL ".join(["SELECT 1 AS a"] * 10_000),
    "bytes": "SELECT '" + "x" * 300_000 + "' AS a",
    "values": "SELECT id FROM shop.sales WHERE id IN (" + "1, " * 20_000 + "1)",
}


@pytest.mark.parametrize("name", NESTED)
def test_depth_and_length_are_refused_before_they_hurt(name: str) -> None:
    with pytest.raises(UnsafeQuery):
        guard.check(statement(NESTED[name]), relations=RELATIONS)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name, SUM(amount) AS a FROM shop.sales GROUP BY 1 ORDER BY a DESC LIMIT 5",
        "SELECT COUNT(*) AS n, COUNT(DISTINCT name) AS d FROM shop.sales",
        "SELECT CAST(SUM(amount) AS DOUBLE) / NULLIF(COUNT(id), 0) AS a FROM shop.sales WHERE name ILIKE $1 ESCAPE '!'",
        "SELECT s.id FROM (SELECT * FROM shop.sales AS s WHERE s.name = $1) AS s",
        "SELECT CASE WHEN amount > 0 THEN UPPER(name) ELSE COALESCE(name, 'none') END AS a FROM shop.sales",
        "SELECT 1 AS \"DROP TABLE\", 'DELETE FROM shop.sales' AS a FROM shop.sales",
    ],
)
def test_what_a_question_needs_is_let_through(sql: str) -> None:
    guard.check(statement(sql), relations=RELATIONS)
