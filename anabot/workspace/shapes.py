"""The JSON shapes in which Slack shows users, channels, messages, files and views. Pure; never decides who may see them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from anabot.workspace.state import Channel, File, Message, State, User
from anabot.workspace.views import View

Json = dict[str, Any]


def user_json(state: State, user: User) -> Json:
    """A user object, as users.info gives it."""
    zone = ZoneInfo(user.zone)
    offset = dt.datetime.now(zone).utcoffset() or dt.timedelta()
    shown = {
        "id": user.id,
        "team_id": "T0ELSEWHERE" if user.external else state.cast.team.id,
        "name": user.name,
        "deleted": False,
        "color": "2b6f6a",
        "real_name": user.real_name,
        "tz": user.zone,
        "tz_label": user.zone,
        "tz_offset": int(offset.total_seconds()),
        "profile": _profile_json(state, user),
        "is_admin": user.admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.guest,
        "is_ultra_restricted": user.guest,
        "is_bot": user.bot,
        "is_app_user": False,
        "updated": 0,
        "is_email_confirmed": True,
    }
    return shown | ({"is_stranger": True} if user.external else {})


def _profile_json(state: State, user: User) -> Json:
    profile: Json = {
        "title": user.title,
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "status_text": "",
        "status_emoji": "",
        "avatar_hash": "",
        "team": state.cast.team.id,
    }
    if user.bot:
        return profile | {"api_app_id": state.cast.bot.app_id, "bot_id": state.cast.bot.bot_id}
    return profile | ({} if user.external else {"email": user.email})


def channel_json(state: State, channel: Channel) -> Json:
    """A conversation object. Direct messages have the short form."""
    if channel.im_of:
        return {
            "id": channel.id,
            "created": 0,
            "is_im": True,
            "is_org_shared": False,
            "user": channel.im_of,
            "is_archived": False,
            "is_open": True,
            "is_user_deleted": False,
            "priority": 0,
        }
    text = {"creator": "", "last_set": 0}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.private,
        "created": 0,
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "is_member": state.bot_user in channel.members,
        "is_shared": channel.external,
        "is_ext_shared": channel.external,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "context_team_id": state.cast.team.id,
        "creator": "",
        "topic": {"value": "", **text},
        "purpose": {"value": channel.purpose, **text},
        "num_members": len(channel.members),
    }


def message_json(state: State, message: Message, base: str, *, metadata: bool = True) -> Json:
    """A message object, as conversations.history gives it."""
    shown: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": state.cast.team.id}
    if message.user == state.bot_user:
        bot = state.cast.bot
        profile = {"id": bot.bot_id, "app_id": bot.app_id, "name": bot.name, "deleted": False, "team_id": state.cast.team.id}
        shown |= {"bot_id": bot.bot_id, "app_id": bot.app_id, "bot_profile": profile}
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.subtype:
        shown["subtype"] = message.subtype
    if message.edited:
        shown["edited"] = {"user": message.user, "ts": message.edited}
    if message.files:
        shown["files"] = [file_json(state, state.files[file], base) for file in message.files]
    if message.reactions:
        shown["reactions"] = [{"name": n, "users": list(u), "count": len(u)} for n, u in message.reactions.items()]
    if message.metadata:
        shown["metadata"] = dict(message.metadata) if metadata else {"event_type": message.metadata["event_type"]}
    return shown | _thread_json(state, message)


def _thread_json(state: State, message: Message) -> Json:
    if not message.thread_ts:
        return {}
    if message.thread_ts != message.ts:
        parent = state.messages[message.channel].get(message.thread_ts)
        return {"thread_ts": message.thread_ts, "parent_user_id": parent.user if parent else ""}
    replies = state.replies(message)
    users = list(dict.fromkeys(reply.user for reply in replies))
    counted = {"reply_count": len(replies), "reply_users_count": len(users), "reply_users": users[:5]}
    return {
        "thread_ts": message.ts,
        **counted,
        "latest_reply": replies[-1].ts if replies else message.ts,
        "is_locked": False,
        "subscribed": False,
    }


def file_json(state: State, file: File, base: str) -> Json:
    """A file object. Its private URLs are answered only with the bot's token."""
    kind = file.name.rsplit(".", 1)[-1].lower() if "." in file.name else "text"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": file.mimetype,
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": state.bot_user,
        "user_team": state.cast.team.id,
        "editable": False,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "is_public": bool(file.channels),
        "url_private": f"{base}files-pri/{file.id}/{file.name}",
        "url_private_download": f"{base}files-pri/{file.id}/download/{file.name}",
        "permalink": f"{base}files/{state.bot_user}/{file.id}/{file.name}",
        "channels": sorted(c for c in file.channels if c.startswith("C")),
        "groups": [],
        "ims": sorted(c for c in file.channels if c.startswith("D")),
    }


def view_json(state: State, view: View) -> Json:
    """A view object, as views.open gives it and as interactions carry it."""
    defaults = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "submit": None,
        "close": None,
        "title": None,
    }
    return {
        **defaults,
        **view.content,
        "id": view.id,
        "team_id": state.cast.team.id,
        "app_id": state.cast.bot.app_id,
        "app_installed_team_id": state.cast.team.id,
        "bot_id": state.cast.bot.bot_id,
        "root_view_id": view.root,
        "previous_view_id": view.previous or None,
        "hash": view.hash,
        "state": {"values": view.state},
    }
