"""A posted number that moves is answered in its thread, once, with what it was, what it is and why."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NoReturn

from bakery_playbooks import BY_SHOP, WEEK
from runner_bench import MONDAY, Bench, book
from test_runner_gates import changed

from anabot.errors import PlaybookError
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.restate import Move, Origin, reply
from anabot.types import Column, Digest
from anabot.worker.restating import Restating

MORE = "UPDATE crumb.order_lines SET amount = amount * {} WHERE sold_on >= DATE '2026-08-01' AND sold_on < DATE '2026-09-01'"
ID = "books/week@2026-09-28T08:00"


class Thread:
    """What was said under posts."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, str]] = []

    def reply(self, channel: str, message: str, digest: Digest, *, delivery_id: str, once: Callable[..., str]) -> str:
        self.said.append((channel, message, digest.markdown))
        return delivery_id


def unused(*_: object, **__: object) -> str:
    raise AssertionError


def posted(bench: Bench, playbook: Playbook) -> tuple[Restating, Thread]:
    """The playbook, posted as the worker posts it."""
    digest, thread = bench.runner.run(playbook, MONDAY), Thread()
    state = digest.posted["state"]
    bench.store.posted.put(
        ID, digest.posted, playbook=playbook.name, actor=playbook.owner, channel="books", message="17.1", checked=state
    )
    playbooks = {playbook.name: playbook}
    return Restating(store=bench.store, runner=bench.runner, playbooks=lambda: playbooks, poster=thread, once=unused), thread


def test_rows_that_change_after_the_post_are_answered_in_its_thread_once(bench: Bench) -> None:
    restating, thread = posted(bench, book(WEEK))
    restating.round()
    before = list(thread.said)
    changed(bench, MORE.format(2))

    restating.round()
    restating.round()

    assert before == []
    ((channel, message, words),) = thread.said
    assert (channel, message) == ("books", "17.1")
    assert "numbers of this post have moved.**" in words
    assert "| Number | Was | Is | Moved by |" in words
    assert "| +100.0% |" in words
    assert "rows of these dates have changed" in words


def test_what_has_been_answered_is_what_the_next_move_is_measured_from(bench: Bench) -> None:
    restating, thread = posted(bench, book(WEEK))
    changed(bench, MORE.format(2))
    restating.round()
    changed(bench, MORE.format("0.5"))

    restating.round()

    assert len(thread.said) == 2
    assert "| -50.0% |" in thread.said[1][2]


def test_a_move_within_the_tolerance_says_nothing(bench: Bench) -> None:
    wide = WEEK.replace("period: last_month", "restate: {tolerance: 5%}\nperiod: last_month", 1)
    restating, thread = posted(bench, book(wide))
    changed(bench, MORE.format("1.02"))

    restating.round()

    assert thread.said == []


def test_a_playbook_may_do_without(bench: Bench) -> None:
    restating, thread = posted(bench, book(WEEK.replace("period: last_month", "restate: false\nperiod: last_month", 1)))
    changed(bench, MORE.format(2))

    restating.round()

    assert thread.said == []


def test_a_period_that_was_not_over_is_not_looked_at_again(bench: Bench) -> None:
    digest = bench.runner.run(book(WEEK.replace("period: last_month", "period: this_month", 1)), MONDAY)

    assert set(digest.posted["cells"]) == {"months"}


def test_nothing_is_said_while_a_gate_is_closed_and_it_is_looked_at_later(bench: Bench) -> None:
    playbook = book(WEEK)
    restating, thread = posted(bench, playbook)
    held = book(WEEK.replace("period: last_month", "gates: {dbt_tests: true}\nperiod: last_month", 1))
    changed(bench, MORE.format(2))
    replace(restating, playbooks=lambda: {playbook.name: held}).round()
    while_closed = list(thread.said)

    restating.round()

    assert while_closed == []
    assert len(thread.said) == 1


def test_the_numbers_of_an_owner_who_was_forgotten_are_gone(bench: Bench) -> None:
    restating, thread = posted(bench, book(WEEK))
    bench.store.forget(["bea"])
    changed(bench, MORE.format(2))

    restating.round()

    assert thread.said == []


def test_a_changed_definition_is_named_as_the_reason() -> None:
    column = Column(name="sales", type="money", unit="usd", label="Sales")
    move = Move(query="total", group="", column=column, was=Decimal("100.00"), now=Decimal("80.00"))
    at = dt.datetime(2026, 9, 28, 4, 0, tzinfo=dt.UTC)

    said = reply(
        book(WEEK),
        [move],
        {"origins": {"total": ["aaaaaaaabbbb", at.isoformat()]}},
        {"total": Origin(definition="ccccccccdddd", as_of=at)},
    )

    assert said.markdown.splitlines() == [
        "**A number of this post has moved.**",
        "",
        "| Number | Was | Is | Moved by |",
        "| --- | ---: | ---: | ---: |",
        "| Sales | $100.00 | $80.00 | -20.0% |",
        "",
        "Why: the definition has changed, from version aaaaaaaa to cccccccc.",
        "",
        "---",
        "- By @bea",
    ]


def test_a_warehouse_that_is_away_for_a_moment_is_asked_again_in_the_next_round(bench: Bench) -> None:
    restating, thread = posted(bench, book(WEEK))
    changed(bench, MORE.format(2))
    replace(restating, runner=Away(bench)).round()

    restating.round()

    assert len(thread.said) == 1


class Away:
    """The runner while its warehouse does not answer."""

    def __init__(self, bench: Bench) -> None:
        self.state = bench.runner.state

    def again(self, playbook: Playbook, at: dt.datetime, parts: Sequence[str] = ()) -> NoReturn:
        raise PlaybookError("The warehouse did not answer.", passing=True)


def test_the_parts_of_a_batch_are_watched_and_each_move_says_whose_it_is(bench: Bench) -> None:
    restating, thread = posted(bench, book(BY_SHOP))
    restating.round()
    before = list(thread.said)
    changed(bench, MORE.format(2) + " AND order_id IN (SELECT order_id FROM crumb.orders WHERE shop_id = 3)")

    restating.round()
    restating.round()

    assert before == []
    ((_, message, words),) = thread.said
    rows = [line.split(" | ") for line in words.splitlines() if line.startswith("| Sales")]
    assert message == "17.1"
    assert [(row[0], row[-1]) for row in rows] == [("| Sales, Castle", "+100.0% |"), ("| Sales, Castle, Aug 2026", "+100.0% |")]
