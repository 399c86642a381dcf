"""The clock and the hands: playbooks that are due are claimed, run and posted, each slot once; it stops when it is told.

Slots are due in business time; ticks, leases and stops follow the real clock. What became of a slot is always on record:
posted, failed, stopped or missed. It never decides what a playbook says.
"""

from __future__ import annotations

import datetime as dt
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol
from uuid import uuid4

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from anabot.errors import AnabotError, PlaybookError
from anabot.playbooks.due import CATCH_UP, due, marked
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.schedule import Slot, slot_at, slot_of
from anabot.semantic.names import did_you_mean
from anabot.stewards.pauses import skip_paused
from anabot.store import Intended, Store
from anabot.types import Clock, Digest, Poster

log = structlog.get_logger()

TICK_S = 2.0
STOP_S = 25.0
# A run takes seconds; one that has not ended after this long belongs to a worker that is gone.
LEASE = dt.timedelta(minutes=10)
_SWEEP_S = 60.0
_LAST_TICK = "worker/last_tick"
_BY_HAND = "/now"


class Runs(Protocol):
    """Whoever computes a digest: the runner."""

    def run(self, playbook: Playbook, at: dt.datetime, *, dry_run: bool = False) -> Digest:
        """The digest of one playbook as of an instant."""


class Worker:
    """Posts every due playbook. Several workers may share one store: each slot is done by one of them.

    `playbooks` gives those in force; `notify` tells one person, by handle, something in private.
    """

    def __init__(
        self,
        *,
        runner: Runs,
        playbooks: Callable[[], Mapping[str, Playbook]],
        store: Store,
        poster: Poster,
        clock: Clock,
        notify: Callable[[str, str], None],
    ) -> None:
        self._runner, self._playbooks, self._store = runner, playbooks, store
        self._poster, self._clock, self._notify = poster, clock, notify
        self._stopping = threading.Event()
        self._busy: set[str] = set()
        # One late job is enough; two of one kind at once are too many. The default grace of a second loses ticks.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone=dt.UTC, job_defaults=defaults)
        self.every(TICK_S, self.tick)
        self.every(_SWEEP_S, self.sweep)

    def every(self, seconds: float, does: Callable[[], object]) -> None:
        """Do something every so many real seconds, beside the playbooks. What it raises is logged, and it is done again."""
        self._scheduler.add_job(lambda: self._guarded(does), "interval", seconds=seconds)

    def start(self) -> None:
        """Start the clock, in threads of its own. Slots of an earlier worker that were left undone are taken up at once."""
        # It warns at every tick that waits for a long run, which is what it is meant to do.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        if self._store.notes.get(_LAST_TICK) is None:
            self._store.notes.put(_LAST_TICK, self._clock.now().isoformat())
        self._scheduler.add_job(lambda: self._guarded(self.sweep))
        self._scheduler.start()

    def stop(self, timeout_s: float = STOP_S) -> bool:
        """Stop: what is running ends, nothing new begins. False when something still runs after `timeout_s` real seconds."""
        self._stopping.set()
        if not self._scheduler.running:
            return True
        ending = threading.Thread(target=self._scheduler.shutdown, name="worker-stop", daemon=True)
        ending.start()
        ending.join(timeout_s)
        log.info("worker.stopped", clean=not ending.is_alive())
        return not ending.is_alive()

    def serve(self) -> bool:
        """Start, wait for SIGTERM or SIGINT, and stop. Call it on the main thread. Returns what `stop` returns."""
        asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: asked.set())
        self.start()
        asked.wait()
        return self.stop()

    def tick(self) -> None:
        """Claim all that has come due since the last tick, then run it. The first tick ever starts from now."""
        now, playbooks = self._clock.now(), self._playbooks()
        noted = self._store.notes.get(_LAST_TICK)
        # A clock that was set back does not owe what it shows again; claims keep that from being posted twice.
        after = min(dt.datetime.fromisoformat(noted), now) if noted else now
        found = due(playbooks, after, now)
        skip_paused(self._store, (*found.run, *found.missed))
        mine = [slot for slot in found.run if self._store.slots.claim(slot.playbook, slot.key)]
        missed = [slot for slot in found.missed if self._store.slots.claim(slot.playbook, slot.key)]
        # Noted only now: a worker that dies before this line leaves the slots to the next tick.
        self._store.notes.put(_LAST_TICK, now.isoformat())
        for name in sorted({slot.playbook for slot in missed}):
            self._miss([slot for slot in missed if slot.playbook == name], playbooks[name], "Ana was away for longer than a day.")
        for slot in mine:
            self._do(slot, playbooks[slot.playbook])

    def sweep(self) -> None:
        """Take up the slots that a worker has left undone: stopped before their turn, or claimed and never finished."""
        now, playbooks = self._clock.now(), self._playbooks()
        for left in self._store.slots.list(limit=200):
            age = dt.datetime.now(dt.UTC) - left.claimed_at
            undone = left.status == "stopped" or (left.status == "running" and age > LEASE)
            if not undone or f"{left.playbook}@{left.slot}" in self._busy:
                continue
            if not self._store.seen.once(f"resume/{left.playbook}@{left.slot}/{left.finished_at}/{age // LEASE}"):
                continue
            playbook = playbooks.get(left.playbook)
            if playbook is None or left.slot.endswith(_BY_HAND):
                self._store.slots.finish(left.playbook, left.slot, "failed", {"reason": "It was interrupted."})
                continue
            slot = slot_of(left.playbook, playbook.schedule, left.slot)
            if now - slot.at > CATCH_UP:
                self._miss([slot], playbook, "It was interrupted, and nobody took it up within a day.")
            else:
                self._do(slot, playbook, again=True)

    def run_now(self, name: str, by: str, at: dt.datetime | None = None) -> str:
        """Run one playbook as of now, or of the aware instant `at`, and post it. Twice within a minute posts once.

        Returns the message's own id.

        Raises:
            PlaybookError: there is no such playbook, it cannot run, or this minute's run has not ended yet.
        """
        playbook = self._playbooks().get(name)
        if playbook is None:
            raise PlaybookError(f"There is no playbook {name}.", todo=did_you_mean(name, self._playbooks()))
        slot = slot_at(name, playbook.schedule, at or self._clock.now())
        key = slot.key + _BY_HAND
        if not self._store.slots.claim(name, key):
            done = self._store.deliveries.get(f"{name}@{key}")
            if done is None or done.state != "sent":
                raise PlaybookError(f"{name} is already running.", todo="Wait for it, or try again in a minute.")
            return done.message
        log.info("playbook.by_hand", playbook=name, by=by)
        try:
            with self._store.audit.act(_act(playbook, key, by)):
                return self._post(self._runner.run(playbook, slot.at), playbook, key, again=False)
        except AnabotError as error:
            self._store.slots.finish(name, key, "failed", {"reason": str(error)})
            raise

    def _do(self, slot: Slot, playbook: Playbook, *, again: bool = False) -> None:
        if self._stopping.is_set():
            self._store.slots.finish(slot.playbook, slot.key, "stopped")
            return
        with self._working(slot):
            try:
                with self._store.audit.act(_act(playbook, slot.key, playbook.owner)):
                    digest = marked(self._runner.run(playbook, slot.at), slot, playbook, self._clock.now())
                    self._post(digest, playbook, slot.key, again=again)
            except AnabotError as error:
                log.warning("playbook.failed", code=error.code)
                self._fail(slot, playbook, str(error))
            except OSError as error:
                # The line to Slack broke, and nobody knows what arrived. The sweep takes the slot up; the poster looks first.
                log.warning("playbook.unsure", error=type(error).__name__)
            except Exception:
                reference = uuid4().hex[:8]
                log.exception("playbook.broke", reference=reference)
                self._fail(slot, playbook, f"Something broke that should not have; the log has it as {reference}.")

    def _post(self, digest: Digest, playbook: Playbook, key: str, *, again: bool) -> str:
        message = self._deliver(f"{playbook.name}@{key}", playbook.channel, digest, again=again)
        detail = {"message": message, "channel": playbook.channel, "receipts": list(digest.receipts)}
        self._store.slots.finish(playbook.name, key, "posted", detail)
        log.info("playbook.posted", playbook=playbook.name, slot=key)
        return message

    def _deliver(self, delivery_id: str, channel: str, digest: Digest, *, again: bool) -> str:
        ledger = self._store.deliveries
        delivery = ledger.plan(delivery_id, channel)
        if delivery.state == "sent":
            return delivery.message
        # In `sending` somebody may have sent it: only who takes a slot up again may ask the poster, who looks before it posts.
        if not ledger.begin(delivery_id) and not again:
            raise PlaybookError(f"{delivery_id} is being posted by another worker.")
        message = self._poster.post(channel, digest, delivery_id=delivery_id)
        ledger.sent(delivery_id, message)
        return message

    def _fail(self, slot: Slot, playbook: Playbook, reason: str) -> None:
        self._store.slots.finish(slot.playbook, slot.key, "failed", {"reason": reason})
        self._tell(playbook, [slot], f"was not posted. {reason}")

    def _miss(self, slots: Sequence[Slot], playbook: Playbook, reason: str) -> None:
        for slot in slots:
            self._store.slots.finish(slot.playbook, slot.key, "missed", {"reason": reason})
            self._store.audit.refusal(_act(playbook, slot.key, playbook.owner), status="missed", reason=reason)
        log.warning("playbook.missed", playbook=playbook.name, slots=[slot.key for slot in slots])
        self._tell(playbook, slots, f"was missed. {reason}")

    def _tell(self, playbook: Playbook, slots: Sequence[Slot], words: str) -> None:
        times = ", ".join(f"{slot.local:%Y-%m-%d %H:%M}" for slot in slots)
        place = f"{playbook.name} for #{playbook.channel}, due {times} ({playbook.schedule.zone.key}),"
        try:
            self._notify(playbook.owner, f"{place} {words}")
        except AnabotError as error:
            log.warning("playbook.owner_not_told", playbook=playbook.name, code=error.code)

    def _guarded(self, does: Callable[[], object]) -> None:
        """The door of every job: whatever it raises, the clock goes on."""
        try:
            does()
        except AnabotError as error:
            log.warning("worker.job_failed", code=error.code, reason=str(error))
        except Exception:
            log.exception("worker.job_broke", reference=uuid4().hex[:8])

    @contextmanager
    def _working(self, slot: Slot) -> Iterator[None]:
        name = f"{slot.playbook}@{slot.key}"
        self._busy.add(name)
        try:
            with structlog.contextvars.bound_contextvars(playbook=slot.playbook, slot=slot.key):
                yield
        finally:
            self._busy.discard(name)


def _act(playbook: Playbook, key: str, by: str) -> Intended:
    """One run of a playbook and its post, for the record."""
    return Intended(question_id=f"{playbook.name}@{key}", actor=by, place=f"#{playbook.channel}", kind="post")
