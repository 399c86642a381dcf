"""Whatever ends in the middle, a worker, a line, a store: each slot is posted, and once."""

import datetime as dt
import time

import pytest
from worker_bench import QUICK, Bench, FakeRunner, PowerCut

from anabot.errors import StoreError, Undelivered
from anabot.playbooks.playbook import Playbook
from anabot.types import Digest


def test_a_worker_that_dies_between_claim_and_post_is_finished_by_another(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = bench.worker()
    dying.tick()
    bench.clock.goes(minutes=3)
    monkeypatch.setattr(bench.runner, "run", _dies)
    with pytest.raises(PowerCut):
        dying.tick()
    monkeypatch.undo()
    other = bench.worker()
    other.tick()
    too_early = list(bench.poster.texts)

    other.take_over()
    other.work()
    other.take_over()
    other.work()

    assert too_early == []
    assert bench.poster.texts == ["books/sales of 2026-09-28 06:00\n"]
    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "posted"}


def _dies(playbook: Playbook, at: dt.datetime, *, dry_run: bool = False) -> Digest:
    raise PowerCut


def test_a_worker_whose_heart_beats_keeps_what_it_has_in_hand(bench: Bench) -> None:
    bench.runner.takes_s = 1.0
    slow, other = bench.worker(), bench.worker()
    slow.start()
    bench.clock.goes(minutes=3)
    assert bench.runner.began.wait(5)

    for _ in range(2 * QUICK.misses):
        other.take_over()
        time.sleep(3 * QUICK.beat_s)
    other.work()

    assert slow.stop(10)
    assert bench.poster.ids == ["books/sales@2026-09-28T08:00"]
    assert [slot.attempt for slot in bench.store.slots.list()] == [1]


def test_a_worker_whose_heart_stops_is_relieved_after_some_looks_and_then_changes_nothing(bench: Bench) -> None:
    class Relieved(FakeRunner):
        """While it computes, its worker's heart has stopped and another takes the slot over."""

        def run(self, playbook: Playbook, at: dt.datetime, *, dry_run: bool = False) -> Digest:
            bench.store.beats.beat(sleeping.name, 7)
            bench.runner = FakeRunner()
            other = bench.worker()
            for _ in range(QUICK.misses):
                other.take_over()
            looked.extend(bench.statuses().values())
            other.take_over()
            other.work()
            return Digest(title="old", markdown="old\n")

    looked = list[str]()
    bench.runner = Relieved()
    sleeping = bench.worker()
    sleeping.tick()
    bench.clock.goes(minutes=3)

    sleeping.tick()

    assert looked == ["running"]
    assert bench.poster.texts == ["books/sales of 2026-09-28 06:00\n"]
    [slot] = bench.store.slots.list()
    assert (slot.status, slot.attempt, slot.detail["receipts"]) == ("posted", 2, ["R-1"])


def test_a_worker_that_dies_while_it_posts_leaves_one_post(bench: Bench) -> None:
    dying = bench.worker()
    dying.tick()
    bench.clock.goes(minutes=3)
    bench.poster.after = PowerCut()
    with pytest.raises(PowerCut):
        dying.tick()
    bench.poster.after = None
    other = bench.worker()

    other.take_over()
    other.work()

    assert bench.poster.ids == ["books/sales@2026-09-28T08:00"]
    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "posted"}


def test_a_worker_that_dies_just_before_it_posts_is_followed_by_one_post(bench: Bench) -> None:
    dying = bench.worker()
    dying.tick()
    bench.clock.goes(minutes=3)
    bench.poster.instead = PowerCut()
    with pytest.raises(PowerCut):
        dying.tick()
    bench.poster.instead = None
    other = bench.worker()

    other.take_over()
    other.work()

    assert bench.poster.ids == ["books/sales@2026-09-28T08:00"]


def test_a_line_that_breaks_after_the_channel_took_the_post_leaves_one_post(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)
    bench.poster.after = Undelivered("The line broke.")

    worker.tick()

    assert bench.poster.ids == ["books/sales@2026-09-28T08:00"]
    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "posted"}
    assert bench.poster.told == []


def test_a_channel_that_cannot_be_reached_is_tried_again_until_it_can(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)
    bench.poster.instead = ConnectionRefusedError()
    worker.put_down()
    slot = bench.store.slots.take(worker.name)
    assert slot is not None
    worker._doing.do(slot)
    waiting = bench.statuses()
    bench.poster.instead = None

    worker.work()

    assert list(waiting.values()) == ["due"]
    assert bench.poster.ids == ["books/sales@2026-09-28T08:00"]


def test_a_store_that_goes_away_fails_no_playbook_and_loses_none(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)
    bench.runner.error = StoreError("Ana's memory failed.")
    worker.put_down()
    slot = bench.store.slots.take(worker.name)
    assert slot is not None
    worker._doing.do(slot)
    bench.runner.error = None

    worker.work()

    assert bench.poster.told == []
    assert bench.poster.ids == ["books/sales@2026-09-28T08:00"]


def test_a_slot_that_could_not_even_be_put_back_is_taken_up_by_the_worker_that_lost_it(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)
    worker.put_down()
    bench.store.slots.take(worker.name)

    worker.take_over()
    worker.work()

    assert bench.poster.ids == ["books/sales@2026-09-28T08:00"]
