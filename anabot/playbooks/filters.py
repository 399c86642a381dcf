"""The filters a playbook's words are written with: changes, tables, orders. Pure: same values in, same Markdown out.

Each returns Markdown that needs no further escaping, or a smaller result. It never rounds what is compared or summed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from anabot.errors import PlaybookError
from anabot.playbooks.amounts import Md, amount, count, fail_if_missing, money, number_of, percent, plural, rough, short, shown
from anabot.playbooks.markdown import escape
from anabot.playbooks.view import COMPARED, Missing, Number, Result, Row, compared
from anabot.semantic.date_parts import part_in
from anabot.semantic.units import EMPTY, UNSAID, rounded
from anabot.types import Bridge, Cell, Column

UP, DOWN, SAME, ALMOST = "▲", "▼", "unchanged", "almost unchanged"
Attach = Callable[[Result], str]  # takes a table whole, and says what its file is called
# What a table keeps where it is too long to be read in a message, and what is too long.
_SHORT, _MOST_ROWS, _MOST_TEXT = 10, 50, 6_000


def change(value: object, metric: str = "") -> Md:
    """How a metric of a row has moved: `▲ $1,234.00 (+3.2%)`; of a plain number, `▲ $1,234.00`."""
    if not metric:
        number = number_of(value, "change")
        return Md(moved_words(number, value.column if isinstance(value, Number) else Column(name="", type="")))
    row = value.first if isinstance(value, Result) else value
    if not isinstance(row, Row):
        raise PlaybookError("`change` was given neither a row nor a result.", todo='Write `{{ total | change("metric") }}`.')
    fail_if_missing(row[metric] if row.result.has(metric) else Missing(obj=row, name=metric))
    words = _compared(row.result, row.cells, metric)
    return Md("with nothing to compare it with" if words == EMPTY else words)


def table(result: object, limit: int = 10, columns: Sequence[str] = (), *, attach: Attach | None = None) -> Md:
    """The first `limit` rows as a pipe table, and a line that says how many more there are.

    A table that would be too long for a message keeps its first ten. `attach` takes a long one whole, as a file.
    """
    found = _result(result, "table")
    if not found.rows:
        return Md(f"_No rows for {found.dates}._")
    plan = _plan(found, columns, limit)
    body = [_line([cell(row) for _, _, cell in plan]) for row in found.table.rows[:limit]]
    if len(body) > _MOST_ROWS or sum(map(len, body)) > _MOST_TEXT:
        body = body[:_SHORT]
    head = [_line([head for head, _, _ in plan]), _line(["---:" if right else "---" for _, right, _ in plan])]
    more = _more(found, len(body), attach)
    return Md("\n".join([*head, *body]) + (f"\n\n{more}" if more else ""))


def top(result: object, rows: int) -> Result:
    """The result with its first rows only."""
    found = _result(result, "top")
    return found.keep(found.table.rows[:rows])


def by(result: object, column: str) -> Result:
    """The result in the order of a column; `-` before its name turns the order round. Empty cells come last."""
    return _sorted(result, column, lambda cell: cell)


def movers(result: object, metric: str, rows: int = 3) -> Result:
    """The rows whose metric has moved most, up or down, since the period compared with."""
    found = _sorted(result, f"-{metric}__change", lambda cell: abs(cell))
    at = found.at(f"{metric}__change")
    return found.keep([row for row in found.table.rows if row[at]][:rows])


def join(values: Iterable[object], separator: str = ", ") -> Md:
    """The values in one line."""
    return Md(separator.join(shown(value) for value in values))


def bridge_table(bridge: Bridge) -> Md:
    """A bridge as a table whose amounts add up from the first line to the last."""
    column = Column(name=bridge.name, type="money", unit=bridge.unit)
    (left, first), *steps, (right, last) = bridge.walk()
    signed = [(label, _signed(step, column)) for label, step in steps]
    lines = [(left, amount(first, column)), *signed, (right, amount(last, column))]
    rows = "\n".join(f"| {escape(label)} | {amount} |" for label, amount in lines)
    return Md(f"| {escape(bridge.title)} | Amount |\n| --- | ---: |\n{rows}")


def _signed(number: Decimal, column: Column) -> str:
    return ("+" if number > 0 else "") + amount(number + 0, column)


_Cell = Callable[[tuple[Cell, ...]], str]


def _plan(result: Result, wanted: Sequence[str], limit: int) -> list[tuple[str, bool, _Cell]]:
    """Per column of a table: its head, whether it stands to the right, and how a row gives its cell."""
    names = list(wanted) or [column.name for column in result.table.columns if compared(column.name) is None]
    plan: list[tuple[str, bool, _Cell]] = []
    for name in names:
        index = _at(result, name)
        column = result.table.columns[index]
        right = column.type not in ("text", "date", "time", "boolean") and not part_in(column.name)
        plan.append((escape(column.label or name), right, _cell_of(result, index, limit)))
        if not wanted and result.has(f"{name}__change"):
            plan.append(("Change", True, _change_of(result, name)))
    return plan


def _cell_of(result: Result, index: int, limit: int) -> _Cell:
    column = result.table.columns[index]
    numbers = _numbers(result, column.name)[:limit]
    size, tenths = max(map(abs, numbers), default=Decimal(0)), any(n != n.to_integral_value() for n in numbers)

    def words(row: tuple[Cell, ...]) -> str:
        number, plain = _exact(row[index]), result.text(row, index)
        return rough(number, column, size, tenths=tenths) if number is not None and plain != UNSAID else plain

    return words


def _change_of(result: Result, metric: str) -> _Cell:
    return lambda row: _compared(result, row, metric)


def _compared(result: Result, row: tuple[Cell, ...], metric: str) -> str:
    missing = next((part for part in COMPARED if not result.has(f"{metric}__{part}")), "")
    if missing:
        todo = "Give its query a `compare`, as in `compare: previous_period`."
        raise PlaybookError(f"`{result.name}` does not compare `{metric}`.", todo=todo)
    index = result.at(f"{metric}__change")
    moved, percentage = row[index], row[result.at(f"{metric}__percent_change")]
    if not isinstance(moved, int | float | Decimal):
        return EMPTY
    column = result.table.columns[result.at(metric)]
    before = row[result.at(f"{metric}__previous")]
    sizes = (abs(n) for name in (metric, f"{metric}__previous") for n in _numbers(result, name))  # as its neighbours are written
    words = moved_words(Decimal(str(moved)), column, max(sizes, default=Decimal(0)))
    # A share of something negative points the wrong way.
    plain = column.unit == "ratio" or words == SAME or not isinstance(before, int | float | Decimal) or before <= 0
    if plain or not isinstance(percentage, int | float | Decimal):
        return words
    return f"{words} ({rounded(Decimal(str(percentage)) * 100, 1):+,}%)"


def moved_words(number: Decimal, column: Column, size: Decimal = Decimal(0)) -> str:
    """A change by its column's unit, as precise as what is of that `size`: `▲ $1,234`, `▼ 2.1 pts`, `unchanged`."""
    if number == 0:
        return SAME
    if column.unit == "ratio" and not rounded(number * 100, 1):
        return ALMOST
    arrow = UP if number > 0 else DOWN
    if column.unit == "ratio":
        return f"{arrow} {rounded(abs(number) * 100, 1):,} pts"
    return f"{arrow} {rough(abs(number), column, max(size, abs(number)))}"


