"""The sentence with the number."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from anabot.agent import Reading
from anabot.agent.reply import say
from anabot.semantic.query import MetricQuery
from anabot.types import Cell, Column, Table
from tests.tiny import tiny_registry

QUARTER = {"start": "2026-05-01", "end": "2026-08-01"}
SALES = Column(name="sales", type="money", unit="usd")
REGION = Column(name="region", type="text")


def told(columns: list[Column], rows: list[tuple[Cell, ...]], *, ask: Any = "", truncated: bool = False, **query: Any) -> str:
    asked = MetricQuery.model_validate({"metrics": ["sales"], "period": QUARTER, **query})
    table = Table(columns=tuple(columns), rows=tuple(rows), truncated=truncated)
    return say(Reading(query=asked, ask=ask), table, tiny_registry())


def test_one_number_is_said_exactly_with_its_days() -> None:
    assert told([SALES], [(Decimal("12345678.90"),)]) == "Sales were $12,345,678.90 in FY26 Q2 (1 May – 31 Jul 2026)."


def test_a_filter_is_said() -> None:
    where = [{"field": "region", "op": "eq", "values": ["North"]}]

    assert told([SALES], [(Decimal("510.52"),)], where=where) == "Sales were $510.52 in FY26 Q2 (1 May – 31 Jul 2026) for North."


def test_what_is_left_out_is_said() -> None:
    where = [{"field": "region", "op": "not_in", "values": ["North", "Isles"]}]

    assert told([SALES], [(Decimal(1),)], where=where).endswith("for everything but North and Isles.")


@pytest.mark.parametrize(
    ("days", "said"),
    [(["6", "7"], "on weekends"), (["1", "2", "3", "4", "5"], "on weekdays"), (["1", "5"], "on Mondays and Fridays")],
)
def test_days_of_the_week_are_said_by_their_names(days: list[str], said: str) -> None:
    chosen = {"field": "metric_time__extract_dow", "op": "in", "values": days}

    assert told([SALES], [(Decimal(1),)], where=[chosen]).endswith(f"{said}.")
    assert told([SALES], [(Decimal(1),)], where=[{"not": chosen}]).endswith(f"not {said}.")


def test_no_data_is_never_a_zero() -> None:
    nothing = "There is no data for Sales in FY26 Q2 (1 May – 31 Jul 2026)."

    assert told([SALES], []) == nothing
    assert told([SALES], [(None,)]) == nothing
    assert told([REGION, SALES], [("North", None)], group_by=["region"]) == nothing


def test_a_real_zero_is_a_zero() -> None:
    assert told([SALES], [(Decimal(0),)]).startswith("Sales were $0.00")


def test_groups_are_said_by_their_total_and_their_leader() -> None:
    rows: list[tuple[Cell, ...]] = [("Isles", Decimal("5.00")), ("North", Decimal("20.50")), (None, Decimal("4.50"))]

    said = told([REGION, SALES], rows, group_by=["region"])

    assert said == "Sales were $30.00 in FY26 Q2 (1 May – 31 Jul 2026). By region, the largest is North with $20.50."


def test_where_all_have_the_same_none_is_the_highest() -> None:
    none = {"group_by": ["region"], "having": [{"field": "sales", "op": "eq", "values": ["0"]}]}
    rows: list[tuple[Cell, ...]] = [("Isles", Decimal(0)), ("North", Decimal(0))]

    assert told([REGION, SALES], rows, **none) == "Sales were $0.00 for Isles and North in FY26 Q2 (1 May – 31 Jul 2026)."


def test_a_share_has_no_total() -> None:
    share = Column(name="margin_pct", type="ratio", unit="ratio")
    rows: list[tuple[Cell, ...]] = [("Isles", Decimal("0.5")), ("North", Decimal("0.806"))]

    said = told([REGION, share], rows, metrics=["margin_pct"], group_by=["region"])

    assert said == "Margin rate was highest for North (80.6%) and lowest for Isles (50.0%) in FY26 Q2 (1 May – 31 Jul 2026)."


def test_the_first_of_a_ranking_is_the_one_said_and_cut_rows_have_no_total() -> None:
    rows: list[tuple[Cell, ...]] = [("Isles", Decimal("5.00")), ("North", Decimal("20.50"))]

    said = told([REGION, SALES], rows, group_by=["region"], order_by=["sales"], limit=2)

    assert said == "Sales were lowest for Isles ($5.00) in FY26 Q2 (1 May – 31 Jul 2026); the first 2 are shown."


def test_groups_with_dates_are_said_by_the_latest_and_the_earliest() -> None:
    as_of = Column(name="data_as_of", type="time", unit="date")
    times = [dt.datetime(2026, 10, 5, hour, 30, tzinfo=dt.UTC) for hour in (9, 13, 11)]

    said = told([REGION, as_of], list(zip("abc", times, strict=True)), metrics=["data_as_of"], group_by=["region"], period=None)

    assert said == "Data as of was latest for b (5 Oct 2026 13:30 UTC) and earliest for a (5 Oct 2026 09:30 UTC)."


def test_a_series_is_said_by_its_total_and_its_last_moment() -> None:
    month = Column(name="metric_time__month", type="date")
    rows: list[tuple[Cell, ...]] = [(dt.date(2026, 5, 1), Decimal(1)), (dt.date(2026, 6, 1), Decimal(2))]

    said = told([month, SALES], rows, group_by=["metric_time__month"])

    assert said == "Sales were $3.00 in FY26 Q2 (1 May – 31 Jul 2026). The last of 2 months, Jun 2026, has $2.00."


COMPARED = [
    SALES,
    Column(name="sales__previous", type="money", unit="usd"),
    Column(name="sales__change", type="money", unit="usd"),
    Column(name="sales__percent_change", type="ratio", unit="ratio"),
]


def test_a_change_has_its_sign_its_size_and_its_share() -> None:
    up = told(COMPARED, [(Decimal(105), Decimal(100), Decimal(5), Decimal("0.05"))], compare="previous_period")
    down = told(COMPARED, [(Decimal(95), Decimal(100), Decimal(-5), Decimal("-0.05"))], compare="previous_period")

    assert up.endswith(", up $5.00 (+5.0%) from $100.00.")
    assert down.endswith(", down $5.00 (-5.0%) from $100.00.")


def test_a_change_without_an_earlier_number_says_so() -> None:
    said = told(COMPARED, [(Decimal(105), None, None, None)], compare="previous_period")

    assert said.endswith(", with nothing to compare it with.")


def test_a_change_from_less_than_nothing_has_no_share() -> None:
    said = told(COMPARED, [(Decimal(-2), Decimal(-4), Decimal(2), Decimal("-0.5"))], compare="previous_period")

    assert said.endswith(", up $2.00 from -$4.00.")


def test_a_definition_says_what_whose_and_what_it_is_not() -> None:
    said = told([SALES], [(Decimal(1),)], ask="definition")

    assert said == (
        "Sales: What customers paid, after refunds, before cost. It is the sum of amount in order_lines. "
        "Its owner is @bea. It is not the same as Online sales."
    )


def test_several_metrics_get_a_sentence_each() -> None:
    orders = Column(name="orders_placed", type="integer", unit="count")

    said = told([SALES, orders], [(Decimal(10), 3)], metrics=["sales", "orders_placed"])

    assert said == "Sales were $10.00 in FY26 Q2 (1 May – 31 Jul 2026). Orders were 3."


@pytest.mark.parametrize(
    ("period", "when"),
    [
        (("2026-09-28", "2026-10-05"), "in the week of 28 Sep – 4 Oct 2026"),
        (("2026-09-01", "2026-10-01"), "in Sep 2026"),
        (("2026-10-04", "2026-10-05"), "on 4 Oct 2026"),
        (("2026-07-06", "2026-10-05"), "from 6 Jul to 4 Oct 2026"),
        (("2026-02-01", "2027-02-01"), "in FY26 (1 Feb 2026 – 31 Jan 2027)"),
    ],
)
def test_days_are_said_as_people_say_them(period: tuple[str, str], when: str) -> None:
    said = told([SALES], [(Decimal(1),)], period={"start": period[0], "end": period[1]})

    assert said == f"Sales were $1.00 {when}."


def test_one_group_is_said_once() -> None:
    where = [{"field": "region", "op": "eq", "values": ["North"]}]

    said = told([REGION, SALES], [("North", Decimal("20.50"))], group_by=["region"], where=where)

    assert said == "Sales were $20.50 in FY26 Q2 (1 May – 31 Jul 2026) for North."


def test_stored_names_are_said_as_words() -> None:
    rows: list[tuple[Cell, ...]] = [("far_north", Decimal(2)), ("isles", Decimal(1))]

    assert told([REGION, SALES], rows, group_by=["region"]).endswith("the largest is far north with $2.00.")


def test_a_second_number_is_said_where_the_first_is_highest() -> None:
    orders = Column(name="orders_placed", type="integer", unit="count")
    rows: list[tuple[Cell, ...]] = [("North", Decimal(2), 7), ("Isles", Decimal(1), 9)]

    said = told([REGION, SALES, orders], rows, metrics=["sales", "orders_placed"], group_by=["region"], order_by=["-sales"])

    assert said.endswith("the largest is North with $2.00. Orders there: 7.")


def test_a_last_day_with_one_group_alone_names_it() -> None:
    day = Column(name="metric_time__day", type="date")
    rows: list[tuple[Cell, ...]] = [("North", dt.date(2026, 5, 1), Decimal(5)), ("South", dt.date(2026, 5, 2), Decimal(-7))]

    said = told([REGION, day, SALES], rows, group_by=["region", "metric_time__day"])

    assert said.endswith("The last of 2 days, 2 May 2026, has -$7.00 for South.")


def test_a_share_moves_by_points() -> None:
    columns = [
        Column(name=f"margin_pct{part}", type="ratio", unit="ratio")
        for part in ("", "__previous", "__change", "__percent_change")
    ]
    row = (Decimal("0.422"), Decimal("0.400"), Decimal("0.022"), Decimal("0.055"))

    said = told(columns, [row], metrics=["margin_pct"], compare="previous_period")

    assert said == "Margin rate was 42.2% in FY26 Q2 (1 May – 31 Jul 2026), up 2.2 points (+5.5%) from 40.0%."


def test_groups_with_just_as_much_as_the_highest_are_named_or_counted() -> None:
    column = Column(name="margin_pct", type="ratio", unit="ratio")
    rows: list[tuple[Cell, ...]] = [
        (name, Decimal(value)) for name, value in (("North", "0.5"), ("South", "0.5"), ("Isles", "0.1"))
    ]

    two = told([REGION, column], rows, metrics=["margin_pct"], group_by=["region"])
    three = told([REGION, column], [*rows, ("East", Decimal("0.5"))], metrics=["margin_pct"], group_by=["region"])

    assert two.startswith("Margin rate was highest for North and South (50.0%) and lowest for Isles (10.0%)")
    assert three.startswith("Margin rate was highest for North and 2 others (50.0%)")
