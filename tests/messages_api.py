"""A stub of the Messages API on loopback, as strict as the API: what it would refuse is refused, with the same kind of error.

A script says what the model does, turn by turn. It knows nothing of Ana: the real SDK speaks to it. Tokens are counted as a
third of the bytes of the JSON, and a prefix that was marked for the cache is read from it the second time.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Request = dict[str, Any]
Fault = Literal["", "cut", "half", "error_event", "pings", "silence", "no_json"]
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_TOP = {
    "model", "max_tokens", "messages", "system", "tools", "tool_choice", "stream", "metadata", "stop_sequences", "thinking",
    "output_config", "cache_control", "service_tier", "temperature", "top_p", "top_k",
}  # fmt: skip
_SCHEMA = {"type", "enum", "const", "anyOf", "allOf", "items", "properties", "required", "additionalProperties", "description",
           "title", "format", "pattern", "default", "minItems", "$ref", "$defs"}  # fmt: skip


class Refused(Exception):
    """What the API would answer with an error."""

    def __init__(self, message: str, status: int = 400, kind: str = "invalid_request_error", retry_after: str = "") -> None:
        super().__init__(message)
        self.status, self.kind, self.retry_after = status, kind, retry_after


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
                request = _parsed(headers, body)
                _check(request, self._signed)
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


# --- what the API refuses


def _parsed(headers: Mapping[str, str], body: bytes) -> Request:
    if not headers.get("x-api-key") and not headers.get("authorization"):
        raise Refused("x-api-key header is required", status=401, kind="authentication_error")
    if not headers.get("anthropic-version"):
        raise Refused("anthropic-version: header is required")
    try:
        request = json.loads(body)
    except ValueError:
        raise Refused("The request body is not valid JSON") from None
    if not isinstance(request, dict):
        raise Refused("The request body must be an object")
    return request


def _check(request: Request, signed: Mapping[str, str]) -> None:
    for name in request:
        if name not in _TOP:
            raise Refused(f"{name}: Extra inputs are not permitted")
    if not isinstance(request.get("model"), str) or not request["model"]:
        raise Refused("model: Field required")
    if not isinstance(request.get("max_tokens"), int) or request["max_tokens"] < 1:
        raise Refused("max_tokens: must be a positive integer")
    for name in ("temperature", "top_p", "top_k"):
        if name in request:
            raise Refused(f"`{name}` is not supported with this model, which thinks")
    choice = request.get("tool_choice", {"type": "auto"})
    if choice.get("type") not in ("auto", "none"):
        raise Refused("tool_choice: forced tool use is not supported with this model")
    if request.get("thinking", {"type": "adaptive"}).get("type") not in ("adaptive", "between_tools"):
        raise Refused("thinking.type: must be adaptive or between_tools")
    if request.get("output_config", {}).get("effort", "low") not in ("low", "medium", "high", "xhigh", "max"):
        raise Refused("output_config.effort: unknown")
    _check_tools(request.get("tools", []))
    _check_cache(request)
    _check_messages(request.get("messages"), {tool["name"] for tool in request.get("tools", [])}, signed)


def _check_tools(tools: Any) -> None:
    names = [tool.get("name", "") for tool in tools]
    if len(set(names)) != len(names):
        raise Refused("tools: Tool names must be unique")
    loose = 0
    for number, tool in enumerate(tools):
        where = f"tools.{number}"
        if not _NAME.fullmatch(tool["name"]):
            raise Refused(f"{where}.name: does not match the pattern")
        unknown = set(tool) - {"name", "description", "input_schema", "strict", "cache_control", "type"}
        if unknown:
            raise Refused(f"{where}: Extra inputs are not permitted: {sorted(unknown)}")
        if tool.get("input_schema", {}).get("type") != "object":
            raise Refused(f"{where}.input_schema.type: must be object")
        if tool.get("strict"):
            loose += _check_strict(tool["input_schema"], f"{where}.input_schema")
    if loose > 24:
        raise Refused("tools: too many optional parameters in strict tools")
    if sum(bool(tool.get("strict")) for tool in tools) > 20:
        raise Refused("tools: too many strict tools")


def _check_strict(schema: Any, where: str) -> int:
    """How many parameters are optional."""
    unknown = set(schema) - _SCHEMA
    if unknown:
        raise Refused(f"{where}: For '{schema.get('type')}' type, properties {sorted(unknown)} are not supported")
    if schema.get("minItems", 0) > 1:
        raise Refused(f"{where}: minItems other than 0 or 1 are not supported")
    loose = 0
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            raise Refused(f"{where}: For 'object' type, 'additionalProperties' must be explicitly set to false")
        properties = schema.get("properties", {})
        loose += len(set(properties) - set(schema.get("required", [])))
        for name, inner in properties.items():
            loose += _check_strict(inner, f"{where}.{name}")
    if schema.get("type") == "array":
        loose += _check_strict(schema["items"], f"{where}.items")
    return loose


def _check_cache(request: Request) -> None:
    system = request.get("system") or []
    blocks = [*(system if isinstance(system, list) else []), *request.get("tools", [])]
    blocks += [
        block
        for message in request.get("messages") or []
        if isinstance(message.get("content"), list)
        for block in message["content"]
    ]
    marks = [block["cache_control"] for block in blocks if "cache_control" in block]
    if len(marks) > 4:
        raise Refused("A maximum of 4 blocks with cache_control may be provided")
    if any(mark.get("type") != "ephemeral" or mark.get("ttl", "5m") not in ("5m", "1h") for mark in marks):
        raise Refused("cache_control.type: must be ephemeral")


def _check_messages(messages: Any, tools: set[str], signed: Mapping[str, str]) -> None:
    if not isinstance(messages, list) or not messages:
        raise Refused("messages: at least one message is required")
    if messages[0].get("role") != "user" or messages[-1].get("role") != "user":
        raise Refused("messages: the first and the last must be of the user; prefilling is not supported")
    open_calls: list[str] = []
    for number, message in enumerate(messages):
        where = f"messages.{number}"
        if message.get("role") not in ("user", "assistant"):
            raise Refused(f"{where}.role: must be user or assistant")
        if number and message["role"] == messages[number - 1]["role"]:
            raise Refused(f"{where}: roles must alternate between user and assistant")
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if not blocks:
            raise Refused(f"{where}: all messages must have non-empty content")
        _check_blocks(blocks, message["role"], where, signed)
        answered = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        if set(answered) != set(open_calls) or len(answered) != len(open_calls):
            missing = sorted(set(open_calls) - set(answered))
            raise Refused(
                f"{where}: `tool_use` ids were found without `tool_result` blocks immediately after: {missing}"
                if missing
                else f"{where}: unexpected `tool_use_id` found in `tool_result` blocks"
            )
        kinds = [block["type"] for block in blocks]
        if "tool_result" in kinds and kinds[: kinds.count("tool_result")] != ["tool_result"] * kinds.count("tool_result"):
            raise Refused(f"{where}: `tool_result` blocks must come first")
        open_calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
        if len(set(open_calls)) != len(open_calls):
            raise Refused(f"{where}: `tool_use` ids must be unique")


def _check_blocks(blocks: Any, role: str, where: str, signed: Mapping[str, str]) -> None:
    allowed = {"user": {"text", "tool_result"}, "assistant": {"text", "tool_use", "thinking", "redacted_thinking"}}[role]
    keys = {
        "text": {"type", "text", "cache_control"},
        "tool_use": {"type", "id", "name", "input", "cache_control"},
        "tool_result": {"type", "tool_use_id", "content", "is_error", "cache_control"},
        "thinking": {"type", "thinking", "signature"},
        "redacted_thinking": {"type", "data"},
    }
    for block in blocks:
        kind = block.get("type")
        if kind not in allowed:
            raise Refused(f"{where}.content: a block of type {kind!r} is not allowed for {role}")
        if set(block) - keys[kind]:
            raise Refused(f"{where}.content: Extra inputs are not permitted: {sorted(set(block) - keys[kind])}")
        if kind == "text" and not block["text"].strip():
            raise Refused(f"{where}.content: text content blocks must be non-empty")
        if kind == "tool_use" and not isinstance(block["input"], dict):
            raise Refused(f"{where}.content: tool_use.input must be an object")
        if kind == "thinking" and signed.get(block["signature"]) != block["thinking"]:
            raise Refused(f"{where}.content: Invalid `signature` in `thinking` block")


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
