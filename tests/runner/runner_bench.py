"""A runner on a bakery that is built, with a memory of its own."""

import datetime as dt
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bakery import bakery_people, bakery_policy, bakery_registry

from anabot.access.policy import Policy
from anabot.analysis.reconcile import bridge
from anabot.engine import Engine
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.spec import read_playbook
from anabot.runner import Runner
from anabot.semantic.registry import Registry
from anabot.store import Store
from anabot.types import Badge, Table
from anabot.warehouses.connect import open_warehouse

MONDAY = dt.datetime(2026, 9, 28, 6, 0, tzinfo=dt.UTC)


GOLDEN = Path(__file__).parents[1] / "golden" / "playbooks"


@dataclass(frozen=True)
class InForce:
    registry: Registry
    policy: Policy


@dataclass
class Bench:
    runner: Runner
    store: Store
    file: Path
    drawn: list[tuple[Table, str, str]]


def book(text: str, name: str = "books/week") -> Playbook:
    playbook, _, faults = read_playbook(f"playbooks/{name}.md", text, bakery_registry().calendar)
    assert playbook is not None, faults
    return playbook


@contextmanager
def made(file: Path, folder: Path, draw: Callable[..., bytes] | None = None) -> Iterator[Bench]:
    """A runner on a bakery that is built, with its memory in a folder. Without `draw` charts are noted, not drawn."""
    warehouse = open_warehouse(f"duckdb:///{file}")
    store = Store(f"sqlite:///{folder}/store.db")
    store.migrate()
    current = InForce(bakery_registry(), bakery_policy())
    drawn: list[tuple[Table, str, str]] = []

    def note(table: Table, kind: str, *, title: str, fiscal_start: int) -> bytes:
        drawn.append((table, kind, title))
        return b"png"

    runner = Runner(
        current=lambda: current,
        engine=Engine(lambda: current, {"default": warehouse}, store.audit),
        directory=bakery_people(),
        bridge=lambda name, span, run: bridge(current.registry.reconciliations[name], span, run),
        badge=lambda outcome: Badge(level="certified" if "sales" in outcome.compiled.metrics else "draft", why="as tested"),
        draw=draw or note,
    )
    yield Bench(runner, store, file, drawn)
    warehouse.close()
    store.close()


def golden(name: str, text: str) -> None:
    """Compare with the file of that name; `ANABOT_GOLDEN=1` writes it instead. Receipts belong to one warehouse file."""
    file, text = GOLDEN / f"{name}.md", re.sub(r"R-[A-Z2-7]{10}", "R-RECEIPT", text)
    if os.environ.get("ANABOT_GOLDEN") == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
