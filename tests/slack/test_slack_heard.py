"""Which of Slack's messages are somebody asking Ana something, and what they say in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anabot.slack.heard import heard, plain
from anabot.slack.post import Place


def event(**more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "user": "U1",
        "channel": "C1",
        "ts": "1.1",
        "text": "<@UANA> hi",
        "channel_type": "channel",
        **more,
    }


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"},
        {"subtype": "message_changed"},
        {"subtype": "channel_join"},
        {"edited": {"ts": "2.2"}},
        {"user": "UANA"},
        {"user": "USLACKBOT"},
        {"user": None},
    ],
)
def test_what_no_person_newly_said_is_not_heard(more: dict[str, Any]) -> None:
    assert heard(event(**more), "UANA", str) is None


def test_an_answer_goes_into_the_messages_thread_or_straight_into_a_dm() -> None:
    top, reply, dm = event(), event(thread_ts="0.9"), event(channel="D1", channel_type="im")

    places = [found.place for one in (top, reply, dm) if (found := heard(one, "UANA", str))]

    assert places == [Place("C1", "1.1"), Place("C1", "0.9"), Place("D1", "")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<@UANA>: takings &amp; tips &lt; 5?", "takings & tips < 5?"),
        ("hey <@UANA> for <#C2|fin-weekly> and <#C3>", "hey for #fin-weekly and #C3"),
        ("<@U2> or <@U3|olu>", "@fay or @olu"),
        ("<!channel> <!subteam^S1|@finance> <!date^1^{date}|Monday>", "@channel @finance Monday"),
        ("see <https://example.test/a|the page> <https://b.test>", "see the page https://b.test"),
        ("<mailto:a@b.test|a@b.test>", "a@b.test"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_slacks_markup_is_read_as_people_see_it(text: str, words: str) -> None:
    assert plain(text, "UANA", lambda user: "fay") == words


@given(st.text())
def test_any_text_is_heard_without_failing(text: str) -> None:
    heard(event(text=text), "UANA", str)
