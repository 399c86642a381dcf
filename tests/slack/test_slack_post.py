"""Posts arrive once and as words at least, whatever Slack or the network does to them."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path

import pytest
from slack_script import Answer, Script, at_once, ok, refused, scripted, too_often
from slack_sdk.errors import SlackApiError

from anabot.errors import PlaybookError, Undelivered
from anabot.slack.blocks import Message
from anabot.slack.csv_file import table_csv
from anabot.slack.post import Place, Voice
from anabot.slack.poster import SlackPoster
from anabot.slack.render import failure
from anabot.slack.reply import Reply
from anabot.slack.tables import Grid, table_block
from anabot.store import Store
from anabot.types import Channel, ChannelId, Column, Digest, Person, Table
from anabot.worker.once import Ledger
from anabot.worker.pace import Pace

PLACE = Place("C0FIN", "1790000000.000001")
WORDS = Message(text="Takings were $5.", blocks=({"type": "section", "text": {"type": "mrkdwn", "text": "Takings were $5."}},))
TABLE = table_block(Grid(rows=(("Place", "Takings"), ("North", "$5.00")), right=(False, True)))


def mine(key: str, ts: str) -> dict[str, object]:
    return {"ts": ts, "metadata": {"event_type": "anabot_message", "event_payload": {"key": key}}}


def test_nothing_is_unfurled_parsed_or_linked() -> None:
    script = Script()
    with scripted(script) as voice:
        voice.post(PLACE, WORDS, key="k")

    sent = script.of("chat.postMessage")[0]
    assert (sent["unfurl_links"], sent["unfurl_media"], sent["link_names"], sent["parse"]) in [
        (False, False, False, "none"),
        ("0", "0", "0", "none"),
    ]
    assert sent["text"] == "Takings were $5."


def test_a_post_waits_as_long_as_slack_says_and_is_sent_once_more() -> None:
    script = Script({"chat.postMessage": [too_often(7), ok(ts="1790000000.000009")]})
    with scripted(script) as voice:
        ts = voice.post(PLACE, WORDS, key="k")

    assert ts == "1790000000.000009"
    assert 7 in script.slept
    assert len(script.of("chat.postMessage")) == 2


def test_slack_that_never_has_time_is_given_up() -> None:
    script = Script({"chat.postMessage": [too_often(600)]})
    with scripted(script) as voice, pytest.raises(SlackApiError):
        voice.post(PLACE, WORDS, key="k")

    assert max(script.slept) == 30
    assert len(script.of("chat.postMessage")) == 4


def test_a_broken_connection_looks_for_the_post_before_it_posts_again() -> None:
    found = ok(messages=[mine("other", "1.1"), mine("k", "1790000000.000007")])
    script = Script({"chat.postMessage": ["reset"], "conversations.replies": [found]})
    with scripted(script) as voice:
        ts = voice.post(PLACE, WORDS, key="k")

    assert ts == "1790000000.000007"
    assert len(script.of("chat.postMessage")) == 1


def test_a_post_that_was_lost_on_the_way_is_sent_again() -> None:
    script = Script({"chat.postMessage": ["reset", ok(ts="1790000000.000008")], "conversations.replies": [ok(messages=[])]})
    with scripted(script) as voice:
        assert voice.post(PLACE, WORDS, key="k") == "1790000000.000008"


def test_an_internal_error_of_slacks_is_treated_as_a_broken_connection() -> None:
    lost = (503, {"ok": False, "error": "service_unavailable"}, {})
    script = Script({"chat.postMessage": [lost, ok(ts="2.2")], "conversations.replies": [ok(messages=[])]})
    with scripted(script) as voice:
        assert voice.post(PLACE, WORDS, key="k") == "2.2"


def test_a_table_that_is_refused_is_sent_in_a_fixed_width() -> None:
    script = Script({"chat.postMessage": [refused("invalid_blocks", "unsupported type: table"), ok(ts="1.1")]})
    with scripted(script) as voice:
        voice.post(PLACE, Message(text="t", blocks=(TABLE,)), key="k")

    again = json.dumps(script.of("chat.postMessage")[1])
    assert "rich_text_preformatted" in again
    assert "North    $5.00" in again


def test_when_every_block_is_refused_the_words_arrive() -> None:
    script = Script({"chat.postMessage": [*[refused("invalid_blocks")] * 2, ok(ts="1.1")]})
    with scripted(script) as voice:
        voice.post(PLACE, Message(text="Takings were $5.", blocks=(TABLE,)), key="k")

    last = script.of("chat.postMessage")[-1]
    assert str(last["text"]).startswith("Takings were $5.")
    assert last.get("blocks") in (None, [], "[]")


def test_a_picture_still_being_processed_is_waited_for() -> None:
    picture = {"type": "image", "slack_file": {"id": "F0123456789"}, "alt_text": "x"}
    script = Script(
        {"chat.update": [refused("invalid_blocks", "invalid slack file [json-pointer:/blocks/0/slack_file]"), ok(ts="1.1")]}
    )
    with scripted(script) as voice:
        voice.update(PLACE, "1.1", Message(text="t", blocks=(picture,)), key="k")

    assert script.slept == [0.0, 0.5]
    assert all("F0123456789" in json.dumps(sent) for sent in script.of("chat.update"))


def test_an_answer_whose_status_line_was_deleted_is_posted_anew() -> None:
    script = Script({"chat.update": [refused("message_not_found")]})
    with scripted(script) as voice:
        voice.update(PLACE, "1.1", WORDS, key="k")

    assert len(script.of("chat.postMessage")) == 1


def test_a_channel_that_refuses_is_not_asked_again() -> None:
    script = Script({"chat.postMessage": [refused("not_in_channel")]})
    with scripted(script) as voice, pytest.raises(SlackApiError):
        voice.post(PLACE, WORDS, key="k")

    assert len(script.of("chat.postMessage")) == 1


def test_a_quick_reply_is_posted_without_a_status_line() -> None:
    script = Script()
    with scripted(script) as voice, Reply(voice, PLACE, key="k", patience_s=5) as reply:
        reply.say(failure("done"))

    assert [method for method, _ in script.calls] == ["chat.postMessage"]


class Directory:
    def person(self, user: str) -> Person | None:
        return None

    def channel(self, channel: str) -> Channel | None:
        return Channel(channel=ChannelId("C0FIN"), name="fin") if channel == "#fin" else None

    def members(self, channel: Channel) -> list[Person]:
        return []

    def renew(self, channel: str) -> None:
        return


DIGEST = Digest(title="Week", markdown="# Week\n\n" + "\n\n".join(f"Line {n} " + "x " * 500 for n in range(15)))


def poster(voice: Voice) -> SlackPoster:
    return SlackPoster(voice, Directory())


def test_a_digest_too_long_for_one_message_goes_on_in_its_thread_in_order() -> None:
    script = Script({"conversations.history": [ok(messages=[])], "conversations.replies": [ok(messages=[])]})
    with scripted(script) as voice:
        root = poster(voice).post("#fin", DIGEST, delivery_id="d1", once=at_once)

    first, second = script.of("chat.postMessage")
    assert "thread_ts" not in first
    assert second["thread_ts"] == root
    assert "Line 14" in json.dumps(second)


def test_a_second_call_for_one_delivery_posts_only_what_is_missing() -> None:
    script = Script({"conversations.history": [ok(messages=[mine("d1", "5.5")])], "conversations.replies": [ok(messages=[])]})
    with scripted(script) as voice:
        root = poster(voice).post("#fin", DIGEST, delivery_id="d1", once=at_once)

    assert root == "5.5"
    assert [sent["thread_ts"] for sent in script.of("chat.postMessage")] == ["5.5"]


def test_a_delivery_that_is_complete_posts_nothing_new() -> None:
    done = ok(messages=[mine("d1", "5.5"), mine("d1/2", "5.6")])
    script = Script({"conversations.history": [done], "conversations.replies": [done]})
    with scripted(script) as voice:
        poster(voice).post("#fin", DIGEST, delivery_id="d1", once=at_once)

    assert script.of("chat.postMessage") == []


def test_a_chart_that_cannot_be_uploaded_leaves_the_words() -> None:
    script = Script(
        {"conversations.history": [ok(messages=[])], "files.getUploadURLExternal": [refused("file_uploads_disabled")]}
    )
    digest = Digest(title="Week", markdown="# Week\n\nWords.\n\n![Takings](chart:t)", charts={"t": b"png"})
    with scripted(script) as voice:
        poster(voice).post("#fin", digest, delivery_id="d1", once=at_once)

    sent = json.dumps(script.of("chat.postMessage"))
    assert "Words." in sent
    assert "could not be uploaded" in sent


@pytest.mark.parametrize(
    ("reason", "words"),
    [("not_in_channel", "Invite me with"), ("is_archived", "It is archived."), ("channel_not_found", "I cannot see it.")],
)
def test_a_channel_that_ana_was_taken_out_of_says_why_nothing_was_posted(reason: str, words: str) -> None:
    script = Script({"conversations.history": [ok(messages=[])], "chat.postMessage": [refused(reason)]})
    with scripted(script) as voice, pytest.raises(PlaybookError, match=words):
        poster(voice).post("#fin", DIGEST, delivery_id="d1", once=at_once)

    assert len(script.of("chat.postMessage")) == 1


ROWS = tuple((f"=Shop {n}", n) for n in range(12))
LONG = Digest(
    title="Week",
    markdown="Ten shops.\n",
    files={"shops": Table(columns=(Column(name="shop", type="text"), Column(name="sales", type="integer")), rows=ROWS)},
)
EMPTY = ok(messages=[])


def with_uploads(voice: Voice, script: Script) -> SlackPoster:
    address = str(voice._posts.base_url) + "upload"
    script.answers["files.getUploadURLExternal"] = [ok(upload_url=address, file_id="F1")]
    return poster(voice)


def test_a_long_table_follows_its_digest_as_a_file_in_the_thread() -> None:
    script = Script({"conversations.history": [EMPTY], "conversations.replies": [EMPTY]})
    with scripted(script) as voice:
        root = with_uploads(voice, script).post("#fin", LONG, delivery_id="d1", once=at_once)

    assert [method for method, _ in script.calls if method in ("chat.postMessage", "files.completeUploadExternal")] == [
        "chat.postMessage",
        "files.completeUploadExternal",
    ]
    (shared,) = script.of("files.completeUploadExternal")
    assert (shared["thread_ts"], shared["channel_id"]) == (root, "C0FIN")
    assert shared["initial_comment"] == "shops.csv: all 12 rows."
    (ticket,) = script.of("files.getUploadURLExternal")
    assert ticket["filename"] == "shops.csv"
    assert script.of("upload") == [{"bytes": len(table_csv(LONG.files["shops"]))}]


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("files.getUploadURLExternal", refused("file_uploads_disabled")),
        ("upload", (500, {}, {})),
        ("files.completeUploadExternal", refused("missing_scope")),
    ],
)
def test_a_file_that_slack_does_not_take_is_said_to_be_missing_under_the_words(method: str, answer: Answer) -> None:
    script = Script({"conversations.history": [EMPTY], "conversations.replies": [EMPTY]})
    with scripted(script) as voice:
        post = with_uploads(voice, script)
        script.answers[method] = [answer]
        root = post.post("#fin", LONG, delivery_id="d1", once=at_once)

    words, missing = script.of("chat.postMessage")
    assert "Ten shops." in json.dumps(words)
    assert missing["thread_ts"] == root
    assert "The file shops.csv, with all 12 rows, could not be uploaded." in json.dumps(missing)


@pytest.mark.parametrize(
    "there",
    [{"files": [{"id": "F1", "name": "shops.csv", "title": "Week: shops"}]}, mine("d1/file/shops", "5.6")],
    ids=["file", "note"],
)
def test_a_file_that_is_in_the_thread_is_not_uploaded_again(there: dict[str, object]) -> None:
    script = Script(
        {"conversations.history": [ok(messages=[mine("d1", "5.5")])], "conversations.replies": [ok(messages=[there])]}
    )
    with scripted(script) as voice:
        with_uploads(voice, script).post("#fin", LONG, delivery_id="d1", once=at_once)

    assert not script.of("files.getUploadURLExternal")
    assert not script.of("chat.postMessage")


def test_a_file_whose_sharing_broke_off_is_left_to_be_looked_for() -> None:
    script = Script({"conversations.history": [EMPTY], "conversations.replies": [EMPTY]})
    with scripted(script) as voice:
        post = with_uploads(voice, script)
        script.answers["files.completeUploadExternal"] = ["reset"]
        with pytest.raises(Undelivered):
            post.post("#fin", LONG, delivery_id="d1", once=at_once)

    assert len(script.of("chat.postMessage")) == 1


def test_the_ledger_uploads_a_file_once_and_a_second_call_does_nothing(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/store.db")
    store.migrate()
    once = Ledger(store, At(), Pace(settle_s=0.01), threading.Event())
    script = Script({"conversations.history": [EMPTY], "conversations.replies": [EMPTY]})
    with scripted(script) as voice:
        post = with_uploads(voice, script)
        first = post.post("#fin", LONG, delivery_id="d1", once=once)
        assert post.post("#fin", LONG, delivery_id="d1", once=once) == first

    found = store.deliveries.get("d1/file/shops")
    store.close()
    assert found is not None
    assert (found.state, found.message) == ("sent", "F1")
    assert len(script.of("files.completeUploadExternal")) == len(script.of("chat.postMessage")) == 1


class At:
    def now(self) -> dt.datetime:
        return dt.datetime(2026, 10, 5, 8, 0, tzinfo=dt.UTC)


def test_a_preview_has_its_file_too() -> None:
    script = Script()
    with scripted(script) as voice:
        with_uploads(voice, script).show(Place("D1"), LONG, key="p1")

    (shared,) = script.of("files.completeUploadExternal")
    assert shared["channel_id"] == "D1"


def test_the_parts_of_a_digest_stand_in_its_thread_in_order_each_once() -> None:
    parts = tuple(Digest(title=f"Week: {name}", markdown=f"{name} sold.\n") for name in ("Castle", "Market"))
    digest = Digest(title="Week", markdown="Two parts.\n", parts=parts)
    script = Script({"conversations.history": [EMPTY], "conversations.replies": [EMPTY]})
    with scripted(script) as voice:
        root = poster(voice).post("#fin", digest, delivery_id="d1", once=at_once)
        _, first, second = script.of("chat.postMessage")
        script.answers["conversations.history"] = [ok(messages=[mine("d1", root)])]
        key = first["metadata"]["event_payload"]["key"]
        script.answers["conversations.replies"] = [ok(messages=[mine(key, "5.6")])]
        poster(voice).post("#fin", digest, delivery_id="d1", once=at_once)

    assert [one["thread_ts"] for one in (first, second)] == [root, root]
    assert "Castle sold." in json.dumps(first)
    assert "Market sold." in json.dumps(second)
    assert [json.dumps(one) for one in script.of("chat.postMessage")[3:]] == [json.dumps(second)]
