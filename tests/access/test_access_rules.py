"""The ways in which access.yml gives and takes: e-mails, templates, patterns, attributes, services, loans, reporting."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from anabot.access.faults import Known
from anabot.access.policy import Policy, parse_policy
from anabot.errors import RegistryError
from anabot.types import Channel, ChannelId, Grant, Loan, Person, RowRule, UserId
from tests.tiny import tiny_files, tiny_registry

TEXT = tiny_files()["access.yml"]
UNTIL = dt.datetime(2026, 10, 5, tzinfo=dt.UTC)


def person(name: str, *groups: str, email: str = "", confirmed: bool = True, **more: object) -> Person:
    made = Person(
        user=UserId(f"U-{name}"),
        name=name,
        handle=name,
        groups=frozenset(groups),
        email=email,
        confirmed=bool(email) and confirmed,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def channel(name: str) -> Channel:
    return Channel(channel=ChannelId(f"C-{name}"), name=name)


def policy(text: str = TEXT) -> Policy:
    return parse_policy(text, tiny_registry())


def scoped(*scopes: str) -> frozenset[str]:
    return frozenset(name for name, metric in tiny_registry().metrics.items() if metric.scope in scopes and not metric.hidden)


def own(rules: Policy, who: Person) -> Grant:
    return rules.decide(who, None, [who]).own


BY_EMAIL = TEXT.replace("teams:", 'emails: {"@bakery.example": books, "Pia@Bakery.example": {team: people}}\nteams:', 1)


def test_a_confirmed_email_leads_to_a_team_by_its_domain_or_its_address() -> None:
    rules = policy(BY_EMAIL)

    assert own(rules, person("zoe", email="zoe@Bakery.example")).metrics == scoped("company", "books")
    assert own(rules, person("pia", email="pia@bakery.example")).metrics == scoped("company", "books", "people")


@pytest.mark.parametrize(
    "who",
    [
        person("zoe", email="zoe@bakery.example", confirmed=False),
        person("zoe", email="zoe@bakery.example", guest=True),
        person("zoe", email="zoe@bakery.example.evil.test"),
        person("zoe", email="zoe@evil.test"),
        person("zoe", email="bakery.example"),
        person("zoe", email="zoe@bakery.example@evil.test"),
    ],
)
def test_an_email_that_nobody_confirmed_or_that_only_looks_like_ours_leads_nowhere(who: Person) -> None:
    assert own(policy(BY_EMAIL), who).listed == frozenset()


def test_a_template_and_the_defaults_give_to_a_team_what_it_does_not_say() -> None:
    text = """
classes: {company: {}, books: {}, people: {strict: true}}
groups: {books: books, shops: shops}
defaults: {sees: company, deny: "customers.phone"}
templates: {desk: {lists: [books, people], never: [headcount]}}
teams:
  books: {template: desk, sees: books}
  shops:
