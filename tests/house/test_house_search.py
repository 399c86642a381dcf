"""`anabot search` finds what the asker may ask for, and names nothing else."""

from __future__ import annotations

import pytest
from office import Office


def found(office: Office, text: str, who: str = "bea") -> list[tuple[str, str]]:
    told = office.run("search", text, "--as", who, "--json")
    return [(each["kind"], each["name"]) for each in told.json]


def test_words_find_metrics_dimensions_and_values(office: Office) -> None:
    assert found(office, "takings")[0] == ("metric", "sales")
    assert found(office, "web sales")[0] == ("metric", "online_sales")
    assert ("dimension", "region") in found(office, "region")
    assert ("value", "North") in found(office, "north")


def test_a_person_reads_a_table(office: Office) -> None:
    told = office.run("search", "sales", "--as", "bea")

    assert told.code == 0
    assert told.out.splitlines()[0].split() == ["Kind", "Name", "Label"]


def test_what_is_hidden_is_not_found_by_any_of_its_words(office: Office) -> None:
    hidden, unknown = (office.run("search", word, "--as", "sam", "--json") for word in ("headcount", "headcxxxx"))

    assert (hidden.code, hidden.json) == (unknown.code, unknown.json) == (1, [])


def test_nothing_found_is_said(office: Office) -> None:
    told = office.run("search", "zzyzx", "--as", "bea")

    assert (told.code, told.out) == (1, "")
    assert "zzyzx" in told.err


@pytest.mark.parametrize("who", ["nobody", ""])
def test_somebody_unknown_finds_nothing(office: Office, who: str) -> None:
    assert office.run("search", "sales", "--as", who).code == 1
