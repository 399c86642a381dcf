"""Every attack of the data files fails, and succeeds where the defence that it names is switched off.

`given` is how things stand, `tried` what is done, `must` what the house must then show, `harm` what an attacker wants to
read, `without` the defences without which it can be read. `must` and `harm` are regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import pytest
from attack_acts import Scene, attempt, load
from attack_defences import switch_off

from anabot.bootstrap import House, open_house
from anabot.engine import VALUES_FOR_S
from anabot.semantic.catalog import catalog_of
from anabot.store.kept import Kept
from tests.attacks.conftest import settings_of
from tests.tiny import tiny_registry

ATTACKS = list(load(Path(__file__).parent))
each = pytest.mark.parametrize("attack", ATTACKS, ids=[f"{one['file']}: {one['name']}" for one in ATTACKS])


@pytest.fixture(scope="module")
def shared(bakery_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(settings_of(bakery_file, tmp_path_factory.mktemp("house"))) as house:
        yield house


@pytest.fixture
def scene(bakery_file: Path, tmp_path: Path, shared: House, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """One house for all who only ask, and forgetful between them; one of its own for whoever reads its files."""
    with ExitStack() as opened:

        def own() -> House:
            return opened.enter_context(open_house(settings_of(bakery_file, tmp_path)))

        def halden() -> House:
            return cast(House, request.getfixturevalue("halden").house)

        yield Scene(
            house=lambda: shared,
            own=own,
            halden=halden,
            settings=lambda: settings_of(bakery_file, tmp_path),
            warehouse=bakery_file,
            folder=tmp_path,
        )
        shared.engine._indexes = Kept(VALUES_FOR_S)
        for registry in (shared.standing().registry, tiny_registry()):
            catalog_of(registry).meanings.clear()
            catalog_of(registry).plans.clear()


@each
def test_the_attack_fails(attack: dict[str, Any], scene: Scene) -> None:
    read = attempt(attack["act"], attack["given"], attack["tried"], scene)

    assert re.search(attack["must"], read), read[:2000]
    assert not re.search(attack["harm"], read), read[:2000]


@each
def test_the_attack_succeeds_without_the_defence(attack: dict[str, Any], scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    switch_off(monkeypatch, *([attack["without"]] if isinstance(attack["without"], str) else attack["without"]))

    read = attempt(attack["act"], attack["given"], attack["tried"], scene)

    assert re.search(attack["harm"], read), read[:2000]


def test_there_are_many_attacks_each_with_a_name_of_its_own() -> None:
    names = [(one["file"], one["name"]) for one in ATTACKS]

    assert len(names) >= 100
    assert len(set(names)) == len(names)
