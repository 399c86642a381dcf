"""A Web API that answers as a test tells it, over real HTTP: limits, resets and refusals that a working Slack seldom gives."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from anabot.slack.post import Voice, clients

Answer = tuple[int, dict[str, Any], dict[str, str]]


def ok(**body: Any) -> Answer:
    return 200, {"ok": True, **body}, {}


def refused(error: str, *messages: str) -> Answer:
    return 200, {"ok": False, "error": error, "errors": list(messages)}, {}


def too_often(seconds: int) -> Answer:
    return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(seconds)}


@dataclass
class Script:
    """`answers` by method, used from the front, the last one again and again. "reset" breaks the connection after taking it."""

    answers: dict[str, list[Answer | str]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def of(self, method: str) -> list[dict[str, Any]]:
        """What was sent to one method."""
        return [args for name, args in self.calls if name == method]

    def next(self, method: str) -> Answer | str:
        waiting = self.answers.get(method) or [ok(ts=f"1790000000.{len(self.calls):06}", channel={"id": "D1"}, view={"id": "V1"})]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


def at_once(key: str, channel: str, *, say: Callable[[Callable[[], None]], str], find: Callable[[dt.datetime], str]) -> str:
    """A `Once` without a ledger: it looks, then it says."""
    return find(dt.datetime.now(dt.UTC)) or say(lambda: None)


@contextlib.contextmanager
def scripted(script: Script) -> Iterator[Voice]:
    """A voice that speaks to the script. It does not really sleep."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Voice(*clients("xoxb-test", f"http://127.0.0.1:{server.server_port}/api/"), sleep=script.slept.append)
    finally:
        server.shutdown()
        server.server_close()


def _handler(script: Script) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            method = self.path.rsplit("/", 1)[-1]
            script.calls.append((method, _args(self.headers.get("Content-Type", ""), body)))
            answer = script.next(method)
            if isinstance(answer, str):
                self.connection.shutdown(socket.SHUT_RDWR)
                self.connection.close()
                return
            status, content, headers = answer
            sent = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(sent))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


def _args(kind: str, body: bytes) -> dict[str, Any]:
    if kind.startswith("application/json"):
        found: dict[str, Any] = json.loads(body or b"{}")
        return found
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode()))
    return {"bytes": len(body)}
