"""Answers that do not come through the Web API: to a slash command at once, and through a response URL later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anabot.workspace.core import Workspace
from anabot.workspace.limits import Refused, check_text
from anabot.workspace.state import Message
from anabot.workspace.tickets import Hook


def respond(workspace: Workspace, token: str, body: Mapping[str, Any]) -> None:
    """Use a response URL once: say something, or replace or delete the message that was clicked.

    Refused: used_url, expired_url, message_not_found, and what a message's content can be refused for.
    """
    hook = workspace.tickets.use(token)
    if body.get("delete_original"):
        workspace.state.delete(workspace.state.message(hook.channel, hook.message_ts))
        return
    text, blocks = _content(workspace, body)
    check_text(text or "", blocks)
    if body.get("replace_original") and hook.message_ts:
        workspace.state.edit(workspace.state.message(hook.channel, hook.message_ts), text=text, blocks=blocks or [])
        return
    _post(workspace, hook, body, text or "", blocks or [])


def answer_command(workspace: Workspace, hook: Hook, body: Mapping[str, Any]) -> None:
    """What the app answered to a slash command within three seconds: nothing, or a message."""
    text, blocks = _content(workspace, body)
    if text or blocks:
        _post(workspace, hook, body, text or "", blocks or [])


def _content(workspace: Workspace, body: Mapping[str, Any]) -> tuple[str | None, list[dict[str, Any]] | None]:
    blocks = workspace.blocks(body["blocks"]) if body.get("blocks") else None
    text = body.get("text")
    if text is not None and not isinstance(text, str):
        raise Refused("invalid_payload")
    return text, blocks


def _post(workspace: Workspace, hook: Hook, body: Mapping[str, Any], text: str, blocks: list[dict[str, Any]]) -> None:
    state = workspace.state
    whisper = "" if body.get("response_type") == "in_channel" else hook.user
    thread = str(body.get("thread_ts") or hook.thread_ts)
    state.say(
        Message(
            ts=state.stamp(),
            channel=hook.channel,
            user=state.bot_user,
            text=text,
            blocks=blocks,
            thread_ts=thread,
            only_for=whisper,
        )
    )
