"""A CSV holds every row exactly, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anabot.slack.csv_file import file_name, table_csv
from anabot.types import Cell, Column, Table


def read_back(value: Cell) -> str:
    table = Table(columns=(Column(name="c", type="text"), Column(name="d", type="text")), rows=((value, "x"),))
    return list(csv.reader(io.StringIO(table_csv(table).decode("utf-8-sig"))))[1][0]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =cmd|'/c calc'!A0", "＝1+1", "\n@x"])
def test_a_formula_is_defused(text: str) -> None:
    assert read_back(text) == f"'{text}"


def test_numbers_stay_exact_numbers_even_when_negative() -> None:
    assert read_back(Decimal("-1234567890.12")) == "-1234567890.12"
    assert read_back(Decimal("1E+3")) == "1000"
    assert read_back(dt.date(2026, 10, 5)) == "2026-10-05"
    assert read_back(None) == ""


def test_it_begins_with_the_mark_that_excel_needs() -> None:
    assert table_csv(Table(columns=(Column(name="é", type="text"),), rows=())) == b"\xef\xbb\xbf\xc3\xa9\r\n"


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")))
def test_any_text_comes_back_and_never_starts_as_a_formula(text: str) -> None:
    back = read_back(text)

    assert back in (text, f"'{text}")
    assert not back.lstrip().startswith(("=", "+", "-", "@"))


def test_a_file_name_is_only_letters_digits_and_dashes() -> None:
    assert file_name("../Net revenue / by “Segment”") == "net-revenue-by-segment"
    assert file_name("!!!") == "answer"
