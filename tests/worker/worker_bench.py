"""A worker on a desk: its clock, runner and channel are told by the test what happens to them."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

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
