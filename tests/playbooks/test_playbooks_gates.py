import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from bakery import bakery_people, bakery_policy, bakery_registry

from anabot.periods import Calendar
from anabot.playbooks.check import check_playbooks
from anabot.playbooks.gates import Known, after, before, card, worst_by_source
from anabot.playbooks.playbook import Band, Gates, Playbook
from anabot.playbooks.schedule import Slot, slot_at
from anabot.playbooks.spec import read_playbook
from anabot.playbooks.view import Result
from anabot.types import Column, Table

BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 9, 28, 6, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
TEXT = """---
title: Sales of the week
owner: bea
channel: "#books"
schedule: {weekly: monday, at: "08:00"}
period: last_month
gates: GATES
queries:
  shops: {metrics: [sales], group_by: [shop_name]}
---
{{ shops | table }}
"""


def read(gates: str) -> tuple[Playbook | None, list[str]]:
    playbook, _, faults = read_playbook("playbooks/books/week.md", TEXT.replace("GATES", gates), Calendar(BERLIN, 2))
    return playbook, [str(fault) for fault in faults]


def book(gates: str) -> Playbook:
    playbook, faults = read(gates)
    assert playbook is not None, faults
    return playbook


def slot() -> Slot:
    return slot_at("books/week", book("{}").schedule, NOW)


def rows(*values: int | None, suppressed: bool = False) -> Result:
    columns = (Column(name="shop", type="text"), Column(name="heads", type="integer"))
    left = frozenset((row, 1) for row in range(len(values)) if suppressed)
    table = Table(columns=columns, rows=tuple((f"s{n}", value) for n, value in enumerate(values)), suppressed=left, fewer_than=5)
    return Result(name="shops", table=table, metrics=("heads",))


def test_gates_are_read_as_a_team_writes_them() -> None:
    rest = "dbt_tests: {within: 90m}, rows: {shops: {min: 2, max: 9}}, reconciliation: [sales_bridge]"
    gates = book(f"{{freshness: {{till: 26h, books: 4d}}, {rest}}}").gates

    assert gates.freshness == {"till": 26 * HOUR, "books": 96 * HOUR}
    assert (gates.dbt_tests, gates.tested_within) == (True, 1.5 * HOUR)
    assert gates.rows == {"shops": Band(least=2, most=9)}
    assert gates.reconciliations == {"sales_bridge": "last_month"}


def test_one_age_for_all_sources_is_enough() -> None:
    assert book("{freshness: 26h}").gates.freshness == {"*": 26 * HOUR}


@pytest.mark.parametrize(
    ("gates", "line", "fault"),
    [
        ("{freshness: 26}", 7, "An age is written as `26h`, `90m` or `4d`"),
        ("{freshness: {till: 0h}}", 7, "An age is written as `26h`, `90m` or `4d`"),
        ("{dbt_test: true}", 7, "there is no such setting"),
        ("{rows: {shops: {}}}", 7, "A band of rows has a `min`, a `max` or both"),
        ("{rows: {shops: {min: 9, max: 2}}}", 7, "the gate would never open"),
        ("{rows: {shop: {min: 2}}}", 7, "names `shop`, which is not one of the queries"),
    ],
)
def test_a_gate_that_means_nothing_is_a_fault_on_its_line(gates: str, line: int, fault: str) -> None:
    _, faults = read(gates)

    assert len(faults) == 1
    assert f":{line}  " in faults[0]
    assert fault in faults[0]


@pytest.mark.parametrize(
    ("gates", "fault"),
    [
        ("{freshness: {tills: 26h}}", "No model comes from a source `tills`"),
        ("{reconciliation: [sales_bridges]}", "There is no reconciliation `sales_bridges`"),
    ],
)
def test_a_gate_on_what_does_not_exist_is_a_fault_before_it_is_scheduled(gates: str, fault: str) -> None:
    files = {"playbooks/books/week.md": TEXT.replace("GATES", gates)}

    good, faults = check_playbooks(files, bakery_registry(), bakery_policy(), bakery_people())

    assert not good
    assert [fault in str(one) for one in faults] == [True]
    assert "Did you mean" in str(faults[0])


@pytest.mark.parametrize(
    ("loaded", "why"),
    [
        ({"till": NOW - 26 * HOUR}, ""),
        ({"till": NOW + HOUR}, ""),
        ({"till": NOW - 27 * HOUR}, "27 hours before it was due; 26 hours are allowed"),
        ({"till": NOW - 26 * HOUR - dt.timedelta(minutes=1)}, "26.1 hours before it was due; 26 hours are allowed"),
        ({}, "nothing says when till was last loaded"),
        ({"till": None}, "dbt says that till is too old, or could not tell"),
    ],
)
def test_a_source_is_fresh_only_when_its_load_is_known_and_young_enough_at_the_slot_s_time(
    loaded: dict[str, dt.datetime | None], why: str
) -> None:
    closed = before(book("{freshness: {till: 26h}}").gates, Known(loaded=loaded), slot(), BERLIN)

    assert [one.gate for one in closed] == (["freshness of till"] if why else [])
    assert all(why in one.why for one in closed)


