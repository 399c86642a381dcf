"""What people do in Slack and what they get, over signed HTTP and the Web API of the local workspace."""

from __future__ import annotations

import json
import threading
import urllib.request
from dataclasses import replace
from typing import Any

import pytest
from serving import wait_for
from slack_house import House, open_house, shown
from slack_told import FAY, FIN, ROOT, answered

from anabot.errors import NotAllowed
from anabot.slack.pool import Pool
from anabot.types import Answer


def kinds(message: dict[str, Any]) -> list[str]:
    return [block["type"] for block in message["blocks"]]


def test_a_mention_is_answered_once_in_its_thread(house: House) -> None:
    ts = house.say(FAY, FIN, "@ana takings last quarter by place?")

    message = house.answer(FIN, ts)
    house.settle()

    assert [question.text for question in house.asker.asked] == ["takings last quarter by place?"]
    assert len(house.thread(FIN, ts)) == 1
    assert message["text"] == "Takings were $1,197.50 in FY26 Q2."
    assert kinds(message) == ["section", "table", "context", "actions"]


def test_a_question_knows_who_asks_where_and_in_which_conversation(house: House) -> None:
    ts = house.say(FAY, FIN, "@ana takings")

    house.answer(FIN, ts)

    question = house.asker.asked[0]
    assert question.person.handle == "fay"
    assert question.person.groups == {"finance"}
    assert question.channel is not None
    assert question.channel.name == "fin-weekly"
    assert {FAY, ROOT} <= question.channel.members
    assert question.thread == f"{FIN}:{ts}"


def test_a_direct_message_needs_no_mention_and_no_thread(house: House) -> None:
    dm = house.dm(FAY)

    house.say(FAY, dm, "takings")

    history = wait_for(lambda: [m for m in house.local.client.conversations_history(channel=dm)["messages"] if m.get("bot_id")])
    assert history[0]["text"].startswith("Takings were")
    assert house.asker.asked[0].channel is not None
    assert house.asker.asked[0].channel.kind == "dm"
    assert house.asker.asked[0].thread == dm


def test_hostile_values_ping_nobody(house: House) -> None:
    ts = house.say(FAY, FIN, "@ana takings")

    message = house.answer(FIN, ts)

    assert house.local.workspace.state.pings_fired() == 0
    assert "<!channel>" not in message["text"]
    assert "<!channel>" not in json.dumps([block for block in message["blocks"] if block["type"] != "table"])


def test_words_in_a_thread_are_answered_only_when_understood(house: House) -> None:
    ts = house.say(FAY, FIN, "@ana takings")
    house.answer(FIN, ts)

    house.say(FAY, FIN, "thanks, that is a lot", thread=ts)
    house.say(FAY, FIN, "by month", thread=ts)

    house.answer(FIN, ts, count=2)
    assert {question.text for question in house.asker.overheard} == {"thanks, that is a lot", "by month"}
    assert len(house.thread(FIN, ts)) == 2


def test_words_outside_threads_that_do_not_mention_her_are_not_heard(house: House) -> None:
    house.say(FAY, FIN, "takings by month are fine")
    house.settle()

    assert house.asker.asked == []
    assert house.asker.overheard == []


def test_an_edited_message_is_not_answered_again(house: House) -> None:
    ts = house.say(FAY, FIN, "@ana takings")
    house.answer(FIN, ts)

    state = house.local.workspace.state
    state.edit(state.message(FIN, ts), text="<@U0ANA> takings please", blocks=None)
    house.settle()

    assert len(house.asker.asked) == 1


def test_a_slow_answer_says_that_it_is_coming_and_replaces_those_words() -> None:
    with open_house(patience_s=0.1) as house:
        house.asker.gate = threading.Event()
        ts = house.say(FAY, FIN, "@ana takings")
        assert house.answer(FIN, ts)["text"] == "Looking it up …"

        house.asker.gate.set()

        wait_for(lambda: house.thread(FIN, ts)[0]["text"].startswith("Takings"))
        assert len(house.thread(FIN, ts)) == 1


def test_a_full_pool_says_busy_once_and_does_not_ask() -> None:
    with open_house(pool=Pool(workers=1, queue=0)) as house:
        house.asker.gate = threading.Event()
        first = house.say(FAY, FIN, "@ana takings")
        wait_for(lambda: house.asker.asked)

        second = house.say(ROOT, FIN, "@ana takings")

        assert "as many questions as I can" in house.answer(FIN, second)["text"]
        house.asker.gate.set()
        house.answer(FIN, first)
        assert len(house.asker.asked) == 1
        assert len(house.thread(FIN, second)) == 1


def test_an_error_that_people_can_act_on_is_said_in_its_own_words(house: House) -> None:
    def refuse(_: object) -> Answer:
        raise NotAllowed("That is closed.", todo="Ask @fay.")

    house.asker.says = refuse
    ts = house.say(FAY, FIN, "@ana takings")

    assert house.answer(FIN, ts)["text"] == "That is closed. Ask @fay."


