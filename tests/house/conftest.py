from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.extend(str(Path(__file__).parents[1] / room) for room in ("runner", "slack", "workspace"))

from home import Home  # noqa: E402 - after the paths are known
from office import Office, furnish  # noqa: E402 - after the paths are known
from tiny.warehouse import build  # noqa: E402

from anabot.bootstrap import open_house  # noqa: E402
from anabot.config import load_settings  # noqa: E402


@pytest.fixture(scope="session")
def bakery_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bakery") / "bakery.duckdb"
    build(path)
    return path


@pytest.fixture
def office(tmp_path: Path, bakery_file: Path) -> Office:
    return furnish(tmp_path, bakery_file)


@pytest.fixture
def home(office: Office) -> Iterator[Home]:
    with office._standing_here({}), open_house(load_settings()) as house:
        yield Home(office, house)
