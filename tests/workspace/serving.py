"""Serve ASGI apps on free loopback ports, in threads, for as long as a test needs them. Journeys use this too."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import uvicorn
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from starlette.types import ASGIApp

from anabot.workspace import LOCAL_TOKEN, Limits, Workspace, create_workspace

SECRET = "only-for-this-test"

CAST: Mapping[str, Any] = {
    "team": {"id": "T0TEST", "name": "Test & Co", "domain": "test"},
    "bot": {"id": "U0ANA", "bot_id": "B0ANA", "app_id": "A0ANA", "name": "ana", "real_name": "Ana"},
    "groups": {"finance": {"id": "S0FINANCE", "name": "Finance"}},
    "people": {
        "fay": {
            "id": "U0FAY",
            "name": "Finance analyst",
            "email": "fay@test.example",
            "groups": ["finance"],
            "zone": "America/Los_Angeles",
            "title": "Finance",
        },
        "olu": {"id": "U0OLU", "name": "Ops lead", "email": "olu@test.example", "groups": ["ops"], "title": "Ops"},
        "root": {"id": "U0ROOT", "name": "Workspace admin", "email": "root@test.example", "admin": True},
        "visitor": {"id": "U0GUEST", "name": "Guest", "email": "guest@test.example", "guest": True},
        "stranger": {"id": "U0OUT", "name": "Partner", "email": "p@else.example", "external": True},
    },
    "channels": {
        "general": {"id": "C0GENERAL", "purpose": "Everybody", "members": ["fay", "olu", "root", "visitor"]},
        "fin-weekly": {"id": "C0FIN", "purpose": "Finance, week by week", "members": ["fay", "root"]},
        "hr-core": {"id": "C0HR", "private": True, "members": ["root"]},
        "secret": {"id": "C0SECRET", "private": True, "ana": False, "members": ["root"]},
        "quiet": {"id": "C0QUIET", "ana": False, "members": ["fay", "olu"]},
        "attic": {"id": "C0ATTIC", "archived": True, "members": ["fay"]},
        "partner": {"id": "C0PARTNER", "external": True, "members": ["olu", "stranger"]},
    },
}


def free_socket() -> socket.socket:
    """A listening address of our own on 127.0.0.1."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    return sock


def address(sock: socket.socket) -> str:
    """Where a socket is reached."""
    return f"http://127.0.0.1:{sock.getsockname()[1]}"


@contextlib.contextmanager
def serving(app: ASGIApp, sock: socket.socket) -> Iterator[str]:
    """Serve `app` on `sock` in a thread; yields its address."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    try:
        yield address(sock)
    finally:
        server.should_exit = True
        thread.join(5)
        sock.close()


def wait_for(condition: Callable[[], Any], *, seconds: float = 5.0) -> Any:
    """What `condition` gives as soon as it is something; fails after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it did not happen in time")


def refusal(call: Any, **arguments: Any) -> dict[str, Any]:
    """How a call of the SDK was refused; fails where it was not."""
    try:
        call(**arguments)
    except SlackApiError as error:
        return dict(error.response.data)
    raise AssertionError("it was not refused")


@dataclass(frozen=True)
class Local:
    """A workspace that is being served: its address, its memory, a client for its Web API, and the page's own calls."""

    url: str
    workspace: Workspace
    client: WebClient

    def do(self, act: str, **wish: Any) -> dict[str, Any]:
        """What the page would do. `as_` is the persona."""
        wish["as"] = wish.pop("as_")
        return self._json(
            urllib.request.Request(f"{self.url}/page/do/{act}", json.dumps(wish).encode(), {"Content-Type": "application/json"})
        )

    def see(self, what: str, **query: str) -> dict[str, Any]:
        """What the page would read."""
        query["as"] = query.pop("as_")
        return self._json(urllib.request.Request(f"{self.url}/page/{what}?{'&'.join(f'{k}={v}' for k, v in query.items())}"))

    def texts(self, user: str, channel: str, thread: str = "") -> list[str]:
        """The texts this persona reads in a channel or a thread."""
        return [m["text"] for m in self.see("messages", as_=user, channel=channel, thread=thread)["messages"]]

    @staticmethod
    def _json(request: urllib.request.Request) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return json.loads(error.read())


@contextlib.contextmanager
def local_workspace(
    events_url: str = "", *, cast: Mapping[str, Any] = CAST, limits: Limits | None = None, **more: Any
) -> Iterator[Local]:
    """A workspace on a free port. Without `events_url` its events go nowhere."""
    sock = free_socket()
    url = address(sock)
    limits = limits or Limits(retry_after_seconds=())
    app = create_workspace(
        cast,
        events_url=events_url or "http://127.0.0.1:9/slack/events",
        signing_secret=SECRET,
        base_url=url,
        limits=limits,
        **more,
    )
    with serving(app, sock):
        workspace = app.state.workspace
        try:
            yield Local(url=url, workspace=workspace, client=WebClient(LOCAL_TOKEN, base_url=f"{url}/api/"))
        finally:
            workspace.close()
