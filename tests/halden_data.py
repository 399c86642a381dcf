"""Halden's warehouse and registry for tests: built once into `var/halden`, as `make demo` builds it."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from anabot.bootstrap import House, open_house
from anabot.config import Settings
from anabot.demo import Running, running
from anabot.engine import Intent
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.standing import read_tree
from anabot.types import Cell, Grant
from anabot.workspace import LOCAL_TOKEN
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
        return self.house.standing().registry

    def told(self, metric: str, start: str, end: str) -> str:
        """The truth of a whole period, in dollars as Ana writes them."""
        for case in self.truth["metrics"][metric]:
            if case["period"] == [start, end] and not case["group_by"] and not case.get("where"):
                return f"${Decimal(case['rows'][0][-1]):,.2f}"
        raise LookupError(f"no truth for {metric} from {start} to {end}")

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
    """The folder that holds Halden. Of several processes that want it, one builds and the others wait."""
    DEFAULT_OUT.parent.mkdir(parents=True, exist_ok=True)
    with (DEFAULT_OUT.parent / ".halden.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        build(DEFAULT_OUT)
    return DEFAULT_OUT


@pytest.fixture(scope="session")
def halden(halden_built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Halden]:
    settings = halden_settings(tmp_path_factory.mktemp("halden") / "ana.db")
    with open_house(settings) as house:
        yield Halden(house=house, truth=json.loads((halden_built / "truth.json").read_text(encoding="utf-8")))


def halden_files() -> dict[str, str]:
    return read_tree(ROOT / "semantic_layer")


@pytest.fixture(scope="session")
def demo(halden_built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Ana and the local workspace on loopback, wired as `make demo` wires them."""
    settings = halden_settings(tmp_path_factory.mktemp("demo") / "ana.db")
    local = {"slack_bot_token": SecretStr(LOCAL_TOKEN), "slack_signing_secret": SecretStr("only-for-these-tests")}
    with running(settings.model_copy(update=local)) as started:
        yield started
