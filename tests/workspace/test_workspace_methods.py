"""The Web API as the real slack_sdk meets it: every method, its shapes and its refusals."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import Any

import pytest
from serving import Local, local_workspace, refusal
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from anabot.workspace import LOCAL_TOKEN, Limits
from anabot.workspace.api import methods
from anabot.workspace.api.methods import METHODS

FROZEN = {
    "auth.test",
    "chat.postMessage",
    "chat.update",
    "chat.postEphemeral",
    "chat.delete",
    "chat.getPermalink",
    "conversations.info",
    "conversations.list",
    "conversations.members",
    "conversations.history",
    "conversations.replies",
    "conversations.open",
    "users.info",
    "users.list",
    "users.lookupByEmail",
    "usergroups.list",
    "usergroups.users.list",
    "files.getUploadURLExternal",
    "files.completeUploadExternal",
    "files.info",
    "views.open",
    "views.update",
    "views.push",
    "views.publish",
    "reactions.add",
}
SECTION = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]


def raw(local: Local, method: str, body: bytes, kind: str, token: str = LOCAL_TOKEN) -> dict[str, Any]:
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(urllib.request.Request(f"{local.url}/api/{method}", body, headers)) as answer:
        found: dict[str, Any] = json.loads(answer.read())
        return found


def test_the_list_of_methods_is_frozen_and_written_down() -> None:
    assert set(METHODS) == FROZEN
    assert set(str(methods.__doc__).split()) >= FROZEN


def test_every_method_but_those_is_unknown(local: Local) -> None:
    for name in ("apps.connections.open", "chat.scheduleMessage", "users.profile.get", "nonsense"):
        answer = refusal(local.client.api_call, api_method=name)
        assert (answer["error"], answer["req_method"]) == ("unknown_method", name)


def test_every_method_asks_for_the_token(local: Local) -> None:
    for name in FROZEN:
        assert raw(local, name, b"", "application/x-www-form-urlencoded", token="")["error"] == "not_authed"
        assert refusal(WebClient("xoxb-other", base_url=f"{local.url}/api/").api_call, api_method=name)["error"] == "invalid_auth"


def test_arguments_come_as_a_form_or_as_json(local: Local) -> None:
    form = urllib.parse.urlencode({"token": LOCAL_TOKEN, "user": "U0FAY"}).encode()

    assert raw(local, "users.info", form, "application/x-www-form-urlencoded", token="")["user"]["name"] == "fay"
    assert raw(local, "users.info", b'{"user": "U0FAY"}', "application/json; charset=utf-8")["user"]["name"] == "fay"
    assert raw(local, "users.info", b"{", "application/json")["error"] == "invalid_json"
    assert raw(local, "users.info", b"[]", "application/json")["error"] == "json_not_object"
    in_json = json.dumps({"token": LOCAL_TOKEN}).encode()
    assert raw(local, "auth.test", in_json, "application/json", token="")["error"] == "not_authed"


def test_auth_test_names_the_bot(local: Local) -> None:
    answer = local.client.auth_test()

    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0ANA", "B0ANA", "T0TEST")
    assert "chat:write" in answer.headers["x-oauth-scopes"]


def test_a_message_is_posted_and_read_back_as_slack_shows_it(fresh: Local) -> None:
    posted = fresh.client.chat_postMessage(channel="C0FIN", text="hello", blocks=SECTION)

    rows = fresh.client.conversations_history(channel="C0FIN")["messages"]
    assert len(rows) == 1
    assert rows[0]["ts"] == posted["ts"]
    assert posted["ts"].split(".")[1].isdigit()
    assert len(posted["ts"].split(".")[1]) == 6
    assert (rows[0]["user"], rows[0]["bot_id"], rows[0]["text"]) == ("U0ANA", "B0ANA", "hello")
    assert rows[0]["blocks"][0]["block_id"]


def test_a_message_can_be_addressed_by_name_or_to_a_person(fresh: Local) -> None:
    assert fresh.client.chat_postMessage(channel="#fin-weekly", text="by name")["channel"] == "C0FIN"
    assert fresh.client.chat_postMessage(channel="U0FAY", text="to you")["channel"] == "D0FAY"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("C0QUIET", "not_in_channel"),
        ("C0SECRET", "channel_not_found"),
        ("C0ATTIC", "is_archived"),
        ("", "invalid_arguments"),
    ],
)
def test_where_the_bot_cannot_post(local: Local, channel: str, error: str) -> None:
    assert refusal(local.client.chat_postMessage, channel=channel, text="hello")["error"] == error


def test_what_a_message_may_not_be(local: Local) -> None:
    post = local.client.chat_postMessage

    assert refusal(post, channel="C0FIN", text=" ")["error"] == "no_text"
    assert refusal(post, channel="C0FIN", text="x" * 40_001)["error"] == "msg_too_long"
    assert refusal(post, channel="C0FIN", text="x", blocks="{not json")["error"] == "invalid_blocks_format"
    assert refusal(post, channel="C0FIN", text="x", blocks=json.dumps({"type": "section"}))["error"] == "invalid_blocks_format"
    assert refusal(post, channel="C0FIN", text="x", thread_ts="1.5")["error"] == "invalid_thread_ts"
    assert refusal(post, channel="C0FIN", text="x", thread_ts="1759676280.000100")["error"] == "thread_not_found"
    assert refusal(post, channel="C0FIN", text="x", metadata={"event_type": "a"})["error"] == "invalid_metadata_format"
    many = [{"type": "section", "text": {"type": "mrkdwn", "text": "y" * 2900}}] * 4
    assert refusal(post, channel="C0FIN", text="x", blocks=many)["error"] == "msg_blocks_too_long"


def test_a_section_of_3001_characters_is_refused_with_its_place(local: Local) -> None:
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]

    answer = refusal(local.client.chat_postMessage, channel="C0FIN", text="x", blocks=long)

    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


def test_replies_make_a_thread(fresh: Local) -> None:
    parent = fresh.client.chat_postMessage(channel="C0FIN", text="parent")["ts"]
    reply = fresh.client.chat_postMessage(channel="C0FIN", text="reply", thread_ts=parent)["ts"]
    fresh.client.chat_postMessage(channel="C0FIN", text="reply to a reply", thread_ts=reply)
    fresh.client.chat_postMessage(channel="C0FIN", text="for all", thread_ts=parent, reply_broadcast=True)

    thread = fresh.client.conversations_replies(channel="C0FIN", ts=parent)["messages"]
    assert [m["text"] for m in thread] == ["parent", "reply", "reply to a reply", "for all"]
    assert (thread[0]["reply_count"], thread[1]["thread_ts"], thread[1]["parent_user_id"]) == (3, parent, "U0ANA")
    history = fresh.client.conversations_history(channel="C0FIN")["messages"]
    assert [m["text"] for m in history] == ["for all", "parent"]
    assert refusal(fresh.client.conversations_replies, channel="C0FIN", ts="1759676280.000100")["error"] == "thread_not_found"


def test_history_comes_page_by_page_and_between_two_times(fresh: Local) -> None:
    stamps = [fresh.client.chat_postMessage(channel="C0FIN", text=f"m{n}")["ts"] for n in range(7)]

    # The SDK reuses one object for all pages, so each is read as it comes.
    pages = [
        ([m["text"] for m in page["messages"]], page["has_more"])
        for page in fresh.client.conversations_history(channel="C0FIN", limit=3)
    ]

    assert pages == [(["m6", "m5", "m4"], True), (["m3", "m2", "m1"], True), (["m0"], False)]
    between = fresh.client.conversations_history(channel="C0FIN", oldest=stamps[2], latest=stamps[4])["messages"]
    assert [m["text"] for m in between] == ["m3"]
    inclusive = fresh.client.conversations_history(channel="C0FIN", oldest=stamps[2], latest=stamps[4], inclusive=True)[
        "messages"
    ]
    assert [m["text"] for m in inclusive] == ["m4", "m3", "m2"]
    assert refusal(fresh.client.conversations_history, channel="C0FIN", cursor="junk")["error"] == "invalid_cursor"
    assert refusal(fresh.client.conversations_history, channel="C0FIN", limit=5000)["error"] == "invalid_arguments"
    assert refusal(fresh.client.conversations_history, channel="C0QUIET")["error"] == "not_in_channel"


def test_metadata_comes_back_when_asked_for(fresh: Local) -> None:
    metadata = {"event_type": "delivery", "event_payload": {"id": "7"}}
    fresh.client.chat_postMessage(channel="C0FIN", text="x", metadata=metadata)

    full = fresh.client.conversations_history(channel="C0FIN", include_all_metadata=True)["messages"][0]
    short = fresh.client.conversations_history(channel="C0FIN")["messages"][0]

    assert full["metadata"] == metadata
    assert short["metadata"] == {"event_type": "delivery"}


def test_the_bot_edits_its_own_messages_only(fresh: Local) -> None:
    theirs = fresh.do("say", as_="U0FAY", channel="C0FIN", text="mine")["ts"]
    ts = fresh.client.chat_postMessage(channel="C0FIN", text="before", blocks=SECTION)["ts"]

    fresh.client.chat_update(channel="C0FIN", ts=ts, text="after")

    shown = fresh.client.conversations_history(channel="C0FIN", limit=1)["messages"][0]
    assert (shown["text"], shown["edited"]["user"], len(shown["blocks"])) == ("after", "U0ANA", 1)
    fresh.client.chat_update(channel="C0FIN", ts=ts, text="bare", blocks=[])
    assert "blocks" not in fresh.client.conversations_history(channel="C0FIN", limit=1)["messages"][0]
    update = fresh.client.chat_update
    assert refusal(update, channel="C0FIN", ts=theirs, text="no")["error"] == "cant_update_message"
    assert refusal(update, channel="C0FIN", ts="1759676280.000100", text="no")["error"] == "message_not_found"
    assert refusal(update, channel="C0FIN", ts=ts, text="")["error"] == "no_text"
    assert refusal(update, channel="C0FIN", ts=ts, text="x" * 4001)["error"] == "msg_too_long"


def test_the_bot_deletes_its_own_messages_only(fresh: Local) -> None:
    theirs = fresh.do("say", as_="U0FAY", channel="C0FIN", text="mine")["ts"]
    ts = fresh.client.chat_postMessage(channel="C0FIN", text="gone")["ts"]
    parent = fresh.client.chat_postMessage(channel="C0FIN", text="parent")["ts"]
    fresh.client.chat_postMessage(channel="C0FIN", text="reply", thread_ts=parent)

    fresh.client.chat_delete(channel="C0FIN", ts=ts)
    fresh.client.chat_delete(channel="C0FIN", ts=parent)

    assert refusal(fresh.client.chat_delete, channel="C0FIN", ts=ts)["error"] == "message_not_found"
    assert refusal(fresh.client.chat_delete, channel="C0FIN", ts=theirs)["error"] == "cant_delete_message"
    tomb = fresh.client.conversations_history(channel="C0FIN", limit=1)["messages"][0]
    assert (tomb["subtype"], tomb["reply_count"]) == ("tombstone", 1)


def test_an_ephemeral_message_is_seen_by_one_and_kept_from_history(fresh: Local) -> None:
    ts = fresh.client.chat_postEphemeral(channel="C0FIN", user="U0FAY", text="psst")["message_ts"]

    assert fresh.texts("U0FAY", "C0FIN") == ["psst"]
    assert fresh.texts("U0ROOT", "C0FIN") == []
    assert fresh.client.conversations_history(channel="C0FIN")["messages"] == []
    assert refusal(fresh.client.chat_update, channel="C0FIN", ts=ts, text="x")["error"] == "message_not_found"
    assert refusal(fresh.client.chat_postEphemeral, channel="C0FIN", user="U0OLU", text="x")["error"] == "user_not_in_channel"
    assert refusal(fresh.client.chat_postEphemeral, channel="C0FIN", user="U0NOBODY", text="x")["error"] == "user_not_found"


def test_a_permalink_opens_the_page(fresh: Local) -> None:
    ts = fresh.client.chat_postMessage(channel="C0FIN", text="x")["ts"]

    link = fresh.client.chat_getPermalink(channel="C0FIN", message_ts=ts)["permalink"]

    assert link == f"{fresh.url}/archives/C0FIN/p{ts.replace('.', '')}"
    with urllib.request.urlopen(link) as answer:
        assert answer.headers["content-type"].startswith("text/html")
    assert refusal(fresh.client.chat_getPermalink, channel="C0FIN", message_ts="1.0")["error"] == "message_not_found"


def test_posting_too_fast_is_answered_with_seconds_to_wait() -> None:
    with local_workspace(limits=Limits(post_per_second=0.5, post_burst=2, retry_after_seconds=())) as local:
        local.client.chat_postMessage(channel="C0FIN", text="one")
        local.client.chat_postMessage(channel="C0FIN", text="two")
        local.client.chat_postMessage(channel="C0GENERAL", text="elsewhere")

        with pytest.raises(SlackApiError) as caught:
            local.client.chat_postMessage(channel="C0FIN", text="three")

        assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
        assert caught.value.response.headers["Retry-After"] == "2"


def test_channels_are_listed_by_kind(local: Local) -> None:
    public = [c["name"] for c in local.client.conversations_list(exclude_archived=True)["channels"]]
    private = local.client.conversations_list(types="private_channel")["channels"]
    everything = local.client.conversations_list(types="public_channel,private_channel,im", limit=4)
    sizes = [len(page["channels"]) for page in everything]

    assert public == ["general", "fin-weekly", "quiet", "partner"]
    assert [c["name"] for c in private] == ["hr-core"]
    assert sizes == [4, 4, 3]
    assert refusal(local.client.conversations_list, types="nonsense")["error"] == "invalid_types"


def test_a_channel_says_who_is_in_it_and_whether_it_is_shared(local: Local) -> None:
    partner = local.client.conversations_info(channel="C0PARTNER", include_num_members=True)["channel"]
    private = local.client.conversations_info(channel="C0HR")["channel"]

    assert (partner["is_ext_shared"], partner["is_member"], partner["num_members"]) == (True, True, 3)
    assert (private["is_private"], private["is_group"], "num_members" in private) == (True, True, False)
    assert local.client.conversations_members(channel="C0FIN")["members"] == ["U0FAY", "U0ROOT", "U0ANA"]
    assert [len(page["members"]) for page in local.client.conversations_members(channel="C0GENERAL", limit=2)] == [2, 2, 1]
    for call in (local.client.conversations_info, local.client.conversations_members):
        assert refusal(call, channel="C0SECRET")["error"] == "channel_not_found"


def test_direct_messages_are_opened_with_one_person(local: Local) -> None:
    assert local.client.conversations_open(users="U0FAY")["channel"]["id"] == "D0FAY"
    assert local.client.conversations_info(channel="D0FAY")["channel"]["user"] == "U0FAY"
    assert refusal(local.client.conversations_open, users="U0NOBODY")["error"] == "user_not_found"
    assert refusal(local.client.conversations_open, users="U0ANA")["error"] == "cannot_dm_bot"
    assert refusal(local.client.conversations_open, users="U0FAY,U0OLU")["error"] == "method_not_supported_for_channel_type"


def test_users_say_what_they_are(local: Local) -> None:
    info = {
        name: local.client.users_info(user=user)["user"]
        for name, user in {"fay": "U0FAY", "admin": "U0ROOT", "guest": "U0GUEST", "out": "U0OUT", "ana": "U0ANA"}.items()
    }

    assert info["fay"]["profile"]["email"] == "fay@test.example"
    assert (info["fay"]["tz"], info["fay"]["tz_offset"] < 0) == ("America/Los_Angeles", True)
    assert (info["admin"]["is_admin"], info["fay"]["is_admin"]) == (True, False)
    assert (info["guest"]["is_restricted"], info["guest"]["is_ultra_restricted"]) == (True, True)
    assert (info["out"]["is_stranger"], info["out"]["team_id"] == "T0TEST", "email" in info["out"]["profile"]) == (
        True,
        False,
        False,
    )
    assert (info["ana"]["is_bot"], info["ana"]["profile"]["bot_id"]) == (True, "B0ANA")
    assert len(local.client.users_list()["members"]) == 6
    assert [len(page["members"]) for page in local.client.users_list(limit=4)] == [4, 2]
    assert local.client.users_lookupByEmail(email="FAY@test.example")["user"]["id"] == "U0FAY"
    assert refusal(local.client.users_lookupByEmail, email="p@else.example")["error"] == "users_not_found"
    assert refusal(local.client.users_info, user="U0NOBODY")["error"] == "user_not_found"


def test_user_groups_are_those_of_the_cast_and_those_people_are_in(local: Local) -> None:
    groups = local.client.usergroups_list(include_users=True, include_count=True)["usergroups"]

    assert {g["handle"]: (g["id"], g["users"], g["user_count"]) for g in groups} == {
        "finance": ("S0FINANCE", ["U0FAY"], 1),
        "ops": ("S0OPS", ["U0OLU"], 1),
    }
    assert "users" not in local.client.usergroups_list()["usergroups"][0]
    assert local.client.usergroups_users_list(usergroup="S0FINANCE")["users"] == ["U0FAY"]
    assert refusal(local.client.usergroups_users_list, usergroup="S0NONE")["error"] == "no_such_subteam"
