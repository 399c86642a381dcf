"""*Request it* under a refusal, `/ana demand`, and the word to whoever asked, over the local workspace."""

from __future__ import annotations

from typing import Any

from serving import wait_for
from slack_house import House, shown
from slack_told import FAY, FIN, ROOT, answered

from anabot.demand import Explained
from anabot.slack.wanted import Wants
from anabot.types import Answer, Receipt

UNKNOWN = Answer(
    status="refused",
    text="I do not know what “churn” means here. The nearest I have: Takings or Tips.",
    reason="unknown_words",
    unknown=("churn",),
    nearest=("Takings", "Tips"),
    owner="olu",
    receipt=Receipt("R-UNKNOWN234"),
)


def refuse(house: House) -> dict[str, Any]:
    house.asker.says = lambda question: UNKNOWN
    return house.answer(FIN, house.say(FAY, FIN, "@ana churn by place"))


def test_a_refusal_offers_the_nearest_metrics_the_owner_and_to_request_it(house: House) -> None:
    message = refuse(house)

    labels = [e["text"]["text"] for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
    assert labels == ["Takings", "Tips", "Request it"]
    assert "Owner: @olu" in shown(message)


def test_a_wish_is_filed_for_whoever_presses_and_said_to_them_alone(house: House) -> None:
    message = refuse(house)

    house.press(FAY, FIN, message, "ana_want")
    house.press(ROOT, FIN, message, "ana_want")
    first = wait_for(lambda: house.whispers(FAY, FIN))
    house.press(FAY, FIN, message, "ana_want")

    again = wait_for(lambda: len(found := house.whispers(FAY, FIN)) == 2 and found)
    assert "“churn” is asked for. I will tell you when it means something" in first[0]["text"]
    assert "before; it is on file" in again[1]["text"]
    wait_for(lambda: [user for _, user, _ in house.register.filed].count(ROOT) == 1)
    assert {place for _, _, place in house.register.filed} == {"fin-weekly"}


def test_an_answer_that_is_no_refusal_has_nothing_to_request(house: House) -> None:
    house.asker.says = lambda question: answered()

    assert "Request it" not in shown(house.answer(FIN, house.say(FAY, FIN, "@ana takings")))


def test_demand_is_listed_for_who_may_read_it_and_data_in_it_pings_nobody(house: House) -> None:
    for user in (ROOT, FAY):
        house.local.do("say", as_=user, channel=FIN, text="/ana demand")

    mine = wait_for(lambda: house.whispers(ROOT, FIN))
    other = wait_for(lambda: house.whispers(FAY, FIN))
    assert "churn" in shown(mine[0])
    assert "Takings" in shown(mine[0])
    assert "Ranked by people × times" in shown(mine[0])
    assert "Nobody has asked" in shown(other[0])
    assert house.local.workspace.state.pings_fired() == 0


def test_a_word_is_closed_by_a_command(house: House) -> None:
    house.local.do("say", as_=ROOT, channel=FIN, text="/ana demand close churn")

    assert "“churn” is closed" in shown(wait_for(lambda: house.whispers(ROOT, FIN))[0])
    assert house.register.closed == ["churn"]


def test_who_asked_is_told_once_the_word_means_something_and_can_ask_again(house: House) -> None:
    fay = house.line.directory.person(FAY)
    assert fay is not None
    house.register.known = [Explained(person=fay, word="churn", said="churn by place", receipt="R-1")]

    for _ in range(2):
        Wants(desk=house.desk).round()

    said = [m for m in house.local.client.conversations_history(channel=house.dm(FAY))["messages"] if m.get("bot_id")]
    assert len(said) == 1
    assert "means something here now. You asked: churn by place" in shown(said[0])
    house.press(FAY, house.dm(FAY), said[0], "ana_ask_0")
    wait_for(lambda: [question.text for question in house.asker.asked] == ["churn by place"])
