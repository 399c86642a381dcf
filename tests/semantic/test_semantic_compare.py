"""A compared metric shows the value before, the change, and the change as a part of it."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from anabot.errors import BadQuery
from tests.semantic import oracle
from tests.semantic.conftest import Ask

SUMMER = {"start": "2026-05-01", "end": "2026-08-01"}


def _over(metric: str, start: str, end: str) -> Any:
    return oracle.value(metric, lambda row: start <= row["time"].isoformat() < end)


@pytest.mark.parametrize("metric", ["sales", "cost", "orders_placed", "online_sales", "margin"])
@pytest.mark.parametrize(
    ("compare", "start", "end"),
    [
        ("previous_period", "2026-02-01", "2026-05-01"),
        ("previous_year", "2025-05-01", "2025-08-01"),
        ({"start": "2025-02-01", "end": "2025-05-01"}, "2025-02-01", "2025-05-01"),
    ],
)
def test_a_total_is_compared_with_the_period_asked_for(ask: Ask, metric: str, compare: Any, start: str, end: str) -> None:
    ((now, before, change, part),) = ask(metrics=[metric], period=SUMMER, compare=compare)

    assert (now, before) == (_over(metric, "2026-05-01", "2026-08-01"), _over(metric, start, end))
    assert change == now - before
    assert part == (Decimal(now - before) / Decimal(before)).quantize(Decimal("1e-10"), ROUND_HALF_UP)


def test_a_comparison_by_a_dimension_keeps_groups_that_only_one_side_has(ask: Ask) -> None:
    week, before = {"start": "2026-07-06", "end": "2026-07-13"}, ("2026-06-29", "2026-07-06")

    rows = ask(metrics=["orders_placed"], group_by=["shop_name"], period=week, compare="previous_period")

    shops = {row["shop_name"] for row in oracle.ORDERS if before[0] <= row["time"].isoformat() < week["end"]}
    assert {row[0] for row in rows} == shops
    assert any(None in row[1:3] for row in rows)
    assert all(row[3] is None and row[4] is None for row in rows if row[1] is None or row[2] is None)


def test_by_month_each_month_is_compared_with_the_month_before(ask: Ask) -> None:
    rows = ask(metrics=["sales"], group_by=["metric_time__month"], period=SUMMER, compare="previous_period")

    assert [(row[0].month, row[2]) for row in rows] == [
        (5, _over("sales", "2026-04-01", "2026-05-01")),
        (6, _over("sales", "2026-05-01", "2026-06-01")),
        (7, _over("sales", "2026-06-01", "2026-07-01")),
    ]
    assert all(row[3] == row[1] - row[2] for row in rows)


@pytest.mark.parametrize(
    ("grain", "back"),
    [("week", dt.timedelta(weeks=1)), ("day", dt.timedelta(days=1))],
)
def test_by_week_and_by_day_each_row_is_compared_with_the_one_before(ask: Ask, grain: str, back: dt.timedelta) -> None:
    span = {"start": "2026-06-01", "end": "2026-06-29"}

    rows = ask(metrics=["orders_placed"], group_by=[f"metric_time__{grain}"], period=span, compare="previous_period")

    for start, _, before, *_ in rows:
        first, last = start - back, start
        assert before == _over("orders_placed", first.isoformat(), last.isoformat())


def test_by_fiscal_quarter_last_year_stands_beside_this_one(ask: Ask) -> None:
    rows = ask(metrics=["sales"], group_by=["metric_time__fiscal_quarter"], period=SUMMER, compare="previous_year")

    assert [(row[0], row[2]) for row in rows] == [(dt.date(2026, 5, 1), _over("sales", "2025-05-01", "2025-08-01"))]


def test_by_month_and_region_last_year_stands_beside_this_one(ask: Ask) -> None:
    rows = ask(metrics=["sales"], group_by=["region", "metric_time__month"], period=SUMMER, compare="previous_year")

    wanted = oracle.table(
        ["sales"],
        {"region": lambda row: row["region"], "month": lambda row: oracle.month(row["time"])},
        lambda row: "2025-05-01" <= row["time"].isoformat() < "2025-08-01",
    )
    found = {(region, start.replace(year=2025)): before for region, start, _, before, *_ in rows if before is not None}
    assert found == {key: values[0] for key, values in wanted.items()}


def test_weeks_are_compared_with_weeks_a_year_earlier_monday_with_monday(ask: Ask) -> None:
    span = {"start": "2026-06-01", "end": "2026-06-29"}

    rows = ask(metrics=["orders_placed"], group_by=["metric_time__week"], period=span, compare="previous_year")

    for start, _, before, *_ in rows:
        assert start.weekday() == 0
        first = start - dt.timedelta(weeks=52)
        assert before == _over("orders_placed", first.isoformat(), (first + dt.timedelta(weeks=1)).isoformat())


def test_rows_can_be_ordered_by_their_change(ask: Ask) -> None:
    rows = ask(
        metrics=["sales"], group_by=["channel"], period=SUMMER, compare="previous_year", order_by=["-sales__change"], limit=2
    )

    assert len(rows) == 2
    assert rows[0][3] >= rows[1][3]


@pytest.mark.parametrize("limit_by", [[], ["region"]])
def test_rows_can_be_ordered_by_the_size_of_their_change_whichever_way(ask: Ask, limit_by: list[str]) -> None:
    asked: dict[str, Any] = {
        "metrics": ["sales"],
        "group_by": ["region", "shop_name"],
        "period": SUMMER,
        "compare": "previous_period",
    }
    whole = [row for row in ask(**asked) if row[4] is not None]
    largest = sorted(whole, key=lambda row: abs(row[4]), reverse=True)
    firsts = list({row[0]: row for row in reversed(largest)}.values())
    wanted = sorted(firsts, key=lambda row: abs(row[4]), reverse=True) if limit_by else largest[:2]

    rows = ask(**asked, order_by=["-sales__change__size"], limit=1 if limit_by else 2, limit_by=limit_by)

    assert sorted(abs(row[4]) for row in rows if row[4] is not None) == sorted(abs(row[4]) for row in wanted)
    assert any(row[4] < 0 for row in whole)


def test_a_compared_ratio_is_rounded_once(ask: Ask) -> None:
    ((now, before, change, part),) = ask(metrics=["average_basket"], period=SUMMER, compare="previous_year")
    orders = [_over("orders_placed", *span) for span in (("2026-05-01", "2026-08-01"), ("2025-05-01", "2025-08-01"))]
    exact = [
        _over("sales", *span) / n
        for span, n in zip((("2026-05-01", "2026-08-01"), ("2025-05-01", "2025-08-01")), orders, strict=True)
    ]

    def rounded(number: Decimal) -> Decimal:
        return number.quantize(Decimal("1e-10"), ROUND_HALF_UP)

    assert [now, before, change, part] == [*map(rounded, (*exact, exact[0] - exact[1], (exact[0] - exact[1]) / exact[1]))]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"compare": "previous_period"}, "nothing to compare"),
        ({"compare": "same_point", "period": SUMMER}, "Only the data says"),
        ({"compare": {"start": "2026-05-01", "end": "2026-05-01"}, "period": SUMMER}, "ends before"),
    ],
)
def test_a_comparison_that_makes_no_sense_says_what_to_do(ask: Ask, query: dict[str, Any], words: str) -> None:
    with pytest.raises(BadQuery, match=words) as caught:
        ask(metrics=["sales"], **query)

    assert caught.value.todo


def test_a_newest_date_has_no_change_and_says_so(ask: Ask) -> None:
    with pytest.raises(BadQuery, match="is a time"):
        ask(metrics=["data_as_of"], period=SUMMER, compare="previous_period")
