"""The brain knows the language, not the company: under other names for everything, the same questions mean the same."""

from __future__ import annotations

import itertools
import json
import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anabot.agent import Ambiguous, NotUnderstood, Understanding, Understood, understand
from anabot.semantic import parse_registry
from anabot.semantic.registry import Registry
from anabot.semantic.values import ValueIndex
from tests.agent.asking import MONDAY, VALUES, ask, grant
from tests.agent.test_agent_questions import QUESTIONS
from tests.tiny import tiny_files

# Every word of the bakery's own; a plural is renamed with its singular.
OWN_WORDS = """
sales sale takings web online offline counter walk phone order orders placed gift gifts basket baskets cost costs spend margin
profit turnover revenue region regions shop shops store stores product products item items piece pieces tier loyalty channel
channels
customer customers job jobs role staff headcount employee employees paid working north south isles harbour market castle ferry
popup gold silver bronze bread cake coffee flour rent baker clerk driver small
"""
OWN = tuple(OWN_WORDS.split())
SYLLABLES = ["bra", "dro", "fli", "gna", "jor", "kel", "mip", "nuv", "plo", "qua", "rit", "sco", "tul", "vex", "wam", "zof"]


def renaming(seed: int) -> dict[str, str]:
    """A new word for each word of the bakery; no two alike, none of the language's."""
    singles = sorted({_single(word) for word in OWN})
    fresh = ["".join(parts) for parts in itertools.product(SYLLABLES, SYLLABLES, ["x", "k"])]
    new = {word: fresh[(seed * 7 + n * 5) % len(fresh)] for n, word in enumerate(singles)}
    return {word: new[_single(word)] + ("s" if word != _single(word) else "") for word in OWN}


def _single(word: str) -> str:
    return word[:-1] if word.endswith("s") and word[:-1] in OWN else word


def renamed(text: str, names: dict[str, str]) -> str:
    """The text with each of the bakery's words renamed, wherever it stands between letters of its own."""

    def swap(match: re.Match[str]) -> str:
        word = match[0]
        new = names.get(word.lower())
        if new is None:
            return word
        return new.upper() if word.isupper() else new.capitalize() if word[0].isupper() else new

    return re.sub(r"order_by|[A-Za-z]+", swap, text)


@cache
def other_company(seed: int) -> tuple[Registry, ValueIndex]:
    names = renaming(seed)
    files = {path: renamed(text, names) for path, text in tiny_files().items() if path != "access.yml"}
    index = {
        (renamed(model, names), renamed(dimension, names)): tuple(renamed(value, names) for value in values)
        for (model, dimension), values in VALUES.by_dimension.items()
    }
    return parse_registry(files), ValueIndex(by_dimension=index)


def meaning(found: Understanding) -> str:
    """What was understood, as text that can be renamed."""
    match found:
        case Understood(readings=readings):
            return json.dumps([[one.query.as_json(), one.chart, one.ask, one.period_label] for one in readings])
        case Ambiguous(word=word, choices=choices):
            return json.dumps([word, [[label, query.as_json()] for label, query in choices]])
        case NotUnderstood(reason=reason, unknown=unknown):
            return json.dumps([reason, unknown])
    return repr(found)


ASKED = [text for text, _ in QUESTIONS] + [
    "revenue by region",
    "headcount by favourite colour",
    "who is our best customer",
    "sales on 3/4/2026",
]


@given(st.integers(0, 40), st.sampled_from(ASKED))
@settings(max_examples=150, deadline=None)
def test_a_renamed_question_to_a_renamed_company_means_the_renamed_query(seed: int, text: str) -> None:
    names = renaming(seed)
    registry, values = other_company(seed)

    found = understand(renamed(text, names), registry=registry, grant=grant(of=registry), values=values, team="shops", now=MONDAY)

    assert meaning(found) == renamed(meaning(ask(text)), names)


@pytest.mark.parametrize("text", ASKED)
def test_the_words_of_one_company_mean_nothing_to_another(text: str) -> None:
    registry, values = other_company(1)

    found = understand(text, registry=registry, grant=grant(of=registry), values=values, team="shops", now=MONDAY)

    assert isinstance(found, NotUnderstood)
