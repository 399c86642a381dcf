"""*Schedule this*: a form, a preview for its maker alone, the channel's owner who is asked, and what became of it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from serving import wait_for
from slack_house import House, shown
from slack_told import FAY, GENERAL, OLU

from anabot.playbooks.composing import Only


def opened(house: House, user: str = FAY) -> dict[str, Any]:
    """The form, as it stands once the answer was looked at."""
    ts = house.say(user, GENERAL, "@ana takings by place")
    house.press(user, GENERAL, house.answer(GENERAL, ts), "ana_schedule")
    view: dict[str, Any] = wait_for(lambda: (v := modal(house, user)) and "Looking at" not in json.dumps(v["blocks"]) and v)
    return view


def modal(house: House, user: str) -> dict[str, Any] | None:
    top = house.local.workspace.views.top(user)
    return {"id": top.id, **top.content} if top else None


def sent(house: House, view: dict[str, Any], user: str = FAY, **changed: Any) -> dict[str, str]:
    """Send the form as it was given, with some of its fields changed."""
    state: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            first = {
                "plain_text_input": {"value": element.get("initial_value")},
                "number_input": {"value": element.get("initial_value")},
                "static_select": {"selected_option": element.get("initial_option")},
                "timepicker": {"selected_time": element.get("initial_time")},
                "conversations_select": {"selected_conversation": element.get("initial_conversation")},
            }[element["type"]]
            state[block["block_id"]] = {element["action_id"]: changed.get(block["block_id"], first)}
    faults: dict[str, str] = house.local.do("submit", as_=user, view=view["id"], state=state)["faults"]
    return faults


def direct(house: House, user: str) -> list[dict[str, Any]]:
    """Ana's direct messages with somebody, newest first."""
    return list(house.local.client.conversations_history(channel=house.dm(user))["messages"])


def summary(house: House, user: str = FAY) -> dict[str, Any]:
    """The message under the preview."""
    return wait_for(lambda: next((one for one in direct(house, user) if "Discard" in json.dumps(one["blocks"])), None))  # type: ignore[no-any-return]


def test_the_form_asks_what_when_and_where_and_what_was_filled_in_arrives(house: House) -> None:
    view = opened(house)
    labels = [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]
    assert labels == ["Title", "Each time it covers", "On", "At", "Time zone", "In", "Only if", "More or less than"]

    friday = {"selected_option": {"value": "weekly:friday", "text": {"type": "plain_text", "text": "Fridays"}}}
    assert sent(house, view, title={"value": "Takings *now*"}, days=friday, time={"selected_time": "16:30"}) == {}

    (filled,) = house.planner.filled
    assert (filled.title, filled.channel, filled.period, filled.chart) == ("Takings *now*", GENERAL, "last_week", "bar")
    assert filled.schedule == {"weekly": "friday", "at": "16:30", "zone": "America/Los_Angeles"}
    assert filled.query == {"metrics": ["takings"]}
    assert modal(house, FAY) is None


@pytest.mark.parametrize(
    ("days", "key", "value"),
    [("daily:true", "daily", True), ("daily:weekdays", "daily", "weekdays"), ("monthly:1", "monthly", 1),
     ("monthly:last day", "monthly", "last day")],
)  # fmt: skip
def test_every_rhythm_is_written_as_a_playbook_writes_it(house: House, days: str, key: str, value: object) -> None:
    chosen = {"selected_option": {"value": days, "text": {"type": "plain_text", "text": days}}}

    assert sent(house, opened(house), days=chosen) == {}

    assert house.planner.filled[0].schedule[key] == value


def test_what_makes_no_playbook_is_said_beside_its_field_and_the_form_stays(house: House) -> None:
    view = opened(house)

    assert sent(house, view, title={"value": "bad"}) == {"title": "That is no title."}
    assert modal(house, FAY) is not None


def test_a_condition_arrives_with_its_amount_and_one_without_is_asked_for(house: House) -> None:
    view = opened(house)
    above = {"selected_option": {"value": "above", "text": {"type": "plain_text", "text": "It is above"}}}

    assert "Write a number" in sent(house, view, only=above)["amount"]
    assert "Write a number" in sent(house, view, only=above, amount={"value": "NaN"})["amount"]
    assert sent(house, view, only=above, amount={"value": "1250.50"}) == {}

    assert house.planner.filled[0].only == Only(kind="above", amount=Decimal("1250.50"))


def test_the_preview_is_for_its_maker_alone_and_says_who_is_asked(house: House) -> None:
    sent(house, opened(house))
    found = summary(house)

    assert "*Takings* would be posted in *#general*: on Mondays at 08:00" in shown(found)
    assert "@olu will be asked, and decides." in shown(found)
    assert "Ask @olu" in json.dumps(found["blocks"])
    assert any("A preview for you alone" in shown(one) for one in direct(house, FAY))
    assert [one for one in house.whispers(FAY, GENERAL) if "is in your direct messages" in one["text"]]
    assert not [one for one in house.local.client.conversations_history(channel=GENERAL)["messages"] if one.get("bot_id")]


def test_the_owner_is_asked_with_the_preview_and_their_yes_reaches_its_maker(house: House) -> None:
    sent(house, opened(house))
    house.press(FAY, house.dm(FAY), summary(house), "ana_keep")
    asked = wait_for(lambda: next((one for one in direct(house, OLU) if "would like" in shown(one)), None))

    assert "*@fay* would like *Takings* to be posted in *#general*, which you own" in shown(asked)
    assert any("Takings were $5." in shown(one) for one in direct(house, OLU))
    house.press(OLU, house.dm(OLU), asked, "ana_approve_0")

    wait_for(lambda: any("@olu has decided: Takings is posted from now on." in shown(one) for one in direct(house, FAY)))
    assert [act for act, *_ in house.planner.did if act != "schedulable"] == ["schedule", "approve"]
    assert not any("Approve" in json.dumps(one["blocks"]) for one in direct(house, OLU))


def test_the_owners_no_reaches_its_maker_and_nobody_else_can_decide(house: House) -> None:
    sent(house, opened(house))
    house.press(FAY, house.dm(FAY), summary(house), "ana_keep")
    asked = wait_for(lambda: next((one for one in direct(house, OLU) if "would like" in shown(one)), None))

    house.press(OLU, house.dm(OLU), asked, "ana_reject_0")

    wait_for(lambda: any("@olu has decided: Takings will not be posted." in shown(one) for one in direct(house, FAY)))


def test_who_needs_nobody_schedules_at_once(house: House) -> None:
    house.planner.alone = True
    sent(house, opened(house))
    found = summary(house)

    assert "Schedule it" in json.dumps(found["blocks"])
    house.press(FAY, house.dm(FAY), found, "ana_keep")

    wait_for(lambda: any("Takings is posted from now on." in shown(one) for one in direct(house, FAY)))


def test_a_preview_that_is_not_wanted_is_thrown_away(house: House) -> None:
    sent(house, opened(house))
    house.press(FAY, house.dm(FAY), summary(house), "ana_discard")

    wait_for(lambda: any("Discarded. Nothing was scheduled." in shown(one) for one in direct(house, FAY)))
    assert ("discard", "P1", FAY) in house.planner.did
