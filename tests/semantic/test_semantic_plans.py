"""A plan that is kept gives what compiling anew gives, whatever the values, and gives nobody more than that."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from anabot.errors import AnabotError, BadQuery, NotAllowed, UnknownName
from anabot.semantic import Compiled, compile_query, render
from anabot.semantic.bindings import Values
from anabot.semantic.catalog import catalog_of
from anabot.semantic.query import Condition, MetricQuery
from anabot.semantic.recent import Recent
from anabot.semantic.registry import Registry
from anabot.semantic.trees import number
from anabot.types import Grant, MaskRule, PeopleRule, RowRule
from tests.access import random_company

ROUNDS, VARIATIONS = 120, 5
WORDS = ("North", "South", "online", "gold", "5", "1.50", "2026-03-01", "2026-03-09", "%_!", "")
TIMES = ("metric_time__month", "metric_time__day", "metric_time__week", "metric_time__quarter", "metric_time__extract_dow")


@pytest.fixture(scope="module")
def company() -> Registry:
    return random_company.company("crumb", homes=True)


@pytest.fixture(autouse=True)
def nothing_kept(company: Registry, registry: Registry) -> Iterator[None]:
    for each in (company, registry):
        catalog_of(each).plans.clear()
    yield
    for each in (company, registry):
        catalog_of(each).plans.clear()


def all_of(registry: Registry, **more: Any) -> Grant:
    names = frozenset(registry.metrics)
    return Grant(subject="bea", audience="dm", metrics=names, listed=names, **more)


def asking(**query: Any) -> MetricQuery:
    return MetricQuery.model_validate(query)


def told(registry: Registry, query: MetricQuery, grant: Grant, dialect: str = "duckdb") -> Any:
    """All that compiling says, or the words in which it refuses."""
    try:
        found = compile_query(registry, query, grant, dialect=dialect)
    except AnabotError as error:
        return type(error).__name__, str(error)
    return [render(each) for each in found.prepared], found.query.as_json(), found.columns, found.models


def anew(registry: Registry, query: MetricQuery, grant: Grant, dialect: str = "duckdb") -> Any:
    catalog_of(registry).plans.clear()
    return told(registry, query, grant, dialect)


def span(chance: Random) -> dict[str, str]:
    start = dt.date(2025, 1, 1) + dt.timedelta(days=chance.randint(0, 500))
    end = start + dt.timedelta(days=chance.choice([1, 7, 28, 31, 90, 366]))
    if chance.random() < 0.5:
        start, end = start.replace(day=1), (end + dt.timedelta(days=31)).replace(day=1)
    if chance.random() < 0.05:
        start, end = end, start
    return {"start": start.isoformat(), "end": end.isoformat()}


def varied(chance: Random, part: Any) -> Any:
    """The same question with other values and dates, sometimes with as many as before, and sometimes equal ones."""
    if isinstance(part, list | tuple):
        return [varied(chance, each) for each in part]
    if not isinstance(part, dict):
        return part
    if set(part) == {"start", "end"}:
        return span(chance)
    if "values" in part:
        some = [chance.choice(WORDS) for _ in part["values"]]
        return {**part, "values": some if chance.random() < 0.9 else some[:-1]}
    return {key: varied(chance, each) for key, each in part.items()}


def question(chance: Random, registry: Registry) -> dict[str, Any]:
    """A question by chance, with conditions of all kinds, two of which are on one name."""
    asked = random_company.question(chance, registry, {"any": [{str(n): word for n, word in enumerate(WORDS * 2)}]})
    keys = [key for key in asked["group_by"] if not key.startswith("metric_time")]
    for name in [*keys[:1], chance.choice(TIMES)] if chance.random() < 0.7 else []:
        several = {"field": name, "op": chance.choice(["in", "not_in"]), "values": [chance.choice(WORDS) for _ in range(3)]}
        one = {"field": name, "op": chance.choice(["eq", "ne", "lt", "le", "ge", "gt"]), "values": ["2026-03-05"]}
        between = {"field": name, "op": "between", "values": ["2026-01-05", "2026-04-01"]}
        asked["where"] = [*asked.get("where", []), chance.choice([several, one, between, {"any": [several, one]}, {"not": one}])]
    if asked.get("compare") and chance.random() < 0.3:
        asked["compare"] = span(chance)
    if asked.get("over") and asked["over"]["how"] != "share":  # whose labels say their conditions, so that they are not kept
        return {**asked, "having": [], "every": False}
    if keys and not asked.get("compare") and chance.random() < 0.2:
        asked["every"] = True
    return asked


def test_questions_that_differ_in_their_values_get_what_compiling_each_anew_gives(company: Registry) -> None:
    assert compared(company)["by a kept plan"] > ROUNDS * 3 / 4


def compared(registry: Registry) -> Counter[str]:
    """Questions by chance with many values each: all by one set of plans, then each with none."""
    found: Counter[str] = Counter()
    chance = Random(4)
    for _ in range(ROUNDS):
        asked, dialect = question(chance, registry), chance.choice(["duckdb", "postgres", "snowflake"])
        rules = (RowRule(model="regions", dimension="region", values=("North",)),) if chance.random() < 0.3 else ()
        grant = all_of(registry, rows=rules)
        queries = [asking(**asked), *(asking(**varied(chance, asked)) for _ in range(VARIATIONS))]
        catalog_of(registry).plans.clear()
        warm = [told(registry, query, grant, dialect) for query in queries]
        plans = sum(len(each) for each in catalog_of(registry).plans._held.values())
        for query, one in zip(queries, warm, strict=True):
            assert one == anew(registry, query, grant, dialect), query.as_json()
        found["by a kept plan"] += sum(isinstance(one, tuple) and len(one) == 4 for one in warm) - plans
    return found


@pytest.mark.parametrize("forgotten", ["what dates decide", "how many values", "which values are equal", "an end of a period"])
def test_a_plan_that_forgets_what_its_statements_depend_on_is_noticed(
    company: Registry, monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    match forgotten:
        case "what dates decide":
            monkeypatch.setattr(Values, "decided", lambda self, query, how: how(query))
        case "how many values":
            monkeypatch.setattr("anabot.semantic.plans.several", lambda part: part.values[:1])
        case "which values are equal":
            monkeypatch.setattr("anabot.semantic.plans._shape", unequal)
        case "an end of a period":
            monkeypatch.setattr(Values, "edges", lambda self, query, of: tuple(self.bind(each) for each in of(query)))

    with pytest.raises((AssertionError, IndexError, KeyError, ValueError)):
        compared(company)


def unequal(part: Any, seen: dict[Any, int]) -> Any:
    """A shape that does not say which values are equal."""
    if isinstance(part, Condition):
        return part.field, part.op, len(dict.fromkeys(part.values))
    return str(type(part)), *(
        unequal(each, seen) for each in (getattr(part, "any", None) or getattr(part, "all", None) or [part.not_])
    )


def test_another_period_and_another_value_need_no_second_plan(registry: Registry, everything: Grant) -> None:
    def sales_in(start: str, end: str, region: str) -> Compiled:
        where = [{"field": "region", "op": "eq", "values": [region]}]
        query = asking(metrics=["sales"], group_by=["metric_time__month"], where=where, period={"start": start, "end": end})
        return compile_query(registry, query, everything)

    first, second = sales_in("2026-05-01", "2026-08-01", "North"), sales_in("2025-01-01", "2025-02-01", "South")

    assert second.prepared[0].tree is first.prepared[0].tree
    assert set(render(second.prepared[0]).params) == {"South", dt.date(2025, 1, 1), dt.date(2025, 2, 1)}
    assert len(catalog_of(registry).plans) == 1


def test_two_people_of_equal_rights_share_a_plan(registry: Registry, everything: Grant) -> None:
    query = asking(metrics=["sales"])

    first = compile_query(registry, query, everything)
    second = compile_query(registry, query, replace(everything, subject="kim", audience="#books", reason="Books."))

    assert second.prepared[0].tree is first.prepared[0].tree


@pytest.mark.parametrize(
    "less",
    [
        {"rows": (RowRule(model="regions", dimension="region", values=("North",)),)},
        {"denied": frozenset({"regions.region"})},
        {"metrics": frozenset({"cost"})},
        {"metrics": frozenset({"cost"}), "listed": frozenset({"cost"})},
        {"masks": (MaskRule(model="regions", dimension="region", form="constant"),)},
        {"people": (PeopleRule(metrics=frozenset({"sales"}), person="customer", by=("tier",)),)},
    ],
    ids=["rows", "columns", "a listed metric", "a hidden metric", "masks", "small groups"],
)
def test_who_may_see_less_never_gets_the_plan_of_who_may_see_more(
    registry: Registry, everything: Grant, less: dict[str, Any]
) -> None:
    query, colder = asking(metrics=["sales"], group_by=["region"]), replace(everything, **less)
    alone = anew(registry, query, colder)
    catalog_of(registry).plans.clear()

    warmer = told(registry, query, everything)

    assert told(registry, query, colder) == alone != warmer
    assert told(registry, query, everything) == warmer


def test_a_refusal_is_not_kept_and_not_masked_by_a_plan(registry: Registry, everything: Grant) -> None:
    def days(start: str, end: str) -> MetricQuery:
        return asking(metrics=["sales"], period={"start": start, "end": end})

    compile_query(registry, days("2026-05-01", "2026-06-01"), everything)

    with pytest.raises(BadQuery, match="ends before it begins"):
        compile_query(registry, days("2026-06-01", "2026-05-01"), everything)
    with pytest.raises(BadQuery, match="years"):
        compile_query(registry, days("0001-01-01", "2026-05-01"), everything)
    with pytest.raises(UnknownName):
        compile_query(registry, asking(metrics=["sails"]), everything)
    assert len(catalog_of(registry).plans) == 1


def test_a_question_about_people_is_compiled_anew_each_time(registry: Registry, everything: Grant) -> None:
    rule = PeopleRule(metrics=frozenset({"orders_placed"}), person="customer", by=("tier",))
    grant = replace(everything, people=(rule,))

    def placed(start: str) -> MetricQuery:
        return asking(metrics=["orders_placed"], period={"start": start, "end": "2026-06-01"})

    compile_query(registry, placed("2026-05-01"), grant)

    assert len(catalog_of(registry).plans) == 0
    with pytest.raises(NotAllowed, match="whole months"):
        compile_query(registry, placed("2026-05-02"), grant)


def test_a_statement_with_another_tree_is_not_rendered_from_what_is_kept(registry: Registry, everything: Grant) -> None:
    query = asking(metrics=["sales"])
    prepared = [compile_query(registry, query, everything).prepared[0] for _ in range(2)][1]
    before = render(prepared)
    tree = prepared.tree.copy()
    tree.expressions[0].set("this", number(7))

    assert "7 AS sales" in render(replace(prepared, tree=tree)).text
    assert render(replace(prepared, dialect="snowflake")).dialect == "snowflake"
    assert render(prepared) == before


def test_what_is_kept_is_bounded_by_what_was_asked_for_last() -> None:
    kept: Recent[str] = Recent(2)

    for key in ("a", "b"):
        kept.keep(key, key.upper())
    kept.get("a")
    kept.keep("c", "C")

    assert [kept.get(key) for key in "abc"] == ["A", None, "C"]
    assert len(kept) == 2
