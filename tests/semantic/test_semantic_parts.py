"""The share that a part of a metric has of it equals part and whole asked apart, and is chosen by nothing that is hidden."""

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
from anabot.semantic.made import governed
from anabot.semantic.query import Condition, Made, MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant, MaskRule, PeopleRule, RowRule
from tests.semantic import oracle
from tests.semantic.conftest import Ask

KEYS: dict[str, Callable[[oracle.Row], Any]] = {
    "region": lambda row: row["region"],
    "shop_name": lambda row: row["shop_name"],
    "metric_time__month": lambda row: oracle.month(row["time"]),
}
PARTS: dict[str, tuple[dict[str, Any], Callable[[oracle.Row], bool]]] = {
    "online": ({"field": "channel", "values": ["online"]}, lambda row: row["channel"] == "online"),
    "not online": (
        {"field": "channel", "op": "ne", "values": ["online"]},
        lambda row: row["channel"] is not None and row["channel"] != "online",
    ),
    "gold or silver": (
        {"field": "tier", "op": "in", "values": ["gold", "silver"]},
        lambda row: row["tier"] in ("gold", "silver"),
    ),
    "neither": (
        {"not": {"any": [{"field": "channel", "values": ["phone"]}, {"field": "tier", "values": ["gold"]}]}},
        lambda row: (
            row["channel"] != "phone" and row["tier"] != "gold" and row["channel"] is not None and row["tier"] is not None
        ),
    ),
}
ONLINE = PARTS["online"][0]
EXACT = Decimal("1e-9")  # DuckDB divides doubles, shown to ten places


def part_of(metric: str, *where: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"metrics": [metric], "made": [{"op": "share_of", "left": metric, "right": metric, "left_where": where}], **more}


def query(metric: str, *where: dict[str, Any], **more: Any) -> MetricQuery:
    return MetricQuery.model_validate(part_of(metric, *where, **more))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    metric=st.sampled_from(["orders_placed", "sales", "items_sold", "customers_served", "gift_orders"]),
    part=st.sampled_from(sorted(PARTS)),
    keys=st.lists(st.sampled_from(sorted(KEYS)), max_size=2, unique=True),
)
def test_a_part_of_each_group_equals_part_and_whole_asked_apart(ask: Ask, metric: str, part: str, keys: list[str]) -> None:
    where, meets = PARTS[part]
    rows = ask(**part_of(metric, where, group_by=keys))

    groups = {key: KEYS[key] for key in keys}
    whole = oracle.table([metric], groups, lambda row: True)
    some = oracle.table([metric], groups, meets)

    assert {row[: len(keys)] for row in rows} == set(whole)
    for *key, share, total in rows:
        assert [total] == whole[tuple(key)]
        of_it = Decimal((some.get(tuple(key)) or [0])[0] or 0)
        expected = (of_it / Decimal(total)).quantize(oracle.PLACES, ROUND_HALF_UP) if total else None
        assert (share is None) == (expected is None)
        assert share is None or expected is None or abs(share - expected) <= EXACT


def test_a_group_without_any_of_the_part_has_none_of_it(ask: Ask) -> None:
    nowhere = {"field": "channel", "values": ["by pigeon"]}

    rows = ask(**part_of("orders_placed", nowhere, group_by=["shop_name"]))

    assert rows
    assert {share for _, share, _ in rows} == {Decimal(0)}


def test_a_part_under_a_condition_is_of_the_whole_under_it(ask: Ask) -> None:
    north = {"field": "region", "values": ["North"]}

    ((share, total),) = ask(**part_of("orders_placed", ONLINE, where=[north]))

    in_north = oracle.table(["orders_placed"], {}, lambda row: row["region"] == "North")[()][0]
    online = oracle.table(["orders_placed"], {}, lambda row: row["region"] == "North" and row["channel"] == "online")[()][0]
    assert total == in_north
    assert abs(share - Decimal(online) / Decimal(in_north)) <= EXACT


def test_the_values_of_a_part_are_never_those_of_a_question_before_it(ask: Ask) -> None:
    def shares(channel: str, region: str) -> Any:
        where = {"field": "channel", "values": [channel]}
        return ask(**part_of("orders_placed", where, where=[{"field": "region", "values": [region]}]))[0][0]

    found = {
        (channel, region): shares(channel, region) for channel in ("online", "phone", "North") for region in ("North", "South")
    }

    for (channel, region), share in found.items():
        rows = [row for row in oracle.ORDERS if row["region"] == region]
        part = sum(row["channel"] == channel for row in rows)
        assert abs(share - Decimal(part) / len(rows)) <= EXACT if rows else share is None


