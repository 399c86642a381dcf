"""One reply in one place: posted once when it comes quickly, otherwise a status line that becomes the reply.

Whatever goes wrong becomes words: an AnabotError says what to do, anything else is logged and shown as a reference.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from types import TracebackType

import structlog
from slack_sdk.errors import SlackApiError

from anabot.errors import AnabotError
from anabot.slack import render
from anabot.slack.blocks import Message
from anabot.slack.post import BROKEN, Place, Voice

log = structlog.get_logger()
PATIENCE_S = 1.0


class Reply:
    """Used as `with Reply(…) as reply: reply.say(messages)`. `key` names the reply for ever."""

    def __init__(self, voice: Voice, place: Place, *, key: str, patience_s: float = PATIENCE_S) -> None:
        self._voice, self._place, self._key = voice, place, key
        self._lock = threading.Lock()
        self._said = False
        self._ts, self._doing, self._at = "", render.LOOKING, 0.0
        self._timer = threading.Timer(patience_s, self._still_looking)
        self._timer.daemon = True

    def __enter__(self) -> Reply:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._timer.cancel()

    def working(self, words: str) -> None:
        """Say what is being done, in the status line, once there is one; not more often than people read."""
        with self._lock:
            self._doing = words
            if self._said or not self._ts or time.monotonic() - self._at < PATIENCE_S:
                return
            self._show()

    def say(self, messages: Sequence[Message]) -> str:
        """Post the messages in order, the first in place of a status line if there is one. Returns the first one's `ts`."""
        self._timer.cancel()
        with self._lock:
            self._said = True
        first, *rest = messages
        if self._ts:
            self._ts = self._voice.update(self._place, self._ts, first, key=self._key)
        else:
            self._ts = self._voice.post(self._place, first, key=self._key)
        for number, message in enumerate(rest, 2):
            self._voice.post(self._place, message, key=f"{self._key}/{number}")
        return self._ts

    def _still_looking(self) -> None:
        with self._lock:
            if self._said:
                return
            self._show()

    def _show(self) -> None:
        self._at, line = time.monotonic(), render.thinking(self._doing)
        try:
            if self._ts:
                self._ts = self._voice.update(self._place, self._ts, line, key=self._key)
            else:
                self._ts = self._voice.post(self._place, line, key=self._key)
        except (SlackApiError, *BROKEN) as error:
            log.warning("slack.status_line_failed", error=type(error).__name__)


def in_words(work: Callable[[], Sequence[Message]]) -> Sequence[Message]:
    """What the work says, or the words for its failure."""
    return attempt(work)[1]


def attempt(work: Callable[[], Sequence[Message]]) -> tuple[bool, Sequence[Message]]:
    """Whether the work was done, and what it says or the words for its failure."""
    try:
        return True, work()
    except AnabotError as error:
        return False, render.failure(str(error))
    except Exception:  # the door: a person sees a reference, the log has the rest
        reference = f"E-{uuid.uuid4().hex[:8].upper()}"
        log.exception("slack.failed", reference=reference)
        return False, render.bug(reference)
