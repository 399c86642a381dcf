"""Every value of what rows are grouped by, whether anything was measured for it or not, against the bakery's own rows."""

from __future__ import annotations

import pytest

from anabot.errors import BadQuery
from tests.semantic import oracle
from tests.semantic.conftest import Ask

JUNE = {"start": "2026-06-01", "end": "2026-07-01"}


def orders_of_june() -> dict[str, int]:
    june = [row["shop_name"] for row in oracle.ORDERS if JUNE["start"] <= row["time"].isoformat() < JUNE["end"]]
    return {shop: june.count(shop) for shop in june}


def all_shops() -> set[str]:
    return {row["shop"] for row in oracle.table_of("shops")}


def test_those_without_any_are_listed_with_a_zero(ask: Ask) -> None:
    rows = ask(metrics=["orders_placed"], group_by=["shop_name"], period=JUNE, every=True)

    assert dict(rows) == {**dict.fromkeys(all_shops(), 0), **orders_of_june()}
    assert 0 in dict(rows).values()


def test_those_without_any_can_be_asked_for_alone(ask: Ask) -> None:
    none = [{"field": "orders_placed", "op": "eq", "values": ["0"]}]
    rows = ask(metrics=["orders_placed"], group_by=["shop_name"], period=JUNE, every=True, having=none)

    assert {shop for shop, _ in rows} == all_shops() - orders_of_june().keys()


def test_a_condition_on_what_is_measured_takes_nobody_off_the_list(ask: Ask) -> None:
    online = [{"field": "channel", "op": "eq", "values": ["online"]}]
    rows = ask(metrics=["orders_placed"], group_by=["shop_name"], where=online, every=True)

    assert {shop for shop, _ in rows} >= all_shops()


def test_a_condition_on_what_is_listed_holds_for_the_list(ask: Ask) -> None:
    north = [{"field": "region", "op": "eq", "values": ["North"]}]
    rows = ask(metrics=["orders_placed"], group_by=["shop_name"], where=north, period=JUNE, every=True)
    regions = {row["region_id"]: row["region"] for row in oracle.table_of("regions")}

    assert {shop for shop, _ in rows} == {
        row["shop"] for row in oracle.table_of("shops") if regions.get(row["region_id"]) == "North"
    }


def test_an_average_of_nothing_has_no_value(ask: Ask) -> None:
    rows = ask(metrics=["average_basket"], group_by=["shop_name"], period=JUNE, every=True)

    assert {shop for shop, value in rows if value is None} == all_shops() - orders_of_june().keys()


def test_combinations_of_two_things_are_not_all_listed(ask: Ask) -> None:
    with pytest.raises(BadQuery, match="every combination"):
        ask(metrics=["orders_placed"], group_by=["shop_name", "tier"], every=True)


def test_a_key_lists_all_whose_own_it_is(ask: Ask) -> None:
    rows = ask(metrics=["orders_placed"], group_by=["customer"], period=JUNE, every=True)

    assert {key for key, _ in rows if key is not None} == {row["customer_id"] for row in oracle.table_of("customers")}