def _numbers(result: Result, name: str) -> list[Decimal]:
    index = result.at(name)
    return [number for row in result.table.rows if (number := _exact(row[index])) is not None]


def _exact(cell: Cell) -> Decimal | None:
    return Decimal(str(cell)) if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) else None


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _more(result: Result, shown: int, attach: Attach | None) -> str:
    left, cut = result.rows - shown, result.table.truncated
    if left <= 0:
        return "_… and more than fit here._" if cut else ""
    if attach is None or result.rows <= _SHORT:
        return f"_… and {'at least ' if cut else ''}{left:,} more._"
    return f"_… and {left:,} more in the file {attach(result)}.csv{', which does not hold all of them' if cut else ''}._"


def _sorted(result: object, column: str, size: Callable[[Any], Any]) -> Result:
    found = _result(result, "by")
    name = column.removeprefix("-")
    index = _at(found, name)
    filled = [row for row in found.table.rows if row[index] is not None]
    empty = [row for row in found.table.rows if row[index] is None]
    return found.keep([*sorted(filled, key=lambda row: size(row[index]), reverse=column.startswith("-")), *empty])


def _at(result: Result, name: str) -> int:
    if not result.has(name):
        fail_if_missing(Missing(obj=result, name=name))
    return result.at(name)


def _result(value: object, name: str) -> Result:
    fail_if_missing(value)
    if not isinstance(value, Result):
        raise PlaybookError(f"`{name}` was not given a result.", todo=f"Write `{{{{ query | {name} }}}}`.")
    return value


FILTERS: Mapping[str, Callable[..., object]] = {
    "money": money,
    "percent": percent,
    "plural": plural,
    "count": count,
    "short": short,
    "change": change,
    "table": table,
    "top": top,
    "by": by,
    "movers": movers,
    "join": join,
}
