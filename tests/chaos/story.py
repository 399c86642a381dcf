"""A story: workers on one store die again and again while Slack and PostgreSQL are unwell; and what Slack shows at its end."""

from __future__ import annotations

import datetime as dt
import math
import multiprocessing
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import Any

from anabot.store import Store
from tests.chaos.life import EVERY, PLAYBOOKS, POINTS, START, ZONE, End, Fate, World, live
from tests.chaos.slack import Slack, unwell

SLOTS_A_SECOND = 2.0
# A life that is to end at a point is given the time to come there; some others end at any moment.
_FATED, _FATED_S, _ANY_S = 0.7, (4.0, 6.0), (0.3, 3.0)
_SETTLED_WITHIN_S = 90.0
_spawn = multiprocessing.get_context("forkserver")
_spawn.set_forkserver_preload(["tests.chaos.life"])


@dataclass(frozen=True)
class Verdict:
    """What Slack's history says about the slots that were due. `points` are those at which a life ended by itself."""

    slots: int
    kills: int
    lost: tuple[str, ...]
    twice: tuple[str, ...]
    points: frozenset[str] = frozenset()
    outages: int = 0
    faults: int = 0

    def __str__(self) -> str:
        return f"{self.slots} slots, {self.kills} kills, {len(self.lost)} lost, {len(self.twice)} twice"


def tell(seed: int, store_url: str, *, workers: int, kills: int, outage: Callable[[], None] | None = None) -> Verdict:
    """Let `workers` work on an empty store until `kills` of them have been killed; then let the last ones finish, and judge.

    `outage` takes the store away for a while and gives it back.
    """
    store = Store(store_url)
    store.migrate()
    store.notes.put("worker/last_tick", START.isoformat())
    store.close()
    with unwell(seed) as slack:
        story = _Story(seed, World(store_url, slack.url, time.time(), SLOTS_A_SECOND * EVERY.total_seconds()), workers, outage)
        try:
            due = story.tell(kills)
            slack.well = True
            _wait(lambda: not judge(slack.messages, due)[0], _SETTLED_WITHIN_S)
            story.over()
        finally:
            story.bury()
        lost, twice = judge(slack.messages, due)
        bad = sum(count for fault, count in slack.faults.items() if fault != "none")
    return Verdict(len(due), story.kills, lost, twice, frozenset(story.points), story.outages, bad)


def judge(messages: Sequence[dict[str, Any]], due: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which slots due were not posted whole, and what was posted twice or without being due: by the words in Slack alone."""
    begun, ended = Counter[str](), Counter[str]()
    for message in messages:
        words = repr(message.get("blocks"))
        ended.update(re.findall(r"The end of (\S+ \S+)\.", words))
        if not message["thread_ts"] and message["text"] != "chatter":
            begun.update([_title(message)])
    lost = [slot for slot in due if not begun[slot] or not ended[slot]]
    twice = [slot for slot, count in (begun | ended).items() if count > 1 or slot not in due]
    return tuple(lost), tuple(twice)


def _title(message: dict[str, Any]) -> str:
    found = re.match(r"\S+ \d{4}-\d\d-\d\dT\d\d:\d\d", message["text"])
    return found.group(0) if found else message["text"]


@dataclass
class _Life:
    process: BaseProcess
    fate: Fate
    until: float
    begun: Event
    ended_by_us: bool = False


@dataclass
class _Story:
    seed: int
    world: World
    workers: int
    outage: Callable[[], None] | None
    kills: int = 0
    outages: int = 0
    points: set[str] = field(default_factory=set)
    lives: list[_Life] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._end: End = _spawn.Value("d", math.inf)
        self._born = self.seed * 7  # so that each seed begins at another point

    def tell(self, kills: int) -> list[str]:
        """Kill until it is enough. Returns the slots that were due when the clock stopped."""
        self.lives = [self._birth() for _ in range(self.workers)]
        next_outage = time.monotonic() + 4
        while self.kills < kills:
            time.sleep(0.01)
            self.lives = [self._go_on(life) for life in self.lives]
            if self.outage and time.monotonic() > next_outage:
                self.outage()
                self.outages += 1
                next_outage = time.monotonic() + self._random.uniform(8, 14)
        self._end.value = time.time()
        for life in self.lives:
            life.process.kill()
            life.process.join()
        self.kills += self.workers
        self.lives = [self._birth(fated=False) for _ in range(self.workers)]
        return self._due()

    def over(self) -> None:
        """Tell the last workers to stop, and see that they do."""
        for life in self.lives:
            assert life.process.pid is not None
            assert life.begun.wait(30), "a worker did not begin"
            os.kill(life.process.pid, signal.SIGTERM)
        for life in self.lives:
            life.process.join(25)
            assert life.process.exitcode == 0, f"a worker did not stop: {life.process.exitcode}"

    def bury(self) -> None:
        """Leave nobody behind."""
        for life in self.lives:
            if life.process.is_alive():
                life.process.kill()
                life.process.join()

    def _due(self) -> list[str]:
        now = START + dt.timedelta(seconds=(self._end.value - self.world.began) * self.world.speed)
        found = list[str]()
        at = START.replace(minute=0) + EVERY
        while at <= now:
            found.append(f"team/p{at:%H%M} {at.astimezone(ZONE):%Y-%m-%dT%H:%M}")
            at += EVERY
        assert len(found) < len(PLAYBOOKS), "the story was longer than a day"
        return found

    def _birth(self, *, fated: bool = True) -> _Life:
        fated = fated and self._random.random() < _FATED
        self._born += fated
        fate = Fate(POINTS[self._born % len(POINTS)], self._random.choice((1, 1, 2))) if fated else Fate()
        begun = _spawn.Event()
        process = _spawn.Process(target=live, args=(self.world, self._end, fate, self._random.random(), begun), daemon=True)
        process.start()
        return _Life(process, fate, time.monotonic() + self._random.uniform(*(_FATED_S if fated else _ANY_S)), begun)

    def _go_on(self, life: _Life) -> _Life:
        if life.process.is_alive() and time.monotonic() < life.until:
            return life
        if life.process.is_alive():
            if self._random.random() < 0.15:
                return self._faint(life)
            life.ended_by_us = True
            life.process.kill()
        life.process.join()
        assert life.process.exitcode == -signal.SIGKILL, f"a worker ended by itself: {life.process.exitcode}"
        self.kills += 1
        if not life.ended_by_us:
            self.points.add(life.fate.point)
        return self._birth()

    def _faint(self, life: _Life) -> _Life:
        """It is stopped for long enough to be taken for dead, and then goes on."""
        pid = life.process.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        time.sleep(self._random.uniform(0.8, 1.4))
        os.kill(pid, signal.SIGCONT)
        life.until = time.monotonic() + 0.5
        return life


def _wait(done: Callable[[], bool], timeout_s: float) -> None:
    until = time.monotonic() + timeout_s
    while not done() and time.monotonic() < until:
        time.sleep(0.1)


__all__ = ["Slack", "Verdict", "judge", "tell"]
