"""Who presses is asked about at the press: what was offered, shown or shared yesterday is decided anew, there and then."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from office import furnish
from on_air import OnAir, dm, on_air

from anabot.workspace.envelopes import envelope

BEA, SAM, NORA, GUS, ROOT = "U0BEA", "U0SAM", "U0NORA", "U0GUS", "U0ROOT"
BOOKS, SHOPS = "C0BOOKS", "C0SHOPS"
ACCESS, LINES = "semantic_layer/access.yml", "semantic_layer/models/sales.yml"


@pytest.fixture
def room(tmp_path: Path, bakery_file: Path) -> Iterator[OnAir]:
    with on_air(furnish(tmp_path, bakery_file)) as found:
        yield found


def changed(room: OnAir, file: str, old: str, new: str) -> None:
    """Another rule, in force as soon as an admin has read it again."""
    room.office.edit(file, old, new)
    assert "Read again" in str(room.type(ROOT, BOOKS, "/ana reload"))


def asked_back(room: OnAir, user: str = SAM, channel: str = SHOPS) -> dict[str, Any]:
    message = room.say(user, channel, "revenue last month")
    assert "more than one meaning" in message["text"]
    return message


def newest(room: OnAir, channel: str, thread: dict[str, Any], count: int, *, first: bool = False) -> dict[str, Any]:
    """The newest reply of Ana's in a thread, or the first, once it has so many."""

    def replies() -> list[dict[str, Any]]:
        found = room.get(f"page/messages?as={BEA}&channel={channel}&thread={thread['thread_ts']}")["messages"]
        return [one for one in found if one.get("bot_id") and not one["text"].endswith("…")]

    return room.wait(lambda: (found := replies()) and len(found) >= count and found)[0 if first else -1]


def test_a_choice_that_somebody_else_presses_is_answered_with_their_own_rows(room: OnAir) -> None:
    message = asked_back(room)

    room.press(NORA, SHOPS, message, "ana_choose_0")
    hers = newest(room, SHOPS, message, 2)
    room.press(SAM, SHOPS, message, "ana_choose_0")
    his = room.wait(lambda: "$428.16" in (found := newest(room, SHOPS, message, 1, first=True))["text"] and found)

    assert "Sales were $" in hers["text"]
    assert "$428.16" not in hers["text"]  # what all regions sold
    assert his["ts"] == message["ts"]  # only the asker's press changes the asker's message


def test_a_choice_whose_metric_was_taken_away_meanwhile_is_refused_at_the_press(room: OnAir) -> None:
    message = asked_back(room)
    changed(room, ACCESS, "    sees: [company]\n    lists: [books]\n", "    sees: []\n    lists: [company, books]\n")

    said = room.whispered(SAM, SHOPS, lambda: room.press(SAM, SHOPS, message, "ana_choose_0"))

    assert "You may not see `sales` here." in str(said)
    assert "$" not in str(said)


def test_a_choice_whose_metric_was_hidden_meanwhile_leads_to_no_answer_at_all(room: OnAir) -> None:
    message = asked_back(room)
    changed(room, ACCESS, "    sees: [company]\n    lists: [books]\n", "    sees: []\n    lists: [books]\n")

    said = str(room.whispered(SAM, SHOPS, lambda: room.press(SAM, SHOPS, message, "ana_choose_0")))

    assert "There is no answer with the receipt" in said
    assert "sales" not in said.casefold()


def test_a_choice_that_the_channel_may_hear_no_longer_goes_to_its_presser_alone(room: OnAir) -> None:
    message = asked_back(room)
    changed(room, ACCESS, "default_channel: {says: [company]}", "default_channel: {says: []}")

    room.press(SAM, SHOPS, message, "ana_choose_0")
    alone = room.wait(lambda: [one for one in room.log(SAM) if "$428.16" in one["text"]])

    assert alone
    shown = room.wait(lambda: "may not be said in #shops" in (found := newest(room, SHOPS, message, 1))["text"] and found)
    assert "$428.16" not in json.dumps(shown)


