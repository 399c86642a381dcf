"""What a worker does with a slot whose gates are closed, or that has nothing to say."""

import datetime as dt
import time
from dataclasses import replace

import pytest
from worker_bench import MONDAY, QUICK, Bench, book

from anabot.errors import Closed, PlaybookHeld, PlaybookSkipped
from anabot.playbooks.due import held_until
from anabot.playbooks.schedule import slot_at
from anabot.worker import Pace, Worker

STALE = Closed("freshness of till", "till was last loaded 30 hours ago", "the next load of till", MONDAY)
SLOT = "books/sales@2026-09-28T08:00"


def patient(bench: Bench) -> Worker:
    """A worker that tries what is held again almost at once."""
    worker = bench.worker(replace(QUICK, held_s=0.05, longest_held_s=0.05))
    worker.tick()
    return worker


def again(worker: Worker) -> None:
    time.sleep(0.06)
    worker.tick()


def test_a_held_slot_is_said_once_told_once_and_posted_late_when_the_gate_opens(bench: Bench) -> None:
    bench.runner.error = PlaybookHeld("books/sales", [STALE])
    worker = patient(bench)
    bench.clock.goes(minutes=2)
    worker.tick()
    bench.clock.goes(minutes=30)
    again(worker)
    again(worker)
    held = bench.statuses(), list(bench.poster.texts), list(bench.poster.told)

    bench.runner.error = None
    again(worker)
    again(worker)

    statuses, texts, told = held
    assert statuses == {SLOT: "held"}
    assert [text.splitlines()[2] for text in texts] == [
        "- **Freshness of till**, since 28 Sep 2026, 08:00 CEST: till was last loaded 30 hours ago. "
        "It opens with the next load of till."
    ]
    place = "books/sales for #books, due 2026-09-28 08:00 (Europe/Berlin), is held back."
    why = "Freshness of till: till was last loaded 30 hours ago. It opens with the next load of till."
    assert told == [("bea", f"{place} {why} It is then posted by itself.")]
    assert bench.statuses() == {SLOT: "posted"}
    assert bench.poster.texts[1:] == [
        "_Posted late: this was due on 28 Sep 2026 at 08:00 (Europe/Berlin)._\n\nbooks/sales of 2026-09-28 06:00\n"
    ]


def test_a_gate_that_has_not_opened_when_the_next_slot_is_due_leaves_this_one_missed_and_told(bench: Bench) -> None:
    del bench.playbooks["books/orders"]
    bench.runner.error = PlaybookHeld("books/sales", [STALE])
    worker = patient(bench)
    bench.clock.goes(minutes=2)
    worker.tick()
    bench.clock.goes(days=6, hours=23, minutes=59)
    again(worker)
    before = bench.statuses()
    bench.clock.goes(minutes=2)

    again(worker)
    again(worker)

    assert before == {SLOT: "held"}
    assert bench.statuses() == {SLOT: "missed", "books/sales@2026-10-05T08:00": "held"}
    assert "until 5 Oct 2026, 08:00 CEST" in bench.poster.texts[0]
    assert len(bench.poster.texts) == 2
    assert [words.partition(", was missed. ")[2] for _, words in bench.poster.told if "missed" in words] == [
        "Its gates did not open in time."
    ]


def test_a_weekly_slot_is_posted_when_its_gate_opens_after_three_days(bench: Bench) -> None:
    del bench.playbooks["books/orders"]
    bench.runner.error = PlaybookHeld("books/sales", [STALE])
    worker = patient(bench)
    bench.clock.goes(minutes=2)
    worker.tick()
    bench.clock.goes(days=3)
    again(worker)
    bench.runner.error = None

    again(worker)

    assert bench.statuses() == {SLOT: "posted"}
    assert bench.poster.texts[-1].startswith("_Posted late: this was due on 28 Sep 2026 at 08:00")


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("{daily: true, at: '08:00'}", 1),
        ("{daily: weekdays, at: '08:00'}", 1),
        ("{weekly: [monday, thursday], at: '08:00'}", 3),
        ("{weekly: monday, at: '08:00'}", 7),
        ("{monthly: 28, at: '08:00'}", 7),
    ],
)
def test_a_slot_waits_for_its_gates_until_the_next_is_due_and_for_a_week_at_most(schedule: str, days: int) -> None:
    playbook = book("books/any", schedule)

    assert held_until(slot_at(playbook.name, playbook.schedule, MONDAY), playbook.schedule) == MONDAY + dt.timedelta(days=days)


def test_what_has_been_held_for_long_is_looked_at_less_often() -> None:
    waits = [Pace().held(dt.timedelta(hours=hours)) for hours in (0, 1, 6, 100)]

    assert waits == [dt.timedelta(minutes=minutes) for minutes in (2, 3, 18, 30)]


def test_what_is_held_is_not_tried_again_at_every_moment(bench: Bench) -> None:
    bench.runner.error = PlaybookHeld("books/sales", [STALE])
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=2)
    worker.tick()
    bench.runner.error = None

    again(worker)

    assert bench.statuses() == {SLOT: "held"}


def test_a_skipped_slot_is_on_record_and_nobody_is_told(bench: Bench) -> None:
    bench.runner.error = PlaybookSkipped("books/sales has nothing to post: `total.sales > 3` does not hold.")
    worker = patient(bench)
    bench.clock.goes(minutes=2)
    worker.tick()

    again(worker)

    slot = bench.store.slots.list("books/sales")[0]
    assert (slot.status, slot.detail) == (
        "skipped",
        {"reason": "books/sales has nothing to post: `total.sales > 3` does not hold."},
    )
    assert (bench.poster.texts, bench.poster.told) == ([], [])


def test_a_run_by_hand_is_told_why_it_is_held_and_is_not_posted_later(bench: Bench) -> None:
    bench.runner.error = PlaybookHeld("books/sales", [STALE])
    worker = patient(bench)

    with pytest.raises(PlaybookHeld, match="is held back"):
        worker.run_now("books/sales", "bea")

    bench.runner.error = None
    again(worker)
    assert bench.poster.texts == []
