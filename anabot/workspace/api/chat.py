"""chat.*: say, edit, whisper and delete messages, and link to them. Only the bot's own can be changed."""

from __future__ import annotations

import re
from typing import Any

from anabot.workspace import limits
from anabot.workspace.api.call import Call
from anabot.workspace.limits import Refused, check_text
from anabot.workspace.shapes import Json, message_json
from anabot.workspace.state import Channel, Message

_TS = re.compile(r"^\d{10}\.\d{6}$")


def post_message(call: Call) -> Json:
    """chat.postMessage. `channel` may be an id, a public channel's name, or a user id for the direct messages."""
    channel = _place(call)
    text, blocks = _content(call, most=limits.MESSAGE_TEXT)
    metadata = _metadata(call)
    message = Message(
        ts=call.state.stamp(),
        channel=channel.id,
        user=call.state.bot_user,
        text=text,
        blocks=blocks or [],
        thread_ts=_thread(call),
        broadcast=call.flag("reply_broadcast"),
        metadata=metadata,
    )
    call.workspace.limiter.spend(channel.id)
    call.state.say(message)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(call.state, message, call.workspace.base)}


def update(call: Call) -> Json:
    """chat.update. Blocks that are not given stay; `[]` takes them away."""
    message = _own(call, "cant_update_message")
    given = call.args.get("blocks") not in (None, "")
    blocks = call.workspace.blocks(call.args["blocks"]) if given else None
    text = call.text("text") if call.args.get("text") is not None else None
    check_text(message.text if text is None else text, message.blocks if blocks is None else blocks, most=limits.EDIT_TEXT)
    call.state.edit(message, text=text, blocks=blocks)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(call.state, message, call.workspace.base),
    }


def post_ephemeral(call: Call) -> Json:
    """chat.postEphemeral: seen by `user` alone, who must be in the channel."""
    channel = _place(call)
    user = call.state.user(call.need("user"))
    if user.id not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks = _content(call, most=limits.MESSAGE_TEXT)
    message = Message(
        ts=call.state.stamp(),
        channel=channel.id,
        user=call.state.bot_user,
        text=text,
        blocks=blocks or [],
        thread_ts=_thread(call),
        only_for=user.id,
    )
    call.workspace.limiter.spend(channel.id)
    call.state.say(message)
    return {"message_ts": message.ts}


def delete(call: Call) -> Json:
    """chat.delete."""
    message = _own(call, "cant_delete_message")
    call.state.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """chat.getPermalink: a link that opens this page at the message."""
    channel = call.channel()
    message = call.state.message(channel.id, call.need("message_ts"))
    link = f"{call.workspace.base}archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _place(call: Call) -> Channel:
    name = call.need("channel")
    state = call.state
    by_name = {channel.name: channel.id for channel in state.channels.values() if not channel.im_of}
    ims = {channel.im_of: channel.id for channel in state.channels.values() if channel.im_of}
    target = ims.get(name) or by_name.get(name.removeprefix("#")) or name
    channel = Call(workspace=call.workspace, args={"channel": target}).channel(member=True)
    if channel.archived:
        raise Refused("is_archived")
    return channel


def _content(call: Call, *, most: int) -> tuple[str, list[dict[str, Any]] | None]:
    raw = call.args.get("blocks")
    blocks = call.workspace.blocks(raw) if raw not in (None, "") else None
    text = call.text("text")
    check_text(text, blocks, most=most)
    return text, blocks


def _thread(call: Call) -> str:
    thread = call.text("thread_ts")
    if thread and not _TS.match(thread):
        raise Refused("invalid_thread_ts", [f"{thread} is not a valid thread_ts"])
    return thread


def _metadata(call: Call) -> Json | None:
    raw = call.parsed("metadata")
    if raw is None:
        return None
    if not isinstance(raw, dict) or not isinstance(raw.get("event_type"), str) or not isinstance(raw.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    return raw


def _own(call: Call, otherwise: str) -> Message:
    channel = call.channel()
    message = call.state.message(channel.id, call.need("ts"))
    if message.only_for:
        raise Refused("message_not_found")
    if message.user != call.state.bot_user:
        raise Refused(otherwise)
    return message
