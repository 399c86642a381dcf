"""Heartbeats: this worker's own, and whose have stopped. It judges by looks of its own, never by anybody's clock.

A worker is dead when its count has not moved at several looks in a row. A look that fails counts for nothing, so that a store
that is away for a while kills nobody. It may be wrong about a worker that sleeps, and nothing is posted twice even then.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import structlog

from anabot.errors import StoreError
from anabot.store import Store
from anabot.worker.pace import Pace

log = structlog.get_logger()


class Pulse:
    """One worker's heart, and its eye on the others."""

    def __init__(self, store: Store, pace: Pace) -> None:
        self.worker = f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid4().hex[:12]}"
        self._beats, self._pace = store.beats, pace
        self._count = 0
        self._looks: dict[str, tuple[int, int]] = {}

    def beat(self) -> None:
        """Say once more that this worker is alive."""
        self._count += 1
        self._beats.beat(self.worker, self._count)

    def leave(self) -> None:
        """This worker ends, and whatever it still holds may be taken at once."""
        self._beats.leave(self.worker)

    def dead(self, holding: Iterable[str]) -> frozenset[str]:
        """One look: which of these workers are gone. Of any other that is gone the heartbeat is forgotten."""
        counts = self._beats.counts()
        self._looks = {worker: self._look(worker, count) for worker, count in counts.items() if worker != self.worker}
        still = {worker for worker, (_, misses) in self._looks.items() if misses >= self._pace.misses}
        for worker in still:
            self._beats.leave(worker)
        return frozenset(still | (set(holding) - counts.keys() - {self.worker}))

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat for as long as something is done that no clock beats for."""
        done = threading.Event()
        self.beat()
        heart = threading.Thread(target=self._until, args=(done,), name="worker-pulse", daemon=True)
        heart.start()
        try:
            yield
        finally:
            done.set()
            heart.join()
            self.leave()

    def _until(self, done: threading.Event) -> None:
        while not done.wait(self._pace.beat_s):
            try:
                self.beat()
            except StoreError as error:
                log.warning("worker.no_beat", reason=str(error))

    def _look(self, worker: str, count: int) -> tuple[int, int]:
        before, still = self._looks.get(worker, (-1, 0))
        return count, still + 1 if count == before else 0
