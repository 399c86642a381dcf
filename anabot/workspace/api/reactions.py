"""reactions.add: the bot reacts to a message."""

from __future__ import annotations

import re

from anabot.workspace.api.call import Call
from anabot.workspace.limits import Refused
from anabot.workspace.shapes import Json
from anabot.workspace.state import Change, Message, State

_NAME = re.compile(r"^[a-z0-9_+'-]{1,100}$")


def add(call: Call) -> Json:
    """reactions.add. `name` is an emoji's name without colons."""
    channel = call.channel(member=True)
    message = call.state.message(channel.id, call.need("timestamp"))
    react(call.state, message, call.state.bot_user, call.need("name"))
    return {}


def react(state: State, message: Message, user: str, name: str) -> None:
    """Add one reaction. Refused: invalid_name, already_reacted."""
    if not _NAME.match(name):
        raise Refused("invalid_name")
    with state.lock:
        users = message.reactions.setdefault(name, [])
        if user in users:
            raise Refused("already_reacted")
        users.append(user)
    _tell(state, "reaction_added", message, user, name)


def unreact(state: State, message: Message, user: str, name: str) -> None:
    """Take one reaction back. Refused("no_reaction") where there is none."""
    with state.lock:
        users = message.reactions.get(name, [])
        if user not in users:
            raise Refused("no_reaction")
        users.remove(user)
        if not users:
            del message.reactions[name]
    _tell(state, "reaction_removed", message, user, name)


def _tell(state: State, kind: str, message: Message, user: str, name: str) -> None:
    more = {"user": user, "name": name, "ts": state.stamp()}
    state.tell(Change(kind=kind, channel=message.channel, message=message, more=more))