def test_a_bug_shows_a_reference_and_leaves_the_process_alive(house: House) -> None:
    def fail(_: object) -> Answer:
        raise ZeroDivisionError("secret detail")

    house.asker.says = fail
    ts = house.say(FAY, FIN, "@ana takings")
    message = house.answer(FIN, ts)
    assert "E-" in message["text"]
    assert "secret detail" not in shown(message)

    house.asker.says = lambda question: answered()
    again = house.say(FAY, FIN, "@ana takings")
    assert house.answer(FIN, again)["text"].startswith("Takings")


def test_an_empty_mention_is_a_hello_with_questions_to_press(house: House) -> None:
    ts = house.say(FAY, FIN, "@ana")

    message = house.answer(FIN, ts)

    assert "Hello, I am Ana." in shown(message)
    assert house.asker.asked == []


def test_ana_says_hello_when_she_is_invited_and_her_buttons_ask(house: House) -> None:
    house.local.do("invite", as_=FAY, channel="C0QUIET")
    house.local.workspace.state  # noqa: B018 - reads as: the workspace told her
    hello = wait_for(lambda: house.local.client.conversations_history(channel="C0QUIET")["messages"])[0]

    house.press(FAY, "C0QUIET", hello, "ana_ask_2")

    message = house.answer("C0QUIET", hello["ts"])
    assert house.asker.asked[0].text == "tips & <tricks>"
    assert house.asker.asked[0].person.user == FAY
    assert "*Finance analyst* asked: tips &amp; &lt;tricks&gt;" in shown(message)


def test_the_first_look_at_the_direct_messages_is_greeted_once(house: House) -> None:
    dm = house.dm(FAY)

    house.local.do("look", as_=FAY, channel=dm)
    wait_for(lambda: house.local.client.conversations_history(channel=dm)["messages"])
    house.local.do("look", as_=FAY, channel=dm)
    house.settle()

    assert len(house.local.client.conversations_history(channel=dm)["messages"]) == 1


def test_one_event_sent_three_times_is_answered_once(house: House) -> None:
    dm = house.dm(FAY)
    event = {"type": "message", "channel_type": "im", "channel": dm, "user": FAY, "text": "takings", "ts": "1790000000.000100"}
    for _ in range(3):
        house.local.workspace.send_event({**event, "event_ts": event["ts"]})

    wait_for(lambda: house.asker.asked)
    house.settle()

    assert len(house.asker.asked) == 1


def test_a_compound_answer_is_one_message_with_buttons_for_each_part(house: House) -> None:
    parts = (answered(text="First."), answered(text="Second.", receipt="R-SECOND2345"))
    house.asker.says = lambda question: replace(parts[0], text="First.\nSecond.", parts=parts)
    ts = house.say(FAY, FIN, "@ana two things")
    message = house.answer(FIN, ts)

    rows = [block for block in message["blocks"] if block["type"] == "actions"]
    assert [json.loads(row["elements"][0]["value"]) for row in rows] == [
        {"r": "R-ABCDEFGHJK", "u": FAY, "p": 0},
        {"r": "R-SECOND2345", "u": FAY, "p": 1},
    ]
    assert kinds(message).count("table") == 2


def test_an_unsigned_request_is_refused(house: House) -> None:
    request = urllib.request.Request(f"{house.url}/slack/events", b"{}", {"Content-Type": "application/json"})

    try:
        urllib.request.urlopen(request)
        status = 200
    except urllib.error.HTTPError as error:
        status = error.code

    assert status == 401


def test_ready_health_and_counters_are_served(house: House) -> None:
    ts = house.say(FAY, FIN, "@ana takings")
    house.answer(FIN, ts)

    def get(path: str) -> str:
        with urllib.request.urlopen(f"{house.url}{path}") as answer:
            return str(answer.read().decode())

    assert get("/healthz") == "ok\n"
    assert json.loads(get("/readyz")) == {"ready": True, "parts": {"store": True}}
    assert 'anabot_answers_total{status="answered"}' in get("/metrics")


def test_whoever_slack_cannot_look_up_is_refused_and_it_is_on_record(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.line.directory, "person", lambda user: None)

    ts = house.say(FAY, FIN, "@ana takings")

    assert "could not look you up" in house.answer(FIN, ts)["text"]
    assert house.asker.asked == []
    assert house.asker.away == [(FAY, FIN, "unknown_person", "takings")]


def test_a_place_that_slack_cannot_look_up_is_told_nothing_and_it_is_on_record(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.line.directory, "channel", lambda channel: None)

    ts = house.say(FAY, FIN, "@ana takings")

    assert "could not look up who reads this channel" in house.answer(FIN, ts)["text"]
    assert house.asker.away == [(FAY, FIN, "unknown_place", "takings")]


def test_a_model_at_work_says_what_it_does_in_the_message_that_becomes_the_answer() -> None:
    with open_house(patience_s=0.1) as house:
        house.asker.gate = threading.Event()
        house.asker.doing = ("Asking the warehouse …",)
        ts = house.say(FAY, FIN, "@ana takings")
        assert house.answer(FIN, ts)["text"] == "Asking the warehouse …"

        house.asker.gate.set()

        wait_for(lambda: house.thread(FIN, ts)[0]["text"].startswith("Takings"))
        assert len(house.thread(FIN, ts)) == 1
