"""Each day, week and month of a period, whether anything was measured then or not, against the bakery's own rows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from anabot.errors import BadQuery
from anabot.semantic import compile_query
from anabot.semantic.query import MetricQuery
from tests.semantic import oracle
from tests.semantic.moved import DAY, DAYS, SUMMER, Run, asking, everything, inside, moved_registry, placed
from tests.tiny import tiny_registry


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with asking(moved_registry(), tmp_path_factory.mktemp("every_time")) as asked:
        yield asked


def test_a_day_on_which_nothing_happened_has_a_zero(run: Run) -> None:
    rows = run("orders_placed", group_by=["metric_time__day"], period=SUMMER, every=True)

    assert dict(rows) == {day: placed(day, day + DAY) or 0 for day in DAYS if inside(day)}


def test_days_without_any_can_be_asked_for_alone(run: Run) -> None:
    none = [{"field": "gift_orders", "op": "eq", "values": ["0"]}]
    rows = run("gift_orders", group_by=["metric_time__day"], period=SUMMER, every=True, having=none)
    given = {row["time"] for row in oracle.ORDERS if row["is_gift"]}

    assert {day for day, _ in rows} == {day for day in DAYS if inside(day) and day not in given}


def test_a_condition_takes_no_day_off_the_list(run: Run) -> None:
    phone = [{"field": "channel", "op": "eq", "values": ["phone"]}]
    rows = run("orders_placed", group_by=["metric_time__day"], period=SUMMER, every=True, where=phone)

    assert {day for day, _ in rows} == {day for day in DAYS if inside(day)}
    assert sum(value for _, value in rows) == sum(inside(row["time"]) and row["channel"] == "phone" for row in oracle.ORDERS)


def test_money_of_a_day_without_any_is_nothing_and_an_average_has_no_value(run: Run) -> None:
    ferry = [{"field": "shop_name", "op": "eq", "values": ["Ferry"]}]
    sales = dict(run("sales", group_by=["metric_time__day"], period=SUMMER, every=True, where=ferry))
    basket = dict(run("average_basket", group_by=["metric_time__day"], period=SUMMER, every=True, where=ferry))
    none = {day for day, value in sales.items() if value == Decimal(0)}

    assert none
    assert all(basket[day] is None for day in none)


_EVERY_DAY = {"metrics": ["orders_placed"], "group_by": ["metric_time__day"], "every": True}


def test_every_time_needs_a_period() -> None:
    registry = moved_registry()

    with pytest.raises(BadQuery, match="needs a period"):
        compile_query(registry, MetricQuery.model_validate(_EVERY_DAY), everything(registry))


def test_every_time_needs_a_spine() -> None:
    query = MetricQuery.model_validate({**_EVERY_DAY, "period": SUMMER})

    with pytest.raises(BadQuery, match="spine"):
        compile_query(tiny_registry(), query, everything(tiny_registry()))
