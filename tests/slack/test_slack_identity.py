"""Slack's people and channels as the rest of the house sees them; whatever cannot be looked up is closed."""

from __future__ import annotations

from typing import Any

from slack_house import House
from slack_script import Script, ok, refused, scripted
from slack_sdk import WebClient
from slack_told import FAY, GENERAL

from anabot.slack.identity import REMEMBERED_S, SlackDirectory
from anabot.slack.post import Voice
from anabot.types import Channel, ChannelId, UserId


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def directory(house: House, clock: Time | None = None) -> SlackDirectory:
    return SlackDirectory(house.local.client, clock=clock or Time())


def reads(voice: Voice) -> WebClient:
    return voice._reads


def user(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "name": id.lower(), "team_id": "T0", "tz": "UTC", "profile": {}, **more}


def test_a_person_is_found_by_id_and_by_handle_with_their_groups(house: House) -> None:
    people = directory(house)

    fay = people.person(FAY)

    assert fay is not None
    assert fay == people.person("@fay") == people.person("fay")
    assert (fay.name, fay.handle, fay.email, fay.zone) == ("Finance analyst", "fay", "fay@test.example", "America/Los_Angeles")
    assert fay.groups == {"finance"}
    assert not any([fay.guest, fay.external, fay.admin])


def test_guests_strangers_and_admins_are_told_apart(house: House) -> None:
    people = directory(house)

    guest, stranger, admin = (people.person(name) for name in ("U0GUEST", "U0OUT", "U0ROOT"))

    assert guest is not None
    assert guest.guest
    assert stranger is not None
    assert stranger.external
    assert admin is not None
    assert admin.admin


def test_nobody_is_found_under_a_name_that_nobody_has(house: House) -> None:
    assert directory(house).person("nobody") is None
    assert directory(house).person("U0NOBODY") is None
    assert directory(house).channel("#nowhere") is None


def test_ana_herself_is_not_a_person(house: House) -> None:
    assert directory(house).person("U0ANA") is None


def test_a_channel_is_found_by_id_and_by_name_with_its_members(house: House) -> None:
    people = directory(house)

    general = people.channel("#general")

    assert general is not None
    assert general == people.channel(GENERAL)
    assert [person.handle for person in people.members(general)] == ["fay", "visitor", "olu", "root"]


def test_a_channel_shared_with_another_company_is_external(house: House) -> None:
    partner = directory(house).channel("partner")

    assert partner is not None
    assert partner.external
    assert not partner.private


def test_what_was_found_is_remembered_for_a_minute_and_then_asked_again(house: House) -> None:
    clock = Time()
    people = directory(house, clock)
    assert people.person(FAY) is not None

    clock.now = REMEMBERED_S - 1
    house.local.client.token = "xoxb-wrong"
    assert people.person(FAY) is not None
    clock.now = REMEMBERED_S + 1

    assert people.person(FAY) is None


def test_a_failing_slack_makes_everybody_nobody_and_every_member_a_stranger() -> None:
    script = Script({name: [refused("fatal_error")] for name in ("users.info", "users.list", "conversations.info")})
    with scripted(script) as voice:
        people = SlackDirectory(reads(voice))

        assert people.person("U0FAYFAY") is None
        assert people.channel("C0FINFIN") is None
        member = people.members(Channel(channel=ChannelId("C1"), name="x", members=frozenset({UserId("U0FAYFAY")})))[0]
        assert member.guest
        assert member.external


def test_groups_that_cannot_be_read_close_the_person() -> None:
    script = Script({"users.info": [ok(user=user("U0FAYFAY"))], "usergroups.list": [refused("missing_scope")]})
    with scripted(script) as voice:
        assert SlackDirectory(reads(voice)).person("U0FAYFAY") is None


def test_members_of_a_long_group_are_asked_for_when_the_list_leaves_them_out() -> None:
    groups = [{"id": "S1", "handle": "finance", "user_count": 2}]
    script = Script({
        "users.info": [ok(user=user("U0FAYFAY"))],
        "auth.test": [ok(team_id="T0")],
        "usergroups.list": [ok(usergroups=groups)],
        "usergroups.users.list": [ok(users=["U0FAYFAY", "U0OTHER"])],
    })  # fmt: skip
    with scripted(script) as voice:
        person = SlackDirectory(reads(voice)).person("U0FAYFAY")

    assert person is not None
    assert person.groups == {"finance"}


def test_every_page_of_a_long_channel_is_read() -> None:
    first = ok(members=["U0FAYFAY"], response_metadata={"next_cursor": "more"})
    info = ok(channel={"id": "C0FINFIN", "name": "fin", "is_private": True})
    script = Script({"conversations.info": [info], "conversations.members": [first, ok(members=["U0OTHER"])]})
    with scripted(script) as voice:
        channel = SlackDirectory(reads(voice)).channel("C0FINFIN")

    assert channel is not None
    assert channel.members == {"U0FAYFAY", "U0OTHER"}
    assert channel.private
    assert script.of("conversations.members")[1]["cursor"] == "more"


def test_a_colleague_from_another_workspace_of_the_same_organisation_is_no_stranger() -> None:
    colleague = user("U0FAYFAY", team_id="T9", enterprise_user={"enterprise_id": "E1"})
    script = Script({
        "users.info": [ok(user=colleague)],
        "auth.test": [ok(team_id="T0", enterprise_id="E1")],
        "usergroups.list": [ok(usergroups=[])],
    })  # fmt: skip
    with scripted(script) as voice:
        person = SlackDirectory(reads(voice)).person("U0FAYFAY")

    assert person is not None
    assert not person.external


def test_where_a_plan_has_no_user_groups_a_confirmed_email_leads_to_the_team() -> None:
    fay = user("U0FAYFAY", profile={"email": "fay@test.example"}, is_email_confirmed=True)
    unsure = user("U0OTHER", profile={"email": "fay@test.example"}, is_email_confirmed=False)
    script = Script({
        "users.info": [ok(user=fay), ok(user=unsure)],
        "auth.test": [ok(team_id="T0")],
        "usergroups.list": [refused("paid_teams_only")],
    })  # fmt: skip
    with scripted(script) as voice:
        people = SlackDirectory(reads(voice), by_email=lambda email: frozenset({"finance"} if email else ()))
        person, stranger = people.person("U0FAYFAY"), people.person("U0OTHER")

    assert person is not None
    assert person.groups == {"finance"}
    assert stranger is not None
    assert not stranger.groups


def test_who_reads_a_channel_is_asked_anew_once_it_is_renewed_and_an_older_answer_is_not_kept() -> None:
    info = ok(channel={"id": "C0FINFIN", "name": "fin"})
    members = [ok(members=["U0FAYFAY"]), ok(members=["U0FAYFAY", "U0OTHER"]), ok(members=["U0OTHER"])]
    script = Script({"conversations.info": [info], "conversations.members": members})
    with scripted(script) as voice:
        people = SlackDirectory(reads(voice))
        first = people.channel("C0FINFIN")
        people.renew("C0FINFIN")
        second = people.channel("C0FINFIN")
        people._remember("channel", "C0LATE", lambda: people.renew("C0LATE"))  # renewed while Slack was still answering

    assert first is not None
    assert second is not None
    assert (len(first.members), len(second.members)) == (1, 2)
    assert ("channel", "C0LATE") not in people._kept


def test_an_archived_channel_is_not_found() -> None:
    info = ok(channel={"id": "C0OLDOLD", "name": "old", "is_archived": True})
    with scripted(Script({"conversations.info": [info]})) as voice:
        assert SlackDirectory(reads(voice)).channel("C0OLDOLD") is None
