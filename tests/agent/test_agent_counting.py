"""What is counted where no metric is named, by a name of part of it, and what stands side by side. Each is a rule of language."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.agent.asking import SEPTEMBER, asked_back, query, reading, refused

ORDERS = {"metrics": ["orders_placed"], "period": SEPTEMBER}
ONLINE = {"field": "channel", "op": "eq", "values": ["online"]}


def where(text: str) -> list[dict[str, Any]]:
    return query(text)["where"]


def test_how_many_of_a_value_counts_the_rows_it_stands_in_and_says_so() -> None:
    found = reading("how many online did we get last month")

    assert found.query.as_json() == {**ORDERS, "where": [ONLINE]}
    assert "“online” is counted as Orders." in found.assumptions


def test_how_many_of_a_value_of_whoever_bought_counts_them() -> None:
    found = reading("number of gold last month")

    assert found.query.metrics == ("customers_served",)
    assert "“gold” is counted as Customers served." in found.assumptions


def test_a_value_that_nothing_counts_is_not_counted() -> None:
    assert refused("how many flour last month").reason == "no_metric"


def test_a_value_alone_is_not_counted() -> None:
    assert refused("web last month").reason == "no_metric"


@pytest.mark.parametrize("text", ["how did Castle do last month", "compare Castle and Ferry", "compare shops"])
def test_a_question_for_no_number_in_particular_is_asked_back(text: str) -> None:
    assert len(asked_back(text).choices) > 1


@pytest.mark.parametrize(
    "text", ["which had more orders last month, Castle or Ferry?", "more orders in Castle or in Ferry last month"]
)
def test_which_had_more_shows_both(text: str) -> None:
    shops = {"field": "shop_name", "op": "in", "values": ["Castle", "Ferry"]}
    assert query(text) == {**ORDERS, "where": [shops], "group_by": ["shop_name"], "order_by": ["-orders_placed"]}


def test_one_side_of_a_comparison_is_no_condition() -> None:
    assert refused("waiting time vs online last month").unknown == ("online",)


def test_a_verb_alone_names_the_metric_that_is_called_so() -> None:
    found = reading("how much did we spend on flour last month")
    assert found.query.metrics == ("cost",)


@pytest.mark.parametrize("text", ["gift orders before 2026", "gift orders prior to 2026"])
def test_everything_before_a_year_has_no_start(text: str) -> None:
    found = query(text)
    assert found["where"] == [{"field": "metric_time__day", "op": "lt", "values": ["2026-02-01"]}]
    assert "period" not in found


def test_before_a_month_of_no_year_is_asked() -> None:
    assert refused("sales before March").reason == "period"


def test_what_will_be_is_not_told() -> None:
    assert refused("what will sales be next month").reason == "period"
    assert query("sales next month")["period"]["start"] == dt.date(2026, 11, 1).isoformat()


def test_an_adjective_that_is_true_of_some_is_a_condition() -> None:
    assert where("orders that were gift last month, excluding online")[0] == {
        "field": "channel",
        "op": "ne",
        "values": ["online"],
    }


def test_orders_not_made_by_some_leave_those_out() -> None:
    assert where("orders not made by gold customers last month") == [{"field": "tier", "op": "ne", "values": ["gold"]}]


@pytest.mark.parametrize(
    "text",
    [
        "how many orders did Castle and Ferry each get last month?",
        "is Castle busier than Ferry in terms of orders last month",
        "is Castle bigger than Ferry by orders last month",
    ],
)
def test_two_that_are_set_beside_each_other_are_shown_side_by_side(text: str) -> None:
    shops = {"field": "shop_name", "op": "in", "values": ["Castle", "Ferry"]}
    assert query(text) == {**ORDERS, "where": [shops], "group_by": ["shop_name"], "order_by": ["-orders_placed"]}


def test_more_in_one_month_or_another_compares_the_two() -> None:
    found = query("did we get more orders in July or August 2026?")
    assert found["period"] == {"start": "2026-08-01", "end": "2026-09-01"}
    assert found["compare"] == "previous_period"


def test_an_average_is_an_average_anyway() -> None:
    waiting = query("waiting time by shop last month")
    assert query("avg waiting time by shop last month") == waiting
    assert query("average waiting time per order last month") == query("waiting time last month")
    assert refused("average orders last month").unknown == ("average",)


def test_a_number_of_a_unit_is_a_bound_on_what_was_said_before_it() -> None:
    found = query("shops where the waiting time was over 10 minutes last month")
    assert found["metrics"] == ["waiting_time"]
    assert found["having"] == [{"field": "waiting_time", "op": "gt", "values": ["10"]}]


def test_the_most_common_is_by_how_many_rows_have_it() -> None:
    found = query("most common channel last month")
    assert found == {**ORDERS, "group_by": ["channel"], "order_by": ["-orders_placed"], "limit": 1}


def test_who_came_in_are_not_all_there_are() -> None:
    assert refused("customers who came in last month by shop").unknown == ("came in",)


def test_can_someone_tell_me_says_nothing() -> None:
    assert query("can someone tell me the orders last month") == ORDERS


@pytest.mark.parametrize("text", ["3 most waited channels last month", "most waited channels last month, top 3"])
def test_a_verb_after_most_says_by_what(text: str) -> None:
    found = query(text)
    assert (found["group_by"], found["order_by"], found["limit"]) == (["channel"], ["-waiting_time"], 3)


def test_orders_not_made_in_a_place_leave_it_out() -> None:
    assert where("orders not made in Castle last month") == [{"field": "shop_name", "op": "ne", "values": ["Castle"]}]


def test_orders_of_customers_without_a_tier_are_those_without_one() -> None:
    assert where("orders of customers without a tier last month") == [{"field": "tier", "op": "is_null", "values": []}]


def test_a_bare_verb_before_a_number_is_an_adjective_and_not_passed_over() -> None:
    assert query("how many orders did we place last month") == ORDERS
    assert refused("place orders last month").unknown == ("place",)


def test_what_something_is_about_is_a_condition() -> None:
    assert where("how many orders were about online last month") == [ONLINE]