"""
    books, shops = own(policy(text), person("b", "books")), own(policy(text), person("s", "shops"))

    assert (books.metrics, books.listed) == (scoped("company", "books"), scoped("company", "books", "people") - {"headcount"})
    assert (shops.metrics, shops.denied) == (scoped("company"), {"customers.phone"})


def test_a_pattern_declares_many_channels_and_the_most_particular_one_holds() -> None:
    rules = policy(
        TEXT.replace(
            '  "#books": {owner: bea, says: [company, books]}',
            '  "#b*": {owner: bea, says: [company]}\n  "#books-*": {owner: bea, says: [company, books]}',
        )
    )
    bea = person("bea", "books")

    assert rules.decide(bea, channel("books-close"), [bea]).grant.metrics == scoped("company", "books")
    assert rules.decide(bea, channel("bread"), [bea]).grant.metrics == scoped("company")
    assert rules.declared(channel("xbooks-close")).owner == ""


def test_a_row_rule_takes_constant_values_beside_an_attribute_and_several_rules_hold_together() -> None:
    text = TEXT.replace("unless: shops-all}", "values: South}\n    - {model: shops, dimension: shop_name, values: [Main Street]}")

    assert own(policy(text), person("nora", "shops-north")).rows == (
        RowRule(model="regions", dimension="region", values=("North", "South")),
        RowRule(model="shops", dimension="shop_name", values=("Main Street",)),
    )


def test_attributes_come_from_the_table_of_people_and_from_groups_together() -> None:
    who = person("nora", "shops-north", attributes=(("region", ("South",)),))
    guest = replace(who, guest=True)

    assert policy().attributes(who) == {"region": ("North", "South")}
    assert own(policy(), who).rows[0].values == ("North", "South")
    assert policy().attributes(guest) == {}


def test_a_service_sees_what_it_declares_and_says_what_the_channel_may_hear() -> None:
    rules = policy(
        TEXT
        + "services:\n  closing:\n    owner: bea\n    sees: [company, people]\n    deny: staff.rating\n"
        + "    rows: [{model: regions, dimension: region, values: North}]\n"
    )
    pia, bea = person("pia", "people"), person("bea", "books")

    alone = rules.serve("closing", channel("people"), [pia])
    mixed = rules.serve("closing", channel("people"), [pia, bea])

    assert alone.own.rows == (RowRule(model="regions", dimension="region", values=("North",)),)
    assert alone.grant.metrics == scoped("company", "people")
    assert mixed.grant.metrics == scoped("company")
    with pytest.raises(KeyError):
        rules.serve("unheard-of", channel("people"), [pia])


def test_a_loan_opens_a_listed_metric_and_neither_a_hidden_nor_a_strict_one() -> None:
    loans = tuple(Loan(metric=name, until=UNTIL, by="bea") for name in ("margin", "headcount", "nonsense"))
    shops, books = person("sam", "shops-all", loans=loans), person("bea", "books", loans=loans)

    assert own(policy(), shops).metrics == scoped("company") | {"margin"}  # `headcount` is hidden from shops
    assert own(policy(), books).metrics == scoped("company", "books")  # it is listed for books, and strict
    assert own(policy(TEXT.replace("{strict: true}", "{strict: true, lends: 7}")), books).metrics >= {"headcount"}
    assert "margin" not in own(policy(TEXT.replace("books: {},", "books: {lends: 0},")), shops).metrics


def test_a_loan_is_said_only_where_its_class_is_declared() -> None:
    sam = person("sam", "shops-all", loans=(Loan(metric="margin", until=UNTIL),))

    assert "margin" in policy().decide(sam, channel("books"), [sam]).grant.metrics
    assert "margin" in policy().decide(sam, channel("general"), [sam]).held


REPORT = f"mode: report\n{TEXT}"


def test_reporting_answers_what_would_be_refused_and_says_which_that_is() -> None:
    sam = person("sam", "shops-all")
    alone, here = policy(REPORT).asked(sam, None, [sam]), policy(REPORT).asked(sam, channel("general"), [sam])

    assert alone.grant.metrics == scoped("company", "books")
    assert alone.beyond == here.beyond == scoped("books")
    assert here.grant.metrics == scoped("company", "books")
    assert policy(TEXT).asked(sam, None, [sam]) == policy(TEXT).decide(sam, None, [sam])


def test_reporting_opens_no_strict_class_no_stranger_no_row_and_nobody_without_a_team() -> None:
    rules = policy(REPORT)
    nora, nobody, guest = person("nora", "shops-north"), person("zoe"), person("gus", "books", guest=True)
    pia, bea = person("pia", "people"), person("bea", "books")

    assert not scoped("people") & rules.asked(nora, None, [nora]).grant.listed
    assert rules.asked(nora, None, [nora]).grant.rows == rules.decide(nora, None, [nora]).grant.rows
    assert rules.asked(nora, None, [nora]).grant.denied == {"customers.phone"}
    assert rules.asked(nobody, None, [nobody]).grant.listed == frozenset()
    assert rules.asked(guest, None, [guest]).grant.listed == frozenset()
    assert rules.asked(bea, channel("books"), [bea, guest]).grant.metrics == frozenset()
    assert not scoped("people") & rules.asked(pia, channel("people"), [pia, bea]).grant.metrics
    assert (
        "margin"
        not in policy(REPORT.replace("lists: [books]", "lists: [books]\n    never: [margin]"))
        .asked(nora, None, [nora])
        .grant.listed
    )


def test_reporting_changes_nothing_for_what_is_posted_without_a_question() -> None:
    sam = person("sam", "shops-all")

    assert policy(REPORT).decide(sam, channel("general"), [sam]) == policy(TEXT).decide(sam, channel("general"), [sam])


def test_members_who_may_not_see_alone_what_is_said_are_named_with_what_they_may_not() -> None:
    bea, sam, gus = person("bea", "books"), person("sam", "shops-all"), person("gus", guest=True)

    assert policy().alarming(channel("books"), [bea, sam, gus]) == {sam: ("books",), gus: ("books",)}
    assert policy().alarming(channel("general"), [bea, sam, gus]) == {}


def test_in_a_channel_only_what_is_declared_there_may_be_named() -> None:
    sam, bea = person("sam", "shops-all"), person("bea", "books")

    assert policy().decide(sam, channel("general"), [sam, bea]).named == scoped("company")
    assert policy().decide(sam, channel("books"), [sam, bea]).named == scoped("company", "books")
    assert policy().decide(bea, channel("people"), [sam, bea]).named == scoped("company")


REGION = "{model: regions, dimension: region, attribute: region"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("teams:", 'emails: {"bakery.example": books}\nteams:', r"`bakery.example` is no e-mail address and no domain"),
        ("teams:", "templates: {desk: {sees: [company]}}\nteams:", r"No team has the template `desk`"),
        ("shops:\n    sees", "shops:\n    template: dest\n    sees", r"no template `dest`"),
        ("attribute: region, unless: shops-all", "unless: shops-all", r"a row rule needs an `attribute`"),
        ("teams:", "people: {model: staf, email: x, attributes: {}}\nteams:", r"no semantic model `staf`.*`staff`"),
        (
            "teams:",
            "people: {model: staff, email: role, attributes: {cost_centre: role}}\nteams:",
            r"No row rule asks for the attribute `cost_centre`",
        ),
        ("default_channel", "services: {x: {owner: boa, sees: company}}\ndefault_channel", r"no person `boa`"),
        ("default_channel", f"services: {{x: {{owner: bea, rows: [{REGION}}}]}}}}\ndefault_channel", r"has no attributes"),
        ('"#books":', '"#bucks":', r"no channel that I can see called `#bucks`.*`#books`"),
        ('"#books":', '"#bucks-*":', r"no channel that I can see called `#bucks-\*`"),
        ('deny: ["customers.phone"]', 'deny: ["staff.rating"]', r"`staff.rating` is denied for nothing"),
        ("{sees: [company, books], lists: [people]}", "{sees: company, lists: books}", r"Nobody may see .*`margin`"),
        (REGION, REGION.replace("regions, dimension: region", "staff, dimension: role"), r"never match: nothing .* `staff`"),
    ],
)  # fmt: skip
def test_what_cannot_work_or_has_no_effect_is_named(before: str, after: str, said: str) -> None:
    assert before in TEXT
    known = Known(
        people={"bea", "pia", "sam", "nora"},
        user_groups={"books", "shops", "shops-north", "shops-all", "people"},
        channels={"#books", "#people", "#shops"},
    )

    with pytest.raises(RegistryError, match=f"(?s){said}"):
        parse_policy(TEXT.replace(before, after, 1), tiny_registry(), known=known)


def test_a_metric_that_nobody_may_see_is_named_by_check_and_keeps_nothing_from_running() -> None:
    text = TEXT.replace("books: {sees: [company, books], lists: [people]}", "books: {sees: [company], lists: [people]}")

    assert parse_policy(text, tiny_registry()).decide(person("b", "books"), None, []).own.metrics == scoped("company")
    with pytest.raises(RegistryError, match="Nobody may see"):
        parse_policy(text, tiny_registry(), known=Known())


def test_a_grants_fingerprint_covers_all_that_it_permits_and_not_who_holds_it() -> None:
    grant = Grant(subject="a", audience="dm", metrics=frozenset({"x"}), listed=frozenset({"x", "y"}), denied=frozenset({"m.d"}))
    rules = (RowRule(model="m", dimension="d", values=("a", "b")), RowRule(model="n", dimension="d", values=()))

    assert grant.fingerprint() == replace(grant, subject="b", audience="#c", team="t", reason="r").fingerprint()
    changed = [replace(grant, metrics=frozenset()), replace(grant, listed=frozenset({"x"})), replace(grant, denied=frozenset())]
    changed += [replace(grant, rows=rules), replace(grant, rows=rules[:1])]
    assert len({one.fingerprint() for one in (grant, *changed)}) == len(changed) + 1
    assert replace(grant, rows=rules).fingerprint() == replace(grant, rows=rules[::-1]).fingerprint()
