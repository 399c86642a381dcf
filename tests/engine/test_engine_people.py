"""People metrics through the door, on Halden's workforce: small groups stand empty in the answer, the record and the file."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from halden_data import Halden

from anabot.engine import Intent, Outcome, result_hash
from anabot.errors import NotAllowed, UnknownName
from anabot.plain import grid
from anabot.semantic.query import MetricQuery
from anabot.semantic.units import UNSAID
from anabot.slack.csv_file import table_csv
from anabot.types import Grant, Question

YEAR = {"start": "2025-10-01", "end": "2026-10-01"}
SUMMER = {"start": "2026-07-01", "end": "2026-10-01"}
HEADCOUNT = "headcount_hris_active"
BY = ("function", "region", "job_level", "worker_type", "known_to")


@pytest.fixture(scope="module")
def hr(halden: Halden) -> Grant:
    current = halden.house.standing()
    person = halden.house.directory.person("hr_bp")
    assert person is not None
    return current.policy.decide(person, None, [person]).own


def asked(halden: Halden, grant: Grant, **query: Any) -> Outcome:
    intent = Intent(question_id="people", actor="hr_bp", place="dm", kind="question")
    return halden.house.engine.run(MetricQuery.model_validate(query), grant, intent=intent)


def test_totals_and_large_groups_are_shown_as_they_are(halden: Halden, hr: Grant) -> None:
    table = asked(halden, hr, metrics=[HEADCOUNT], group_by=["function"]).table

    assert table.suppressed == frozenset()
    assert asked(halden, hr, metrics=[HEADCOUNT]).table.rows == ((1214,),)


def test_no_cell_of_fewer_than_five_people_is_shown_by_any_two_dimensions(halden: Halden, hr: Grant) -> None:
    everything = Grant(subject="x", audience="x", metrics=hr.metrics, listed=hr.metrics)
    small = 0
    for by in combinations(BY, 2):
        shown = asked(halden, hr, metrics=[HEADCOUNT], group_by=by).table
        known = {row[:2]: row[2] for row in asked(halden, everything, metrics=[HEADCOUNT], group_by=by).table.rows}
        for place, row in enumerate(shown.rows):
            if 0 < int(str(known[row[:2]])) < 5:
                small += 1
                assert row[2] is None
                assert (place, 2) in shown.suppressed
            elif row[2] is not None:
                assert row[2] == known[row[:2]]

    assert small > 20


def test_a_whole_minus_its_shown_parts_is_nobody_or_at_least_five(halden: Halden, hr: Grant) -> None:
    for first, second in combinations(BY, 2):
        wholes = {row[0]: row[1] for row in asked(halden, hr, metrics=[HEADCOUNT], group_by=[first]).table.rows}
        parts = asked(halden, hr, metrics=[HEADCOUNT], group_by=[first, second]).table
        for value, whole in wholes.items():
            if whole is None:
                continue
            rest = Decimal(str(whole)) - sum(Decimal(str(row[2])) for row in parts.rows if row[0] == value and row[2] is not None)
            assert rest == 0 or rest >= 5


@pytest.mark.parametrize(
    "where",
    [
        [{"field": "region", "values": ["Africa"]}, {"field": "worker_type", "values": ["contingent"]}],
        [{"field": "region", "values": ["Africa"]}, {"field": "worker_type", "op": "ne", "values": ["employee"]}],
        [
            {"field": "region", "op": "starts_with", "values": ["Af"]},
            {"field": "worker_type", "op": "contains", "values": ["cont"]},
        ],
        [{"all": [{"field": "region", "values": ["Africa"]}, {"not": {"field": "worker_type", "values": ["employee"]}}]}],
    ],
)
def test_a_filter_that_isolates_a_few_people_is_treated_as_their_cell(halden: Halden, hr: Grant, where: Any) -> None:
    table = asked(halden, hr, metrics=[HEADCOUNT], where=where).table

    assert table.rows == ((None,),)
    assert table.suppressed == {(0, 0)}


def test_what_is_left_of_a_whole_without_a_few_people_is_not_shown_either(halden: Halden, hr: Grant) -> None:
    where = [{"field": "region", "values": ["Africa"]}, {"field": "worker_type", "op": "ne", "values": ["contingent"]}]

    assert asked(halden, hr, metrics=[HEADCOUNT], where=where).table.rows == ((None,),)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"group_by": ["person"]}, "may not be broken down or filtered by `person`"),
        ({"group_by": ["country"]}, "may not be broken down or filtered by `country`"),
        ({"where": [{"field": "country", "values": ["DE"]}]}, "may not be broken down or filtered by `country`"),
        ({"group_by": ["function", "region", "job_level"]}, "At most 2 of its dimensions"),
        ({"group_by": ["function", "region"], "where": [{"field": "job_level", "values": ["L7"]}]}, "At most 2"),
        ({"group_by": ["function"], "every": True}, "A list of all"),
        ({"group_by": ["function"], "share": True}, "A share or a running total"),
        ({"group_by": ["function"], "having": [{"field": HEADCOUNT, "op": "lt", "values": ["5"]}]}, "pick out small groups"),
    ],
    ids=str,
)
def test_people_metrics_are_cut_in_the_declared_ways_alone(halden: Halden, hr: Grant, query: Any, why: str) -> None:
    with pytest.raises(NotAllowed, match=why):
        asked(halden, hr, metrics=[HEADCOUNT], **query)


@pytest.mark.parametrize(
    "query",
    [
        {"period": {"start": "2026-07-01", "end": "2026-07-15"}},
        {"group_by": ["metric_time__day"], "period": YEAR},
        {"group_by": ["metric_time__extract_month"], "period": YEAR},
        {"where": [{"field": "metric_time__month", "values": ["2026-07-01"]}]},
    ],
    ids=str,
)
def test_they_are_asked_for_whole_months(halden: Halden, hr: Grant, query: Any) -> None:
    with pytest.raises((NotAllowed, UnknownName)):
        asked(halden, hr, metrics=["terminations"], **query)


def test_a_year_by_function_is_shown_and_its_months_and_quarters_by_function_are_not(halden: Halden, hr: Grant) -> None:
    year = asked(halden, hr, metrics=["terminations"], group_by=["function"], period=YEAR).table
    quarter = asked(halden, hr, metrics=["terminations"], group_by=["function"], period=SUMMER).table
    eleven = asked(halden, hr, metrics=["terminations"], group_by=["function"], period={**YEAR, "start": "2025-11-01"}).table

    assert sum(row[1] is not None for row in year.rows) > 8
    assert all(row[1] in (None, 0) for row in quarter.rows)
    assert all(row[1] in (None, 0) for row in eleven.rows)  # the year without it would be one month


def test_a_ratio_is_shown_only_where_those_who_left_are_many_enough_too(halden: Halden, hr: Grant) -> None:
    table = asked(halden, hr, metrics=["attrition_rate_12m", "terminations"], group_by=["function"], period=SUMMER).table

    assert all((row[1] is None) == (row[2] is None) for row in table.rows)
    assert any(row[1] is None for row in table.rows)


def test_a_comparison_is_left_out_whole_where_either_side_is_small(halden: Halden, hr: Grant) -> None:
    table = asked(halden, hr, metrics=["terminations"], group_by=["region"], period=SUMMER, compare="previous_period").table
    hidden = {row for row, _ in table.suppressed}

    assert hidden
    assert all(table.rows[row][1:] == (None, None, None, None) for row in hidden)


def test_what_is_not_shown_stands_last_whatever_the_order_and_the_limit_comes_after(halden: Halden, hr: Grant) -> None:
    def rows(**more: Any) -> list[Any]:
        query: dict[str, Any] = {"metrics": ["fte"], "group_by": ["region", "worker_type"], **more}
        return [row[2] for row in asked(halden, hr, **query).table.rows]

    shown = [value for value in rows(order_by=["-fte"]) if value is not None]

    assert rows(order_by=["-fte"]) == sorted(shown, reverse=True) + [None] * (len(rows()) - len(shown))
    assert rows(order_by=["fte"])[: len(shown)] == sorted(shown)
    assert rows(order_by=["-fte"], limit=2) == sorted(shown, reverse=True)[:2]
    assert rows(order_by=["-fte__size"]) == rows(order_by=["-fte"])
    assert rows(order_by=["fte__size"], limit=2) == sorted(shown)[:2]


def test_the_first_of_each_group_are_those_of_what_may_be_shown(halden: Halden, hr: Grant) -> None:
    def rows(**more: Any) -> list[Any]:
        query: dict[str, Any] = {"metrics": ["fte"], "group_by": ["region", "worker_type"], **more}
        return list(asked(halden, hr, **query).table.rows)

    whole = rows()
    wanted = {}
    for region in {row[0] for row in whole}:
        shown = [row[2] for row in whole if row[0] == region and row[2] is not None]
        wanted[region] = sorted(shown, reverse=True)[:1] or [None]

    for order in ("-fte", "fte"):
        found = rows(order_by=[order], limit=1, limit_by=["region"])
        assert [row[0] for row in found] == sorted((row[0] for row in found), key=lambda name: (name is None, name))
        assert len(found) == len(wanted)
    assert {row[0]: [row[2]] for row in rows(order_by=["-fte"], limit=1, limit_by=["region"])} == wanted


def test_the_record_the_file_and_the_page_have_what_is_left(halden: Halden, hr: Grant) -> None:
    outcome = asked(halden, hr, metrics=["fte"], group_by=["region", "worker_type"])
    table = outcome.table
    (newest,) = halden.house.store.audit.list(1)
    lines = table_csv(table).decode("utf-8-sig").splitlines()

    assert newest.result_hash == result_hash(table)
    assert sum(line.endswith(UNSAID) for line in lines) == len(table.suppressed) > 0
    assert sum(line.endswith(UNSAID) for line in grid(table, rows=50)) == len(table.suppressed)


def test_a_year_that_does_not_end_with_the_newest_month_is_as_fine_as_its_months(halden: Halden, hr: Grant) -> None:
    earlier = {"start": "2025-09-01", "end": "2026-09-01"}
    table = asked(halden, hr, metrics=["terminations"], group_by=["function"], period=earlier).table

    assert all(row[1] in (None, 0) for row in table.rows)


@pytest.mark.parametrize(("text", "most"), [("bottom 3 regions", "lowest"), ("top 2 regions", "highest")])
def test_a_first_place_among_what_may_be_shown_is_no_first_place_of_all(halden: Halden, text: str, most: str) -> None:
    person = halden.house.directory.person("hr_bp")
    assert person is not None

    said = f"{text} by terminations in the last month"
    answer = halden.house.asker.ask(Question(question_id=said, text=said, person=person))

    assert f"Terminations were {most}, of those that may be shown, for" in answer.text
    assert any("not shown: fewer than 5 people" in each for each in answer.assumptions), answer.assumptions
