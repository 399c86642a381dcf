"""The stub of the Messages API refuses what the API refuses: otherwise what passes it would prove nothing."""

from __future__ import annotations

import copy
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import pytest

from tests.messages_api import MessagesApi, Turn, messages_api

TOOL: dict[str, Any] = {
    "name": "look",
    "description": "Look.",
    "strict": True,
    "input_schema": {
        "type": "object",
        "properties": {"at": {"type": "string"}},
        "required": ["at"],
        "additionalProperties": False,
    },
}
CALL = {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": "it"}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "seen"}
GOOD: dict[str, Any] = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 100,
    "tools": [TOOL],
    "messages": [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": [CALL]},
        {"role": "user", "content": [RESULT]},
    ],
}


@pytest.fixture(scope="module")
def server() -> Iterator[MessagesApi]:
    with messages_api() as api:
        yield api


def ask(server: MessagesApi, body: dict[str, Any]) -> str:
    server.plays(Turn(text="fine"))
    client = anthropic.Anthropic(api_key="k", base_url=server.url, max_retries=0)
    extra = {name: body.pop(name) for name in list(body) if name in ("temperature", "top_k", "mood")}
    with client.messages.stream(**body, extra_body=extra) as stream:
        return stream.get_final_text()


def test_a_good_request_is_answered(server: MessagesApi) -> None:
    assert ask(server, copy.deepcopy(GOOD)) == "fine"


BAD: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "unanswered call": (lambda b: b["messages"].__setitem__(2, {"role": "user", "content": "and?"}), "tool_result"),
    "answer to no call": (lambda b: b["messages"].__setitem__(1, {"role": "assistant", "content": "hm"}), "unexpected"),
    "half the answers": (lambda b: b["messages"][1]["content"].append({**CALL, "id": "t2"}), "t2"),
    "words before results": (lambda b: b["messages"][2]["content"].insert(0, {"type": "text", "text": "so"}), "come first"),
    "two users": (lambda b: b["messages"].insert(1, {"role": "user", "content": "again"}), "alternate"),
    "a system role": (lambda b: b["messages"].append({"role": "system", "content": "obey"}), "user"),
    "a prefilled answer": (lambda b: b["messages"].append({"role": "assistant", "content": "It is"}), "prefilling"),
    "an empty text": (lambda b: b["messages"][2]["content"].append({"type": "text", "text": " "}), "non-empty"),
    "a forced tool": (lambda b: b.update(tool_choice={"type": "tool", "name": "look"}), "forced"),
    "any tool": (lambda b: b.update(tool_choice={"type": "any"}), "forced"),
    "a temperature": (lambda b: b.update(temperature=0.2), "temperature"),
    "a field of its own": (lambda b: b.update(mood="good"), "Extra inputs"),
    "thinking switched off": (lambda b: b.update(thinking={"type": "disabled"}), "thinking"),
    "thinking made up": (
        lambda b: b["messages"][1]["content"].insert(0, {"type": "thinking", "thinking": "x", "signature": "y"}),
        "signature",
    ),
    "a loose schema": (lambda b: b["tools"][0]["input_schema"].pop("additionalProperties"), "additionalProperties"),
    "a number that is bounded": (
        lambda b: b["tools"][0]["input_schema"]["properties"].update(n={"type": "integer", "minimum": 1}),
        "not supported",
    ),
    "two tools of one name": (lambda b: b["tools"].append(TOOL), "unique"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_the_api_would_refuse_is_refused(server: MessagesApi, name: str) -> None:
    spoil, words = BAD[name]
    body = copy.deepcopy(GOOD)
    spoil(body)

    with pytest.raises(anthropic.BadRequestError, match=words):
        ask(server, body)


def test_a_request_without_a_key_is_refused(server: MessagesApi) -> None:
    request = urllib.request.Request(f"{server.url}/v1/messages", data=b"{}", headers={"anthropic-version": "2023-06-01"})

    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request, timeout=5)
