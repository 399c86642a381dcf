"""The workspace's parts in one hand: memory, views, tickets, and the line to the app. It routes nothing and draws nothing."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from anabot.errors import ConfigError
from anabot.workspace.blocks import read_blocks
from anabot.workspace.envelopes import envelope, events_for, joined_event
from anabot.workspace.events import Sender
from anabot.workspace.limits import Limits, PostLimiter
from anabot.workspace.live import Hub
from anabot.workspace.state import Change, State
from anabot.workspace.tickets import Tickets
from anabot.workspace.views import ViewStacks

LOCAL_TOKEN = "xoxb-local-workspace"  # noqa: S105 - a name for nothing but this workspace, no secret
_REAL_TOKEN = re.compile(r"^(xox[abeprs]|xapp)-")


def check_safe(env: Mapping[str, str], *, ours: str = LOCAL_TOKEN) -> None:
    """Refuse to play Slack where a real Slack token is set: somebody would take one for the other.

    Looks at every variable with SLACK in its name and never repeats a value. Raises ConfigError.
    """
    real = sorted(name for name, value in env.items() if "SLACK" in name and value != ours and _REAL_TOKEN.match(value))
    if real:
        raise ConfigError(
            f"A real Slack token is set in {', '.join(real)}.",
            why="The local workspace plays Slack on this machine, and must never be mistaken for the real one.",
            todo="Unset it to use the local workspace, or start Ana without the local workspace to use Slack.",
        )


class Workspace:
    """A small Slack. `base` is where it is served, with a slash at its end; `as_of` the business date the page shows."""

    def __init__(
        self,
        cast: Mapping[str, Any],
        *,
        events_url: str,
        signing_secret: str,
        bot_token: str,
        base_url: str,
        now: Callable[[], dt.datetime],
        limits: Limits,
        commands: tuple[str, ...],
        shortcuts: tuple[tuple[str, str], ...],
        as_of: str,
    ) -> None:
        check_safe({"SLACK_BOT_TOKEN": bot_token}, ours=bot_token if bot_token.startswith("xoxb-local") else LOCAL_TOKEN)
        origin = urlsplit(events_url)
        self.base = (base_url or f"{origin.scheme}://{origin.netloc}").rstrip("/") + "/"
        self.limits, self.commands, self.shortcuts = limits, commands, shortcuts
        self.as_of, self.bot_token = as_of, bot_token
        self.verification_token = secrets.token_hex(12)
        self.state = State(cast, now=now)
        self.views = ViewStacks(self.state.next_id)
        self.tickets = Tickets(limits.trigger_seconds)
        self.limiter = PostLimiter(limits)
        self.sender = Sender(events_url, signing_secret, limits)
        self.hub = Hub()
        self.state.listen(self._send)
        self.state.listen(self.hub.publish)

    def _send(self, change: Change) -> None:
        for event in events_for(self.state, change, self.base):
            self.send_event(event)

    def send_event(self, event: Mapping[str, Any]) -> None:
        """Wrap one event and send it to the app, in the background."""
        self.sender.event(envelope(self.state, event, self.verification_token))

    def blocks(self, raw: Any) -> list[dict[str, Any]]:
        """Blocks as an app sent them, checked. Raises Refused."""
        return read_blocks(raw, file_ok=self.is_picture)

    def is_picture(self, file: str) -> bool:
        """Whether this file, by id or private URL, is an uploaded image."""
        found = self.state.files.get(file) or next((f for f in self.state.files.values() if f"/{f.id}/" in file), None)
        return bool(found and found.done and found.mimetype.startswith("image/"))

    def greet(self, channel: str, inviter: str) -> None:
        """Tell the app, the first time only, that its bot has joined this channel, so that it may say hello.

        The bot is in its channels from the start; the news is held back until somebody looks.
        """
        found = self.state.channel(channel)
        with self.state.lock:
            if channel in self.state.greeted or found.im_of or self.state.bot_user not in found.members:
                return
            self.state.greeted.add(channel)
        self.send_event(joined_event(self.state, found, self.state.bot_user, inviter))

    def verify(self) -> bool:
        """Whether the app at the events URL answers Slack's url_verification: it is up, and has the same signing secret."""
        return self.sender.verify(self.verification_token, secrets.token_hex(16))

    def close(self) -> None:
        """Stop sending, and end every page's live connection."""
        self.sender.close()
        self.hub.close()
