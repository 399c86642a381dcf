"""The bakery in a folder of its own, with somebody to run it and a channel that only remembers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.extend(str(Path(__file__).parents[1] / room) for room in ("house", "runner"))

from desk import Bakery, open_bakery  # noqa: E402 - after the paths are known
from office import furnish  # noqa: E402
from tiny.warehouse import build  # noqa: E402


@pytest.fixture(scope="session")
def bakery_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bakery") / "bakery.duckdb"
    build(path)
    return path


@pytest.fixture
def bakery(tmp_path: Path, bakery_file: Path) -> Iterator[Bakery]:
    office = furnish(tmp_path, bakery_file)
    with open_bakery(office.folder) as opened:
        yield opened
