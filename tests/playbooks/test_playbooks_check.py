import pytest
from bakery import bakery_people, bakery_policy, bakery_registry

from anabot.errors import Fault
from anabot.playbooks.check import check_playbooks
from anabot.playbooks.playbook import Playbook

GOOD = """---
title: Sales of the week
owner: bea
channel: "#books"
schedule: {weekly: monday, at: "08:00"}
period: last_week
queries:
  total: {metrics: [sales], compare: previous_period}
  regions: {metrics: [sales, cost], group_by: [region], order_by: ["-sales"]}
bridges: [sales_bridge]
charts:
  by_region: {query: regions, kind: bar}
---
Sales were {{ total.sales }}, {{ total | change("sales") }}.
{{ regions | table }}
{{ chart("by_region") }}
{{ bridge("sales_bridge") }}
"""


def check(text: str, file: str = "playbooks/books/sales.md") -> tuple[list[str], list[Fault]]:
    good, faults = check_playbooks({file: text}, bakery_registry(), bakery_policy(), bakery_people())
    return list(good), list(faults)


def test_a_playbook_without_a_fault_may_be_scheduled() -> None:
    assert check(GOOD) == (["books/sales"], [])


@pytest.mark.parametrize(
    ("old", "new", "line", "what", "todo"),
    [
        ("owner: bea", "owner: bob", 3, "nobody we know", "handle"),
        ("owner: bea", "owner: gus", 3, "is a guest", ""),
        ('"#books"', '"#bakes"', 4, "no channel `#bakes`", ""),
        ("{metrics: [sales], ", "{metrics: [sals], ", 8, "sals", "sales"),
        ("group_by: [region]", "group_by: [regio]", 9, "regio", "region"),
        ("[sales, cost]", "[sales, headcount]", 9, "the owner `bea` may not see `headcount`", ""),
        ('"#books"', '"#shops"', 9, "`cost` may not be said in `#shops`", ""),
        ('order_by: ["-sales"]', 'order_by: ["-margin"]', 9, "margin", ""),
        ("compare: previous_period", "period: {start: 2026-02-01, end: 2026-01-01}", 8, "ends before it begins", ""),
        ("[sales_bridge]", "[sale_bridge]", 10, "no reconciliation `sale_bridge`", "sales_bridge"),
        ("{{ total.sales }}", "{{ totals.sales }}", 14, "no variable `totals`", "`total`"),
        ("{{ total.sales }}", "{{ total.margin }}", 14, "`total` has no column `margin`", ""),
        ("{{ total.sales }}", "{{ regions.sales }}", 14, "`regions` has 3 rows", ""),
        ("| table }}", "| tabel }}", 15, "no filter `tabel`", ""),
        ('chart("by_region")', 'chart("by_shop")', 16, "no chart `by_shop`", "by_region"),
        ('bridge("sales_bridge")', 'bridge("cost_bridge")', 17, "no bridge `cost_bridge`", "sales_bridge"),
        ('change("sales")', 'change("cost")', 14, "no column `cost`", ""),
        ("{{ regions | table }}", "{% if %}", 15, "not Jinja", ""),
    ],
)
def test_what_would_fail_on_monday_fails_in_the_check(old: str, new: str, line: int, what: str, todo: str) -> None:
    good, faults = check(GOOD.replace(old, new, 1))

    assert good == []
    assert [fault for fault in faults if fault.line == line and what in fault.what and todo in fault.todo], faults


def test_every_fault_of_every_file_is_named_at_once() -> None:
    broken = GOOD.replace("owner: bea", "owner: bob").replace("[region]", "[regio]").replace("{{ total.sales }}", "{{ nope }}")
    files = {"playbooks/books/b.md": broken, "playbooks/books/a.md": GOOD, "playbooks/books/c.md": "nothing"}

    good, faults = check_playbooks(files, bakery_registry(), bakery_policy(), bakery_people())

    assert list(good) == ["books/a"]
    assert [(fault.file[-4:], fault.line) for fault in faults] == [("b.md", 3), ("b.md", 9), ("b.md", 14), ("c.md", 1)]


def test_two_files_cannot_be_one_playbook() -> None:
    files = {"one/books/sales.md": GOOD, "two/books/sales.md": GOOD}

    good, faults = check_playbooks(files, bakery_registry(), bakery_policy(), bakery_people())

    assert isinstance(good["books/sales"], Playbook)
    assert [fault.what for fault in faults] == ["`books/sales` is also one/books/sales.md."]


BATCH = GOOD.replace("bridges: [sales_bridge]", "batch: {over: shop_name, top: 3}").replace('{{ bridge("sales_bridge") }}', "")


def test_a_batch_knows_its_part_and_is_checked_like_any_other() -> None:
    assert check(BATCH.replace("Sales were", "{{ parameters.part }}:")) == (["books/sales"], [])


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("over: shop_name", "over: shop_nam", 10, "shop_nam"),
        ("over: shop_name", "over: metric_time__month", 10, "is not text"),
        ("top: 3", "top: 0", 10, "`batch.top`"),
        ("charts:", "parameters: {part: x}\ncharts:", 11, "`parameters.part` is the value"),
        ("charts:", "bridges: [sales_bridge]\ncharts:", 11, "has no bridges"),
    ],
)
def test_a_batch_that_cannot_be_said_names_its_line(old: str, new: str, line: int, what: str) -> None:
    _, faults = check(BATCH.replace(old, new))

    assert [(fault.line, what in fault.what) for fault in faults] == [(line, True)], faults
