"""Proposals over the local workspace: the owner's message, its buttons, `/ana propose`, and the note beside a thumbs-down."""

from __future__ import annotations

from typing import Any

from serving import wait_for
from slack_house import House, shown
from slack_told import FAY, FIN, OLU, ROOT

from anabot.slack.proposals import Proposed


def told(house: House, user: str = OLU) -> dict[str, Any]:
    def newest() -> Any:
        said = house.local.client.conversations_history(channel=house.dm(user))["messages"]
        return next((message for message in said if message.get("bot_id")), None)

    found: dict[str, Any] = wait_for(newest)
    return found


def labels(message: dict[str, Any]) -> list[str]:
    return [e["text"]["text"] for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]


def test_an_owner_is_told_once_with_the_change_and_its_golden_value(house: House) -> None:
    for _ in range(2):
        Proposed(desk=house.desk).round()

    message = told(house)
    assert "“churn” means Takings." in shown(message)
    assert "+synonyms: [till money, churn]" in shown(message)
    assert "Golden value: Takings: $1,197.50" in shown(message)
    assert labels(message) == ["Accept", "Decline"]
    assert len([m for m in house.local.client.conversations_history(channel=house.dm(OLU))["messages"] if m.get("bot_id")]) == 1
    assert house.local.workspace.state.pings_fired() == 0


def test_an_owner_accepts_or_declines_in_place_of_the_buttons(house: House) -> None:
    Proposed(desk=house.desk).round()

    house.press(OLU, house.dm(OLU), told(house), "ana_accept")

    wait_for(lambda: told(house)["text"] == "It stands in shops.yml and is in force.")
    assert house.proposer.acts[-1] == ("accept", "P-ABCDEFGH", OLU)


def test_who_keeps_the_definitions_reads_a_proposal_and_has_no_button(house: House) -> None:
    for user in (ROOT, FAY):
        house.local.do("say", as_=user, channel=FIN, text="/ana propose")

    read = wait_for(lambda: house.whispers(ROOT, FIN))[0]
    assert "“churn” means Takings." in shown(read)
    assert labels(read) == []
    assert "Nothing is proposed" in shown(wait_for(lambda: house.whispers(FAY, FIN))[0])


def test_a_word_is_proposed_by_a_command(house: House) -> None:
    house.local.do("say", as_=FAY, channel=FIN, text="/ana propose churn means takings")
    made = wait_for(lambda: house.whispers(FAY, FIN))[0]
    house.local.do("say", as_=FAY, channel=FIN, text="/ana propose takings means takings")

    assert "“churn” means Takings." in shown(made)
    assert labels(made) == ["Accept", "Decline"]  # Fay owns takings
    assert "cannot mean Takings" in wait_for(lambda: len(found := house.whispers(FAY, FIN)) == 2 and found)[1]["text"]


def test_a_thumbs_down_asks_what_was_meant_and_the_note_reaches_the_desk(house: House) -> None:
    message = house.answer(FIN, house.say(FAY, FIN, "@ana takings"))
    house.press(FAY, FIN, message, "ana_down")
    whisper = wait_for(lambda: house.whispers(FAY, FIN))[0]

    house.press(FAY, FIN, whisper, "ana_note")
    view = wait_for(lambda: house.local.see("modal", as_=FAY)["view"])
    written = {"note": {"note": {"type": "plain_text_input", "value": "I meant tips"}}}
    house.local.do("submit", as_=FAY, view=view["id"], state=written)

    wait_for(lambda: house.asker.notes == [("R-ABCDEFGHJK", FAY, "I meant tips")])
    assert "Your note is kept" in told(house, FAY)["text"]
