"""What must hold on any model: random companies, random rows, and a few laws of arithmetic."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from anabot.errors import UnknownName
from tests.semantic.worlds import DAYS, FIRST, Asked, Fact, World, plain, worlds

ADDITIVE = ("amount", "rows", "near", "far")
TIMES = ("metric_time__day", "metric_time__week", "metric_time__month", "metric_time__extract_dow")
EXACT = Decimal("1e-9")  # DuckDB divides doubles, shown to ten places
some = settings(  # without shrinking, so that a broken law is told in seconds, too
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
DATES = st.integers(0, DAYS).map(lambda n: FIRST + dt.timedelta(days=n))


def spans(least: int = 1) -> st.SearchStrategy[tuple[dt.date, dt.date]]:
    """Half-open periods of at least so many days, at the edges of the rows too."""
    return st.tuples(DATES, st.integers(least, DAYS)).map(lambda one: (one[0], one[0] + dt.timedelta(days=one[1])))


def period(start: dt.date, end: dt.date) -> dict[str, str]:
    return {"start": start.isoformat(), "end": end.isoformat()}


def shared(world: World) -> list[str]:
    """The dimensions that every fact reaches."""
    reached = [set(world.reached(fact)) for fact in world.facts]
    return sorted(set.intersection(*reached))


def keys_of(data: st.DataObject, known: list[str], most: int = 2) -> list[str]:
    return data.draw(st.lists(st.sampled_from([*known, *TIMES]), max_size=most, unique=True), label="keys")


def summed(rows: list[Any]) -> Any:
    return plain([row[-1] for row in rows]) or 0


def in_time(fact: Fact, row: tuple[Any, ...], start: dt.date, end: dt.date) -> bool:
    day = row[1].date() if fact.exact else row[1]
    return bool(start <= day < end)


@some
@given(world=worlds(facts=1), span=spans(), data=st.data())
def test_a_total_is_the_sum_of_its_parts_whatever_the_parts(world: World, span: tuple[dt.date, dt.date], data: Any) -> None:
    asked = Asked(world)
    fact = world.facts[0]
    keys = keys_of(data, [*world.reached(fact), "own0"], 3)

    for name in ADDITIVE:
        parts = asked.ask([f"{name}0"], keys, period=period(*span))

        assert summed(parts) == summed(asked.ask([f"{name}0"], period=period(*span))), name


@some
@given(world=worlds(facts=1), span=spans(), data=st.data())
def test_each_part_is_what_plain_look_ups_give(world: World, span: tuple[dt.date, dt.date], data: Any) -> None:
    asked = Asked(world)
    fact = world.facts[0]
    key = data.draw(st.sampled_from([*world.reached(fact), "own0"]), label="key")

    rows = asked.ask(["amount0", "rows0", "most0"], [key], period=period(*span))

    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in fact.rows:
        if in_time(fact, row, *span):
            groups[world.words(fact, row)[key]].append(row[3])
    most = {word: max((each for each in held if each is not None), default=None) for word, held in groups.items()}
    assert {row[0]: row[1:] for row in rows} == {word: (plain(held), len(held), most[word]) for word, held in groups.items()}
    assert len(rows) == len(groups)


@some
@given(world=worlds(), span=spans(2), data=st.data())
def test_any_period_is_the_union_of_its_halves(world: World, span: tuple[dt.date, dt.date], data: Any) -> None:
    asked = Asked(world)
    middle = span[0] + dt.timedelta(days=data.draw(st.integers(1, (span[1] - span[0]).days - 1), label="cut"))
    metrics = [f"{name}{fact.number}" for fact in world.facts for name in ADDITIVE]
    keys = data.draw(st.lists(st.sampled_from(shared(world)), max_size=1) if shared(world) else st.just([]), label="keys")

    whole, first, second = (
        asked.ask(metrics, keys, period=period(*each)) for each in (span, (span[0], middle), (middle, span[1]))
    )

    n = len(keys)
    for place, name in enumerate(metrics):
        halves: dict[Any, list[Any]] = defaultdict(list)
        for row in (*first, *second):
            halves[row[:n]].append(row[n + place])
        found = {row[:n]: row[n + place] or 0 for row in whole}
        assert {key: plain(each) or 0 for key, each in halves.items()} == found, name


FORMULA = (
    "- {name: made, type: derived, expr: 'a - 2 * b + c / d', input_metrics: [{name: amount0, alias: a}, "
    "{name: rows0, alias: b}, {name: LAST, alias: c}, {name: rows0, alias: d}]}"
)


@some
@given(world=worlds(), data=st.data())
def test_a_derived_metric_is_its_formula_over_its_inputs(world: World, data: Any) -> None:
    last = f"far{world.facts[-1].number}"
    asked = Asked(world, FORMULA.replace("LAST", last))
    keys = keys_of(data, shared(world))

    rows = asked.ask(["made", "amount0", "rows0", last], keys)

    for *_, made, amount, count, far in rows:
        if None in (amount, count, far) or not count:
            assert made is None
        else:
            assert abs(made - (amount - 2 * count + Decimal(far) / count)) <= EXACT


@some
@given(world=worlds(), data=st.data())
def test_a_ratio_is_its_numerator_over_its_denominator(world: World, data: Any) -> None:
    below = f"rows{world.facts[-1].number}"
    asked = Asked(world, f"- {{name: share, type: ratio, numerator: near0, denominator: {below}}}")
    keys = keys_of(data, shared(world))

    for *_, share, top, bottom in asked.ask(["share", "near0", below], keys):
        if top is None or not bottom:
            assert share is None
        else:
            assert abs(share - top / Decimal(bottom)) <= EXACT


@some
@given(world=worlds(), span=spans(), data=st.data())
def test_the_compared_period_is_the_same_question_asked_of_it(world: World, span: tuple[dt.date, dt.date], data: Any) -> None:
    asked = Asked(world)
    metrics = [f"amount{world.facts[-1].number}", "rows0"]
    keys = data.draw(st.lists(st.sampled_from(shared(world)), max_size=2, unique=True) if shared(world) else st.just([]))
    before = (span[0] - dt.timedelta(days=DAYS), span[0])

    both = asked.ask(metrics, keys, period=period(*span), compare=dict(zip(("start", "end"), map(str, before), strict=True)))

    n = len(keys)
    now, then = ({row[:n]: row[n:] for row in asked.ask(metrics, keys, period=period(*each))} for each in (span, before))
    assert {row[:n] for row in both} == now.keys() | then.keys()
    for row in both:
        for place in range(2):
            value, previous, change, _ = row[n + 4 * place : n + 4 * place + 4]
            here, there = (each.get(row[:n], (None, None))[place] for each in (now, then))
            assert ((value or 0), (previous or 0)) == ((here or 0), (there or 0))
            assert change is None or change == (value or 0) - (previous or 0)


@some
@given(world=worlds(), days=st.integers(1, DAYS), start=DATES)
def test_the_period_before_is_as_long_and_ends_where_this_one_begins(world: World, days: int, start: dt.date) -> None:
    assume(start.day != 1)  # whole months are compared with whole months
    asked = Asked(world)
    end, earlier = start + dt.timedelta(days=days), start - dt.timedelta(days=days)

    ((now, before, change, _),) = asked.ask(["amount0"], period=period(start, end), compare="previous_period")

    assert [(now,)] == asked.ask(["amount0"], period=period(start, end))
    assert [(before,)] == asked.ask(["amount0"], period=period(earlier, start))
    assert change == (None if now is None or before is None else now - before)


@some
@given(world=worlds())
def test_a_fan_out_is_refused_with_its_reason(world: World) -> None:
    """A describing row has many rows of the fact: counted by what those say, it would count several times."""
    asked = Asked(world)

    for fact in world.facts:
        for number in (each for place in fact.on for each in world.way(place)):
            with pytest.raises(UnknownName, match=f"`known{number}` has no dimension `own{fact.number}`") as caught:
                asked.ask([f"known{number}"], [f"own{fact.number}"])

            assert f"measured on `d{number}`" in caught.value.why
            assert caught.value.todo
            assert asked.ask([f"known{number}"]) == [(len(world.describing[number].rows),)]
