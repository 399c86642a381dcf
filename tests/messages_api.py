"""A stub of the Messages API on loopback, as strict as the API: what it would refuse is refused, with the same kind of error.

A script says what the model does, turn by turn. It knows nothing of Ana: the real SDK speaks to it. Tokens are counted as a
third of the bytes of the JSON, and a prefix that was marked for the cache is read from it the second time.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from tests.messages_rules import Refused, Request, check, parsed

Fault = Literal["", "cut", "half", "error_event", "pings", "silence", "no_json"]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the model does in one turn, or how the server fails instead."""

    text: str = ""
    calls: Sequence[tuple[str, Any]] = ()
    thinking: str = ""
    stop: str = ""
    status: int = 0
    retry_after: str = ""
    fault: Fault = ""
    raw_input: str = ""  # the JSON of the first call, as a broken model may write it


Step = Turn | Callable[[Request], Turn]


@dataclass
class MessagesApi:
    """The server. `requests` are those it took, `refused` what it did not and why, `usage` what each cost in tokens."""

    url: str = ""
    script: list[Step] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    usage: list[dict[str, int]] = field(default_factory=list)
    _cached: set[str] = field(default_factory=set)
    _signed: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plays(self, *steps: Step) -> MessagesApi:
        """From now on the model does this, in order."""
        self.script = list(steps)
        self.requests, self.refused, self.usage = [], [], []
        return self

    def take(self, headers: Mapping[str, str], body: bytes) -> tuple[Turn, dict[str, int]]:
        """The next turn of the script, for a request that the API would take.

        Raises:
            Refused: it would not.
        """
        with self._lock:
            try:
                request = parsed(headers, body)
                check(request, self._signed)
            except Refused as error:
                self.refused.append(str(error))
                raise
            self.requests.append(request)
            if not self.script:
                raise Refused("the script has ended", status=500, kind="api_error")
            step = self.script.pop(0)
            turn = step if isinstance(step, Turn) else step(request)
            if turn.status:
                kinds = {429: "rate_limit_error", 529: "overloaded_error", 401: "authentication_error"}
                raise Refused(
                    "as scripted", status=turn.status, kind=kinds.get(turn.status, "api_error"), retry_after=turn.retry_after
                )
            used = self._used(request, turn)
            self.usage.append(used)
            return turn, used

    def sign(self, thought: str) -> str:
        """The signature that a thinking block must come back with."""
        signature = hashlib.sha256(thought.encode()).hexdigest()
        self._signed[signature] = thought
        return signature

    def _used(self, request: Request, turn: Turn) -> dict[str, int]:
        kept = json.dumps([request.get("tools"), request.get("system")], ensure_ascii=False, separators=(",", ":"))
        marked = any("cache_control" in block for block in request.get("system") or () if isinstance(block, dict))
        prefix = _tokens(kept) if marked else 0
        whole = _tokens(
            json.dumps(
                [request.get("tools"), request.get("system"), request["messages"]], ensure_ascii=False, separators=(",", ":")
            )
        )
        key = hashlib.sha256(f"{request['model']}{kept}".encode()).hexdigest()
        hit = key in self._cached
        if marked:
            self._cached.add(key)
        out = _tokens(turn.thinking + turn.text + json.dumps([body for _, body in turn.calls])) + 10
        return {
            "input_tokens": whole - prefix,
            "cache_creation_input_tokens": 0 if hit else prefix,
            "cache_read_input_tokens": prefix if hit else 0,
            "output_tokens": out,
        }


