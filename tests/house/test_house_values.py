"""Questions without a metric: which values there are, and the least and the greatest, under the rights of whoever asks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from office import Office
from tiny import tiny_registry

from anabot.errors import UnknownName
from anabot.semantic.distinct import through
from anabot.semantic.query import MetricQuery
from anabot.types import Grant, PeopleRule


def asked(office: Office, user: str, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = office.run("query", json.dumps(query), "--as", user, "--json").json
    return found


def test_the_values_of_a_dimension_come_once_each_in_order(office: Office) -> None:
    answer = asked(office, "bea", group_by=["region"])

    assert [row[0] for row in answer["rows"]] == ["Isles", "North", "South"]
    assert answer["text"] == "3 values of region: Isles, North, South."


def test_several_dimensions_are_told_apart_together_filtered_ordered_and_cut(office: Office) -> None:
    where = [{"field": "region", "op": "ne", "values": ["Isles"]}]

    answer = asked(office, "bea", group_by=["region", "country"], where=where, order_by=["-region"], limit=1)

    assert answer["rows"] == [["South", "Nordland"]]


def test_the_least_and_the_greatest_of_a_time(office: Office) -> None:
    answer = asked(office, "bea", group_by=["ordered_on__day"], extremes=True)

    assert [column["name"] for column in answer["columns"]] == ["ordered_on__day__min", "ordered_on__day__max"]
    assert answer["rows"] == [["2025-01-12", "2026-09-28"]]


def test_rows_that_somebody_may_not_read_give_no_values(office: Office) -> None:
    assert [row[0] for row in asked(office, "nora", group_by=["region"])["rows"]] == ["North"]


@pytest.mark.parametrize("hidden", ["phone", "job", "rating"])
def test_what_no_granted_metric_leads_to_is_a_name_without_meaning(office: Office, hidden: str) -> None:
    answer, nonsense = asked(office, "sam", group_by=[hidden]), asked(office, "sam", group_by=["zzz"])

    assert answer["status"] == nonsense["status"] == "refused"
    assert answer["text"].replace(hidden, "zzz").split(" Did")[0] == nonsense["text"].split(" Did")[0]


def test_values_of_people_are_told_beside_a_number_only() -> None:
    alone = MetricQuery(group_by=("job",))
    plain = Grant(subject="pia", audience="dm", metrics=frozenset({"headcount"}))
    about_people = PeopleRule(metrics=frozenset({"headcount"}), person="staff", by=("job",))

    assert through(tiny_registry(), alone, plain) == "headcount"
    with pytest.raises(UnknownName, match="no dimension `job`"):
        through(tiny_registry(), alone, replace(plain, people=(about_people,)))


@pytest.mark.parametrize(
    "query", [{}, {"metrics": []}, {"group_by": ["region"], "compare": "previous_year"}, {"metrics": ["sales"], "extremes": True}]
)
def test_a_question_of_nothing_says_what_is_missing(office: Office, query: dict[str, Any]) -> None:
    told = office.run("query", json.dumps(query), "--as", "bea")

    assert told.code == 1
    assert "metric" in told.out + told.err
