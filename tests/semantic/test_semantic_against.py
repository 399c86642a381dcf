"""Two times of the same rows against each other: what Python chooses from the bakery's rows, for whoever may see both of them."""

from __future__ import annotations

import datetime as dt
import operator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anabot.errors import AnabotError, BadQuery, NotAllowed, UnknownName
from anabot.semantic import compile_query, parse_registry, render
from anabot.semantic.catalog import catalog_of
from anabot.semantic.formula_words import filter_words
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.resolve import resolve
from anabot.types import Grant, MaskRule, RowRule
from tests.semantic import oracle
from tests.semantic.conftest import Ask

FISCAL = 2  # the bakery's years begin in February
OPS = {name: getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")}
TIMES = {"metric_time": "time", "signed_up_on": "signed_up_on", "opened_on": "opened_on"}


def ordinal(day: dt.date, grain: str) -> int:
    """The place of the day's week, month … among all of them."""
    late = dt.date(day.year - (day.month < FISCAL), (day.month - FISCAL) % 12 + 1, 1)
    months, fiscal = day.year * 12 + day.month - 1, late.year * 12 + late.month - 1
    found = {"day": day.toordinal(), "week": (day.toordinal() - 1) // 7, "month": months, "quarter": months // 3}
    return {**found, "year": day.year, "fiscal_quarter": fiscal // 3, "fiscal_year": fiscal // 12}[grain]


def holds(row: oracle.Row, part: dict[str, Any]) -> bool:
    (first, grain), (second, _) = (part[key].rsplit("__", 1) for key in ("field", "against"))
    days = row[TIMES[first]], row[TIMES[second]]
    if None in days:
        return False
    apart = ordinal(days[0], grain) - ordinal(days[1], grain)
    if part["op"] == "between":
        return int(part["values"][0]) <= apart <= int(part["values"][1])
    return bool(OPS[part["op"]](apart, int(part["values"][0]) if part["values"] else 0))


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    first, second = draw(st.permutations(sorted(TIMES)))[:2]
    grain = draw(st.sampled_from(["day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"]))
    op = draw(st.sampled_from([*OPS, "between"]))
    many = st.integers(-400, 400) if grain == "day" else st.integers(-14, 14)
    values = sorted(draw(st.lists(many, min_size=2, max_size=2)))
    chosen = values if op == "between" else values[: draw(st.integers(0, 1))]
    return {"field": f"{first}__{grain}", "op": op, "against": f"{second}__{grain}", "values": list(map(str, chosen))}


def same(grain: str = "month", **more: Any) -> dict[str, Any]:
    return {"field": f"metric_time__{grain}", "against": f"signed_up_on__{grain}", **more}


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=conditions(), negated=st.booleans(), by=st.sampled_from([(), ("region",)]))
def test_rows_are_chosen_by_two_times_as_python_chooses_them(
    ask: Ask, part: dict[str, Any], negated: bool, by: tuple[str, ...]
) -> None:
    def kept(row: oracle.Row) -> bool:
        known = None not in (row[TIMES[part["field"].rsplit("__", 1)[0]]], row[TIMES[part["against"].rsplit("__", 1)[0]]])
        return known and holds(row, part) is not negated

    rows = ask(metrics=["orders_placed", "sales"], group_by=by, where=[{"not": part} if negated else part])

    expected = oracle.table(["orders_placed", "sales"], {name: lambda row: row["region"] for name in by}, kept)
    told = {key: [held or 0 for held in values] for key, values in expected.items()}
    assert {row[: len(by)]: [held or 0 for held in row[len(by) :]] for row in rows} == told


def test_a_balance_and_a_running_total_choose_their_rows_by_when_these_were(ask: Ask) -> None:
    rows = ask(metrics=["orders_placed"], group_by=["metric_time__month"], where=[same(op="ge")], running=True)

    chosen = [row for row in oracle.ORDERS if row["signed_up_on"] and row["time"] >= row["signed_up_on"].replace(day=1)]
    assert rows[-1][-1] == len(chosen)
    assert sum(row[1] for row in rows) == len(chosen)


def test_a_comparison_with_last_year_sets_each_time_against_its_own_rows(ask: Ask) -> None:
    (row,) = ask(
        metrics=["orders_placed"],
        where=[same("year")],
        period={"start": "2026-01-01", "end": "2027-01-01"},
        compare="previous_year",
    )

    first = [each for each in oracle.ORDERS if each["signed_up_on"] and each["time"].year == 2025]
    assert len(first) == row[1]  # everybody signed up in 2025
    assert not row[0]


def test_the_share_of_a_metric_that_came_in_the_month_of_signing_up(ask: Ask) -> None:
    made = [{"op": "share_of", "left": "orders_placed", "right": "orders_placed", "left_where": [same()]}]

    ((share, total),) = ask(metrics=["orders_placed"], made=made)

    early = [row for row in oracle.ORDERS if row["signed_up_on"] and holds(row, same(op="eq", values=[]))]
    assert total == len(oracle.ORDERS)
    assert abs(float(share) - len(early) / total) < 1e-9
    assert early


def test_a_list_of_those_who_signed_up_is_chosen_by_two_of_their_own_times() -> None:
    registry = with_birthdays()
    grant = Grant(subject="x", audience="dm", metrics=frozenset(registry.metrics))
    query = MetricQuery.model_validate(
        {"group_by": ["name"], "where": [{"field": "born", "against": "joined__year", "op": "lt", "values": ["-20"]}]}
    )

    text = render(compile_query(registry, query, grant).prepared[-1]).text

    assert "EXTRACT(YEAR FROM people.born) - EXTRACT(YEAR FROM people.joined)" in text


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"field": "channel", "against": "signed_up_on"}, "`channel` cannot be set against another time"),
        ({"field": "metric_time__extract_dow", "against": "signed_up_on"}, "cannot be set against another time"),
        ({"field": "metric_time", "against": "ordered_on"}, "are one time"),
        (same(op="between", values=["1"]), "takes 2 numbers"),
        (same(op="le", values=["1", "2"]), "takes 1 numbers"),
        (same(op="le", values=["many"]), "no number of months"),
        (same(op="le", values=["99999999"]), "no number of months"),
    ],
)
def test_what_cannot_be_set_against_another_is_refused(ask: Ask, part: dict[str, Any], message: str) -> None:
    with pytest.raises(BadQuery, match=message):
        ask(metrics=["orders_placed"], where=[part])


