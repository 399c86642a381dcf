"""The demo company's own questions, each under its persona's rights, get the class that the company expects.

A answered, C asked back, F forbidden by name, O not understood. The values are a handful of real ones, without a warehouse.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from anabot.access.policy import parse_policy
from anabot.agent import Ambiguous, Forbidden, NotUnderstood, Understanding, Understood, understand
from anabot.directory import FileDirectory
from anabot.semantic import parse_registry
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.values import ValueIndex
from anabot.semantic.where_words import narrowed
from anabot.types import Grant
from tests.agent.asking import LAST_QUARTER, LAST_WEEK, MONDAY

ROOT = Path(__file__).parents[2]
VALUES = ValueIndex(
    by_dimension={
        ("programs", "program_name"): ("Heron", "Avocet"),
        ("regions", "region"): ("LATAM", "East Africa", "South Asia"),
        ("skills", "skill"): ("lidar", "polygon"),
        ("skills", "skill_modality"): ("image", "video"),
        ("accounts", "region"): ("LATAM", "EMEA"),
        ("accounts", "segment"): ("robotics", "gov", "genai"),
    }
)


@cache
def company() -> Registry:
    folder = ROOT / "semantic_layer"
    return parse_registry({str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.yml"))})


@cache
def rights(handle: str) -> Grant:
    policy = parse_policy((ROOT / "semantic_layer" / "access.yml").read_text(), company())
    person = FileDirectory.read(ROOT / "demo" / "cast.yml").person(handle)
    assert person is not None
    return policy.decide(person, None, (person,)).own


def ask(handle: str, text: str, thread: MetricQuery | None = None) -> Understanding:
    may = rights(handle)
    return understand(text, registry=company(), grant=may, values=VALUES, team=may.team, now=MONDAY, previous=thread)


CLASSES = {"A": Understood, "C": Ambiguous, "F": Forbidden, "O": NotUnderstood}
QUESTIONS = [
    ("fin_analyst", "A", "what was net revenue last quarter"),
    ("fin_analyst", "C", "what was revenue in Q3?"),
    ("fin_analyst", "A", "what's our spend efficiency across campaigns?"),
    ("fin_analyst", "A", "gross margin by segment, last 4 quarters, as a chart"),
    ("fin_analyst", "C", "total cost of Project Heron"),
    ("fin_analyst", "O", "if unit prices drop 5% for the top 10 customers, what happens to FY margin"),
    ("fin_analyst", "O", "what will our stock option strike price be"),
    ("fin_analyst", "F", "show payouts per contributor with names in Kenya"),
    ("fin_analyst", "A", "explain how net_revenue is built, show SQL and the dbt models"),
    ("growth_mgr", "A", "pipeline created this week vs last, by segment"),
    ("growth_mgr", "A", "where are free-trial conversions stalling"),
    ("growth_mgr", "C", "what's our trial conversion"),
    ("growth_mgr", "A", "win rate by rep this quarter"),
    ("growth_mgr", "F", "gross margin on the Orion account"),
    ("ops_lead", "O", "what share of deliveries were late by region last month"),  # no share of all that were late
    ("ops_lead", "A", "late deliveries as a share of deliveries due by region last month"),
    ("growth_mgr", "O", "which competitor are they talking to"),
    ("growth_mgr", "O", "did the May webinar work?"),
    ("growth_mgr", "O", "summarise notes on opp 006…12"),
    ("growth_mgr", "A", "delivery and pipeline week over week, and where do free trials stall?"),
    ("supply_ops_latam", "A", "do we have enough contributors with level 3 lidar in LATAM for what's coming in three months"),
    ("supply_ops_latam", "A", "first week we run short, by program"),
    ("supply_ops_latam", "C", "how many active contributors"),
    ("supply_ops_latam", "O", "what was net revenue last quarter"),
    ("ops_lead", "A", "do we have enough contributors with the right skills in the right regions in three months?"),
    ("ops_lead", "A", "why did rework jump in week 34"),
    ("ops_lead", "A", "on-time delivery last week"),
    ("ops_lead", "O", "give me phone numbers of the top 20 annotators"),
    ("ops_lead", "O", "weather forecast for Manila next week"),
    ("hr_bp", "C", "how many active employees do we have"),
    ("hr_bp", "A", "contributor retention by region"),
    ("hr_bp", "A", "12 month attrition by function"),
    ("hr_bp", "C", "turnover this year"),
    ("hr_bp", "O", "show me performance ratings for the growth team by name"),
    ("hr_bp", "O", "who is on a performance plan"),
    ("hr_bp", "O", "is Maria going to quit?"),
    ("hr_bp", "O", "headcount by favourite colour"),
    ("exec", "A", "Open pipeline by stage"),
    ("guest", "O", "what was net revenue last quarter"),
    ("fin_analyst", "C", "what did we spend last month?"),
    ("growth_mgr", "O", "how much did we spend last month?"),
    ("exec", "O", "net revenue retention over the last 4 quarters"),
    ("ops_lead", "A", "top 3 projects by units delivered per region last month"),
]


@pytest.mark.parametrize(("handle", "expected", "text"), QUESTIONS, ids=[f"{handle}: {text}" for handle, _, text in QUESTIONS])
def test_a_question_gets_its_class(handle: str, expected: str, text: str) -> None:
    assert isinstance(ask(handle, text), CLASSES[expected])


def test_every_question_that_a_newcomer_is_shown_is_answered() -> None:
    asked = {"finance": "fin_analyst", "growth": "growth_mgr", "ops": "ops_lead", "people": "hr_bp", "data": "data_lead"}

    shown = [(handle, text) for team, handle in asked.items() for text in company().teams[team].questions]
    lost = [text for handle, text in shown if not isinstance(ask(handle, text), Understood)]

    assert not lost


def test_what_was_spent_is_asked_back_as_the_costs_there_are_and_never_read_as_the_return_on_it() -> None:
    found = ask("fin_analyst", "what did we spend last month?")

    assert isinstance(found, Ambiguous)
    asked = [company().metrics[query.metrics[0]] for _, query in found.choices]
    assert all(metric.unit == "usd" and metric.agg == "sum" for metric in asked)
    assert "spend_efficiency" not in [metric.name for metric in asked]


def test_the_capacity_question_is_the_gap_by_region_and_skill_in_the_week_three_months_ahead() -> None:
    found = ask("ops_lead", "do we have enough contributors with the right skills in the right regions in three months?")

    assert isinstance(found, Understood)
    query = found.readings[0].query.as_json()
    assert query["metrics"][0] == "capacity_gap_hours"
    assert query["group_by"] == ["region", "skill"]
    assert query["period"] == {"start": "2027-01-04", "end": "2027-01-11"}


def test_delivery_and_pipeline_are_compared_and_the_stall_is_a_reading_of_its_own() -> None:
    found = ask("growth_mgr", "delivery and pipeline week over week, and where do free trials stall?")

    assert isinstance(found, Understood)
    first, second = (one.query.as_json() for one in found.readings)
    assert first == {
        "metrics": ["units_delivered", "pipeline_created"],
        "period": LAST_WEEK,
        "compare": "previous_period",
    }
    assert second["group_by"] == ["trial_stage"]


def test_a_finance_thread_is_refined_turn_by_turn() -> None:
    thread: MetricQuery | None = None
    for text in ("what was net revenue last quarter by segment?", "by region", "only LATAM", "same for last year"):
        found = ask("fin_analyst", text, thread)
        assert isinstance(found, Understood), text
        thread = found.readings[0].query

    assert thread is not None
    assert thread.as_json() == {
        "metrics": ["net_revenue"],
        "group_by": ["region"],
        "where": [{"field": "region", "op": "eq", "values": ["LATAM"]}],
        "period": {"start": "2025-05-01", "end": "2025-08-01"},
        "order_by": ["-net_revenue"],
    }
    assert thread.as_json()["period"] != LAST_QUARTER


def test_the_second_speaker_of_a_thread_has_their_own_rights() -> None:
    first = ask("growth_mgr", "win rate by rep this quarter")
    assert isinstance(first, Understood)

    second = ask("ops_lead", "and by region?", first.readings[0].query)

    assert second == ask("ops_lead", "and by region?")


@pytest.mark.parametrize("text", ["HRIS headcount last month", "HRIS headcount by month", "HRIS headcount vs last year"])
def test_what_is_counted_as_of_the_last_load_takes_no_period(text: str) -> None:
    found = ask("hr_bp", text)

    assert isinstance(found, NotUnderstood)
    assert "no history" in found.message
    assert isinstance(ask("hr_bp", "HRIS headcount right now by function"), Understood)


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("largest customer in each segment by net revenue last quarter", ["segment", "customer_name"]),
        ("largest customer per segment by net revenue last quarter", ["segment", "customer_name"]),
        ("largest customer by net revenue last quarter", ["customer_name"]),
    ],
)
def test_a_name_that_is_a_number_too_is_what_is_ranked_where_another_number_follows(text: str, group: list[str]) -> None:
    found = ask("fin_analyst", text)

    assert isinstance(found, Understood)
    query = found.readings[0].query
    assert (list(query.group_by), list(query.limit_by), query.limit) == (group, group[:-1], 1)


def test_a_value_that_two_dimensions_have_is_of_the_one_that_the_thread_is_cut_by() -> None:
    may = rights("ops_lead")
    values = ValueIndex(by_dimension={("task_types", "modality"): ("3d", "video"), ("skills", "skill_modality"): ("3d", "video")})
    thread = MetricQuery.model_validate({"metrics": ["rework_rate"], "group_by": ["modality"], "period": LAST_WEEK})

    def asked(text: str, previous: MetricQuery | None) -> Understanding:
        return understand(text, registry=company(), grant=may, values=values, team=may.team, now=MONDAY, previous=previous)

    found = asked("just 3d and video", thread)
    assert isinstance(found, Understood)
    assert [part.model_dump()["field"] for part in found.readings[0].query.where] == ["modality"]
    assert isinstance(asked("rework rate for 3d last week", None), Ambiguous)


def test_what_is_true_of_deals_is_said_as_that() -> None:
    open_deals = MetricQuery.model_validate(
        {"metrics": ["pipeline_created"], "where": [{"field": "is_open", "op": "eq", "values": ["true"]}]}
    )

    assert narrowed(open_deals.where) == " where open is true"


def test_a_metric_is_understood_by_its_own_label() -> None:
    may = rights("data_lead")

    def named(name: str) -> object:
        found = ask("data_lead", company().metrics[name].label)
        return found.readings[0].query.metrics[0] if isinstance(found, Understood) and found.readings else found

    assert [name for name in sorted(may.metrics) if named(name) != name] == []


@pytest.mark.parametrize(
    ("handle", "text", "metric"),
    [
        ("fin_analyst", "how many customers did we bill last month", "customers_invoiced"),
        ("growth_mgr", "how many trials began last week", "trial_starts"),
    ],
)
def test_what_was_done_says_which_reading_is_meant(handle: str, text: str, metric: str) -> None:
    found = ask(handle, text)

    assert isinstance(found, Understood)
    assert found.readings[0].query.metrics == (metric,)


def test_a_verb_of_another_number_does_not_settle_what_is_counted() -> None:
    assert isinstance(ask("fin_analyst", "how much did we bill in August and how many customers"), NotUnderstood)


@pytest.mark.parametrize(
    ("handle", "shown", "text", "metric"),
    [
        ("ops_lead", "on_time_delivery_rate", "how many were late?", "deliveries_late"),
        ("ops_lead", "on_time_delivery_rate", "and how many were due", "deliveries_due"),
        ("hr_bp", "attrition_rate_12m", "how many left?", "terminations"),
        ("ops_lead", "rework_rate", "how many were reworked?", "units_reworked"),
    ],
)
def test_a_word_of_what_is_counted_in_the_same_rows_is_enough_in_a_thread(
    handle: str, shown: str, text: str, metric: str
) -> None:
    thread = MetricQuery.model_validate({"metrics": [shown], "period": {"start": "2026-08-01", "end": "2026-09-01"}})

    found = ask(handle, text, thread)

    assert isinstance(found, Understood)
    assert found.readings[0].query.metrics == (metric,)
    assert found.readings[0].query.period == thread.period


def test_a_word_for_people_is_the_value_that_the_thread_is_narrowed_to() -> None:
    may = rights("hr_bp")
    values = ValueIndex(by_dimension={("headcount", "worker_type"): ("employee", "contingent")})
    thread = MetricQuery.model_validate(
        {"metrics": ["headcount_hris_active"], "where": [{"field": "worker_type", "op": "eq", "values": ["contingent"]}]}
    )

    def asked(text: str, previous: MetricQuery | None) -> Understanding:
        return understand(text, registry=company(), grant=may, values=values, team=may.team, now=MONDAY, previous=previous)

    found = asked("what about employees?", thread)
    assert isinstance(found, Understood)
    assert found.readings[0].query.as_json() == {
        "metrics": ["headcount_hris_active"],
        "where": [{"field": "worker_type", "op": "eq", "values": ["employee"]}],
    }
    assert isinstance(asked("how many employees do we have", None), Ambiguous)


def test_what_is_counted_below_a_ranking_is_not_ranked_as_it_was() -> None:
    worst = {"metrics": ["on_time_delivery_rate"], "group_by": ["region"], "order_by": ["on_time_delivery_rate"], "limit": 1}
    thread = MetricQuery.model_validate({**worst, "period": LAST_WEEK})

    found, total = ask("ops_lead", "how many were late?", thread), ask("ops_lead", "how many late in total?", thread)

    assert isinstance(found, Understood)
    assert (found.readings[0].query.metrics, found.readings[0].query.limit) == (("deliveries_late",), None)
    assert isinstance(total, Understood)
    assert (total.readings[0].query.group_by, total.readings[0].query.limit) == ((), None)
    assert isinstance(ask("ops_lead", "how many were late there?", thread), NotUnderstood)
