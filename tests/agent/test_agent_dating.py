"""Dates of a verb: the day that it tells, also by another word for that day; never a day of something else."""

from __future__ import annotations

import pytest

from tests.agent import terse
from tests.agent.asking import SEPTEMBER, query, reading, refused

_SIGNED_UP = [
    {"field": "signed_up_on__day", "op": "ge", "values": [SEPTEMBER["start"]]},
    {"field": "signed_up_on__day", "op": "lt", "values": [SEPTEMBER["end"]]},
]


@pytest.mark.parametrize("verb", ["joined", "registered", "enrolled", "signed up"])
def test_another_word_for_the_same_day_is_that_day(verb: str) -> None:
    assert query(f"how many customers {verb} in September") == {"metrics": ["customers_served"], "where": _SIGNED_UP}


def test_another_word_for_the_same_day_is_said() -> None:
    assert "“joined” is read by the signed up on." in reading("how many customers joined in September").assumptions
    assert not any("read by" in said for said in reading("how many customers signed up in September").assumptions)


@pytest.mark.parametrize("verb", ["shipped", "cancelled", "launched", "quit", "expired"])
def test_a_day_that_nobody_keeps_is_no_other_day(verb: str) -> None:
    assert verb in refused(f"how many orders were {verb} in September").unknown


def test_a_verb_that_names_a_day_by_its_noun_needs_no_other_word() -> None:
    registered = terse.query("number of treatments of patients who registered in January 2025")

    assert terse.query("number of treatments of patients who joined in January 2025") == registered
