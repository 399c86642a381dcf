"""Who looks after a playbook may pause it, give it away and bring a version back; nobody else may, and nothing is lost."""

from __future__ import annotations

import datetime as dt

import pytest
from desk import WEEK, Bakery, open_bakery

from anabot.errors import BadQuery, NotAllowed, PlaybookError

MONDAY = dt.datetime(2026, 10, 5, 6, 0, tzinfo=dt.UTC)  # 08:00 in Berlin


def test_a_paused_playbook_is_skipped_on_record_and_goes_on_when_it_is_resumed(bakery: Bakery) -> None:
    bea = bakery.who("bea")
    bakery.worker(MONDAY - dt.timedelta(minutes=1)).tick()

    assert "is paused" in bakery.desk.pause(WEEK, bea)
    bakery.worker(MONDAY).tick()
    assert "is paused already" in bakery.desk.pause(WEEK, bea)
    assert "goes on" in bakery.desk.resume(WEEK, bea)
    assert "is not paused" in bakery.desk.resume(WEEK, bea)
    bakery.worker(MONDAY + dt.timedelta(minutes=1)).tick()
    assert bakery.digests == []
    bakery.worker(MONDAY + dt.timedelta(days=7)).tick()

    assert len(bakery.digests) == 1
    _, past = bakery.desk.history(WEEK, bea)
    told = {(event.what, event.who) for event in past}
    assert told == {("Posted", ""), ("Skipped", ""), ("Paused", "@bea"), ("Resumed", "@bea")}
    assert any("due Mon 5 Oct, 08:00 · It was paused." in event.detail for event in past)


def test_the_list_says_what_is_next_what_was_last_and_what_is_paused(bakery: Bakery) -> None:
    bea = bakery.who("bea")
    (line,) = bakery.desk.lines(bea)
    assert (line.next, line.last, line.state) == ("Mon 5 Oct, 08:00", "", "")
    assert line.tended
    assert line.runnable

    bakery.worker(MONDAY - dt.timedelta(minutes=1)).tick()
    bakery.worker(MONDAY).tick()
    bakery.desk.pause(WEEK, bea)

    (line,) = bakery.desk.lines(bea)
    assert (line.next, line.last, line.state) == ("", "posted Mon 5 Oct, 08:00", "Paused by @bea")
    (read,) = bakery.desk.lines(bakery.who("sam"))
    assert not read.tended
    assert bakery.desk.lines(bakery.who("nora")) == []


@pytest.mark.parametrize("act", ["run", "preview", "pause", "resume", "history", "versions"])
def test_who_does_not_look_after_a_playbook_is_told_the_same_as_for_one_that_is_not_there(bakery: Bakery, act: str) -> None:
    refusals = []
    for name in (WEEK, "books/nothing"):
        with pytest.raises(NotAllowed) as refused:
            getattr(bakery.desk, act)(name, bakery.who("sam"))
        refusals.append(str(refused.value))

    assert refusals[0] == refusals[1]
    assert bakery.posted == []
    assert bakery.house.store.changes.pauses() == {}


def test_an_admin_may_and_is_told_the_nearest_name(bakery: Bakery) -> None:
    assert bakery.desk.run("Sales of the week", bakery.who("root")) == f"{WEEK} was posted."
    assert bakery.posted == [f"{WEEK} by root"]
    with pytest.raises(PlaybookError, match="books/week"):
        bakery.desk.run("books/weak", bakery.who("root"))


def test_a_preview_is_what_would_be_posted_now_and_only_for_who_may_read_it(bakery: Bakery) -> None:
    line, digest = bakery.desk.preview(WEEK, bakery.who("bea"))

    playbook = bakery.house.laws().playbooks[WEEK]
    assert digest.markdown == bakery.house.runner.run(playbook, bakery.house.clock.now()).markdown
    assert "Sales were" in digest.markdown
    assert line.channel == "#books"
    assert bakery.house.store.slots.list() == ()
    with pytest.raises(NotAllowed, match="You do not read #books"):
        bakery.desk.preview(WEEK, bakery.who("root"))


def test_an_owner_who_may_not_see_all_of_it_is_refused_and_the_file_stays(bakery: Bakery) -> None:
    before = bakery.text

    with pytest.raises(PlaybookError, match="the owner `sam` may not see"):
        bakery.desk.owner(WEEK, "@sam", bakery.who("root"))
    with pytest.raises(BadQuery, match="I do not know @leo"):
        bakery.desk.owner(WEEK, "@leo", bakery.who("bea"))

    assert bakery.text == before
    assert bakery.house.store.changes.list(WEEK) == ()


