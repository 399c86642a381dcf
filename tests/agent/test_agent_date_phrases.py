"""Three hundred ways to say when: each is read as its own days, or asked back. None is read as other days."""

from __future__ import annotations

from pathlib import Path

import pytest

from anabot.agent import Understood
from tests.agent.asking import ask

LINES = (Path(__file__).parent / "date_phrases.txt").read_text(encoding="utf-8").splitlines()
# One reading, and yet not read: asked back is never wrong.
ASKED_BACK = {"first fiscal quarter of 2026", "Q1 and Q2", "yesterday and today", "May, June and July", "in July and August"}
PHRASES = [tuple(part.strip() for part in line.split("|")) for line in LINES if line and not line.startswith("#")]


def test_there_are_three_hundred_of_them() -> None:
    assert len({phrase for phrase, *_ in PHRASES}) >= 300


@pytest.mark.parametrize("said", PHRASES, ids=lambda said: said[0])
def test_a_phrase_is_read_as_its_own_days_or_asked_back(said: tuple[str, ...]) -> None:
    phrase, *days = said

    found = ask(f"sales {phrase}")

    if not isinstance(found, Understood):
        assert days == ["ask"] or phrase in ASKED_BACK, f"“{phrase}” was asked back"
        return
    (reading,) = found.readings
    period = reading.query.period
    shown = [str(period.start), str(period.end)] if period else ["all"]
    assert shown == days
