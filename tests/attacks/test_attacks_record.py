"""What is done leaves a row, also where nothing was asked of the warehouse: votes, and refusals of people nobody knows."""

from __future__ import annotations

import pytest

from anabot.access import guard
from anabot.bootstrap import House
from anabot.errors import UnknownName
from anabot.replay import Replayer
from anabot.types import Person, Question


def bea(house: House) -> Person:
    person = house.directory.person("bea")
    assert person is not None
    return person


def test_somebody_whom_slack_does_not_know_leaves_a_row_with_their_words_under_their_own_key(bakery: House) -> None:
    bakery.asker.turned_away("U0GHOST", "C0BOOKS", reason="unknown_person", key="C0BOOKS:1.2", said="everybody's salary")

    (row,) = bakery.store.audit.list(actors=["U0GHOST"])
    assert (row.status, row.reason, row.place, row.words) == ("forbidden", "unknown_person", "C0BOOKS", "everybody's salary")
    assert bakery.store.audit.verify() is None


def test_a_vote_is_on_record_and_the_answer_can_still_be_replayed(bakery: House) -> None:
    answer = bakery.asker.ask(Question(question_id="q1", text="sales by region last quarter", person=bea(bakery)))
    bakery.asker.feedback(answer.receipt, bea(bakery), "down")

    votes = [row for row in bakery.store.audit.list() if row.kind == "vote"]
    again = Replayer(asker=bakery.asker, playbooks=dict).replay(answer.receipt, by="U0BEA")

    assert [(row.actor, row.status, row.words, row.question_id) for row in votes] == [
        ("U0BEA", "done", "down", f"vote:{answer.receipt}")
    ]
    assert [one.verdict for one in again] == ["same"]


def test_a_vote_on_an_answer_that_nobody_gave_fails_and_is_on_record(bakery: House) -> None:
    with pytest.raises(UnknownName):
        bakery.asker.feedback("R-AAAAAAAAAA", bea(bakery), "up")

    assert [row.status for row in bakery.store.audit.list() if row.kind == "vote"] == ["unknown_name"]


def test_what_runs_is_the_text_that_the_guard_has_read(bakery: House, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    ran: list[str] = []
    check = guard.check
    warehouse = bakery.engine._warehouses["default"]
    run = warehouse.run
    monkeypatch.setattr(guard, "check", lambda statement, **more: (read.append(statement.text), check(statement, **more))[1])
    monkeypatch.setattr(warehouse, "run", lambda statement, **more: (ran.append(statement.text), run(statement, **more))[1])

    answer = bakery.asker.ask(Question(question_id="q1", text="sales by region last quarter", person=bea(bakery)))

    assert answer.status == "answered"
    assert ran
    assert set(ran) <= set(read)
