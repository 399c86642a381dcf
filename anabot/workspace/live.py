"""Tell open pages that something changed, over server-sent events. It carries news, never content: pages ask for that."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from anabot.workspace.state import Change

HEARTBEAT_SECONDS = 15.0
QUEUE_SIZE = 500


@dataclass(frozen=True, slots=True)
class _Reader:
    user: str
    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[str | None]


class Hub:
    """Every open page, each with its own bounded queue. `publish` is safe from any thread."""

    def __init__(self) -> None:
        self._readers: set[_Reader] = set()
        self._lock = threading.Lock()
        self._closed = False

    def publish(self, change: Change) -> None:
        """Pass the news to the pages of whoever may hear it."""
        message = change.message
        news = {
            "kind": change.kind,
            "channel": change.channel,
            "ts": message.ts if message else "",
            "thread_ts": message.thread_ts if message else "",
        }
        text = json.dumps(news)
        with self._lock:
            readers = [reader for reader in self._readers if change.only_for in ("", reader.user)]
        _pass_on(readers, text)

    def close(self) -> None:
        """End every stream."""
        with self._lock:
            self._closed, readers = True, list(self._readers)
        _pass_on(readers, None)

    async def stream(self, user: str) -> AsyncIterator[str]:
        """Server-sent events for one page, until it goes away. The first says hello: ask for everything again."""
        reader = _Reader(user, asyncio.get_running_loop(), asyncio.Queue(QUEUE_SIZE))
        with self._lock:
            if self._closed:
                return
            self._readers.add(reader)
        try:
            yield "retry: 1000\nevent: hello\ndata: {}\n\n"
            while True:
                try:
                    news = await asyncio.wait_for(reader.queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if news is None:
                    return
                yield f"data: {news}\n\n"
        finally:
            with self._lock:
                self._readers.discard(reader)


def _pass_on(readers: Iterable[_Reader], text: str | None) -> None:
    for reader in readers:
        try:
            reader.loop.call_soon_threadsafe(_offer, reader.queue, text)
        except RuntimeError:
            # Its event loop has ended, and the page with it.
            continue


def _offer(queue: asyncio.Queue[str | None], text: str | None) -> None:
    if queue.full():
        # A page that does not read: cut it off, it will reconnect and ask for everything.
        queue.get_nowait()
        text = None
    queue.put_nowait(text)
