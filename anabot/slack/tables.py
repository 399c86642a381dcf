"""Show the first rows of a result: as Slack's table block, or in a fixed width where it is refused.

Pure. Cells are written in their units. What is left out is counted in words, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anabot.plain import overlap_words
from anabot.semantic.units import format_cell, is_number, readable, shown_cell
from anabot.slack.blocks import Block, code, shortened
from anabot.slack.mrkdwn import one_line
from anabot.types import Bridge, Column, Overlap, Table

MOST_ROWS, MOST_COLUMNS, CELL_TEXT = 15, 20, 120
# Slack refuses more than 10,000 characters of cells, and the message around them needs room too.
TABLE_TEXT = 6_000
MOST_ACROSS = 4
_LONG_NAME = 24  # letters of a column of numbers that are laid on several lines; its numbers stay on one
# The endings of the columns that a comparison adds, and what their values are called beside the metric's name.
_BESIDE = {"": "Now", "__previous": "Before", "__change": "Change", "__percent_change": "Change in %"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Cells as text, the header first. `right` says which columns are numbers; `note` what was left out."""

    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    note: str = ""


def words_only(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Grid:
    """A grid without numbers."""
    return Grid(rows=(head, *rows), right=(False,) * len(head))


def grid(table: Table, *, fiscal_start: int = 1, most: int = MOST_ROWS) -> Grid:
    """The first rows of a result as text. A single row of many numbers is turned on its side."""
    if len(table.rows) == 1 and len(table.columns) > MOST_ACROSS:
        return _on_its_side(table, fiscal_start)
    columns = table.columns[:MOST_COLUMNS]
    body = list(_fitting([_cells(table, row, len(columns), fiscal_start) for row in range(min(most, len(table.rows)))]))
    head = _head(columns)
    cut = any(len(cell) > CELL_TEXT for row in body for cell in row)
    shown = tuple(tuple(shortened(cell, CELL_TEXT) for cell in row) for row in (head, *body))
    return Grid(rows=shown, right=tuple(is_number(column) for column in columns), note=_note(table, len(body), cut))


def _head(columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns' labels; beside a single metric, what a comparison has added is called by a word."""
    names = {column.name for column in columns}
    compared = [name for name in names if f"{name}__previous" in names]
    short = {compared[0] + ending: word for ending, word in _BESIDE.items() if ending} if len(compared) == 1 else {}
    return tuple(short.get(column.name) or one_line(column.label or column.name) or " " for column in columns)


def _on_its_side(table: Table, fiscal_start: int) -> Grid:
    """One row as one line a metric, what it is compared with beside it; anything else as label and value."""
    shown = _cells(table, 0, len(table.columns), fiscal_start)
    cells = {column.name: cell for column, cell in zip(table.columns, shown, strict=True)}
    labels = {column.name: one_line(column.label or column.name) or " " for column in table.columns}
    compared = [name for name in cells if f"{name}__previous" in cells]
    if not compared or len(compared) * len(_BESIDE) != len(cells):
        rows = [(labels[name], cells[name]) for name in cells]
        return Grid(rows=((" ", "Value"), *_short(rows)), right=(False, True))
    body = [(labels[name], *(cells[name + ending] for ending in _BESIDE)) for name in compared]
    return Grid(rows=((" ", *_BESIDE.values()), *_short(body)), right=(False, *[True] * len(_BESIDE)))


def _short(rows: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    return (tuple(shortened(cell, CELL_TEXT) for cell in row) for row in rows)


def overlap_grid(overlap: Overlap) -> Grid:
    """How many are in each part of an overlap, those that most readings count first."""
    head = ("Counted as", f"Number, by {overlap.entity.replace('_', ' ')}")
    rows = [(words, f"{count:,}") for words, count in overlap_words(overlap)]
    return Grid(rows=(head, *rows), right=(False, True))


def bridge_grid(bridge: Bridge) -> Grid:
    """A bridge as two columns: from the left side, step by step, to the right one."""
    amount = Column(name="amount", type="money", unit=bridge.unit)
    (left, start), *steps, (right, end) = bridge.walk()
    signed = [(label, ("+" if step > 0 else "") + format_cell(step, amount)) for label, step in steps]
    lines = [(left, format_cell(start, amount)), *signed, (right, format_cell(end, amount))]
    return Grid(
        rows=((one_line(bridge.title), "Amount"), *((one_line(label), said) for label, said in lines)), right=(False, True)
    )


def table_block(shown: Grid) -> Block:
    """Slack's own table."""
    wrapped = [not right or len(name) > _LONG_NAME for name, right in zip(shown.rows[0], shown.right, strict=True)]
    settings = [
        {"align": "right" if right else "left", "is_wrapped": wraps} for right, wraps in zip(shown.right, wrapped, strict=True)
    ]
    return {"type": "table", "column_settings": settings, "rows": [[_raw(cell) for cell in row] for row in shown.rows]}


def fixed_width(shown: Grid) -> Iterator[Block]:
    """The same rows in a fixed width, for where Slack's table is refused."""
    widths = [max(len(cell) for cell in cells) for cells in zip(*shown.rows, strict=True)]
    lines = [_line(row, widths, shown.right) for row in shown.rows]
    rule = "  ".join("-" * width for width in widths)
    yield from code("\n".join([lines[0], rule, *lines[1:]]))


def grid_of(block: Block) -> Grid:
    """The grid that a table block was made from."""
    rows = tuple(tuple(str(cell["text"]) for cell in row) for row in block["rows"])
    return Grid(rows=rows, right=tuple(setting["align"] == "right" for setting in block["column_settings"]))


def worth_a_table(table: Table | None) -> bool:
    """Whether the rows say more than the sentence with the number."""
    return table is not None and bool(table.rows) and (len(table.rows) > 1 or len(table.columns) > 1)


def _cells(table: Table, row: int, width: int, fiscal_start: int) -> tuple[str, ...]:
    return tuple(_cell(table, row, column, fiscal_start) for column in range(width))


def _cell(table: Table, row: int, column: int, fiscal_start: int) -> str:
    value = table.rows[row][column]
    if isinstance(value, str):
        return readable(one_line(value)) or "(empty)"
    return shown_cell(table, row, column, fiscal_start=fiscal_start)


def _fitting(body: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    size = 0
    for row in body:
        size += sum(min(len(cell), CELL_TEXT) for cell in row)
        if size > TABLE_TEXT:
            return
        yield row


def _note(table: Table, shown: int, cut: bool) -> str:
    notes = []
    if len(table.rows) > shown:
        notes.append(f"{shown} of {len(table.rows):,} rows shown; all {len(table.rows):,} are in the CSV.")
    if len(table.columns) > MOST_COLUMNS:
        notes.append(f"{MOST_COLUMNS} of {len(table.columns)} columns shown; all of them are in the CSV.")
    if cut:
        notes.append("Long values are shortened here; they are whole in the CSV.")
    if table.truncated:
        notes.append("There are more rows than one answer may carry: narrow the question.")
    return " ".join(notes)


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = zip(row, widths, right, strict=True)
    return "  ".join(cell.rjust(width) if number else cell.ljust(width) for cell, width, number in cells).rstrip()


def _raw(cell: str) -> Block:
    return {"type": "raw_text", "text": cell or " "}
