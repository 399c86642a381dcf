"""dbt's filter templates are read, never executed and never pasted."""

from __future__ import annotations

import duckdb
import pytest

from anabot.errors import RegistryError, UnknownName
from anabot.semantic import compile_query, parse_registry, render
from anabot.semantic.filters import BadTemplate, Ref, parse_filter, parse_ref
from anabot.semantic.query import MetricQuery
from anabot.semantic.read_queries import condition_json
from anabot.types import Grant


@pytest.mark.parametrize(
    ("call", "ref"),
    [
        ("Dimension('order__channel')", Ref(kind="dimension", name="order__channel")),
        ('Dimension("order__channel")', Ref(kind="dimension", name="order__channel")),
        ("TimeDimension('metric_time', 'month')", Ref(kind="dimension", name="metric_time", grain="month")),
        ("TimeDimension('metric_time', 'MONTH')", Ref(kind="dimension", name="metric_time", grain="month")),
        ("TimeDimension('metric_time').grain('week')", Ref(kind="dimension", name="metric_time", grain="week")),
        ("Dimension('metric_time').date_part('year')", Ref(kind="dimension", name="metric_time", part="year")),
        (
            "TimeDimension('metric_time', 'day').descending(True)",
            Ref(kind="dimension", name="metric_time", grain="day", descending=True),
        ),
        ("Dimension('channel', entity_path=['order'])", Ref(kind="dimension", name="order__channel")),
        ("Entity('listing')", Ref(kind="entity", name="listing")),
        ("Metric('bookings', ['listing'])", Ref(kind="metric", name="bookings", group_by=("listing",))),
        ("Metric('bookings', group_by=['listing'])", Ref(kind="metric", name="bookings", group_by=("listing",))),
        ("channel", Ref(kind="dimension", name="channel")),
    ],
)
def test_a_call_of_dbts_is_a_reference(call: str, ref: Ref) -> None:
    assert parse_ref(call) == ref


@pytest.mark.parametrize(
    "call",
    [
        "",
        "Dimension()",
        "Dimension(x)",
        "Dimension(3)",
        "open('x')",
        "Dimension('a').shell('b')",
        "__import__('os')",
        "a.b",
        "1 + 1",
        "Dimension('a'",
        "lambda: 1",
    ],
)
def test_anything_else_is_refused(call: str) -> None:
    with pytest.raises(BadTemplate):
        parse_ref(call)


@pytest.mark.parametrize(
    ("text", "refs", "sql"),
    [
        ("{{ Dimension('order__channel') }} = 'online'", ["order__channel"], "__ref_0 = 'online'"),
        ("{{Dimension('a__b')}}", ["a__b"], "__ref_0"),
        ("NOT {{ Dimension('a__b') }} OR {{ Entity('c') }} IS NULL", ["a__b", "c"], "NOT __ref_0 OR __ref_1 IS NULL"),
        ("{{ Dimension('a') }} IN ('x''y', '--')", ["a"], "__ref_0 IN ('x''y', '--')"),
        ("metric_time__day >= '2026-01-01'", ["metric_time__day"], "__ref_0 >= '2026-01-01'"),
        (
            "{{ TimeDimension('metric_time', 'day') }} >= '2026-01-01' AND x = 1",
            ["metric_time__day", "x"],
            "__ref_0 >= '2026-01-01' AND __ref_1 = 1",
        ),
    ],
)
def test_a_filter_is_a_tree_with_references(text: str, refs: list[str], sql: str) -> None:
    predicate = parse_filter(text)

    assert [ref.dunder for ref in predicate.refs] == refs
    assert predicate.tree.sql("duckdb") == sql


@pytest.mark.parametrize(
    "text",
    [
        "{{ Dimension('a') }} = 1; DROP TABLE x",
        "{% if x %}1{% endif %}",
        "{{ Dimension('a') }} = (SELECT 1)",
        "'{{ Dimension('a') }}' = 'x'",
        "secret.password = 'x'",
        "EXISTS (SELECT 1)",
        "{{ Dimension('a') }} = ",
        "count(*) > 1",
        "sum(x) over () > 1",
        "{{ }} = 1",
        "{{ Dimension('a') }",
        "",
        "(" * 800 + "1" + ")" * 800,
    ],
)
def test_a_filter_that_is_more_than_a_condition_is_refused(text: str) -> None:
    with pytest.raises(BadTemplate):
        parse_filter(text)


@pytest.mark.parametrize(
    ("text", "json"),
    [
        ("{{ Dimension('a') }} = 'x'", {"field": "a", "op": "eq", "values": ["x"]}),
        ("{{ Dimension('a') }} > -3", {"field": "a", "op": "gt", "values": ["-3"]}),
        ("{{ Dimension('a') }}", {"field": "a", "op": "eq", "values": ["true"]}),
        ("NOT {{ Dimension('a') }}", {"not": {"field": "a", "op": "eq", "values": ["true"]}}),
        ("{{ Dimension('a') }} IN (1, 2)", {"field": "a", "op": "in", "values": ["1", "2"]}),
        ("{{ Dimension('a') }} BETWEEN 1 AND 2", {"field": "a", "op": "between", "values": ["1", "2"]}),
        ("{{ Dimension('a') }} IS NULL", {"field": "a", "op": "is_null"}),
        (
            "(a = 1 OR b <> 2)",
            {"any": [{"field": "a", "op": "eq", "values": ["1"]}, {"field": "b", "op": "ne", "values": ["2"]}]},
        ),
    ],
)
def test_a_saved_filter_becomes_typed(text: str, json: dict[str, object]) -> None:
    assert condition_json(parse_filter(text)) == json


