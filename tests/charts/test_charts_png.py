"""Pictures hold what the table holds, say what they leave out, and load nothing."""

from __future__ import annotations

import datetime as dt
import struct
from decimal import Decimal

import pytest

from anabot.charts import chart_png, forbid_urls, suits
from anabot.charts.plot import plot
from anabot.charts.spec import spec
from anabot.errors import BadQuery
from anabot.types import Cell, Column, Table

MONTH = Column(name="metric_time__month", type="date", label="Month")
PLACE = Column(name="place", type="text", label="Place")
MONEY = Column(name="takings", type="money", unit="usd", label="Takings")
SHARE = Column(name="share", type="ratio", unit="ratio", label="Share")


def table(*columns: Column, rows: list[tuple[Cell, ...]]) -> Table:
    return Table(columns=columns, rows=tuple(rows))


def months(*values: Cell, start: int = 1) -> Table:
    return table(MONTH, MONEY, rows=[(dt.date(2026, start + at, 1), value) for at, value in enumerate(values)])


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_series_over_time_suits_a_line_and_places_suit_bars() -> None:
    assert suits(months(Decimal(1), Decimal(2), Decimal(3))) == "line"
    assert suits(table(PLACE, MONEY, rows=[("a", Decimal(1)), ("b", Decimal(2))])) == "bar"


def test_one_row_or_no_number_suits_no_picture() -> None:
    assert suits(months(Decimal(1))) == ""
    assert suits(table(PLACE, rows=[("a",), ("b",)])) == ""


def test_bars_stand_from_the_highest_down_and_the_rest_is_said() -> None:
    drawn = plot(table(PLACE, MONEY, rows=[(f"p{n:02}", Decimal(n)) for n in range(25)]), "bar")

    assert drawn.order[0] == "p24"
    assert len(drawn.order) == 20
    assert drawn.note == "20 of 25 shown; the rest is in the table."


def test_large_money_is_drawn_without_its_cents_and_small_money_with_them() -> None:
    large = plot(table(PLACE, MONEY, rows=[("a", Decimal("17413304.91")), ("b", Decimal("-20000.50"))]), "bar")
    small = plot(table(PLACE, MONEY, rows=[("a", Decimal("9999.99")), ("b", Decimal("-3.10"))]), "bar")

    assert {point.text for point in large.points} == {"$17,413,305", "-$20,001"}
    assert {point.text for point in small.points} == {"$9,999.99", "-$3.10"}


def test_bars_without_a_value_are_left_out_and_counted() -> None:
    drawn = plot(table(PLACE, MONEY, rows=[("a", Decimal(1)), (None, None), ("b", Decimal(3))]), "bar")

    assert drawn.order == ("b", "a")
    assert drawn.note == "1 without a value left out."


def test_two_places_that_read_alike_get_two_bars() -> None:
    drawn = plot(table(PLACE, MONEY, rows=[(None, Decimal(2)), ("–", Decimal(1))]), "bar")

    assert drawn.order == ("–", "– (2)")


def test_a_missing_month_is_a_gap_and_not_a_shortcut() -> None:
    drawn = plot(table(MONTH, MONEY, rows=[(dt.date(2026, m, 1), Decimal(m)) for m in (1, 2, 4)]), "line")

    assert drawn.order == ("Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026")
    assert [point.value for point in drawn.points] == [1.0, 2.0, None, 4.0]


def test_more_than_six_series_keep_the_six_largest_and_say_so() -> None:
    rows: list[tuple[Cell, ...]] = [(dt.date(2026, m, 1), f"s{n}", Decimal(n)) for m in (1, 2, 3) for n in range(9)]

    drawn = plot(table(MONTH, PLACE, MONEY, rows=rows), "line")

    assert drawn.series == ("s8", "s7", "s6", "s5", "s4", "s3")
    assert "6 largest of 9" in drawn.note


def test_measures_of_another_unit_are_not_drawn_on_the_same_axis() -> None:
    drawn = plot(table(PLACE, MONEY, SHARE, rows=[("a", Decimal(5), Decimal("0.5")), ("b", Decimal(6), Decimal("0.1"))]), "bar")

    assert drawn.series == ("Takings",)
    assert drawn.note == "1 of 2 measures drawn."


def test_a_table_without_numbers_cannot_be_drawn() -> None:
    with pytest.raises(BadQuery, match="cannot be drawn"):
        chart_png(table(PLACE, rows=[("a",), ("b",)]), "bar", title="x")


def test_a_picture_is_twice_as_large_as_it_is_read_and_the_same_each_time() -> None:
    first = chart_png(months(Decimal("1234.5"), None, Decimal(-3), Decimal(9)), "line", title="Takings")
    second = chart_png(months(Decimal("1234.5"), None, Decimal(-3), Decimal(9)), "line", title="Takings")

    assert first[:8] == b"\x89PNG\r\n\x1a\n"
    assert size(first)[0] == 1280
    assert first == second


@pytest.mark.parametrize("text", ["<!channel>", "{{datum.x}}", "a.b[0]'\"\\", "", "\u202eabc", "日本語 🎉", "x" * 5000, "=1+1"])
def test_a_hostile_label_is_text(text: str) -> None:
    hostile = Column(name="a.b['x']", type="text", label=text)

    png = chart_png(table(hostile, MONEY, rows=[(text, Decimal(1)), ("b", Decimal(2))]), "bar", title=text)

    assert png.startswith(b"\x89PNG")


def test_a_chart_that_would_load_something_is_refused() -> None:
    drawn = spec(plot(months(Decimal(1), Decimal(2), Decimal(3)), "line"), title="ok")

    forbid_urls(drawn)
    with pytest.raises(BadQuery, match="may not load"):
        forbid_urls({"layer": [{"data": {"url": "http://127.0.0.1/x.csv"}}]})


def test_a_value_that_says_url_is_still_only_a_value() -> None:
    forbid_urls({"datasets": {"d": [{"url": "http://x"}]}, "data": {"values": [{"url": "http://x"}]}})
