"""Hold the child process that has the DuckDB file open: start it, ask it, stop what takes too long, kill what will not stop.

It never parses SQL and never gives the child more of the environment than it needs.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, BinaryIO

from anabot.warehouses.frames import read_frame, write_frame

_START_S = 30.0
_PIPE = 1 << 20
_OBEY_S = 0.5  # how long an interrupt may take before the whole child is killed
_NEEDED = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME", "TMPDIR")
_HERE = str(Path(__file__).parents[2])  # where the child finds anabot, however this process found it
Reply = tuple[dict[str, Any], bytes]


class ChildGone(Exception):
    """The child ended before it answered. Nothing was written, so the caller may ask another one."""


Replies = SimpleQueue[Reply | ChildGone]


class TookTooLong(Exception):
    """No answer in time. The statement no longer runs."""


class Child:
    """One running child. Many threads may ask at once."""

    def __init__(self, settings: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "anabot.warehouses.child", settings],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            start_new_session=True,  # Ctrl-C in a terminal is for the parent alone
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests: BinaryIO = self._process.stdin  # type: ignore[assignment]  # typeshed says IO[bytes]
        self._replies: BinaryIO = self._process.stdout  # type: ignore[assignment]
        if hasattr(fcntl, "F_SETPIPE_SZ"):  # a result is handed over in a sixteenth of the turns
            with suppress(OSError):
                fcntl.fcntl(self._process.stdout, fcntl.F_SETPIPE_SZ, _PIPE)
        self._lock = threading.Lock()
        self._started: Replies = SimpleQueue()
        self._waiting: dict[int, Replies] = {0: self._started}
        self._number = 0
        threading.Thread(target=self._listen, name="warehouse-child", daemon=True).start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def started(self) -> str:
        """Wait for the file to be open. Returns "", or why it could not be opened."""
        try:
            header, _ = _next_of(self._started, time.monotonic() + _START_S)
        except (Empty, ChildGone) as error:
            self.kill()
            return f"The engine did not start: {error or 'it took too long'}."
        return str(header.get("message", ""))

    def ask(self, request: dict[str, Any], timeout_s: float, part: Callable[[bytes], None]) -> Reply:
        """The child's reply; `part` is given what it sends before.

        Raises:
            TookTooLong: and the statement has been stopped, or the child killed.
            ChildGone: it ended, or was killed for another statement's sake.
        """
        deadline = time.monotonic() + timeout_s
        number, replies = self._send(request)
        try:
            return _last_of(replies, deadline, part)
        except Empty:
            self._stop(number, replies)
            raise TookTooLong from None

    def kill(self) -> None:
        """End it now, whatever it does."""
        self._process.kill()
        self._process.wait()

    def _send(self, request: dict[str, Any]) -> tuple[int, Replies]:
        replies: Replies = SimpleQueue()
        with self._lock:
            self._number += 1
            self._waiting[self._number] = replies
            self._write({**request, "id": self._number})
            return self._number, replies

    def _write(self, request: dict[str, Any]) -> None:
        try:
            write_frame(self._requests, request)
        except (OSError, ValueError) as error:
            raise ChildGone(str(error)) from error

    def _stop(self, number: int, replies: Replies) -> None:
        try:
            with self._lock:
                self._write({"cancel": number})
            _last_of(replies, time.monotonic() + _OBEY_S, lambda _: None)
        except Empty:
            self.kill()
        except ChildGone:
            pass  # which stops the statement as well

    def _listen(self) -> None:
        while (frame := self._next()) is not None:
            with self._lock:
                number = frame[0]["id"]
                waiting = self._waiting.get(number) if "more" in frame[0] else self._waiting.pop(number, None)
            if waiting is not None:
                waiting.put(frame)
        self._process.kill()
        code = self._process.wait()
        with self._lock:
            left, self._waiting = list(self._waiting.values()), {}
            self._requests.close()
        for waiting in left:
            waiting.put(ChildGone(f"it ended with code {code}"))

    def _next(self) -> Reply | None:
        try:
            return read_frame(self._replies)
        except (OSError, ValueError):
            return None


def _last_of(replies: Replies, deadline: float, part: Callable[[bytes], None]) -> Reply:
    while "more" in (reply := _next_of(replies, deadline))[0]:
        if time.monotonic() >= deadline:  # parts that come one upon another would never let the queue wait
            raise Empty
        part(reply[1])
    return reply


def _next_of(replies: Replies, deadline: float) -> Reply:
    found = replies.get(timeout=max(deadline - time.monotonic(), 0))
    if isinstance(found, ChildGone):
        raise found
    return found


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    paths = [_HERE, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "TZ": "UTC"}
