"""Look again at what was posted whenever the data or a definition has changed, and answer what has moved in its own thread.

Each move is said once, however many workers look. It never changes a post, and says nothing where a gate is closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import structlog

from anabot.errors import AnabotError, PlaybookHeld, StoreError, Undelivered
from anabot.playbooks.batches import parts_said
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.restate import Origin, figures, key_of, moves, reply
from anabot.playbooks.view import Result
from anabot.store import Posted, Store
from anabot.types import Digest, Once

log = structlog.get_logger()
ROUND_S = 60.0
WINDOW = dt.timedelta(days=35)


class Again(Protocol):
    """Whoever asks a playbook's queries again: the runner."""

    def again(
        self, playbook: Playbook, at: dt.datetime, parts: Sequence[str] = ()
    ) -> tuple[Mapping[str, Result], Mapping[str, Origin], dt.date]:
        """The results as of an instant, of a batch those of these parts, where they come from, and the slot's local day."""

    def state(self) -> str:
        """A word for the data and the definitions as they now stand."""


class Replies(Protocol):
    """A way to answer in the thread of a post."""

    def reply(self, channel: str, message: str, digest: Digest, *, delivery_id: str, once: Once) -> str:
        """Answer once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restating:
    """Looks at posts again. `playbooks` gives those in force."""

    store: Store
    runner: Again
    playbooks: Callable[[], Mapping[str, Playbook]]
    poster: Replies
    once: Once

    def round(self) -> None:
        """Look at each post of the last weeks that has not been looked at in this state of the data."""
        state, now = self.runner.state(), dt.datetime.now(dt.UTC)
        self.store.posted.forget(now - WINDOW)
        self.store.openings.forget(now - WINDOW)
        for posted in self.store.posted.stale(state, since=now - WINDOW):
            playbook = self.playbooks().get(posted.playbook)
            if playbook is None or playbook.restate is None:
                self.store.posted.looked(posted, state)
                continue
            try:
                self._look(posted, playbook, playbook.restate, state)
            except (PlaybookHeld, Undelivered, StoreError) as error:
                log.info("restate.later", delivery=posted.delivery_id, reason=str(error))
            except AnabotError as error:
                log.warning("restate.failed", delivery=posted.delivery_id, code=error.code, reason=str(error))
                if not error.passing:
                    self.store.posted.looked(posted, state)

    def _look(self, posted: Posted, playbook: Playbook, tolerance: Decimal, state: str) -> None:
        at = dt.datetime.fromisoformat(posted.figures["at"])
        results, origins, today = self.runner.again(playbook, at, parts_said(posted.figures))
        moved = moves(posted.figures, results, tolerance, today)
        if not moved:
            self.store.posted.looked(posted, state)
            return
        key = f"{posted.delivery_id}/restated/{key_of(moved, posted.checked)}"
        said = reply(playbook, moved, posted.figures, origins)
        self.poster.reply(posted.channel, posted.message, said, delivery_id=key, once=self.once)
        log.info("playbook.restated", playbook=playbook.name, delivery=posted.delivery_id, moved=len(moved))
        self.store.posted.looked(posted, state, _since(posted.figures, figures(results, origins, at, today, state)))


def _since(said: Mapping[str, Any], now: Mapping[str, Any]) -> Mapping[str, Any]:
    """What has been said by now: what was recomputed, in the place of what was posted."""
    return {**said, "cells": {**said["cells"], **now.get("cells", {})}, "origins": {**said["origins"], **now.get("origins", {})}}
