"""Say things in Slack: post, update in place, whisper, upload, open a modal. Every call has a timeout and an end.

A post is never sent twice: after a broken connection Ana looks for her own message before she sends it again. Blocks that
Slack refuses are replaced by plainer ones, so that the words always arrive. It never writes a word of its own.
"""

from __future__ import annotations

import datetime as dt
import http.client
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.error import URLError

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from anabot.slack.blocks import Block, Message
from anabot.slack.plainer import ladder

log = structlog.get_logger()
Result = TypeVar("Result")
TIMEOUT_S = 10
_ATTEMPTS, _LONGEST_WAIT_S = 4, 30.0
_BLOCKS_REFUSED = frozenset(
    {"invalid_blocks", "invalid_attachments", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"}
)
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_EVENT = "anabot_message"
_PAGE, _MOST_PAGES = 100, 100
_CLOCKS_DIFFER_S = 3600.0  # Slack stamps with its own
# What leaves us unsure whether Slack has taken the message. RemoteDisconnected is a ConnectionResetError.
BROKEN = (URLError, ConnectionError, TimeoutError, http.client.HTTPException)
_QUIET: Mapping[str, Any] = {"parse": "none", "link_names": False}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said. `thread` is the first message's `ts`; "" for the channel or DM itself."""

    channel: str
    thread: str = ""

    @property
    def direct(self) -> bool:
        """Whether nobody else reads there."""
        return self.channel.startswith("D")


def clients(token: str, base_url: str) -> tuple[WebClient, WebClient]:
    """A client that reads (and waits when told to), and one that writes and leaves every retry to `Voice`."""
    reads = WebClient(
        token=token, base_url=base_url, timeout=TIMEOUT_S, retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=3)]
    )
    return reads, WebClient(token=token, base_url=base_url, timeout=TIMEOUT_S, retry_handlers=[])


