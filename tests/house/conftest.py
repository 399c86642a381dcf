from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.extend(str(Path(__file__).parents[1] / room) for room in ("runner", "slack", "workspace"))

from office import Office, furnish  # noqa: E402 - after the paths are known
from tiny.warehouse import build  # noqa: E402


@pytest.fixture(scope="session")
def bakery_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bakery") / "bakery.duckdb"
    build(path)
    return path


@pytest.fixture
def office(tmp_path: Path, bakery_file: Path) -> Office:
    return furnish(tmp_path, bakery_file)
