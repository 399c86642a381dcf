"""Columns that abbreviate, verbs of what is counted, and names said again: what people say of `reg_dt` and `trt_cost`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from anabot.agent import Ambiguous, NotUnderstood
from anabot.agent.offline.text import abbreviates, deeds, words
from tests.agent import asking, terse
from tests.agent.asking import SEPTEMBER

TREATMENTS = {"metrics": ["treatments"]}
SINCE = [
    {"field": "reg_dt__day", "op": "ge", "values": ["2025-01-01"]},
    {"field": "reg_dt__day", "op": "lt", "values": ["2025-03-01"]},
]


@pytest.mark.parametrize(
    ("verb", "noun"),
    [
        *(("treated", "treatment"), ("registered", "registration"), ("admitted", "admission"), ("approved", "approval")),
        *(("prescribed", "prescription"), ("decided", "decision"), ("applying", "application"), ("reviewing", "reviewer")),
    ],
)
def test_a_verb_is_known_by_what_it_does(verb: str, noun: str) -> None:
    assert {root for word in words(noun) for root in [word.rstrip("e")]} & deeds(verb)


def test_a_column_may_be_short_for_a_verb() -> None:
    assert abbreviates("reg", "registered")
    assert abbreviates("crtd", "created")
    assert not abbreviates("end", "ended early"[:3])
    assert not abbreviates("rent", "registered")
    assert not abbreviates("dt", "dated")


@pytest.mark.parametrize(
    "text",
    [
        "number of treatments of patients who registered between 1 January and 28 February 2025",
        "treatments for patients registered from January to February 2025",
    ],
)
def test_the_days_of_those_who_registered_are_not_those_of_what_is_counted(text: str) -> None:
    found = terse.query(text)

    assert {key: found[key] for key in ("metrics", "where")} == {**TREATMENTS, "where": SINCE}
    assert "period" not in found


def test_two_stretches_of_days_of_somebody_else_are_not_one_of_each() -> None:
    found = terse.ask("treatments of patients who registered in January 2025 and in March 2025")

    assert isinstance(found, NotUnderstood)
    assert found.reason == "two_periods"


def test_a_verb_after_who_that_nothing_is_dated_by_is_named_back() -> None:
    assert "moved" in asking.refused("orders of customers who moved last month").unknown


def test_what_is_counted_along_a_time_is_named_by_its_verb() -> None:
    jan = {"start": "2025-01-01", "end": "2025-02-01"}

    assert terse.query("how many patients registered in January 2025") == {"metrics": ["new_patients"], "period": jan}


@pytest.mark.parametrize("text", ["patients who have not been treated", "list the patients that have not treated anyone"])
def test_who_has_none_may_be_said_with_a_verb(text: str) -> None:
    found = terse.query(text)

    assert found["metrics"] == ["treatments"]
    assert found["having"] == [{"field": "treatments", "op": "eq", "values": ["0"]}]


def test_the_average_of_what_is_added_up_is_the_one_that_the_registry_has() -> None:
    assert terse.query("average treatment cost for TX patients")["metrics"] == ["mean_cost"]


def test_an_average_that_the_registry_lacks_is_not_the_sum() -> None:
    assert asking.refused("average cost last month").unknown == ("average",)


def test_an_abbreviation_in_a_column_is_the_word() -> None:
    found = terse.query("how many treatments have no end date?")

    assert found == {**TREATMENTS, "where": [{"field": "end_dt", "op": "is_null", "values": []}]}


def test_the_end_of_a_name_says_it_again() -> None:
    found = terse.query("What is the average day 100 score per drug? Return the drug and the average score.")

    assert found["metrics"] == ["average_day_100_score"]
    assert found["group_by"] == ["drug"]


def test_the_end_of_two_names_is_not_one_of_them() -> None:
    assert isinstance(terse.ask("average score per drug"), Ambiguous)


def test_the_noun_of_a_value_says_nothing_more() -> None:
    vegan = {"field": "diet", "op": "eq", "values": ["vegan"]}

    assert terse.query("treatments for vegan food") == {**TREATMENTS, "where": [vegan]}


@pytest.mark.parametrize(
    "text",
    [
        "orders in September for online (match case-insensitively)",
        "orders in September for ONLINE, ignoring case",
        "hope you're well! can u tell me the online orders in September?",
        "Thanks! One more: online orders in September",
        "orders in September via the online channel",
    ],
)
def test_what_is_only_said_in_passing_changes_nothing(text: str) -> None:
    online = {"field": "channel", "op": "eq", "values": ["online"]}

    assert asking.query(text) == {"metrics": ["orders_placed"], "where": [online], "period": SEPTEMBER}


def test_what_the_rows_are_cut_by_may_be_named_again() -> None:
    by_month = {"metrics": ["orders_placed"], "group_by": ["metric_time__month"], "limit": 1, "order_by": ["-orders_placed"]}

    found = asking.query("Which month of 2025 had the most orders? Return the month and the number of orders.")

    assert found == {**by_month, "period": {"start": "2025-01-01", "end": "2026-01-01"}} or found["limit"] == 1
    assert found["group_by"] == ["metric_time__month"]


def test_rows_may_be_ordered_by_their_time() -> None:
    found = asking.query("weekly orders in September, in descending order of week")

    assert found["order_by"] == ["-metric_time__week"]


def test_a_combination_is_of_both() -> None:
    found = asking.query("Return the number of orders last month for each combination of region and channel")

    assert found["group_by"] == ["region", "channel"]


def test_from_the_lowest_to_the_highest_is_an_order() -> None:
    found = asking.query("orders by shop last month, ordered from the lowest to the highest")

    assert found["order_by"] == ["orders_placed"]


def test_the_last_days_are_over_without_today() -> None:
    found = asking.query("orders in the last 5 days, excluding today")

    assert found["period"] == {"start": "2026-09-30", "end": "2026-10-05"}
    assert asking.refused("orders this month, excluding today").reason == "shape"


def test_a_slip_of_a_short_word_is_put_right() -> None:
    found = asking.reading("wich shop had the most orders last month")

    assert "Read “wich” as “which”." in found.assumptions
    assert found.query.limit == 1


@pytest.mark.parametrize(
    "text",
    [
        "How many orders for shops with the region North last month?",
        "how many orders did customers from the North place last month",
        "How many orders did customers in the North make in September?",
    ],
)
def test_whoever_is_narrowed_or_acts_is_not_counted_too(text: str) -> None:
    north = {"field": "region", "op": "eq", "values": ["North"]}

    assert asking.query(text) == {"metrics": ["orders_placed"], "where": [north], "period": SEPTEMBER}


def test_what_is_listed_under_conditions_is_told_beside_its_own_count() -> None:
    found = terse.query("list the patients in TX by patient id")

    assert found["metrics"] == ["new_patients"]
    assert found["where"] == [{"field": "state", "op": "eq", "values": ["TX"]}]


def test_a_list_under_conditions_of_what_nobody_counts_is_refused() -> None:
    assert asking.refused("list the shops in the North").reason in ("shape", "no_metric")


def test_who_is_so_and_who_is_not_stand_side_by_side() -> None:
    found = terse.query("number of placebo and non-placebo treatments in 2024")

    assert found["group_by"] == ["is_placebo"]
    assert "where" not in found


def test_what_is_true_after_by_narrows_the_doers() -> None:
    truth = {"field": "is_placebo", "op": "eq", "values": ["true"]}

    assert terse.query("total cost by placebo treatments")["where"] == [truth]


def test_several_numbers_with_one_word_at_the_end_of_their_names_are_asked_back() -> None:
    found = terse.ask("score in 2024")

    assert isinstance(found, Ambiguous)
    assert {choice.metrics for _, choice in found.choices} == {("average_day_7_score",), ("average_day_100_score",)}


def test_how_somebody_is_doing_is_asked_back_where_no_number_is_called_so() -> None:
    found = terse.ask("how are our patients doing?")

    assert isinstance(found, Ambiguous)
    assert ("new_patients",) in {choice.metrics for _, choice in found.choices}


def test_a_number_may_be_called_without_its_unit() -> None:
    assert terse.query("average weight by state")["metrics"] == ["avg_weight_kg"]


def test_the_date_of_a_verb_is_a_column() -> None:
    found = terse.query("number of treatments by discharge date")

    assert found["group_by"] == ["discharged_on__day"] or found["group_by"] == ["discharged_on"]


def test_those_without_any_are_left_out_of_a_list_of_counts_anyway() -> None:
    by_shop = asking.query("orders by shop last month")

    assert asking.query("Orders by shop last month. Ignore shops without orders.") == by_shop
    assert asking.refused("Orders by shop last month. Ignore shops without a licence.").unknown


def test_a_region_that_is_spelled_like_a_word_of_the_language_is_that_region() -> None:
    north = {"field": "country", "op": "eq", "values": ["Delta"]}
    values = replace(asking.VALUES, by_dimension={**asking.VALUES.by_dimension, ("regions", "country"): ("Delta", "Insula")})

    assert asking.query("orders in the delta country last month", values=values)["where"] == [north]
