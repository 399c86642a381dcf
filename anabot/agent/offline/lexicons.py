"""The lexicons in use: one for each asker's registry, grant and values, the most recent ones kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from anabot.agent.offline.lexicon import Lexicon
from anabot.semantic.registry import Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant

_KEPT = 64


class Lexicons:
    """The lexicons in use, the most recent ones kept. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Any, ...], Lexicon] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, registry: Registry, grant: Grant, values: ValueIndex) -> Lexicon:
        """The lexicon of this asker, built when it is not kept yet."""
        key = (registry.version, id(registry), grant.fingerprint(), grant.listed, id(values))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        built = Lexicon(registry, grant, values)  # it holds on to registry and values, so their ids stay theirs
        with self._lock:
            self._kept[key] = built
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return built
