"""Who may see what alone, and what of it may be said in front of whom."""

from __future__ import annotations

import pytest

from anabot.access.faults import Known
from anabot.access.policy import Decision, Policy, parse_policy
from anabot.errors import RegistryError
from anabot.types import Channel, ChannelId, Person, RowRule, UserId
from tests.tiny import tiny_files, tiny_registry


def person(name: str, *groups: str, guest: bool = False, external: bool = False, admin: bool = False) -> Person:
    return Person(
        user=UserId(f"U-{name}"), name=name, handle=name, groups=frozenset(groups), guest=guest, external=external, admin=admin
    )


def channel(name: str, *, external: bool = False, kind: str = "channel") -> Channel:
    return Channel(channel=ChannelId(f"C-{name}"), name=name, external=external, kind=kind)  # type: ignore[arg-type]


BEA = person("bea", "books")
SAM = person("sam", "shops-all")
NOA = person("noa", "shops-north")
PIA = person("pia", "people")
GUEST = person("gus", "books", guest=True)
STRANGER = person("stu", "books", external=True)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return parse_policy(tiny_files()["access.yml"], tiny_registry())


def scoped(*scopes: str) -> frozenset[str]:
    return frozenset(name for name, metric in tiny_registry().metrics.items() if metric.scope in scopes)


def test_a_team_sees_its_classes_and_knows_of_those_it_lists(policy: Policy) -> None:
    own = policy.decide(BEA, None, [BEA]).own

    assert own.metrics == scoped("company", "books")
    assert own.listed == scoped("company", "books", "people")
    assert (own.team, own.audience, own.subject) == ("books", "dm", "bea")


def test_who_is_in_no_group_sees_nothing_whoever_they_are(policy: Policy) -> None:
    for nobody in (person("ada"), person("ada", "unheard-of"), person("root", admin=True)):
        own = policy.decide(nobody, None, [nobody]).own

        assert (own.metrics, own.listed, own.team) == (frozenset(), frozenset(), "")


@pytest.mark.parametrize("stranger", [GUEST, STRANGER])
def test_guests_and_strangers_see_nothing_even_in_a_group(policy: Policy, stranger: Person) -> None:
    assert policy.decide(stranger, None, [stranger]).own.listed == frozenset()
    assert policy.team_of(stranger) == ""


def test_a_direct_message_says_all_that_the_person_may_see(policy: Policy) -> None:
    for place in (None, channel("dm", kind="dm")):
        decision = policy.decide(BEA, place, [BEA])

        assert decision.grant == decision.own
        assert decision.held == frozenset()


def test_a_channel_says_what_it_declares_and_holds_the_rest(policy: Policy) -> None:
    decision = policy.decide(BEA, channel("general"), [BEA, SAM])

    assert decision.grant.metrics == scoped("company")
    assert decision.held == scoped("books")
    assert decision.grant.audience == "#general"
    assert decision.grant.reason == "The books team sees company and books metrics. #general hears company metrics."


def test_a_declared_channel_says_more_but_never_more_than_the_asker_sees(policy: Policy) -> None:
    assert policy.decide(BEA, channel("books"), [BEA, SAM]).grant.metrics == scoped("company", "books")
    assert policy.decide(SAM, channel("books"), [BEA, SAM]).grant.metrics == scoped("company")


def test_a_strict_class_is_said_only_where_every_member_may_see_it(policy: Policy) -> None:
    assert scoped("people") <= policy.decide(PIA, channel("people"), [PIA]).grant.metrics
    mixed = policy.decide(PIA, channel("people"), [PIA, BEA])

    assert mixed.grant.metrics == scoped("company")
    assert mixed.held == scoped("people")


def test_strangers_in_the_room_silence_it(policy: Policy) -> None:
    for place, members in (
        (channel("books"), [BEA, GUEST]),
        (channel("books"), [BEA, STRANGER]),
        (channel("books", external=True), [BEA]),
    ):
        assert policy.decide(BEA, place, members).grant.metrics == frozenset()


def test_a_room_whose_members_nobody_knows_is_silent(policy: Policy) -> None:
    assert policy.decide(BEA, channel("books"), []).grant.metrics == frozenset()


def test_a_channel_may_be_opened_to_strangers_but_not_for_a_strict_class() -> None:
    text = tiny_files()["access.yml"].replace('"#people": {owner: pia,', '"#people": {owner: pia, external: true,')
    opened = parse_policy(text, tiny_registry())

    assert opened.decide(PIA, channel("people", external=True), [PIA, STRANGER]).grant.metrics == scoped("company")


def test_a_row_rule_reads_the_persons_attribute(policy: Policy) -> None:
    assert policy.decide(NOA, None, [NOA]).own.rows == (RowRule(model="regions", dimension="region", values=("North",)),)


def test_an_excepted_group_reads_every_row(policy: Policy) -> None:
    assert policy.decide(SAM, None, [SAM]).own.rows == ()


def test_a_missing_attribute_means_no_rows(policy: Policy) -> None:
    bare = person("ida", "shops")

    assert policy.decide(bare, None, [bare]).own.rows == (RowRule(model="regions", dimension="region", values=()),)


def test_a_second_team_opens_no_rows_and_no_column_that_the_first_one_closes(policy: Policy) -> None:
    both = person("kim", "books", "shops-north")
    own = policy.decide(both, None, [both]).own

    assert own.metrics == scoped("company", "books")
    assert own.rows == (RowRule(model="regions", dimension="region", values=("North",)),)
    assert own.denied == {"customers.phone"}
    assert own.team == "books"


