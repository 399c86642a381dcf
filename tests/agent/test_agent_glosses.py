"""What a word means, as the speaker says it: another name in brackets, letters for a name, a sentence that explains one."""

from __future__ import annotations

import pytest

from tests.agent.asking import LAST_QUARTER, SEPTEMBER, query, reading, refused

_BY_SHOP = {"metrics": ["sales"], "group_by": ["shop_name"], "period": SEPTEMBER, "order_by": ["-sales"]}


@pytest.mark.parametrize(
    "text",
    [
        "what was the NS (net sales) by shop in September",
        "net sales (NS) by shop in September",
        "What were net sales (NS) in September? Return the shop and NS",
        "NS stands for net sales. NS by shop in September",
        "NS by shop in September. NS = net sales",
    ],
)
def test_letters_that_are_explained_stand_for_the_name(text: str) -> None:
    assert query(text) == _BY_SHOP
    assert "“NS” is read as net sales, as you say." in reading(text).assumptions


def test_another_name_of_the_same_in_brackets_adds_nothing() -> None:
    assert query("takings (sales) by shop in September") == _BY_SHOP


def test_letters_that_are_not_those_of_the_name_are_not_read_as_it() -> None:
    assert "NX" in refused("what was the NX (net sales) by shop in September").unknown


def test_letters_that_are_explained_by_unknown_words_stay_unknown() -> None:
    assert "GMV" in refused("GMV (gross merchandise value) by shop in September").unknown


def test_a_word_that_means_something_is_not_given_another_meaning() -> None:
    assert refused("orders = gift orders. How many orders were there in September?")


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("sales last month (September)", SEPTEMBER),
        ("sales in September (1 Sep to 30 Sep)", SEPTEMBER),
        ("sales last quarter (May - July)", LAST_QUARTER),
    ],
)
def test_dates_that_say_the_same_again_are_one_period(text: str, period: dict[str, str]) -> None:
    assert query(text) == {"metrics": ["sales"], "period": period}


def test_dates_that_say_something_else_are_two_periods() -> None:
    assert refused("sales last quarter (July)").reason == "two_periods"
