"""How fast a worker lives, in real seconds. Only numbers: it waits for nothing itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The rhythms and patiences of a worker.

    `misses` looks in a row, `beat_s` apart, at which a worker's heartbeat has not moved, and it is taken for dead. A message
    leaves within `send_s` of its entry in the ledger or not at all, so that after `hold_s`, which is longer by the time a request
    to the channel may take, nothing of whoever held it can still arrive. `settle_s` is what a channel may take to show what it
    accepted, and `first_wait_s` to `longest_wait_s` what a slot rests when the store or the channel is away;
    `held_s` to `longest_held_s`, when a gate holds it back.
    """

    tick_s: float = 2.0
    beat_s: float = 1.0
    misses: int = 5
    hands: int = 4
    send_s: float = 4.0
    hold_s: float = 20.0
    settle_s: float = 2.0
    held_s: float = 120.0
    longest_held_s: float = 1800.0
    stop_s: float = 25.0
    first_wait_s: float = 2.0
    longest_wait_s: float = 300.0

    def held(self, waited: dt.timedelta) -> dt.timedelta:
        """How long a slot rests that a gate has held back for so long: a twentieth of it."""
        return dt.timedelta(seconds=min(max(self.held_s, waited.total_seconds() / 20), self.longest_held_s))

    def wait(self, attempt: int) -> dt.timedelta:
        """How long a slot rests after its `attempt`-th failure that may pass by itself."""
        return dt.timedelta(seconds=min(self.first_wait_s * 2 ** min(attempt - 1, 20), self.longest_wait_s))
