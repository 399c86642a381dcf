"""What the workspace remembers: people, channels, messages, files, views. In memory, behind one lock.

It never talks to anybody: whoever changes it tells the listeners that were added.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anabot.workspace.cast import Cast, parse_cast
from anabot.workspace.limits import Refused
from anabot.workspace.pings import pings_in

Blocks = list[dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class User:
    """A member, or the bot. `name` is the handle."""

    id: str
    name: str
    real_name: str
    email: str = ""
    title: str = ""
    zone: str = "UTC"
    groups: tuple[str, ...] = ()
    starts_in: str = ""
    admin: bool = False
    guest: bool = False
    external: bool = False
    bot: bool = False


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel, or with `im_of` the direct messages between that user and the bot."""

    id: str
    name: str
    purpose: str = ""
    private: bool = False
    external: bool = False
    archived: bool = False
    im_of: str = ""
    members: set[str] = field(default_factory=set)

    @property
    def event_kind(self) -> str:
        """What Slack calls it in events: channel, group or im."""
        return "im" if self.im_of else "group" if self.private else "channel"


@dataclass(slots=True, kw_only=True)
class Message:
    """One message. `only_for` makes it ephemeral; `pings` are the broadcasts that fired."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: Blocks = field(default_factory=list)
    thread_ts: str = ""
    broadcast: bool = False
    subtype: str = ""
    only_for: str = ""
    edited: str = ""
    metadata: Mapping[str, Any] | None = None
    files: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    pings: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class File:
    """An upload. Not `done` until it is completed."""

    id: str
    name: str
    title: str
    length: int
    mimetype: str
    content: bytes = b""
    uploaded: bool = False
    done: bool = False
    channels: set[str] = field(default_factory=set)
    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something happened. `only_for` names the one user who may hear of it."""

    kind: str
    channel: str = ""
    message: Message | None = None
    only_for: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


