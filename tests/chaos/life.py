"""One life of one worker, as a process of its own: a real worker on a real store, that dies where its fate says.

Fate is laid around the worker from outside, before and after each step that leaves a trace: the product knows nothing of it.
What a playbook says here is made of its slot's time alone, so that a life is spent on claims, ledgers and posts.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from slack_sdk import WebClient

from anabot import log
from anabot.periods import Calendar
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.spec import read_playbook
from anabot.slack.app import Line
from anabot.slack.post import Voice
from anabot.store import Store
from anabot.types import Channel, ChannelId, Digest, Person, UserId
from anabot.worker import Pace, Worker
from tests.chaos.slack import TIMEOUT_S

End: TypeAlias = "Synchronized[float]"
ZONE = ZoneInfo("Europe/Berlin")
START = dt.datetime(2026, 9, 28, 0, 1, tzinfo=ZONE)
EVERY = dt.timedelta(minutes=4)
PACE = Pace(
    tick_s=0.1,
    beat_s=0.1,
    misses=5,
    hands=4,
    send_s=0.5,
    hold_s=4.0,
    settle_s=1.0,
    first_wait_s=0.1,
    longest_wait_s=0.8,
    stop_s=8.0,
)
# What leaves a trace, in the order in which a slot meets it.
STEPS = (
    "slots.add", "notes.put", "slots.take", "audit.open", "run", "slots.note", "deliveries.plan", "deliveries.begin",
    "deliveries.pass_on", "send", "deliveries.sent", "slots.finish", "audit.close", "slots.release",
)  # fmt: skip
POINTS = tuple(f"{when} {step}" for step in STEPS for when in ("before", "after"))


@dataclass(frozen=True)
class Fate:
    """Where a life ends by itself: at the `nth` time that it comes to a point. "" for a life that only others end."""

    point: str = ""
    nth: int = 1


@dataclass(frozen=True)
class World:
    """What every life shares. The clock runs `speed` times as fast as the real one, and stands still from `end` on."""

    store: str
    slack: str
    began: float
    speed: float


def live(world: World, end: End, fate: Fate, seed: float, begun: Event) -> None:
    """Work until told to stop, or until fate says so; `begun` is set by the first look for what is due."""

    def playbooks() -> Mapping[str, Playbook]:
        begun.set()
        return PLAYBOOKS

    log.configure(level=logging.CRITICAL)
    store = Store(world.store)
    reads, posts = (WebClient("xoxb-chaos", base_url=world.slack, timeout=TIMEOUT_S, retry_handlers=[]) for _ in range(2))
    line = Line(client=reads, voice=Voice(reads, posts, sleep=lambda s: time.sleep(min(s, 0.1))), directory=_Town())
    runner = _Runner(random.Random(seed))
    worker = Worker(
        runner=runner,
        playbooks=playbooks,
        store=store,
        poster=line.poster(),
        clock=Clock(world, end),
        notify=line.notify,
        pace=PACE,
    )
    _lay(fate, store, runner, line.voice)
    worker.serve()
    store.close()


def books() -> dict[str, Playbook]:
    """One playbook for every few minutes of a day; every fourth says more than one message holds."""
    minutes = range(0, 24 * 60, int(EVERY.total_seconds() // 60))
    return {playbook.name: playbook for minute in minutes for playbook in [_book(f"{minute // 60:02}:{minute % 60:02}")]}


def _book(at: str) -> Playbook:
    when = f"schedule: {{daily: true, at: '{at}'}}"
    front = f"title: At {at}\nowner: bea\nchannel: '#books'\n{when}\nqueries: {{a: {{metrics: [sales]}}}}"
    playbook, _, faults = read_playbook(f"playbooks/team/p{at.replace(':', '')}.md", f"---\n{front}\n---\nx\n", Calendar(ZONE, 2))
    assert playbook is not None, faults
    return playbook


PLAYBOOKS = books()


class Clock:
    """Business time, fast."""

    def __init__(self, world: World, end: End) -> None:
        self._world, self._end = world, end

    def now(self) -> dt.datetime:
        """The instant it is for the playbooks."""
        gone = min(time.time(), self._end.value) - self._world.began
        return START + dt.timedelta(seconds=gone * self._world.speed)


class _Runner:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def run(self, playbook: Playbook, at: dt.datetime, *, dry_run: bool = False) -> Digest:
        time.sleep(self._chance.uniform(0, 0.03))
        slot = f"{playbook.name} {at.astimezone(ZONE):%Y-%m-%dT%H:%M}"
        long = int(playbook.name[-2:]) % 16 == 0
        body = "\n\n".join(f"Line {n} " + "x " * 500 for n in range(15)) if long else "Words."
        return Digest(title=slot, markdown=f"# {slot}\n\n{body}\n\nThe end of {slot}.")


class _Town:
    """People and channels, as nobody asks Slack for them."""

    def person(self, user: str) -> Person | None:
        return Person(user=UserId("UBEA"), name="Bea", handle="bea")

    def channel(self, channel: str) -> Channel | None:
        return Channel(channel=ChannelId("CBOOKS"), name="books")

    def members(self, channel: Channel) -> list[Person]:
        return []

    def renew(self, channel: str) -> None:
        return


def _lay(fate: Fate, store: Store, runner: _Runner, voice: Voice) -> None:
    met = 0

    def comes_to(point: str) -> None:
        nonlocal met
        met += point == fate.point
        if met >= fate.nth and point == fate.point:
            os.kill(os.getpid(), signal.SIGKILL)

    for step in STEPS if fate.point else ():
        owner: Any = {"run": runner, "send": voice}.get(step) or getattr(store, step.partition(".")[0])
        name = step.rpartition(".")[2]
        setattr(owner, name, _around(step, getattr(owner, name), comes_to))


def _around(step: str, does: Callable[..., Any], comes_to: Callable[[str], None]) -> Callable[..., Any]:
    def fated(*args: Any, **kwargs: Any) -> Any:
        comes_to(f"before {step}")
        done = does(*args, **kwargs)
        comes_to(f"after {step}")
        return done

    return fated
