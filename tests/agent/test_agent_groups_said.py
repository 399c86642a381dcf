"""What is said of a number of groups: which of them count; and each number of it is borne out by the row."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from anabot.agent import Reading
from anabot.agent.grounding import ground, names_of, shown
from anabot.agent.read_as import in_words
from anabot.agent.reply import say
from anabot.semantic import compile_query
from anabot.semantic.over_words import known_of
from anabot.semantic.query import MetricQuery
from anabot.slack import explain
from anabot.types import Answer, Cell, Table
from tests.agent.asking import grant
from tests.tiny import tiny_registry

REGISTRY = tiny_registry()
JUNE = {"start": "2026-06-01", "end": "2026-07-01"}


def query(metric: str, how: str, each: str, **more: Any) -> MetricQuery:
    return MetricQuery.model_validate({"metrics": [metric], "over": {"how": how, "each": [each]}, **more})


def above(metric: str, op: str, value: str) -> list[dict[str, Any]]:
    return [{"field": metric, "op": op, "values": [value]}]


def table(asked: MetricQuery, *cells: Cell) -> Table:
    return Table(columns=compile_query(REGISTRY, asked, grant()).columns, rows=(cells,))


ORDERS, SALES = "orders_placed", "sales"
SAID = [
    (
        query(ORDERS, "average", "customer", period=JUNE),
        (Decimal("3.25"), 214),
        "Average orders per customer was 3.25 in Jun 2026, over the 214 customers that had any.",
    ),
    (
        query(SALES, "average", "metric_time__day", period=JUNE, every=True),
        (Decimal("1250.50"), 30),
        "Average sales per day was $1,250.50 in Jun 2026, over all 30 days, with or without any.",
    ),
    (
        query(SALES, "median", "customer", having=above(SALES, "gt", "100")),
        (Decimal("150"), 13),
        "Median sales per customer was $150.00, over the 13 customers with sales of more than $100.00.",
    ),
    (
        query(ORDERS, "count", "customer", having=above(ORDERS, "ge", "3"), period=JUNE),
        (7,),
        "7 customers had at least 3 orders in Jun 2026.",
    ),
    (query(ORDERS, "count", "customer", having=above(ORDERS, "ge", "3")), (1,), "1 customer had at least 3 orders."),
    (
        query(ORDERS, "count", "metric_time__day", having=above(ORDERS, "eq", "0"), period=JUNE, every=True),
        (26,),
        "26 days had no orders in Jun 2026.",
    ),
    (
        query(ORDERS, "share", "customer", having=above(ORDERS, "gt", "1"), period=JUNE),
        (Decimal("0.345"), 74, 214),
        "Share of customers with more than 1 order was 34.5% in Jun 2026: 74 of the 214 that had any orders.",
    ),
]


@pytest.mark.parametrize(("asked", "cells", "expected"), SAID)
def test_the_sentence_says_which_groups_count(asked: MetricQuery, cells: tuple[Cell, ...], expected: str) -> None:
    assert say(Reading(query=asked), table(asked, *cells), REGISTRY) == expected


@pytest.mark.parametrize(("asked", "cells", "expected"), SAID)
def test_its_numbers_are_borne_out(asked: MetricQuery, cells: tuple[Cell, ...], expected: str) -> None:
    known = known_of(REGISTRY, asked)
    names = names_of(known, [*known.metrics])

    assert ground(expected, [shown(asked, table(asked, *cells), REGISTRY)], names).claims == ()


def test_another_number_of_groups_is_not() -> None:
    asked, cells, said = SAID[0]
    known = known_of(REGISTRY, asked)
    names = names_of(known, [*known.metrics])

    assert ground(said.replace("214", "215"), [shown(asked, table(asked, *cells), REGISTRY)], names).claims
    assert ground(said.replace("3.25", "4.25"), [shown(asked, table(asked, *cells), REGISTRY)], names).claims


def test_where_there_is_nothing_no_number_is_said() -> None:
    asked = query(SALES, "average", "customer", period=JUNE)

    assert say(Reading(query=asked), table(asked, None, 0), REGISTRY).startswith(
        "There is no data for Average sales per customer"
    )


def test_how_it_was_made_is_explained() -> None:
    asked = query(SALES, "average", "customer", period=JUNE)
    answer = Answer(status="answered", text="", query=asked.as_json(), metrics=("sales",))

    words = json.dumps(list(explain.question(answer, REGISTRY)), ensure_ascii=False)

    assert "*Over groups* Average sales per customer. Computed over customers that have any sales" in words


def test_a_choice_says_what_it_is() -> None:
    asked = query(ORDERS, "count", "customer", having=above(ORDERS, "ge", "3"), period=JUNE)

    assert in_words(asked, REGISTRY) == "Customers with at least 3 orders, 1 Jun – 30 Jun 2026"
