"""An answer as plain text for a terminal. Only words and columns; never a decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from anabot.semantic.units import is_number, shown_cell
from anabot.types import Answer, Bridge, Overlap, Table

_ROWS, _ACROSS = 20, 4
# Escape sequences, and the marks that turn the direction of writing.
_CODES = (*range(10), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_STEERING = dict.fromkeys(_CODES, "\N{REPLACEMENT CHARACTER}")


def plain(answer: Answer) -> str:
    """The sentence, the table, the bridge and where it all comes from, one after the other."""
    shown = answer.aside or answer
    lines = [answer.text] if answer.aside else []
    for part in _parts(shown):
        lines.extend(_one(part))
    return printable("\n".join(lines))


def _parts(answer: Answer) -> tuple[Answer, ...]:
    """Each part as it is shown; those that stand side by side are one, which says what was assumed for each."""
    if not answer.abreast:
        return answer.parts or (answer,)
    return (replace(answer, assumptions=answer.assumed),)


def overlap_words(overlap: Overlap) -> Iterator[tuple[str, int]]:
    """Each part of an overlap in words, and how many are in it: `A and B`, `only A`."""
    for names, count in overlap.regions:
        yield (f"only {names[0]}" if len(names) == 1 else " and ".join(names)), count


def printable(text: str) -> str:
    """The text without what would steer a terminal: values come from tables that strangers may write to."""
    return text.translate(_STEERING)


def _one(answer: Answer) -> Iterator[str]:
    yield answer.text
    yield from (f"  {choice.label}: {choice.value}" if choice.value else f"  {choice.label}" for choice in answer.choices)
    if answer.overlap:
        yield ""
        yield from (f"  {count:>9,}  {words}" for words, count in overlap_words(answer.overlap))
    if answer.ask == "sql":
        yield from (f"\n{text}" for _, text in answer.sql)
    if answer.ask:
        yield ""
        yield from (f"{name} ← {', '.join(parents)}" for name, parents in answer.lineage)
    elif answer.table is not None and (len(answer.table.rows) > 1 or len(answer.table.columns) > 1):
        yield ""
        yield from grid(answer.table)
    for bridge in answer.bridges:
        yield ""
        yield from _bridge(bridge)
    notes = list(_notes(answer))
    if notes:
        yield ""
        yield from notes


def grid(table: Table, rows: int = _ROWS) -> Iterator[str]:
    """The first rows under their headings, numbers to the right."""
    if len(table.rows) == 1 and len(table.columns) > _ACROSS:
        yield from _on_its_side(table)
        return
    heads = [column.label or column.name for column in table.columns]
    body = [[_cell(table, row, column) for column in range(len(heads))] for row in range(min(rows, len(table.rows)))]
    right = [is_number(column) for column in table.columns]
    widths = [max(map(len, cells)) for cells in zip(heads, *body, strict=True)]
    for line in ([heads], [["─" * width for width in widths]], body):
        for cells in line:
            pairs = zip(cells, widths, right, strict=True)
            yield "  ".join(cell.rjust(width) if number else cell.ljust(width) for cell, width, number in pairs).rstrip()
    if len(table.rows) > rows:
        yield f"… and {len(table.rows) - rows} more rows"


def _on_its_side(table: Table) -> Iterator[str]:
    """One row of many columns, a column a line."""
    width = max(len(column.label or column.name) for column in table.columns)
    for place, column in enumerate(table.columns):
        yield f"{(column.label or column.name).ljust(width)}  {_cell(table, 0, place):>16}"


def _cell(table: Table, row: int, column: int) -> str:
    return " ".join(shown_cell(table, row, column).split("\n"))  # a row is one line


def _bridge(bridge: Bridge) -> Iterator[str]:
    yield bridge.title
    width = max(len(label) for label, _ in bridge.walk())
    for label, amount in bridge.walk():
        yield f"  {label.ljust(width)}  {amount:>20,.2f}"


def _notes(answer: Answer) -> Iterator[str]:
    if answer.period and not answer.ask:
        yield f"dates    {answer.period}"
    for assumption in answer.assumptions:
        yield f"assumed  {assumption}"
    if answer.badge:
        yield f"badge    {answer.badge.words()}"
    if answer.as_of:
        yield f"as of    {answer.as_of:%Y-%m-%d %H:%M %Z}"
    if answer.receipt:
        yield f"receipt  {answer.receipt}"
