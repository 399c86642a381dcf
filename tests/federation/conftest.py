"""The bakery with some of its tables on another connection, and the same bakery in one place to compare it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from anabot.engine import Engine, Intent
from anabot.semantic.registry import Registry
from anabot.store import Store
from anabot.types import Grant, RowRule
from anabot.warehouses.base import Warehouse
from anabot.warehouses.connect import open_warehouse
from tests.tiny import tiny_registry
from tests.tiny.warehouse import TABLES, build, rows

ASKED = Intent(question_id="q", actor="U1", place="dm", kind="question")
Doors = Callable[..., Engine]


def apart(*models: str, connection: str = "hr") -> Registry:
    """The bakery's registry with these models on another connection."""
    registry = tiny_registry()
    moved = {name: replace(registry.models[name], connection=connection) for name in models}
    return replace(registry, models={**registry.models, **moved})


def everything(*rules: RowRule) -> Grant:
    """May see every metric, and of the rows what the rules allow."""
    names = frozenset(tiny_registry().metrics)
    return Grant(subject="bea", audience="dm", metrics=names, listed=names, rows=rules)


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bakery") / "w.duckdb"
    build(path)
    return path


@pytest.fixture
def postgres_bakery(postgres_url: str) -> str:
    with psycopg.connect(postgres_url) as server:
        server.execute("CREATE SCHEMA crumb")
        for table, content in rows().items():
            server.execute(f"CREATE TABLE crumb.{table} ({TABLES[table]})")  # type: ignore[call-overload]
            marks = ", ".join(["%s"] * len(content[0]))
            server.cursor().executemany(f"INSERT INTO crumb.{table} VALUES ({marks})", content)  # type: ignore[arg-type]
    return postgres_url


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path}/ana.db")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def door(store: Store) -> Iterator[Doors]:
    """Opens an engine over a registry and the URLs of its connections."""
    with ExitStack() as opened:

        def engine(registry: Registry, urls: Mapping[str, str], **limits: int) -> Engine:
            warehouses: dict[str, Warehouse] = {name: open_warehouse(url) for name, url in urls.items()}
            for each in warehouses.values():
                opened.callback(each.close)
            return Engine(lambda: SimpleNamespace(registry=registry), warehouses, store.audit, **limits)

        yield engine
