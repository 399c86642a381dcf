"""Ask a strange warehouse's questions through the real path: understand, the door, rows. Shaped for the grader."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anabot.agent import Ambiguous, Understanding, Understood, understand
from anabot.agent.abreast import abreast
from anabot.engine import Engine, Intent
from anabot.errors import AnabotError
from anabot.semantic.registry import Registry
from anabot.store import Store
from anabot.types import Grant, cell_json
from anabot.warehouses.duckdb import DuckDB
from tests.evals.strange import Strange, strange


@dataclass(frozen=True)
class _InForce:
    registry: Registry


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """A domain that can be asked, by somebody who may see everything."""

    domain: Strange
    registry: Registry
    engine: Engine
    grant: Grant

    def understand(self, text: str) -> Understanding:
        """What the brain makes of the words on the domain's day."""
        values = self.engine.values(self.grant)
        return understand(text, registry=self.registry, grant=self.grant, values=values, team="", now=self.domain.today)

    def predict(self, question: dict[str, Any]) -> dict[str, Any]:
        """One line as the grader reads it, and the understanding for people."""
        started = time.perf_counter()
        found = self.understand(question["question"])
        said: dict[str, Any] = {"id": question["id"], "status": "refuse", "rows": [], "found": found}
        if isinstance(found, Ambiguous):
            said["status"] = "clarify"
        elif isinstance(found, Understood):
            said |= self._rows(found, question["id"])
        return said | {"latency_ms": (time.perf_counter() - started) * 1000}

    def _rows(self, found: Understood, line: str) -> dict[str, Any]:
        intent = Intent(question_id=line, actor="them", place="dm", kind="question")
        try:
            tables = [self.engine.run(reading.query, self.grant, intent=intent).table for reading in found.readings]
        except AnabotError as error:
            return {"status": "refuse", "why": str(error)}
        queries = [reading.query for reading in found.readings]
        table = abreast(list(zip(queries, tables, strict=True)), self.registry) or tables[0]
        rows = [[cell_json(cell) for cell in row] for row in table.rows]
        if table is tables[0] and len(tables) > 1 and all(len(each.rows) == 1 for each in tables):
            rows = [[cell_json(cell) for each in tables for cell in each.rows[0]]]
        assumed = any("could also be" in note for reading in found.readings for note in reading.assumptions)
        return {"status": "answer", "rows": rows, "stated_default": assumed}


@contextmanager
def stranger(folder: Path, place: Path) -> Iterator[Stranger]:
    """The domain in `folder`, its warehouse and record built under `place`."""
    domain = strange(folder)
    domain.build(place / "strange.duckdb")
    warehouse, registry = DuckDB(place / "strange.duckdb"), domain.registry()
    store = Store(f"sqlite:///{place / 'store.db'}")
    store.migrate()
    seen = frozenset(name for name in registry.metrics if "_input_" not in name)
    grant = Grant(subject="them", audience="dm", metrics=seen, listed=seen)
    try:
        engine = Engine(lambda: _InForce(registry), {"default": warehouse}, store.audit)
        yield Stranger(domain=domain, registry=registry, engine=engine, grant=grant)
    finally:
        warehouse.close()
        store.close()
