"""An answer can be asked again by its receipt, and the record verified and cut down, from the command line."""

from __future__ import annotations

from typing import Any

import pytest
from office import Office

SALES = "sales last month"


def parts(office: Office, receipt: str) -> tuple[int, dict[str, Any]]:
    """How a replay ends, and what it compared, by part."""
    told = office.run("replay", receipt, "--json")
    (answer,) = told.json["answers"]
    return told.code, {"verdict": answer["verdict"], **{part["part"]: part for part in answer["parts"]}}


def test_an_answer_asked_again_is_the_same(office: Office) -> None:
    answer = office.ask(SALES)

    code, found = parts(office, answer["receipt"])

    assert (code, found["verdict"]) == (0, "same")
    assert office.run("replay", answer["receipt"]).out.startswith(f"{answer['receipt']}: It is the same as then.")


def test_a_replay_says_that_the_data_and_the_rows_have_moved(office: Office) -> None:
    receipt = office.ask(SALES)["receipt"]
    office.change_data("UPDATE crumb.order_lines SET amount = amount + 1")

    code, found = parts(office, receipt)

    assert (code, found["verdict"]) == (1, "moved")
    assert not found["rows"]["same"]
    assert found["definition"]["same"]
    assert found["grant"]["same"]
    assert "with other values" in office.run("replay", receipt).out


def test_a_replay_says_that_the_definition_has_moved(office: Office) -> None:
    receipt = office.ask(SALES)["receipt"]
    office.edit("semantic_layer/models/sales.yml", "expr: amount", "expr: amount * 2")

    code, found = parts(office, receipt)

    assert (code, found["verdict"]) == (1, "moved")
    assert not found["definition"]["same"]
    assert "The definition of Sales has changed" in found["definition"]["words"]
    assert found["grant"]["same"]


def test_a_replay_says_that_what_the_asker_may_see_has_moved(office: Office) -> None:
    receipt = office.ask(SALES)["receipt"]
    office.edit(
        "semantic_layer/access.yml",
        "books: {sees: [company, books], lists: [people]}",
        "books: {sees: [company], lists: [people]}",
    )

    code, found = parts(office, receipt)

    assert (code, found["verdict"]) == (1, "moved")
    assert not found["grant"]["same"]
    assert "What they may see has changed" in found["grant"]["words"]
    assert found["rows"]["same"]


def test_a_replay_of_what_was_refused_says_what_it_was(office: Office) -> None:
    refused = office.ask("sales by favourite colour")

    told = office.run("replay", refused["receipt"])

    assert told.code == 0
    assert "It was a question that was not answered" in told.out


def test_a_receipt_that_nobody_has_is_refused(office: Office) -> None:
    told = office.run("replay", "R-NOSUCHTHING")

    assert told.code == 1
    assert "There is no answer with the receipt" in told.err


def test_a_sound_record_is_said_to_hold_with_its_window(office: Office) -> None:
    office.ask(SALES)

    told = office.run("audit", "verify")

    assert told.code == 0
    assert "the chain holds" in told.out
    assert "nothing came after it" in told.out


def test_a_forgotten_person_is_shown_as_forgotten(office: Office) -> None:
    receipt = office.ask(SALES)["receipt"]
    said = office.run("audit", "list", "--words", "--user", "bea", "--json").json

    told = office.run("audit", "forget", "bea")
    after = office.run("audit", "list", "--words", "--user", "bea", "--json").json

    assert SALES in {row["words"] for row in said}
    assert "is forgotten" in told.out
    assert {row["words"] for row in after if row["kind"] == "question"} == {"(forgotten)"}
    assert office.run("audit", "verify").code == 0
    assert "forgotten" in office.run("replay", receipt).out


@pytest.mark.parametrize("words", [("audit", "key"), ("audit", "seal")])
def test_the_keeper_can_ask_for_the_key_and_a_checkpoint(office: Office, words: tuple[str, ...]) -> None:
    assert office.run(*words).code == 0
