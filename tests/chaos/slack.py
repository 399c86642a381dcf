"""A Slack on loopback that is unwell, as a seed says: limits, resets after and before it accepts, time-outs, late arrivals.

Its history is all that the verdict is read from. People chatter in it, so that Ana's own messages are soon far down.
"""

from __future__ import annotations

import contextlib
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

TIMEOUT_S = 1.0  # of the client; what is called late arrives this much after it has given up
LATE_S = 0.3
_FAULTS = {"limit": 10, "reset after": 8, "reset before": 4, "no answer": 4, "late": 3, "broken after": 4, "none": 67}
_READ_FAULTS = {"limit": 4, "reset before": 4, "none": 92}


@dataclass
class Slack:
    """What was posted, in order of arrival, and how often what went wrong."""

    seed: int
    url: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    well: bool = False

    def __post_init__(self) -> None:
        self._random, self._lock, self._last = random.Random(self.seed), threading.Lock(), 0.0

    def fault(self, weights: dict[str, int]) -> str:
        """What goes wrong with this call, or "none"."""
        with self._lock:
            fault = "none" if self.well else self._random.choices(list(weights), list(weights.values()))[0]
            self.faults[fault] += 1
            return fault

    def accept(self, message: dict[str, Any]) -> str:
        """Put a message into its channel, among what people say there. Returns its `ts`."""
        with self._lock:
            ts = self._stamped(message)
            for _ in range(2):
                self._stamped({"channel": message["channel"], "text": "chatter"})
            return ts

    def page(self, args: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
        """A page of a channel from its newest message on, or of a thread from its first."""
        with self._lock:
            here = [one for one in self.messages if one["channel"] == args["channel"]]
        thread = args.get("ts")
        rows = [one for one in here if thread in (one["ts"], one["thread_ts"])] if thread else here[::-1]
        rows = rows if thread else [one for one in rows if not one["thread_ts"]]
        start, size = int(args.get("cursor") or 0), int(args.get("limit", 100))
        more = start + size < len(rows)
        return rows[start : start + size], str(start + size) if more else ""

    def _stamped(self, message: dict[str, Any]) -> str:
        self._last = max(time.time(), self._last + 0.000001)
        ts = f"{self._last:.6f}"
        self.messages.append({"thread_ts": None, **message, "ts": ts})
        return ts


@contextlib.contextmanager
def unwell(seed: int) -> Iterator[Slack]:
    """A Slack that serves until the block ends."""
    slack = Slack(seed)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(slack))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    slack.url = f"http://127.0.0.1:{server.server_port}/api/"
    try:
        yield slack
    finally:
        server.shutdown()
        server.server_close()


def _handler(slack: Slack) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"slack": slack})


class _Handler(BaseHTTPRequestHandler):
    slack: Slack

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            return  # whoever sent it died while it did
        kind = self.headers.get("Content-Type", "")
        args = json.loads(body or b"{}") if kind.startswith("application/json") else dict(parse_qsl(body.decode()))
        with contextlib.suppress(OSError):
            self._answer(self.path.rsplit("/", 1)[-1], args)

    def _answer(self, method: str, args: dict[str, Any]) -> None:
        if method == "conversations.open":
            self._say({"ok": True, "channel": {"id": f"D{args['users']}"}})
            return
        posts = method == "chat.postMessage"
        fault = self.slack.fault(_FAULTS if posts else _READ_FAULTS)
        if fault == "limit":
            self._say({"ok": False, "error": "ratelimited"}, 429)
        elif fault == "reset before":
            self._reset()
        elif posts:
            self._post(args, fault)
        else:
            rows, cursor = self.slack.page(args)
            self._say({"ok": True, "messages": rows, "response_metadata": {"next_cursor": cursor}})

    def _post(self, args: dict[str, Any], fault: str) -> None:
        if fault == "late":
            time.sleep(TIMEOUT_S + LATE_S)
        metadata = args.get("metadata")
        kept = {**args, "metadata": json.loads(metadata) if isinstance(metadata, str) else metadata}
        ts = self.slack.accept({name: kept.get(name) for name in ("channel", "text", "blocks", "thread_ts", "metadata")})
        if fault == "reset after":
            self._reset()
            return
        if fault == "no answer":
            time.sleep(TIMEOUT_S + LATE_S)
        if fault == "broken after":
            self._say({"ok": False, "error": "service_unavailable"}, 503)
        else:
            self._say({"ok": True, "ts": ts, "channel": args["channel"]})

    def _reset(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def _say(self, content: dict[str, Any], status: int = 200) -> None:
        sent = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(sent)), "Retry-After": "0.05"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:
        return
