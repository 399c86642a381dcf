"""What somebody says to a question that was asked back, and words that name a metric like the one shown."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.agent import Ambiguous, NotUnderstood, Understood
from anabot.semantic.query import MetricQuery
from tests.agent.asking import LAST_QUARTER, SEPTEMBER, ask, asked_back, grant, query, reading, refused

ASKED = asked_back("revenue last month", team="x")
OFFERS = ASKED.choices
PERIODS = tuple((label, found) for label, found in (("Gift orders (2025)", OFFERS[0][1]), ("Gift orders (2026)", OFFERS[1][1])))


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("online", "online_sales"),
        ("the online one", "online_sales"),
        ("online sales please", "online_sales"),
        ("I mean web sales", "online_sales"),
        ("sales", "sales"),
        ("net sales", "sales"),
        ("takings", "sales"),
        ("the first one", "sales"),
        ("2", "online_sales"),
        ("the second", "online_sales"),
        ("the latter", "online_sales"),
    ],
)
def test_a_choice_can_be_said_in_words(text: str, metric: str) -> None:
    assert query(text, team="x", offers=OFFERS) == {"metrics": [metric], "period": SEPTEMBER}


@pytest.mark.parametrize("text", ["both", "all of them", "show me both please"])
def test_all_choices_can_be_had(text: str) -> None:
    found = ask(text, team="x", offers=OFFERS)

    assert isinstance(found, Understood)
    assert [each.query.metrics for each in found.readings] == [("sales",), ("online_sales",)]


@pytest.mark.parametrize("text", ["3", "the third one", "the fast one", "online orders", "other", "revenue"])
def test_what_is_no_choice_is_not_taken_for_one(text: str) -> None:
    found = ask(text, team="x", offers=OFFERS)

    assert not isinstance(found, Understood) or found.readings[0].query.metrics not in {("sales",), ("online_sales",)}
    assert found == ask(text, team="x")


def test_another_question_is_answered_as_if_nothing_had_been_asked_back() -> None:
    for text in ("online sales last quarter", "cost by shop last month", "thanks", "help", "what about orders last week"):
        assert ask(text, team="x", offers=OFFERS) == ask(text, team="x")


def test_a_number_that_is_in_the_names_is_no_place_in_the_list() -> None:
    found = ask("2026", team="x", offers=PERIODS)

    assert isinstance(found, Understood)
    assert found.readings[0].query == PERIODS[1][1]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("by region", {"group_by": ["region"]}),
        ("in the North", {"where": [{"field": "region", "op": "eq", "values": ["North"]}]}),
        ("last quarter instead", {"period": LAST_QUARTER}),
        ("by month", {"group_by": ["metric_time__month"]}),
    ],
)
def test_a_change_is_made_to_each_choice_and_asked_back_again(text: str, change: dict[str, Any]) -> None:
    found = ask(text, team="x", offers=OFFERS)

    assert isinstance(found, Ambiguous)
    assert [label for label, _ in found.choices] == ["Sales", "Online sales"]
    for _, each in found.choices:
        assert {key: each.as_json().get(key) for key in change} == change
        assert each.period == MetricQuery.model_validate({"metrics": ["sales"], "period": change.get("period", SEPTEMBER)}).period


def shown(metric: str, **more: Any) -> MetricQuery:
    return MetricQuery.model_validate({"metrics": [metric], "period": SEPTEMBER, **more})


@pytest.mark.parametrize("text", ["median only", "the median one", "and the median?", "median instead"])
def test_a_metric_like_the_one_shown_can_be_named_by_what_sets_it_apart(text: str) -> None:
    found = reading(text, thread=shown("biggest_line", group_by=["region"]))

    assert (found.query.metrics, found.query.group_by) == (("median_line",), ("region",))
    assert found.assumptions[0] == "That is read as Median line."


@pytest.mark.parametrize("text", ["median only", "the fast one", "the slow kind"])
def test_what_sets_no_metric_apart_from_the_one_shown_is_not_read_as_one(text: str) -> None:
    found = ask(text, thread=shown("sales"))

    assert isinstance(found, NotUnderstood | Understood)
    assert isinstance(found, NotUnderstood) or found.readings[0].query.metrics == ("sales",)


def test_a_metric_that_the_speaker_may_not_see_is_not_found_by_what_sets_it_apart() -> None:
    assert refused("median only", thread=shown("biggest_line"), may=grant("median_line")).unknown == ("median",)
