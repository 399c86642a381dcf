"""Owners are told who reads along and what is shared on, over the local workspace; and nothing is said where Slack does not say
who reads."""

from __future__ import annotations

from typing import Any

import pytest
from serving import wait_for
from slack_house import House, shown
from slack_told import FAY, FIN, GENERAL, OLU, ROOT, clarifying
from test_slack_access import told

from anabot.types import Channel, ChannelId, Person, UserId
from anabot.watch import Alarm, Spill
from anabot.workspace.api import methods
from anabot.workspace.limits import Refused


def somebody(user: str, handle: str) -> Person:
    return Person(user=UserId(user), name=handle.title(), handle=handle)


def alarm(*handles: str, strict: bool = False) -> Alarm:
    members = tuple((somebody(f"U0{handle.upper()}", handle), ("books", "people")) for handle in handles)
    channel = Channel(channel=ChannelId(FIN), name="fin-weekly")
    return Alarm(channel=channel, owner=somebody(OLU, "olu"), members=members, strict=strict)


def test_the_owner_of_a_channel_is_told_who_may_not_know_what_is_said_there(house: House) -> None:
    house.watch.alarms.append(alarm("fay", "root", strict=True))

    house.say(FAY, FIN, "@ana takings")

    message = told(house, OLU)
    assert "2 members of *#fin-weekly* may not see alone" in shown(message)
    assert "Fay (@fay): books, people" in shown(message)
    assert "Strict classes are held back" in shown(message)
    wait_for(lambda: house.watch.reached == [True])


def test_an_alarm_about_many_names_the_first_and_counts_the_rest(house: House) -> None:
    house.watch.alarms.append(alarm(*(f"p{number}" for number in range(40))))

    house.say(FAY, FIN, "@ana takings")

    message = shown(told(house, OLU))
    assert "and 25 more" in message
    assert "Strict" not in message


def test_somebody_who_joins_is_counted_at_once_and_looked_at(house: House) -> None:
    ts = house.say(FAY, FIN, "@ana takings")
    house.answer(FIN, ts)
    before = house.line.directory.channel(FIN)
    assert before is not None
    assert OLU not in before.members

    house.local.do("say", as_=FAY, channel=FIN, text="/invite @olu")

    wait_for(lambda: (now := house.line.directory.channel(FIN)) and OLU in now.members)
    wait_for(lambda: house.watch.looked.count("fin-weekly") == 2)


def test_a_press_is_followed_by_a_look_at_who_reads(house: House) -> None:
    house.asker.says = lambda question: clarifying()
    message = house.answer(FIN, house.say(FAY, FIN, "@ana money"))

    house.press(ROOT, FIN, message, "ana_choose_0")

    wait_for(lambda: house.watch.looked == ["fin-weekly"] * 2)


def test_a_file_of_an_answer_is_remembered_and_looked_at_when_it_is_shared_on(house: House) -> None:
    message = house.answer(FIN, house.say(FAY, FIN, "@ana takings"))
    house.press(FAY, FIN, message, "ana_csv")
    file = wait_for(lambda: next(iter(house.watch.files), ""))
    assert house.watch.files[file] == "R-ABCDEFGHJK"
    house.watch.spill = Spill(user=FAY, place="#general", labels=("Takings",), owner=house.line.directory.person(OLU))

    house.local.do("share", as_=FAY, channel=GENERAL, file=file)

    whisper = wait_for(lambda: house.whispers(FAY, GENERAL))[0]
    assert "holds *Takings*, which may not be said in #general" in shown(whisper)
    assert "Finance analyst (@fay) has shared a file of mine" in shown(told(house, OLU))
    assert house.watch.shares == [(file, FAY, "general")]


def test_nothing_is_asked_and_nothing_said_where_slack_does_not_say_who_reads(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Any) -> Any:
        raise Refused("internal_error")

    monkeypatch.setattr(methods, "METHODS", {**methods.METHODS, "conversations.members": fails})

    answer = house.answer(FIN, house.say(FAY, FIN, "@ana takings"))

    assert "could not look up who reads this channel" in shown(answer)
    assert house.asker.asked == []
    assert [reason for _, _, reason, _ in house.asker.away] == ["unknown_place"]


def test_ana_posts_no_link_that_unfolds() -> None:
    from slack_script import Script, scripted

    from anabot.slack.blocks import messages, sections
    from anabot.slack.post import Place

    script = Script()
    with scripted(script) as voice:
        voice.post(Place("C1"), messages("hi", sections("hi"))[0], key="k")

    sent = script.of("chat.postMessage")[0]
    assert sent["unfurl_links"] is sent["unfurl_media"] is False