def test_an_age_for_all_sources_closes_on_a_model_that_names_none() -> None:
    known = Known(sources=frozenset({"till", ""}), loaded={"till": NOW})

    closed = before(book("{freshness: 26h}").gates, known, slot(), BERLIN)

    assert [one.why for one in closed] == ["one of the models it reads names no source, so nobody can say how old it is"]


def test_what_dbt_has_not_proved_closes_and_says_since_when() -> None:
    known = Known(unproved=("the dbt test a ended with fail", "the dbt test b was not run"), tested_at=NOW - HOUR)

    (closed,) = before(book("{dbt_tests: true}").gates, known, slot(), BERLIN)

    assert closed.why == "the dbt test a ended with fail, and 1 more"
    assert closed.since == NOW - HOUR


@pytest.mark.parametrize(("tested_at", "holds"), [(NOW - HOUR, False), (NOW - 27 * HOUR, True), (None, True)])
def test_tests_that_are_too_old_close(tested_at: dt.datetime | None, holds: bool) -> None:
    closed = before(book("{dbt_tests: {within: 26h}}").gates, Known(tested_at=tested_at), slot(), BERLIN)

    assert bool(closed) is holds


@pytest.mark.parametrize(("band", "holds"), [("{min: 3}", True), ("{min: 2, max: 2}", False), ("{max: 1}", True)])
def test_rows_outside_their_band_close(band: str, holds: bool) -> None:
    closed = after(book(f"{{rows: {{shops: {band}}}}}").gates, {"shops": rows(1, 2)}, {})

    assert bool(closed) is holds


def test_rows_that_were_cut_off_are_not_known_to_be_few_enough() -> None:
    found = rows(1, 2)
    cut = replace(found, table=replace(found.table, truncated=True))

    (closed,) = after(book("{rows: {shops: {max: 9}}}").gates, {"shops": cut}, {})

    assert "`shops` has at least 2 rows" in closed.why


def test_a_metric_of_which_nothing_may_be_said_closes_by_itself() -> None:
    assert [one.gate for one in after(Gates(), {"shops": rows(None, None, suppressed=True)}, {})] == ["small groups"]
    assert after(Gates(), {"shops": rows(None, 7)}, {}) == ()


def test_the_card_names_each_gate_since_when_and_what_opens_it() -> None:
    playbook, due = book("{freshness: {till: 26h}, dbt_tests: true}"), slot()
    known = Known(loaded={"till": NOW - 30 * HOUR}, unproved=("the dbt test a_b ended with fail",), tested_at=NOW - HOUR)

    made = card(playbook, due, before(playbook.gates, known, due, BERLIN), NOW + 24 * HOUR)

    assert made.title == "Sales of the week: held back"
    assert made.markdown.splitlines() == [
        "**Not posted yet: the data is not ready for what was due on 28 Sep 2026 at 08:00 (Europe/Berlin).**",
        "",
        "- **Freshness of till**, since 28 Sep 2026, 04:00 CEST: till was last loaded on 27 Sep 2026, 02:00 CEST, "
        "30 hours before it was due; 26 hours are allowed. It opens with the next load of till.",
        "- **Tests of dbt**, since 28 Sep 2026, 07:00 CEST: the dbt test a_b ended with fail. "
        "It opens with the next run of dbt that passes.",
        "",
        "It will be posted here by itself once both gates are open, until 29 Sep 2026, 08:00 CEST.",
        "---",
        "- By @bea, who has been told · Mondays at 08:00 (Berlin time)",
    ]


def test_the_oldest_table_speaks_for_its_source_and_a_failed_one_for_all() -> None:
    found = worst_by_source([("a", NOW), ("a", NOW - HOUR), ("b", NOW), ("b", None), ("b", NOW)])

    assert found == {"a": NOW - HOUR, "b": None}


def test_a_bridge_that_does_not_close_holds_the_post_back() -> None:
    closed = after(Gates(), {}, {"sales_bridge": "Till and books leaves 3.00 unexplained", "other": ""})

    assert [(one.gate, one.why) for one in closed] == [("reconciliation sales_bridge", "Till and books leaves 3.00 unexplained")]


def conditioned(condition: str) -> list[str]:
    text = TEXT.replace("gates: GATES", f"post_when: {condition!r}")
    good, faults = check_playbooks({"playbooks/books/week.md": text}, bakery_registry(), bakery_policy(), bakery_people())
    assert bool(good) is not bool(faults)
    return [str(fault) for fault in faults]


def test_a_condition_is_checked_before_it_is_scheduled() -> None:
    assert conditioned("shops.rows > 3 and shops.first.sales > 100") == []


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ("total.sales > 3", "There is no variable `total`"),
        ("shops.first.profit > 3", "has no column `profit`"),
        ("shops.rows >", "This is not Jinja"),
        ("x) %}{% set y = (1", "A condition is one expression"),
        ("shops.rows | evil", "There is no filter `evil`"),
    ],
)
def test_a_condition_that_cannot_be_computed_is_a_fault_on_its_line(condition: str, fault: str) -> None:
    faults = conditioned(condition)

    assert [fault in one and ":7  " in one for one in faults] == [True]