def test_rows_are_not_sent_as_a_file_to_somebody_who_lost_them(room: OnAir) -> None:
    message = room.say(SAM, SHOPS, "sales by shop last month")
    changed(room, ACCESS, "    sees: [company]\n    lists: [books]\n", "    sees: []\n    lists: [company, books]\n")
    before = set(room.workspace.state.files)

    said = room.whispered(SAM, SHOPS, lambda: room.press(SAM, SHOPS, message, "ana_csv"))

    assert "You may not see" in str(said)
    assert set(room.workspace.state.files) == before


def test_once_a_guest_reads_along_nothing_more_is_said_there_at_a_press(room: OnAir) -> None:
    message = room.say(SAM, SHOPS, "sales by shop last month")
    room.do("say", SAM, channel=SHOPS, text="/invite @gus")
    service = room.demo.service.house
    room.wait(lambda: GUS in service.directory.channel(SHOPS).members)  # type: ignore[union-attr]
    before = len(room.shown_to(GUS))

    room.whispered(SAM, SHOPS, lambda: room.press(SAM, SHOPS, message, "ana_chart"))
    room.press(SAM, SHOPS, message, "ana_csv")
    room.wait(lambda: any(dm(SAM) in file.channels for file in room.workspace.state.files.values() if file.done))

    assert not [file for file in room.workspace.state.files.values() if SHOPS in file.channels]
    assert len(room.shown_to(GUS)) == before


def test_a_link_to_an_answer_that_is_shared_somewhere_is_answered_with_nothing(room: OnAir) -> None:
    message = room.say(BEA, dm(BEA), "margin last month")
    receipt = json.dumps(message).partition('\\"r\\":\\"')[2][:12]
    assert receipt.startswith("R-")
    state, before = room.workspace.state, {user: room.shown_to(user) for user in (BEA, SAM, NORA)}
    link = {"domain": "ana.example", "url": f"https://ana.example/answers/{receipt}"}
    event = {
        "type": "link_shared", "user": SAM, "channel": SHOPS, "message_ts": "1790000000.000100", "links": [link],
        "unfurl_id": "C0SHOPS.1", "source": "conversations_history", "event_ts": "1790000000.000100",
    }  # fmt: skip

    ack = room.workspace.sender.post(
        json.dumps(envelope(state, event, room.workspace.verification_token)).encode(), "application/json"
    )
    time.sleep(0.3)

    assert (ack.status, ack.body) == (200, b"")
    assert {user: room.shown_to(user) for user in before} == before


def test_a_trial_answers_what_it_would_refuse_and_every_time_says_so_on_record(room: OnAir) -> None:
    text = (room.office.folder / ACCESS).read_text(encoding="utf-8")
    assert "not open to you" in room.say(SAM, dm(SAM), "margin last month")["text"]
    room.office.write(ACCESS, f"mode: report\n{text}")
    room.type(ROOT, BOOKS, "/ana reload")

    told = room.say(SAM, dm(SAM), "margin last month")
    strict = room.say(SAM, dm(SAM), "headcount last month")
    listed = room.type(ROOT, BOOKS, "/ana audit 20")
    house = room.demo.service.house
    rows = [one for one in house.store.audit.list(50) if one.status == "would_refuse"]

    assert "Margin was $" in told["text"]
    assert "I do not know" in strict["text"]
    (row,) = rows
    assert (row.kind, row.actor, row.place, row.metrics) == ("report", SAM, "dm", ("margin",))
    assert "Refusals are only reported." in row.reason
    assert row.words == "margin last month"
    assert "would_refuse" in json.dumps(listed)
    assert any(one.question_id == row.question_id and one.status == "answered" for one in house.store.audit.list(50))
    assert house.store.audit.verify() is None
