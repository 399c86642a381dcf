"""The short-lived tickets of an interaction: trigger ids that may open a modal once, response URLs that may answer five times."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from anabot.workspace import limits
from anabot.workspace.limits import Refused


@dataclass(slots=True, kw_only=True)
class Hook:
    """What a response URL answers to: a place, a person, and the message that was clicked if there was one."""

    channel: str
    user: str
    message_ts: str = ""
    thread_ts: str = ""
    until: float = 0.0
    uses: int = limits.RESPONSE_URL_USES


class Tickets:
    """All of them. Thread-safe; `clock` is in seconds and real, never business time."""

    def __init__(self, trigger_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = trigger_seconds, clock
        self._lock = threading.Lock()
        self._triggers: dict[str, tuple[str, float]] = {}
        self._exchanged: set[str] = set()
        self._hooks: dict[str, Hook] = {}

    def trigger(self, user: str) -> str:
        """A new trigger id for this user's click."""
        name = f"{int(time.time() * 1000)}.{secrets.randbelow(10**10):010d}.{secrets.token_hex(16)}"
        with self._lock:
            self._triggers[name] = (user, self._clock() + self._seconds)
        return name

    def exchange(self, trigger: str) -> str:
        """The user who clicked. Refused: invalid_arguments, exchanged_trigger_id, expired_trigger_id."""
        with self._lock:
            if trigger in self._exchanged:
                raise Refused("exchanged_trigger_id")
            if trigger not in self._triggers:
                raise Refused("invalid_arguments", ["invalid `trigger_id`"])
            user, until = self._triggers[trigger]
            if self._clock() > until:
                raise Refused("expired_trigger_id")
            self._exchanged.add(trigger)
            return user

    def hook(self, hook: Hook) -> str:
        """A new token for a response URL."""
        token = secrets.token_urlsafe(24)
        hook.until = self._clock() + limits.RESPONSE_URL_SECONDS
        with self._lock:
            self._hooks[token] = hook
        return token

    def use(self, token: str) -> Hook:
        """The hook behind a token, one use fewer. Refused: used_url, expired_url."""
        with self._lock:
            hook = self._hooks.get(token)
            if hook is None or self._clock() > hook.until:
                raise Refused("expired_url")
            if hook.uses < 1:
                raise Refused("used_url")
            hook.uses -= 1
            return hook
