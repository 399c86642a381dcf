import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from anabot.errors import AnabotError, PlaybookError, StoreError, Undelivered
from anabot.periods import Calendar
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.spec import read_playbook
from anabot.store import Store
from anabot.types import Digest, Once, Receipt
from anabot.worker import Pace, Worker

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = dt.datetime(2026, 9, 28, 8, 0, tzinfo=BERLIN)


# Every wait of a worker is short here, and what it waits for is told by the test.
QUICK = Pace(tick_s=0.05, beat_s=0.02, hold_s=0.05, settle_s=0.01, first_wait_s=0.0)


class FakeClock:
    def __init__(self, now: dt.datetime) -> None:
        self.instant = now

    def now(self) -> dt.datetime:
        return self.instant

    def goes(self, **span: float) -> None:
        self.instant += dt.timedelta(**span)


class FakeRunner:
    """Answers with the slot's own time; breaks when it is told to."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.takes_s = 0.0
        self.began = threading.Event()

    def run(self, playbook: Playbook, at: dt.datetime, *, dry_run: bool = False) -> Digest:
        self.began.set()
        time.sleep(self.takes_s)
        if self.error:
            raise self.error
        return Digest(title=playbook.title, markdown=f"{playbook.name} of {at:%Y-%m-%d %H:%M}\n", receipts=(Receipt("R-1"),))


class FakePoster:
    """A channel that remembers every message it took. It can lose its answer after accepting, and the power with it."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, str, Digest]] = []
        self.told: list[tuple[str, str]] = []
        self.after: BaseException | None = None
        self.instead: BaseException | None = None

    def post(self, channel: str, digest: Digest, *, delivery_id: str, once: Once) -> str:
        def say(before: Callable[[], None]) -> str:
            before()
            if self.instead:
                raise self.instead
            self.posted.append((delivery_id, channel, digest))
            if self.after:
                raise self.after
            return f"ts-{delivery_id}"

        def find(since: dt.datetime) -> str:
            return f"ts-{delivery_id}" if delivery_id in self.ids else ""

        return once(delivery_id, channel, say=say, find=find)

    def notify(self, user: str, text: str, *, key: str, once: Once) -> None:
        def say(before: Callable[[], None]) -> str:
            before()
            self.told.append((user, text))
            return key

        once(key, user, say=say, find=lambda since: "")

    @property
    def ids(self) -> list[str]:
        return [delivery_id for delivery_id, _, _ in self.posted]

    @property
    def texts(self) -> list[str]:
        return [digest.markdown for _, _, digest in self.posted]


class PowerCut(BaseException):
    """The process dies here: nothing in it may catch this."""


def book(name: str, schedule: str) -> Playbook:
    text = (
        f"---\ntitle: {name}\nowner: bea\nchannel: '#books'\nschedule: {schedule}\nqueries: {{a: {{metrics: [sales]}}}}\n---\nx\n"
    )
    playbook, _, faults = read_playbook(f"playbooks/{name}.md", text, Calendar(BERLIN, 2))
    assert playbook is not None, faults
    return playbook


class Bench:
    """One worker on a desk, with everything around it within reach."""

    def __init__(self, url: str, now: dt.datetime) -> None:
        self.url = url
        self.store = Store(url)
        self.store.migrate()
        self.clock, self.runner, self.poster = FakeClock(now), FakeRunner(), FakePoster()
        weekly = book("books/sales", "{weekly: monday, at: '08:00'}")
        daily = book("books/orders", "{daily: true, at: '07:00'}")
        self.playbooks = {playbook.name: playbook for playbook in (weekly, daily)}

    def worker(self, pace: Pace = QUICK) -> Worker:
        return Worker(
            pace=pace,
            runner=self.runner,
            playbooks=lambda: self.playbooks,
            store=self.store,
            poster=self.poster,
            clock=self.clock,
            notify=self.poster.notify,
        )

    def statuses(self) -> dict[str, str]:
        return {f"{slot.playbook}@{slot.slot}": slot.status for slot in self.store.slots.list()}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(f"sqlite:///{tmp_path}/store.db", MONDAY - dt.timedelta(minutes=2))
    yield made
    made.store.close()


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
