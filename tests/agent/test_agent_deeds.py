"""What was done to a thing, or what it did, where the registry counts just that: the most treated patients, who published."""

from __future__ import annotations

import pytest

from anabot.agent import NotUnderstood
from anabot.agent.offline.text import deeds
from tests.agent import terse


@pytest.mark.parametrize(("text", "limit"), [("the 3 most treated patients", 3), ("the most treated patient", 1)])
def test_the_most_treated_have_the_most_treatments(text: str, limit: int) -> None:
    found = terse.query(text)

    assert found == {"metrics": ["treatments"], "group_by": ["pt_nm"], "order_by": ["-treatments"], "limit": limit}


@pytest.mark.parametrize("text", ["the most admired patients", "the most refused patients", "how many patients were admired"])
def test_what_nobody_counts_ranks_nothing(text: str) -> None:
    assert isinstance(terse.ask(text), NotUnderstood)


def test_whatever_is_published_is_a_publication() -> None:
    assert "publication" in deeds("published")


@pytest.mark.parametrize("verb", ["appeared", "occurred"])
def test_what_appeared_then_is_what_there_was_then(verb: str) -> None:
    found = terse.query(f"how many treatments {verb} in 2024?")

    assert found == {"metrics": ["treatments"], "period": {"start": "2024-01-01", "end": "2025-01-01"}}


def test_being_affiliated_with_a_place_is_being_of_it() -> None:
    found = terse.query("how many patients are affiliated with TX?")

    assert found["where"] == [{"field": "state", "op": "eq", "values": ["TX"]}]
