"""Read Slack's message events: who said what where, and whether it is for Ana at all. Pure; never asks Slack anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from anabot.slack.post import Place

# A message with another subtype is not somebody saying something new: an edit, a deletion, a join, a bot.
_SAID = frozenset({None, "thread_broadcast", "file_share"})
_MARKUP = re.compile(r"<([^<>]*)>")
_SPACES = re.compile(r"[ \t\u00a0]+")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One new message from a person. `text` is plain, without the mention of Ana."""

    user: str
    channel: str
    ts: str
    thread: str
    text: str
    direct: bool
    mentioned: bool

    @property
    def key(self) -> str:
        """The message's own name, however often and as whatever event it arrives."""
        return f"{self.channel}:{self.ts}"

    @property
    def place(self) -> Place:
        """Where the answer goes: the message's thread, or straight into a DM."""
        return Place(self.channel, self.thread if self.direct else self.thread or self.ts)

    @property
    def conversation(self) -> str:
        """What follow-ups share: a thread, or a DM as a whole."""
        return conversation(self.place)


def conversation(place: Place) -> str:
    """The name of the conversation that is held in a place."""
    return f"{place.channel}:{place.thread}" if place.thread else place.channel


def heard(event: Mapping[str, Any], bot_user: str, name: Callable[[str], str]) -> Heard | None:
    """The message in an event, or None where it is no person's new message. `name` gives the handle of a user id."""
    if event.get("subtype") not in _SAID or event.get("bot_id") or event.get("edited") or event.get("hidden"):
        return None
    user, channel, ts = (str(event.get(field) or "") for field in ("user", "channel", "ts"))
    if not (user and channel and ts) or user in (bot_user, "USLACKBOT"):
        return None
    text = str(event.get("text") or "")
    return Heard(
        user=user,
        channel=channel,
        ts=ts,
        thread=str(event.get("thread_ts") or ""),
        text=plain(text, bot_user, name),
        direct=event.get("channel_type") == "im" or (not event.get("channel_type") and channel.startswith("D")),
        mentioned=event.get("type") == "app_mention" or f"<@{bot_user}" in text,
    )


def plain(text: str, bot_user: str, name: Callable[[str], str]) -> str:
    """Slack's markup as the words that people see: `<#C1|fin>` is `#fin`, `<@U1>` the handle; Ana's own mention is left out."""

    def words(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if target == f"@{bot_user}":
            return " "
        if target.startswith("@"):
            return f"@{label or name(target[1:])}"
        if target.startswith("#"):
            return f"#{label or target[1:]}"
        if target.startswith("!"):
            return label or f"@{target[1:].partition('^')[0]}"
        return label or target.removeprefix("mailto:").removeprefix("tel:")

    shown = _MARKUP.sub(words, text)
    for entity, character in _ENTITIES:
        shown = shown.replace(entity, character)
    return _SPACES.sub(" ", shown).strip(" ,:")
