"""Thirty questions to Halden, each said in ten ways: one query, whatever the way. Blank lines part the questions."""

from __future__ import annotations

from pathlib import Path

import pytest
from halden_data import NOW, Halden

from anabot.agent import Understood, understand
from anabot.types import Grant

QUESTIONS = [
    block.splitlines() for block in (Path(__file__).parent / "paraphrases.txt").read_text(encoding="utf-8").split("\n\n")
]


def test_there_are_thirty_questions_in_ten_ways() -> None:
    assert len(QUESTIONS) >= 30
    assert all(len(set(ways)) >= 10 for ways in QUESTIONS)


@pytest.mark.parametrize("ways", QUESTIONS, ids=lambda ways: str(ways[0]))
def test_ten_ways_to_say_it_are_one_query(halden: Halden, ways: list[str]) -> None:
    names = frozenset(halden.registry.metrics)
    may = Grant(subject="test", audience="test", metrics=names, listed=names)
    values = halden.house.engine.values(may)

    hashes: dict[str, list[str]] = {}
    for said in ways:
        found = understand(said, registry=halden.registry, grant=may, values=values, team="finance", now=NOW)
        assert isinstance(found, Understood), (said, found)
        hashes.setdefault(" ".join(each.query.fingerprint() for each in found.readings), []).append(said)

    assert len(hashes) == 1, hashes
