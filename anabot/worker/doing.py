"""One slot from the moment a worker has it in hand to its end: run, posted, skipped, held, failed, put back, or too old.

What may pass by itself puts the slot back for later; what will not is told to the owner. Whatever is written about a slot is
written under its attempt, so that a worker that has lost it changes nothing. It never picks a slot itself.
"""

from __future__ import annotations

import datetime as dt
import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

import structlog

from anabot.errors import AnabotError, PlaybookError, PlaybookHeld, PlaybookSkipped, StoreError, Undelivered
from anabot.playbooks.due import CATCH_UP, held_until, is_late, marked
from anabot.playbooks.gates import card
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.schedule import Slot as DueSlot
from anabot.playbooks.schedule import at_key
from anabot.store import Slot, Store
from anabot.types import Clock, Digest, Once, Poster
from anabot.worker.pace import Pace
from anabot.worker.telling import Telling, intended

log = structlog.get_logger()
BY_HAND = "/now"
# The store or Slack is away, or the line broke. None of it says anything about the playbook.
_PASSING = (StoreError, Undelivered, OSError, http.client.HTTPException)
PAUSED = "It was paused."
_TRIES = 6
_GONE = "There is no such playbook any more."
_INTERRUPTED = "It was interrupted."
_NOT_OPENED = "Its gates did not open in time."
_TOO_OLD = "It could not be posted within a day."


class Runs(Protocol):
    """Whoever computes a digest: the runner."""

    def run(self, playbook: Playbook, at: dt.datetime, *, dry_run: bool = False) -> Digest:
        """The digest of one playbook as of an instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a worker works with. `playbooks` gives those in force."""

    runner: Runs
    playbooks: Callable[[], Mapping[str, Playbook]]
    store: Store
    poster: Poster
    clock: Clock
    pace: Pace