def test_a_leavers_playbook_is_held_back_until_an_admin_gives_it_to_somebody(bakery: Bakery) -> None:
    before = bakery.text
    bakery.file.write_text(before.replace("owner: bea", "owner: leo"), encoding="utf-8")
    bakery.house.standing.reload()
    root = bakery.who("root")

    (line,) = bakery.desk.lines(root)
    assert "nobody we know" in line.state
    with pytest.raises(PlaybookError, match="is held back"):
        bakery.desk.run(WEEK, root)
    assert "is owned by @bea from now on" in bakery.desk.owner(WEEK, "bea", root)

    assert bakery.text == before
    assert bakery.desk.lines(root)[0].state == ""
    _, kept = bakery.desk.versions(WEEK, root)
    assert [(one.number, one.act) for one in kept] == [(2, "owner"), (1, "found")]
    assert kept[0].detail == "from @leo to @bea"


def test_who_sees_more_takes_a_playbook_themselves_or_is_given_it_by_an_admin(bakery: Bakery) -> None:
    simple = bakery.text.split("---")[0] + (
        '---\ntitle: Shops\nowner: nora\nchannel: "#shops"\nschedule: {weekly: monday, at: "08:00"}\n'
        "queries: {total: {metrics: [orders_placed], period: last_month}}\n---\n{{ total.orders_placed }} orders.\n"
    )
    (bakery.folder / "playbooks" / "shops").mkdir()
    (bakery.folder / "playbooks" / "shops" / "orders.md").write_text(simple, encoding="utf-8")
    bakery.house.standing.reload()

    with pytest.raises(NotAllowed, match="sees more than @nora"):
        bakery.desk.owner("shops/orders", "sam", bakery.who("nora"))
    assert "is owned by @sam" in bakery.desk.owner("shops/orders", "sam", bakery.who("root"))
    assert "is owned by @nora" in bakery.desk.owner("shops/orders", "nora", bakery.who("sam"))


def test_a_version_is_brought_back_and_what_was_edited_by_hand_is_kept(bakery: Bakery) -> None:
    bea, before = bakery.who("bea"), bakery.text
    edited = before.replace("Sales of the week", "The week's sales")
    bakery.house.store.changes.add(WEEK, "U0BEA", "scheduled", text=before)
    bakery.file.write_text(edited, encoding="utf-8")
    bakery.house.standing.reload()

    assert "as version 3" in bakery.desk.revert(WEEK, "1", bea)
    assert bakery.text == before
    assert bakery.house.laws().playbooks[WEEK].title == "Sales of the week"
    assert "says already" in bakery.desk.revert(WEEK, "1", bea)
    assert "as version 4" in bakery.desk.revert(WEEK, "2", bea)
    assert bakery.text == edited
    for number in ("99", "one", ""):
        with pytest.raises(BadQuery, match="has no version"):
            bakery.desk.revert(WEEK, number, bea)


def test_a_version_that_would_not_pass_the_check_any_more_is_refused_and_changes_nothing(bakery: Bakery) -> None:
    before = bakery.text
    bakery.house.store.changes.add(WEEK, "U0BEA", "scheduled", text=before.replace("metrics: [sales,", "metrics: [sails,"))

    with pytest.raises(PlaybookError, match="cannot be changed like that"):
        bakery.desk.revert(WEEK, "1", bakery.who("bea"))
    assert bakery.text == before


def test_a_change_in_one_process_is_in_force_in_the_others(bakery: Bakery) -> None:
    with open_bakery(bakery.folder) as other:
        assert other.house.laws().playbooks[WEEK].title == "Sales of the week"
        edited = bakery.text.replace("Sales of the week", "The week's sales")
        bakery.house.store.changes.add(WEEK, "U0BEA", "scheduled", text=edited)

        bakery.desk.revert(WEEK, "1", bakery.who("bea"))

        assert other.house.laws().playbooks[WEEK].title == "The week's sales"


def test_a_folder_that_cannot_be_written_changes_nothing_and_says_so(bakery: Bakery) -> None:
    with pytest.raises(PlaybookError, match="is no playbook of"):
        bakery.house.standing.write(str(bakery.folder / "elsewhere.md"), "x")
    with pytest.raises(PlaybookError, match="cannot be written"):
        bakery.house.standing.write(str(bakery.file / "below-a-file.md"), "x")
    assert not list(bakery.folder.glob("playbooks/**/.writing-*"))