@contextmanager
def messages_api() -> Iterator[MessagesApi]:
    """The stub, listening on a free port of loopback."""
    api = MessagesApi()

    class Handler(_Handler):
        stub = api

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def query(*metrics: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """A call of `query_metrics` with every field that a strict model fills."""
    return "query_metrics", asked(*metrics, **more)


def asked(*metrics: str, **more: Any) -> dict[str, Any]:
    """The whole input of a query."""
    empty: dict[str, Any] = {
        "group_by": [], "where": [], "period": "", "compare": "none", "having": [], "order_by": [], "limit": 0,
    }  # fmt: skip
    return {"metrics": list(metrics), **empty, **more}


def results(request: Request) -> list[dict[str, Any]]:
    """The results of tools in the newest turn of a request, in order."""
    return [block for block in request["messages"][-1]["content"] if block.get("type") == "tool_result"]


def rows(request: Request, number: int = 0) -> list[list[str]]:
    """The rows of one of them."""
    return list(json.loads(results(request)[number]["content"])["rows"])


def _tokens(text: str) -> int:
    return -(-len(text.encode()) // 3)


# --- HTTP


class _Handler(BaseHTTPRequestHandler):
    stub: MessagesApi
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path.partition("?")[0] != "/v1/messages":
            self._error(404, "not_found_error", "Not found")
            return
        try:
            turn, used = self.stub.take({name.lower(): value for name, value in self.headers.items()}, body)
        except Refused as error:
            self._error(error.status, error.kind, str(error), error.retry_after)
            return
        try:
            self._stream(turn, used, json.loads(body)["model"])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _error(self, status: int, kind: str, message: str, retry_after: str = "") -> None:
        body = json.dumps({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_stub"}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if retry_after:
            self.send_header("retry-after", retry_after)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, turn: Turn, used: dict[str, int], model: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        if turn.fault == "silence":
            time.sleep(5)
            return
        if turn.fault == "pings":
            for _ in range(100):
                self._event("ping", {"type": "ping"})
                time.sleep(0.05)
            return
        events = list(_events(turn, used, model, self.stub))
        if turn.fault in ("cut", "half", "error_event"):
            for name, data in events[: max(2, len(events) // 2)]:
                self._event(name, data)
            if turn.fault == "error_event":
                self._event("error", {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
            if turn.fault == "cut":
                self.wfile.write(b'event: content_block_delta\ndata: {"type": "content_bl')
                self.wfile.flush()
            return
        for name, data in events:
            self._event(name, data)

    def _event(self, name: str, data: Mapping[str, Any]) -> None:
        self.wfile.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()


def _events(turn: Turn, used: dict[str, int], model: str, stub: MessagesApi) -> Iterator[tuple[str, dict[str, Any]]]:
    message = {
        "id": "msg_stub", "type": "message", "role": "assistant", "model": model, "content": [], "stop_reason": None,
        "stop_sequence": None, "usage": {**used, "output_tokens": 1},
    }  # fmt: skip
    yield "message_start", {"type": "message_start", "message": message}
    yield "ping", {"type": "ping"}
    index = 0
    if turn.thinking:
        yield from _block(index, {"type": "thinking", "thinking": "", "signature": ""}, [
            {"type": "thinking_delta", "thinking": turn.thinking},
            {"type": "signature_delta", "signature": stub.sign(turn.thinking)},
        ])  # fmt: skip
        index += 1
    if turn.text:
        yield from _block(
            index, {"type": "text", "text": ""}, [{"type": "text_delta", "text": part} for part in _parts(turn.text)]
        )
        index += 1
    for number, (name, body) in enumerate(turn.calls):
        start = {"type": "tool_use", "id": f"toolu_{len(stub.requests)}_{number}", "name": name, "input": {}}
        written = turn.raw_input if turn.raw_input and not number else json.dumps(body)
        yield from _block(index, start, [{"type": "input_json_delta", "partial_json": part} for part in ("", *_parts(written))])
        index += 1
    stop = turn.stop or ("tool_use" if turn.calls else "end_turn")
    usage = {"output_tokens": used["output_tokens"]}
    yield "message_delta", {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage}
    yield "message_stop", {"type": "message_stop"}


def _block(index: int, start: dict[str, Any], deltas: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": start}
    for delta in deltas:
        yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}
    yield "content_block_stop", {"type": "content_block_stop", "index": index}


def _parts(text: str) -> list[str]:
    return [text[i : i + 7] for i in range(0, len(text), 7)]
