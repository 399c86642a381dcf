from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.extend(str(Path(__file__).parents[1] / room) for room in ("runner", "slack", "workspace"))

from home import Home  # noqa: E402 - after the paths are known
from modelled import Bakery, settings  # noqa: E402
from office import Office, furnish  # noqa: E402 - after the paths are known
from tiny.warehouse import build  # noqa: E402

from anabot.bootstrap import open_house  # noqa: E402
from anabot.config import load_settings  # noqa: E402
from tests.messages_api import MessagesApi, messages_api  # noqa: E402


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


@pytest.fixture(scope="module")
def api() -> Iterator[MessagesApi]:
    """A stub of the Messages API."""
    with messages_api() as stub:
        yield stub


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, bakery_file: Path) -> Path:
    """An installation that is asked with a model."""
    return furnish(tmp_path_factory.mktemp("modelled"), bakery_file).folder


@pytest.fixture(scope="module")
def bakery(folder: Path, api: MessagesApi) -> Iterator[Bakery]:
    """The house over it, with a model that plays a script."""
    with open_house(settings(folder, api, team_day_usd=Decimal(50))) as house:
        yield Bakery(house, api)
    assert api.refused == []
