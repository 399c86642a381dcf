"""Say a message once under its key, and put what Slack says against it into words. It knows nothing of what is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from slack_sdk.errors import SlackApiError

from anabot.errors import PlaybookError, Undelivered
from anabot.slack.blocks import Message
from anabot.slack.post import BROKEN, Place, Voice
from anabot.types import Once

_REASONS = {
    "not_in_channel": "I am not a member of it. Invite me with `/invite @Ana`.",
    "channel_not_found": "I cannot see it. If it is private, invite me with `/invite @Ana`.",
    "is_archived": "It is archived.",
}
# What Slack says when it is unwell, in an answer that arrives.
_PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"})
_TOO_OFTEN, _BROKEN_INSIDE = 429, 500


def say_once(voice: Voice, once: Once, place: Place, key: str, message: Callable[[], Message], *, to: str) -> str:
    """Say a message once under its key, and return its `ts`. `to` is what the place is called in an error."""

    def say(before: Callable[[], None]) -> str:
        made = message()
        with said(to):
            return voice.send(place, made, key=key, before=before)

    def find(since: dt.datetime) -> str:
        with said(to):
            return voice.find(place, key, since)

    return once(key, place.channel, say=say, find=find)


@contextmanager
def said(to: str) -> Iterator[None]:
    """What Slack, or the line to it, says against a post, in words."""
    try:
        yield
    except BROKEN as error:
        raise Undelivered(f"The line to Slack broke before {to} had it.", why=type(error).__name__) from error
    except SlackApiError as error:
        reason, status = str(error.response["error"]), error.response.status_code
        if status == _TOO_OFTEN or status >= _BROKEN_INSIDE or reason in _PASSING:
            raise Undelivered(f"Slack did not take what was for {to} yet.", why=f"It said `{reason}`.") from error
        raise PlaybookError(f"Slack did not take what was for {to}.", why=_REASONS.get(reason, f"It said `{reason}`.")) from error