@pytest.mark.parametrize("text", ["a + 1 = 2", "lower(a) = 'x'", "a = b"])
def test_a_saved_filter_that_is_more_than_typed_is_refused(text: str) -> None:
    with pytest.raises(BadTemplate):
        condition_json(parse_filter(text))


LATE = """models:
- name: parcels
  semantic_model: {enabled: true}
  primary_entity: parcel
  derived_semantics:
    dimensions:
    - {name: late, type: categorical, expr: due < came}
  metrics:
  - {name: parcels_sent, agg: count, expr: "1"}
"""


@pytest.mark.parametrize(
    ("op", "values", "count"),
    [("eq", ("true",), 2), ("ne", ("true",), 1), ("in", ("true", "false"), 3), ("is_null", (), 1), ("not_null", (), 3)],
)
def test_a_dimension_that_is_a_comparison_can_be_filtered_by(op: str, values: tuple[str, ...], count: int) -> None:
    registry = parse_registry({"m.yml": LATE}, governed=False)
    grant = Grant(subject="x", audience="dm", metrics=frozenset({"parcels_sent"}))
    query = MetricQuery.model_validate({"metrics": ["parcels_sent"], "where": [{"field": "late", "op": op, "values": values}]})
    statement = render(compile_query(registry, query, grant).prepared[0])

    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE parcels AS SELECT * FROM (VALUES (1, 2), (1, 3), (4, 2), (NULL, 2)) AS t(due, came)")
        assert connection.execute(statement.text, list(statement.params)).fetchall() == [(count,)]


STALLS = """models:
- name: stalls
  semantic_model: {enabled: true}
  columns:
  - {name: stall, entity: {name: stall, type: primary}}
  - {name: town, dimension: {type: categorical}}
  - {name: seats, dimension: {type: categorical}}
  metrics:
  - {name: stalls, agg: count, expr: stall}
  - {name: largest_stall, agg: max, expr: seats}
- name: sales
  semantic_model: {enabled: true}
  primary_entity: sale
  columns:
  - {name: stall, entity: {name: stall, type: foreign}}
  - {name: buyer, entity: {name: buyer, type: foreign}}
  metrics:
  - {name: sales, agg: count, expr: "1"}
- name: gifts
  semantic_model: {enabled: true}
  primary_entity: gift
  columns:
  - {name: stall, entity: {name: stall, type: foreign}}
  metrics:
  - {name: gifts, agg: count, expr: "1"}
"""


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        ("{{ Metric('sales', ['buyer']) }} > 1", "`stalls` has no dimension `buyer`"),
        ("{{ Metric('stalls', ['gift']) }} > 1", "`stalls` has no dimension `gift`"),
        ("{{ Metric('gifts', ['buyer']) }} > 1", "has no dimension `buyer`"),
    ],
)
def test_a_metric_in_a_condition_by_a_key_that_one_side_lacks_is_refused_by_name(condition: str, missing: str) -> None:
    registry = parse_registry({"m.yml": STALLS}, governed=False)
    grant = Grant(subject="x", audience="dm", metrics=frozenset({"stalls"}))
    predicates = (parse_filter(condition),)

    with pytest.raises(UnknownName) as refused:
        compile_query(registry, MetricQuery(metrics=("stalls",)), grant, predicates=predicates)

    assert missing in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        "type: ratio, numerator: {name: sales, filter: F}, denominator: gifts",
        "type: derived, expr: s / g, input_metrics: [{name: sales, alias: s, filter: F}, {name: gifts, alias: g}]",
    ],
)
def test_an_inputs_condition_may_name_what_that_input_alone_has(body: str) -> None:
    metric = body.replace("F", "\"{{ Entity('buyer') }} = 7\"", 1)
    registry = parse_registry({"m.yml": STALLS + f"metrics:\n- {{name: sales_per_gift, {metric}}}\n"}, governed=False)
    grant = Grant(subject="x", audience="dm", metrics=frozenset({"sales_per_gift"}))
    statement = render(compile_query(registry, MetricQuery(metrics=("sales_per_gift",)), grant).prepared[0])

    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE sales AS SELECT * FROM (VALUES (1, 7), (1, 7), (2, 7), (2, 8)) AS t(stall, buyer)")
        connection.execute("CREATE TABLE gifts AS SELECT * FROM (VALUES (1), (1)) AS t(stall)")
        assert float(connection.execute(statement.text, list(statement.params)).fetchall()[0][0]) == 1.5


def test_an_inputs_condition_on_what_that_input_lacks_is_a_fault() -> None:
    metric = "{name: x, type: ratio, numerator: sales, denominator: {name: gifts, filter: \"{{ Entity('buyer') }} = 7\"}}"

    with pytest.raises(RegistryError, match="`gifts` has no dimension `buyer`"):
        parse_registry({"m.yml": STALLS + f"metrics:\n- {metric}\n"}, governed=False)
