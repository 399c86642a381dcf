"""Write a result as CSV: every row, exact decimals, readable by Excel, and no cell that a spreadsheet would run. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal

from anabot.semantic.date_parts import part_in, part_value
from anabot.semantic.units import UNSAID
from anabot.types import Cell, Table

# A cell that starts so is a formula to Excel, LibreOffice and Google Sheets; leading white space does not save it.
_FORMULA = re.compile(r"^[\s\x00]*[=+\-@\t\r\n|%＝＋－＠]|^[\t\r\n]")


def table_csv(table: Table) -> bytes:
    """All rows under the columns’ names, in UTF-8 with a byte order mark. Ratios are shares (0.5); weekdays are named."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_text(column.name) for column in table.columns])
    parts = [part_in(column.name) for column in table.columns]
    for place, row in enumerate(table.rows):
        unsaid_here = {column for at, column in table.suppressed if at == place}
        cells = [_cell(value, part) for value, part in zip(row, parts, strict=True)]
        writer.writerow([UNSAID if column in unsaid_here else cell for column, cell in enumerate(cells)])
    return out.getvalue().encode("utf-8-sig", errors="replace")


def file_name(name: str) -> str:
    """A file name that is only letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "answer"


def _cell(value: Cell, part: str) -> str:
    if value is None:
        return ""
    if part and isinstance(value, int | float | Decimal):
        return part_value(part, value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else str(value)


def _text(value: str) -> str:
    plain = value.replace("\x00", "")
    return f"'{plain}" if _FORMULA.match(value) else plain
