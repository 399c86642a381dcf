"""What one person sees in the page: channels, messages, modal, files. Read only, never more than they would see in Slack."""

from __future__ import annotations

from typing import Any

from anabot.workspace.acts import room
from anabot.workspace.core import Workspace
from anabot.workspace.limits import Refused
from anabot.workspace.shapes import Json, message_json, view_json
from anabot.workspace.state import Channel, File, Message

MOST_MESSAGES = 200


def people(workspace: Workspace) -> Json:
    """Who one can be: everybody but the bot, in the order of the cast."""
    return {"users": [_person(workspace, user.id) for user in workspace.state.people()]}


def overview(workspace: Workspace, user: str) -> Json:
    """Everything around the messages: the team, who one can be, the channels with what is unread, and the home tab."""
    state, home = workspace.state, workspace.views.home(user)
    state.user(user)
    return {
        "team": state.cast.team.model_dump(),
        "bot": {"id": state.bot_user, "name": state.cast.bot.name, "real_name": state.cast.bot.real_name},
        "me": user,
        "users": [_person(workspace, u.id) for u in state.users.values()],
        "channels": [_channel(workspace, user, channel) for channel in state.channels_of(user)],
        "commands": list(workspace.commands),
        "shortcuts": [list(shortcut) for shortcut in workspace.shortcuts],
        "as_of": workspace.as_of,
        "zone": state.user(user).zone,
        "starts_in": _first_room(workspace, user),
        "pings": state.pings_fired(),
        "home": view_json(state, home) if home else None,
    }


def messages(workspace: Workspace, user: str, channel: str, thread: str = "") -> Json:
    """The newest messages of a channel, or one thread from its parent on. Oldest first."""
    place, state = room(workspace, user, channel), workspace.state
    if thread:
        parent = state.messages[place.id].get(thread)
        if parent is None:
            raise Refused("thread_not_found")
        rows = [parent, *state.replies(parent, user)]
    else:
        rows = state.history(place.id, user)
    return {"messages": [_message(workspace, user, row) for row in rows[-MOST_MESSAGES:]]}


def modal(workspace: Workspace, user: str) -> Json:
    """The modal this person sees, or null."""
    top = workspace.views.top(user)
    return {"view": view_json(workspace.state, top) if top else None}


def file_for(workspace: Workspace, user: str, file_id: str) -> File:
    """A file that stands in something this person sees. Refused("file_not_found") otherwise, whether it exists or not."""
    state = workspace.state
    file = state.files.get(file_id)
    if file is None or not file.done:
        raise Refused("file_not_found")
    rooms = state.channels_of(user)
    if any(channel.id in file.channels for channel in rooms):
        return file
    with state.lock:
        seen = [m.blocks for c in rooms for m in state.messages[c.id].values() if m.only_for in ("", user)]
    top = workspace.views.top(user)
    if any(_shows(blocks, file) for blocks in [*seen, *([top.content["blocks"]] if top else [])]):
        return file
    raise Refused("file_not_found")


def _shows(value: Any, file: File) -> bool:
    if isinstance(value, dict):
        wanted = value.get("slack_file")
        if isinstance(wanted, dict) and (wanted.get("id") == file.id or f"/{file.id}/" in str(wanted.get("url", ""))):
            return True
        return any(_shows(part, file) for part in value.values())
    return isinstance(value, list) and any(_shows(part, file) for part in value)


def _person(workspace: Workspace, user: str) -> Json:
    found = workspace.state.user(user)
    return {
        "id": found.id,
        "name": found.name,
        "real_name": found.real_name,
        "title": found.title,
        "bot": found.bot,
        "admin": found.admin,
        "guest": found.guest,
        "external": found.external,
        "groups": list(found.groups),
    }


def _channel(workspace: Workspace, user: str, channel: Channel) -> Json:
    state = workspace.state
    since = state.read.get((user, channel.id), "")
    with state.lock:
        fresh = [m for m in state.messages[channel.id].values() if m.ts > since and _counts(workspace, user, m)]
    called = [m for m in fresh if m.pings or f"<@{user}>" in m.text or channel.im_of or m.thread_ts]
    return {
        "id": channel.id,
        "name": channel.name,
        "purpose": channel.purpose,
        "private": channel.private,
        "external": channel.external,
        "archived": channel.archived,
        "im": bool(channel.im_of),
        "members": len(channel.members),
        "has_bot": state.bot_user in channel.members,
        "unread": len(fresh),
        "mentions": len(called),
    }


def _first_room(workspace: Workspace, user: str) -> str:
    """The channel that the cast wants open first for this person; without one, the first of theirs."""
    state = workspace.state
    rooms = [channel for channel in state.channels_of(user) if not channel.im_of]
    wanted = [channel for channel in rooms if channel.name == state.user(user).starts_in]
    return next((channel.id for channel in (*wanted, *rooms)), "")


def _counts(workspace: Workspace, user: str, message: Message) -> bool:
    """Whether a message makes its channel unread: somebody else's, on the channel's own level or in a thread of mine."""
    if message.user == user or message.only_for not in ("", user):
        return False
    if message.thread_ts in ("", message.ts):
        return True
    parent = workspace.state.messages[message.channel].get(message.thread_ts)
    return bool(parent and parent.user == user)


def _message(workspace: Workspace, user: str, message: Message) -> Json:
    shown = message_json(workspace.state, message, workspace.base)
    return shown | {
        "channel": message.channel,
        "whisper": bool(message.only_for),
        "pings": list(message.pings),
        "mine": message.user == user,
    }
