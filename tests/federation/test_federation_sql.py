"""What people read as the SQL of several connections is kept: one file a case, every statement in its order and dialect."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from anabot.semantic import compile_query, display_sql
from anabot.semantic.query import MetricQuery
from anabot.types import RowRule
from tests.federation.conftest import apart, everything
from tests.semantic.cases import SUMMER

GOLDEN = Path(__file__).parents[1] / "golden" / "federated"
REWRITE = os.environ.get("ANABOT_GOLDEN") == "1"
NORTH = RowRule(model="regions", dimension="region", values=("North",))
CASES: dict[str, tuple[tuple[str, ...], dict[str, Any], tuple[RowRule, ...]]] = {
    "two_facts_on_two_connections": (("costs",), {"metrics": ["margin_pct"], "group_by": ["metric_time__month"]}, ()),
    "a_fact_described_elsewhere": (
        ("shops", "regions"),
        {"metrics": ["sales"], "group_by": ["region"], "where": [{"field": "country", "values": ["Nordland"]}]},
        (),
    ),
    "compared_and_under_a_row_rule": (
        ("shops", "regions"),
        {
            "metrics": ["waiting_time"],
            "group_by": ["shop_name"],
            "compare": "previous_year",
            "order_by": ["-waiting_time"],
            "limit": 3,
        },
        (NORTH,),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_statements_people_read_are_the_golden_ones(case: str) -> None:
    there, query, rules = CASES[case]
    dialects = {"default": "snowflake", "hr": "postgres"}
    asked = MetricQuery.model_validate({"period": SUMMER, **query})
    prepared = compile_query(apart(*there), asked, everything(*rules), dialects=dialects).prepared
    text = "\n\n".join(f"-- {each.connection} ({each.dialect}) {each.name}\n{display_sql(each)}" for each in prepared) + "\n"
    file = GOLDEN / f"{case}.sql"

    if REWRITE:
        file.write_text(text, encoding="utf-8")

    assert text == file.read_text(encoding="utf-8")
    for each in prepared:
        assert len(sqlglot.parse(display_sql(each), read=each.dialect)) == 1


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in GOLDEN.glob("*.sql")} == {f"{case}.sql" for case in CASES}
