"""A worker that people tell what to do: run this now, leave that alone, stop."""

import datetime as dt
import time
from dataclasses import replace

import pytest
from worker_bench import MONDAY, QUICK, Bench, book

from anabot.errors import PlaybookError


def test_a_playbook_run_by_hand_is_posted_at_once_and_once_a_minute(bench: Bench) -> None:
    worker = bench.worker()

    first = worker.run_now("books/sales", "fin_analyst")
    second = worker.run_now("books/sales", "fin_analyst")

    assert first == second == "ts-books/sales@2026-09-28T07:58/now"
    assert bench.poster.texts == ["books/sales of 2026-09-28 05:58\n"]


def test_a_playbook_run_by_hand_as_of_an_earlier_slot_is_not_called_late(bench: Bench) -> None:
    bench.worker().run_now("books/sales", "fin_analyst", MONDAY - dt.timedelta(days=7))

    assert bench.poster.texts == ["books/sales of 2026-09-21 06:00\n"]


def test_a_run_by_hand_leaves_the_scheduled_slot_alone(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=2)
    worker.run_now("books/sales", "fin_analyst")

    worker.tick()

    assert len(bench.poster.posted) == 2


def test_an_unknown_playbook_run_by_hand_names_the_nearest(bench: Bench) -> None:
    with pytest.raises(PlaybookError, match="Did you mean `books/sales`"):
        bench.worker().run_now("books/sale", "admin")


def test_a_run_by_hand_that_fails_tells_whoever_asked(bench: Bench) -> None:
    bench.runner.error = PlaybookError("`total.margin` has no value.")

    with pytest.raises(PlaybookError, match="has no value"):
        bench.worker().run_now("books/sales", "admin")

    assert bench.statuses() == {"books/sales@2026-09-28T07:58/now": "failed"}
    assert bench.poster.told == []


def test_a_stop_lets_the_running_playbook_end_and_hands_the_next_one_over(bench: Bench) -> None:
    bench.playbooks["books/margin"] = book("books/margin", "{weekly: monday, at: '08:01'}")
    bench.runner.takes_s = 0.5
    worker = bench.worker(replace(QUICK, hands=1))
    worker.start()
    bench.clock.goes(minutes=4)
    assert bench.runner.began.wait(5)

    clean = worker.stop(timeout_s=10)

    assert clean
    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "posted", "books/margin@2026-09-28T08:01": "due"}
    bench.runner.takes_s = 0
    bench.worker().work()
    assert bench.statuses()["books/margin@2026-09-28T08:01"] == "posted"


def test_a_stop_hands_over_what_still_runs_and_says_so(bench: Bench) -> None:
    bench.runner.takes_s = 1.5
    worker = bench.worker()
    worker.start()
    bench.clock.goes(minutes=4)
    assert bench.runner.began.wait(5)

    assert not worker.stop(timeout_s=0.2)
    bench.runner.takes_s = 0
    bench.worker().work()
    time.sleep(1.6)

    assert bench.poster.ids == ["books/sales@2026-09-28T08:00"]


def test_other_jobs_go_on_whatever_they_raise(bench: Bench) -> None:
    rounds: list[int] = []

    def shaky() -> None:
        rounds.append(1)
        raise ValueError("again")

    worker = bench.worker()
    worker.every(0.05, shaky)
    worker.start()
    deadline = time.monotonic() + 5
    while len(rounds) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)

    assert worker.stop(5)
    assert len(rounds) >= 3


def test_a_worker_that_was_never_started_stops_at_once(bench: Bench) -> None:
    assert bench.worker().stop()


def test_what_comes_due_while_its_playbook_is_paused_is_skipped_on_record_and_never_posted_later(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.store.changes.pause("books/sales", "U1")
    bench.clock.goes(minutes=3)
    worker.tick()
    bench.store.changes.resume("books/sales", "U1")
    bench.clock.goes(hours=2)

    worker.tick()

    [slot] = bench.store.slots.list("books/sales")
    assert (slot.status, slot.detail) == ("skipped", {"reason": "It was paused."})
    assert slot.finished_at is not None
    assert bench.poster.ids == []


def test_a_playbook_paused_between_its_time_and_its_run_is_not_posted(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)
    worker.put_down()
    bench.store.changes.pause("books/sales", "U1")

    worker.work()

    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "skipped"}
