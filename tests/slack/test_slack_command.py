"""`/ana` does what its help says, for those who may, and is read by its typist alone."""

from __future__ import annotations

from typing import Any

import pytest
from serving import wait_for
from slack_house import House, shown
from slack_told import FAY, GENERAL, ROOT


def typed(house: House, user: str, text: str, channel: str = GENERAL) -> str:
    before = len(house.whispers(user, channel))
    found = house.local.do("say", as_=user, channel=channel, text=text)
    assert found.get("ok"), found
    said: list[dict[str, Any]] = wait_for(lambda: house.whispers(user, channel)[before:])
    return shown(said[0])


def test_help_lists_only_what_its_reader_may_do(house: House) -> None:
    everybody, admin = typed(house, FAY, "/ana"), typed(house, ROOT, "/ana help")

    assert "/ana metrics" in everybody
    assert "/ana reload" not in everybody
    assert "/ana reload" in admin


def test_an_unknown_word_is_answered_with_the_nearest_and_help(house: House) -> None:
    assert "Did you mean `/ana metrics`?" in typed(house, FAY, "/ana metrcs")


@pytest.mark.parametrize("text", ["/ana status", "/ana audit", "/ana reload"])
def test_admin_words_are_refused_to_others_and_do_nothing(house: House, text: str) -> None:
    assert "is for workspace admins" in typed(house, FAY, text)
    assert house.keeper.did == []
    assert house.admin.reloads == 0


def test_metrics_are_listed_searched_and_defined(house: House) -> None:
    assert "Takings" in typed(house, FAY, "/ana metrics")
    assert "No metric matches “zebra”" in typed(house, FAY, "/ana metrics zebra")
    assert "What the till took after returns." in typed(house, FAY, "/ana define takings")
    assert "There is no metric called “zebra” here." in typed(house, FAY, "/ana define zebra")
    assert "Which metric?" in typed(house, FAY, "/ana define")


def test_status_is_said_to_admins_with_its_words_as_text(house: House) -> None:
    said = typed(house, ROOT, "/ana status")

    assert "*Warehouse* ready" in said
    assert "1 metric &lt;b&gt;" in said


def test_audit_shows_the_newest_rows_and_refuses_what_is_no_number(house: House) -> None:
    assert "R-1" in typed(house, ROOT, "/ana audit 2")
    assert "is not a number of rows" in typed(house, ROOT, "/ana audit many")


def test_reload_says_what_is_in_force(house: House) -> None:
    assert "1 metric is in force." in typed(house, ROOT, "/ana reload")
    assert house.admin.reloads == 1


def test_every_command_is_on_record_and_an_unknown_word_is_not_in_the_open(house: House) -> None:
    typed(house, ROOT, "/ana audit 2")
    typed(house, FAY, "/ana Tremor Robotics")

    assert [(word, rest) for word, rest, _ in house.admin.acts] == [("audit", "2"), ("unknown", "tremor Robotics")]


def test_a_replay_is_told_to_whoever_typed_it(house: House) -> None:
    assert "R-1: It is the same as then." in typed(house, FAY, "/ana replay R-1")
