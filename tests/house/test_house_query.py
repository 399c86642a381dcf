"""`anabot query`: a typed query is run or compiled under the asker's grant, and a bad one is named."""

from __future__ import annotations

import pytest
import sqlglot
from office import Office

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
