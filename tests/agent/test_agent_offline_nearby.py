"""Metrics to suggest for a message that was not understood, against comparing each phrase by itself."""

from __future__ import annotations

import random

from rapidfuzz import fuzz

from anabot.agent.offline.nearby import Nearby
from tests.agent.asking import grant, refused

_WORDS = ("net", "gross", "revenue", "orders", "open", "share", "of", "visits", "web", "store", "Refunds", "clicks", "growth")
_LIGHT = frozenset({"of", "what", "the", "by"})
Called = dict[str, tuple[str, ...]]


def _one_by_one(called: Called, said: str, unknown: list[str]) -> list[str]:
    scored = []
    for name, phrases in called.items():
        folded = [phrase.casefold() for phrase in phrases]
        whole = [fuzz.token_set_ratio(said.casefold(), phrase) for phrase in folded]
        words = [each for phrase in folded for each in phrase.split() if each not in _LIGHT]
        best = max([*whole, *(fuzz.ratio(word, each) for word in unknown for each in words)])
        if best >= 70:
            scored.append((-best, len(folded[0]), name))
    return [name for *_, name in sorted(scored)]


def test_nearby_names_are_those_that_comparing_each_phrase_by_itself_gives() -> None:
    chance = random.Random(7)
    called: Called = {}
    for number in range(200):
        phrases = [" ".join(chance.sample(_WORDS, chance.randint(1, 3))) for _ in range(chance.randint(1, 3))]
        called[f"m{number}"] = tuple(phrases)
    nearby = Nearby(called, _LIGHT)

    for _ in range(60):
        said = " ".join([*chance.sample(_WORDS, 2), "reveneu", "by planet"][: chance.randint(1, 4)])
        unknown = chance.sample(["reveneu", "clics", "planet", "grwth"], 2)
        assert nearby.near(said, unknown) == _one_by_one(called, said, unknown)


def test_nearby_names_nothing_for_words_that_are_like_no_name() -> None:
    assert Nearby({"net_revenue": ("net revenue",)}, _LIGHT).near("zzz qqq", ["qqq"]) == []


def test_a_name_that_is_misspelled_is_named_and_never_chosen() -> None:
    assert refused("sales in Norht").alike == ("North",)
    assert refused("orders from Insulla").alike == ("Insula",)
    assert refused("sales in Bollivia").alike == ()
    assert refused("sales in Norht", may=grant(denied=("regions.region",))).alike == ()
