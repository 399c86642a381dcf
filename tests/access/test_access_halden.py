"""Halden's access.yml says of each of its people what the company says of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from anabot.access.faults import Known
from anabot.access.policy import Decision, Policy, parse_policy
from anabot.directory import FileDirectory
from anabot.semantic import parse_registry
from anabot.semantic.registry import Registry
from anabot.types import RowRule

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "semantic_layer"
CAST = yaml.safe_load((ROOT / "demo" / "cast.yml").read_text())
PEOPLE = FileDirectory.read(ROOT / "demo" / "cast.yml")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return parse_registry({str(path.relative_to(FOLDER)): path.read_text() for path in sorted(FOLDER.rglob("*.yml"))})


@pytest.fixture(scope="module")
def policy(registry: Registry) -> Policy:
    text = (FOLDER / "access.yml").read_text()
    return parse_policy(
        text, registry, known=Known(**dict(zip(("people", "user_groups", "channels"), PEOPLE.names(), strict=True)))
    )


def decide(policy: Policy, who: str, where: str | None = None) -> Decision:
    person = PEOPLE.person(who)
    channel = PEOPLE.channel(where) if where else None
    assert person is not None
    return policy.decide(person, channel, PEOPLE.members(channel) if channel else [person])


def classes(registry: Registry, names: frozenset[str]) -> set[str]:
    return {registry.metrics[name].scope for name in names}


@pytest.mark.parametrize(
    ("who", "team", "sees"),
    [
        ("fin_analyst", "finance", {"company", "finance"}),
        ("ops_lead", "ops", {"company", "ops"}),
        ("supply_ops_latam", "ops", {"company", "ops"}),
        ("exec", "leadership", {"company", "finance", "growth", "ops", "people"}),
        ("admin", "", set()),
        ("guest", "", set()),
    ],
)
def test_each_persona_sees_their_classes(policy: Policy, registry: Registry, who: str, team: str, sees: set[str]) -> None:
    own = decide(policy, who).own

    assert (own.team, classes(registry, own.metrics)) == (team, sees)


def test_growth_sees_delivery_aggregates_and_no_cost_and_no_people(policy: Policy, registry: Registry) -> None:
    own = decide(policy, "growth_mgr").own

    assert {"units_delivered", "on_time_delivery_rate", "usage_revenue", "win_rate"} <= own.metrics
    assert not {"total_program_cost", "gross_margin", "labor_cost", "headcount_hris_active"} & own.metrics
    assert "gross_margin" in own.listed
    assert "people" not in classes(registry, own.listed)


def test_people_team_sees_people_and_contributor_retention_and_no_revenue(policy: Policy, registry: Registry) -> None:
    own = decide(policy, "hr_bp").own

    assert "contributor_retention_90d" in own.metrics
    assert classes(registry, own.listed) == {"company", "people", "ops"}
    assert "net_revenue" not in own.listed


def test_operations_in_latam_read_the_rows_of_latam_and_their_lead_reads_all(policy: Policy) -> None:
    assert decide(policy, "supply_ops_latam").own.rows == (RowRule(model="regions", dimension="region", values=("LATAM",)),)
    assert decide(policy, "ops_lead").own.rows == ()
    assert "net_revenue" not in decide(policy, "supply_ops_latam").own.listed


def test_the_data_lead_knows_every_definition(policy: Policy, registry: Registry) -> None:
    own = decide(policy, "data_lead").own

    assert own.listed == frozenset(registry.metrics)
    assert "people" not in classes(registry, own.metrics)


def test_leadership_sees_no_single_customer(policy: Policy) -> None:
    assert {"customers.customer_name", "accounts.account_name"} <= decide(policy, "exec").own.denied


@pytest.mark.parametrize(
    ("who", "where", "says"),
    [
        ("fin_analyst", "#fin-weekly", {"company", "finance"}),
        ("fin_analyst", "#general", {"company"}),
        ("exec", "#exec", {"company", "finance", "growth", "ops"}),  # its members may not all see people data
        ("hr_bp", "#hr-core", {"company", "people", "ops"}),
        ("hr_bp", "#general", {"company"}),
        ("growth_mgr", "#marketplace", {"company", "growth"}),
        ("ops_lead", "#marketplace", {"company", "ops"}),
        ("hr_bp", "#workforce", {"company"}),
        ("growth_mgr", "#partner-orion", set()),
        ("ops_lead", "#partner-orion", set()),
        ("guest", "#partner-orion", set()),
    ],
)
def test_each_channel_hears_what_it_declares(policy: Policy, registry: Registry, who: str, where: str, says: set[str]) -> None:
    assert classes(registry, decide(policy, who, where).grant.metrics) == says


def test_every_channel_of_the_cast_but_the_shared_one_is_declared(policy: Policy) -> None:
    declared = yaml.safe_load((FOLDER / "access.yml").read_text())["channels"]

    assert {f"#{name}" for name in CAST["channels"]} - set(declared) == {"#partner-orion"}


def test_every_playbook_may_say_in_its_channel_what_it_computes(policy: Policy) -> None:
    found = sorted((ROOT / "playbooks").rglob("*.md"))
    for path in found:
        head = yaml.safe_load(path.read_text().split("---")[1])
        wanted = {name for query in head["queries"].values() for name in query["metrics"]}

        channel = PEOPLE.channel(head["channel"])
        assert channel is not None
        served = policy.serve(head["service"], channel, PEOPLE.members(channel)) if "service" in head else None
        assert wanted <= (served or decide(policy, head["owner"], head["channel"])).grant.metrics, path.name

    assert found