def test_a_column_may_be_denied_to_a_team_or_in_a_channel() -> None:
    text = tiny_files()["access.yml"].replace("says: [company, books]}", 'says: [company, books], deny: ["shops.shop_name"]}')
    policy = parse_policy(text, tiny_registry())

    assert policy.decide(SAM, None, [SAM]).own.denied == {"customers.phone"}
    assert policy.decide(SAM, channel("books"), [SAM]).grant.denied == {"customers.phone", "shops.shop_name"}


def test_single_metrics_may_be_added_to_a_team_and_taken_away() -> None:
    text = tiny_files()["access.yml"].replace(
        "people: {sees: [company, people],", "people: {sees: [company, people], metrics: [margin], never: [sales],"
    )
    own = parse_policy(text, tiny_registry()).decide(PIA, None, [PIA]).own

    assert "margin" in own.metrics
    assert "sales" not in own.listed


def test_a_metric_added_to_a_team_is_said_where_its_class_or_its_name_is_declared() -> None:
    text = tiny_files()["access.yml"].replace(
        "people: {sees: [company, people],", "people: {sees: [company, people], metrics: [margin],"
    )
    quiet = parse_policy(text, tiny_registry())
    loud = parse_policy(text.replace("owner: pia, says:", "owner: pia, metrics: [margin], says:"), tiny_registry())

    assert "margin" in quiet.decide(PIA, channel("people"), [PIA]).held
    assert "margin" in loud.decide(PIA, channel("people"), [PIA]).grant.metrics


def test_a_channel_is_declared_by_its_name_or_by_its_id(policy: Policy) -> None:
    text = tiny_files()["access.yml"].replace('"#books"', '"C-ledger"')
    by_id: Decision = parse_policy(text, tiny_registry()).decide(BEA, channel("ledger"), [BEA])

    assert by_id.grant.metrics == scoped("company", "books")
    assert policy.declared(channel("books")).owner == "bea"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("books: {team: books}", "books: {team: boks}", r"access.yml:3 .*no team `boks`.*.*`books`"),
        ("sees: [company, books]", "sees: [company, boks]", r"access.yml:9 .*no class `boks`"),
        ("lists: [people]", "lists: [poeple]", r"no class `poeple`"),
        ("lists: [people]", "metrics: [slaes]", r"no metric `slaes`.*`sales`"),
        ("lists: [people]", "never: [headcount]", r"would not see `headcount` anyway"),
        ("lists: [people]", "lists: [books]", r"sees and lists `books`"),
        ("customers.phone", "customers.fone", r"access.yml:15 .*no dimension `customers.fone`.*`customers.phone`"),
        ("model: regions", "model: regoins", r"access.yml:14 .*no semantic model `regoins`"),
        ("dimension: region,", "dimension: regio,", r"no categorical dimension of `regions` `regio`"),
        ("attribute: region,", "attribute: area,", r"never match: no group of team `shops` has the attribute `area`"),
        ("unless: shops-all", "unless: shop-all", r"no group of team `shops` `shop-all`"),
        ("unless: shops-all", "unless: [shops, shops-north, shops-all]", r"never match: every group of the team is excepted"),
        ("owner: bea, says: [company, books]", "owner: bea, says: [company, cash]", r"access.yml:18 .*no class `cash`"),
        ("owner: bea,", "owner: boa,", r"no person `boa`.*bea"),
        ("owner: bea, ", "", r"`.*owner` is missing"),
        ('"#books"', '"books"', r"`books` is no channel"),
        ("company: {}, books: {}", "company: {}, bookz: {}", r"no class `books`.*nobody may see them"),
        ("people: {team: people}", "", r"Nobody can be in team `people`"),
        ("default_channel: {says: [company]}", "default_channel: {says: [all]}", r"access.yml:20 .*no class `all`"),
        ("default_channel:", "defualt_channel:", r"`defualt_channel` is not a key.*`default_channel`"),
        ("shops-all: {team: shops}", "shops-every: {team: shops}", r"no Slack user group `shops-every`"),
        ("classes: {", "classes: [", r"not YAML"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line_and_a_way_out(before: str, after: str, said: str) -> None:
    text = tiny_files()["access.yml"].replace(before, after, 1)

    with pytest.raises(RegistryError, match=f"(?s){said}"):
        parse_policy(
            text,
            tiny_registry(),
            known=Known(
                people={"bea", "pia", "sam", "noa"},
                user_groups={"books", "shops", "shops-north", "shops-all", "people"},
                channels={"#books", "#people", "#general"},
            ),
        )


def test_an_empty_file_grants_nothing_and_says_so() -> None:
    with pytest.raises(RegistryError, match="`classes` is missing"):
        parse_policy("", tiny_registry())


def test_a_subject_that_is_off_limits_is_found_by_its_words_and_by_no_part_of_a_word() -> None:
    subject = "off_limits: [{words: [phone number, rating], says: No., owner: bea}]"
    policy = parse_policy(f"classes: {{company: {{}}, books: {{}}, people: {{strict: true}}}}\n{subject}", tiny_registry())

    found = [policy.off_limits(text) for text in ("the Phone-Numbers of bakers", "RATINGS by shop", "rate of operating", "phone")]

    assert [one is not None for one in found] == [True, True, False, False]
