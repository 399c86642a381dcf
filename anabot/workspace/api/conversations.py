"""conversations.*: channels, their members and their messages, page by page. The bot reads only where it is a member."""

from __future__ import annotations

from anabot.workspace.api.call import Call
from anabot.workspace.limits import Refused
from anabot.workspace.shapes import Json, channel_json, message_json
from anabot.workspace.state import Channel, Message

_KINDS = ("public_channel", "private_channel", "im", "mpim")


def info(call: Call) -> Json:
    """conversations.info."""
    channel = call.channel()
    shown = channel_json(call.state, channel)
    if not call.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def list_all(call: Call) -> Json:
    """conversations.list: public channels unless `types` says more; private ones and direct messages where the bot is in."""
    kinds = [kind.strip() for kind in call.text("types", "public_channel").split(",")]
    if not set(kinds) <= set(_KINDS):
        raise Refused("invalid_types")
    rows = [channel for channel in call.state.channels.values() if _kind(channel) in kinds]
    rows = [c for c in rows if (not c.private and not c.im_of) or call.state.bot_user in c.members]
    if call.flag("exclude_archived"):
        rows = [channel for channel in rows if not channel.archived]
    page, cursor = call.page(rows, most=1000)
    return {"channels": [channel_json(call.state, c) for c in page], "response_metadata": {"next_cursor": cursor}}


def members(call: Call) -> Json:
    """conversations.members, in the order of the cast, the bot last."""
    channel = call.channel()
    order = [user.id for user in call.state.people()] + [call.state.bot_user]
    page, cursor = call.page([user for user in order if user in channel.members], most=1000)
    return {"members": list(page), "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> Json:
    """conversations.history: newest first, replies left out, between `oldest` and `latest`."""
    channel = call.channel(member=True)
    rows = [message for message in reversed(call.state.history(channel.id)) if _between(call, message)]
    return _messages(call, rows) | {"pin_count": 0}


def replies(call: Call) -> Json:
    """conversations.replies: the parent, then the replies from the oldest on. Any message of the thread names it."""
    channel = call.channel(member=True)
    ts = call.need("ts")
    found = call.state.messages[channel.id].get(ts)
    if found is None or found.only_for:
        raise Refused("thread_not_found")
    parent = call.state.messages[channel.id].get(found.thread_ts or ts, found)
    rows = [parent, *(reply for reply in call.state.replies(parent) if _between(call, reply))]
    return _messages(call, rows)


def open_im(call: Call) -> Json:
    """conversations.open, for the direct messages with one person."""
    users = call.need("users").split(",")
    if len(users) > 1:
        raise Refused("method_not_supported_for_channel_type")
    user = call.state.user(users[0])
    channel = next((c for c in call.state.channels.values() if c.im_of == user.id), None)
    if channel is None:
        raise Refused("cannot_dm_bot")
    return {"channel": channel_json(call.state, channel) if call.flag("return_im") else {"id": channel.id}}


def _kind(channel: Channel) -> str:
    return "im" if channel.im_of else "private_channel" if channel.private else "public_channel"


def _between(call: Call, message: Message) -> bool:
    oldest, latest = call.text("oldest"), call.text("latest")
    try:
        ts, low, high = float(message.ts), float(oldest or 0), float(latest or "inf")
    except ValueError as error:
        raise Refused("invalid_ts_oldest" if not _is_number(oldest) else "invalid_ts_latest") from error
    if call.flag("inclusive"):
        return low <= ts <= high
    return low < ts < high


def _is_number(text: str) -> bool:
    return not text or text.replace(".", "", 1).isdigit()


def _messages(call: Call, rows: list[Message]) -> Json:
    page, cursor = call.page(rows)
    metadata = call.flag("include_all_metadata")
    shown = [message_json(call.state, message, call.workspace.base, metadata=metadata) for message in page]
    answer: Json = {"messages": shown, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})
