"""What people say around a question: courtesies, why they ask, and how they begin. None of it changes what is asked."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.semantic.query import MetricQuery
from tests.agent.asking import SEPTEMBER, query, reading, refused

NORTH = {"field": "region", "op": "eq", "values": ["North"]}
ORDERS: dict[str, Any] = {"metrics": ["orders_placed"], "period": SEPTEMBER}


@pytest.mark.parametrize(
    "text",
    [
        "Hi! I just joined the marketing team. Could you tell me how many orders we had in September?",
        "Sorry if this is a silly question, but how many orders did we have in September?",
        "Sorry to bother you again, how many orders did we have in September?",
        "This might be a stupid question. How many orders did we have in September?",
        "I'm preparing a slide for Monday's board meeting, how many orders did we have in September?",
        "I need to fill in a form. Would you know how many orders we had in September?",
        "I'm putting together a deck and I need to know how many orders we had in September.",
        "We have a review with the landlord. How many orders did we have in September?",
        "My boss asked me how many orders we had in September.",
        "I was asked how many orders we had in September",
        "Do you happen to know how many orders we had in September?",
        "Could you help me find out how many orders we had in September?",
        "I'm trying to figure out how many orders we had in September",
        "Is there any way to see the orders in September?",
        "It would be great to know how many orders we had in September",
        "I'm new here. Can you explain how many orders we had in September?",
        "How many orders did we have? September is enough.",
        "Out of curiosity, how many orders did we have in September? No rush.",
        "Hello there, I'm new in people ops. How many orders did we have in September?",
    ],
)
def test_what_is_said_around_a_question_changes_nothing(text: str) -> None:
    assert query(text) == ORDERS


@pytest.mark.parametrize(
    "text", ["Oh nice. And in the North?", "Perfect, thank you! And the North?", "Interesting. In the North?"]
)
def test_a_courtesy_before_a_follow_up_changes_nothing(text: str) -> None:
    assert query(text, thread=MetricQuery.model_validate(ORDERS)) == {**ORDERS, "where": [NORTH]}


def test_a_sentence_that_is_left_aside_is_said_to_be() -> None:
    found = reading("I'm preparing a slide for Monday. How many orders did we have in September?")

    assert found.assumptions == ("Left aside, as it asks nothing: “I'm preparing a slide for Monday”.",)


@pytest.mark.parametrize(
    "text",
    [
        "I'm preparing a slide about the North. How many orders did we have in September?",
        "I'm preparing a report on phone orders. How many orders did we have in September?",
        "I'm preparing a deck on the top shops. How many orders did we have in September?",
        "I'm only interested in weddings. How many orders did we have in September?",
        "I'm writing a report without gift orders. How many orders did we have in September?",
        "We moved to weddings, how many orders did we have in September?",
    ],
)
def test_a_sentence_that_may_narrow_the_numbers_is_never_left_aside(text: str) -> None:
    assert refused(text).unknown


def test_what_is_named_in_the_question_again_may_be_why_somebody_asks() -> None:
    text = "I'm preparing a slide about the North. How many orders did the North have in September?"

    assert query(text) == {**ORDERS, "where": [NORTH]}


def test_a_message_of_courtesies_alone_is_no_question() -> None:
    assert refused("Perfect, thank you!").reason == "courtesy"
