"""Halden's warehouse and registry for tests: built once into `var/halden`, as `make demo` builds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from anabot.bootstrap import House, open_house, read_tree
from anabot.config import Settings
from anabot.directory import FileDirectory
from anabot.engine import Intent
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Cell, Grant
from demo.build import DEFAULT_OUT, build

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 10, 5, 14, 58, tzinfo=UTC)


@dataclass(frozen=True)
class Halden:
    """A house that stands on Halden's data, and the answer key."""

    house: House
    truth: dict[str, Any]

    @property
    def registry(self) -> Registry:
        return self.house.current().registry

    def rows(self, query: MetricQuery) -> dict[tuple[str, ...], Cell]:
        """Group values → the first metric, asked by somebody who may see everything."""
        names = frozenset(self.registry.metrics)
        grant = Grant(subject="test", audience="test", metrics=names, listed=names)
        intent = Intent(question_id="test", actor="test", place="test", kind="check")
        table = self.house.engine.run(query, grant, intent=intent).table
        width = len(query.group_by)
        return {tuple("" if cell is None else str(cell) for cell in row[:width]): row[width] for row in table.rows}


def halden_settings(store: Path) -> Settings:
    return Settings(
        _env_file=None,
        warehouse_url=f"duckdb:///{DEFAULT_OUT / 'halden.duckdb'}",
        store_url=f"sqlite:///{store}",
        semantic_layer=ROOT / "semantic_layer",
        playbooks=ROOT / "playbooks",
        directory=ROOT / "demo" / "cast.yml",
        dbt_target=DEFAULT_OUT / "target",
        now=NOW,
    )


@pytest.fixture(scope="session")
def halden_built() -> Path:
    build(DEFAULT_OUT)
    return DEFAULT_OUT


@pytest.fixture(scope="session")
def halden(halden_built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Halden]:
    settings = halden_settings(tmp_path_factory.mktemp("halden") / "ana.db")
    with open_house(settings, directory=FileDirectory.read(ROOT / "demo" / "cast.yml")) as house:
        yield Halden(house=house, truth=json.loads((halden_built / "truth.json").read_text(encoding="utf-8")))


def halden_files() -> dict[str, str]:
    return read_tree(ROOT / "semantic_layer")
