"""A change "from July to September" is September's against July's; a stretch of time stays one where rows lie in it."""

from __future__ import annotations

import pytest

from tests.agent.asking import query, refused

JULY = {"start": "2026-07-01", "end": "2026-08-01"}
SEPTEMBER = {"start": "2026-09-01", "end": "2026-10-01"}
SUMMER = {"start": "2026-07-01", "end": "2026-10-01"}


@pytest.mark.parametrize(
    "said",
    [
        "how did sales change from July to September",
        "growth in sales from July to September",
        "sales growth between July and September",
        "change in sales, July to September",
        "difference in sales between July and September",
        "why did sales drop from July to September",
    ],
)
def test_a_change_from_one_month_to_another_sets_the_two_against_each_other(said: str) -> None:
    asked = query(said)

    assert (asked["period"], asked["compare"]) == (SEPTEMBER, JULY)


def test_what_grew_fastest_from_one_month_to_the_next_is_ranked_by_the_two() -> None:
    asked = query("which region grew fastest in sales from August to September")

    assert (asked["period"], asked["compare"]) == (SEPTEMBER, "previous_period")
    assert asked["order_by"] == ["-sales__percent_change"]


WHOLE = ["monthly sales growth from July to September", "sales from July to September", "trend of sales, July to September"]


@pytest.mark.parametrize("said", WHOLE)
def test_a_stretch_with_rows_in_it_or_without_a_change_stays_whole(said: str) -> None:
    assert query(said)["period"] == SUMMER


def test_a_year_ago_alone_is_asked_back_and_beside_a_period_it_is_its_year_before() -> None:
    assert refused("sales a year ago").reason == "period"
    assert query("sales in September vs a year ago")["compare"] == "previous_year"


def test_a_range_up_to_now_ends_today() -> None:
    assert query("sales from last November to now")["period"] == {"start": "2025-11-01", "end": "2026-10-06"}


@pytest.mark.parametrize(
    "said", ["compare sales of North and South in September", "compare North with South, sales in September"]
)
def test_values_that_are_compared_stand_side_by_side(said: str) -> None:
    asked = query(said)

    assert asked["group_by"] == ["region"]
    assert asked["where"] == [{"field": "region", "op": "in", "values": ["North", "South"]}]


def test_a_condition_beside_what_is_compared_is_only_a_condition() -> None:
    asked = query("compare sales of North and South for online orders in September")

    assert asked["group_by"] == ["region"]
    assert {part["field"] for part in asked["where"]} == {"region", "channel"}


def test_values_that_are_left_out_are_not_compared() -> None:
    assert "group_by" not in query("compare sales excluding North and South in September with last year")


@pytest.mark.parametrize(
    "text", ["month over month change in orders since May", "month over month change in orders from May to September"]
)
def test_a_change_over_several_months_is_told_month_by_month(text: str) -> None:
    assert query(text) == {
        "metrics": ["orders_placed"],
        "group_by": ["metric_time__month"],
        "period": {"start": "2026-05-01", "end": "2026-10-01"},
        "compare": "previous_period",
    }


@pytest.mark.parametrize("text", ["week over week change in orders yesterday", "month over month change in orders last week"])
def test_a_change_over_less_than_its_unit_is_refused(text: str) -> None:
    assert refused(text).reason == "period"