def test_two_times_are_no_condition_on_the_number_itself(ask: Ask) -> None:
    with pytest.raises(BadQuery, match="are times of rows"):
        ask(metrics=["orders_placed"], having=[same()])


def test_times_are_compared_in_the_larger_of_their_sizes(registry: Registry) -> None:
    mixed = {"field": "metric_time__month", "against": "signed_up_on"}

    found = resolve(registry, MetricQuery.model_validate({"metrics": ["orders_placed"], "where": [mixed]}))

    assert found.as_json()["where"] == [{**same(), "op": "eq", "values": []}]


def test_two_connections_hold_no_row_with_both_times() -> None:
    registry = with_birthdays("  config: {meta: {ana: {connection: elsewhere}}}\n")
    grant = Grant(subject="x", audience="dm", metrics=frozenset(registry.metrics))
    query = MetricQuery.model_validate({"metrics": ["sold"], "where": [{"field": "metric_time", "against": "joined"}]})

    with pytest.raises(BadQuery, match="cannot be set against") as caught:
        compile_query(registry, query, grant)

    assert "two connections" in caught.value.why


def test_a_plan_that_is_kept_serves_another_number_of_days_and_no_other_size(registry: Registry, everything: Grant) -> None:
    def told(part: dict[str, Any]) -> Any:
        try:
            found = compile_query(registry, MetricQuery.model_validate({"metrics": ["sales"], "where": [part]}), everything)
        except AnabotError as error:
            return str(error)
        return found.query, render(found.prepared[0])

    asked = [same(grain, op="le", values=[value]) for grain in ("day", "week") for value in ("3", "4", "x", "-2")]
    kept = [told(part) for part in asked]
    anew = []
    for part in asked:
        catalog_of(registry).plans.clear()
        anew.append(told(part))

    assert kept == anew
    assert len({repr(each) for each in kept}) == len(asked)


