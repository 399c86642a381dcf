"""Fixtures that every room's tests may ask for."""

import os
from collections.abc import Callable, Hashable, Iterator
from functools import wraps
from typing import Any

import pytest

from anabot.access import guard
from anabot.semantic import Compiled, compiler, render

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


@pytest.fixture(autouse=True)
def whatever_is_compiled_by_a_kept_plan_is_compiled_anew_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """In every test, the plan of an earlier question must give the very statements and values that compiling gives.

    A test that takes a part of the compiler away must forget the plans that were made with it, and those that it makes.
    """
    recalled = compiler._recalled

    @wraps(recalled)
    def compared(registry: Any, query: Any, key: Hashable, anew: Callable[[], Any]) -> Compiled:
        made: list[Any] = []

        def noted() -> Any:
            made.append(anew())
            return made[-1]

        found = recalled(registry, query, key, noted)
        if not made:
            same(found, anew()[0])
        return found

    monkeypatch.setattr(compiler, "_recalled", compared)


def same(found: Compiled, fresh: Compiled) -> None:
    """Whether two compiled questions are one."""
    assert [(render(each), each.role, each.name) for each in found.prepared] == [
        (render(each), each.role, each.name) for each in fresh.prepared
    ]
    assert found.query.model_dump() == fresh.query.model_dump()
    for part in ("columns", "models", "relations", "metrics", "crossings", "people"):
        assert getattr(found, part) == getattr(fresh, part), part
