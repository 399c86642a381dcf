"""Cells read as people write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from anabot.semantic.units import format_cell
from anabot.types import Cell, Column


def column(unit: str = "", kind: str = "number", name: str = "m") -> Column:
    return Column(name=name, type=kind, unit=unit)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("1234567.89"), "usd", "$1,234,567.89"),
        (Decimal("-1234567.895"), "usd", "-$1,234,567.90"),
        (Decimal("-0.004"), "usd", "$0.00"),
        (Decimal("1E+30"), "usd", "$1,000,000,000,000,000,000,000,000,000,000.00"),
        (Decimal("0.1234"), "ratio", "12.3%"),
        (0.0005, "ratio", "0.1%"),
        (1234, "count", "1,234"),
        (Decimal("2.50"), "count", "2.50"),
        (Decimal("1234.5"), "hours", "1,234.5 h"),
        (Decimal("12.25"), "fte", "12.3 FTE"),
        (Decimal("0.8125"), "score", "0.813"),
        (Decimal("1.9133"), "times", "1.91×"),
        (7, "tasks", "7 tasks"),
        ("autonomous_vehicles", "", "autonomous vehicles"),
        ("fin_analyst@halden.example", "", "fin_analyst@halden.example"),
        ("C0_GENERAL", "", "C0_GENERAL"),
        (None, "usd", "–"),
        (float("nan"), "usd", "–"),
        (True, "", "yes"),
        ("<b>", "", "<b>"),
    ],
)
def test_a_number_is_written_in_its_unit(value: Cell, unit: str, text: str) -> None:
    assert format_cell(value, column(unit)) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metric_time__day", "1 May 2026"),
        ("metric_time__month", "May 2026"),
        ("metric_time__quarter", "2026-Q2"),
        ("metric_time__fiscal_quarter", "FY26 Q2"),
        ("metric_time__fiscal_year", "FY26"),
        ("metric_time__year", "2026"),
        ("due_date", "1 May 2026"),
    ],
)
def test_a_date_is_written_in_the_grain_of_its_column(name: str, text: str) -> None:
    assert format_cell(dt.date(2026, 5, 1), column(kind="date", name=name), fiscal_start=2) == text


def test_an_instant_keeps_its_time_and_zone() -> None:
    at = dt.datetime(2026, 10, 5, 5, 42, tzinfo=dt.UTC)

    assert format_cell(at, column(kind="time")) == "5 Oct 2026 05:42 UTC"