class Doing:
    """Does slots, one call each. Thread-safe."""

    def __init__(self, parts: Parts, once: Once, telling: Telling) -> None:
        self._parts, self._once, self._telling = parts, once, telling
        self._slots = parts.store.slots

    def do(self, slot: Slot) -> None:
        """Do a slot that is in this worker's hands, as far as it goes now."""
        with structlog.contextvars.bound_contextvars(playbook=slot.playbook, slot=slot.slot):
            try:
                self._do(slot, self._parts.playbooks().get(slot.playbook))
            except _PASSING as error:
                log.warning("playbook.later", attempt=slot.attempt, error=type(error).__name__, reason=str(error))
                self._slots.release(slot, wait=self._parts.pace.wait(slot.attempt), detail=slot.detail)

    def by_hand(self, slot: Slot, playbook: Playbook, at: dt.datetime, by: str) -> str:
        """Run and post a slot that somebody asked for, as of the instant `at`. Returns the message's own id."""
        try:
            with self._parts.store.audit.act(intended(playbook, slot.slot, by)):
                return self._post(slot, playbook, self._parts.runner.run(playbook, at), slot.detail)
        except _PASSING:
            raise  # it is taken up again where it has begun to be posted
        except AnabotError as error:
            self._slots.finish(slot, "failed", {"reason": str(error)})
            raise

    def _do(self, slot: Slot, playbook: Playbook | None) -> None:
        if playbook is None:
            self._slots.finish(slot, "failed", {"reason": _GONE})
        elif slot.due_at is None:
            self._resume(slot, playbook)
        elif slot.playbook in self._parts.store.changes.pauses():
            self._slots.finish(slot, "skipped", {"reason": PAUSED})
        else:
            self._while_new(slot, playbook, DueSlot(slot.due_at, slot.playbook, at_key(slot.slot)))

    def _while_new(self, slot: Slot, playbook: Playbook, due: DueSlot) -> None:
        """Run what is not too old to be posted: a day, or as long as it waits for its gates."""
        now, held = self._parts.clock.now(), "gates" in (slot.detail or {})
        if held and now >= held_until(due, playbook.schedule):
            self._slots.release(slot, "overdue", detail={"reason": _NOT_OPENED})
        elif not held and now - due.at > CATCH_UP:
            self._slots.release(slot, "overdue", detail={"reason": _TOO_OLD})
        else:
            self._run(slot, playbook, due)

    def _run(self, slot: Slot, playbook: Playbook, due: DueSlot) -> None:
        try:
            with self._parts.store.audit.act(intended(playbook, slot.slot, playbook.owner)):
                digest = self._parts.runner.run(playbook, due.at)
                late = self._late(slot, due)
                self._post(slot, playbook, marked(digest, due, playbook) if late else digest, {"late": late})
        except _PASSING:
            raise
        except PlaybookHeld as held:
            self._hold(slot, playbook, due, held)
        except PlaybookSkipped as skipped:
            log.info("playbook.skipped", reason=str(skipped))
            self._slots.finish(slot, "skipped", {"reason": str(skipped)})
        except AnabotError as error:
            self._try_again_or_fail(slot, playbook, error)
        except Exception:  # the door: the owner is told, the log has the rest, and the next slot is taken
            reference = uuid4().hex[:8]
            log.exception("playbook.broke", reference=reference)
            self._fail(slot, playbook, f"Something broke that should not have; the log has it as {reference}.")

    def _try_again_or_fail(self, slot: Slot, playbook: Playbook, error: AnabotError) -> None:
        """A warehouse or a directory that is away for minutes costs nobody a digest."""
        tries = int((slot.detail or {}).get("tries", 0)) + 1
        log.warning("playbook.failed", code=error.code, tries=tries)
        if error.passing and tries < _TRIES:
            wait = self._parts.pace.wait(tries + 2)
            self._slots.release(slot, wait=wait, detail={**(slot.detail or {}), "tries": tries})
        else:
            self._fail(slot, playbook, str(error))

    def _late(self, slot: Slot, due: DueSlot) -> bool:
        """Whether it says that it is late. Once a part of it may have been posted that no longer changes."""
        begun = self._parts.store.deliveries.get(slot.name)
        noted = bool((slot.detail or {}).get("late"))
        if begun is not None and begun.state != "planned":
            return noted
        late = is_late(due, self._parts.clock.now())
        if late != noted and not self._slots.note(slot, {"late": late}):
            raise Undelivered(f"Another worker has taken over {slot.name}.")
        return late

    def _post(self, slot: Slot, playbook: Playbook, digest: Digest, detail: Mapping[str, Any] | None) -> str:
        message = self._parts.poster.post(playbook.channel, digest, delivery_id=slot.name, once=self._once)
        if digest.posted:
            self._parts.store.posted.put(
                slot.name,
                digest.posted,
                playbook=playbook.name,
                actor=playbook.owner,
                channel=playbook.channel,
                message=message,
                checked=digest.posted["state"],
            )
        said = {"message": message, "channel": playbook.channel, "receipts": list(digest.receipts)}
        self._slots.finish(slot, "posted", {**(detail or {}), **said})
        log.info("playbook.posted", playbook=playbook.name, slot=slot.slot)
        return message

    def _resume(self, slot: Slot, playbook: Playbook) -> None:
        """A run by hand that somebody left undone: completed where its post has begun, and otherwise given up."""
        begun = self._parts.store.deliveries.get(slot.name)
        if begun is None or begun.state == "planned":
            self._slots.finish(slot, "failed", {"reason": _INTERRUPTED})
            return
        at = at_key(slot.slot.removesuffix(BY_HAND)).replace(tzinfo=playbook.schedule.zone)
        try:
            self.by_hand(slot, playbook, at.astimezone(dt.UTC), playbook.owner)
        except PlaybookError as error:
            log.warning("playbook.failed", code=error.code)

    def _hold(self, slot: Slot, playbook: Playbook, due: DueSlot, held: PlaybookHeld) -> None:
        """Say once, in the channel and to the owner, what holds it back. It is tried again before long."""
        log.info("playbook.held", gates=[one.gate for one in held.closed])
        said = card(playbook, due, held.closed, held_until(due, playbook.schedule))
        try:
            self._parts.poster.post(playbook.channel, said, delivery_id=f"{slot.name}/held", once=self._once)
        except PlaybookError as error:
            log.warning("playbook.card_not_posted", reason=str(error))
        words = f"is held back. {held.why} {held.todo} It is then posted by itself."
        self._telling.about(slot, playbook, words, part="/held")
        gates = [{"gate": one.gate, "why": one.why, "since": one.since and one.since.isoformat()} for one in held.closed]
        wait = self._parts.pace.held(self._parts.clock.now() - due.at)
        self._slots.release(slot, "held", wait=wait, detail={"reason": str(held), "gates": gates})

    def _fail(self, slot: Slot, playbook: Playbook, reason: str) -> None:
        self._telling.about(slot, playbook, f"was not posted. {reason}")
        self._slots.finish(slot, "failed", {"reason": reason})
