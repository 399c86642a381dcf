from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "workspace"))

from slack_house import House, open_house  # noqa: E402 - after the path is known


@pytest.fixture
def house() -> Iterator[House]:
    """Ana's Slack room and the local workspace, each on a port of its own, with an asker that says what a test tells it."""
    with open_house() as opened:
        yield opened
