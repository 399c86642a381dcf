"""`anabot query`: a typed query is run or compiled under the asker's grant, and a bad one is named."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import sqlglot
from office import Office
from tiny.warehouse import order_lines

SALES = '{"metrics": ["sales"], "group_by": ["region"], "period": {"start": "2026-05-01", "end": "2026-08-01"}}'


def test_a_query_is_answered(office: Office) -> None:
    told = office.run("query", SALES, "--as", "bea", "--json")

    assert told.code == 0
    assert ["North", "510.52"] in told.json["rows"]


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"metrics": []}', '{"metrics": ["sales"], "colour": 1}', "[" * 5_000])
def test_what_is_no_query_says_what_one_looks_like(office: Office, body: str) -> None:
    told = office.run("query", body, "--as", "bea", "--json")

    assert told.code == 1
    assert (told.json["status"], told.json["reason"]) == ("error", "bad_query")
    assert told.json["text"].startswith("That is not a query.")
    assert '{"metrics": ["…"]' in told.err


def test_an_unknown_metric_is_named_with_the_nearest(office: Office) -> None:
    told = office.run("query", '{"metrics": ["saels"]}', "--as", "bea", "--json")

    assert told.code == 1
    assert (told.json["status"], told.json["unknown"]) == ("refused", ["saels"])
    assert "sales" in told.json["nearest"]


def test_a_metric_that_is_listed_and_not_granted_is_forbidden_with_its_owner(office: Office) -> None:
    told = office.run("query", '{"metrics": ["headcount"]}', "--as", "bea", "--json")

    assert told.code == 1
    assert told.json["status"] == "forbidden"
    assert "pia" in told.json["text"]


@pytest.mark.parametrize("more", [(), ("--sql",)])
def test_a_hidden_metric_reads_exactly_as_an_unknown_one(office: Office, more: tuple[str, ...]) -> None:
    hidden = office.run("query", '{"metrics": ["headcount"]}', "--as", "sam", "--json", *more)
    unknown = office.run("query", '{"metrics": ["headcxxxx"]}', "--as", "sam", "--json", *more)

    same = [(told.code, told.json["status"], told.json["reason"], told.json["nearest"]) for told in (hidden, unknown)]
    assert same[0] == same[1]
    assert hidden.json["text"].replace("headcount", "headcxxxx") == unknown.json["text"]
    assert set(hidden.json) == set(unknown.json)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "snowflake"])
def test_sql_is_shown_in_each_dialect_and_nothing_runs(office: Office, dialect: str) -> None:
    office.warehouse.unlink()

    told = office.run("query", SALES, "--as", "bea", "--sql", "--dialect", dialect)

    assert told.code == 0
    assert isinstance(sqlglot.parse_one(told.out, dialect=dialect), sqlglot.exp.Select)


def test_sql_as_json_is_one_document_in_the_shape_of_an_answer(office: Office) -> None:
    told = office.run("query", SALES, "--as", "bea", "--sql", "--json")

    assert [part["connection"] for part in told.json["sql"]] == ["default"]
    assert told.json["rows"] == []
    assert told.json["query_hash"] == office.run("query", SALES, "--as", "bea", "--json").json["query_hash"]


def test_a_misspelt_dialect_names_those_there_are(office: Office) -> None:
    told = office.run("query", SALES, "--as", "bea", "--sql", "--dialect", "postgrs")

    assert told.code == 2
    assert told.out == ""
    assert "snowflake" in told.err


def test_rows_of_other_regions_are_in_no_sql_of_somebody_with_one_region(office: Office) -> None:
    told = office.run("query", '{"metrics": ["orders_placed"], "group_by": ["region"]}', "--as", "nora", "--json")

    assert [row[0] for row in told.json["rows"]] == ["North"]


def sold(first: str, last: str) -> Decimal:
    days = [dt.date.fromisoformat(each) for each in (first, last)]
    return sum((amount or Decimal(0) for _, _, day, _, _, amount in order_lines() if days[0] <= day <= days[1]), Decimal(0))


def september(compare: str, metrics: str = '"sales"') -> str:
    return f'{{"metrics": [{metrics}], "period": {{"start": "2026-09-01", "end": "2026-10-01"}}, "compare": "{compare}"}}'


@pytest.mark.parametrize(
    ("compare", "first", "last"),
    [("same_point", "2026-08-01", "2026-08-27"), ("same_point_previous_year", "2025-09-01", "2025-09-27")],
)
def test_the_same_point_is_that_of_the_last_load(office: Office, compare: str, first: str, last: str) -> None:
    told = office.run("query", september(compare), "--as", "bea", "--json").json

    now, before = sold("2026-09-01", "2026-09-27"), sold(first, last)
    assert [Decimal(each) for each in told["rows"][0][:3]] == [now, before, now - before]
    assert [column["name"] for column in told["columns"]] == [
        "sales",
        "sales__previous",
        "sales__change",
        "sales__percent_change",
    ]
    assert told["query"]["period"] == {"start": "2026-09-01", "end": "2026-09-28"}
    assert told["query"]["compare"]["start"] == first
    assert "1 Sep – 27 Sep 2026 with " in told["assumptions"][0]


def test_the_same_point_of_several_metrics_is_that_of_the_one_that_came_least_far(office: Office) -> None:
    told = office.run("query", september("same_point", '"sales", "cost"'), "--as", "bea", "--json").json

    assert told["query"]["period"]["end"] == "2026-09-26"


def test_the_same_point_is_the_newest_day_where_no_load_is_known(office: Office) -> None:
    office.edit("semantic_layer/company.yml", "  freshness: {metric: data_as_of, by: source}\n", "")

    told = office.run("query", september("same_point"), "--as", "bea", "--json").json

    today = dt.date(2026, 9, 28)
    newest = max(day for _, _, day, *_ in order_lines() if day < today)
    assert told["query"]["period"]["end"] == (newest + dt.timedelta(days=1)).isoformat()


def test_the_same_point_by_day_stands_each_day_against_its_own(office: Office) -> None:
    body = september("same_point").replace('"period"', '"group_by": ["metric_time__day"], "period"')

    rows = office.run("query", body, "--as", "bea", "--json").json["rows"]

    found = {day: before for day, _, before, *_ in rows if before is not None}
    days = {dt.date.fromisoformat(day) for day in found}
    assert days
    for day in days:
        august = day.replace(month=8).isoformat()
        assert Decimal(found[day.isoformat()]) == sold(august, august)


def test_the_same_point_is_compiled_by_the_calendar_alone_where_nothing_runs(office: Office) -> None:
    office.warehouse.unlink()

    told = office.run("query", september("same_point"), "--as", "bea", "--sql", "--json").json

    assert told["query"]["compare"] == {"start": "2026-08-01", "end": "2026-08-28"}


def test_a_playbook_compares_the_same_point_as_of_its_slot(office: Office) -> None:
    office.edit(
        "playbooks/books/week.md", "margin_pct], compare: previous_period", "margin_pct], compare: same_point, period: this_month"
    )

    told = office.run("playbook", "run", "books/week", "--at", "2026-09-14T08:00+02:00", "--dry-run")

    assert office.run("check").out == ""
    assert told.code == 0, told.err
    assert "1 Sep – 13 Sep 2026" in told.out
    assert "1 Aug – 13 Aug 2026" in told.out
