"""Asking an owner for access by a button, and looking at what somebody may see, over the local workspace."""

from __future__ import annotations

from typing import Any

from serving import wait_for
from slack_house import House, shown
from slack_told import FAY, FIN, GENERAL, OLU, ROOT

from anabot.types import Answer, Receipt

FORBIDDEN = Answer(
    status="forbidden",
    text="Takings is not open to you here. Its owner is @olu, who can say why or change it.",
    reason="forbidden",
    owner="olu",
    request="takings",
    receipt=Receipt("R-FORBIDDEN2"),
)


def told(house: House, user: str, count: int = 1) -> dict[str, Any]:
    """Ana's newest direct message to somebody."""

    def newest() -> Any:
        said = [m for m in house.local.client.conversations_history(channel=house.dm(user))["messages"] if m.get("bot_id")]
        return len(said) >= count and said[0]

    found: dict[str, Any] = wait_for(newest)
    return found


def refuse(house: House) -> dict[str, Any]:
    house.asker.says = lambda question: FORBIDDEN
    ts = house.say(FAY, FIN, "@ana takings")
    return house.answer(FIN, ts)


def test_a_refusal_that_can_be_lifted_has_a_button_that_asks_the_owner_once(house: House) -> None:
    message = refuse(house)

    house.press(FAY, FIN, message, "ana_access")
    owner = told(house, OLU)
    house.press(FAY, FIN, message, "ana_access")

    said = wait_for(lambda: len(found := house.whispers(FAY, FIN)) == 2 and found)
    assert "You will hear from me" in said[0]["text"]
    assert "asked before" in said[1]["text"]
    assert "asks you for access to *Takings*, which you own" in shown(owner)
    assert "They asked in #fin-weekly" in shown(owner)


def test_an_owner_opens_a_metric_for_some_days_and_may_take_it_back(house: House) -> None:
    house.press(FAY, FIN, refuse(house), "ana_access")
    wish = told(house, OLU)

    house.press(OLU, house.dm(OLU), wish, "ana_lend_1")
    answer = told(house, FAY)
    decided = wait_for(lambda: (m := told(house, OLU))["text"].startswith("Takings is open for 7 days") and m)
    house.press(OLU, house.dm(OLU), decided, "ana_end")

    assert "has decided: Takings is open for 7 days. Ask me again." in answer["text"]
    wait_for(lambda: told(house, OLU)["text"] == "Takings is closed again.")
    assert [act[0] for act in house.lender.acts] == ["ask", "approve", "end"]


def test_a_wish_that_is_declined_is_told_to_whoever_had_it(house: House) -> None:
    house.press(FAY, FIN, refuse(house), "ana_access")

    house.press(OLU, house.dm(OLU), told(house, OLU), "ana_decline")

    assert "has decided: Takings stays closed. @olu can say why." in told(house, FAY)["text"]


def test_an_answer_for_the_asker_alone_carries_the_button_and_the_room_sees_none(house: House) -> None:
    house.asker.says = lambda question: Answer(
        status="forbidden", text="That may not be said in #general.", reason="audience", aside=FORBIDDEN, receipt=Receipt("R-X")
    )
    ts = house.say(FAY, GENERAL, "@ana takings")

    public, private = house.answer(GENERAL, ts), told(house, FAY)

    assert not [block for block in public["blocks"] if block["type"] == "actions"]
    assert any(element["action_id"] == "ana_access" for block in private["blocks"] for element in block.get("elements", [])
               if block["type"] == "actions")  # fmt: skip


def test_an_admin_sees_what_somebody_would_see_and_nobody_else_does(house: House) -> None:
    for user in (ROOT, FAY):
        house.local.do("say", as_=user, channel=FIN, text="/ana access @olu #fin-weekly")

    said = wait_for(lambda: house.whispers(ROOT, FIN))
    refused = wait_for(lambda: house.whispers(FAY, FIN))
    assert "is in books (by @finance)" in shown(said[0])
    assert "Rows only where shops.region: North" in shown(said[0])
    assert "Masked: customers.phone: last4" in shown(said[0])
    assert "On crm: clerk (role of the warehouse)" in shown(said[0])
    assert "#fin-weekly* declares company (owner @olu)" in shown(said[0])
    assert "for workspace admins" in refused[0]["text"]
