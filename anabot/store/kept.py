"""What one process remembers for a while: results by key, made once when several threads want them. Never written down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

MOST = 64
_T = TypeVar("_T")


class Kept(Generic[_T]):
    """The newest few results by key, each for a while. Two threads that miss at once make it once."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._lock = seconds, threading.Lock()
        self._kept: dict[str, tuple[float, _T]] = {}

    def get(self, key: str, make: Callable[[], _T]) -> _T:
        """What is kept under `key`, or what `make` makes now. What raises is not kept."""
        found = self._kept.get(key)
        if found is not None and found[0] > time.monotonic():
            return found[1]
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] <= time.monotonic():
                found = (time.monotonic() + self._seconds, make())
                self._kept = {**dict(list(self._kept.items())[1 - MOST :]), key: found}
            return found[1]
