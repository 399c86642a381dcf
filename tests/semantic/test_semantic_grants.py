"""A grant is kept by the compiler alone: hidden is unknown, listed is refused, row rules stand at every scan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.semantic import compile_query, compile_values, parse_registry, render
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.value_queries import declared_values
from anabot.types import Grant, RowRule
from tests.semantic.conftest import Ask
from tests.tiny import tiny_files, warehouse

SUMMER = {"start": "2026-05-01", "end": "2026-08-01"}
OVER_SHOPS = [
    "sales",
    "online_sales",
    "orders_placed",
    "cost",
    "margin",
    "margin_pct",
    "average_basket",
    "headcount",
    "items_sold",
]


def _north(grant: Grant, *regions: str) -> Grant:
    return replace(grant, rows=(RowRule(model="regions", dimension="region", values=regions),))


def _query(**query: Any) -> MetricQuery:
    return MetricQuery.model_validate(query)


def _words(error: BaseException, name: str) -> str:
    return str(error).replace(name, "NAME")


@pytest.fixture
def clerk(registry: Registry) -> Grant:
    """May ask for orders, may name cost, must not know of margin; may not see phones."""
    seen = frozenset({"orders_placed", "sales"})
    return Grant(
        subject="kim", audience="dm", metrics=seen, listed=seen | {"cost"}, denied=frozenset({"customers.phone"}), reason="Shops."
    )


def test_a_listed_metric_is_refused_with_its_owner(registry: Registry, clerk: Grant) -> None:
    with pytest.raises(NotAllowed) as caught:
        compile_query(registry, _query(metrics=["cost"]), clerk)

    assert "cost" in caught.value.what
    assert "bea" in caught.value.todo


def test_a_hidden_metric_gets_the_words_of_one_that_does_not_exist(registry: Registry, clerk: Grant) -> None:
    with pytest.raises(UnknownName) as hidden:
        compile_query(registry, _query(metrics=["margin"]), clerk)
    with pytest.raises(UnknownName) as absent:
        compile_query(registry, _query(metrics=["qwerty"]), clerk)

    assert _words(hidden.value, "margin") == _words(absent.value, "qwerty")


@pytest.mark.parametrize("name", ["headcoun", "headcounts", "margins", "marginpct", "online_sale", "paid_hour"])
def test_no_suggestion_ever_names_a_hidden_metric(registry: Registry, clerk: Grant, name: str) -> None:
    with pytest.raises(UnknownName) as caught:
        compile_query(registry, _query(metrics=[name]), clerk)

    assert set(caught.value.nearest) <= clerk.listed
    assert not any(f"`{hidden}`" in str(caught.value) for hidden in registry.metrics.keys() - clerk.listed)


@pytest.mark.parametrize("name", ["phone", "customer__phone"])
@pytest.mark.parametrize("place", ["group_by", "where"])
def test_a_denied_dimension_gets_the_words_of_one_that_does_not_exist(
    registry: Registry, clerk: Grant, name: str, place: str
) -> None:
    def asked(word: str) -> MetricQuery:
        part: Any = [word] if place == "group_by" else [{"field": word, "values": ["x"]}]
        return _query(metrics=["orders_placed"], **{place: part})

    with pytest.raises(UnknownName) as denied:
        compile_query(registry, asked(name), clerk)
    with pytest.raises(UnknownName) as absent:
        compile_query(registry, asked("zq" + name[::-1]), clerk)

    assert "phone" not in str(denied.value).replace(name, "")
    assert denied.value.why == absent.value.why


def test_a_denied_dimension_is_never_suggested(registry: Registry, clerk: Grant) -> None:
    with pytest.raises(UnknownName) as caught:
        compile_query(registry, _query(metrics=["orders_placed"], group_by=["phon"]), clerk)

    assert not any("phone" in name for name in caught.value.nearest)


def test_a_denied_column_is_denied_on_every_model_of_its_table() -> None:
    again = """
models:
- name: orders_again
  config: {schema: crumb, alias: orders}
  semantic_model: {enabled: true, name: orders_again}
  agg_time_dimension: ordered_on
  columns:
  - {name: order_id, entity: {name: order_again, type: primary}}
  - {name: ordered_on, granularity: day, dimension: {name: ordered_on, type: time}}
  - name: channel
    dimension: {name: way, type: categorical}
    config: {meta: {ana: {values: {online: [web]}}}}
  metrics: [{name: placed, type: simple, agg: count, expr: order_id}]
