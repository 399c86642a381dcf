"""Random queries in random words: the same query back, or an honest way out; none is silently read as another.

`WORDINGS=3000` draws as many of each company; a few hundred are drawn otherwise.
"""

from __future__ import annotations

import os

from halden_data import Halden

from anabot.types import Grant
from tests.agent.asking import VALUES, grant
from tests.agent.wordings import Company
from tests.tiny import tiny_registry

COUNT = int(os.environ.get("WORDINGS", "300"))
MOST_HONEST = 0.10  # of answerable wordings


def held(company: Company, seed: int) -> None:
    wrong, ways = company.misread(company.draw(COUNT, seed))

    assert not wrong, "\n".join(wrong[:20])
    assert ways["same"] >= COUNT * (1 - MOST_HONEST)


def test_wordings_of_a_small_company_mean_what_they_were_drawn_from() -> None:
    held(Company(registry=tiny_registry(), grant=grant(), values=VALUES), 7)


def test_wordings_of_halden_mean_what_they_were_drawn_from(halden: Halden) -> None:
    names = frozenset(halden.registry.metrics)
    may = Grant(subject="test", audience="test", metrics=names, listed=names)
    held(Company(registry=halden.registry, grant=may, values=halden.house.engine.values(may)), 11)
