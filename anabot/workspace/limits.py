"""Slack's own limits and refusals, as numbers and error codes. Never decides what a message means.

Sources: docs.slack.dev, reference of methods and Block Kit; where the documents are silent, what Slack answers in practice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MESSAGE_TEXT = 40_000
# chat.update is stricter than chat.postMessage.
EDIT_TEXT = 4_000
# Undocumented: the texts of all blocks together; a little under where Slack starts to answer msg_blocks_too_long.
ALL_BLOCK_TEXT = 11_000
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
VIEW_STACK = 3
TABLE_ROWS, TABLE_COLUMNS, TABLE_TEXT = 100, 20, 10_000
PAGE_SIZE, PAGE_MOST = 100, 999
FILE_BYTES = 20_000_000
RESPONSE_URL_USES, RESPONSE_URL_SECONDS = 5, 1800.0
ACK_SECONDS = 3.0
RETRY_AFTER_SECONDS = (0.0, 60.0, 300.0)


class Refused(Exception):
    """The workspace says no the way Slack does: an error code, and messages that say where."""

    def __init__(self, error: str, messages: Sequence[str] = (), *, retry_after: int = 0, **more: Any) -> None:
        super().__init__(error)
        self.error, self.messages, self.retry_after, self.more = error, tuple(messages), retry_after, more

    def json(self) -> dict[str, Any]:
        """The body Slack would send."""
        body: dict[str, Any] = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            body["errors"] = list(self.messages)
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an operator may set. `post_per_second` is Slack's one message a second in a channel; `post_burst` how many may
    come at once before it counts; `trigger_seconds` how long a click may open a modal (Slack: 3). Seconds are real ones."""

    post_per_second: float = 1.0
    post_burst: int = 20
    trigger_seconds: float = 30.0
    ack_seconds: float = ACK_SECONDS
    retry_after_seconds: tuple[float, ...] = RETRY_AFTER_SECONDS


class PostLimiter:
    """One bucket of tokens a channel. Thread-safe."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def spend(self, channel: str) -> None:
        """Take one token, or raise Refused("ratelimited") with the whole seconds to wait."""
        rate, most = self._limits.post_per_second, float(self._limits.post_burst)
        with self._lock:
            now = self._clock()
            tokens, since = self._buckets.get(channel, (most, now))
            tokens = min(most, tokens + (now - since) * rate)
            if tokens >= 1:
                self._buckets[channel] = (tokens - 1, now)
                return
            self._buckets[channel] = (tokens, now)
        raise Refused("ratelimited", retry_after=max(1, round((1 - tokens) / rate)))


def check_text(text: str, blocks: Sequence[Mapping[str, Any]] | None, *, files: bool = False, most: int = MESSAGE_TEXT) -> None:
    """Refuse a message with nothing to say (no_text) or too much (msg_too_long)."""
    if not text.strip() and not blocks and not files:
        raise Refused("no_text")
    if len(text) > most:
        raise Refused("msg_too_long")
