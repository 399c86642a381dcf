"""People find metrics by their own words, and only those they may see."""

from __future__ import annotations

import random

import pytest
from rapidfuzz import fuzz, process, utils
from rapidfuzz.distance import OSA

from anabot.semantic import nearest, search
from anabot.semantic.registry import Registry


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("sales", "sales"),
        ("takings", "sales"),
        ("web sales", "online_sales"),
        ("cost per order", "cost_per_order"),
        ("what is our profit", "margin"),
        ("waitng tyme", "waiting_time"),
        ("how many people are there", "headcount"),
        ("gifts", "gift_orders"),
        ("BASKETS", "average_basket"),
    ],
)
def test_words_find_their_metric_first(registry: Registry, text: str, first: str) -> None:
    assert search(registry, text, registry.metrics)[0] == first


def test_a_hidden_metric_is_never_found(registry: Registry) -> None:
    seen = {"sales", "orders_placed"}

    for text in ("margin", "profit", "headcount", "cost", "online", ""):
        assert set(search(registry, text, seen)) <= seen


def test_words_that_mean_nothing_find_nothing(registry: Registry) -> None:
    assert search(registry, "zzyzx qwerty", registry.metrics) == ()


@pytest.mark.parametrize("text", ["", "the of our", "🥐", "?" * 5_000])
def test_no_words_list_what_there_is_in_order(registry: Registry, text: str) -> None:
    assert search(registry, text, registry.metrics, limit=3) == ("average_basket", "biggest_line", "cost")


def test_a_name_that_is_not_there_is_left_out(registry: Registry) -> None:
    assert search(registry, "sales", {"sales", "gone"}) == ("sales",)


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("dya", ["day", "month"], ("day",)),
        ("regoin", ["region", "reason", "country"], ("region",)),
        ("reveneu", ["revenue", "avenue"], ("revenue",)),
        ("colour", ["count", "cost"], ()),
        ("", ["a", "b"], ()),
        ("x", [], ()),
    ],
)
def test_the_nearest_name_is_a_slip_away(name: str, known: list[str], found: tuple[str, ...]) -> None:
    assert nearest(name, known)[: len(found) or 1] == found


def test_nearest_names_among_many_are_those_that_the_whole_comparison_gives() -> None:
    chance = random.Random(3)
    words = ("web", "app", "order", "visit", "spend", "clicks", "open", "share", "hours", "refund")
    many = sorted({"_".join(chance.sample(words, 3)) for _ in range(600)})

    for _ in range(80):
        letters = list(chance.choice(many))
        for _ in range(chance.randint(0, 3)):
            letters[chance.randrange(len(letters))] = chance.choice("aeiost_ -X")
        among, mistaken = chance.sample(many, chance.choice((0, 3, 40, len(many)))), "".join(letters)
        alike = process.extract(
            mistaken, sorted(among), scorer=fuzz.WRatio, processor=utils.default_process, limit=3, score_cutoff=72
        )
        slips = [name for name in sorted(among) if OSA.distance(mistaken.lower(), name) <= 1 + len(mistaken) // 6]
        slips.sort(key=lambda name: OSA.distance(mistaken.lower(), name))
        assert nearest(mistaken, among) == tuple(dict.fromkeys([*slips[:3], *(name for name, _, _ in alike)]))[:3]
