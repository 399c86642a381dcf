"""Turn what changed into the events Slack would send for it. Pure; never sends."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from anabot.workspace.shapes import Json, message_json
from anabot.workspace.state import Change, Channel, Message, State


def envelope(state: State, event: Mapping[str, Any], token: str) -> Json:
    """An event in Slack's wrapping, with an `event_id` of its own."""
    cast = state.cast
    authorization = {
        "enterprise_id": None,
        "team_id": cast.team.id,
        "user_id": cast.bot.id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    channel = state.channels.get(str(event.get("channel", "")))
    return {
        "token": token,
        "team_id": cast.team.id,
        "context_team_id": cast.team.id,
        "context_enterprise_id": None,
        "api_app_id": cast.bot.app_id,
        "event": dict(event),
        "type": "event_callback",
        "event_id": f"Ev{uuid.uuid4().hex[:10].upper()}",
        "event_time": int(float(event["event_ts"])),
        "authorizations": [authorization],
        "is_ext_shared_channel": bool(channel and channel.external),
        "event_context": f"4-{uuid.uuid4().hex}",
    }


def events_for(state: State, change: Change, base: str) -> list[Json]:
    """The events of one change that the app is subscribed to: none where the bot is not a member, none for ephemerals."""
    message, channel = change.message, state.channels.get(change.channel)
    if message is None or channel is None or message.only_for or state.bot_user not in channel.members:
        return []
    if change.kind == "message":
        return _message_events(state, message, channel, base)
    if change.kind in ("changed", "deleted"):
        return [_edit_event(state, change.kind, message, channel, base)]
    if change.kind in ("reaction_added", "reaction_removed"):
        return [_reaction_event(change, message)]
    return []


def joined_event(state: State, channel: Channel, user: str, inviter: str) -> Json:
    """member_joined_channel."""
    return {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "G" if channel.private else "C",
        "team": state.cast.team.id,
        "inviter": inviter,
        "event_ts": state.stamp(),
    }


def file_event(message: Message, file: str) -> Json:
    """file_shared: somebody has put a file into a channel, be it theirs or one that was shared before."""
    return {
        "type": "file_shared",
        "channel_id": message.channel,
        "file_id": file,
        "user_id": message.user,
        "file": {"id": file},
        "event_ts": message.ts,
    }


def home_event(state: State, user: str, channel: str, tab: str) -> Json:
    """app_home_opened: somebody looks at the direct messages with the bot (`messages`) or its home tab (`home`)."""
    return {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab, "event_ts": state.stamp()}


def _message_events(state: State, message: Message, channel: Channel, base: str) -> list[Json]:
    shown = message_json(state, message, base) | {"channel": channel.id, "event_ts": message.ts}
    for name in ("reply_count", "reply_users", "reply_users_count", "latest_reply"):
        shown.pop(name, None)
    events = [shown | {"channel_type": channel.event_kind}]
    if f"<@{state.bot_user}>" in message.text and not channel.im_of and message.user != state.bot_user:
        events.append(shown | {"type": "app_mention"})
    return [*events, *(file_event(message, file) for file in message.files)]


def _edit_event(state: State, kind: str, message: Message, channel: Channel, base: str) -> Json:
    shown = message_json(state, message, base)
    common = {
        "type": "message",
        "subtype": f"message_{kind}",
        "channel": channel.id,
        "channel_type": channel.event_kind,
        "hidden": True,
        "ts": state.stamp(),
    }
    common["event_ts"] = common["ts"]
    if kind == "changed":
        return common | {"message": shown, "previous_message": {"ts": message.ts, "user": message.user}}
    return common | {"deleted_ts": message.ts, "previous_message": shown}


def _reaction_event(change: Change, message: Message) -> Json:
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    return {
        "type": change.kind,
        "user": change.more["user"],
        "reaction": change.more["name"],
        "item": item,
        "item_user": message.user,
        "event_ts": change.more["ts"],
    }
