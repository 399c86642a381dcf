"""A company of 1,200 is described in forty lines, and legitimate questions are answered in the channels that declare them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from halden_data import Halden

from anabot.access.faults import Known
from anabot.access.policy import parse_policy
from anabot.access.spec import (
    AccessSpec,
    ChannelSpec,
    ClassSpec,
    PeopleSpec,
    RightsSpec,
    RowSpec,
    ServiceSpec,
    SmallGroupsSpec,
    TeamSpec,
)
from anabot.types import Channel, ChannelId, Person, Question, UserId
from tests.tiny import tiny_registry

TEAMS = ("books", "people", "shops", "sales", "legal", "support")
GUIDE = (Path(__file__).parents[2] / "docs" / "access.md").read_text(encoding="utf-8")
FILE = GUIDE.partition("```yaml\n")[2].partition("```")[0]
GROUP = {"books": "books", "people": "hr", "shops": "shops-north", "legal": "legal"}
DOMAIN = {"sales": "sales.example.test", "support": "help.example.test"}


def employee(number: int) -> Person:
    team = TEAMS[number % 6]
    return Person(
        user=UserId(f"U{number}"),
        name=f"p{number}",
        handle=f"p{number}",
        email=f"p{number}@{DOMAIN.get(team, 'example.test')}",
        confirmed=True,
        groups=frozenset({GROUP[team]} if team in GROUP else ()),
    )


def test_forty_lines_give_each_of_1200_people_in_six_teams_what_is_theirs() -> None:
    people = [employee(number) for number in range(1_200)]
    known = Known(
        people={one.handle for one in people},
        user_groups={"books", "hr", "shops", "shops-north", "shops-all", "legal"},
        channels={"#books-close", "#people-core", "#general"},
    )
    policy = parse_policy(FILE, tiny_registry(), known=known)
    common = policy.of_class("company")

    assert len(FILE.strip().split("\n")) <= 40
    for number, person in enumerate(people):
        own, team = policy.decide(person, None, [person]).own, TEAMS[number % 6]
        extra = policy.of_class(team) if team in ("books", "people") else frozenset()
        assert (own.team, own.metrics, own.denied) == (team, common | extra, {"customers.phone"})
        assert [rule.values for rule in own.rows] == ([("North",)] if team == "shops" else [])
    everybody = Channel(channel=ChannelId("C1"), name="general")
    assert policy.decide(people[0], everybody, people).grant.metrics == common


def test_the_guide_names_every_key_of_the_file() -> None:
    shapes = (AccessSpec, ClassSpec, PeopleSpec, RightsSpec, TeamSpec, ServiceSpec, RowSpec, ChannelSpec, SmallGroupsSpec)
    keys = {name for shape in shapes for name in shape.model_fields}

    assert sorted(name for name in keys if not re.search(rf"[`{{ ]{name}\b", GUIDE)) == []


def test_a_legitimate_question_in_a_declared_channel_is_answered_in_public(halden: Halden) -> None:
    house, asked, private = halden.house, 0, []
    policy, teams = house.standing().policy, halden.registry.teams
    wanted: dict[tuple[str, str], frozenset[str]] = {}
    for name, declared in policy.spec.channels.items():
        channel = house.directory.channel(name)
        assert channel is not None
        members = house.directory.members(channel)
        for person in members:
            team = policy.team_of(person)
            for text in teams[team].questions if team in teams else ():
                if (team, text) not in wanted:
                    alone = house.asker.ask(Question(question_id=f"{team}:{text}", text=text, person=person))
                    wanted[team, text] = frozenset(alone.metrics)
                metrics = wanted[team, text]
                classes = {policy.scope(metric) for metric in metrics}
                if not metrics or not classes <= {*declared.says}:
                    continue  # the channel's owner has not declared it
                if any(policy.spec.classes[scope].strict for scope in classes) and policy.alarming(channel, members):
                    continue  # one of the members may not know it alone
                asked += 1
                if not metrics <= house.asker.decision(person, channel).grant.metrics:
                    private.append((name, person.handle, text))

    assert asked >= 50
    assert len(private) <= asked * 0.05, private[:5]


def test_nothing_strict_is_said_where_slack_does_not_say_who_reads(halden: Halden, monkeypatch: pytest.MonkeyPatch) -> None:
    house = halden.house
    channel, person = house.directory.channel("hr-core"), house.directory.person("hr_bp")
    assert channel is not None
    assert person is not None
    assert house.asker.decision(person, channel).grant.metrics

    monkeypatch.setattr(house.directory, "members", lambda _: [])

    assert house.asker.decision(person, channel).grant.metrics == frozenset()
