"""A change is split exactly, over what the asker may see, with mix and rate apart, and what tells most comes first."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anabot.agent.causes import say_drivers, shown_drivers, table_of
from anabot.agent.grounding import ground, names_of
from anabot.analysis.drivers import drivers
from anabot.errors import BadQuery
from anabot.semantic.query import MetricQuery
from anabot.types import Cell, Column, Drivers, Grant, Table
from tests.tiny import tiny_registry

REGISTRY = tiny_registry()
EVERYTHING = frozenset(REGISTRY.metrics)
MAY = Grant(subject="somebody", audience="dm", metrics=EVERYTHING, listed=EVERYTHING)
WEEKS = {"period": {"start": "2026-08-17", "end": "2026-08-24"}, "compare": {"start": "2026-08-10", "end": "2026-08-17"}}
Cells = dict[str, tuple[Cell, ...]]


def query(metric: str, *by: str) -> MetricQuery:
    return MetricQuery.model_validate({"metrics": [metric], "group_by": list(by), **WEEKS})


def answers(
    whole: dict[str, tuple[Cell, Cell]], groups: dict[str, dict[str, dict[str, tuple[Cell, Cell]]]]
) -> Callable[..., Table]:
    """A warehouse that knows metric → (before, after), and dimension → group → the same."""

    def run(asked: MetricQuery) -> Table:
        columns: list[Column] = [Column(name=name, type="text") for name in asked.group_by]
        for name in asked.metrics:
            columns += [Column(name=name, type="number"), Column(name=f"{name}__previous", type="number")]
        if not asked.group_by:
            return Table(columns=tuple(columns), rows=(tuple(cell for n in asked.metrics for cell in whole[n][::-1]),))
        if asked.group_by[0] not in groups:
            raise BadQuery("That is not known here.")
        found = groups[asked.group_by[0]]
        rows = [(group, *(cell for n in asked.metrics for cell in held[n][::-1])) for group, held in found.items()]
        return Table(columns=tuple(columns), rows=tuple(rows))

    return run


def sales(**groups: dict[str, tuple[Any, Any]]) -> Callable[..., Table]:
    first = next(iter(groups.values()))
    whole = tuple(sum(pair[i] or 0 for pair in first.values()) for i in (0, 1))
    return answers({"sales": whole}, {d: {g: {"sales": pair} for g, pair in held.items()} for d, held in groups.items()})


def split(run: Callable[..., Table], metric: str = "sales", *by: str, may: Grant = MAY) -> Drivers:
    return drivers(query(metric, *by), REGISTRY, may, run)


def test_the_group_that_fell_leads_and_the_dimension_that_shows_it_best_comes_first() -> None:
    found = split(
        sales(
            region={"North": (Decimal(600), Decimal(590)), "South": (Decimal(400), Decimal(310))},
            country={"Nordland": (Decimal(700), Decimal(640)), "Insula": (Decimal(300), Decimal(260))},
        )
    )

    assert [one.dimension for one in found.splits][0] == "region"
    assert [(line.value, line.contribution) for line in found.splits[0].lines] == [
        ("South", Decimal(-90)),
        ("North", Decimal(-10)),
    ]
    assert found.change == Decimal(-100)


def test_a_group_that_is_new_or_gone_counts_in_full() -> None:
    found = split(sales(region={"North": (Decimal(100), None), "Isles": (None, Decimal(30))}))

    assert {line.value: line.contribution for line in found.splits[0].lines} == {"North": Decimal(-100), "Isles": Decimal(30)}


def test_what_does_not_add_up_is_not_shown_but_named() -> None:
    run = answers({"sales": (Decimal(100), Decimal(80))}, {"region": {"North": {"sales": (Decimal(60), Decimal(30))}}})

    found = split(run)

    assert found.splits == ()
    assert "Region" in found.not_checked[0]


def test_a_split_over_what_was_asked_for_names_what_was_not_looked_at() -> None:
    found = split(sales(region={"North": (Decimal(100), Decimal(80))}), "sales", "region")

    (left,) = found.not_checked
    assert left.endswith(": only Region was asked for")
    assert "Channel" in left
    assert "Region" not in left.split(":")[0].split(", ")


def test_a_dimension_that_is_denied_is_neither_shown_nor_named() -> None:
    may = Grant(subject="x", audience="dm", metrics=EVERYTHING, listed=EVERYTHING, denied=frozenset({"regions.region"}))

    found = split(sales(region={"North": (Decimal(1), Decimal(2))}), may=may)

    assert "region" not in repr(found.splits)
    assert not any("Region" in line.split(":")[0].split(", ") for line in found.not_checked)


def test_a_period_without_data_has_no_change_to_explain() -> None:
    with pytest.raises(BadQuery, match="the period before has no data"):
        split(answers({"sales": (None, Decimal(80))}, {}))


def test_simpsons_paradox_is_told_as_mix_against_rate() -> None:
    run = answers(
        {"margin_pct": (Decimal("0.8200000000"), Decimal("0.6600000000")), "margin": (820, 660), "sales": (1000, 1000)},
        {
            "region": {
                "North": {"margin": (720, 180), "sales": (800, 195)},
                "South": {"margin": (100, 480), "sales": (200, 805)},
            }
        },
    )

    found = split(run, "margin_pct", "region")
    (only,) = found.splits
    mix, rate = (sum(getattr(line, part) for line in only.lines) for part in ("mix", "rate"))

    assert found.change < 0 < rate
    assert all(line.rate is not None and line.rate > 0 for line in only.lines)
    assert mix < found.change
    assert "The mix of region alone moved it down" in say_drivers(found, query("margin_pct"))


amounts = st.decimals(min_value=-10_000, max_value=10_000, places=2)
groups = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(amounts, amounts), min_size=1)
weights = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(*[st.integers(0, 500)] * 4), min_size=1)


@given(groups)
def test_the_contributions_are_the_change_to_the_cent(held: dict[str, tuple[Decimal, Decimal]]) -> None:
    found = split(sales(region=held), "sales", "region")

    assert sum(line.contribution for line in found.splits[0].lines) == found.change


@given(weights)
def test_mix_and_rate_are_the_change_of_a_ratio_exactly(held: dict[str, tuple[int, int, int, int]]) -> None:
    parts = {g: {"margin": (Decimal(a), Decimal(b)), "sales": (Decimal(c), Decimal(d))} for g, (a, b, c, d) in held.items()}
    tops, bottoms = ([sum(one[name][i] for one in parts.values()) for i in (0, 1)] for name in ("margin", "sales"))
    if not all(bottoms):
        return
    ratios = tuple((top / bottom).quantize(Decimal("1e-10")) for top, bottom in zip(tops, bottoms, strict=True))

    found = split(answers({"margin_pct": ratios}, {"region": parts}), "margin_pct", "region")

    lines = found.splits[0].lines
    assert sum(line.contribution for line in lines) == found.change
    assert all(line.mix is not None and line.rate is not None and line.mix + line.rate == line.contribution for line in lines)


@given(groups)
def test_what_is_said_of_a_change_is_borne_out_and_its_table_adds_up(held: dict[str, tuple[Decimal, Decimal]]) -> None:
    named = {f"Group {group}": pair for group, pair in held.items()}
    found = split(sales(region=named), "sales", "region")

    verdict = ground(say_drivers(found, query("sales")), [shown_drivers(found, query("sales"))], names_of(REGISTRY, EVERYTHING))
    table = table_of(found)

    assert verdict.holds, verdict
    if table is not None:
        place = [column.name for column in table.columns].index("contribution")
        assert sum(Decimal(str(row[place])) for row in table.rows) == found.change
