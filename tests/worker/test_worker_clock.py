"""Clocks that change, jump and stand still: each local slot once."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from worker_bench import MONDAY, Bench, book

from anabot.playbooks.playbook import Playbook
from anabot.playbooks.schedule import WEEKDAYS, ScheduleSpec
from anabot.store.slots import Slot

# The day on which clocks are changed, forward and back; Santiago does so at midnight, Lord Howe by half an hour.
CHANGES = [
    ("Europe/Berlin", dt.date(2026, 3, 29)),
    ("Europe/Berlin", dt.date(2026, 10, 25)),
    ("America/Los_Angeles", dt.date(2026, 3, 8)),
    ("America/Los_Angeles", dt.date(2026, 11, 1)),
    ("Australia/Lord_Howe", dt.date(2026, 10, 4)),
    ("Australia/Lord_Howe", dt.date(2026, 4, 5)),
    ("America/Santiago", dt.date(2026, 9, 6)),
    ("America/Santiago", dt.date(2026, 4, 5)),
]
TIMES = ("00:15", "01:45", "02:00", "02:30", "03:00", "23:30")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(f"sqlite:///{tmp_path}/store.db", MONDAY)
    yield made
    made.store.close()


def all_slots(bench: Bench) -> list[Slot]:
    return list(bench.store.slots.list(limit=100_000))


@pytest.mark.parametrize(("zone", "changed"), CHANGES, ids=[f"{zone} {day}" for zone, day in CHANGES])
def test_when_clocks_change_each_local_time_is_posted_once(bench: Bench, zone: str, changed: dt.date) -> None:
    bench.playbooks = {
        f"books/at{at.replace(':', '')}": book(f"books/at{at.replace(':', '')}", f"{{daily: true, at: '{at}', zone: {zone}}}")
        for at in TIMES
    }
    noon = dt.datetime.combine(changed, dt.time(12), ZoneInfo(zone)).astimezone(dt.UTC)
    bench.clock.instant = noon - dt.timedelta(days=1)
    worker = bench.worker()
    worker.tick()

    while bench.clock.instant < noon + dt.timedelta(days=1):
        bench.clock.goes(hours=1)
        worker.tick()

    half_days = [
        (changed - dt.timedelta(1), "23:30"),
        *((changed, at) for at in TIMES),
        *((changed + dt.timedelta(1), at) for at in TIMES[:-1]),
    ]
    assert Counter(bench.poster.ids) == Counter(f"books/at{at.replace(':', '')}@{day}T{at}" for day, at in half_days)
    assert {slot.status for slot in all_slots(bench)} == {"posted"}


def test_a_clock_moved_by_two_hours_and_back_again_posts_each_local_slot_once(bench: Bench) -> None:
    bench.playbooks = {
        f"books/at{hour:02}": book(f"books/at{hour:02}", f"{{daily: true, at: '{hour:02}:00'}}") for hour in range(24)
    }
    bench.clock.instant = MONDAY - dt.timedelta(minutes=30)
    worker = bench.worker()
    worker.tick()

    for jump in (2, -2, -2, 2, 0):
        bench.clock.goes(hours=jump)
        worker.tick()
        for _ in range(6):
            bench.clock.goes(minutes=15)
            worker.tick()

    last = int((bench.clock.instant.astimezone(MONDAY.tzinfo)).hour)
    posted = Counter(bench.poster.ids)
    assert max(posted.values()) == 1
    assert {f"books/at{hour:02}@2026-09-28T{hour:02}:00" for hour in range(8, last + 1)} <= set(posted)
    assert bench.poster.told == []


def test_ten_thousand_playbooks_come_due_within_an_hour_and_every_slot_is_put_down_once(bench: Bench) -> None:
    bench.playbooks = many(10_000, random.Random(7))
    worker, other = bench.worker(), bench.worker()
    worker.put_down()
    other.put_down()

    for _ in range(20):
        bench.clock.goes(minutes=3)
        worker.put_down()
    other.put_down()

    expected = {
        (playbook.name, f"{local:%Y-%m-%dT%H:%M}")
        for playbook in bench.playbooks.values()
        for local in [due_within_the_hour(playbook)]
        if local is not None
    }
    found = all_slots(bench)
    assert len(expected) > 5_000
    assert {(slot.playbook, slot.slot) for slot in found} == expected
    assert len(found) == len(expected)


ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe")


def many(count: int, chance: random.Random) -> dict[str, Playbook]:
    """Playbooks due at some minute of the hour after Monday's, in four zones; a third on weekdays that may not be that day's."""
    model = book("books/sales", "{weekly: monday, at: '08:00'}")
    made = {}
    for number in range(count):
        zone = ZoneInfo(chance.choice(ZONES))
        local = (MONDAY + dt.timedelta(minutes=chance.randint(0, 60))).astimezone(zone)
        rhythm = {"weekly": [chance.choice(WEEKDAYS)]} if chance.random() < 0.33 else {"daily": True}
        spec = ScheduleSpec.model_validate({**rhythm, "at": f"{local:%H:%M}", "zone": zone.key})
        made[f"many/{number}"] = replace(model, name=f"many/{number}", schedule=spec.schedule(zone))
    return made


def due_within_the_hour(playbook: Playbook) -> dt.datetime | None:
    """The local time at which it is due in the hour after Monday's, found by looking at each minute's own clock face."""
    minute, hour, _, _, days = playbook.schedule.cron.split()
    for passed in range(1, 61):
        local = (MONDAY + dt.timedelta(minutes=passed)).astimezone(playbook.schedule.zone)
        if (local.hour, local.minute) == (int(hour), int(minute)) and days in ("*", f"{local:%a}".lower()):
            return local
    return None
