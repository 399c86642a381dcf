"""Every look is on record, in a chain that shows when somebody touched it."""

import datetime as dt
import threading

import pytest
from sqlalchemy import delete, update

from anabot.store import Intended, Store
from anabot.store.tables import audit, audit_words

ASKED = Intended(
    question_id="C1/17.2", actor="U0FIN", place="#fin-weekly", words="what was net revenue?", query={"metrics": ["net_revenue"]},
    metrics=("net_revenue",), access="g1", query_hash="q1", sql_hash="s1", receipt="R-ABCDEFGHJK",
)  # fmt: skip


def test_an_intent_stands_open_until_its_outcome_is_written(store: Store) -> None:
    entry = store.audit.open(ASKED)

    (before,) = store.audit.list()
    store.audit.close(entry, status="answered", rows=3, ms=12.34567, result_hash="r1")
    (after,) = store.audit.list()

    assert (before.status, before.words, before.query) == ("open", "what was net revenue?", {"metrics": ["net_revenue"]})
    assert (after.entry, after.status, after.rows, after.ms, after.result_hash) == (entry, "answered", 3, 12.346, "r1")
    assert abs(dt.datetime.now(dt.UTC) - after.at) < dt.timedelta(minutes=1)


def test_a_refusal_is_one_entry_with_its_reason(store: Store) -> None:
    store.audit.refusal(ASKED, status="forbidden", reason="Finance only.")

    (entry,) = store.audit.list()

    assert (entry.status, entry.reason, entry.receipt) == ("forbidden", "Finance only.", "R-ABCDEFGHJK")


def test_the_list_has_the_newest_first_and_finds_a_receipt(store: Store) -> None:
    for number in range(5):
        store.audit.close(
            store.audit.open(Intended(question_id=str(number), actor="u", place="dm", receipt=f"R-{number}")), status="answered"
        )

    assert [entry.question_id for entry in store.audit.list(3)] == ["4", "3", "2"]
    assert [entry.question_id for entry in store.audit.list(receipt="R-1")] == ["1"]


def test_a_message_full_of_oddities_is_recorded_all_the_same(store: Store) -> None:
    store.audit.refusal(
        Intended(question_id="q\0", actor="u", place="dm", words="\0 \ud800 🦤 <!channel>"), status="refused", reason="\ud800\0"
    )

    assert store.audit.list()[0].words == "\0 \ud800 🦤 <!channel>"
    assert store.audit.verify() is None


def test_writers_in_many_threads_make_one_chain(store: Store) -> None:
    def ask() -> None:
        for _ in range(5):
            store.audit.close(store.audit.open(ASKED), status="answered")

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(store.audit.list(100)) == 30
    assert store.audit.verify() is None


@pytest.mark.parametrize(
    "tamper",
    [
        update(audit).where(audit.c.seq == 3).values(actor="U0SOMEBODY"),
        update(audit).where(audit.c.seq == 3).values(rows=7),
        delete(audit).where(audit.c.seq == 3),
    ],
)
def test_the_chain_names_the_link_that_somebody_touched(store: Store, tamper: object) -> None:
    for _ in range(3):
        store.audit.close(store.audit.open(ASKED), status="answered")

    with store._database.write() as connection:
        connection.execute(tamper)  # type: ignore[call-overload]

    assert store.audit.verify() == 3


def test_forgotten_words_leave_the_chain_whole(store: Store) -> None:
    store.audit.close(store.audit.open(ASKED), status="answered")

    with store._database.write() as connection:
        connection.execute(delete(audit_words).where(audit_words.c.actor == "U0FIN"))

    assert store.audit.list()[0].words == ""
    assert store.audit.verify() is None