class State:
    """The workspace's memory. Every method is safe to call from any thread."""

    def __init__(self, raw: Mapping[str, Any], *, now: Callable[[], dt.datetime]) -> None:
        self.cast: Cast = parse_cast(raw)
        self.lock = threading.RLock()
        self.now = now
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, dict[str, Message]] = {}
        self.files: dict[str, File] = {}
        self.read: dict[tuple[str, str], str] = {}
        self.greeted: set[str] = set()
        self._listeners: list[Callable[[Change], None]] = []
        self._last_stamp = 0
        self._serial = 0
        self._settle()

    def _settle(self) -> None:
        bot = self.cast.bot
        self.users[bot.id] = User(id=bot.id, name=bot.name, real_name=bot.real_name, zone="UTC", bot=True)
        for handle, person in self.cast.people.items():
            self.users[person.id] = User(**{**person.model_dump(exclude={"name"}), "name": handle, "real_name": person.name})
        for name, spec in self.cast.channels.items():
            members = {self.cast.people[handle].id for handle in spec.members} | ({bot.id} if spec.ana else set())
            self.channels[spec.id] = Channel(**spec.model_dump(exclude={"ana", "members"}), name=name, members=members)
        for user in self.people():
            im = "D0" + user.id[2:]
            self.channels[im] = Channel(id=im, name=im, im_of=user.id, members={user.id, bot.id})
        self.messages = {channel: {} for channel in self.channels}

    # -- who and where

    @property
    def bot_user(self) -> str:
        """The user id of the app's bot."""
        return self.cast.bot.id

    def people(self) -> list[User]:
        """Everybody but the bot, in the order of the cast."""
        return [user for user in self.users.values() if not user.bot]

    def user(self, user: str) -> User:
        """The user with this id; Refused("user_not_found") otherwise."""
        if user not in self.users:
            raise Refused("user_not_found")
        return self.users[user]

    def channel(self, channel: str) -> Channel:
        """The channel with this id; Refused("channel_not_found") otherwise."""
        if channel not in self.channels:
            raise Refused("channel_not_found")
        return self.channels[channel]

    def channels_of(self, user: str) -> list[Channel]:
        """The channels and direct messages this user reads."""
        return [channel for channel in self.channels.values() if user in channel.members]

    def next_id(self, prefix: str) -> str:
        """A new id in Slack's style, such as F00000012."""
        with self.lock:
            self._serial += 1
            return f"{prefix}{self._serial:08d}"

    def stamp(self) -> str:
        """A new `ts`: seconds with six digits, each later than the one before."""
        with self.lock:
            micros = max(int(self.now().timestamp() * 1_000_000), self._last_stamp + 1)
            self._last_stamp = micros
            return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    # -- listening

    def listen(self, listener: Callable[[Change], None]) -> None:
        """Call `listener` after every change, outside the lock."""
        self._listeners.append(listener)

    def tell(self, change: Change) -> None:
        """Tell every listener."""
        for listener in self._listeners:
            listener(change)

    # -- messages

    def message(self, channel: str, ts: str) -> Message:
        """The message; Refused("message_not_found") otherwise."""
        found = self.messages.get(channel, {}).get(ts)
        if found is None or found.subtype == "tombstone":
            raise Refused("message_not_found")
        return found

    def say(self, message: Message) -> Message:
        """Keep a new message and tell. A reply to a reply goes to the thread's parent."""
        with self.lock:
            if message.thread_ts:
                parent = self.messages[message.channel].get(message.thread_ts)
                if parent is None or parent.only_for:
                    raise Refused("thread_not_found")
                message.thread_ts = parent.thread_ts or parent.ts
                parent = self.messages[message.channel][message.thread_ts]
                parent.thread_ts = parent.ts
            message.pings = () if message.only_for else pings_in(message.text, message.blocks)
            self.messages[message.channel][message.ts] = message
            for file in message.files:
                self.files[file].channels.add(message.channel)
        self.tell(Change(kind="message", channel=message.channel, message=message, only_for=message.only_for))
        return message

    def edit(self, message: Message, *, text: str | None, blocks: Blocks | None) -> None:
        """Replace what a message says and tell. None keeps what is there."""
        with self.lock:
            message.text = message.text if text is None else text
            message.blocks = message.blocks if blocks is None else blocks
            message.edited = self.stamp()
            message.pings = () if message.only_for else pings_in(message.text, message.blocks)
        self.tell(Change(kind="changed", channel=message.channel, message=message, only_for=message.only_for))

    def delete(self, message: Message) -> None:
        """Take a message away and tell. A parent with replies leaves a tombstone."""
        with self.lock:
            if message.thread_ts == message.ts and self.replies(message):
                message.text, message.blocks, message.files, message.subtype = "This message was deleted.", [], [], "tombstone"
            else:
                self.messages[message.channel].pop(message.ts, None)
        self.tell(Change(kind="deleted", channel=message.channel, message=message, only_for=message.only_for))

    def replies(self, parent: Message, reader: str = "") -> list[Message]:
        """The replies of a thread, oldest first: what everybody sees, and what only `reader` does."""
        with self.lock:
            return [m for m in self._seen_by(parent.channel, reader) if m.thread_ts == parent.ts and m.ts != parent.ts]

    def history(self, channel: str, reader: str = "") -> list[Message]:
        """The messages of a channel, replies left out, oldest first: what everybody sees, and what only `reader` does."""
        with self.lock:
            return [m for m in self._seen_by(channel, reader) if m.thread_ts in ("", m.ts) or m.broadcast]

    def _seen_by(self, channel: str, reader: str) -> list[Message]:
        rows = (m for m in self.messages[channel].values() if m.only_for in ("", reader))
        return sorted(rows, key=lambda m: m.ts)

    def pings_fired(self) -> int:
        """How many broadcasts (`<!channel>`, `<!here>`, `<!everyone>`) stand in messages that everybody sees."""
        with self.lock:
            return sum(len(m.pings) for rows in self.messages.values() for m in rows.values())
