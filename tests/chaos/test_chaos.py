"""The short chaos: workers are killed at every step while Slack and the store are unwell, and Slack shows each slot once."""

from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from tests.chaos.__main__ import SHORT_ON_POSTGRES, SHORT_ON_SQLITE
from tests.chaos.story import Verdict, judge
from tests.chaos.telling import beside, on_postgres, on_sqlite
from tests.postgres import cluster, waits_for


@pytest.fixture(scope="module", autouse=True)
def told_beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[Verdict]]:
    """The story of one worker on a file, which is told while the others are at work."""
    with beside() as other:
        yield other.submit(on_sqlite, 12, SHORT_ON_SQLITE, tmp_path_factory.mktemp("chaos"))


@pytest.mark.postgres
def test_three_workers_that_are_killed_again_and_again_post_each_slot_once(request: pytest.FixtureRequest) -> None:
    with cluster() as running:
        if running is None:
            waits_for("PostgreSQL", request)
            return
        verdict = on_postgres(11, SHORT_ON_POSTGRES, running)

    assert verdict.slots > 0
    assert verdict.kills >= SHORT_ON_POSTGRES
    assert (verdict.lost, verdict.twice) == ((), ())


def test_one_worker_on_a_file_that_is_killed_again_and_again_posts_each_slot_once(told_beside: Future[Verdict]) -> None:
    verdict = told_beside.result()

    assert verdict.slots > 0
    assert verdict.kills >= SHORT_ON_SQLITE
    assert (verdict.lost, verdict.twice) == ((), ())


def test_the_verdict_sees_what_is_lost_and_what_is_there_twice() -> None:
    def message(slot: str, thread: str | None = None, *, ends: bool = True) -> dict[str, object]:
        words = f"The end of {slot}." if ends else "Words."
        return {"thread_ts": thread, "text": slot, "blocks": [{"text": words}]}

    due = [f"team/p000{n} 2026-09-28T00:0{n}" for n in range(5)]
    said = [message(due[0]), message(due[1]), message(due[1]), message(due[2], ends=False)]
    parts = [message(due[3], ends=False), message(due[3], "1.1"), message(due[3], "1.1"), message("team/p9 2026-09-28T09:09")]

    lost, twice = judge([*said, *parts, {"thread_ts": None, "text": "chatter"}], due)

    assert lost == (due[2], due[4])
    assert twice == (due[1], due[3], "team/p9 2026-09-28T09:09")
