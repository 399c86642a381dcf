"""What a persona sees in the page, and what they do not."""

from __future__ import annotations

import json
import urllib.request

from serving import CAST, Local, local_workspace


def rooms(local: Local, user: str) -> dict[str, dict]:
    return {channel["name"]: channel for channel in local.see("overview", as_=user)["channels"]}


def test_a_persona_sees_the_channels_they_are_in(local: Local) -> None:
    assert set(rooms(local, "U0FAY")) == {"general", "fin-weekly", "quiet", "attic", "D0FAY"}
    assert set(rooms(local, "U0GUEST")) == {"general", "D0GUEST"}
    assert rooms(local, "U0OLU")["partner"]["external"]
    assert rooms(local, "U0ROOT")["secret"]["private"]


def test_others_rooms_are_not_read_written_or_told_apart(local: Local) -> None:
    for channel in ("C0SECRET", "D0ROOT", "C0NOWHERE"):
        assert local.see("messages", as_="U0FAY", channel=channel)["error"] == "channel_not_found"
        assert local.do("say", as_="U0FAY", channel=channel, text="x")["error"] == "channel_not_found"
    assert local.see("messages", as_="U0OLU", channel="C0FIN")["error"] == "not_in_channel"
    assert local.see("overview", as_="U0NOBODY")["error"] == "user_not_found"


def test_unread_and_mentions_are_counted_until_somebody_looks(fresh: Local) -> None:
    fresh.client.chat_postMessage(channel="C0FIN", text="news")
    fresh.client.chat_postMessage(channel="C0FIN", text="for <@U0FAY>")
    fresh.do("say", as_="U0ROOT", channel="C0FIN", text="thanks")

    before = rooms(fresh, "U0FAY")["fin-weekly"]
    fresh.do("look", as_="U0FAY", channel="C0FIN")

    assert (before["unread"], before["mentions"]) == (3, 1)
    assert rooms(fresh, "U0FAY")["fin-weekly"]["unread"] == 0
    assert rooms(fresh, "U0ROOT")["fin-weekly"]["unread"] == 0


def test_a_ping_is_counted_and_a_data_value_never_is_one(fresh: Local) -> None:
    fresh.client.chat_postMessage(channel="C0FIN", text="a value: &lt;!channel&gt;")
    quiet = fresh.see("overview", as_="U0FAY")["pings"]
    fresh.client.chat_postMessage(channel="C0FIN", text="<!channel> lunch")

    assert quiet == 0
    assert fresh.see("overview", as_="U0FAY")["pings"] == 1
    assert fresh.see("messages", as_="U0FAY", channel="C0FIN")["messages"][-1]["pings"] == ["channel"]


def test_twenty_thousand_characters_are_taken_and_nothing_is_not(fresh: Local) -> None:
    assert fresh.do("say", as_="U0FAY", channel="C0FIN", text="x" * 20_000)["ok"]
    assert fresh.do("say", as_="U0FAY", channel="C0FIN", text="  ")["error"] == "no_text"
    assert fresh.do("say", as_="U0FAY", channel="C0FIN", text="x" * 40_001)["error"] == "msg_too_long"
    assert fresh.do("say", as_="U0FAY", channel="C0ATTIC", text="x")["error"] == "is_archived"


def test_a_person_dismisses_what_only_they_see_and_nothing_of_others(fresh: Local) -> None:
    whisper = fresh.client.chat_postEphemeral(channel="C0FIN", user="U0FAY", text="psst")["message_ts"]
    said = fresh.client.chat_postMessage(channel="C0FIN", text="for all")["ts"]

    fresh.do("dismiss", as_="U0FAY", channel="C0FIN", ts=whisper)

    assert fresh.texts("U0FAY", "C0FIN") == ["for all"]
    assert fresh.do("dismiss", as_="U0FAY", channel="C0FIN", ts=said)["error"] == "cant_delete_message"


def test_nobody_presses_what_is_not_theirs_to_see(fresh: Local) -> None:
    button = [
        {
            "type": "actions",
            "block_id": "b",
            "elements": [{"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "x"}}],
        }
    ]
    whisper = fresh.client.chat_postEphemeral(channel="C0FIN", user="U0FAY", text="psst", blocks=button)["message_ts"]
    shown = fresh.client.chat_postMessage(channel="C0FIN", text="x", blocks=button)["ts"]

    press = {"block": "b", "action": "a"}
    assert fresh.do("press", as_="U0ROOT", channel="C0FIN", ts=whisper, **press)["error"] == "message_not_found"
    assert fresh.do("press", as_="U0OLU", channel="C0FIN", ts=shown, **press)["error"] == "not_in_channel"
    assert fresh.do("press", as_="U0FAY", channel="C0FIN", ts=shown, block="b", action="other")["error"] == "block_not_found"


def test_the_page_hears_of_changes_over_one_connection(fresh: Local) -> None:
    with urllib.request.urlopen(f"{fresh.url}/page/live?as=U0FAY", timeout=5) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        fresh.client.chat_postEphemeral(channel="C0FIN", user="U0ROOT", text="not for fay")
        ts = fresh.client.chat_postMessage(channel="C0FIN", text="news")["ts"]

        lines = (line.decode().strip() for line in stream)
        news = json.loads(next(line for line in lines if line.startswith('data: {"kind"'))[6:])

    assert (news["kind"], news["channel"], news["ts"]) == ("message", "C0FIN", ts)


def test_the_date_of_business_and_the_stamps_come_from_the_clock_that_is_given() -> None:
    import datetime as dt

    now = dt.datetime(2026, 10, 5, 14, 58, tzinfo=dt.UTC)
    with local_workspace(now=lambda: now, as_of="Mon 5 Oct 2026") as local:
        stamps = [local.client.chat_postMessage(channel="C0FIN", text="x")["ts"] for _ in range(3)]

        assert stamps == ["1791212280.000000", "1791212280.000001", "1791212280.000002"]
        assert local.see("overview", as_="U0FAY")["as_of"] == "Mon 5 Oct 2026"


def test_a_persona_starts_in_the_channel_that_the_cast_names_or_in_their_first() -> None:
    people = {**CAST["people"], "fay": {**CAST["people"]["fay"], "starts_in": "fin-weekly"}}

    with local_workspace(cast={**CAST, "people": people}) as local:
        assert local.see("overview", as_="U0FAY")["starts_in"] == "C0FIN"
        assert local.see("overview", as_="U0GUEST")["starts_in"] == "C0GENERAL"
