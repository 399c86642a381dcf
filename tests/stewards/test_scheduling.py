"""An answer becomes a playbook: with days that move, under what its maker and the channel may both see, once its owner agrees."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from desk import NOW, Bakery

from anabot.errors import BadQuery, NotAllowed, PlaybookError
from anabot.playbooks.composing import Only
from anabot.stewards.plans import Unfit

QUESTION, MARGIN = "sales by shop last month", "margin last month"
NAME = "books/sales-by-shop"


def test_an_answer_becomes_a_playbook_that_passes_the_check_byte_for_byte_the_same(bakery: Bakery) -> None:
    filled = bakery.filled(QUESTION, "bea", "books")
    bea = bakery.who("bea")

    playbook, text = bakery.plans.plan(filled, bea)
    again = bakery.plans.plan(filled, bea)[1]

    assert text == again
    assert (playbook.name, playbook.owner, playbook.channel) == (NAME, "bea", "books")
    assert playbook.schedule.words == "Mondays at 08:00 (Berlin time)"
    assert playbook.queries["answer"].period == "last_month"
    assert bakery.house.standing.check({playbook.file: text})[1] == ()


def test_the_preview_is_what_the_worker_posts_at_that_moment(bakery: Bakery) -> None:
    bakery.allow("at_once")
    bea = bakery.who("bea")
    playbook, text = bakery.plans.plan(bakery.filled(QUESTION, "bea", "books"), bea)

    shown, digest = bakery.plans.preview(playbook, text, bea)
    assert shown.alone
    assert not bakery.house.store.slots.list()
    outcome = bakery.plans.schedule(shown.proposal, bea)

    assert outcome.became == "in_force"
    assert (bakery.folder / "playbooks" / f"{NAME}.md").read_text(encoding="utf-8") == text
    assert bakery.house.runner.run(bakery.house.laws().playbooks[NAME], NOW).markdown == digest.markdown
    _, past = bakery.desk.history(NAME, bea)
    assert [(event.what, event.who, event.detail) for event in past] == [("Scheduled", "@bea", "version 1")]
    with pytest.raises(NotAllowed, match="no longer open"):
        bakery.plans.schedule(shown.proposal, bea)


def test_a_second_one_with_the_same_title_gets_a_name_of_its_own(bakery: Bakery) -> None:
    bakery.allow("at_once")
    bea = bakery.who("bea")
    for _ in range(2):
        bakery.plans.schedule(bakery.proposed(QUESTION, "bea", "books"), bea)

    assert sorted(bakery.house.laws().playbooks) == [NAME, f"{NAME}-2", "books/week"]


def test_by_proposal_its_maker_does_not_put_their_own_in_force_and_an_admin_does(bakery: Bakery) -> None:
    bea, root = bakery.who("bea"), bakery.who("root")
    proposal = bakery.proposed(QUESTION, "bea", "books")

    assert bakery.plans.schedule(proposal, bea).became == "asked"
    waits = bakery.folder / "memory" / "proposals" / f"{NAME}.md"
    assert waits.exists()
    assert NAME not in bakery.house.laws().playbooks
    assert [one.proposal for one in bakery.plans.waiting(bea)] == [proposal]
    with pytest.raises(NotAllowed, match="not yours to decide"):
        bakery.plans.decide(proposal, bea, yes=True)
    assert [one.proposal for one in bakery.plans.waiting(root)] == [proposal]
    assert bakery.plans.decide(proposal, root, yes=True).became == "in_force"

    assert NAME in bakery.house.laws().playbooks
    assert not waits.exists()
    assert bakery.plans.waiting(root) == ()


def test_the_owner_of_the_channel_decides_about_everybody_elses(bakery: Bakery) -> None:
    bakery.allow("at_once")
    sam, bea, nora = (bakery.who(name) for name in ("sam", "bea", "nora"))
    proposal = bakery.proposed("orders placed last month", "sam", "books")
    outcome = bakery.plans.schedule(proposal, sam)

    assert (outcome.became, outcome.shown.decider) == ("asked", bea)
    assert bakery.plans.for_decider(proposal, bea) is not None
    assert bakery.plans.for_decider(proposal, nora) is None
    for somebody in (sam, nora):
        with pytest.raises(NotAllowed):
            bakery.plans.decide(proposal, somebody, yes=True)
    assert bakery.plans.decide(proposal, bea, yes=True).became == "in_force"

    playbook = bakery.house.laws().playbooks["shops/orders"]
    assert playbook.owner == "sam"
    with pytest.raises(NotAllowed, match="no longer open"):
        bakery.plans.decide(proposal, bea, yes=False)
    recorded = {(one.question_id, one.actor, one.status) for one in bakery.house.store.audit.list(50) if one.kind == "admin"}
    assert recorded >= {
        ("schedule:shops/orders", "U0SAM", "done"),
        ("approve:shops/orders", "U0NORA", "forbidden"),
        ("approve:shops/orders", "U0BEA", "done"),
    }


def test_a_no_leaves_nothing_behind(bakery: Bakery) -> None:
    sam, bea = bakery.who("sam"), bakery.who("bea")
    proposal = bakery.proposed("orders placed last month", "sam", "books")
    bakery.plans.schedule(proposal, sam)

    assert bakery.plans.decide(proposal, bea, yes=False).became == "declined"

    assert bakery.plans.waiting(sam) == ()
    assert list(bakery.house.laws().playbooks) == ["books/week"]
    assert not list((bakery.folder / "memory" / "proposals").rglob("*.md"))


def test_only_what_its_maker_sees_and_the_channel_hears_is_scheduled(bakery: Bakery) -> None:
    filled = bakery.filled(MARGIN, "bea", "books")

    def refused(channel: str, handle: str) -> str:
        with pytest.raises(Unfit) as fault:
            bakery.plans.plan(replace(filled, channel=channel), bakery.who(handle))
        assert fault.value.field == ("title" if "owner" in str(fault.value) else "channel")
        return str(fault.value)

    assert "`margin` may not be said in `#shops`" in refused("shops", "bea")
    assert "the owner `sam` may not see `margin`" in refused("books", "sam")
    assert "You are not in that channel" in refused("people", "bea")
    assert "I am not in that channel" in refused("nowhere", "bea")


def test_rights_that_are_gone_by_the_time_of_the_yes_put_nothing_in_force(bakery: Bakery) -> None:
    proposal = bakery.proposed(MARGIN, "bea", "books")
    bakery.plans.schedule(proposal, bakery.who("bea"))
    rules = bakery.folder / "semantic_layer" / "access.yml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("says: [company, books]", "says: [company]"), encoding="utf-8")
    bakery.house.standing.reload()

    with pytest.raises(PlaybookError, match="would not pass the check any more"):
        bakery.plans.decide(proposal, bakery.who("root"), yes=True)
    assert [one.proposal for one in bakery.plans.waiting(bakery.who("root"))] == [proposal]
    assert bakery.plans.decide(proposal, bakery.who("root"), yes=False).became == "declined"

    assert "books/margin" not in bakery.house.laws().playbooks
    assert bakery.plans.waiting(bakery.who("root")) == ()


def test_days_that_stay_are_not_scheduled(bakery: Bakery) -> None:
    with pytest.raises(BadQuery, match="would say the same every time"):
        bakery.filled("sales in march 2026", "bea", "books")


def test_what_is_filled_in_cannot_write_more_than_a_title(bakery: Bakery) -> None:
    title = 'X" }} {% raw %} \nowner: root\n---\n {{ 1 }}'
    playbook, text = bakery.plans.plan(bakery.filled(QUESTION, "bea", "books", title=title), bakery.who("bea"))

    assert playbook.owner == "bea"
    assert playbook.title == title
    assert "raw" not in playbook.body
    assert bakery.house.runner.run(playbook, dt.datetime(2026, 9, 28, 7, 0, tzinfo=dt.UTC)).title == title


def test_a_fault_in_writing_leaves_the_proposal_open(bakery: Bakery) -> None:
    bakery.allow("at_once")
    bea, proposal = bakery.who("bea"), bakery.proposed(QUESTION, "bea", "books")
    folder = bakery.folder / "playbooks" / "books"
    folder.rename(bakery.folder / "playbooks" / "kept")
    folder.write_text("in the way", encoding="utf-8")

    with pytest.raises(PlaybookError, match="cannot be written"):
        bakery.plans.schedule(proposal, bea)
    folder.unlink()

    assert bakery.plans.schedule(proposal, bea).became == "in_force"


def test_a_condition_decides_whether_it_is_posted_and_the_preview_shows_it_anyhow(bakery: Bakery) -> None:
    bakery.allow("at_once")
    bea = bakery.who("bea")
    for kind, posts in (("above", False), ("below", True), ("moves", False)):
        only = Only(kind=kind, amount=Decimal(10) ** 9)  # type: ignore[arg-type]
        playbook, text = bakery.plans.plan(replace(bakery.filled(MARGIN, "bea", "books"), only=only), bea)
        shown, digest = bakery.plans.preview(playbook, text, bea)
        bakery.plans.schedule(shown.proposal, bea)

        assert "Margin" in digest.markdown
        if posts:
            assert bakery.house.runner.run(playbook, NOW).markdown == digest.markdown
        else:
            with pytest.raises(PlaybookError, match="does not hold"):
                bakery.house.runner.run(playbook, NOW)
