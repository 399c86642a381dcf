"""What a model is told: never more than it may know, and never more than fits, however large the registry is."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from anabot.agent.prices import estimated_tokens
from anabot.agent.prompt import MOST_TOKENS, first_prompt, tool_definitions
from anabot.semantic.registry import Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant
from tests.tiny import tiny_registry

NOW = dt.datetime(2026, 9, 28, 7, tzinfo=dt.UTC)
NO_VALUES = ValueIndex(by_dimension={})


def large(metrics: int) -> Registry:
    """The bakery with that many more metrics, each with a long description."""
    tiny = tiny_registry()
    one = tiny.metrics["sales"]
    more = {
        f"sales_{n}": replace(one, name=f"sales_{n}", label=f"Net sales {n}", description="Ünïted sales. " * 40)
        for n in range(metrics)
    }
    return replace(tiny, metrics={**tiny.metrics, **more}, version=f"large{metrics}")


def grant(registry: Registry, *hidden: str) -> Grant:
    names = frozenset(registry.metrics) - set(hidden)
    return Grant(subject="t", audience="t", metrics=names, listed=names)


@pytest.mark.parametrize("metrics", [0, 500, 5_000])
@pytest.mark.parametrize(
    "question", ["dough?", "what of the dough " * 110, "売上は？" * 490, '"\\' * 900], ids=["short", "long", "kana", "quotes"]
)
def test_a_prompt_stays_below_its_limit_whatever_the_registry_and_the_question(metrics: int, question: str) -> None:
    registry = large(metrics)

    prompt = first_prompt(question, registry, grant(registry), NO_VALUES, NOW, unread=("dough",))

    assert estimated_tokens(prompt) <= MOST_TOKENS
    assert question[:20].replace('"', "") in json.dumps(prompt.messages, ensure_ascii=False).replace('"', "") or '"' in question


def test_what_is_kept_in_the_cache_is_the_same_for_every_question_of_a_grant() -> None:
    registry = large(50)

    one, other = (first_prompt(text, registry, grant(registry), NO_VALUES, NOW) for text in ("dough?", "the other day's loot"))

    assert (one.tools, one.system) == (other.tools, other.system)
    assert one.messages != other.messages


def test_a_metric_that_the_grant_hides_is_not_named_in_it() -> None:
    registry = tiny_registry()

    prompt = first_prompt("how many headcount staff?", registry, grant(registry, "headcount"), NO_VALUES, NOW)

    said = prompt.system + json.dumps(prompt.messages[0]).replace("how many headcount staff?", "")
    assert "headcount" not in said.casefold()
    assert "cost_per_order" in said


def test_every_tool_is_strict_and_says_all_that_it_takes() -> None:
    for tool in tool_definitions():
        schema = tool["input_schema"]
        assert isinstance(schema, dict)
        assert tool["strict"] is True
        assert schema["required"] == list(schema["properties"])
        assert schema["additionalProperties"] is False
