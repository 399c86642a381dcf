import datetime as dt
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from anabot.errors import AnabotError, PlaybookError
from anabot.periods import Calendar
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.spec import read_playbook
from anabot.store import Store
from anabot.types import Digest, Receipt
from anabot.worker import Worker

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = dt.datetime(2026, 9, 28, 8, 0, tzinfo=BERLIN)


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
    """A channel that remembers: what was posted, under which delivery. It can lose its answer after accepting."""

    def __init__(self) -> None:
        self.posted: dict[str, tuple[str, Digest]] = {}
        self.told: list[tuple[str, str]] = []
        self.forgets_to_answer = False

    def post(self, channel: str, digest: Digest, *, delivery_id: str) -> str:
        self.posted.setdefault(delivery_id, (channel, digest))
        if self.forgets_to_answer:
            raise PowerCut
        return f"ts-{delivery_id}"

    def notify(self, user: str, text: str) -> None:
        self.told.append((user, text))

    @property
    def texts(self) -> list[str]:
        return [digest.markdown for _, digest in self.posted.values()]


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

    def worker(self) -> Worker:
        return Worker(
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
    assert bench.poster.posted["books/sales@2026-09-28T08:00"][0] == "books"
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
    sales = "books/sales for #books, due 2026-09-28 08:00, 2026-10-05 08:00 (Europe/Berlin), was missed."
    assert [(user, text.startswith(sales)) for user, text in bench.poster.told] == [("bea", False), ("bea", True)]


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
    def deaf(user: str, text: str) -> None:
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
    bench.runner.error = None
    monkeypatch.setattr(bench.runner, "run", _dies)
    with pytest.raises(PowerCut):
        dying.tick()
    monkeypatch.undo()
    bench.worker().sweep()
    too_early = list(bench.poster.texts)

    monkeypatch.setattr("anabot.worker.LEASE", dt.timedelta(microseconds=1))
    bench.worker().sweep()
    bench.worker().sweep()

    assert too_early == []
    assert bench.poster.texts == ["books/sales of 2026-09-28 06:00\n"]
    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "posted"}


def _dies(playbook: Playbook, at: dt.datetime, *, dry_run: bool = False) -> Digest:
    raise PowerCut


def test_a_worker_that_dies_while_it_posts_leaves_one_post(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = bench.worker()
    dying.tick()
    bench.clock.goes(minutes=3)
    bench.poster.forgets_to_answer = True
    with pytest.raises(PowerCut):
        dying.tick()
    bench.poster.forgets_to_answer = False

    monkeypatch.setattr("anabot.worker.LEASE", dt.timedelta(microseconds=1))
    bench.worker().sweep()

    assert len(bench.poster.posted) == 1
    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "posted"}
    delivery = bench.store.deliveries.get("books/sales@2026-09-28T08:00")
    assert delivery is not None
    assert delivery.state == "sent"


def test_a_line_that_breaks_is_tried_again_and_posts_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = bench.worker()
    worker.tick()
    bench.clock.goes(minutes=3)
    monkeypatch.setattr(bench.poster, "post", _broken_line)
    worker.tick()
    monkeypatch.undo()
    unsure = bench.statuses()

    monkeypatch.setattr("anabot.worker.LEASE", dt.timedelta(microseconds=1))
    worker.sweep()

    assert unsure == {"books/sales@2026-09-28T08:00": "running"}
    assert bench.poster.texts == ["books/sales of 2026-09-28 06:00\n"]
    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "posted"}


def _broken_line(channel: str, digest: Digest, *, delivery_id: str) -> str:
    raise ConnectionResetError


def test_an_interrupted_slot_that_is_taken_up_too_late_is_listed_as_missed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.store.slots.claim("books/sales", "2026-09-21T08:00")
    monkeypatch.setattr("anabot.worker.LEASE", dt.timedelta(microseconds=1))

    bench.worker().sweep()

    assert bench.statuses() == {"books/sales@2026-09-21T08:00": "missed"}
    assert bench.poster.texts == []


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


def test_a_stop_lets_the_running_playbook_end_and_hands_the_next_one_over(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anabot.worker.TICK_S", 0.05)
    bench.playbooks["books/margin"] = book("books/margin", "{weekly: monday, at: '08:01'}")
    bench.runner.takes_s = 0.5
    worker = bench.worker()
    worker.start()
    bench.clock.goes(minutes=4)
    assert bench.runner.began.wait(5)

    clean = worker.stop(timeout_s=10)

    assert clean
    assert bench.statuses() == {"books/sales@2026-09-28T08:00": "posted", "books/margin@2026-09-28T08:01": "stopped"}
    bench.runner.takes_s = 0
    bench.worker().sweep()
    assert bench.statuses()["books/margin@2026-09-28T08:01"] == "posted"


def test_a_stop_says_so_when_something_still_runs(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anabot.worker.TICK_S", 0.05)
    bench.runner.takes_s = 1.5
    worker = bench.worker()
    worker.start()
    bench.clock.goes(minutes=4)
    assert bench.runner.began.wait(5)

    assert not worker.stop(timeout_s=0.2)


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
