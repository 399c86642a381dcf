"""Ana remembers events, threads, answers, votes, slots and deliveries, each as often as it should be."""

import datetime as dt
import threading
import time

from anabot.store import NewSlot, Store


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


EIGHT = dt.datetime(2026, 10, 5, 6, 0, tzinfo=dt.UTC)


def slot(key: str, due_at: dt.datetime = EIGHT, status: str = "due") -> NewSlot:
    return NewSlot(playbook="finance/weekly", slot=key, due_at=due_at, status=status)


def test_a_slot_is_put_down_once_and_taken_by_one_worker(store: Store) -> None:
    store.slots.add([slot("2026-10-05T08:00"), slot("2026-10-12T08:00", EIGHT + dt.timedelta(7))])
    store.slots.add([slot("2026-10-05T08:00"), slot("2026-10-19T08:00", EIGHT + dt.timedelta(14))])

    taken = [store.slots.take(f"w{n}") for n in range(4)]

    assert [one.slot for one in taken if one] == ["2026-10-05T08:00", "2026-10-12T08:00", "2026-10-19T08:00"]
    assert [one.worker for one in taken if one] == ["w0", "w1", "w2"]
    assert taken[0] is not None
    assert taken[0].due_at == EIGHT


def test_workers_that_reach_for_one_slot_at_the_same_time_leave_it_to_one(store: Store) -> None:
    store.slots.add([slot("2026-10-05T08:00")])

    assert winners(lambda: store.slots.take("w") is not None) == 1
    assert winners(lambda: store.slots.claim("finance/weekly", "2026-10-05T08:00/now", "w") is not None) == 1


def test_whoever_has_lost_a_slot_can_write_nothing_more_about_it(store: Store) -> None:
    store.slots.add([slot("2026-10-05T08:00")])
    lost = store.slots.take("slow")
    assert lost is not None
    assert store.slots.release(lost, detail=lost.detail)
    mine = store.slots.take("quick")
    assert mine is not None

    refused = [store.slots.finish(lost, "failed"), store.slots.note(lost, {"late": True}), store.slots.release(lost)]

    assert refused == [False, False, False]
    assert store.slots.finish(mine, "posted", {"message": "17.1"})
    [now] = store.slots.list("finance/weekly")
    assert (now.status, now.detail, now.attempt) == ("posted", {"message": "17.1"}, 2)
    assert store.slots.list("ops/weekly") == ()


def test_a_slot_that_rests_is_not_taken_before_its_time(store: Store) -> None:
    store.slots.add([slot("2026-10-05T08:00")])
    mine = store.slots.take("w")
    assert mine is not None
    store.slots.release(mine, "held", wait=dt.timedelta(milliseconds=300))

    early = store.slots.take("w")
    time.sleep(0.4)

    assert early is None
    assert store.slots.take("w") is not None


def test_overdue_slots_are_missed_and_never_taken(store: Store) -> None:
    store.slots.add([slot("2026-10-05T08:00", status="overdue")])
    [old] = store.slots.overdue()

    assert store.slots.take("w") is None
    store.slots.miss([old])

    assert [one.status for one in store.slots.list()] == ["missed"]


def test_a_heartbeat_counts_until_its_worker_leaves(store: Store) -> None:
    store.beats.beat("w1", 1)
    store.beats.beat("w1", 2)
    store.beats.beat("w2", 1)
    store.beats.leave("w2")

    assert store.beats.counts() == {"w1": 2}


def test_a_delivery_is_sent_by_one_caller_and_stays_sent(store: Store) -> None:
    assert store.deliveries.plan("d1", "C1").state == "planned"
    assert winners(lambda: store.deliveries.begin("d1", "h", EIGHT)) == 1
    assert winners(lambda: store.deliveries.sent("d1", "17.1")) == 1

    again = store.deliveries.plan("d1", "C1")

    assert (again.state, again.message, again.began_at) == ("sent", "17.1", EIGHT)
    assert not store.deliveries.begin("d1", "h", EIGHT)


def test_a_delivery_that_failed_may_be_tried_again(store: Store) -> None:
    store.deliveries.plan("d1", "C1")
    store.deliveries.begin("d1", "h1", EIGHT)

    assert not store.deliveries.failed("d1", "h2")
    assert store.deliveries.failed("d1", "h1")
    assert store.deliveries.begin("d1", "h2", EIGHT)
    assert not store.deliveries.sent("d2", "17.1")
    assert store.deliveries.get("d2") is None


def test_a_delivery_is_passed_on_by_its_holder_alone(store: Store) -> None:
    store.deliveries.plan("d1", "C1")
    store.deliveries.begin("d1", "h1", EIGHT)

    assert store.deliveries.pass_on("d1", "h1", "h2")
    assert not store.deliveries.pass_on("d1", "h1", "h3")
