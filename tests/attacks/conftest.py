"""The bakery's house, whole, for attacks that walk through the front door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from anabot.bootstrap import House, open_house
from anabot.config import Settings
from tests.tiny import FOLDER
from tests.tiny.warehouse import build

NOW = dt.datetime(2026, 10, 5, 14, 58, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def bakery_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("attacked-bakery") / "bakery.duckdb"
    build(path)
    return path


@pytest.fixture
def bakery(bakery_file: Path, tmp_path: Path) -> Iterator[House]:
    """A house of its own for each test, with an empty store."""
    with open_house(settings_of(bakery_file, tmp_path)) as house:
        yield house


def settings_of(warehouse: Path, folder: Path) -> Settings:
    """The bakery's settings, with everything that is written in this folder."""
    playbooks = folder / "playbooks"
    playbooks.mkdir()
    return Settings(
        _env_file=None,
        warehouse_url=f"duckdb:///{warehouse}",
        store_url=f"sqlite:///{folder}/ana.db",
        checkpoints=folder / "checkpoints",
        cache=folder / "cache",
        semantic_layer=FOLDER,
        playbooks=playbooks,
        directory=FOLDER.parent / "cast.yml",
        now=NOW,
    )
