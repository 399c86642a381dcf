"""What the app is sent: signed as Slack signs, in Slack's wrapping, and again when it fails."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

import pytest
from serving import CAST, SECRET, Local, address, free_socket, local_workspace, serving, wait_for
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from anabot.errors import ConfigError
from anabot.workspace import Limits
from anabot.workspace.compose import compose
from anabot.workspace.events import Sender
from anabot.workspace.pings import pings_in


class Receiver:
    """Keeps what it gets, and answers with the statuses it is told, 200 when it has no more."""

    def __init__(self, *statuses: int, headers: dict[str, str] | None = None, delay: float = 0) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self._statuses, self._headers, self._delay = list(statuses), headers or {}, delay
        self._lock = threading.Lock()
        self.asgi = Starlette(routes=[Route("/slack/events", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        with self._lock:
            self.got.append((dict(request.headers), body))
            status = self._statuses.pop(0) if self._statuses else 200
        if self._delay:
            await asyncio.sleep(self._delay)
        return JSONResponse({}, status_code=status, headers=self._headers)


@contextmanager
def receiving(receiver: Receiver, limits: Limits) -> Iterator[Local]:
    sock = free_socket()
    with serving(receiver.asgi, sock), local_workspace(f"{address(sock)}/slack/events", limits=limits) as local:
        yield local


def test_events_are_signed_so_that_the_sdk_accepts_them() -> None:
    receiver = Receiver()
    with receiving(receiver, Limits()) as local:
        local.do("say", as_="U0FAY", channel="C0FIN", text="hello")
        headers, body = wait_for(lambda: receiver.got)[0]

    assert SignatureVerifier(SECRET).is_valid_request(body, headers)
    assert not SignatureVerifier("another").is_valid_request(body, headers)
    assert abs(int(headers["x-slack-request-timestamp"]) - time.time()) < 10
    assert headers["content-type"] == "application/json"


def test_an_event_is_wrapped_as_slack_wraps_it() -> None:
    receiver = Receiver()
    with receiving(receiver, Limits()) as local:
        ts = local.do("say", as_="U0FAY", channel="C0FIN", text="hello <b> & @olu in #general, see https://x.example/a?b=1&c=2")[
            "ts"
        ]
        envelope = json.loads(wait_for(lambda: receiver.got)[0][1])

    assert (envelope["type"], envelope["team_id"], envelope["api_app_id"]) == ("event_callback", "T0TEST", "A0ANA")
    assert envelope["event_id"].startswith("Ev")
    assert envelope["authorizations"][0]["user_id"] == "U0ANA"
    event = envelope["event"]
    assert (event["type"], event["channel"], event["channel_type"], event["user"], event["ts"]) == (
        "message",
        "C0FIN",
        "channel",
        "U0FAY",
        ts,
    )
    assert event["text"] == "hello &lt;b&gt; &amp; <@U0OLU> in <#C0GENERAL|general>, see <https://x.example/a?b=1&amp;c=2>"


def test_a_failed_delivery_is_tried_again_with_its_number_and_reason() -> None:
    receiver = Receiver(500, 503)
    with receiving(receiver, Limits(retry_after_seconds=(0.0, 0.01, 0.01))) as local:
        local.do("say", as_="U0FAY", channel="C0FIN", text="hello")
        wait_for(lambda: len(receiver.got) == 3)
        time.sleep(0.1)

    assert [headers.get("x-slack-retry-num") for headers, _ in receiver.got] == [None, "1", "2"]
    assert [headers.get("x-slack-retry-reason") for headers, _ in receiver.got] == [None, "http_error", "http_error"]
    assert len({json.loads(body)["event_id"] for _, body in receiver.got}) == 1


def test_a_slow_answer_counts_as_a_timeout() -> None:
    receiver = Receiver(delay=0.4)
    with receiving(receiver, Limits(ack_seconds=0.1, retry_after_seconds=(0.0,))) as local:
        local.do("say", as_="U0FAY", channel="C0FIN", text="hello")
        wait_for(lambda: len(receiver.got) == 2)

    assert receiver.got[1][0]["x-slack-retry-reason"] == "http_timeout"


def test_an_app_may_ask_not_to_be_tried_again() -> None:
    receiver = Receiver(500, headers={"X-Slack-No-Retry": "1"})
    with receiving(receiver, Limits(retry_after_seconds=(0.0,))) as local:
        local.do("say", as_="U0FAY", channel="C0FIN", text="hello")
        wait_for(lambda: receiver.got)
        time.sleep(0.1)

    assert len(receiver.got) == 1


def test_commands_are_forms_and_are_not_tried_again() -> None:
    receiver = Receiver(500)
    with receiving(receiver, Limits(retry_after_seconds=(0.0,))) as local:
        refused = local.do("say", as_="U0FAY", channel="C0FIN", text="/ana run fin/weekly")
        headers, body = receiver.got[0]

    assert refused["error"] == "dispatch_failed"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert SignatureVerifier(SECRET).is_valid_request(body, headers)
    assert parse_qs(body.decode())["text"] == ["run fin/weekly"]
    assert len(receiver.got) == 1


def test_nobody_there_is_said_and_changes_nothing(fresh: Local) -> None:
    assert fresh.do("say", as_="U0FAY", channel="C0FIN", text="/ana help")["error"] == "dispatch_failed"
    assert fresh.do("say", as_="U0FAY", channel="C0FIN", text="hello")["ok"]
    assert not fresh.workspace.verify()


def test_events_go_to_this_machine_only() -> None:
    for url in ("https://127.0.0.1/x", "http://example.com/slack/events", "http://127.0.0.1.example.com/"):
        with pytest.raises(ConfigError, match="cannot send events"):
            Sender(url, SECRET, Limits())


def test_edits_deletions_and_ephemerals_are_told_as_slack_tells_them() -> None:
    receiver = Receiver()
    with receiving(receiver, Limits()) as local:
        ts = local.client.chat_postMessage(channel="C0FIN", text="one")["ts"]
        local.client.chat_update(channel="C0FIN", ts=ts, text="two")
        local.client.chat_delete(channel="C0FIN", ts=ts)
        local.client.chat_postEphemeral(channel="C0FIN", user="U0FAY", text="psst")
        wait_for(lambda: len(receiver.got) == 3)
        time.sleep(0.1)

    events = {e.get("subtype", "message"): e for e in (json.loads(body)["event"] for _, body in receiver.got)}
    assert set(events) == {"message", "message_changed", "message_deleted"}
    assert (events["message"]["bot_id"], events["message_changed"]["message"]["text"]) == ("B0ANA", "two")
    assert events["message_deleted"]["deleted_ts"] == ts


def test_typed_text_is_stored_escaped_and_marked(fresh: Local) -> None:
    state = fresh.workspace.state

    assert compose(state, "@Ana, @nobody a@ana.example `@ana <b>`", "U0FAY") == "<@U0ANA>, @nobody a@ana.example `@ana &lt;b&gt;`"
    assert compose(state, "@channel @here", "U0FAY") == "<!channel> <!here>"
    assert compose(state, "#secret #hr-core", "U0FAY") == "#secret #hr-core"
    assert compose(state, "#secret", "U0ROOT") == "<#C0SECRET|secret>"
    assert compose(state, "<!channel> <@U0OLU>", "U0FAY") == "&lt;!channel&gt; &lt;@U0OLU&gt;"


def test_only_broadcasts_that_would_notify_are_counted() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "hey <!here>"}}
    quiet = {"type": "section", "text": {"type": "plain_text", "text": "<!channel>"}}
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "<!channel>"}]]}
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "everyone"}]}],
    }

    assert pings_in("<!channel|x> <!channel>", [section]) == ("channel", "here")
    assert pings_in("&lt;!channel&gt; @channel <!date^1^x|y>", [quiet, table]) == ()
    assert pings_in("", [rich]) == ("everyone",)


def test_the_cast_is_checked_as_a_whole() -> None:
    wrong = {**CAST, "channels": {"x": {"id": "C1", "members": ["nobody"]}}}

    with pytest.raises(ConfigError, match="nobody"), local_workspace(cast=wrong):
        pass
    with (
        pytest.raises(ConfigError, match=r"people\.a\.id"),
        local_workspace(cast={"people": {"a": {"name": "A"}}, "channels": {}}),
    ):
        pass
