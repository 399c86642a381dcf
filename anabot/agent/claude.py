"""Speak the Messages API: one streamed call, whole or not at all. Whatever goes wrong on the way is a `ModelError` in words.

Any server that speaks it can stand in. It never runs what a model wrote, never retries past the time it was given, and keeps no
conversation: what is sent is what it was handed.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any

import anthropic
import httpx2

from anabot.agent.model import Call, Prompt, Reply, Usage
from anabot.agent.prices import PRICES
from anabot.errors import ModelError

_KEPT: dict[str, Any] = {"type": "ephemeral"}
_AGAIN_S = 1.0  # before a second try, where the server does not say how long
_AGAIN_AT_MOST_S = 5.0  # a person is waiting
_ASK = "Ask again in a minute."
_SAYS = {
    "text": ("text",),
    "tool_use": ("id", "name", "input"),
    "thinking": ("thinking", "signature"),
    "redacted_thinking": ("data",),
}


class Connection:
    """One server of models. Used as `with Connection(…) as connection: connection.model(name)`; shared by all threads."""

    def __init__(self, *, key: str, base_url: str | None = None) -> None:
        # Retries are ours: the SDK's own would wait as long as a server tells it to.
        self._client = anthropic.Anthropic(api_key=key, base_url=base_url, max_retries=0)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def model(self, name: str) -> Claude:
        """The model with this name."""
        return Claude(name, self._client)


class Claude:
    """A model by its name."""

    def __init__(self, name: str, client: anthropic.Anthropic, sleep: Callable[[float], None] = time.sleep) -> None:
        self.name, self._client, self._sleep = name, client, sleep

    def reply(self, prompt: Prompt, *, max_tokens: int, timeout_s: float) -> Reply:
        """The model's next turn, whole; after a rate limit, an overload or a lost connection asked for once more.

        Raises:
            ModelError: it did not come, came in part, or took longer than `timeout_s`.
        """
        deadline = time.monotonic() + timeout_s
        try:
            return self._once(prompt, max_tokens, deadline)
        except anthropic.APIError as error:
            wait = _again_after(error)
            if wait is None or time.monotonic() + wait >= deadline:
                raise self._said(error) from None
        self._sleep(wait)
        try:
            return self._once(prompt, max_tokens, deadline)
        except anthropic.APIError as error:
            raise self._said(error) from None

    def _once(self, prompt: Prompt, max_tokens: int, deadline: float) -> Reply:
        left = max(deadline - time.monotonic(), 0.001)
        late = threading.Event()
        with self._client.messages.stream(**self._body(prompt, max_tokens), timeout=left) as stream:

            def interrupt() -> None:
                late.set()
                stream.close()

            watch = threading.Timer(
                left, interrupt
            )  # a server that sends signs of life and no answer passes every other time-out
            watch.daemon = True
            watch.start()
            try:
                stopped = _to_its_end(stream)
            except anthropic.APIStatusError:
                raise
            except (anthropic.AnthropicError, httpx2.HTTPError, ValueError, OSError, RuntimeError) as error:
                took_long = late.is_set() or isinstance(error, httpx2.TimeoutException)
                raise self._late() if took_long else self._cut(type(error).__name__) from None
            finally:
                watch.cancel()
            if late.is_set() or not stopped:
                raise self._late() if late.is_set() else self._cut("it ended early")
            return _reply(stream.current_message_snapshot)

    def _body(self, prompt: Prompt, max_tokens: int) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.name,
            "max_tokens": max_tokens,
            # The last block that is kept covers all that is sent before it: the tools, too.
            "system": [{"type": "text", "text": prompt.system, "cache_control": _KEPT}],
            "messages": list(prompt.messages),
        }
        if prompt.tools:
            body |= {"tools": list(prompt.tools), "tool_choice": {"type": "auto"}}
        if self.name in PRICES:  # servers that stand in may not know how to think less
            body["output_config"] = {"effort": "low"}
        return body

    def _late(self) -> ModelError:
        return ModelError(f"{self.name} took too long.", todo=_ASK)

    def _cut(self, why: str) -> ModelError:
        return ModelError(f"The answer of {self.name} broke off.", why=f"The stream was cut ({why}).", todo=_ASK)

    def _said(self, error: anthropic.APIError) -> ModelError:
        if isinstance(error, anthropic.APITimeoutError):
            return self._late()
        if isinstance(error, anthropic.RateLimitError):
            return ModelError(f"{self.name} takes no more questions just now.", why="The rate limit is reached.", todo=_ASK)
        kind = _kind(error)
        if kind == "overloaded_error":
            return ModelError(f"{self.name} is overloaded.", todo=_ASK)
        if isinstance(error, anthropic.AuthenticationError | anthropic.PermissionDeniedError):
            return ModelError(f"{self.name} refuses the key.", todo="Ask an admin to set another ANTHROPIC_API_KEY.")
        if isinstance(error, anthropic.NotFoundError):
            return ModelError(f"There is no model {self.name}.", todo="Ask an admin to correct ANABOT_MODEL.")
        if isinstance(error, anthropic.APIStatusError):
            return ModelError(f"{self.name} did not take the question.", why=f"Status {error.status_code}: {kind}.", todo=_ASK)
        return ModelError(f"{self.name} cannot be reached.", why=f"{type(error).__name__}.", todo=_ASK)


def _to_its_end(stream: Iterable[Any]) -> bool:
    """Read a stream. Whether the server said that it is over: what is cut has no usage, and perhaps half a call.

    Raises:
        ValueError: a call's input is no JSON. The SDK would make do with as much as can be read.
    """
    stopped, written = False, dict[int, str]()
    for event in stream:
        stopped = stopped or event.type == "message_stop"
        if event.type == "content_block_delta" and event.delta.type == "input_json_delta":
            written[event.index] = written.get(event.index, "") + event.delta.partial_json
    for text in filter(str.strip, written.values()):
        json.loads(text)
    return stopped


def _again_after(error: anthropic.APIError) -> float | None:
    """In how many seconds it is worth another try; None where it is not."""
    if isinstance(error, anthropic.APITimeoutError):
        return None
    if isinstance(error, anthropic.APIConnectionError):
        return _AGAIN_S
    passing = isinstance(error, anthropic.RateLimitError | anthropic.InternalServerError) or _kind(error) == "overloaded_error"
    if not passing:
        return None
    response = getattr(error, "response", None)
    said = response.headers.get("retry-after", "") if response is not None else ""
    wait = float(said) if said.replace(".", "", 1).isdigit() else _AGAIN_S
    return wait if wait <= _AGAIN_AT_MOST_S else None


def _kind(error: anthropic.APIError) -> str:
    """The API's own name for what went wrong, or "" where the server gives none."""
    body = error.body if isinstance(error.body, Mapping) else {}
    inner = body.get("error")
    kind = str(inner.get("type", "")) if isinstance(inner, Mapping) else ""
    return "overloaded_error" if isinstance(error, anthropic.OverloadedError) else kind


def _reply(message: Any) -> Reply:
    content = tuple(_blocks(message.content))
    used = message.usage
    return Reply(
        content=content,
        text="\n".join(str(block["text"]) for block in content if block["type"] == "text").strip(),
        calls=tuple(
            Call(call_id=str(block["id"]), tool=str(block["name"]), body=block["input"])
            for block in content
            if block["type"] == "tool_use"
        ),
        stop=str(message.stop_reason or ""),
        usage=Usage(
            fresh=used.input_tokens or 0,
            written=used.cache_creation_input_tokens or 0,
            kept=used.cache_read_input_tokens or 0,
            out=used.output_tokens or 0,
        ),
    )


def _blocks(content: Any) -> Iterator[dict[str, Any]]:
    """The blocks as they may be sent back. An empty text may not."""
    for block in content:
        if block.type in _SAYS and (block.type != "text" or block.text.strip()):
            yield {"type": block.type, **{name: getattr(block, name) for name in _SAYS[block.type]}}