def test_a_part_is_compared_with_that_of_another_period(ask: Ask) -> None:
    period = {"start": "2026-06-01", "end": "2026-07-01"}
    ((now, before, change, *_),) = ask(**part_of("orders_placed", ONLINE, period=period, compare="previous_period"))

    ((june, _),) = ask(**part_of("orders_placed", ONLINE, period=period))
    ((may, _),) = ask(**part_of("orders_placed", ONLINE, period={"start": "2026-05-01", "end": "2026-06-01"}))
    assert (now, before) == (june, may)
    assert abs(change - (june - may)) <= EXACT


def test_a_part_is_named_and_labelled_by_its_condition(registry: Registry, everything: Grant) -> None:
    first, second = compile_query(registry, query("orders_placed", ONLINE), everything).columns

    assert (first.name, first.unit) == ("orders_placed__part__share_of__orders_placed", "ratio")
    assert first.label == "Share of Orders where Channel is online"
    assert second.name == "orders_placed"


def test_a_part_by_another_value_is_another_question() -> None:
    one, other = query("sales", ONLINE), query("sales", {"field": "channel", "values": ["phone"]})

    assert one.fingerprint() != other.fingerprint()
    assert MetricQuery.model_validate(one.as_json()) == one


@pytest.mark.parametrize(
    ("metric", "where", "more", "match"),
    [
        ("average_basket", ONLINE, {}, "has no part"),
        ("margin", {"field": "region", "values": ["North"]}, {}, "has no part"),
        ("orders_placed", ONLINE, {"group_by": ["channel"]}, "both the part and the whole"),
        ("orders_placed", ONLINE, {"where": [ONLINE]}, "both the part and the whole"),
        ("orders_placed", {"field": "metric_time__month", "values": ["2026-06-01"]}, {}, "is a time"),
    ],
)
def test_what_has_no_part_is_refused(
    registry: Registry, everything: Grant, metric: str, where: dict[str, Any], more: dict[str, Any], match: str
) -> None:
    with pytest.raises(BadQuery, match=match):
        compile_query(registry, query(metric, where, **more), everything)


def test_a_part_is_of_one_metric_alone() -> None:
    for op, right in (("share_of", "cost"), ("per", "sales"), ("minus", "sales")):
        made = {"op": op, "left": "sales", "right": right, "left_where": [ONLINE]}
        with pytest.raises(ValueError, match="share that a part"):
            MetricQuery.model_validate({"metrics": ["sales", "cost"], "made": [made]})


def test_two_parts_of_one_metric_are_asked_for_one_by_one(registry: Registry, everything: Grant) -> None:
    both = [part_of("sales", PARTS[name][0])["made"][0] for name in ("online", "not online")]

    with pytest.raises(BadQuery, match="Two parts"):
        compile_query(registry, MetricQuery.model_validate({"metrics": ["sales"], "made": both}), everything)


def test_a_part_by_what_is_denied_is_as_unknown_as_it_is(registry: Registry, everything: Grant) -> None:
    denied = replace(everything, denied=frozenset({"orders.channel"}))

    for asked in (query("sales", ONLINE), MetricQuery.model_validate({"metrics": ["sales"], "where": [ONLINE]})):
        with pytest.raises(UnknownName, match="channel"):
            compile_query(registry, asked, denied)


def test_a_part_is_of_the_rows_that_may_be_seen(ask: Ask, everything: Grant) -> None:
    rule = RowRule(model="regions", dimension="region", values=("North",))

    ((share, total),) = ask(replace(everything, rows=(rule,)), **part_of("orders_placed", ONLINE))

    assert [(share, total)] == ask(**part_of("orders_placed", ONLINE, where=[{"field": "region", "values": ["North"]}]))


def test_a_part_by_what_is_masked_is_chosen_by_the_mask_and_says_so(ask: Ask, registry: Registry, everything: Grant) -> None:
    blind = replace(everything, masks=(MaskRule(model="orders", dimension="channel", form="null"),))

    compiled = compile_query(registry, query("orders_placed", ONLINE), blind)
    ((share, _),) = ask(blind, **part_of("orders_placed", ONLINE))

    assert compiled.masked == ("Channel",)
    assert share == 0


def test_a_number_about_people_has_no_part(registry: Registry, everything: Grant) -> None:
    rule = PeopleRule(metrics=frozenset({"customers_served"}), person="customer", by=("region",))

    with pytest.raises(NotAllowed, match="about people"):
        compile_query(registry, query("customers_served", ONLINE), replace(everything, people=(rule,)))


def test_a_part_that_is_defined_is_found_under_its_own_name(registry: Registry) -> None:
    def defined(metric: str, *where: Condition) -> list[str]:
        return governed(Made(op="share_of", left=metric, right=metric, left_where=where), registry, tuple(registry.metrics))

    assert defined("sales", Condition(field="channel", values=("online",))) == ["online_share"]
    assert defined("sales", Condition(field="channel", values=("phone",))) == []
    assert defined("sales", Condition(field="channel", op="ne", values=("online",))) == []
    assert defined("orders_placed", Condition(field="channel", values=("online",))) == []
