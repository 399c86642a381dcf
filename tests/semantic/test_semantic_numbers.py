"""Every number the compiler gives equals the one that plain Python gives over the same rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anabot.errors import BadQuery
from tests.semantic import oracle
from tests.semantic.conftest import Ask

SUMMER = {"start": "2026-05-01", "end": "2026-08-01"}
KEYS: dict[str, Callable[[oracle.Row], Any]] = {
    "region": lambda row: row["region"],
    "country": lambda row: row["country"],
    "shop_name": lambda row: row["shop_name"],
    "metric_time__month": lambda row: oracle.month(row["time"]),
    "metric_time__year": lambda row: row["time"].replace(month=1, day=1),
    "metric_time__week": lambda row: row["time"] - dt.timedelta(days=row["time"].weekday()),
    "metric_time__day": lambda row: row["time"],
    "metric_time__fiscal_quarter": lambda row: _fiscal(row["time"], 3),
    "metric_time__fiscal_year": lambda row: _fiscal(row["time"], 12),
}
ORDER_KEYS = {**KEYS, "channel": lambda row: row["channel"], "tier": lambda row: row["tier"]}
METRICS = [*oracle.SIMPLE, "average_basket", "online_share", "margin", "margin_pct", "cost_per_order"]
WITH_COST = {"cost", "margin", "margin_pct", "cost_per_order"}


def _fiscal(day: dt.date, months: int) -> dt.date:
    index = day.year * 12 + day.month - 2
    first = index - index % months
    return dt.date((first + 1) // 12, (first + 1) % 12 + 1, 1)


def _inside(span: dict[str, str] | None) -> Callable[[oracle.Row], bool]:
    if span is None:
        return lambda row: True
    return lambda row: span["start"] <= row["time"].isoformat() < span["end"]


def _equal(ask: Ask, metrics: list[str], keys: list[str], keep: Callable[[oracle.Row], bool], **more: Any) -> None:
    rows = ask(metrics=metrics, group_by=keys, **more)

    found = {row[: len(keys)]: list(row[len(keys) :]) for row in rows}
    wanted = oracle.table(metrics, {key: ORDER_KEYS[key] for key in keys}, keep)
    assert len(found) == len(rows)
    assert found.keys() == wanted.keys()
    for key in wanted:
        assert [_plain(cell) for cell in found[key]] == [_plain(cell, key) for cell in wanted[key]], key


def _plain(cell: Any, key: tuple[Any, ...] | None = None) -> Any:
    return cell or 0 if key == () else cell if cell is not None else None


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("key", KEYS)
def test_a_metric_by_a_dimension_is_exact(ask: Ask, metric: str, key: str) -> None:
    _equal(ask, [metric], [key], _inside(SUMMER), period=SUMMER)


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_over_all_time_is_exact(ask: Ask, metric: str) -> None:
    ((found,),) = ask(metrics=[metric])

    assert found == oracle.value(metric, lambda row: True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_several_metrics_by_several_dimensions_are_exact(ask: Ask, data: st.DataObject) -> None:
    metrics = data.draw(st.lists(st.sampled_from(METRICS), min_size=1, max_size=4, unique=True))
    choices = KEYS if WITH_COST & set(metrics) else ORDER_KEYS
    keys = data.draw(st.lists(st.sampled_from(sorted(choices)), min_size=1, max_size=3, unique=True))
    start = data.draw(st.dates(dt.date(2025, 1, 1), dt.date(2026, 9, 1)))
    span = {"start": start.isoformat(), "end": (start + dt.timedelta(days=data.draw(st.integers(1, 300)))).isoformat()}

    _equal(ask, metrics, keys, _inside(span), period=span)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.dates(dt.date(2025, 1, 2), dt.date(2026, 9, 29)))
def test_a_period_is_the_union_of_its_halves(ask: Ask, cut: dt.date) -> None:
    whole, first, second = (
        ask(metrics=["sales", "items_sold", "orders_placed", "cost"], period={"start": start, "end": end})[0]
        for start, end in (("2025-01-01", "2026-09-30"), ("2025-01-01", cut.isoformat()), (cut.isoformat(), "2026-09-30"))
    )

    assert list(whole) == [(a or 0) + (b or 0) for a, b in zip(first, second, strict=True)]


@pytest.mark.parametrize("metric", ["sales", "online_sales", "items_sold", "orders_placed", "gift_orders"])
@pytest.mark.parametrize("key", ["region", "channel", "tier", "metric_time__week", "shop_name", "is_gift"])
def test_an_additive_total_is_the_sum_of_its_parts(ask: Ask, metric: str, key: str) -> None:
    ((total,),) = ask(metrics=[metric], period=SUMMER)

    assert sum(row[1] or 0 for row in ask(metrics=[metric], group_by=[key], period=SUMMER)) == total


def test_a_group_without_rows_of_its_own_keeps_its_null(ask: Ask) -> None:
    rows = ask(metrics=["sales"], group_by=["region"], period=SUMMER)

    assert rows[-1] == (None, Decimal("114.02"))


def test_facts_meet_on_a_null_key(ask: Ask) -> None:
    rows = ask(metrics=["sales", "cost"], group_by=["region"])

    assert len([row for row in rows if row[0] is None]) == 1
    assert all(cell is not None for cell in rows[-1][1:])


def test_a_filtered_metric_alone_makes_no_groups_of_other_rows(ask: Ask) -> None:
    assert {row[0] for row in ask(metrics=["online_sales"], group_by=["channel"])} == {"online"}


def test_two_filtered_metrics_share_a_scan_and_keep_their_groups(ask: Ask) -> None:
    rows = ask(metrics=["online_sales", "offline_sales"], group_by=["channel"])

    assert [(row[0], row[1] is None, row[2] is None) for row in rows] == [
        ("counter", True, False),
        ("online", False, True),
        ("phone", True, False),
    ]


def test_a_ratio_over_nothing_is_null(ask: Ask) -> None:
    assert ask(metrics=["average_basket", "orders_placed"], period={"start": "2030-01-01", "end": "2031-01-01"}) == [(None, 0)]


def test_a_half_open_period_leaves_out_its_end_and_keeps_the_last_minute_before(ask: Ask) -> None:
    ((june,),) = ask(metrics=["cost"], period={"start": "2026-05-02", "end": "2026-05-29"})

    assert june == Decimal("36.8")  # the rent of 28 May 23:59, not the flour of 1 May 00:00


def test_a_newest_date_is_a_date(ask: Ask) -> None:
    rows = ask(metrics=["data_as_of"], group_by=["source"])

    assert rows[-1] == ("till", dt.datetime.fromisoformat("2026-09-28T04:00:00"))


@pytest.mark.parametrize(
    ("metric", "value"),
    [("median_line", Decimal("34.37")), ("biggest_line", Decimal("98.86")), ("waiting_time", Decimal("11.8333333333"))],
)
def test_averages_and_middles(ask: Ask, metric: str, value: Decimal) -> None:
    assert ask(metrics=[metric], period=SUMMER) == [(value,)]


def test_order_and_limit_are_kept_and_ties_come_in_the_order_of_keys(ask: Ask) -> None:
    rows = ask(metrics=["orders_placed"], group_by=["shop_name"], period=SUMMER, order_by=["-orders_placed"], limit=4)

    assert rows == sorted(rows, key=lambda row: (-row[1], row[0]))
    assert len(rows) == 4


def test_having_filters_groups_by_their_value(ask: Ask) -> None:
    every = ask(metrics=["average_basket"], group_by=["shop_name"], period=SUMMER)

    some = ask(
        metrics=["average_basket"],
        group_by=["shop_name"],
        period=SUMMER,
        having=[{"field": "average_basket", "op": "gt", "values": ["90"]}],
    )

    assert some == [row for row in every if row[1] > 90]


@pytest.mark.parametrize(
    ("where", "keep"),
    [
        ({"field": "channel", "op": "eq", "values": ["online"]}, lambda row: row["channel"] == "online"),
        ({"field": "channel", "op": "ne", "values": ["online"]}, lambda row: row["channel"] != "online"),
        ({"field": "channel", "op": "in", "values": ["online", "phone"]}, lambda row: row["channel"] in ("online", "phone")),
        ({"field": "channel", "op": "in", "values": []}, lambda row: False),
        ({"field": "channel", "op": "not_in", "values": ["online"]}, lambda row: row["channel"] != "online"),
        ({"field": "channel", "op": "not_in", "values": []}, lambda row: True),
        ({"field": "channel", "op": "contains", "values": ["O"]}, lambda row: "o" in row["channel"]),
        ({"field": "channel", "op": "contains", "values": ["%"]}, lambda row: False),
        ({"field": "channel", "op": "starts_with", "values": ["co"]}, lambda row: row["channel"].startswith("co")),
        ({"field": "channel", "op": "ends_with", "values": ["ONE"]}, lambda row: row["channel"].endswith("one")),
        ({"field": "tier", "op": "is_null"}, lambda row: row["tier"] is None),
        ({"field": "tier", "op": "not_null"}, lambda row: row["tier"] is not None),
        ({"field": "tier", "op": "ne", "values": ["gold"]}, lambda row: row["tier"] not in (None, "gold")),
        ({"field": "is_gift", "op": "eq", "values": ["true"]}, lambda row: row["is_gift"]),
        ({"field": "quantity", "op": "ge", "values": ["2"]}, lambda row: row["quantity"] >= 2),
        ({"field": "quantity", "op": "between", "values": ["2", "3"]}, lambda row: 2 <= row["quantity"] <= 3),
        ({"field": "quantity", "op": "lt", "values": ["1.5"]}, lambda row: row["quantity"] < 1.5),
        ({"field": "sold_on", "op": "le", "values": ["2026-03-05"]}, lambda row: row["sold_on"] <= dt.date(2026, 3, 5)),
        ({"field": "sold_on", "op": "lt", "values": ["2026-03-05"]}, lambda row: row["sold_on"] < dt.date(2026, 3, 5)),
        ({"field": "sold_on", "op": "eq", "values": ["2026-03-07"]}, lambda row: row["sold_on"] == dt.date(2026, 3, 7)),
        (
            {"field": "sold_on__month", "op": "eq", "values": ["2026-03-01"]},
            lambda row: row["sold_on"].isoformat()[:7] == "2026-03",
        ),
        (
            {"field": "sold_on__month", "op": "ne", "values": ["2026-03-01"]},
            lambda row: row["sold_on"].isoformat()[:7] != "2026-03",
        ),
        (
            {"field": "sold_on__month", "op": "gt", "values": ["2026-03-01"]},
            lambda row: row["sold_on"].isoformat()[:7] > "2026-03",
        ),
        (
            {"field": "sold_on__month", "op": "le", "values": ["2026-03-01"]},
            lambda row: row["sold_on"].isoformat()[:7] <= "2026-03",
        ),
        (
            {"field": "sold_on__month", "op": "lt", "values": ["2026-03-15"]},
            lambda row: row["sold_on"].isoformat()[:7] <= "2026-03",
        ),
        (
            {"field": "sold_on__month", "op": "in", "values": ["2026-03-01", "2025-07-01"]},
            lambda row: row["sold_on"].isoformat()[:7] in ("2026-03", "2025-07"),
        ),
        (
            {"field": "sold_on__month", "op": "between", "values": ["2025-07-01", "2026-03-01"]},
            lambda row: "2025-07" <= row["sold_on"].isoformat()[:7] <= "2026-03",
        ),
        ({"field": "sold_on__year", "op": "ge", "values": ["2026-01-01"]}, lambda row: row["sold_on"].year >= 2026),
        ({"field": "sold_on__extract_month", "op": "eq", "values": ["3"]}, lambda row: row["sold_on"].month == 3),
        ({"field": "sold_on__extract_dow", "op": "eq", "values": ["1"]}, lambda row: row["sold_on"].isoweekday() == 1),
        ({"any": []}, lambda row: False),
        ({"all": []}, lambda row: True),
        (
            {"not": {"field": "tier", "op": "eq", "values": ["gold"]}},
            lambda row: row["tier"] not in (None, "gold"),
        ),
        (
            {
                "any": [
                    {"field": "region", "values": ["North"]},
                    {"all": [{"field": "channel", "values": ["phone"]}, {"field": "is_gift", "values": ["yes"]}]},
                ]
            },
            lambda row: row["region"] == "North" or (row["channel"] == "phone" and row["is_gift"]),
        ),
    ],
    ids=lambda part: "keeps" if callable(part) else str(part),
)
def test_a_typed_filter_keeps_exactly_its_rows(ask: Ask, where: dict[str, Any], keep: Callable[[oracle.Row], bool]) -> None:
    ((found,),) = ask(metrics=["sales"], where=[where])

    assert found == oracle.value("sales", keep)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"field": "sold_on", "values": ["soon"]}, "not a date"),
        ({"field": "sold_on__month", "values": ["9999-12-31"]}, "outside the years"),
        ({"field": "sold_on", "op": "contains", "values": ["2026"]}, "is for text"),
        ({"field": "is_gift", "values": ["maybe"]}, "neither true nor false"),
        ({"field": "quantity", "values": ["many"]}, "not a number"),
        ({"field": "quantity", "op": "lt", "values": ["NaN"]}, "can be compared"),
    ],
)
def test_a_value_that_a_column_cannot_hold_is_a_bad_query(ask: Ask, where: dict[str, Any], words: str) -> None:
    with pytest.raises(BadQuery, match=words) as caught:
        ask(metrics=["sales"], where=[where])

    assert caught.value.todo


def test_two_filters_must_both_hold(ask: Ask) -> None:
    where = [{"field": "channel", "values": ["online"]}, {"field": "region", "values": ["North"]}]

    ((found,),) = ask(metrics=["sales"], where=where)

    assert found == oracle.value("sales", lambda row: row["channel"] == "online" and row["region"] == "North")
