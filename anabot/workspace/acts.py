"""What a person does in the page: talk, run a command, react, look. The app is told as Slack would; it is never asked."""

from __future__ import annotations

from typing import Any

from anabot.workspace import limits
from anabot.workspace.api.reactions import react, unreact
from anabot.workspace.compose import compose
from anabot.workspace.core import Workspace
from anabot.workspace.envelopes import home_event, joined_event
from anabot.workspace.events import Ack
from anabot.workspace.limits import Refused
from anabot.workspace.respond import answer_command
from anabot.workspace.state import Change, Channel, Message
from anabot.workspace.tickets import Hook


def room(workspace: Workspace, user: str, channel: str) -> Channel:
    """The channel, for somebody who reads it. Refused: user_not_found, channel_not_found, not_in_channel, is_archived."""
    workspace.state.user(user)
    found = workspace.state.channel(channel)
    if user not in found.members:
        raise Refused("channel_not_found" if found.private or found.im_of else "not_in_channel")
    return found


def say(workspace: Workspace, user: str, channel: str, text: str, thread_ts: str = "") -> str:
    """Post as this person; a text that starts with a slash is a command. Returns the message's ts, or nothing for a command.

    Refused: what `room` says, no_text, msg_too_long, is_archived, and for a command not_valid_command, not_in_threads,
    operation_timeout, dispatch_failed.
    """
    place = room(workspace, user, channel)
    if place.archived:
        raise Refused("is_archived")
    limits.check_text(text, None)
    if text.startswith("/"):
        _command(workspace, user, place, text, thread_ts)
        return ""
    state = workspace.state
    stored = compose(state, text.strip(), user)
    message = state.say(Message(ts=state.stamp(), channel=place.id, user=user, text=stored, thread_ts=thread_ts))
    mark_read(workspace, user, place.id)
    return message.ts


def _command(workspace: Workspace, user: str, place: Channel, text: str, thread_ts: str) -> None:
    name, _, rest = text.strip().partition(" ")
    if thread_ts:
        raise Refused("not_in_threads")
    if name == "/invite":
        invite(workspace, user, place.id, rest)
        return
    if name not in workspace.commands:
        raise Refused("not_valid_command")
    state, hook = workspace.state, Hook(channel=place.id, user=user)
    where = "directmessage" if place.im_of else "privategroup" if place.private else place.name
    fields = {
        "token": workspace.verification_token,
        "team_id": state.cast.team.id,
        "team_domain": state.cast.team.domain,
        "channel_id": place.id,
        "channel_name": where,
        "user_id": user,
        "user_name": state.user(user).name,
        "command": name,
        "text": rest.strip(),
        "api_app_id": state.cast.bot.app_id,
        "is_enterprise_install": "false",
        "response_url": f"{workspace.base}hooks/{workspace.tickets.hook(hook)}",
        "trigger_id": workspace.tickets.trigger(user),
    }
    answer_command(workspace, hook, settled(workspace.sender.command(fields).result()))


def settled(ack: Ack) -> dict[str, Any]:
    """What the app answered at once. Refused: operation_timeout, dispatch_failed."""
    if ack.failure:
        raise Refused("operation_timeout" if ack.failure == "http_timeout" else "dispatch_failed")
    return ack.json()


def toggle_reaction(workspace: Workspace, user: str, channel: str, ts: str, name: str) -> None:
    """React to a message, or take the reaction back."""
    message = workspace.state.message(room(workspace, user, channel).id, ts)
    (unreact if user in message.reactions.get(name, []) else react)(workspace.state, message, user, name)


def dismiss(workspace: Workspace, user: str, channel: str, ts: str) -> None:
    """Take away a message that only this person sees, or one of their own."""
    message = workspace.state.message(room(workspace, user, channel).id, ts)
    if user not in (message.only_for, message.user):
        raise Refused("cant_delete_message")
    workspace.state.delete(message)


def look(workspace: Workspace, user: str, channel: str, tab: str = "messages") -> None:
    """Open a channel or the direct messages: marks it read, and tells the app what Slack would tell it."""
    place = room(workspace, user, channel)
    mark_read(workspace, user, channel)
    if place.im_of:
        workspace.send_event(home_event(workspace.state, user, channel, tab))
    else:
        workspace.greet(channel, user)


def mark_read(workspace: Workspace, user: str, channel: str) -> None:
    """Everything in this channel has been seen by this person."""
    rows = workspace.state.messages.get(channel)
    if rows:
        workspace.state.read[user, channel] = max(rows)


def invite(workspace: Workspace, user: str, channel: str, handle: str) -> None:
    """Slack's own `/invite @somebody`. Refused: user_not_found, already_in_channel, and what `room` says."""
    wanted, state = handle.strip().removeprefix("@"), workspace.state
    found = next((one.id for one in state.people() if one.name == wanted), "")
    if wanted == state.cast.bot.name:
        found = state.bot_user
    if not found:
        raise Refused("user_not_found")
    _bring(workspace, user, channel, found)


def invite_bot(workspace: Workspace, user: str, channel: str) -> None:
    """Bring the bot into a channel, and tell it. Refused("already_in_channel") where it is in."""
    _bring(workspace, user, channel, workspace.state.bot_user)


def _bring(workspace: Workspace, user: str, channel: str, who: str) -> None:
    place, state = room(workspace, user, channel), workspace.state
    with state.lock:
        if who in place.members:
            raise Refused("already_in_channel")
        place.members.add(who)
        if who == state.bot_user:
            state.greeted.add(place.id)
    if state.bot_user in place.members:
        workspace.send_event(joined_event(state, place, who, user))
    state.tell(Change(kind="members", channel=place.id))


def share(workspace: Workspace, user: str, channel: str, file: str, text: str = "") -> str:
    """Share a file on that this person can see, into another channel. Returns the message's ts. Refused: file_not_found."""
    place, state = room(workspace, user, channel), workspace.state
    found = state.files.get(file)
    if found is None or not any(user in state.channels[one].members for one in found.channels):
        raise Refused("file_not_found")
    message = Message(ts=state.stamp(), channel=place.id, user=user, text=text, files=[file], subtype="file_share")
    return state.say(message).ts
