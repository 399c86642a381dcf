"""Ana remembers events, threads, answers, votes, slots and deliveries, each as often as it should be."""

import datetime as dt
import threading

from anabot.store import Store


def winners(attempt: object, times: int = 8) -> int:
    """How many of many threads are told yes."""
    told: list[bool] = []
    threads = [threading.Thread(target=lambda: told.append(attempt())) for _ in range(times)]  # type: ignore[operator]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == times
    return sum(told)


def test_an_event_is_taken_up_once_however_often_it_comes(store: Store) -> None:
    assert winners(lambda: store.seen.once("Ev123")) == 1
    assert store.seen.once("Ev124")


def test_old_events_are_forgotten_and_new_ones_are_not(store: Store) -> None:
    store.seen.once("Ev123")

    assert store.seen.forget(dt.timedelta(minutes=10)) == 0
    assert store.seen.forget(dt.timedelta(0)) == 1
    assert store.seen.once("Ev123")


def test_a_thread_keeps_its_newest_state(store: Store) -> None:
    store.threads.put("C1/1", {"query": {"metrics": ["a"]}})
    store.threads.put("C1/1", {"query": {"metrics": ["b"]}})

    assert store.threads.get("C1/1") == {"query": {"metrics": ["b"]}}
    assert store.threads.get("C1/2") is None


def test_an_answer_is_found_by_its_receipt(store: Store) -> None:
    store.answers.put("R-1", {"text": "café 12.30"}, question_id="q", actor="U1", place="#a", thread="t")

    found = store.answers.get("R-1")

    assert found is not None
    assert (found.answer, found.actor, found.place, found.thread) == ({"text": "café 12.30"}, "U1", "#a", "t")
    assert store.answers.get("R-2") is None


def test_a_person_has_one_vote_and_may_change_it(store: Store) -> None:
    store.feedback.add("R-1", "U1", "up")
    store.feedback.add("R-1", "U2", "up")
    store.feedback.add("R-1", "U1", "down")

    assert store.feedback.votes("R-1") == {"U1": "down", "U2": "up"}


def test_a_note_is_replaced_by_the_next(store: Store) -> None:
    store.notes.put("k", [1])
    store.notes.put("k", [2])

    assert store.notes.get("k") == [2]
    assert store.notes.get("other") is None


def test_a_slot_is_claimed_by_one_worker(store: Store) -> None:
    assert winners(lambda: store.slots.claim("finance/weekly", "2026-10-05T08:00")) == 1
    assert store.slots.claim("finance/weekly", "2026-10-12T08:00")

    store.slots.finish("finance/weekly", "2026-10-05T08:00", "posted", {"message": "17.1"})

    by_slot = {slot.slot: slot for slot in store.slots.list("finance/weekly")}
    assert by_slot["2026-10-05T08:00"].status == "posted"
    assert by_slot["2026-10-05T08:00"].detail == {"message": "17.1"}
    assert (by_slot["2026-10-12T08:00"].status, by_slot["2026-10-12T08:00"].finished_at) == ("running", None)
    assert store.slots.list("ops/weekly") == ()


def test_a_delivery_is_sent_by_one_caller_and_stays_sent(store: Store) -> None:
    assert store.deliveries.plan("d1", "C1").state == "planned"
    assert winners(lambda: store.deliveries.begin("d1")) == 1
    assert winners(lambda: store.deliveries.sent("d1", "17.1")) == 1

    again = store.deliveries.plan("d1", "C1")

    assert (again.state, again.message) == ("sent", "17.1")
    assert not store.deliveries.begin("d1")


def test_a_delivery_that_failed_may_be_tried_again(store: Store) -> None:
    store.deliveries.plan("d1", "C1")
    store.deliveries.begin("d1")

    assert store.deliveries.failed("d1")
    assert store.deliveries.begin("d1")
    assert not store.deliveries.sent("d2", "17.1")
    assert store.deliveries.get("d2") is None