class Voice:
    """Ana's voice. Thread-safe. Raises SlackApiError for what Slack refuses and no plainer message would mend."""

    def __init__(self, reads: WebClient, posts: WebClient, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._reads, self._posts, self._sleep = reads, posts, sleep

    def post(self, place: Place, message: Message, *, key: str) -> str:
        """Post once and return the message's `ts`. `key` names this message for ever: a second post with it is for the caller
        to avoid (see `find`), a repeat after a broken connection is avoided here."""

        try:
            return self.send(place, message, key=key)
        except (SlackApiError, *BROKEN) as error:
            if isinstance(error, SlackApiError) and error.response.status_code < 500:
                raise
            log.warning("slack.post_unsure", channel=place.channel, error=type(error).__name__)
            return self.find(place, key) or self.send(place, message, key=key)

    def send(self, place: Place, message: Message, *, key: str, before: Callable[[], None] = lambda: None) -> str:
        """Post and return the message's `ts`, calling `before` right before each time it is sent.

        Only what Slack certainly has not taken is sent again; whatever else breaks is raised as it came.
        """
        return self._plainer(lambda plain: self._say(place, plain, key, before), message)

    def update(self, place: Place, ts: str, message: Message, *, key: str) -> str:
        """Replace a message of Ana's; where it can no longer be replaced, post a new one. Returns the `ts` it now has."""

        def once(plain: Message) -> str:
            body = {"channel": place.channel, "ts": ts, "text": plain.text, "blocks": list(plain.blocks), **_QUIET}
            self._patiently(lambda: self._posts.chat_update(**body))
            return ts

        try:
            return self._again_if_broken(lambda: self._plainer(once, message))
        except SlackApiError as error:
            if error.response["error"] not in _GONE:
                raise
            return self.post(place, message, key=key)

    def whisper(self, place: Place, user: str, message: Message) -> None:
        """Say something to one member of a channel alone. In a DM it is an ordinary message."""

        def once(plain: Message) -> None:
            thread = {"thread_ts": place.thread} if place.thread else {}
            body = {"channel": place.channel, "user": user, "text": plain.text, "blocks": list(plain.blocks), **_QUIET, **thread}
            self._patiently(lambda: self._posts.chat_postEphemeral(**body))

        self._plainer(once, message)

    def direct(self, user: str) -> Place:
        """The direct messages with somebody, opened where they are not yet."""
        opened = self._patiently(lambda: self._posts.conversations_open(users=user))
        return Place(channel=str(opened["channel"]["id"]))

    def find(self, place: Place, key: str, since: dt.datetime | None = None) -> str:
        """The `ts` of the message with this key, or "": among the newest hundred, and all that came after `since`."""
        for page in self._pages(place, None if since is None else since.timestamp() - _CLOCKS_DIFFER_S):
            for message in page:
                if _key_of(message) == key:
                    return str(message["ts"])
        return ""

    def _pages(self, place: Place, since: float | None) -> Iterator[list[dict[str, Any]]]:
        """What stands in a thread, or from the newest on in a channel until it is older than `since`, by the page."""
        cursor = ""
        for _ in range(_MOST_PAGES):
            wanted: dict[str, Any] = {"channel": place.channel, "include_all_metadata": True, "limit": _PAGE}
            wanted |= ({"cursor": cursor} if cursor else {}) | ({"ts": place.thread} if place.thread else {})
            read = self._reads.conversations_replies if place.thread else self._reads.conversations_history
            found = read(**wanted)
            messages: list[dict[str, Any]] = found.get("messages") or []
            yield messages
            cursor = str((found.get("response_metadata") or {}).get("next_cursor") or "")
            old = not place.thread and (since is None or not messages or float(messages[-1]["ts"]) < since)
            if not cursor or old:
                return

    def upload(self, name: str, content: bytes, *, title: str, place: Place | None = None, comment: str = "") -> str:
        """Upload a file and return its id. Without a place only Ana has it, until an image block shows it; with one it is posted.

        Raises SlackApiError, or URLError where the upload itself failed.
        """
        file = self.stage(name, content)
        self.share(file, title=title, place=place, comment=comment)
        return file

    def stage(self, name: str, content: bytes) -> str:
        """Hand Slack a file that nobody sees until it is shared, and return its id. Raises as `upload` does."""
        ticket = self._patiently(lambda: self._posts.files_getUploadURLExternal(filename=name, length=len(content)))
        _send(str(ticket["upload_url"]), content)
        return str(ticket["file_id"])

    def share(
        self, file: str, *, title: str, place: Place | None, comment: str = "", before: Callable[[], None] = lambda: None
    ) -> None:
        """Share a file that is staged, calling `before` right before each time it is sent."""
        more: dict[str, Any] = {}
        if place:
            more = {"channel_id": place.channel, "initial_comment": comment} | (
                {"thread_ts": place.thread} if place.thread else {}
            )

        def send() -> Any:
            before()
            return self._posts.files_completeUploadExternal(files=[{"id": file, "title": title}], **more)

        self._patiently(send)

    def find_file(self, place: Place, name: str, title: str) -> str:
        """The id of the file of this name and title that was shared in a thread, or ""."""
        for page in self._pages(place, None):
            for file in (file for message in page for file in message.get("files") or []):
                if (file.get("name"), file.get("title")) == (name, title):
                    return str(file["id"])
        return ""

    def open_view(self, trigger: str, view: Block) -> str:
        """Open a modal and return its id. Slack allows it for three seconds after the press."""
        return str(self._patiently(lambda: self._posts.views_open(trigger_id=trigger, view=view))["view"]["id"])

    def update_view(self, view_id: str, view: Block) -> None:
        """Replace what an open modal shows."""
        self._patiently(lambda: self._posts.views_update(view_id=view_id, view=view))

    def publish(self, user: str, view: Block) -> None:
        """Show somebody their home tab."""
        self._patiently(lambda: self._posts.views_publish(user_id=user, view=view))

    def _say(self, place: Place, message: Message, key: str, before: Callable[[], None]) -> str:
        metadata = {"event_type": _EVENT, "event_payload": {"key": key}}

        def send() -> Any:
            before()
            return self._posts.chat_postMessage(
                channel=place.channel,
                text=message.text,
                blocks=list(message.blocks),
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
                thread_ts=place.thread or None,
                **_QUIET,
            )

        return str(self._patiently(send)["ts"])

    def _plainer(self, call: Callable[[Message], Result], message: Message) -> Result:
        *rungs, last = ladder(message)
        for wait, plain in rungs:
            self._sleep(wait)
            try:
                return call(plain)
            except SlackApiError as error:
                if error.response["error"] not in _BLOCKS_REFUSED:
                    raise
                log.warning("slack.blocks_refused", error=error.response["error"], where=_where(error))
        return call(last[1])

    def _patiently(self, call: Callable[[], Any]) -> Any:
        """Call until Slack no longer says that it is too often: it has not acted then, so that nothing happens twice."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return call()
            except SlackApiError as error:
                if error.response.status_code != 429:
                    raise
                self._sleep(_retry_after(error))
        return call()

    def _again_if_broken(self, call: Callable[[], Result]) -> Result:
        try:
            return call()
        except BROKEN:
            return call()  # an update can be sent twice: it says the same


def _retry_after(error: SlackApiError) -> float:
    headers = {name.lower(): value for name, value in dict(error.response.headers).items()}
    try:
        return min(max(float(str(headers.get("retry-after", 1))), 0.0), _LONGEST_WAIT_S)
    except ValueError:
        return 1.0


def _where(error: SlackApiError) -> list[str]:
    return [str(one)[-120:] for one in error.response.get("errors") or []][:5]


def _key_of(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    return str((metadata.get("event_payload") or {}).get("key", "")) if metadata.get("event_type") == _EVENT else ""


def _send(url: str, content: bytes) -> None:
    if not url.startswith(("https://", "http://")):
        raise URLError(f"not an address to upload to: {url[:40]}")
    request = urllib.request.Request(url, data=content, method="POST", headers={"Content-Type": "application/octet-stream"})  # noqa: S310 - scheme checked above
    with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310 - scheme checked above
        return
