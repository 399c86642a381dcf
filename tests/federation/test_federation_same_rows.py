"""A question over a DuckDB file and a PostgreSQL server gives the rows that the same data gives in one DuckDB file."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from anabot.engine import Engine
from anabot.errors import BadQuery, NotAllowed
from anabot.semantic import compile_query
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Cell, Grant, MaskRule, RowRule
from tests.federation.conftest import ASKED, Doors, apart, everything
from tests.semantic.cases import CASES, SUMMER
from tests.tiny import tiny_registry

pytestmark = pytest.mark.postgres
SPLITS = {
    "the customers": ("customers",),
    "the regions and shops": ("shops", "regions"),
    "the costs and people": ("costs", "staff"),
    "the orders": ("orders",),
    "the lines": ("order_lines",),
}
MORE: dict[str, dict[str, object]] = {
    "a ratio over both": {
        "metrics": ["average_basket", "cost_per_order"],
        "group_by": ["region", "metric_time__month"],
        "period": SUMMER,
    },
    "a condition there and a breakdown here": {
        "metrics": ["sales", "customers_served", "waiting_time"],
        "group_by": ["channel"],
        "where": [{"field": "tier", "op": "in", "values": ["gold", "bronze"]}, {"field": "region", "values": ["North"]}],
    },
    "those that nothing describes": {"metrics": ["orders_placed", "sales"], "where": [{"field": "tier", "op": "is_null"}]},
    "a condition on either": {
        "metrics": ["sales", "orders_placed"],
        "group_by": ["shop_name"],
        "where": [{"any": [{"field": "tier", "values": ["gold"]}, {"field": "channel", "values": ["phone"]}]}],
    },
    "compared, chosen, ordered and cut": {
        "metrics": ["margin_pct", "margin"],
        "group_by": ["shop_name"],
        "period": SUMMER,
        "compare": "previous_year",
        "having": [{"field": "margin", "op": "gt", "values": ["20"]}],
        "order_by": ["-margin__change"],
        "limit": 3,
    },
    "times of what describes": {"metrics": ["orders_placed"], "group_by": ["signed_up_on__quarter", "opened_on__extract_dow"]},
    "two times of what describes, against each other": {
        "metrics": ["sales", "orders_placed"],
        "group_by": ["channel"],
        "where": [{"field": "opened_on__month", "op": "lt", "against": "signed_up_on__month", "values": ["-3"]}],
    },
    "a last date by what describes": {
        "metrics": ["orders_placed", "sales"],
        "group_by": ["tier", "region"],
        "made": [{"op": op, "left": name, "right": name} for op, name in (("first", "orders_placed"), ("last", "sales"))],
    },
    "a part that is chosen there": {
        "metrics": ["orders_placed", "sales"],
        "group_by": ["channel", "metric_time__month"],
        "made": [
            {"op": "share_of", "left": name, "right": name, "left_where": [{"field": field, "values": [value]}]}
            for name, field, value in (("orders_placed", "tier", "gold"), ("sales", "region", "North"))
        ],
    },
    "two groups that are chosen there": {
        "metrics": ["average_basket", "sales"],
        "group_by": ["metric_time__month"],
        "made": [
            {
                "op": op,
                "left": name,
                "right": name,
                "left_where": [{"field": field, "values": values[:1]}],
                "right_where": [{"field": field, "values": values[1:]}],
            }
            for op, name, field, values in (
                ("ahead_of", "average_basket", "region", ["North", "South"]),
                ("minus", "sales", "tier", ["gold", "silver"]),
            )
        ],
    },
    "an average of groups of both": {
        "metrics": ["margin"],
        "over": {"how": "average", "each": ["shop_name", "metric_time__month"]},
        "group_by": ["region"],
        "period": SUMMER,
    },
    "those there who have so many here": {
        "metrics": ["orders_placed"],
        "over": {"how": "share", "each": ["tier"]},
        "group_by": ["channel"],
        "having": [{"field": "orders_placed", "op": "gt", "values": ["5"]}],
    },
    "the middle of those there": {"metrics": ["sales"], "over": {"how": "median", "each": ["tier", "region"]}},
    "a largest and a smallest part": {"metrics": ["biggest_line", "gift_orders"], "group_by": ["tier", "is_gift"]},
}


def asked(case: str) -> tuple[MetricQuery, Grant]:
    query, rules = (MORE[case], []) if case in MORE else CASES[case]
    rows = tuple(RowRule(model=model, dimension=dimension, values=values) for model, dimension, values in rules)
    return MetricQuery.model_validate(query), everything(*rows)


def crosses(registry: Registry, case: str) -> bool:
    query, grant = asked(case)
    try:
        return len(compile_query(registry, query, grant).prepared) > 1
    except (BadQuery, NotAllowed):
        return False


def close(engine: Engine, case: str) -> list[tuple[Cell, ...]]:
    """The rows, what is divided rounded to nine places: DuckDB divides doubles, PostgreSQL decimals."""
    table = engine.run(*asked(case), intent=ASKED).table
    return [tuple(round(cell, 9) if isinstance(cell, Decimal) else cell for cell in row) for row in table.rows]


@pytest.mark.parametrize("there", SPLITS)
def test_two_connections_give_the_rows_of_one(there: str, bakery: Path, postgres_bakery: str, door: Doors) -> None:
    file, registry = f"duckdb:///{bakery}", apart(*SPLITS[there])
    one, two = door(tiny_registry(), {"default": file}), door(registry, {"default": file, "hr": postgres_bakery})
    cases = [case for case in (*CASES, *MORE) if crosses(registry, case)]

    for case in cases:
        assert close(two, case) == close(one, case), case

    assert len(cases) >= 7


MASKS = (
    MaskRule(model="customers", dimension="tier", form="hash", key="a key of the bakery"),
    MaskRule(model="customers", dimension="signed_up_on", form="year"),
    MaskRule(model="regions", dimension="country", form="constant"),
    MaskRule(model="shops", dimension="shop_name", form="last4"),
)


@pytest.mark.parametrize("there", ["the customers", "the regions and shops"])
def test_a_mask_holds_on_whichever_connection_the_table_is(there: str, bakery: Path, postgres_bakery: str, door: Doors) -> None:
    file, registry = f"duckdb:///{bakery}", apart(*SPLITS[there])
    one, two = door(tiny_registry(), {"default": file}), door(registry, {"default": file, "hr": postgres_bakery})
    masked = replace(everything(), masks=MASKS)

    for by in (["tier"], ["country", "shop_name"], ["tier", "region"], ["signed_up_on__month"]):
        query = MetricQuery.model_validate({"metrics": ["orders_placed", "sales"], "group_by": by})
        whole, apart_ = one.run(query, masked, intent=ASKED), two.run(query, masked, intent=ASKED)

        assert apart_.table.rows == whole.table.rows
        assert apart_.notes == whole.notes != ()
        assert whole.table.rows != one.run(query, everything(), intent=ASKED).table.rows


@pytest.mark.parametrize("there", ["the orders"])
def test_it_does_not_matter_which_of_the_two_is_where(there: str, bakery: Path, postgres_bakery: str, door: Doors) -> None:
    file, registry = f"duckdb:///{bakery}", apart(*SPLITS[there])
    one, two = door(tiny_registry(), {"default": file}), door(registry, {"default": postgres_bakery, "hr": file})

    for case in (case for case in (*CASES, *MORE) if crosses(registry, case)):
        assert close(two, case) == close(one, case), case
