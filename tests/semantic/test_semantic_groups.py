"""One metric of two groups equals both asked apart, is shown in both, and is chosen by nothing that is hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.semantic import compile_query
from anabot.semantic.made import known_to, label_of
from anabot.semantic.query import Made, MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant, MaskRule, PeopleRule, RowRule
from tests.semantic import oracle
from tests.semantic.conftest import Ask

KEYS: dict[str, Callable[[oracle.Row], Any]] = {
    "shop_name": lambda row: row["shop_name"],
    "metric_time__month": lambda row: oracle.month(row["time"]),
}
Where = dict[str, Any]
Meets = Callable[[oracle.Row], bool]
GROUPS: dict[str, tuple[Where, Meets]] = {
    "north": ({"field": "region", "values": ["North"]}, lambda row: row["region"] == "North"),
    "south": ({"field": "region", "values": ["South"]}, lambda row: row["region"] == "South"),
    "gold or silver": (
        {"field": "tier", "op": "in", "values": ["gold", "silver"]},
        lambda row: row["tier"] in ("gold", "silver"),
    ),
    "by phone": ({"field": "channel", "values": ["phone"]}, lambda row: row["channel"] == "phone"),
    "weekends": (
        {"field": "metric_time__extract_dow", "op": "in", "values": ["6", "7"]},
        lambda row: row["time"].isoweekday() > 5,
    ),
}
NORTH, SOUTH = GROUPS["north"][0], GROUPS["south"][0]
SUMS = ("sales", "orders_placed", "items_sold")
AVERAGES = ("average_basket", "margin_pct")
EXACT = Decimal("1e-9")  # DuckDB divides doubles, shown to ten places


def groups(metric: str, op: str, left: Where, right: Where, **more: Any) -> dict[str, Any]:
    made = {"op": op, "left": metric, "right": metric, "left_where": [left], "right_where": [right]}
    return {"metrics": [metric], "made": [made], **more}


def query(metric: str, op: str, left: Where, right: Where, **more: Any) -> MetricQuery:
    return MetricQuery.model_validate(groups(metric, op, left, right, **more))


def wanted(op: str, left: Any, right: Any, *, adds_up: bool) -> Decimal | None:
    if left is None and right is None:
        return None
    if adds_up and (op == "minus" or left is None):
        left = left or 0
        right = (right or 0) if op == "minus" else right
    if left is None or right is None or (op != "minus" and not right):
        return None
    top = Decimal(left) - Decimal(right) if op in ("minus", "ahead_of") else Decimal(left)
    return top if op == "minus" else (top / Decimal(right)).quantize(oracle.PLACES, ROUND_HALF_UP)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    metric=st.sampled_from([*SUMS, *AVERAGES]),
    op=st.sampled_from(["minus", "per", "share_of", "ahead_of"]),
    names=st.lists(st.sampled_from(sorted(GROUPS)), min_size=2, max_size=2, unique=True),
    keys=st.lists(st.sampled_from(sorted(KEYS)), max_size=2, unique=True),
)
def test_two_groups_equal_each_asked_apart(ask: Ask, metric: str, op: str, names: list[str], keys: list[str]) -> None:
    (left, in_left), (right, in_right) = (GROUPS[name] for name in names)
    if metric == "margin_pct":  # costs have no tier and no channel
        (left, in_left), (right, in_right) = GROUPS["north"], GROUPS["south"]
    rows = ask(**groups(metric, op, left, right, group_by=keys))

    by = {key: KEYS[key] for key in keys}
    some, others = (oracle.table([metric], by, meets) for meets in (in_left, in_right))

    assert {row[: len(keys)] for row in rows} == {*some, *others}
    for *key, value, first, second in rows:
        apart = [(each.get(tuple(key)) or [None])[0] for each in (some, others)]
        for shown, told in zip((first, second), apart, strict=True):
            assert (shown is None) == (told is None)
            assert told is None or abs(Decimal(shown) - Decimal(told)) <= EXACT
        expected = wanted(op, *apart, adds_up=metric in SUMS)
        assert (value is None) == (expected is None)
        assert value is None or expected is None or abs(value - expected) <= EXACT


def test_rows_that_are_in_neither_group_make_no_group(ask: Ask) -> None:
    rows = ask(**groups("sales", "minus", NORTH, SOUTH, group_by=["country"]))

    assert [row[0] for row in rows] == ["Nordland"]


def test_two_groups_are_set_against_each_other_in_two_periods(ask: Ask) -> None:
    period = {"start": "2026-06-01", "end": "2026-07-01"}
    ((now, before, change, *_),) = ask(**groups("sales", "minus", NORTH, SOUTH, period=period, compare="previous_period"))

    ((june, *_),) = ask(**groups("sales", "minus", NORTH, SOUTH, period=period))
    ((may, *_),) = ask(**groups("sales", "minus", NORTH, SOUTH, period={"start": "2026-05-01", "end": "2026-06-01"}))
    assert (now, before, change) == (june, may, june - may)


def test_the_difference_and_the_lead_share_their_two_groups(ask: Ask) -> None:
    asked = groups("sales", "minus", NORTH, SOUTH)
    asked["made"].append({**asked["made"][0], "op": "ahead_of"})

    ((difference, lead, north, south),) = ask(**asked)

    assert difference == north - south
    assert abs(lead - difference / south) <= EXACT


def test_groups_are_ordered_and_chosen_by_either_side(ask: Ask) -> None:
    asked = groups("sales", "minus", *(GROUPS[name][0] for name in ("by phone", "gold or silver")), group_by=["shop_name"])
    whole = ask(**asked)

    some = ask(**asked, order_by=["-sales__right"], having=[{"field": "sales__right", "op": "gt", "values": ["0"]}])

    assert some == sorted((row for row in whole if row[3]), key=lambda row: -row[3])


def test_groups_are_named_by_what_sets_them_apart(registry: Registry, everything: Grant) -> None:
    first, left, right = compile_query(registry, query("sales", "minus", NORTH, SOUTH), everything).columns

    assert (first.name, first.label) == ("sales__part__minus__sales__part", "Sales for North minus South")
    assert [(each.name, each.label) for each in (left, right)] == [
        ("sales__left", "Sales for North"),
        ("sales__right", "Sales for South"),
    ]
    assert {each.unit for each in (first, left, right)} == {registry.metrics["sales"].unit}


@pytest.mark.parametrize(
    ("op", "left", "right", "label", "unit"),
    [
        ("ahead_of", "north", "south", "Sales for North ahead of South", "ratio"),
        ("per", "north", "south", "Sales for North relative to South", "times"),
        ("share_of", "weekends", "by phone", "Sales on weekends as a share of Sales for phone", "ratio"),
    ],
)
def test_what_two_groups_are_set_in_is_told(registry: Registry, op: str, left: str, right: str, label: str, unit: str) -> None:
    (made,) = query("sales", op, GROUPS[left][0], GROUPS[right][0]).made

    assert label_of(made, registry) == label
    assert known_to(registry, (made,)).metrics[made.name].unit == unit


def test_a_group_of_a_yes_or_no_is_told_in_full(registry: Registry) -> None:
    made = query("sales", "minus", *({"field": "is_gift", "values": [value]} for value in ("true", "false"))).made[0]

    assert label_of(made, registry) == "Sales where Is gift is true minus Is gift is false"


def test_the_other_way_round_is_another_question() -> None:
    one, other = query("sales", "minus", NORTH, SOUTH), query("sales", "minus", SOUTH, NORTH)

    assert one.fingerprint() != other.fingerprint()
    assert MetricQuery.model_validate(one.as_json()) == one


@pytest.mark.parametrize(
    "made",
    [
        {"left": "sales", "right": "cost", "left_where": [NORTH], "right_where": [SOUTH]},
        {"left": "sales", "right": "sales", "left_where": [NORTH], "right_where": [NORTH]},
        {"left": "sales", "right": "sales", "right_where": [SOUTH]},
    ],
)
def test_two_groups_are_of_one_metric_and_differ(made: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="one metric of two groups"):
        MetricQuery.model_validate({"metrics": ["sales", "cost"], "made": [{"op": "minus", **made}]})


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"group_by": ["region"]}, "both the part and the whole"),
        ({"where": [NORTH]}, "both the part and the whole"),
    ],
)
def test_what_chooses_the_groups_chooses_nothing_else(
    registry: Registry, everything: Grant, more: dict[str, Any], match: str
) -> None:
    with pytest.raises(BadQuery, match=match):
        compile_query(registry, query("sales", "minus", NORTH, SOUTH, **more), everything)


def test_two_pairs_of_groups_are_asked_for_one_by_one(registry: Registry, everything: Grant) -> None:
    asked = groups("sales", "minus", NORTH, SOUTH)
    asked["made"] += groups("sales", "per", SOUTH, NORTH)["made"]

    with pytest.raises(BadQuery, match="two pairs of groups"):
        compile_query(registry, MetricQuery.model_validate(asked), everything)


def test_groups_by_what_is_denied_are_as_unknown_as_it_is(registry: Registry, everything: Grant) -> None:
    denied = replace(everything, denied=frozenset({"orders.channel"}))
    phone = GROUPS["by phone"][0]

    for asked in (query("sales", "minus", NORTH, phone), query("sales", "minus", phone, NORTH)):
        with pytest.raises(UnknownName, match="channel"):
            compile_query(registry, asked, denied)


def test_a_group_outside_of_what_may_be_seen_has_nothing(ask: Ask, everything: Grant) -> None:
    rule = RowRule(model="regions", dimension="region", values=("North",))

    ((difference, north, south),) = ask(replace(everything, rows=(rule,)), **groups("sales", "minus", NORTH, SOUTH))

    assert (difference, south) == (north, None)
    assert ask(**groups("sales", "minus", NORTH, SOUTH))[0][1] == north


def test_groups_by_what_is_masked_are_chosen_by_the_mask_and_say_so(ask: Ask, registry: Registry, everything: Grant) -> None:
    blind = replace(everything, masks=(MaskRule(model="orders", dimension="channel", form="null"),))
    online, phone = ({"field": "channel", "values": [value]} for value in ("online", "phone"))

    compiled = compile_query(registry, query("orders_placed", "minus", online, phone), blind)

    assert compiled.masked == ("Channel",)
    assert ask(blind, **groups("orders_placed", "minus", online, phone)) in ([(None, None, None)], [(0, 0, 0)])


def test_a_number_about_people_is_of_no_two_groups(registry: Registry, everything: Grant) -> None:
    rule = PeopleRule(metrics=frozenset({"customers_served"}), person="customer", by=("region",))

    with pytest.raises(NotAllowed, match="about people"):
        compile_query(registry, query("customers_served", "minus", NORTH, SOUTH), replace(everything, people=(rule,)))


def test_values_of_two_groups_are_never_those_of_a_question_before_it(ask: Ask) -> None:
    def difference(left: str, right: str) -> Any:
        sides = ({"field": "region", "values": [value]} for value in (left, right))
        return ask(**groups("sales", "minus", *sides))[0][0]

    assert difference("North", "South") == -difference("South", "North")
    assert difference("North", "Isles") - difference("South", "Isles") == difference("North", "South")


def test_a_name_that_is_taken_by_a_metric_is_made_by_nobody(registry: Registry, everything: Grant) -> None:
    (made,) = query("sales", "minus", NORTH, SOUTH).made
    taken = replace(registry, metrics={**registry.metrics, "sales__left": registry.metrics["cost"]})

    with pytest.raises(BadQuery, match="sales__left"):
        compile_query(taken, MetricQuery(metrics=("sales",), made=(Made.model_validate(made),)), everything)
