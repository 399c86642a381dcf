import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from anabot.errors import Fault
from anabot.periods import Calendar
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.spec import read_playbook
from anabot.semantic.query import Span

CALENDAR = Calendar(ZoneInfo("Europe/Berlin"), 2)
GOOD = """---
title: Sales of the week
owner: bea
channel: "#books"
schedule: {weekly: monday, at: "08:00"}
period: last_week
queries:
  total: {metrics: [sales], compare: previous_period}
  regions: {metrics: [sales], group_by: [region], limit: $top}
  fixed: {metrics: [sales], period: {start: 2026-05-01, end: 2026-08-01}, compare: last_month}
bridges: [sales_bridge]
charts:
  by_region: {query: regions, kind: bar}
parameters: {top: 3}
---
Hello {{ total.sales }}.
"""


def read(text: str) -> tuple[Playbook | None, tuple[Fault, ...]]:
    playbook, _, faults = read_playbook("playbooks/books/sales-week.md", text, CALENDAR)
    return playbook, faults


def good() -> Playbook:
    playbook, faults = read(GOOD)
    assert playbook is not None, faults
    return playbook


def test_a_file_becomes_a_playbook_named_after_its_team_and_file() -> None:
    playbook = good()

    assert (playbook.name, playbook.owner, playbook.channel) == ("books/sales-week", "bea", "books")
    assert playbook.schedule.words == "Mondays at 08:00 (Berlin time)"
    assert playbook.body == "Hello {{ total.sales }}."
    assert playbook.body_line == 16
    assert playbook.charts["by_region"].title == "By region"


def test_a_query_takes_the_period_of_the_playbook_unless_it_has_its_own() -> None:
    now = dt.datetime(2026, 9, 28, 6, 0, tzinfo=dt.UTC)
    queries = good().queries

    assert queries["total"].at(now, CALENDAR).period == Span(start=dt.date(2026, 9, 21), end=dt.date(2026, 9, 28))
    fixed = queries["fixed"].at(now, CALENDAR)
    assert fixed.period == Span(start=dt.date(2026, 5, 1), end=dt.date(2026, 8, 1))
    assert fixed.compare == Span(start=dt.date(2026, 8, 1), end=dt.date(2026, 9, 1))


def test_named_periods_follow_the_slot_and_the_company_s_own_days() -> None:
    late_sunday_in_utc = dt.datetime(2026, 9, 27, 22, 30, tzinfo=dt.UTC)

    assert good().queries["total"].at(late_sunday_in_utc, CALENDAR).period == Span(
        start=dt.date(2026, 9, 21), end=dt.date(2026, 9, 28)
    )


def test_a_parameter_stands_for_its_value_in_a_query() -> None:
    assert good().queries["regions"].query.limit == 3


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("title: Sales of the week\n", "", 1, "`title`: Field required"),
        ("weekly: monday", "weekly: 1", 5, "by name"),
        ('at: "08:00"', "at: 10:00", 5, "in quotes"),
        ("period: last_week", "period: last_weak", 6, "no period called `last_weak`"),
        ("metrics: [sales], group_by", "metrics: [], group_by", 9, "at least 1 item"),
        ("limit: $top", "limit: $most", 9, "no parameter `most`"),
        ("limit: $top", "limits: 3", 9, "`queries.regions.limits`: there is no such setting"),
        ("compare: last_month", "compare: before", 10, "no period called `before`"),
        ("query: regions", "query: region", 13, "which is not one of the queries"),
        ("kind: bar", "kind: pie", 13, "'line' or 'bar'"),
        ("  total:", "  chart:", 8, "already has a meaning"),
        ("  total:", "  Total:", 8, "match pattern"),
        ("period: last_week\n", "", 10, "The bridges have no period"),
        ("owner: bea", "owner: bea\nowner: sam", 4, "written twice"),
        ("parameters: {top: 3}", "parameters: {top: &x 3, more: *x}", 14, "aliases are not followed"),
        ("owner: bea", "owner: [bea", 4, "This is not YAML"),
        ("owner: bea", "owner: !!python/object:os.system bea", 3, "This is not YAML"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, line: int, what: str) -> None:
    playbook, faults = read(GOOD.replace(old, new, 1))

    assert playbook is None
    assert [fault for fault in faults if fault.line == line and what in fault.what], faults


def test_all_faults_are_named_at_once_and_each_only_once() -> None:
    broken = GOOD.replace("weekly: monday", "weekly: 1").replace("kind: bar", "kind: pie").replace("last_week", "last_weak")

    _, faults = read(broken)

    assert [fault.line for fault in faults] == [5, 6, 13]


@pytest.mark.parametrize("text", ["", "no front matter", "---\ntitle: x\n", "---\n- a\n---\n", "---\n---\n", "x" * 70_000])
def test_a_file_that_is_no_playbook_is_a_fault_and_not_a_crash(text: str) -> None:
    playbook, faults = read(text)

    assert playbook is None
    assert len(faults) == 1


def test_the_version_changes_with_every_byte() -> None:
    changed, _ = read(GOOD.replace("Hello", "Hallo"))

    assert changed is not None
    assert changed.version != good().version
