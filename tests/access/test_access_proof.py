"""Row rules are proved on the text that runs: what the compiler writes passes, and each predicate it would forget is missed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlglot
from sqlglot import exp

from anabot.access import guard
from anabot.access.policy import parse_policy
from anabot.access.proof import rules_of
from anabot.access.statements import checked_before
from anabot.errors import AnabotError, NotAllowed, UnsafeQuery
from anabot.semantic import Compiled, compile_query, compile_values, dimensions_of, parse_registry, render
from anabot.semantic.query import MetricQuery, Span
from anabot.types import Grant, Person, RowRule, Statement, UserId
from tests.semantic.moved import MOVED
from tests.tiny import tiny_files, tiny_registry

REGISTRY = tiny_registry()
POLICY = parse_policy(tiny_files()["access.yml"], REGISTRY)
YEAR = Span(start="2026-01-01", end="2027-01-01")  # type: ignore[arg-type]
QUERIES = [
    MetricQuery(metrics=("sales",)),
    MetricQuery(
        metrics=("sales", "orders_placed"), group_by=("region", "metric_time__month"), period=YEAR, compare="previous_year"
    ),
    MetricQuery(metrics=("average_basket",), group_by=("shop_name", "tier"), period=YEAR, order_by=("-average_basket",), limit=3),
]


def granted(*groups: str) -> Grant:
    person = Person(user=UserId("U1"), name="one", groups=frozenset(groups))
    return POLICY.decide(person, None, [person]).own


def looked_at(compiled: Compiled, grant: Grant, statement: Statement | None = None) -> None:
    guard.check(statement or render(compiled.prepared[0]), relations=compiled.relations, rules=rules_of(REGISTRY, grant))


def everything() -> Iterator[tuple[Grant, Compiled]]:
    """Each metric by each of its dimensions, for a grant with rows of its own and for one without, in each dialect."""
    for grant in (granted("books"), granted("shops-north"), granted("shops"), granted("people")):
        for metric in sorted(grant.metrics):
            for ref in (None, *dimensions_of(REGISTRY, metric)):
                for dialect in ("duckdb", "postgres", "snowflake"):
                    query = MetricQuery(metrics=(metric,), group_by=(ref.name,) if ref else (), period=YEAR)
                    try:
                        yield grant, compile_query(REGISTRY, query, grant, dialect=dialect)
                    except NotAllowed:
                        assert grant.rows  # the compiler fails closed where a rule cannot hold
                    except AnabotError:
                        assert ref is not None  # a denied column


def test_the_guard_lets_through_all_that_the_compiler_writes() -> None:
    count = 0
    for grant, compiled in everything():
        looked_at(compiled, grant)
        count += 1

    assert count > 300


def test_the_questions_for_values_pass_too() -> None:
    grant = granted("shops-north")

    for model, dimension in (("regions", "region"), ("shops", "shop_name"), ("orders", "channel")):
        looked_at(compile_values(REGISTRY, model, dimension, grant), grant)


@pytest.mark.parametrize("query", QUERIES)
def test_each_predicate_that_is_forgotten_is_missed(query: MetricQuery) -> None:
    grant = granted("shops-north")
    compiled = compile_query(REGISTRY, query, grant)
    statement = render(compiled.prepared[0])
    places = len(list(restrictions(sqlglot.parse_one(statement.text, read="duckdb"))))

    assert places >= 4
    for place in range(places):
        tree = sqlglot.parse_one(statement.text, read="duckdb")
        list(restrictions(tree))[place].replace(exp.true())
        forgetful = replace(statement, text=tree.sql(dialect="duckdb"))
        with pytest.raises(UnsafeQuery, match="without your row rules"):
            looked_at(compiled, grant, forgetful)


def restrictions(tree: exp.Expr) -> Iterator[exp.Expr]:
    """What restricts a scan: the conditions of each SELECT over one bare table."""
    for select in tree.find_all(exp.Select):
        source = select.args["from_"].this
        if isinstance(source, exp.Table) and not select.args.get("joins"):
            yield select.args["where"].this


def test_a_grant_without_rows_is_not_asked_for_any() -> None:
    looked_at(compile_query(REGISTRY, QUERIES[1], granted("books")), granted("books"))


def test_sql_that_was_compiled_for_somebody_else_is_refused() -> None:
    whole = compile_query(REGISTRY, QUERIES[1], granted("shops-all"))

    with pytest.raises(UnsafeQuery, match="without your row rules"):
        looked_at(whole, granted("shops-north"))


def test_other_values_than_the_rules_are_refused() -> None:
    grant = granted("shops-north")
    compiled = compile_query(REGISTRY, QUERIES[0], grant)
    statement = render(compiled.prepared[0])

    with pytest.raises(UnsafeQuery, match="without your row rules"):
        looked_at(compiled, grant, replace(statement, params=("South",)))


def test_a_person_without_the_attribute_reads_nothing_and_that_is_proved() -> None:
    grant = granted("shops")
    compiled = compile_query(REGISTRY, QUERIES[0], grant)

    looked_at(compiled, grant)
    assert "FALSE" in render(compiled.prepared[0]).text


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT SUM(o.minutes) AS a FROM {s}.orders AS o",
        "SELECT r.region FROM {s}.regions AS r WHERE r.region = $1 OR TRUE",
        "SELECT r.region FROM {s}.regions AS r WHERE NOT r.region = $1",
        "SELECT r.region FROM {s}.regions AS r WHERE r.country = $1",
        "SELECT r.region FROM {s}.regions AS r WHERE r.region = 'North'",
        "SELECT r.region FROM {s}.regions AS r WHERE UPPER(r.region) = $1",
        "SELECT r.region FROM {s}.regions AS r LEFT JOIN {s}.shops AS x ON r.region_id = x.region_id WHERE r.region = $1",
        "SELECT s.shop FROM {s}.shops AS s WHERE s.region_id IN (SELECT r.region_id FROM {s}.regions AS r)",
        "SELECT s.shop FROM {s}.shops AS s WHERE s.shop_id IN (SELECT r.region_id FROM {s}.regions AS r WHERE r.region = $1)",
        "SELECT s.shop FROM {s}.shops AS s WHERE s.region_id IN (SELECT s.region_id FROM {s}.regions AS r WHERE r.region = $1)",
        "SELECT c.phone FROM {s}.customers AS c",
        "SELECT c.phone FROM {s}.customers AS c WHERE c.phone = $1",
    ],
)
def test_a_rule_that_is_only_nearly_kept_is_refused(sql: str) -> None:
    schema = REGISTRY.models["regions"].relation[-2]
    relations = {model.relation for model in REGISTRY.models.values()}
    statement = Statement(connection="default", dialect="duckdb", text=sql.format(s=schema), params=("North",))

    with pytest.raises(UnsafeQuery, match="without your row rules"):
        guard.check(statement, relations=relations, rules=rules_of(REGISTRY, granted("shops-north")))


def test_a_calendar_has_no_rows_of_anybody_and_stands_beside_row_rules() -> None:
    moved = parse_registry({**tiny_files(), "moved.yml": MOVED}, governed=False)
    names = frozenset(moved.metrics)
    grant = replace(granted("shops-north"), metrics=names, listed=names)
    for metric in ("placed_each_day", "placed_mtd_last", "placed_28", "placed_before", "came_back"):
        for dialect in ("duckdb", "postgres", "snowflake"):
            query = MetricQuery(metrics=(metric,), group_by=("metric_time__month",), period=YEAR)
            compiled = compile_query(moved, query, grant, dialect=dialect)

            assert list(checked_before(moved, compiled, grant))


def test_what_one_rule_wraps_another_may_find_joined_but_not_alone() -> None:
    schema = REGISTRY.models["regions"].relation[-2]
    two = (
        RowRule(model="regions", dimension="region", values=("North",)),
        RowRule(model="orders", dimension="channel", values=("x",)),
    )
    kept = f"SELECT * FROM {schema}.regions AS r WHERE r.region = $1"
    base = f"SELECT * FROM {schema}.orders AS o WHERE o.channel = $2 AND o.shop_id IN (SELECT s.shop_id FROM {schema}.shops AS s "
    base += f"WHERE s.region_id IN (SELECT r.region_id FROM {schema}.regions AS r WHERE r.region = $1))"
    rules = rules_of(REGISTRY, replace(granted("books"), rows=two))

    def looked(sql: str) -> None:
        statement = Statement(connection="default", dialect="duckdb", text=sql, params=("North", "x"))
        guard.check(statement, relations={model.relation for model in REGISTRY.models.values()}, rules=rules)

    looked(f"SELECT r.region FROM ({base}) AS o LEFT JOIN ({kept}) AS r ON o.shop_id = r.region_id")
    for alone in (kept.replace("*", "r.region"), f"SELECT r.region FROM ({kept}) AS r"):
        with pytest.raises(UnsafeQuery, match="without your row rules"):
            looked(alone)


def test_a_rule_about_what_does_not_exist_refuses_everything() -> None:
    lost = replace(granted("books"), rows=(RowRule(model="nowhere", dimension="region", values=("North",)),))

    with pytest.raises(UnsafeQuery, match=r"nowhere\.region"):
        rules_of(REGISTRY, lost)


def test_a_text_that_was_let_through_is_looked_at_again_for_other_rules_values_and_tables() -> None:
    """What the guard keeps of a text says nothing of whom it is for."""
    north = granted("shops-north")
    free = replace(north, rows=())
    query = MetricQuery(metrics=("sales",), period=YEAR)
    open_to_all, restricted = (compile_query(REGISTRY, query, grant) for grant in (free, north))
    for _ in range(2):
        looked_at(open_to_all, free)
        looked_at(restricted, north)

    with pytest.raises(UnsafeQuery):
        looked_at(open_to_all, north)
    statement = render(restricted.prepared[0])
    assert "North" in statement.params
    others = tuple("South" if each == "North" else each for each in statement.params)
    with pytest.raises(UnsafeQuery):
        looked_at(restricted, north, replace(statement, params=others))
    with pytest.raises(UnsafeQuery):
        guard.check(statement, relations=(), rules=rules_of(REGISTRY, north))


def test_what_the_guard_keeps_of_a_text_is_never_changed_by_its_proof() -> None:
    compiled, grant = compile_query(REGISTRY, QUERIES[1], granted("shops-north")), granted("shops-north")
    statement = render(compiled.prepared[0])
    rules = rules_of(REGISTRY, grant)
    first = guard.check(statement, relations=compiled.relations, rules=rules)
    before = first.sql(dialect="duckdb")

    again = guard.check(statement, relations=compiled.relations, rules=rules)

    assert again.sql(dialect="duckdb") == before == sqlglot.parse_one(statement.text, read="duckdb").sql(dialect="duckdb")
