"""A playbook that runs as a service says what the service may see, is on record as that, and is not brought back by others."""

from __future__ import annotations

import datetime as dt

import pytest
from desk import Bakery

from anabot.errors import NotAllowed, PlaybookError

MONDAY = dt.datetime(2026, 10, 5, 6, 0, tzinfo=dt.UTC)  # 08:00 in Berlin
NAME = "books/north"
SERVICES = """services:
  closing:
    owner: sam
    sees: [company, books]
    rows: [{model: regions, dimension: region, values: North}]
"""
TEXT = """---
title: Sales and margin in the north
owner: sam
service: closing
channel: "#books"
schedule: {weekly: monday, at: "08:00"}
queries:
  total: {metrics: [sales, margin], period: {start: 2026-05-01, end: 2026-08-01}}
---
Sales were {{ total.sales }}, the margin {{ total.margin }}.
"""


@pytest.fixture
def north(bakery: Bakery) -> Bakery:
    """The bakery, with a service that sees the north, and a playbook that runs as it."""
    rules(bakery, SERVICES)
    bakery.file.unlink()
    put(bakery, TEXT)
    assert set(bakery.house.laws().playbooks) == {NAME}
    return bakery


def rules(bakery: Bakery, services: str) -> None:
    file = bakery.folder / "semantic_layer" / "access.yml"
    file.write_text(file.read_text(encoding="utf-8").partition("services:")[0] + services, encoding="utf-8")
    bakery.house.standing.reload()


def put(bakery: Bakery, text: str) -> None:
    (bakery.folder / "playbooks" / "books" / "north.md").write_text(text, encoding="utf-8")
    bakery.house.standing.reload()


def digest(bakery: Bakery) -> str:
    return bakery.house.runner.run(bakery.house.laws().playbooks[NAME], MONDAY).markdown


def test_the_digest_says_what_the_service_may_see_and_as_what_it_ran(north: Bakery) -> None:
    said = digest(north)

    assert "Sales were $510.52" in said  # as the data team has counted the north by hand; all regions are $1,159.50
    assert "By @sam as the service closing, Mondays at 08:00" in said


def test_the_record_names_the_service_beside_its_owner(north: Bakery) -> None:
    north.worker(MONDAY - dt.timedelta(minutes=1)).tick()
    north.worker(MONDAY).tick()

    assert len(north.digests) == 1
    asked = [row for row in north.house.store.audit.list() if row.kind in ("playbook", "post")]
    assert {row.kind for row in asked} == {"playbook", "post"}
    assert all("service closing" in row.why for row in asked), [row.why for row in asked]
    assert {row.actor for row in asked} == {"sam"}


def test_a_replay_is_decided_by_the_service_as_it_is_then(north: Bakery) -> None:
    def again() -> tuple[str, ...]:
        return tuple(one.verdict for one in north.house.replayer.replay(receipt, by="cli"))

    receipt = north.house.runner.run(north.house.laws().playbooks[NAME], MONDAY).receipts[0]
    assert again() == ("same",)

    rules(north, SERVICES.replace("North", "South"))
    (moved,) = north.house.replayer.replay(receipt, by="cli")
    assert moved.verdict == "moved"
    assert {part.part for part in moved.parts if not part.same} >= {"grant", "rows"}

    playbook = north.house.laws().playbooks[NAME]
    rules(north, SERVICES.replace("owner: sam", "owner: bea"))
    assert NAME not in north.house.laws().playbooks
    (gone,) = north.house.replayer.replay(receipt, by="cli")
    assert gone.words == "It cannot be asked again."
    with pytest.raises(PlaybookError, match="`sam` does not answer for the service `closing`"):
        north.house.runner.run(playbook, MONDAY)  # whoever still holds it in hand
    rules(north, "")
    with pytest.raises(PlaybookError, match="no service `closing`"):
        north.house.runner.run(playbook, MONDAY)


def test_who_does_not_answer_for_the_service_is_not_given_its_playbook(north: Bakery) -> None:
    with pytest.raises(PlaybookError, match="`bea` does not answer for the service"):
        north.desk.owner(NAME, "bea", north.who("root"))


def test_a_version_that_ran_as_a_service_is_brought_back_by_who_answers_for_it(north: Bakery) -> None:
    plain = (
        TEXT.replace("service: closing\n", "").replace("sales, margin", "sales").replace(", the margin {{ total.margin }}", "")
    )
    north.house.store.changes.add(NAME, "U0SAM", "scheduled", text=TEXT)
    put(north, plain)
    assert "$1,159.50" in digest(north)

    with pytest.raises(NotAllowed, match="runs as the service closing"):
        north.desk.revert(NAME, "1", north.who("bea"))  # who owns the channel
    assert "in force again" in north.desk.revert(NAME, "1", north.who("sam"))
    assert "$510.52" in digest(north)
