"""Questions for the values of a dimension alone: which there are, or which of two is meant; never for what is hidden."""

from __future__ import annotations

import pytest

from anabot.agent import NotUnderstood, Understood
from anabot.semantic.query import MetricQuery
from tests.agent.asking import ask, grant


@pytest.mark.parametrize(
    ("text", "name"),
    [("which channels do we have", "channel"), ("list all products", "product"), ("what tiers are there?", "tier")],
)
def test_values_are_listed(text: str, name: str) -> None:
    found = ask(text)

    assert isinstance(found, Understood)
    assert found.readings[0].query == MetricQuery(group_by=(name,))


@pytest.mark.parametrize(
    "text", ["which channels did we have last month", "list all products over 5", "which unicorns do we have"]
)
def test_what_needs_a_number_is_not_answered_with_a_list(text: str) -> None:
    assert isinstance(ask(text), NotUnderstood)


def test_a_denied_dimension_is_a_word_without_meaning() -> None:
    found = ask("list all tiers", may=grant(denied=("customers.tier",)))

    assert isinstance(found, NotUnderstood)
    assert found.unknown == ("tiers",)
