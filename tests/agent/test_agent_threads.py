"""Follow-ups: what a few words change in the query that the thread is about."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from anabot.agent import NotUnderstood, Understood, past
from anabot.semantic.query import MetricQuery, Span
from tests.agent.asking import LAST_QUARTER, SEPTEMBER, ask, by_value, forbidden, grant, query, reading, refused

START: dict[str, Any] = {"metrics": ["sales"], "group_by": ["region"], "period": LAST_QUARTER}
NORTH = {"field": "region", "op": "eq", "values": ["North"]}

EDITS: list[tuple[str, dict[str, Any]]] = [
    ("by shop", {"group_by": ["shop_name"]}),
    ("and by shop", {"group_by": ["shop_name"]}),
    ("also by shop", {"group_by": ["region", "shop_name"]}),
    ("per month", {"group_by": ["region", "metric_time__month"]}),
    ("only North", {"where": [NORTH]}),
    ("just the North", {"where": [NORTH]}),
    ("what about the North?", {"where": [NORTH]}),
    ("and North?", {"where": [NORTH]}),
    ("in the North", {"where": [NORTH]}),
    ("without North", {"where": [{**NORTH, "op": "ne"}]}),
    ("drop the ones in the North", {"where": [{**NORTH, "op": "ne"}]}),
    ("top 3", {"order_by": ["-sales"], "limit": 3}),
    ("lowest first", {"order_by": ["sales"]}),
    (
        "drop anyone under 5 orders",
        {"metrics": ["sales", "orders_placed"], "having": [{"field": "orders_placed", "op": "ge", "values": ["5"]}]},
    ),
    ("over 1k", {"having": [{"field": "sales", "op": "gt", "values": ["1000"]}]}),
    ("and last month?", {"period": SEPTEMBER}),
    ("last month", {"period": SEPTEMBER}),
    ("same for last year", {"period": {"start": "2025-05-01", "end": "2025-08-01"}}),
    ("and last year?", {"period": {"start": "2025-05-01", "end": "2025-08-01"}}),
    ("same quarter last year", {"period": {"start": "2025-05-01", "end": "2025-08-01"}}),
    ("and the previous quarter?", {"period": {"start": "2026-02-01", "end": "2026-05-01"}}),
    ("the quarter before", {"period": {"start": "2026-02-01", "end": "2026-05-01"}}),
    ("vs last year", {"compare": "previous_year"}),
    ("vs the previous quarter", {"compare": "previous_period"}),
    ("and orders?", {"metrics": ["orders_placed"]}),
    ("what about orders?", {"metrics": ["orders_placed"]}),
    ("same for orders", {"metrics": ["orders_placed"]}),
    ("add orders", {"metrics": ["sales", "orders_placed"]}),
    ("also orders", {"metrics": ["sales", "orders_placed"]}),
    ("as a chart", {}),
]


@pytest.mark.parametrize(("text", "change"), EDITS, ids=[text for text, _ in EDITS])
def test_a_follow_up_changes_only_what_it_says(text: str, change: dict[str, Any]) -> None:
    assert query(text, thread=MetricQuery.model_validate(START)) == by_value({**START, **change})


def test_a_question_that_names_its_metric_starts_anew() -> None:
    thread = MetricQuery.model_validate({**START, "where": [NORTH]})

    assert query("orders by shop last month", thread=thread) == {
        "metrics": ["orders_placed"],
        "group_by": ["shop_name"],
        "period": SEPTEMBER,
        "order_by": ["-orders_placed"],
    }


def test_rows_that_are_cut_by_time_come_in_its_order_and_a_said_order_stays() -> None:
    ranked = MetricQuery.model_validate({**START, "order_by": ["-sales"]})
    said = MetricQuery.model_validate({**START, "group_by": ["metric_time__month"], "order_by": ["-sales"]})

    assert "order_by" not in query("per month", thread=ranked)
    assert query("only North", thread=said)["order_by"] == ["-sales"]


def test_what_a_new_metric_keeps_from_the_thread_is_said() -> None:
    found = reading("and orders?", thread=MetricQuery.model_validate({**START, "where": [NORTH]}))

    assert "Kept from before: FY26 Q2 (1 May – 31 Jul 2026); by region; North." in found.assumptions


def test_a_condition_that_cannot_stay_is_dropped_aloud() -> None:
    thread = MetricQuery.model_validate({**START, "having": [{"field": "sales", "op": "gt", "values": ["5"]}]})

    found = reading("and orders?", thread=thread)

    assert found.query.having == ()
    assert "The condition on Sales was dropped." in found.assumptions


def test_a_new_value_of_the_same_dimension_takes_the_place_of_the_old() -> None:
    thread = MetricQuery.model_validate({**START, "where": [NORTH]})

    assert query("what about the South?", thread=thread)["where"] == [{**NORTH, "values": ["South"]}]


def test_the_order_follows_the_metric_that_took_over() -> None:
    thread = MetricQuery.model_validate({**START, "order_by": ["-sales"], "limit": 3})

    assert query("and orders?", thread=thread)["order_by"] == ["-orders_placed"]


def test_a_thread_can_be_asked_how_it_was_computed() -> None:
    thread = MetricQuery.model_validate({**START, "order_by": ["-sales"]})

    assert reading("how was this computed?", thread=thread).ask == "definition"
    assert reading("show the SQL", thread=thread).ask == "sql"
    assert reading("show the SQL", thread=thread).query == thread


def test_a_dimension_that_the_new_metric_lacks_is_refused_and_not_dropped() -> None:
    thread = MetricQuery.model_validate({**START, "group_by": ["channel"]})

    assert refused("and costs?", thread=thread).reason == "unreachable"


def test_why_asks_for_the_change_from_the_period_before() -> None:
    thread = MetricQuery.model_validate({**START, "period": {"start": "2026-09-01", "end": "2026-10-01"}})

    found = reading("why?", thread=thread)

    assert found.ask == "why"
    assert found.query.metrics == thread.metrics
    assert found.query.compare == Span(start=dt.date(2026, 8, 1), end=dt.date(2026, 9, 1))
    assert any("the period before" in note for note in found.assumptions)


def test_why_keeps_what_the_thread_compares_with() -> None:
    thread = MetricQuery.model_validate(
        {**START, "period": {"start": "2026-09-01", "end": "2026-10-01"}, "compare": "previous_year"}
    )

    assert reading("why?", thread=thread).query.compare == "previous_year"


def test_why_below_a_series_is_about_its_last_step() -> None:
    body = {"metrics": ["sales"], "group_by": ["metric_time__week"], "period": {"start": "2026-08-31", "end": "2026-10-05"}}

    found = reading("what's behind it?", thread=MetricQuery.model_validate(body))

    assert found.query.period == Span(start=dt.date(2026, 9, 28), end=dt.date(2026, 10, 5))
    assert found.query.compare == Span(start=dt.date(2026, 9, 21), end=dt.date(2026, 9, 28))


@pytest.mark.parametrize(
    "text", ["why did sales drop last week", "what drove sales last week", "how come sales went up last week"]
)
def test_the_move_that_is_asked_about_is_no_part_of_the_query(text: str) -> None:
    found = reading(text)

    assert (found.ask, found.query.metrics, found.query.where) == ("why", ("sales",), ())
    assert found.query.period == Span(start=dt.date(2026, 9, 28), end=dt.date(2026, 10, 5))


def test_the_next_speaker_gets_their_own_rights() -> None:
    thread = MetricQuery.model_validate({**START, "metrics": ["headcount"]})

    assert forbidden("by shop", thread=thread, may=grant("headcount", listed=("headcount",))).metrics == ("headcount",)
    assert refused("by shop", thread=thread, may=grant("headcount")) == refused("by shop", may=grant("headcount"))


def test_words_that_nobody_knows_are_named_in_a_thread_too() -> None:
    assert refused("by favourite colour", thread=MetricQuery.model_validate(START)).unknown == ("favourite", "colour")


def test_undo_goes_back_to_what_was_shown_before() -> None:
    first = MetricQuery.model_validate(START)
    found = ask("undo that", thread=MetricQuery.model_validate({**START, "where": [NORTH]}), earlier=first)

    assert isinstance(found, Understood)
    assert found.readings[0].query.metrics == first.metrics
    assert found.readings[0].query.where == ()


def test_undo_without_a_past_says_so() -> None:
    assert "nothing before" in refused("undo that", thread=MetricQuery.model_validate(START)).message


def test_undo_shows_nobody_what_they_may_not_see() -> None:
    assert isinstance(ask("undo that", may=grant("sales"), earlier=MetricQuery.model_validate(START)), NotUnderstood)


def test_undo_is_not_one_word_among_others() -> None:
    assert refused("undo sales by region last month").unknown == ("undo",)


def test_a_thread_steps_back_through_its_past() -> None:
    one, two, three = (MetricQuery(metrics=(name,)) for name in ("sales", "cost", "margin"))
    state: dict[str, Any] = {}
    for query_now in (one, two, two, three):
        state = {"past": past.gone_by(state, query_now), "query": query_now.as_json()}

    assert past.shown(state, 1) == two
    state = {"past": past.gone_by(state, two), "query": two.as_json()}
    assert past.shown(state, 1) == one
    state = {"past": past.gone_by(state, one), "query": one.as_json()}
    assert past.shown(state, 1) is None


@pytest.mark.parametrize("text", ["remove the filter", "no filter", "clear all filters", "drop the filter and show it by shop"])
def test_a_filter_can_be_taken_off(text: str) -> None:
    thread = MetricQuery.model_validate({**START, "where": [NORTH]})

    assert query(text, thread=thread)["metrics"] == ["sales"]
    assert "where" not in query(text, thread=thread)


def test_a_filter_that_is_not_there_cannot_be_taken_off() -> None:
    assert refused("remove the filter", thread=MetricQuery.model_validate(START)).message == "There is no filter to remove."


def test_chatty_words_around_a_place_say_nothing() -> None:
    assert query("sales over in the north last month") == query("sales in the north last month")
