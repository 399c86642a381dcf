"""Fixtures that every room's tests may ask for."""

import os
from collections.abc import Iterator

import pytest

from anabot.access import guard

pytest_plugins = ["postgres", "halden_data", "canary"]

# A key of whoever runs the tests is theirs: no test asks a model but the one on loopback.
for name in [name for name in os.environ if name.startswith(("ANTHROPIC_", "ANABOT_ANTHROPIC_"))]:
    del os.environ[name]


@pytest.fixture(autouse=True)
def nothing_that_the_guard_let_through_is_kept_for_the_next_test() -> Iterator[None]:
    """Tests that switch a part of the guard off must not leave what it then let through to others."""
    guard._looked_at.cache_clear()
    yield
    guard._looked_at.cache_clear()