"""
    twice = parse_registry({**tiny_files(), "again.yml": again}, governed=False)
    grant = Grant(subject="sam", audience="dm", metrics=frozenset({"placed"}), denied=frozenset({"orders.channel"}))

    for part in ({"group_by": ["way"]}, {"where": [{"field": "way", "values": ["online"]}]}):
        assert compile_query(twice, _query(metrics=["placed"], **part), replace(grant, denied=frozenset()))
        with pytest.raises(UnknownName):
            compile_query(twice, _query(metrics=["placed"], **part), grant)
    assert ("orders_again", "way") in declared_values(twice, replace(grant, denied=frozenset()))
    assert ("orders_again", "way") not in declared_values(twice, grant)


def test_an_empty_grant_sees_nothing(registry: Registry) -> None:
    for name in registry.metrics:
        with pytest.raises(UnknownName):
            compile_query(registry, _query(metrics=[name]), Grant(subject="x", audience="dm"))


def test_an_input_need_not_be_granted_on_its_own(registry: Registry) -> None:
    grant = Grant(subject="x", audience="dm", metrics=frozenset({"margin"}))

    assert compile_query(registry, _query(metrics=["margin"]), grant).metrics == ("cost", "margin", "sales")


@pytest.mark.parametrize("metric", OVER_SHOPS)
@pytest.mark.parametrize("keys", [[], ["region"], ["shop_name"], ["country", "metric_time__month"]], ids=str)
def test_a_row_rule_gives_what_a_copy_with_only_those_rows_gives(
    registry: Registry,
    everything: Grant,
    bakery: duckdb.DuckDBPyConnection,
    north_only: duckdb.DuckDBPyConnection,
    metric: str,
    keys: list[str],
) -> None:
    query = _query(metrics=[metric], group_by=keys)

    ruled = _run(registry, query, _north(everything, "North"), bakery)

    assert ruled == _run(registry, query, everything, north_only)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_row_rules_equal_physical_filtering_for_any_question(
    registry: Registry,
    everything: Grant,
    bakery: duckdb.DuckDBPyConnection,
    north_only: duckdb.DuckDBPyConnection,
    data: st.DataObject,
) -> None:
    query = _query(
        metrics=data.draw(st.lists(st.sampled_from(OVER_SHOPS), min_size=1, max_size=3, unique=True)),
        group_by=data.draw(
            st.lists(st.sampled_from(["region", "shop_name", "country", "metric_time__quarter"]), max_size=2, unique=True)
        ),
        where=data.draw(
            st.sampled_from(
                [
                    [],
                    [{"field": "region", "op": "is_null"}],
                    [{"not": {"field": "region", "values": ["North"]}}],
                    [
                        {
                            "any": [
                                {"field": "shop_name", "op": "ne", "values": ["Market"]},
                                {"field": "region", "values": ["South"]},
                            ]
                        }
                    ],
                ]
            )
        ),
        **data.draw(st.sampled_from([{}, {"period": SUMMER, "compare": "previous_year"}])),
    )

    assert _run(registry, query, _north(everything, "North"), bakery) == _run(registry, query, everything, north_only)


def test_no_hidden_rows_leak_as_a_null_group(ask: Ask, everything: Grant) -> None:
    rows = ask(_north(everything, "North"), metrics=["sales"], group_by=["region"])

    assert {row[0] for row in rows} == {"North"}


def test_a_rule_without_values_gives_no_rows(ask: Ask, everything: Grant) -> None:
    nothing = replace(everything, rows=(RowRule(model="regions", dimension="region", values=()),))

    assert ask(nothing, metrics=["sales"], group_by=["region"]) == []
    assert ask(nothing, metrics=["sales", "orders_placed"]) == [(None, 0)]


def test_two_rules_must_both_hold(ask: Ask, everything: Grant) -> None:
    rules = (
        RowRule(model="regions", dimension="country", values=("Nordland",)),
        RowRule(model="shops", dimension="shop_name", values=("Market", "Ferry")),
    )

    rows = ask(replace(everything, rows=rules), metrics=["sales"], group_by=["shop_name"])

    assert {row[0] for row in rows} == {"Market"}


def test_a_metric_that_cannot_be_restricted_is_refused(registry: Registry, everything: Grant) -> None:
    with pytest.raises(NotAllowed, match="cannot be answered for you"):
        compile_query(registry, _query(metrics=["data_as_of"]), _north(everything, "North"))


@pytest.mark.parametrize("rule", [("nowhere", "region"), ("regions", "nothing")])
def test_a_rule_on_something_that_is_not_there_fails_closed(registry: Registry, everything: Grant, rule: tuple[str, str]) -> None:
    grant = replace(everything, rows=(RowRule(model=rule[0], dimension=rule[1], values=("North",)),))

    with pytest.raises(NotAllowed):
        compile_query(registry, _query(metrics=["sales"]), grant)


@pytest.mark.parametrize("metric", OVER_SHOPS)
@pytest.mark.parametrize("keys", [[], ["region"], ["shop_name"]], ids=str)
def test_every_scan_that_can_reach_the_protected_model_is_wrapped(
    registry: Registry, everything: Grant, metric: str, keys: list[str]
) -> None:
    tree = compile_query(registry, _query(metrics=[metric], group_by=keys), _north(everything, "North")).prepared[0].tree

    for table in tree.find_all(exp.Table):
        where = table.find_ancestor(exp.Select).args.get("where")
        assert where is not None, table.sql()
        assert where.find(exp.In, exp.EQ) is not None


@pytest.mark.parametrize(
    ("model", "dimension", "values"),
    [
        ("regions", "region", ["North"]),
        ("shops", "shop_name", ["Harbour", "Market"]),
        ("orders", "channel", ["counter", "online", "phone"]),
    ],
)
def test_values_are_those_the_grant_may_see(
    registry: Registry, everything: Grant, bakery: duckdb.DuckDBPyConnection, model: str, dimension: str, values: list[str]
) -> None:
    compiled = compile_values(registry, model, dimension, _north(everything, "North"))

    assert [row[0] for row in _rows(compiled.prepared[0], bakery)] == values


def test_values_without_a_rule_are_distinct_sorted_and_limited(
    registry: Registry, everything: Grant, bakery: duckdb.DuckDBPyConnection
) -> None:
    compiled = compile_values(registry, "customers", "tier", everything, limit=2)

    assert [row[0] for row in _rows(compiled.prepared[0], bakery)] == ["bronze", "gold"]


@pytest.mark.parametrize(
    ("model", "dimension"), [("customers", "phone"), ("customers", "nothing"), ("nowhere", "x"), ("orders", "ordered_on")]
)
def test_values_of_what_is_hidden_missing_or_a_time_are_unknown(
    registry: Registry, clerk: Grant, model: str, dimension: str
) -> None:
    with pytest.raises(UnknownName):
        compile_values(registry, model, dimension, clerk)


def test_values_that_cannot_be_restricted_are_refused(registry: Registry, everything: Grant) -> None:
    with pytest.raises(NotAllowed):
        compile_values(registry, "customers", "tier", _north(everything, "North"))


def test_a_question_may_not_filter_a_metric_in_where(registry: Registry, everything: Grant) -> None:
    with pytest.raises(BadQuery, match="having"):
        compile_query(registry, _query(metrics=["sales"], where=[{"field": "sales", "op": "gt", "values": ["1"]}]), everything)


@pytest.fixture(scope="session")
def north_only(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A copy of the bakery in which everything outside the region North was really deleted."""
    path = tmp_path_factory.mktemp("north") / "north.duckdb"
    warehouse.build(path)
    with duckdb.connect(str(path)) as con:
        con.execute("DELETE FROM crumb.regions WHERE region <> 'North'")
        con.execute("DELETE FROM crumb.shops WHERE region_id IS NULL OR region_id NOT IN (SELECT region_id FROM crumb.regions)")
        for table in ("orders", "costs", "staff"):
            con.execute(f"DELETE FROM crumb.{table} WHERE shop_id NOT IN (SELECT shop_id FROM crumb.shops)")
        con.execute("DELETE FROM crumb.order_lines WHERE order_id NOT IN (SELECT order_id FROM crumb.orders)")
        yield con


def _run(registry: Registry, query: MetricQuery, grant: Grant, con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return _rows(compile_query(registry, query, grant).prepared[0], con)


def _rows(prepared: Any, con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    statement = render(prepared)
    return con.execute(statement.text, list(statement.params)).fetchall()
