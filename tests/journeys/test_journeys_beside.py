"""Shares, running totals, lists and steps back, as somebody at Halden reads them."""

from __future__ import annotations

import re

from halden_data import Halden

from anabot.commands.asking import question_of
from anabot.plain import plain
from anabot.types import Answer


def ask(halden: Halden, who: str, text: str, thread: str = "") -> Answer:
    return halden.house.asker.ask(question_of(halden.house, text, who, None, thread))


def test_a_share_is_said_with_its_part(halden: Halden) -> None:
    answer = ask(halden, "fin_analyst", "share of net revenue by segment last quarter")

    assert answer.status == "answered"
    assert "% of the total" in answer.text
    assert answer.table is not None
    assert sum(row[-1] for row in answer.table.rows) == 1  # type: ignore[misc]  # exact decimals


def test_a_running_total_ends_with_the_whole(halden: Halden) -> None:
    answer = ask(halden, "fin_analyst", "cumulative net revenue by month last quarter")

    assert "a running total of $19,703,912.88" in answer.text


def test_undo_gives_the_answer_before(halden: Halden) -> None:
    first = ask(halden, "fin_analyst", "net revenue last quarter", "beside-undo")
    ask(halden, "fin_analyst", "only robotics", "beside-undo")
    again = ask(halden, "fin_analyst", "undo that", "beside-undo")

    assert again.table is not None
    assert first.table is not None
    assert again.table.rows == first.table.rows


def test_undo_after_a_chart_takes_back_the_chart_and_then_what_was_changed_before_it(halden: Halden) -> None:
    whole = ask(halden, "fin_analyst", "net revenue by segment last quarter", "beside-chart")
    narrowed = ask(halden, "fin_analyst", "only robotics", "beside-chart")
    charted = ask(halden, "fin_analyst", "as a chart", "beside-chart")
    once = ask(halden, "fin_analyst", "undo that", "beside-chart")
    twice = ask(halden, "fin_analyst", "undo that", "beside-chart")

    assert charted.chart
    assert (once.table, once.chart) == (narrowed.table, "")
    assert twice.table == whole.table


def test_why_of_rows_by_something_says_what_else_was_not_looked_at(halden: Halden) -> None:
    ask(halden, "fin_analyst", "net revenue by segment last quarter", "beside-why")

    answer = ask(halden, "fin_analyst", "why?", "beside-why")

    assert re.search(r"Not checked: .*Stream.*: only Segment was asked for\.", answer.text)


def test_the_values_of_a_name_are_listed_to_whom_they_may_be(halden: Halden) -> None:
    answer = ask(halden, "supply_ops_latam", "list all regions")

    assert answer.status in ("answered", "clarify")


def test_a_part_stands_beside_its_whole_in_one_table(halden: Halden) -> None:
    whole = ask(halden, "ops_lead", "units delivered by region in september")
    weekends = ask(halden, "ops_lead", "units delivered by region in september on weekends")

    both = ask(halden, "ops_lead", "units delivered by region in september, and how many of these on weekends?")
    again = halden.house.asker.recall(both.receipt, question_of(halden.house, "", "ops_lead", None, "").person, None)

    assert both.table is not None
    assert whole.table is not None
    assert weekends.table is not None
    parts = dict(weekends.table.rows)
    assert both.table.rows == tuple((region, units, parts.get(region, 0)) for region, units in whole.table.rows)
    assert again.table == both.table
    assert plain(both).count("North America") == 1
    assert "Only on weekends." in plain(both)
    assert "Only on weekends." in plain(again)
