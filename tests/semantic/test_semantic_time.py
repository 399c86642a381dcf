"""Metrics that move in time: offsets, running totals, balances, gaps filled from a spine, conversions, history.

Every number is compared with plain Python over the bakery's rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from anabot.errors import BadQuery
from anabot.semantic import compile_query, parse_registry
from anabot.semantic.filters import parse_filter
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant, RowRule
from tests.semantic import oracle
from tests.semantic.moved import (
    DAY,
    DAYS,
    MOVED,
    ORDERED,
    SUMMER,
    Run,
    asking,
    back,
    everything,
    inside,
    moved_registry,
    placed,
    season,
    term,
)
from tests.tiny import tiny_files


@pytest.fixture(scope="module")
def registry() -> Registry:
    return moved_registry()


@pytest.fixture(scope="module")
def run(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with asking(registry, tmp_path_factory.mktemp("moved")) as asked:
        yield asked


def test_the_last_28_days_end_with_each_day(run: Run) -> None:
    rows = run("placed_28", group_by=["metric_time"], period=SUMMER)

    wanted = {day: placed(day - DAY * 27, day + DAY) for day in DAYS if inside(day)}
    assert dict(rows) == {day: value for day, value in wanted.items() if value}


def test_a_running_total_counts_from_the_very_first_row(run: Run) -> None:
    rows = run("placed_ever", group_by=["metric_time"], period=SUMMER)

    assert dict(rows) == {day: placed(DAYS[0], day + DAY) for day in DAYS if inside(day)}


def test_month_to_date_starts_again_each_month(run: Run) -> None:
    rows = run("placed_mtd", group_by=["metric_time"], period=SUMMER)

    wanted = {day: placed(day.replace(day=1), day + DAY) for day in DAYS if inside(day)}
    assert dict(rows) == {day: value for day, value in wanted.items() if value}


@pytest.mark.parametrize(("metric", "choose"), [("placed_mtd", 0), ("placed_mtd_last", -1)])
def test_a_coarser_time_shows_its_first_or_last_day(run: Run, metric: str, choose: int) -> None:
    rows = run(metric, group_by=["metric_time__month"], period=SUMMER)

    for month, value in rows:
        days = [placed(month, day + DAY) for day in DAYS if day.replace(day=1) == month]
        assert value == [each for each in days if each][choose]


def test_a_coarser_time_can_show_the_average_of_its_days(run: Run) -> None:
    rows = run("placed_mtd_mean", group_by=["metric_time__month"], period=SUMMER)

    for month, value in rows:
        days = [each for day in DAYS if day.replace(day=1) == month and (each := placed(month, day + DAY))]
        assert float(value) == pytest.approx(sum(days) / len(days))


@pytest.mark.parametrize(
    ("metric", "first"), [("placed_28", dt.date(2026, 7, 4)), ("placed_mtd", dt.date(2026, 7, 1)), ("placed_ever", DAYS[0])]
)
def test_one_total_of_a_window_is_that_of_its_last_day(run: Run, metric: str, first: dt.date) -> None:
    assert run(metric, period=SUMMER) == [(placed(first, dt.date(2026, 8, 1)),)]


def test_an_offset_shows_the_value_of_days_before(run: Run) -> None:
    rows = run("placed_before", group_by=["metric_time"], period=SUMMER)

    wanted = {day: placed(day - DAY * 7, day - DAY * 6) for day in DAYS if inside(day)}
    assert dict(rows) == {day: value for day, value in wanted.items() if value}


def test_offsets_within_offsets_add_up(run: Run) -> None:
    rows = run("twice_before", group_by=["metric_time"], period=SUMMER)

    wanted = {day: placed(day - DAY * 10, day - DAY * 9) for day in DAYS if inside(day)}
    assert dict(rows) == {day: 2 * value for day, value in wanted.items() if value}


def test_an_offset_by_a_month_stands_beside_the_month_itself(run: Run) -> None:
    rows = run("growth", group_by=["metric_time"], period=SUMMER)

    for day, value in rows:
        now, before = placed(day, day + DAY), placed(back(day, 1), back(day, 1) + DAY)
        assert value == (None if now is None or before is None else now - before)


def test_an_offset_total_moves_the_whole_period(run: Run) -> None:
    assert run("placed_before", period=SUMMER) == [(placed(dt.date(2026, 4, 24), dt.date(2026, 7, 25)),)]


def test_the_start_of_the_month_by_month_is_the_month_itself(run: Run) -> None:
    rows = run("at_start", group_by=["metric_time__month"])

    wanted = {day: placed(day, back(day, -1)) for day in DAYS if day.day == 1}
    assert {month: value for month, value in rows if value} == {day: value for day, value in wanted.items() if value}


def test_the_start_of_the_month_by_quarter_is_that_of_its_first_day(run: Run) -> None:
    rows = run("at_start", group_by=["metric_time__quarter"])

    firsts = [day for day in DAYS if day.day == 1 and day.month in (1, 4, 7, 10)]
    assert {day: value for day, value in rows if value} == {
        day: placed(day, day + DAY) for day in firsts if placed(day, day + DAY)
    }


def test_the_start_of_the_month_by_a_grain_that_has_names_is_that_of_its_first_day(run: Run) -> None:
    rows = run("at_start", group_by=["metric_time__term"])

    firsts = {term(day): day for day in DAYS if day == season(day)}
    assert dict(rows) == {name: value for name, day in firsts.items() if (value := placed(day, day + DAY))}


def test_a_month_ago_is_the_whole_month_however_long(run: Run) -> None:
    rows = run("growth", group_by=["metric_time__month"])

    for month, value in rows:
        now, before = placed(month, back(month, -1)), placed(back(month, 1), month)
        assert value == (None if now is None or before is None else now - before)


def test_a_month_ago_within_a_period_of_days_is_counted_by_day(run: Run) -> None:
    rows = dict(run("growth", group_by=["metric_time__month"], period={"start": "2026-05-11", "end": "2026-05-21"}))

    now, before = (placed(dt.date(2026, month, 11), dt.date(2026, month, 21)) for month in (5, 4))
    assert rows == {dt.date(2026, 5, 1): (now or 0) - (before or 0)}


def test_a_gap_is_filled_from_the_spine(run: Run) -> None:
    rows = run("placed_each_day", group_by=["metric_time"], period=SUMMER)

    assert dict(rows) == {day: placed(day, day + DAY) or 0 for day in DAYS if inside(day)}


def test_gaps_are_filled_by_date_part_too(run: Run) -> None:
    rows = run("placed_each_day", group_by=["metric_time__extract_dow"], period=SUMMER)

    wanted = {n: sum(inside(day) and day.isoweekday() == n for day in ORDERED) for n in range(1, 8)}
    assert dict(rows) == wanted


@pytest.mark.parametrize("metric", ["at_start", "placed_28", "placed_mtd", "placed_ever", "ever_last_season"])
def test_what_is_counted_up_to_a_day_has_no_date_parts(registry: Registry, metric: str) -> None:
    with pytest.raises(BadQuery, match="has no date parts"):
        compile_query(registry, MetricQuery(metrics=(metric,), group_by=("metric_time__extract_month",)), everything(registry))


def test_days_before_are_counted_by_date_part_too(run: Run) -> None:
    rows = run("placed_before", group_by=["metric_time__extract_month"])

    wanted = {month: sum((day + DAY * 7).month == month for day in ORDERED) for month in range(1, 13)}
    assert dict(rows) == {month: value for month, value in wanted.items() if value}


@pytest.mark.parametrize("keys", [(), ("channel",)])
@pytest.mark.parametrize("metric", ["placed_before", "growth", "at_start", "twice_before", "placed_28", "placed_mtd"])
def test_what_depends_on_the_day_needs_a_period_or_a_time(registry: Registry, metric: str, keys: tuple[str, ...]) -> None:
    with pytest.raises(BadQuery, match="needs a time") as caught:
        compile_query(registry, MetricQuery(metrics=(metric,), group_by=keys), everything(registry))

    assert "`period`" in caught.value.todo
    assert compile_query(registry, MetricQuery.model_validate({"metrics": [metric], "period": SUMMER}), everything(registry))


def test_all_until_now_needs_no_time(run: Run) -> None:
    assert run("placed_ever") == [(len(ORDERED),)]


def test_a_gap_without_a_filling_is_empty(run: Run) -> None:
    rows = run("placed_or_none", group_by=["metric_time__week"], period=SUMMER)

    assert len(rows) == 14
    assert sum(value or 0 for _, value in rows) == placed(dt.date(2026, 5, 1), dt.date(2026, 8, 1))


def test_a_time_filter_holds_for_the_filled_days_too(run: Run) -> None:
    where = [{"field": "metric_time", "op": "ge", "values": ["2026-07-25"]}]

    rows = run("placed_each_day", group_by=["metric_time"], period=SUMMER, where=where)

    assert [day for day, _ in rows] == [dt.date(2026, 7, day) for day in range(25, 32)]


def test_a_grain_of_the_companys_own_is_looked_up(run: Run) -> None:
    rows = run("placed", group_by=["metric_time__season"])

    assert {day.month for day, _ in rows} <= {1, 5, 9}
    assert sum(value for _, value in rows) == len(ORDERED)
    assert dict(rows)[dt.date(2026, 5, 1)] == placed(dt.date(2026, 5, 1), dt.date(2026, 9, 1))


@pytest.mark.parametrize(("metric", "value"), [("staff_at_end", 9), ("hours_at_end", Decimal("317.25"))])
def test_a_balance_is_that_of_the_last_day(run: Run, metric: str, value: Any) -> None:
    assert run(metric, period={"start": "2026-07-01", "end": "2026-10-01"}) == [(value,)]


def test_a_balance_by_month_is_that_of_each_month(run: Run) -> None:
    rows = run("hours_at_end", group_by=["metric_time__month"])

    assert [value for _, value in rows] == [Decimal("317.25")] * 3


def test_a_balance_can_be_picked_for_each_entity(run: Run) -> None:
    assert run("hours_at_shop_start") == [(Decimal("317.25"),)]


def _converted() -> int:
    """Orders, each counted if its customer ordered online within 60 days up to then."""
    online = [(row["customer_id"], row["time"]) for row in oracle.ORDERS if row["channel"] == "online"]
    return sum(
        any(who == row["customer_id"] and when <= row["time"] < when + DAY * 60 for who, when in online) for row in oracle.ORDERS
    )


def test_a_conversion_counts_each_order_once(run: Run) -> None:
    assert run("came_back") == [(_converted(),)]


def test_a_conversion_rate_is_over_the_base(run: Run) -> None:
    online = sum(row["channel"] == "online" for row in oracle.ORDERS)

    assert run("came_back_rate") == [((Decimal(_converted()) / online).quantize(Decimal("1e-10")),)]


def test_a_conversion_is_shown_at_the_time_of_its_base(run: Run) -> None:
    rows = run("came_back", group_by=["metric_time__month"])

    assert sum(value or 0 for _, value in rows) == _converted()


def test_a_base_that_led_nowhere_has_its_row_too(run: Run) -> None:
    based = dict(run("online_placed", group_by=["metric_time"]))

    counted = dict(run("came_back", group_by=["metric_time"]))

    assert counted.keys() == based.keys()


def test_history_gives_the_value_of_then(run: Run) -> None:
    rows = dict(run("placed", group_by=["tier_then"]))

    turns = {n: dt.date(2026, n % 6 + 1, 1) for n in range(1, 13)}
    assert rows["old"] == sum(row["customer_id"] in turns and row["time"] >= turns[row["customer_id"]] for row in oracle.ORDERS)
    assert sum(rows.values()) == len(ORDERED)


def test_a_running_total_is_told_by_what_holds_when_it_is_shown(run: Run) -> None:
    rows = {(day, tier): found for day, tier, found in run("placed_28", group_by=["metric_time", "tier_then"])}

    turns = {n: dt.date(2026, n % 6 + 1, 1) for n in range(1, 13)}
    turned = 0  # how often somebody has turned between an order and the day that it is counted at
    for day in (dt.date(2026, 1, 15) + dt.timedelta(days=n) for n in range(150)):
        within = [
            row for row in oracle.ORDERS if day - dt.timedelta(days=28) < row["time"] <= day and row["customer_id"] in turns
        ]
        known = ["old" if day >= turns[row["customer_id"]] else "new" for row in within]
        assert {tier: rows.get((day, tier), 0) for tier in ("old", "new")} == {tier: known.count(tier) for tier in ("old", "new")}
        turned += sum(row["time"] < turns[row["customer_id"]] <= day for row in within)
    assert turned > 10


def test_a_condition_on_what_was_true_then_takes_nobody_off_a_list_of_all(run: Run) -> None:
    old = [{"field": "tier_then", "values": ["old"]}]

    every = dict(run("placed", group_by=["tier"], where=old, every=True))

    counted = dict(run("placed", group_by=["tier"], where=old))
    assert every == dict.fromkeys({row["tier"] for row in oracle.table_of("customers")}, 0) | counted


def test_a_metric_can_filter_another_by_a_key(run: Run) -> None:
    busy = [shop for shop in range(1, 6) if sum(row["shop_id"] == shop for row in oracle.ORDERS) > 17]

    assert run("gold_shops") == [(sum(row["shop_id"] in busy for row in oracle.ORDERS) or 0,)]


def test_a_condition_in_dbts_words_joins_the_question(run: Run) -> None:
    template = parse_filter(
        "{{ Dimension('order_again__channel') }} = 'online' AND {{ TimeDimension('metric_time', 'day') }} >= '2026-01-01'"
    )

    ((found,),) = run("placed", predicates=(template,))

    assert found == sum(row["channel"] == "online" and row["time"] >= dt.date(2026, 1, 1) for row in oracle.ORDERS)


def test_a_moved_metric_keeps_to_a_row_rule(registry: Registry, run: Run) -> None:
    grant = Grant(
        subject="x",
        audience="dm",
        metrics=frozenset(registry.metrics),
        rows=(RowRule(model="regions", dimension="region", values=("North",)),),
    )

    ((ours,),) = run("placed_ever", grant=grant, period=SUMMER)

    assert ours == sum(row["region"] == "North" and row["time"] < dt.date(2026, 8, 1) for row in oracle.ORDERS)


def test_a_running_total_can_be_compared_with_the_year_before(run: Run) -> None:
    ((now, before, *_),) = run("placed_mtd", period=SUMMER, compare="previous_year")

    assert (now, before) == (placed(dt.date(2026, 7, 1), dt.date(2026, 8, 1)), placed(dt.date(2025, 7, 1), dt.date(2025, 8, 1)))


def test_without_a_spine_a_window_by_day_says_what_is_missing() -> None:
    spine = next(line for line in MOVED.splitlines(keepends=True) if "time_spine:" in line)
    text = MOVED.replace(spine, "").replace(" season", " week").replace("1 term", "1 week")
    registry = parse_registry({**tiny_files(), "moved.yml": text}, governed=False)

    with pytest.raises(BadQuery, match="needs a time spine") as caught:
        compile_query(registry, MetricQuery(metrics=("placed_28",), group_by=("metric_time",)), everything(registry))

    assert "time_spine:" in caught.value.todo
