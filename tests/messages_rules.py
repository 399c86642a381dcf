"""What the Messages API refuses, with the same kind of error. A part of the stub in `messages_api`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Request = dict[str, Any]
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


def parsed(headers: Mapping[str, str], body: bytes) -> Request:
    """The request, with a key and a version. Raises Refused."""
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


def check(request: Request, signed: Mapping[str, str]) -> None:
    """Refuse what the API would; `signed` are the thoughts that may come back, by signature. Raises Refused."""
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
