"""Whatever a value says, a Slack message shows it and does nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anabot.slack import mrkdwn

HOSTILE = [
    "<!channel>",
    "<!here|here>",
    "<!subteam^S0FINANCE>",
    "<@U0FINANALY>",
    "<#C0FINWEEK1|fin-weekly>",
    "<https://evil.example|Click me>",
    "<mailto:a@b.example|mail>",
    "&lt;!channel&gt;",
    "*bold* _italic_ ~gone~ `code` ```block```",
    "> a quote",
    ":white_check_mark: certified",
    "\u202egnp.exe",
    "a\x00b\x1b[31m",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_value_becomes_text_that_pings_nobody_and_links_nowhere(text: str) -> None:
    shown = mrkdwn.escape(text)

    assert "<" not in shown
    assert ">" not in shown
    assert not set("*~`\x00\x1b\u202e") & set(shown)


def test_markup_that_was_already_escaped_is_not_opened_again() -> None:
    assert mrkdwn.escape("&lt;!channel&gt;") == "&amp;lt;!channel&amp;gt;"


def test_a_name_with_underscores_inside_keeps_them() -> None:
    assert mrkdwn.escape("net_revenue by customer__segment") == "net_revenue by customer__segment"


def test_an_emoji_name_in_a_value_is_not_turned_into_a_picture() -> None:
    assert re.search(r":[a-z_]+:", mrkdwn.escape("see :white_check_mark: here")) is None


def test_a_value_over_several_lines_is_said_on_one() -> None:
    assert mrkdwn.value("first\r\n\n second\tthird ") == "first second third"


def test_bold_of_nothing_is_nothing() -> None:
    assert mrkdwn.bold(" \n") == ""


def test_a_long_text_is_cut_at_words_and_nothing_is_lost() -> None:
    text = " ".join(f"word{number}" for number in range(500))

    parts = list(mrkdwn.pieces(text, 300))

    assert " ".join(parts) == text
    assert all(len(part) <= 300 for part in parts)


@given(st.text())
def test_no_text_at_all_leaves_a_character_that_slack_would_parse(text: str) -> None:
    shown = mrkdwn.escape(text)

    assert not set("<>*~`") & set(shown)
    assert all(re.match(r"&(amp|lt|gt);", shown[at.start() :]) for at in re.finditer("&", shown))
    assert re.search(r"(?m)^&gt;", shown) is None


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=3000), st.integers(min_value=20, max_value=400))
def test_cutting_never_exceeds_the_limit_and_never_splits_an_entity(text: str, limit: int) -> None:
    shown = mrkdwn.escape(text)

    parts = list(mrkdwn.pieces(shown, limit))

    assert all(len(part) <= limit for part in parts)
    assert all(re.match(r"&(amp|lt|gt);", part[at.start() :]) for part in parts for at in re.finditer("&", part))
    assert "".join("".join(parts).split()) == "".join(shown.split())
