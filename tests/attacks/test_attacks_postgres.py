"""Hostile statements at a real PostgreSQL alone, as the role that README asks for and as the one that owns everything.

After each of them nothing has changed, and the next session is what every session is: it only reads, and its time is limited.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from anabot.access import guard
from anabot.errors import UnsafeQuery, WarehouseError, WarehouseTimeout
from anabot.types import Statement
from anabot.warehouses.postgres import Postgres
from tests.postgres import waits_for

pytestmark = pytest.mark.postgres
ATTACKS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "postgres.yml").read_text(encoding="utf-8"))
by_name = pytest.mark.parametrize("attack", ATTACKS, ids=[attack["name"] for attack in ATTACKS])
TIMEOUT_S = 0.4
MADE = """
CREATE SCHEMA shop;
CREATE TABLE shop.sales AS SELECT 1 AS id, 'a' AS name, 12.30::numeric(18, 2) AS amount;
CREATE TABLE shop.secret AS SELECT 1 AS id, 'hidden' AS word;
CREATE SEQUENCE shop.counter;
ANALYZE;
GRANT USAGE ON SCHEMA shop TO reader;
GRANT SELECT ON shop.sales TO reader;
"""
STATE = """
SELECT (SELECT json_agg(s) FROM shop.sales AS s)::text, (SELECT json_agg(s) FROM shop.secret AS s)::text,
       (SELECT count(*) FROM pg_class WHERE relnamespace = 'shop'::regnamespace), (SELECT last_value FROM shop.counter),
       (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM pg_extension), (SELECT count(*) FROM pg_proc),
       has_table_privilege('reader', 'shop.secret', 'SELECT'), (SELECT count(*) FROM pg_db_role_setting)
"""


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """A database of its own, and somebody who sees all of it."""
    cluster = request.getfixturevalue("postgres_cluster")
    if cluster is None:
        waits_for("PostgreSQL", request)
    with psycopg.connect(host=cluster, user="ana", dbname="postgres", autocommit=True) as admin:
        admin.execute("CREATE DATABASE attacked")
        admin.execute("CREATE ROLE reader LOGIN")
        with psycopg.connect(host=cluster, user="ana", dbname="attacked", autocommit=True) as inside:
            inside.execute(MADE)
            yield inside
        admin.execute("DROP DATABASE attacked WITH (FORCE)")
        admin.execute("DROP ROLE reader")


@pytest.fixture(scope="module", params=["reader", "owner"])
def engine(request: pytest.FixtureRequest, server: psycopg.Connection) -> Iterator[tuple[str, Postgres]]:
    role = {"reader": "reader", "owner": "ana"}[request.param]
    opened = Postgres(f"postgresql://{role}@/attacked?host={server.info.host}")
    yield request.param, opened
    opened.close()


def statement(sql: str) -> Statement:
    return Statement(connection="default", dialect="postgres", text=sql)


def run(engine: Postgres, sql: str, timeout_s: float = TIMEOUT_S) -> Any:
    return engine.run(statement(sql), max_rows=10, max_bytes=1_000_000, timeout_s=timeout_s).rows


@by_name
def test_the_guard_alone_refuses(attack: dict[str, Any]) -> None:
    with pytest.raises(UnsafeQuery):
        guard.check(statement(attack["sql"]), relations={("shop", "sales")})


@by_name
def test_the_engine_alone_takes_no_harm(attack: dict[str, Any], engine: tuple[str, Postgres], server: psycopg.Connection) -> None:
    role, postgres = engine
    before = server.execute(STATE).fetchone()

    match attack[role]:
        case "stops":
            with pytest.raises(WarehouseTimeout):
                run(postgres, attack["sql"])
        case "refuses":
            with pytest.raises(WarehouseError):
                run(postgres, attack["sql"], 5)
        case "harmless":
            assert "hidden" not in str(run(postgres, attack["sql"], 5))
        case "undone":
            with contextlib.suppress(WarehouseError):
                run(postgres, attack["sql"], 5)
        case "reveals":
            run(postgres, attack["sql"], 5)

    assert server.execute(STATE).fetchone() == before
    assert not list(Path("/tmp").glob("anabot-leak*"))
    now = "SELECT current_user, current_setting('transaction_read_only'), current_setting('statement_timeout')"
    assert run(postgres, now, 5) == (({"reader": "reader", "owner": "ana"}[role], "on", "5s"),)


def test_the_role_that_is_asked_for_reveals_nothing_of_its_own() -> None:
    assert not [attack["name"] for attack in ATTACKS if attack["reader"] == "reveals"]
