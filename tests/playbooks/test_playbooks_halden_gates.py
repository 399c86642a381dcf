"""Halden's own gates: open in the demo as it is, closed when its data would be too old, and declared by every team."""

import datetime as dt

import pytest
from halden_data import NOW, Halden

from anabot.errors import PlaybookHeld


def test_every_team_has_a_gate_and_every_playbook_is_posted_as_the_demo_is(halden: Halden) -> None:
    playbooks = halden.house.standing.laws.playbooks
    gated = {name for name, one in playbooks.items() if one.gates.freshness or one.gates.dbt_tests or one.gates.rows}

    assert {name.split("/")[0] for name in gated} == {name.split("/")[0] for name in playbooks}
    for name in gated:
        assert halden.house.runner.run(playbooks[name], NOW, dry_run=True).markdown


def test_a_week_without_loads_holds_halden_s_cloud_digest_and_says_since_when(halden: Halden) -> None:
    playbook = halden.house.standing.laws.playbooks["finance/cloud-cost-movers"]

    with pytest.raises(PlaybookHeld) as held:
        halden.house.runner.run(playbook, NOW + dt.timedelta(days=8), dry_run=True)

    aws = held.value.closed[0]
    assert aws.gate == "freshness of aws"
    assert aws.since == dt.datetime(2026, 10, 7, 12, 10, tzinfo=dt.UTC)
