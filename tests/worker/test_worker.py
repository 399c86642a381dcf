"""What comes due is posted once, when its time comes: by however many workers, late where they were away."""

import threading

from worker_bench import Bench, book

from anabot.errors import AnabotError, PlaybookError
from anabot.types import Once


def test_a_playbook_is_posted_when_its_time_comes_and_not_before(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(seconds=119)
    worker.tick()
    before = list(bench.poster.texts)

    bench.clock.goes(seconds=2)
    worker.tick()
    worker.tick()

    assert before == []
    assert bench.poster.texts == ["books/sales of 2026-09-28 06:00\n"]
    assert bench.poster.posted[0][:2] == ("books/sales@2026-09-28T08:00", "books")
    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "posted"}


def test_the_first_start_ever_owes_nothing(bench: Bench) -> None:
    bench.clock.goes(days=3)

    bench.worker().tick()

    assert bench.poster.texts == []


def test_two_workers_post_one_slot_once(bench: Bench) -> None:
    workers = [bench.worker() for _ in range(4)]
    for worker in workers:
        worker.tick()
    bench.clock.goes(minutes=3)
    threads = [threading.Thread(target=worker.tick) for worker in workers]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert bench.poster.texts == ["books/sales of 2026-09-28 06:00\n"]
    assert bench.poster.told == []


def test_a_slot_missed_by_hours_is_posted_and_says_that_it_is_late(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(hours=11)

    worker.tick()

    assert bench.poster.texts == [
        "_Posted late: this was due on 28 Sep 2026 at 08:00 (Europe/Berlin)._\n\nbooks/sales of 2026-09-28 06:00\n"
    ]


def test_after_fifteen_days_the_newest_slot_is_posted_and_the_older_ones_are_listed(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(days=15)

    worker.tick()

    statuses = bench.statuses()
    assert [name for name, status in statuses.items() if status == "posted"] == [
        "books/orders@2026-10-13T07:00",
        "books/sales@2026-10-12T08:00",
    ]
    assert sum(status == "missed" for status in statuses.values()) == 14 + 2
    assert len(bench.poster.told) == 1
    user, listed = bench.poster.told[0]
    orders, sales = listed.split("\n")
    assert user == "bea"
    assert orders.startswith("books/orders for #books, due 2 times before and 2026-10-01 07:00, 2026-10-02 07:00")
    assert sales == (
        "books/sales for #books, due 2026-09-28 08:00, 2026-10-05 08:00 (Europe/Berlin), was missed. "
        "Ana was away for longer than a day."
    )


def test_a_clock_that_is_set_back_posts_nothing_twice(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)
    worker.tick()
    bench.clock.goes(minutes=-30)
    worker.tick()
    bench.clock.goes(minutes=30)

    worker.tick()

    assert len(bench.poster.posted) == 1


def test_a_failed_run_is_noted_with_its_reason_told_to_the_owner_and_stops_nobody(bench: Bench) -> None:
    bench.playbooks["books/margin"] = book("books/margin", "{weekly: monday, at: '08:01'}")
    bench.runner.error = PlaybookError("`total.margin` has no value.")
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=2)
    worker.tick()
    bench.runner.error = None
    bench.clock.goes(minutes=2)

    worker.tick()

    slot = bench.store.slots.list("books/sales")[0]
    assert (slot.status, slot.detail) == ("failed", {"reason": "`total.margin` has no value."})
    told = "books/sales for #books, due 2026-09-28 08:00 (Europe/Berlin), was not posted. `total.margin` has no value."
    assert bench.poster.told == [("bea", told)]
    assert bench.poster.texts == ["books/margin of 2026-09-28 06:01\n"]


def test_a_warehouse_that_is_away_for_a_moment_costs_nobody_a_digest(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)
    bench.runner.error = PlaybookError("books/sales cannot run: the warehouse failed.", passing=True)
    worker.put_down()
    slot = bench.store.slots.take(worker.name)
    assert slot is not None
    worker._doing.do(slot)
    bench.runner.error = None

    worker.work()

    assert bench.poster.ids == ["books/sales@2026-09-28T08:00"]
    assert bench.poster.told == []


def test_a_warehouse_that_stays_away_is_told_to_the_owner_once(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)
    bench.runner.error = PlaybookError("books/sales cannot run: the warehouse failed.", passing=True)

    worker.tick()

    [slot] = bench.store.slots.list()
    assert (slot.status, slot.attempt) == ("failed", 6)
    assert len(bench.poster.told) == 1


def test_a_bug_is_shown_as_a_reference_only(bench: Bench) -> None:
    bench.runner.error = KeyError("secret row")
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)

    worker.tick()

    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "failed"}
    assert "secret" not in bench.poster.told[0][1]
    assert "the log has it as" in bench.poster.told[0][1]


def test_an_owner_who_cannot_be_told_does_not_stop_the_rest(bench: Bench) -> None:
    def deaf(user: str, text: str, *, key: str, once: Once) -> None:
        raise AnabotError("There is no such user.")

    bench.runner.error = PlaybookError("No.")
    bench.poster.notify = deaf  # type: ignore[method-assign]
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)

    worker.tick()

    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "failed"}


def test_a_slot_that_cannot_be_posted_for_a_day_is_listed_as_missed(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)
    worker.put_down()
    bench.clock.goes(hours=25)
    worker.work()

    worker.tick()

    assert bench.statuses()["books/sales@2026-09-28T08:00"] == "missed"
    told = "books/sales for #books, due 2026-09-28 08:00 (Europe/Berlin), was missed. It could not be posted within a day."
    assert bench.poster.told == [("bea", told)]


def test_an_edit_of_a_schedule_before_a_catch_up_does_not_post_a_day_twice(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)
    worker.tick()
    bench.playbooks["books/sales"] = book("books/sales", "{weekly: monday, at: '09:00'}")
    bench.clock.goes(hours=6)

    bench.worker().tick()

    assert bench.poster.ids == ["books/sales@2026-09-28T08:00"]
    assert bench.poster.told == []


def test_a_playbook_that_returns_with_its_old_schedule_is_posted_again(bench: Bench) -> None:
    worker = bench.worker()
    worker.tick()
    gone = bench.playbooks.pop("books/sales")
    bench.clock.goes(minutes=1)
    worker.tick()
    bench.playbooks["books/sales"] = gone
    bench.clock.goes(minutes=2)

    worker.tick()

    assert bench.poster.ids == ["books/sales@2026-09-28T08:00"]
