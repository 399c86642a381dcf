"""Random queries in random words, of each team at Halden and at its renamed copy: the same query back, or an honest way out.

`WORDINGS=3000` draws as many of each company, shared among its teams; a few hundred otherwise.
"""

from __future__ import annotations

import os

import pytest
from halden_data import Halden

from anabot.bootstrap import House
from tests.agent.wordings import Company

COUNT = int(os.environ.get("WORDINGS", "350"))
MOST_HONEST = 0.10  # of answerable wordings
TEAMS = ["fin_analyst", "growth_mgr", "supply_ops_latam", "ops_lead", "hr_bp", "exec", "data_lead"]


@pytest.mark.parametrize("handle", TEAMS)
def test_wordings_of_a_team_mean_what_they_were_drawn_from(halden: Halden, handle: str) -> None:
    held(halden.house, handle)


@pytest.mark.parametrize("handle", TEAMS)
def test_wordings_of_a_team_of_the_renamed_company_mean_what_they_were_drawn_from(other: House, handle: str) -> None:
    held(other, handle)


def held(house: House, handle: str) -> None:
    company = company_of(house, handle)
    count = -(-COUNT // len(TEAMS))

    wrong, ways = company.misread(company.draw(count, 31 + TEAMS.index(handle)))

    assert not wrong, "\n".join(wrong[:20])
    print(dict(ways))
    assert ways["same"] >= count * (1 - MOST_HONEST)


def company_of(house: House, handle: str) -> Company:
    """What somebody may ask alone, and the words for it."""
    person = house.directory.person(handle)
    assert person is not None
    now = house.standing()
    decision = now.policy.asked(person, None, ())
    return Company(
        registry=now.registry, grant=decision.grant, values=house.engine.values(decision.grant), team=decision.own.team
    )
