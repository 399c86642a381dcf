"""The filters a playbook's words are written with: amounts, changes, tables. Pure: same values in, same Markdown out.

Each returns Markdown that needs no further escaping, or a smaller result. It never rounds what is compared or summed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from jinja2 import Undefined

from anabot.errors import PlaybookError
from anabot.playbooks.markdown import escape
from anabot.playbooks.view import COMPARED, Missing, Number, Result, Row, Text, compared
from anabot.semantic.units import CURRENCIES, EMPTY, format_cell, rounded
from anabot.types import Bridge, Cell, Column

UP, DOWN, SAME = "▲", "▼", "unchanged"
_SCALES = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K"))


class Md(str):
    """Markdown that is meant as it stands."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def shown(value: object) -> Md:
    """Anything a template prints, as Markdown that shows it: numbers by their unit, text escaped.

    Raises:
        UndefinedError: the value is missing.
    """
    _fail(value)
    if isinstance(value, Md | Text) or hasattr(value, "__html__"):
        return Md(value)
    if isinstance(value, Number):
        return Md(_amount(value, value.column))
    if isinstance(value, str):
        return Md(escape(value))
    if not _is_cell(value):
        raise PlaybookError(f"A {type(value).__name__.lower()} cannot be printed.", todo="Use `| table`, or name a column.")
    return Md(_amount(value, Column(name="", type="")))


def money(value: object, places: int = 2, unit: str = "") -> Md:
    """`$1,234.50`; with `places=0`, `$1,235`. The currency is the metric's own, or `unit`."""
    number, unit = _number(value, "money"), unit or _unit(value)
    if unit not in CURRENCIES:
        raise PlaybookError(f"`money` does not know the currency of {number}.", todo='Name it: `| money(2, "eur")`.')
    sign = "-" if rounded(number, places) < 0 else ""
    return Md(f"{sign}{CURRENCIES[unit]}{rounded(abs(number), places):,}")


def percent(value: object, places: int = 1) -> Md:
    """A ratio as a share: 0.123 is `12.3%`."""
    return Md(f"{rounded(_number(value, 'percent') * 100, places):,}%")


def count(value: object) -> Md:
    """`1,234`, without a fraction."""
    return Md(f"{rounded(_number(value, 'count'), 0):,}")


def short(value: object) -> Md:
    """The number to three digits or so, for a headline: `$1.23M`, `12.4K h`."""
    number = _number(value, "short")
    scale, letter = next(((scale, letter) for scale, letter in _SCALES if abs(number) >= scale), (Decimal(1), ""))
    if not letter:
        return shown(value)
    unit = _unit(value)
    sign, suffix = "-" if number < 0 else "", {"hours": " h", "days": " days", "fte": " FTE"}.get(unit, "")
    return Md(f"{sign}{CURRENCIES.get(unit, '')}{rounded(abs(number) / scale, 2 if scale >= 10**6 else 1)}{letter}{suffix}")


def change(value: object, metric: str = "") -> Md:
    """How a metric of a row has moved: `▲ $1,234.00 (+3.2%)`; of a plain number, `▲ $1,234.00`."""
    if not metric:
        number = _number(value, "change")
        return Md(_moved(number, value.column if isinstance(value, Number) else Column(name="", type="")))
    row = value.first if isinstance(value, Result) else value
    if not isinstance(row, Row):
        raise PlaybookError("`change` was given neither a row nor a result.", todo='Write `{{ total | change("metric") }}`.')
    _fail(row[metric] if row.result.has(metric) else Missing(obj=row, name=metric))
    words = _compared(row.result, row.cells, metric)
    return Md("with nothing to compare it with" if words == EMPTY else words)


def table(result: object, limit: int = 10, columns: Sequence[str] = ()) -> Md:
    """The first `limit` rows as a pipe table, and a line that says how many more there are."""
    found = _result(result, "table")
    if not found.rows:
        return Md(f"_No rows for {found.dates}._")
    plan = _plan(found, columns)
    lines = [[head for head, _, _ in plan], ["---:" if right else "---" for _, right, _ in plan]]
    lines += [[cell(row) for _, _, cell in plan] for row in found.table.rows[:limit]]
    more = _more(found, limit)
    return Md("\n".join(f"| {' | '.join(line)} |" for line in lines) + (f"\n\n{more}" if more else ""))


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
    (left, first, _), (right, last, _) = bridge.lines[0], bridge.lines[-1]
    steps = [(label, _signed(-amount, column)) for label, amount, _ in bridge.lines[1:-1]]
    residual = ("Not explained", _signed(-bridge.residual, column))
    lines = [(left, _amount(first, column)), *steps, residual, (right, _amount(last, column))]
    rows = "\n".join(f"| {escape(label)} | {amount} |" for label, amount in lines)
    return Md(f"| {escape(bridge.title)} | Amount |\n| --- | ---: |\n{rows}")


