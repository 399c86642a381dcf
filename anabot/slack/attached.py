"""Put a digest's long table into its thread as a CSV file, once. One that Slack does not take is said to be missing there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from slack_sdk.errors import SlackApiError

from anabot.errors import PlaybookError
from anabot.slack.blocks import Message, sections
from anabot.slack.csv_file import file_name, table_csv
from anabot.slack.post import BROKEN, Place, Voice
from anabot.slack.saying import said
from anabot.types import Once, Table

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A table and what its file is called."""

    name: str
    title: str
    table: Table

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{file_name(self.name)}.csv"

    @property
    def held(self) -> str:
        """How much it holds: `all 23 rows`."""
        return f"{'the first' if self.table.truncated else 'all'} {len(self.table.rows):,} rows"

    @property
    def missing(self) -> Message:
        """What stands in its place."""
        words = f"The file {self.file}, with {self.held}, could not be uploaded."
        return Message(text=words, blocks=tuple(sections(words)))


def attach(voice: Voice, once: Once, place: Place, key: str, one: Attachment, *, to: str) -> str:
    """Share the table in the thread, or say that it is missing, once under its key. Returns the file's or the message's id.

    Raises:
        Undelivered: Slack does not say whether it took it.
    """

    def say(before: Callable[[], None]) -> str:
        file = _shared(voice, place, one, before, to)
        if file:
            return file
        with said(to):
            return voice.send(place, one.missing, key=key, before=before)

    def find(since: dt.datetime) -> str:
        with said(to):
            return voice.find_file(place, one.file, one.title) or voice.find(place, key, since)

    return once(key, place.channel, say=say, find=find)


def _shared(voice: Voice, place: Place, one: Attachment, before: Callable[[], None], to: str) -> str:
    """The file's id, or "" where it has certainly not arrived."""
    try:
        file = voice.stage(one.file, table_csv(one.table))
    except (SlackApiError, *BROKEN) as error:
        log.warning("slack.upload_failed", file=one.file, error=type(error).__name__)
        return ""
    try:
        with said(to):
            voice.share(file, title=one.title, place=place, comment=f"{one.file}: {one.held}.", before=before)
        return file
    except PlaybookError as error:
        log.warning("slack.upload_refused", file=one.file, reason=error.why)
        return ""
