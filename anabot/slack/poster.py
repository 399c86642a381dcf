"""Post a digest into a channel, each part of it once: Ana looks for her own delivery before she posts. It computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog
from slack_sdk.errors import SlackApiError

from anabot.errors import PlaybookError
from anabot.slack import mrkdwn
from anabot.slack.blocks import Block, Message, context, header, messages
from anabot.slack.csv_file import file_name
from anabot.slack.markdown import blocks_of, inline
from anabot.slack.post import BROKEN, Place, Voice
from anabot.types import Digest, Directory

log = structlog.get_logger()
_CHART = "chart:"
_REASONS = {
    "not_in_channel": "I am not a member of it. Invite me with `/invite @Ana`.",
    "channel_not_found": "I cannot see it. If it is private, invite me with `/invite @Ana`.",
    "is_archived": "It is archived.",
}


class SlackPoster:
    """The Poster of a Slack workspace."""

    def __init__(self, voice: Voice, directory: Directory) -> None:
        self._voice, self._directory = voice, directory

    def post(self, channel: str, digest: Digest, *, delivery_id: str) -> str:
        """Post and return the first message's `ts`; what does not fit goes into its thread, in order.

        A second call with one `delivery_id` posts only what is still missing, and returns the same `ts`.

        Raises:
            PlaybookError: the channel is unknown, or Slack does not let Ana post there.
        """
        found = self._directory.channel(channel)
        if found is None:
            raise PlaybookError(
                f"There is no channel {channel} that I can see.", todo="Invite Ana, or correct the playbook's channel."
            )
        try:
            return self._post(Place(found.channel), digest, delivery_id)
        except SlackApiError as error:
            reason = str(error.response["error"])
            raise PlaybookError(
                f"Slack did not take the post for {channel}.", why=_REASONS.get(reason, f"It said `{reason}`.")
            ) from error

    def show(self, place: Place, digest: Digest, *, key: str) -> str:
        """Put a digest where nobody waits for it: a preview, in direct messages. `key` is as a delivery's id.

        Raises:
            PlaybookError: Slack does not take it.
        """
        try:
            return self._post(place, digest, key)
        except SlackApiError as error:
            raise PlaybookError("Slack did not take the preview.", why=f"It said `{error.response['error']}`.") from error

    def _post(self, place: Place, digest: Digest, delivery_id: str) -> str:
        upload = _Once(lambda name: self._upload(name, digest.charts[name], digest.title))
        first, *rest = pages(digest)
        root = self._voice.find(place, delivery_id) or self._voice.post(place, _with(first, upload), key=delivery_id)
        if rest:
            thread = Place(place.channel, root)
            posted = self._voice.keys(thread)
            for number, page in enumerate(rest, 2):
                key = f"{delivery_id}/{number}"
                if key not in posted:
                    self._voice.post(thread, _with(page, upload), key=key)
        return root

    def _upload(self, name: str, png: bytes, title: str) -> str:
        try:
            return self._voice.upload(f"{file_name(name)}.png", png, title=f"{title}: {name}")
        except (SlackApiError, *BROKEN) as error:
            log.warning("slack.upload_failed", chart=name, error=type(error).__name__)
            return ""


def pages(digest: Digest) -> list[Message]:
    """The messages of a digest. Pictures are named `chart:…` until they are uploaded."""
    pictures = {name: f"{_CHART}{name}" for name in digest.charts}
    words, line, end = digest.markdown.rpartition("\n---\n")
    body = list(blocks_of(words if line else end, pictures))
    title = [] if body and body[0]["type"] == "header" else [header(digest.title)]
    footer = context("\n".join(inline(one.removeprefix("- ")) for one in end.strip().split("\n"))) if line else ()
    return messages(mrkdwn.escape(digest.title), [*title, *body, *footer])


class _Once:
    """Uploads each chart when it is first needed, and remembers its file; "" where it failed."""

    def __init__(self, upload: Callable[[str], str]) -> None:
        self._upload = upload
        self._files: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if name not in self._files:
            self._files[name] = self._upload(name)
        return self._files[name]


def _with(page: Message, upload: Callable[[str], str]) -> Message:
    blocks: list[Block] = []
    for block in page.blocks:
        name = _chart_name(block)
        file = upload(name) if name else ""
        if not name:
            blocks.append(block)
        elif file:
            blocks.append({**block, "slack_file": {"id": file}})
        else:
            blocks.extend(context(f"The chart {mrkdwn.italic(str(block['alt_text']))} could not be uploaded."))
    return Message(text=page.text, blocks=tuple(blocks))


def _chart_name(block: Mapping[str, object]) -> str:
    file = block.get("slack_file")
    name = str(file.get("id")) if isinstance(file, dict) else ""
    return name.removeprefix(_CHART) if name.startswith(_CHART) else ""
