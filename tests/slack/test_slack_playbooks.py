"""`/ana` about playbooks: what it lists, and what its words and buttons do, for whoever looks after one."""

from __future__ import annotations

import json

import pytest
from serving import wait_for
from slack_house import House, shown
from slack_told import FAY, FIN, GENERAL, OLU, ROOT
from test_slack_command import typed


def test_a_playbook_is_run_by_its_owner_and_by_admins_and_by_nobody_else(house: House) -> None:
    assert "Posted finance/week into #fin-weekly." in typed(house, ROOT, "/ana run finance/week", FIN)
    assert "Posted finance/week" in typed(house, OLU, "/ana run finance/week")
    assert "whoever looks after a playbook" in typed(house, FAY, "/ana run finance/week")
    assert house.keeper.did == [("run", "finance/week", ROOT), ("run", "finance/week", OLU)]


def test_the_list_says_where_when_and_what_is_next_and_gives_its_keeper_buttons(house: House) -> None:
    everybody = typed(house, FAY, "/ana playbooks")

    for part in ("#fin-weekly · Mondays at 08:00 · by @olu", "Next: Mon 12 Oct, 08:00", "Last: posted Mon 5 Oct, 08:00"):
        assert part in everybody
    assert "Run now" not in everybody
    assert "Run now" in typed(house, OLU, "/ana playbooks")


def test_the_buttons_of_the_list_do_what_they_say(house: House) -> None:
    typed(house, ROOT, "/ana playbooks", FIN)
    message = house.whispers(ROOT, FIN)[-1]

    house.press(ROOT, FIN, message, "ana_run_0")
    wait_for(lambda: "Posted finance/week" in json.dumps(house.whispers(ROOT, FIN)))
    house.press(ROOT, FIN, message, "ana_pause_0")
    wait_for(lambda: "is paused until" in json.dumps(house.whispers(ROOT, FIN)))
    house.press(ROOT, FIN, message, "ana_history_0")
    wait_for(lambda: "due Mon 5 Oct, 08:00" in json.dumps(house.whispers(ROOT, FIN)))

    assert [act for act, *_ in house.keeper.did] == ["run", "pause", "history"]
    listed = typed(house, ROOT, "/ana playbooks", FIN)
    assert "Paused by @olu" in listed
    assert "Resume" in listed
    assert "Next:" not in listed


def test_a_preview_goes_to_its_reader_alone_and_says_what_it_is(house: House) -> None:
    said = typed(house, OLU, "/ana test finance/week")

    assert "is in your direct messages with me. Nothing was posted." in said
    place = house.dm(OLU)
    found = house.local.client.conversations_history(channel=place)["messages"][0]
    assert "A preview for you alone, as it would be posted in #fin-weekly now." in shown(found)
    assert "Takings were $5." in shown(found)
    assert not [one for one in house.local.client.conversations_history(channel=GENERAL)["messages"] if one.get("bot_id")]


def test_the_past_of_a_playbook_is_a_table_of_what_it_did_and_who_changed_it(house: House) -> None:
    said = typed(house, OLU, "/ana history The week in *money*")

    assert "Posted" in said
    assert "@olu" in said
    assert house.keeper.did == [("history", "The week in *money*", OLU)]


def test_versions_are_listed_and_brought_back_by_their_number(house: House) -> None:
    assert "from @fay to @olu" in typed(house, OLU, "/ana versions finance/week")
    assert "Version 2 is in force again." in typed(house, OLU, "/ana revert finance/week 2")
    assert house.keeper.did[-1] == ("revert", "finance/week", "2", OLU)


def test_a_new_owner_is_mentioned(house: House) -> None:
    assert f"finance/week is owned by {FAY}." in typed(house, OLU, f"/ana owner finance/week <@{FAY}|fay>")
    assert house.keeper.did == [("owner", "finance/week", FAY, OLU)]


@pytest.mark.parametrize("text", ["/ana run", "/ana pause", "/ana history", "/ana owner", "/ana owner @fay", "/ana revert 3"])
def test_a_word_without_its_playbook_says_what_is_missing(house: House, text: str) -> None:
    said = typed(house, OLU, text, GENERAL)

    assert "Which playbook?" in said or "Something is missing." in said
    assert house.keeper.did == []


def test_the_home_tab_shows_questions_that_work_and_how_the_readers_playbooks_stand(house: House) -> None:
    house.keeper.paused = True
    house.local.do("look", as_=OLU, channel=house.dm(OLU), tab="home")
    home = wait_for(lambda: house.local.workspace.views.home(OLU))
    said = shown(home.content)

    assert "takings last month" in said
    assert "#fin-weekly · Mondays at 08:00" in said
    assert "*Paused by @olu* · Last: posted Mon 5 Oct, 08:00" in said
    block = next(block for block in home.content["blocks"] if block.get("accessory"))
    house.local.do("press", as_=OLU, view=home.id, block=block["block_id"], action="ana_history_0")
    place = house.dm(OLU)
    wait_for(lambda: "due Mon 5 Oct, 08:00" in json.dumps(house.local.client.conversations_history(channel=place)["messages"]))
