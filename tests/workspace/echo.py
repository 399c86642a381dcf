"""A small Bolt app that answers with what it heard: mentions, buttons, menus, modals, commands, reactions."""

from __future__ import annotations

import io
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anabot.workspace import LOCAL_TOKEN

MODAL = {
    "type": "modal",
    "callback_id": "ask",
    "title": {"type": "plain_text", "text": "Tell me more"},
    "submit": {"type": "plain_text", "text": "Send"},
    "notify_on_close": True,
    "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "What should I *echo*?"}},
        {
            "type": "input",
            "block_id": "words",
            "label": {"type": "plain_text", "text": "Your words"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "mood",
            "optional": True,
            "label": {"type": "plain_text", "text": "Mood"},
            "element": {
                "type": "static_select",
                "action_id": "pick",
                "options": [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("calm", "bright")],
            },
        },
    ],
}


def actions() -> dict[str, Any]:
    """A button that opens the modal, one that whispers, and a menu."""
    options = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("chart", "table")]
    return {
        "type": "actions",
        "block_id": "acts",
        "elements": [
            {"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}, "value": "v1"},
            {"type": "button", "action_id": "whisper", "text": {"type": "plain_text", "text": "Whisper"}, "style": "primary"},
            {
                "type": "static_select",
                "action_id": "shape",
                "options": options,
                "placeholder": {"type": "plain_text", "text": "Shape"},
            },
        ],
    }


class Echo:
    """The app, and everything it heard."""

    def __init__(self, web_api: str, secret: str) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        client = WebClient(LOCAL_TOKEN, base_url=web_api)
        app = App(client=client, signing_secret=secret, token_verification_enabled=False)
        app.event("app_mention")(self._mention)
        app.event("message")(self._hear)
        for kind in ("member_joined_channel", "app_home_opened", "reaction_added", "reaction_removed"):
            app.event(kind)(self._hear)
        app.action("more")(self._more)
        app.action("whisper")(self._whisper)
        app.action("shape")(self._shape)
        app.view("ask")(self._submitted)
        app.view_closed("ask")(self._closed)
        app.command("/ana")(self._command)

        async def events(request: Request) -> Response:
            body = await request.body()
            # Bolt's own handler would run its sync dispatch on the event loop.
            return await run_in_threadpool(lambda: to_starlette_response(app.dispatch(to_bolt_request(request, body))))

        self.asgi = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])

    def kinds(self) -> list[str]:
        """The kinds of what was heard, in order."""
        return [kind for kind, _ in self.heard]

    def last(self, kind: str) -> dict[str, Any] | None:
        """The newest of one kind."""
        return next((body for heard, body in reversed(self.heard) if heard == kind), None)

    def _hear(self, event: dict[str, Any]) -> None:
        self.heard.append((event.get("subtype") or event["type"], event))

    def _mention(self, event: dict[str, Any], client: WebClient) -> None:
        self.heard.append(("app_mention", event))
        text = event["text"].replace("<@U0ANA>", "").strip()
        thread = event.get("thread_ts") or event["ts"]
        posted = client.chat_postMessage(channel=event["channel"], thread_ts=thread, text="…")
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"You said: {text}"}}, actions()]
        client.chat_update(channel=event["channel"], ts=posted["ts"], text=f"You said: {text}", blocks=blocks)

    def _more(self, ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        self.heard.append(("more", body))
        client.views_open(trigger_id=body["trigger_id"], view={**MODAL, "private_metadata": body["channel"]["id"]})

    def _whisper(self, ack: Any, body: dict[str, Any], respond: Any) -> None:
        ack()
        self.heard.append(("whisper", body))
        respond(text="only for you", replace_original=False)

    def _shape(self, ack: Any, body: dict[str, Any], respond: Any) -> None:
        ack()
        self.heard.append(("shape", body))
        respond(text=f"as a {body['actions'][0]['selected_option']['value']}", replace_original=True)

    def _submitted(self, ack: Any, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
        words = view["state"]["values"]["words"]["text"]["value"]
        if words == "rude":
            ack(response_action="errors", errors={"words": "Be kind."})
            return
        ack()
        self.heard.append(("submitted", body))
        client.chat_postMessage(channel=view["private_metadata"], text=f"From the modal: {words}")

    def _closed(self, ack: Any, body: dict[str, Any]) -> None:
        ack()
        self.heard.append(("closed", body))

    def _command(self, ack: Any, command: dict[str, Any], respond: Any, client: WebClient) -> None:
        self.heard.append(("command", command))
        if command["text"] == "now":
            ack("at once")
            return
        ack()
        if command["text"] == "csv":
            content = io.BytesIO(b"a,b\n1,2\n")
            client.files_upload_v2(channel=command["channel_id"], file=content, filename="rows.csv", title="Rows")
            return
        respond(text=f"/ana {command['text']}", response_type="in_channel" if command["text"] == "loud" else "ephemeral")
