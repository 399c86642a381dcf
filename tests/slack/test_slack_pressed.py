"""What the buttons under an answer do, for its asker and for anybody else, and what is for one pair of eyes."""

from __future__ import annotations

import json
from typing import Any

from serving import wait_for
from slack_house import House, shown
from slack_told import FAY, FIN, GENERAL, OLU, answered, clarifying

from anabot.types import Answer


def kinds(message: dict[str, Any]) -> list[str]:
    return [block["type"] for block in message["blocks"]]


def test_how_was_this_computed_opens_a_modal_asked_again_for_its_presser(house: House) -> None:
    ts = house.say(FAY, GENERAL, "@ana takings")
    message = house.answer(GENERAL, ts)

    house.press(OLU, GENERAL, message, "ana_how")

    view = wait_for(lambda: (v := house.local.see("modal", as_=OLU).get("view")) and len(v["blocks"]) > 2 and v)
    words = shown(view)
    assert house.asker.recalled == [("R-ABCDEFGHJK", OLU, "general")]
    assert "What the till took after returns." in words
    assert "place is one of North" in words
    assert "SELECT place, SUM(amount)" in words
    assert "stg_sales, fct_sales" in words
    assert "R-ABCDEFGHJK" in words


def test_the_askers_chart_button_turns_the_table_into_a_picture_and_back(house: House) -> None:
    ts = house.say(FAY, FIN, "@ana takings")
    message = house.answer(FIN, ts)

    house.press(FAY, FIN, message, "ana_chart")
    drawn = wait_for(lambda: (m := house.answer(FIN, ts)) and "image" in kinds(m) and m, seconds=15)
    house.press(FAY, FIN, drawn, "ana_table")
    back = wait_for(lambda: (m := house.answer(FIN, ts)) and "table" in kinds(m) and m)

    file = next(iter(house.local.workspace.state.files.values()))
    assert file.content.startswith(b"\x89PNG")
    assert "image" not in kinds(back)
    assert len(house.thread(FIN, ts)) == 1


def test_a_question_that_wants_a_picture_is_answered_with_one(house: House) -> None:
    house.asker.says = lambda question: answered(chart="bar")

    ts = house.say(FAY, FIN, "@ana takings by place, as a chart")

    assert "image" in kinds(house.answer(FIN, ts))


def test_a_wish_for_help_is_answered_with_questions_to_press(house: House) -> None:
    house.asker.says = lambda question: Answer(status="refused", text="Hello.", reason="help")

    ts = house.say(FAY, FIN, "@ana 🎉🎉")

    assert "takings last month" in shown(house.answer(FIN, ts))


def test_somebody_elses_chart_button_shows_it_to_them_alone(house: House) -> None:
    ts = house.say(FAY, GENERAL, "@ana takings")
    message = house.answer(GENERAL, ts)

    house.press(OLU, GENERAL, message, "ana_chart")

    whispered = wait_for(lambda: house.whispers(OLU, GENERAL), seconds=15)
    assert "image" in kinds(whispered[0])
    assert "table" in kinds(house.answer(GENERAL, ts))


def test_csv_goes_into_the_thread_for_the_asker_with_every_row(house: House) -> None:
    ts = house.say(FAY, FIN, "@ana takings")
    message = house.answer(FIN, ts)

    house.press(FAY, FIN, message, "ana_csv")

    wait_for(lambda: len(house.thread(FIN, ts)) == 2)
    file = next(iter(house.local.workspace.state.files.values()))
    assert file.name == "takings-by-place.csv"
    assert file.content.decode("utf-8-sig").splitlines() == ["place,takings", "North <!channel>,1200.50", "*South*,-3", ","]


def test_csv_goes_to_anybody_else_by_direct_message(house: House) -> None:
    ts = house.say(FAY, GENERAL, "@ana takings")
    message = house.answer(GENERAL, ts)

    house.press(OLU, GENERAL, message, "ana_csv")

    whispered = wait_for(lambda: house.whispers(OLU, GENERAL))
    assert "direct message" in whispered[0]["text"]
    assert len(house.thread(GENERAL, ts)) == 1


def test_votes_are_kept_with_who_gave_them(house: House) -> None:
    ts = house.say(FAY, GENERAL, "@ana takings")
    message = house.answer(GENERAL, ts)

    house.press(OLU, GENERAL, message, "ana_down")

    wait_for(lambda: house.asker.votes)
    assert house.asker.votes == [("R-ABCDEFGHJK", OLU, "down")]


def test_a_choice_of_the_asker_replaces_the_question_that_was_asked_back(house: House) -> None:
    house.asker.says = lambda question: clarifying()
    ts = house.say(FAY, FIN, "@ana money")
    message = house.answer(FIN, ts)

    house.press(FAY, FIN, message, "ana_choose_1")

    wait_for(lambda: house.answer(FIN, ts)["text"].startswith("Takings"))
    assert house.asker.chosen == [("R-CLARIFY234", 1, FAY)]
    assert len(house.thread(FIN, ts)) == 1


def test_a_choice_of_somebody_else_is_answered_below(house: House) -> None:
    house.asker.says = lambda question: clarifying()
    ts = house.say(FAY, GENERAL, "@ana money")
    message = house.answer(GENERAL, ts)

    house.press(OLU, GENERAL, message, "ana_choose_0")

    house.answer(GENERAL, ts, count=2)
    assert house.thread(GENERAL, ts)[0]["text"].startswith("“money”")


def test_what_may_not_be_said_here_goes_to_the_asker_alone(house: House) -> None:
    whole = answered(text="Takings were $9.00.")
    elsewhere = Answer(
        status="answered", text="That may not be said in #general.", reason="audience", private=whole.text, aside=whole
    )
    house.asker.says = lambda question: elsewhere

    ts = house.say(FAY, GENERAL, "@ana takings")

    public = house.answer(GENERAL, ts)
    dm = house.dm(FAY)
    alone = wait_for(lambda: [m for m in house.local.client.conversations_history(channel=dm)["messages"] if m.get("bot_id")])
    assert kinds(public) == ["section"]
    assert "$9.00" not in json.dumps(public)
    assert alone[0]["text"] == "Takings were $9.00."
    assert "*You* asked in #general: takings" in shown(alone[0])
