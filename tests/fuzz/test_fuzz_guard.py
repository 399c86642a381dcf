"""Whatever text is thrown at the guard, it ends soon, in one of two ways: a tree of what is allowed, or UnsafeQuery.

`make fuzz` looks longer: ANABOT_FUZZ is how many texts are tried. What is found becomes an attack.
"""

from __future__ import annotations

import os

import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from anabot.access import allowed, guard
from anabot.errors import UnsafeQuery
from anabot.types import Statement

RELATIONS = {("shop", "sales")}
TRIES = int(os.environ.get("ANABOT_FUZZ", "60"))
_IN_A_ROW = (
    "SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT UNION ALL INTERSECT EXCEPT WITH "
    "RECURSIVE AS JOIN LEFT LATERAL ON USING IN "
    "EXISTS NOT DISTINCT CASE WHEN THEN ELSE END INTO VALUES DELETE INSERT UPDATE "
    "DROP CREATE TABLE ATTACH COPY TO SET PRAGMA CALL EXPLAIN "
    "RETURNING OVER PARTITION QUALIFY PIVOT UNNEST shop.sales shop.secret sales "
    "secret s x id name amount * , ( ) [ ] { } ; . :: -> || = < > 1 "
    "'a' \"shop\" $1 $$ -- /* */ \\ ` @x #t E'a' read_csv read_text pg_sleep getenv current_setting current_user "
    "count sum max now random shop.sales('x') \"shop.secret\" COLUMNS EXCLUDE "
    "REPLACE INTERVAL DATE CAST TRY_CAST REGCLASS JSON \u0000 \u202e é 🎉 \n"
)
WORDS = _IN_A_ROW.split(" ")
texts = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=20).map(lambda words: f"SELECT {' '.join(words)} FROM shop.sales"),
    st.lists(st.sampled_from(WORDS), max_size=12).map(lambda words: f"SELECT id FROM shop.sales WHERE id = 1 {' '.join(words)}"),
    st.text(max_size=60),
)
bounded = settings(
    max_examples=TRIES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="ANABOT_FUZZ" not in os.environ,
)


@bounded
@given(text=texts, dialect=st.sampled_from(["duckdb", "postgres", "snowflake"]))
def test_whatever_is_let_through_reads_the_granted_table_alone_and_is_made_of_what_is_allowed(text: str, dialect: str) -> None:
    try:
        tree = guard.check(Statement(connection="default", dialect=dialect, text=text), relations=RELATIONS)
    except UnsafeQuery:
        return

    again = sqlglot.parse(text, read=dialect)
    assert len(again) == 1
    assert isinstance(tree, exp.Select | exp.Union)
    assert {tuple(part.name for part in table.parts) for table in tree.find_all(exp.Table)} <= RELATIONS
    assert all(type(node) in allowed.SHAPES.keys() | allowed.PLAIN | allowed.FUNCTIONS for node in tree.walk())
    assert not list(tree.find_all(exp.Anonymous, exp.Command, exp.DML, exp.DDL, exp.With))
