"""Typed filters → SQL conditions over one tree, with bound values.

A comparison with a time at a grain becomes a comparison of the bare column with the grain's first day, so that a
warehouse can skip what it need not read. It never casts or truncates a column it compares.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.periods import Grain, Period, start_of, step
from anabot.semantic import trees
from anabot.semantic.catalog import Slot
from anabot.semantic.query import AllOf, AnyOf, Condition, Filter, Not
from anabot.semantic.registry import Dimension
from anabot.semantic.trees import Values, both, copied, either, grouped
from anabot.types import Cell

_Comparison = exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE
_COMPARE: dict[str, type[_Comparison]] = {"eq": exp.EQ, "ne": exp.NEQ, "lt": exp.LT, "le": exp.LTE, "gt": exp.GT, "ge": exp.GTE}
_LIKE = str.maketrans({"%": "!%", "_": "!_", "!": "!!"})
_TEXT_ONLY = ("contains", "starts_with")
_NUMERIC = ("int", "decimal", "numeric", "number", "double", "float", "real", "bigint", "smallint", "tinyint", "hugeint")
_BOOLEAN = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

YEARS = range(1000, 9000)  # beyond them calendar arithmetic leaves what a date can hold

Leaf = Callable[[Condition], exp.Expression]


def condition(part: Filter, leaf: Leaf) -> exp.Expression:
    """A nested filter, its plain conditions made by `leaf`. An empty `any` is false, an empty `all` true."""
    match part:
        case AnyOf(any=parts):
            return either([condition(each, leaf) for each in parts]) or exp.Boolean(this=False)
        case AllOf(all=parts):
            return both([condition(each, leaf) for each in parts]) or exp.Boolean(this=True)
        case Not(not_=inner):
            return exp.Not(this=exp.Paren(this=condition(inner, leaf)))
    return leaf(part)


def on_slot(part: Condition, slot: Slot, tree: exp.Expression, values: Values, fiscal_start: int) -> exp.Expression:
    """`part` over `tree`, which is the slot's bare column, or its date part.

    Raises:
        BadQuery: a value that the column cannot hold, or an operator it does not know.
    """
    tree = grouped(tree)
    if part.op in ("is_null", "not_null"):
        return _null(part.op, tree)
    if slot.part:
        return _plain(part, tree, values, lambda text: int(_number(part, text)))
    if slot.is_time and slot.grain is not None:
        if part.op in _TEXT_ONLY:
            raise BadQuery(f"`{part.field}` is a time; `{part.op}` is for text.", todo="Compare it with dates.")
        return _timed(part, slot, tree, values, fiscal_start)
    data_type = slot.element.data_type if isinstance(slot.element, Dimension) else ""
    return _plain(part, tree, values, lambda text: _typed(part, text, data_type))


def on_number(part: Condition, tree: exp.Expression, values: Values) -> exp.Expression:
    """`part` over a metric's value."""
    if part.op in ("is_null", "not_null"):
        return _null(part.op, tree)
    if part.op in _TEXT_ONLY:
        raise BadQuery(f"`{part.field}` is a number; `{part.op}` is for text.", todo="Compare it with a number.")
    return _plain(part, tree, values, lambda text: _number(part, text))


def one_of(tree: exp.Expression, cells: list[Cell], values: Values) -> exp.Expression:
    """`tree IN (cells)`; FALSE where there are none, because SQL has no empty list."""
    if not cells:
        return exp.Boolean(this=False)
    if len(cells) == 1:
        return exp.EQ(this=tree, expression=values.bind(cells[0]))
    return exp.In(this=tree, expressions=[values.bind(cell) for cell in cells])


def within(tree: exp.Expression, start: Cell, end: Cell, values: Values) -> list[exp.Expression]:
    """Half-open: from `start` up to, but not including, `end`."""
    return [exp.GTE(this=tree, expression=values.bind(start)), exp.LT(this=copied(tree), expression=values.bind(end))]


def since(tree: exp.Expression, start: Cell, end: Cell, values: Values) -> list[exp.Expression]:
    """As `within`; from ever where `start` is None."""
    if start is not None:
        return within(tree, start, end, values)
    return [exp.LT(this=tree, expression=values.bind(end))]


def _null(op: str, tree: exp.Expression) -> exp.Expression:
    null = exp.Is(this=tree, expression=exp.Null())
    return null if op == "is_null" else exp.Not(this=null)


