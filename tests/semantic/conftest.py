"""The bakery's warehouse, and the shortest way to ask it something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from anabot.semantic import compile_query, render
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant
from tests.tiny import tiny_registry, warehouse

Rows = list[tuple[Any, ...]]
Ask = Callable[..., Rows]


@pytest.fixture(scope="session")
def registry() -> Registry:
    return tiny_registry()


@pytest.fixture(scope="session")
def everything(registry: Registry) -> Grant:
    names = frozenset(registry.metrics)
    return Grant(subject="bea", audience="dm", metrics=names, listed=names)


@pytest.fixture(scope="session")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    path: Path = tmp_path_factory.mktemp("bakery") / "bakery.duckdb"
    warehouse.build(path)
    with duckdb.connect(str(path), read_only=True) as con:
        yield con


@pytest.fixture(scope="session")
def ask(registry: Registry, everything: Grant, bakery: duckdb.DuckDBPyConnection) -> Ask:
    def asked(grant: Grant | None = None, **query: Any) -> Rows:
        compiled = compile_query(registry, MetricQuery.model_validate(query), grant or everything)
        statement = render(compiled.prepared[0])
        result = bakery.execute(statement.text, list(statement.params))
        assert [column[0] for column in result.description] == [column.name for column in compiled.columns]
        return result.fetchall()

    return asked
