"""A playbook may run as a service, and only where its owner is the one who answers for that service."""

from __future__ import annotations

import pytest
from bakery import TINY, bakery_people, bakery_policy, bakery_registry

from anabot.access.policy import Policy, parse_policy
from anabot.errors import Fault
from anabot.playbooks.check import check_playbooks
from anabot.playbooks.composing import Draft, compose
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.spec import read_playbook
from anabot.semantic.query import MetricQuery

SERVICES = "services:\n  closing: {owner: sam, sees: [company, books]}\n  baking: {owner: gus, sees: [company]}\n"
TEXT = """---
title: Margin of the month
owner: sam
service: closing
channel: "#books"
schedule: {monthly: 1, at: "08:00"}
period: last_month
queries:
  total: {metrics: [margin]}
---
The margin was {{ total.margin }}.
"""


def check(text: str, policy: Policy | None = None) -> tuple[list[Playbook], list[Fault]]:
    rules = policy or parse_policy((TINY / "semantic_layer" / "access.yml").read_text() + SERVICES, bakery_registry())
    good, faults = check_playbooks({"playbooks/books/margin.md": text}, bakery_registry(), rules, bakery_people())
    return list(good.values()), list(faults)


def test_a_service_opens_to_its_owners_playbook_what_the_owner_does_not_see() -> None:
    (playbook,), faults = check(TEXT)
    alone, refused = check(TEXT.replace("service: closing\n", ""))

    assert (playbook.owner, playbook.service, faults) == ("sam", "closing", [])
    assert alone == []
    assert "the owner `sam` may not see `margin`" in refused[0].what
    assert check(TEXT.replace("owner: sam", 'owner: "@U0SAM"'))[1] == []


@pytest.mark.parametrize(
    ("old", "new", "line", "what", "todo"),
    [
        ("owner: sam", "owner: bea", 4, "`bea` does not answer for the service `closing`", "Write `owner: sam`"),
        ("owner: sam", "owner: nora", 4, "`nora` does not answer for the service `closing`", "Write `owner: sam`"),
        ("service: closing", "service: closng", 4, "no service `closng`", "closing"),
        ("service: closing", "service: baking", 4, "`sam` does not answer for the service `baking`", "Write `owner: gus`"),
        ("[margin]", "[headcount]", 9, "the service `closing` may not see `headcount`", ""),
        ('"#books"', '"#shops"', 9, "`margin` may not be said in `#shops`", ""),
        ("owner: sam", "owner: gus", 3, "is a guest", ""),
    ],
)
def test_rights_that_are_not_the_owners_to_use_are_not_borrowed(old: str, new: str, line: int, what: str, todo: str) -> None:
    good, faults = check(TEXT.replace(old, new, 1))

    assert good == []
    assert [fault for fault in faults if fault.line == line and what in fault.what and todo in fault.todo], faults


def test_where_nobody_declared_a_service_the_way_out_says_how() -> None:
    good, (fault,) = check(TEXT, bakery_policy())

    assert (good, fault.line) == ([], 4)
    assert "`services:` in access.yml" in fault.todo


def test_what_somebody_schedules_never_names_a_service_whatever_they_call_it() -> None:
    query = MetricQuery.model_validate({"metrics": ["sales"]})
    for title in ("A\nservice: closing", 'A"\nservice: closing\n#', "---\nservice: closing\n---"):
        draft = Draft(
            title=title, owner="sam\nservice: closing", channel="books", schedule={"weekly": "monday", "at": "08:00"}, query=query
        )
        playbook, _, faults = read_playbook(
            "playbooks/books/new.md", compose(draft, bakery_registry()), bakery_registry().calendar
        )

        assert faults == ()
        assert playbook is not None
        assert (playbook.service, playbook.title) == ("", title)