def test_who_may_not_see_one_of_the_two_has_the_words_of_a_name_that_does_not_exist(ask: Ask, everything: Grant) -> None:
    blind = replace(everything, denied=frozenset({"customers.signed_up_on"}))

    with pytest.raises(UnknownName, match="has no dimension `signed_up_on__month`") as hidden:
        ask(blind, metrics=["orders_placed"], where=[same()])

    assert "signed_up_on" not in " ".join(hidden.value.nearest)


@pytest.mark.parametrize("form", ["year", "null"])
def test_who_sees_one_of_the_two_masked_is_refused(ask: Ask, everything: Grant, form: Any) -> None:
    masked = replace(everything, masks=(MaskRule(model="customers", dimension="signed_up_on", form=form),))

    with pytest.raises(NotAllowed) as caught:
        ask(masked, metrics=["orders_placed"], where=[same()])

    assert "only see `signed_up_on__month` masked" in caught.value.why


def test_a_row_rule_holds_beside_two_times(ask: Ask, everything: Grant) -> None:
    north = replace(everything, rows=(RowRule(model="regions", dimension="region", values=("North",)),))

    ((found,),) = ask(north, metrics=["orders_placed"], where=[same("quarter", op="gt", values=["1"])])

    late = same("quarter", op="gt", values=["1"])
    assert found == len([row for row in oracle.ORDERS if row["region"] == "North" and row["signed_up_on"] and holds(row, late)])


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (same(), "metric time is in the same month as Signed up on"),
        (same("day", op="gt"), "metric time is after Signed up on"),
        (same("day", op="between", values=["0", "30"]), "metric time is 0 to 30 days after Signed up on"),
        (same("day", op="between", values=["-7", "0"]), "metric time is 0 to 7 days before Signed up on"),
        (same("day", op="le", values=["-7"]), "metric time is at least 7 days before Signed up on"),
        (same("day", op="gt", values=["-7"]), "metric time is less than 7 days before Signed up on"),
        (same("week", op="eq", values=["1"]), "metric time is 1 week after Signed up on"),
    ],
)
def test_people_read_which_times_stand_against_each_other(registry: Registry, part: dict[str, Any], words: str) -> None:
    assert filter_words(part, registry).lower() == words.lower()


def with_birthdays(config: str = "") -> Registry:
    """People with two dates, and what they bought."""
    return parse_registry(
        {
            "models.yml": "models:\n- name: people\n" + config + "  semantic_model: {enabled: true}\n  columns:\n"
            "  - {name: id, entity: {name: person, type: primary}}\n"
            "  - {name: name, dimension: {type: categorical}}\n"
            "  - {name: born, granularity: day, dimension: {type: time}}\n"
            "  - {name: joined, granularity: day, dimension: {type: time}}\n"
            "  metrics: [{name: people_known, agg: count, expr: id}]\n"
            "- name: sales\n  semantic_model: {enabled: true}\n  agg_time_dimension: sold_on\n  columns:\n"
            "  - {name: sale, entity: {name: sale, type: primary}}\n"
            "  - {name: person_id, entity: {name: person, type: foreign}}\n"
            "  - {name: sold_on, granularity: day, dimension: {type: time}}\n"
            "  metrics: [{name: sold, agg: count, expr: sale}]\n"
        },
        governed=False,
    )