def _plain(part: Condition, tree: exp.Expression, values: Values, read: Callable[[str], Cell]) -> exp.Expression:
    match part.op:
        case "contains" | "starts_with":
            pattern = part.values[0].translate(_LIKE) + "%"
            like = exp.ILike(this=tree, expression=values.bind("%" + pattern if part.op == "contains" else pattern))
            return exp.Escape(this=like, expression=exp.Literal.string("!"))
        case "in":
            return one_of(tree, [read(text) for text in part.values], values)
        case "not_in":
            return exp.Not(this=exp.Paren(this=one_of(tree, [read(text) for text in part.values], values)))
        case "between":
            low, high = (values.bind(read(text)) for text in part.values)
            return exp.Between(this=tree, low=low, high=high)
    return _COMPARE[part.op](this=tree, expression=values.bind(read(part.values[0])))


def _timed(part: Condition, slot: Slot, tree: exp.Expression, values: Values, fiscal_start: int) -> exp.Expression:
    """Comparisons of a time cut to a grain, as comparisons of the bare column with the grain's edges."""
    grain = slot.grain or Grain.DAY
    if grain not in trees.DATED:
        return _plain(part, tree, values, lambda text: _instant(part, text))
    edges = [_edges(part, text, grain, fiscal_start) for text in part.values]

    def at(kind: type[_Comparison], day: dt.date) -> exp.Expression:
        return kind(this=tree.copy(), expression=values.bind(day))

    def inside(edge: tuple[bool, Period]) -> exp.Expression:
        return exp.And(this=at(exp.GTE, edge[1].start), expression=at(exp.LT, edge[1].end))

    match part.op:
        case "eq" | "in":
            return either([inside(edge) for edge in edges]) or exp.Boolean(this=False)
        case "ne" | "not_in":
            outside = [exp.Or(this=at(exp.LT, span.start), expression=at(exp.GTE, span.end)) for _, span in edges]
            return both(outside) or exp.Not(this=exp.Is(this=tree, expression=exp.Null()))
        case "between":
            return exp.And(this=at(exp.GTE, _up(edges[0])), expression=at(exp.LT, edges[1][1].end))
        case "lt":
            return at(exp.LT, _up(edges[0]))
        case "ge":
            return at(exp.GTE, _up(edges[0]))
        case "le":
            return at(exp.LT, edges[0][1].end)
    return at(exp.GTE, edges[0][1].end)


def _up(edge: tuple[bool, Period]) -> dt.date:
    """The first start of a grain that is not before the day."""
    return edge[1].start if edge[0] else edge[1].end


def _edges(part: Condition, text: str, grain: Grain, fiscal_start: int) -> tuple[bool, Period]:
    day = _instant(part, text).date()
    start = start_of(day, grain, fiscal_start)
    return day == start, Period(start, step(start, grain, 1))


def _instant(part: Condition, text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise BadQuery(f"`{text}` is not a date, and `{part.field}` is a time.", todo="Write it as `2026-05-01`.") from error
    if found.year not in YEARS:
        raise BadQuery(f"`{text}` lies outside the years {YEARS[0]} to {YEARS[-1]}.", todo="Write a date that data may have.")
    return found


def _typed(part: Condition, text: str, data_type: str) -> Cell:
    if data_type.startswith("bool"):
        if text.lower() not in _BOOLEAN:
            raise BadQuery(
                f"`{text}` is neither true nor false, and `{part.field}` is one of them.", todo="Write `true` or `false`."
            )
        return _BOOLEAN[text.lower()]
    return _number(part, text) if data_type.startswith(_NUMERIC) else text


def _number(part: Condition, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise BadQuery(f"`{text}` is not a number, and `{part.field}` is one.", todo="Write it as `1250.50`.") from error
    if not value.is_finite():
        raise BadQuery(f"`{text}` is not a number that can be compared.", todo="Write it as `1250.50`.")
    return value


def allowed(dimension: Dimension, tree: exp.Expression, texts: tuple[str, ...], values: Values) -> exp.Expression:
    """A grant's row rule over `tree`. No values allow no rows."""
    part = Condition(field=dimension.name, op="in", values=texts)
    return one_of(grouped(tree), [_typed(part, text, dimension.data_type) for text in texts], values)
