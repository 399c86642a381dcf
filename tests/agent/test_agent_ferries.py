"""A ferry line, for what the bakery has no columns for: where trips begin and end, what is true of some, names in two words."""

from __future__ import annotations

import datetime as dt

import yaml

from anabot.agent import Ambiguous, Understanding, Understood, understand
from anabot.semantic import parse_registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant

_GOLDEN = [{"period": ["2026-05-01", "2026-06-01"], "value": "1"}]
_LAYER = {
    "models": [
        {
            "name": "trips",
            "config": {"schema": "main", "meta": {"ana": {}}},
            "semantic_model": {"enabled": True, "name": "trips"},
            "agg_time_dimension": "left_on",
            "columns": [
                {"name": "trip_id", "entity": {"name": "trip", "type": "primary"}},
                {"name": "master_id", "entity": {"name": "master", "type": "foreign"}},
                {"name": "left_on", "granularity": "day", "dimension": {"name": "left_on", "type": "time"}},
                {"name": "origin", "dimension": {"name": "origin", "type": "categorical"}},
                {"name": "destination", "dimension": {"name": "destination", "type": "categorical"}},
                {"name": "ticket_class", "dimension": {"name": "ticket_class", "type": "categorical"}},
                {"name": "has_cabin", "data_type": "boolean", "dimension": {"name": "has_cabin", "type": "categorical"}},
                {"name": "fare", "dimension": {"name": "fare", "type": "categorical"}},
                {"name": "captain", "dimension": {"name": "captain", "type": "categorical"}},
            ],
            "metrics": [
                {
                    "name": "trips",
                    "label": "Trips",
                    "description": "Trips made.",
                    "type": "simple",
                    "agg": "count",
                    "expr": "trip_id",
                    "config": {"meta": {"ana": {"owner": "a", "unit": "count", "golden": _GOLDEN, "synonyms": ["sailed"]}}},
                },
                {
                    "name": "masters",
                    "label": "Masters at sea",
                    "description": "Distinct masters of trips.",
                    "type": "simple",
                    "agg": "count_distinct",
                    "expr": "master_id",
                    "config": {"meta": {"ana": {"owner": "a", "unit": "count", "golden": _GOLDEN}}},
                },
            ],
        },
        {
            "name": "people",
            "config": {"schema": "main", "meta": {"ana": {}}},
            "semantic_model": {"enabled": True, "name": "people"},
            "columns": [
                {"name": "master_id", "entity": {"name": "master", "type": "primary"}},
                {"name": "grade", "dimension": {"name": "grade", "type": "categorical"}},
            ],
        },
    ]
}
_SEEN = frozenset({"trips", "masters"})
_PLACES = ("Oslo", "Bergen")
_VALUES = ValueIndex(
    by_dimension={
        ("trips", "origin"): _PLACES,
        ("trips", "destination"): _PLACES,
        ("trips", "captain"): ("Capt Kestrel", "Capt Puffin"),
        ("people", "grade"): ("junior", "senior"),
        ("trips", "fare"): ("Business", "Saver"),
        ("trips", "has_cabin"): ("false", "true"),
    }
)


def ask(text: str) -> Understanding:
    company = {"company": {"name": "Ferries", "zone": "UTC"}}
    registry = parse_registry({"models.yml": yaml.safe_dump(_LAYER), "company.yml": yaml.safe_dump(company)})
    grant = Grant(subject="a", audience="dm", metrics=_SEEN, listed=_SEEN)
    return understand(text, registry=registry, grant=grant, values=_VALUES, team="", now=dt.datetime(2026, 10, 5, tzinfo=dt.UTC))


def where(text: str) -> list[tuple[str, str]]:
    found = ask(text)
    assert isinstance(found, Understood), found
    return [(part["field"], part["values"][0]) for part in found.readings[0].query.as_json()["where"]]


def test_from_is_where_it_begins_and_to_is_where_it_ends() -> None:
    assert where("trips from Oslo to Bergen in 2025") == [("origin", "Oslo"), ("destination", "Bergen")]
    assert where("trips to Oslo in 2025") == [("destination", "Oslo")]


def test_from_is_where_it_begins_also_when_rows_are_cut_by_where_they_end() -> None:
    assert where("trips from Oslo by destination in 2025") == [("origin", "Oslo")]


def test_a_place_without_a_word_for_its_role_is_asked_back() -> None:
    assert isinstance(ask("trips at Oslo in 2025"), Ambiguous)


def test_what_is_true_of_some_is_said_with_or_without_it() -> None:
    assert where("trips with a cabin in 2025") == [("has_cabin", "true")]
    found = ask("trips without a cabin in 2025")
    assert isinstance(found, Understood)
    assert found.readings[0].query.as_json()["where"] == [{"field": "has_cabin", "op": "ne", "values": ["true"]}]


def test_the_last_word_of_a_name_is_enough_and_is_said() -> None:
    found = ask("trips by class in 2025")
    assert isinstance(found, Understood)
    assert found.readings[0].query.group_by == ("ticket_class",)
    assert any("“class” is read as" in note for note in found.readings[0].assumptions)


def test_one_word_of_a_persons_name_is_that_person_where_nobody_else_has_it() -> None:
    assert where("trips by Kestrel in 2025") == [("captain", "Capt Kestrel")]
    assert not isinstance(ask("trips by Capt in 2025"), Understood)


def test_out_of_a_place_is_where_it_begins() -> None:
    assert where("trips out of Oslo in 2025") == [("origin", "Oslo")]


def test_how_many_who_did_it_are_told_apart_and_not_what_they_did() -> None:
    found = ask("how many senior sailed in 2025")
    assert isinstance(found, Understood), found
    assert found.readings[0].query.metrics == ("masters",)
    assert "Who sailed is counted as Masters at sea." in found.readings[0].assumptions


def test_a_value_spelled_like_a_filler_is_not_passed_over() -> None:
    assert where("how many trips were Business in 2025") == [("fare", "Business")]
    assert where("trips on business fare in 2025") == [("fare", "Business")]


def test_a_filler_without_a_capital_or_a_noun_is_still_one() -> None:
    found = ask("how many trips did the business do in 2025")
    assert isinstance(found, Understood)
    assert "where" not in found.readings[0].query.as_json()


def test_how_many_of_those_who_did_it_is_never_how_much_they_did() -> None:
    found = ask("how many masters sailed trips in 2025")
    assert not isinstance(found, Understood) or found.readings[0].query.metrics == ("masters",)
    assert not isinstance(ask("how many captains trips in 2025"), Understood)
