"""Post a digest into a channel, each part of it once: Ana looks for her own delivery before she posts. It computes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from functools import partial

import structlog
from slack_sdk.errors import SlackApiError

from anabot.errors import PlaybookError, Undelivered
from anabot.slack import mrkdwn
from anabot.slack.attached import Attachment, attach
from anabot.slack.blocks import Block, Message, context, header, messages
from anabot.slack.csv_file import file_name
from anabot.slack.markdown import blocks_of, inline
from anabot.slack.post import BROKEN, Place, Voice
from anabot.slack.saying import say_once
from anabot.types import Digest, Directory, Once

log = structlog.get_logger()
_CHART = "chart:"
_EVER = dt.datetime.fromtimestamp(0, dt.UTC)
_Say = Callable[[Place, str, Callable[[], Message]], str]
_Attach = Callable[[Place, str, Attachment], str]


class SlackPoster:
    """The Poster of a Slack workspace."""

    def __init__(self, voice: Voice, directory: Directory) -> None:
        self._voice, self._directory = voice, directory

    def post(self, channel: str, digest: Digest, *, delivery_id: str, once: Once) -> str:
        """Post and return the first message's `ts`; what does not fit goes into its thread, in order, then its files and parts.

        A second call with one `delivery_id` posts only what is still missing, and returns the same `ts`.

        Raises:
            PlaybookError: the channel is unknown, or Slack does not let Ana post there.
            Undelivered: Slack cannot be reached, or does not say what it took.
        """
        return self._post(self._place(channel), digest, delivery_id, *self._through(once, channel))

    def reply(self, channel: str, message: str, digest: Digest, *, delivery_id: str, once: Once) -> str:
        """Answer in the thread of a post. Raises as `post` does."""
        place = Place(self._place(channel).channel, message)
        return self._post(place, digest, delivery_id, *self._through(once, channel))

    def show(self, place: Place, digest: Digest, *, key: str) -> str:
        """Put a digest where nobody waits for it: a preview, in direct messages. `key` is as a delivery's id.

        Raises:
            PlaybookError: Slack does not take it.
        """
        try:
            say, (_, files) = partial(_unseen, self._voice), self._through(_straight, "you")
            return self._post(place, digest, key, say, files)
        except SlackApiError as error:
            raise PlaybookError("Slack did not take the preview.", why=f"It said `{error.response['error']}`.") from error

    def _place(self, channel: str) -> Place:
        found = self._directory.channel(channel)
        if found is None:
            todo = "Invite Ana, or correct the playbook's channel."
            raise PlaybookError(f"There is no channel {channel} that I can see.", todo=todo, passing=True)
        return Place(found.channel)

    def _through(self, once: Once, to: str) -> tuple[_Say, _Attach]:
        return partial(say_once, self._voice, once, to=to), partial(attach, self._voice, once, to=to)

    def _post(self, place: Place, digest: Digest, delivery_id: str, once: _Say, files: _Attach) -> str:
        upload = _Uploads(lambda name: self._upload(name, digest.charts[name], digest.title))
        first, *rest = pages(digest)
        root = once(place, delivery_id, partial(_with, first, upload))
        thread = Place(place.channel, place.thread or root)
        for number, page in enumerate(rest, 2):
            once(thread, f"{delivery_id}/{number}", partial(_with, page, upload))
        for name, table in digest.files.items():
            files(thread, f"{delivery_id}/file/{name}", Attachment(name=name, title=f"{digest.title}: {name}", table=table))
        for part in digest.parts:
            self._post(thread, part, f"{delivery_id}/part/{_short(part.title)}", once, files)
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


def _short(title: str) -> str:
    """What a part is called in the ledger: by what it is about, not by its place, which new rows may change."""
    return hashlib.sha256(title.encode("utf-8", "replace")).hexdigest()[:12]


def _straight(key: str, channel: str, *, say: Callable[[Callable[[], None]], str], find: Callable[[dt.datetime], str]) -> str:
    """A `Once` for what nobody waits for: it looks only where nobody knows whether it has arrived."""
    try:
        return say(lambda: None)
    except Undelivered:
        log.warning("slack.preview_unsure", key=key, channel=channel)
        return find(_EVER)


def _unseen(voice: Voice, place: Place, key: str, message: Callable[[], Message]) -> str:
    return voice.post(place, message(), key=key)


class _Uploads:
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
