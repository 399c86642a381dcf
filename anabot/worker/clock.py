"""The clock of a worker: what is due is put down, hands take it up, what dead workers left is taken over; it stops when told.

Slots are due in business time; ticks, heartbeats and stops follow the real clock. It never runs or posts anything itself.
"""

from __future__ import annotations

import datetime as dt
import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from uuid import uuid4

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from anabot.errors import AnabotError, PlaybookError
from anabot.playbooks.due import Agenda, is_late
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.schedule import Slot as DueSlot
from anabot.playbooks.schedule import slot_at
from anabot.semantic.names import did_you_mean
from anabot.store import NewSlot, Slot, Store
from anabot.types import Clock, Poster
from anabot.worker.doing import BY_HAND, PAUSED, Doing, Parts, Runs
from anabot.worker.once import Ledger
from anabot.worker.pace import Pace
from anabot.worker.pulse import Pulse
from anabot.worker.telling import Notify, Telling

log = structlog.get_logger()

_LAST_TICK = "worker/last_tick"
_AWAY = "Ana was away for longer than a day."
_FOR_HANDOVER_S = 3.0  # of the time to stop, to hand over what has not ended


class Worker:
    """Posts every due playbook. Any number of workers may share one store: each slot is done by one of them.

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
        notify: Notify,
        pace: Pace | None = None,
    ) -> None:
        self._pace = pace or Pace()
        self._playbooks, self._store, self._clock = playbooks, store, clock
        self._stopping = threading.Event()
        self.once = ledger = Ledger(store, clock, self._pace, self._stopping)
        self._telling = Telling(store, notify, ledger)
        parts = Parts(runner=runner, playbooks=playbooks, store=store, poster=poster, clock=clock, pace=self._pace)
        self._doing, self._pulse = Doing(parts, ledger, self._telling), Pulse(store, self._pace)
        self._agenda: Agenda | None = None
        self._busy: dict[str, Slot | None] = {}
        self._taking = threading.Lock()
        self._wake = threading.Condition()
        self._hands: list[threading.Thread] = []
        # One late job is enough; two of one kind at once are too many. The default grace of a second loses ticks.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone=dt.UTC, job_defaults=defaults)
        self.every(self._pace.beat_s, self._pulse.beat)
        self.every(self._pace.beat_s, self.take_over)
        self.every(self._pace.tick_s, self.put_down)

    @property
    def name(self) -> str:
        """What this worker is called in the store, another name each time it starts."""
        return self._pulse.worker

    def every(self, seconds: float, does: Callable[[], object]) -> None:
        """Do something every so many real seconds, beside the playbooks. What it raises is logged, and it is done again."""
        self._scheduler.add_job(lambda: self._guarded(does), "interval", seconds=seconds)

    def start(self) -> None:
        """Start the clock and the hands, in threads of their own."""
        # It warns at every tick that waits for a long run, which is what it is meant to do.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._guarded(self._pulse.beat)
        self._guarded(self._begin)
        self._scheduler.start()
        self._hands = [threading.Thread(target=self._hand, name=f"worker-hand-{n}", daemon=True) for n in range(self._pace.hands)]
        for hand in self._hands:
            hand.start()

    def stop(self, timeout_s: float | None = None) -> bool:
        """Stop: what is running ends, nothing new begins, and what has not ended in time is handed over. False if any was."""
        until = time.monotonic() + (self._pace.stop_s - _FOR_HANDOVER_S if timeout_s is None else timeout_s)
        self._stopping.set()
        with self._wake:
            self._wake.notify_all()
        for hand in self._hands:
            hand.join(max(0.0, until - time.monotonic()))
        if not self._scheduler.running:
            return True
        self._scheduler.shutdown(wait=False)
        left = [slot for slot in self._busy.values() if slot is not None]
        self._guarded(lambda: self._hand_over(left))
        log.info("worker.stopped", clean=not left, handed_over=[slot.name for slot in left])
        return not left

    def serve(self) -> bool:
        """Start, wait for SIGTERM or SIGINT, and stop. Call it on the main thread. Returns what `stop` returns."""
        asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: asked.set())
        self.start()
        asked.wait()
        return self.stop()

    def tick(self) -> None:
        """Put down all that has come due, and work until nothing is left to do."""
        self.put_down()
        self.work()

    def put_down(self) -> None:
        """Write down every slot that has come due since the last time. The first time ever starts from now."""
        now, playbooks = self._clock.now(), self._playbooks()
        agenda = self._begin()
        found = agenda.due(playbooks, now)
        late = [slot for slot in (*found.run, *found.missed) if is_late(slot, now)]
        # A schedule that was edited meanwhile does not bring back a day that has had its post.
        had = self._store.slots.days(_day(slot) for slot in late)
        run = [_new(slot) for slot in found.run if slot not in late or (slot.playbook, _day(slot)) not in had]
        missed = [_new(slot, "overdue", _AWAY) for slot in found.missed if (slot.playbook, _day(slot)) not in had]
        self._store.slots.add(self._unless_paused([*run, *missed]))
        # Noted only now: a worker that dies before this line leaves the slots to the next tick.
        agenda.passed(now)
        self._store.notes.put(_LAST_TICK, now.isoformat())
        self._telling.missed(playbooks)
        with self._wake:
            self._wake.notify_all()

    def take_over(self) -> None:
        """Put back what a worker that is gone has in its hands, and what this one could not even put back."""
        running = self._store.slots.running()
        gone = self._pulse.dead({slot.worker for slot in running})
        with self._taking:
            undone = [slot for slot in running if slot.worker == self.name and slot.name not in self._busy]
        for slot in [*undone, *(slot for slot in running if slot.worker in gone)]:
            if self._store.slots.release(slot, detail=slot.detail):
                log.warning("playbook.taken_over", playbook=slot.playbook, slot=slot.slot, worker=slot.worker)

    def work(self) -> None:
        """Take up one slot after the other until there is none that may be done now."""
        while not self._stopping.is_set() and (slot := self._take()) is not None:
            try:
                self._doing.do(slot)
            finally:
                self._busy.pop(slot.name, None)

    def run_now(self, name: str, by: str, at: dt.datetime | None = None) -> str:
        """Run one playbook as of now, or of the aware instant `at`, and post it. Twice within a minute posts once.

        Returns the message's own id.

        Raises:
            PlaybookError: there is no such playbook, it cannot run, or this minute's run has not ended yet.
        """
        playbook = self._playbooks().get(name)
        if playbook is None:
            raise PlaybookError(f"There is no playbook {name}.", todo=did_you_mean(name, self._playbooks()))
        due = slot_at(name, playbook.schedule, at or self._clock.now())
        key = due.key + BY_HAND
        with nullcontext() if self._scheduler.running else self._pulse.beating():
            with self._taking:
                slot = self._store.slots.claim(name, key, self.name)
                if slot is not None:
                    self._busy[slot.name] = slot
            if slot is None:
                return self._done_already(name, key)
            log.info("playbook.by_hand", playbook=name, by=by)
            try:
                return self._doing.by_hand(slot, playbook, due.at, by)
            finally:
                self._busy.pop(slot.name, None)

    def _unless_paused(self, slots: list[NewSlot]) -> list[NewSlot]:
        """The slots of a paused playbook are skipped, on record, so that nobody posts them later."""
        paused = self._store.changes.pauses() if slots else {}
        return [replace(slot, status="skipped", detail={"reason": PAUSED}) if slot.playbook in paused else slot for slot in slots]

    def _done_already(self, name: str, key: str) -> str:
        done = self._store.deliveries.get(f"{name}@{key}")
        if done is None or done.state != "sent":
            raise PlaybookError(f"{name} is already running.", todo="Wait for it, or try again in a minute.")
        return done.message

    def _begin(self) -> Agenda:
        if self._agenda is None:
            noted = self._store.notes.get(_LAST_TICK)
            now = self._clock.now()
            if noted is None:
                self._store.notes.put(_LAST_TICK, now.isoformat())
            self._agenda = Agenda(dt.datetime.fromisoformat(noted) if noted else now)
        return self._agenda

    def _take(self) -> Slot | None:
        with self._taking:
            slot = self._store.slots.take(self.name)
            if slot is not None:
                self._busy[slot.name] = slot
        return slot

    def _hand(self) -> None:
        while not self._stopping.is_set():
            self._guarded(self.work)
            with self._wake:
                if not self._stopping.is_set():
                    self._wake.wait(self._pace.tick_s)

    def _hand_over(self, slots: list[Slot]) -> None:
        for slot in slots:
            self._store.slots.release(slot, detail=slot.detail)
        self._pulse.leave()

    def _guarded(self, does: Callable[[], object]) -> None:
        """The door of every job: whatever it raises, the clock goes on."""
        try:
            does()
        except AnabotError as error:
            log.warning("worker.job_failed", code=error.code, reason=str(error))
        except Exception:  # the door: one job that breaks must not stop the clock
            log.exception("worker.job_broke", reference=uuid4().hex[:8])


def _new(slot: DueSlot, status: str = "due", reason: str = "") -> NewSlot:
    detail = {"reason": reason} if reason else None
    return NewSlot(playbook=slot.playbook, slot=slot.key, due_at=slot.at, status=status, detail=detail)


def _day(slot: DueSlot) -> str:
    return f"{slot.local:%Y-%m-%d}"
