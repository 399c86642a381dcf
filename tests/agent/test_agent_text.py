"""Messages as Slack sends them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anabot.agent.offline.text import clean, root, stem, tokens, words
from tests.agent.asking import ask, query


def norms(text: str) -> list[str]:
    return [token.norm for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<@U0ANA> sales by region", "sales by region"),
        ("hey <@U0ANA|ana>, sales by region", "sales by region"),
        ("sales by region <@U0ANA>", "sales by region"),
        ("<!channel> sales by region", "sales by region"),
        (":wave: sales :tada: by region 🎉", "sales by region"),
        ("*sales* by _region_", "sales by region"),
        ("sales_by region", "sales by region"),
        ("sales &amp; orders", "sales and orders"),
        ("what's the shops’ sales", "what the shops sales"),
        ("sales aren't there", "sales are not there"),
        ("see <https://example.com/a|the page>", "see the page"),
        ("ｓａｌｅｓ", "sales"),
        ("sales > 5", "sales > 5"),
        ("1,200.50 and 5k", "1,200.50 and 5k"),
    ],
)
def test_mark_up_is_dropped_and_words_are_kept(text: str, expected: str) -> None:
    assert norms(text) == expected.split()


def test_numbers_have_their_size_and_sign() -> None:
    values = [(token.value, token.unit) for token in tokens("$1.5m 20% 1,000 3bn 2k") if token.kind == "number"]

    assert [(str(int(value or 0)), unit) for value, unit in values] == [
        ("1500000", "$"),
        ("20", "%"),
        ("1000", ""),
        ("3000000000", ""),
        ("2000", ""),
    ]


def test_a_mention_inside_a_sentence_stays_as_a_word_and_pings_nobody() -> None:
    text = clean("sales of <@U0BEA> and <#C0BOOKS|books> last week")

    assert "<" not in text
    assert "U0BEA" in text
    assert "books" in text


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("regions", "region"),
        ("countries", "country"),
        ("statuses", "status"),
        ("boxes", "box"),
        ("houses", stem("house")),
        ("movies", stem("movie")),
        ("gross", "gross"),
        ("bus", "bus"),
        ("sales", "sale"),
    ],
)
def test_plurals_are_found_by_their_singular(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_the_verbs_of_whole_phrases_are_found_by_their_root() -> None:
    assert root("stalling") == root("stalled") == root("stalls") == root("stall")


def test_a_name_and_its_label_are_the_same_words() -> None:
    assert words("net_revenue") == words("Net revenue") == words("net-revenue")
    assert words("Margin %") == words("margin percent") != words("margin")


@given(st.text(max_size=200))
def test_any_text_at_all_is_read_without_failing(text: str) -> None:
    assert all(token.norm for token in tokens(text))
    ask(text)


@pytest.mark.parametrize("noise", ["🎉", ":tada:", "<!here>", "please", "?", "…", "!!!"])
def test_noise_does_not_change_the_question(noise: str) -> None:
    assert query(f"{noise} sales by region last month {noise}") == query("sales by region last month")
