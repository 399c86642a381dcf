"""Say one thing once, whatever breaks: the ledger is written before and after, and after a break Ana looks before she repeats.

What cannot be told apart from afar is waited out: whoever holds a message sends it within moments or not at all. It never knows
what is said, nor to whom.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from uuid import uuid4

import structlog

from anabot.errors import AnabotError, Undelivered
from anabot.store import Delivery, Store
from anabot.types import Clock
from anabot.worker.pace import Pace

log = structlog.get_logger()
_TRIES = 3


class Ledger:
    """The `Once` of a worker (see `types`). `stopping` ends its waits; what it waited for is then left to another worker."""

    def __init__(self, store: Store, clock: Clock, pace: Pace, stopping: threading.Event) -> None:
        self._deliveries, self._clock, self._pace, self._stopping = store.deliveries, clock, pace, stopping

    def __call__(
        self, key: str, channel: str, *, say: Callable[[Callable[[], None]], str], find: Callable[[dt.datetime], str]
    ) -> str:
        """The message's own id, said now or before.

        Raises:
            Undelivered: nobody knows yet whether it arrived, or somebody else is saying it. To be tried again later.
        """
        delivery = self._deliveries.plan(key, channel)
        if delivery.state == "sent":
            return delivery.message
        began, holder, since = self._clock.now(), uuid4().hex, _elapsed()
        if delivery.state == "planned":
            if not self._deliveries.begin(key, holder, began):
                raise Undelivered(f"{key} is being posted by another worker.")
        else:
            began = delivery.began_at or began
            found = self._look(key, lambda: find(began)) or self._outwait(delivery, lambda: find(began))
            if found:
                return found
            since = _elapsed()
            if not self._deliveries.pass_on(key, delivery.holder, holder):
                raise Undelivered(f"{key} is being posted by another worker.")
        leave = _Leave(lambda: self._deliveries.pass_on(key, holder, holder), self._pace.send_s, since)
        return self._say(key, holder, lambda: say(leave), lambda: find(began))

    def _say(self, key: str, holder: str, say: Callable[[], str], find: Callable[[], str]) -> str:
        for attempt in range(1, _TRIES + 1):
            try:
                return self._arrived(key, say())
            except Undelivered as error:
                log.warning("delivery.unsure", delivery=key, attempt=attempt, reason=str(error))
            except AnabotError:
                self._deliveries.failed(key, holder)  # it was refused, and has certainly not arrived
                raise
            found = self._look(key, find)
            if not found and not self._stopping.wait(self._pace.settle_s):
                found = self._look(key, find)
            if found:
                return found
            if self._stopping.is_set():
                break
        raise Undelivered(f"{key} could not be posted.", why="The channel does not say whether it has arrived.")

    def _outwait(self, delivery: Delivery, find: Callable[[], str]) -> str:
        """Wait until nothing of whoever holds it can arrive any more, and look once more."""
        if self._stopping.wait(self._pace.hold_s):
            raise Undelivered(f"{delivery.delivery_id} may still arrive.")
        now = self._deliveries.get(delivery.delivery_id)
        if now is None or (now.holder, now.at) != (delivery.holder, delivery.at):
            raise Undelivered(f"{delivery.delivery_id} is being posted by another worker.")
        return self._look(delivery.delivery_id, find)

    def _look(self, key: str, find: Callable[[], str]) -> str:
        found = find()
        return self._arrived(key, found) if found else ""

    def _arrived(self, key: str, message: str) -> str:
        self._deliveries.sent(key, message)
        return message


class _Leave:
    """Leave to send, asked for just before: it is renewed where it has aged, and refused where the message was passed on."""

    def __init__(self, renew: Callable[[], bool], lasts_s: float, since: tuple[float, float]) -> None:
        self._renew, self._lasts_s, self._since = renew, lasts_s, since

    def __call__(self) -> None:
        while self._age() > self._lasts_s / 2:
            since = _elapsed()
            if not self._renew():
                raise Undelivered("Another worker has taken this over.")
            self._since = since

    def _age(self) -> float:
        return max(now - then for now, then in zip(_elapsed(), self._since, strict=True))


def _elapsed() -> tuple[float, float]:
    """Seconds by two clocks: one that nobody sets, and one that runs on while the machine sleeps."""
    return time.monotonic(), time.time()