def _signed(number: Decimal, column: Column) -> str:
    return ("+" if number > 0 else "") + _amount(number + 0, column)


def _amount(value: Any, column: Column) -> str:
    return escape(format_cell(value, column))


_Cell = Callable[[tuple[Cell, ...]], str]


def _plan(result: Result, wanted: Sequence[str]) -> list[tuple[str, bool, _Cell]]:
    """Per column of a table: its head, whether it stands to the right, and how a row gives its cell."""
    names = list(wanted) or [column.name for column in result.table.columns if compared(column.name) is None]
    plan: list[tuple[str, bool, _Cell]] = []
    for name in names:
        index = _at(result, name)
        column = result.table.columns[index]
        right = column.type not in ("text", "date", "time", "boolean")
        plan.append((escape(column.label or name), right, _cell_of(result, index)))
        if not wanted and result.has(f"{name}__change"):
            plan.append(("Change", True, _change_of(result, name)))
    return plan


def _cell_of(result: Result, index: int) -> _Cell:
    return lambda row: result.text(row, index)


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
    words = _moved(Decimal(str(moved)), column)
    before = row[result.at(f"{metric}__previous")]
    # A share of something negative points the wrong way.
    plain = column.unit == "ratio" or words == SAME or not isinstance(before, int | float | Decimal) or before <= 0
    if plain or not isinstance(percentage, int | float | Decimal):
        return words
    return f"{words} ({rounded(Decimal(str(percentage)) * 100, 1):+,}%)"


def _moved(number: Decimal, column: Column) -> str:
    if number == 0:
        return SAME
    arrow = UP if number > 0 else DOWN
    if column.unit == "ratio":
        return f"{arrow} {rounded(abs(number) * 100, 1):,} pts"
    return f"{arrow} {_amount(abs(number), column)}"


def _more(result: Result, limit: int) -> str:
    left = result.rows - limit
    if left > 0:
        return f"_… and {'at least ' if result.table.truncated else ''}{left:,} more._"
    return "_… and more than fit here._" if result.table.truncated else ""


def _sorted(result: object, column: str, size: Callable[[Any], Any]) -> Result:
    found = _result(result, "by")
    name = column.removeprefix("-")
    index = _at(found, name)
    filled = [row for row in found.table.rows if row[index] is not None]
    empty = [row for row in found.table.rows if row[index] is None]
    return found.keep([*sorted(filled, key=lambda row: size(row[index]), reverse=column.startswith("-")), *empty])


def _at(result: Result, name: str) -> int:
    if not result.has(name):
        _fail(Missing(obj=result, name=name))
    return result.at(name)


def _fail(value: object) -> None:
    """Raise UndefinedError where the value is missing: that is what a strict one does when it is printed."""
    if isinstance(value, Undefined):
        str(value)


def _result(value: object, name: str) -> Result:
    _fail(value)
    if not isinstance(value, Result):
        raise PlaybookError(f"`{name}` was not given a result.", todo=f"Write `{{{{ query | {name} }}}}`.")
    return value


def _number(value: object, name: str) -> Decimal:
    _fail(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PlaybookError(f"`{name}` was given {type(value).__name__}, not a number.")
    return Decimal(str(value)) if isinstance(value, float) else Decimal(value)


def _unit(value: object) -> str:
    return value.column.unit if isinstance(value, Number) else ""


def _is_cell(value: object) -> bool:
    return isinstance(value, bool | int | float | Decimal) or type(value).__module__ == "datetime"


FILTERS: Mapping[str, Callable[..., object]] = {
    "money": money,
    "percent": percent,
    "count": count,
    "short": short,
    "change": change,
    "table": table,
    "top": top,
    "by": by,
    "movers": movers,
    "join": join,
}
