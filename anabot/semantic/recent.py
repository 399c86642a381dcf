"""What was found lately, in bounded amounts. It never knows what it keeps."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_MOST = 20_000


class Lately(dict[Hashable, Any]):
    """What was found lately. It begins again when there is too much of it."""

    def __setitem__(self, key: Hashable, value: Any) -> None:
        if len(self) >= _MOST:
            self.clear()
        super().__setitem__(key, value)


class Recent(Generic[T]):
    """The `most` things that were asked for last. Shared by threads."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._held: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """What is kept under `key`, which from now on is the last that was asked for."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def keep(self, key: Hashable, found: T) -> None:
        """Keep one thing, and forget what was not asked for the longest."""
        with self._lock:
            self._held[key] = found
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()

    def __len__(self) -> int:
        return len(self._held)
