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
from anabot.semantic.bindings import Read, Values
from anabot.semantic.catalog import Slot
from anabot.semantic.query import Against, AllOf, AnyOf, Condition, Filter, Not
from anabot.semantic.registry import Dimension
from anabot.semantic.trees import both, copied, either, grouped
from anabot.types import Cell

_Comparison = exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE
_COMPARE: dict[str, type[_Comparison]] = {"eq": exp.EQ, "ne": exp.NEQ, "lt": exp.LT, "le": exp.LTE, "gt": exp.GT, "ge": exp.GTE}
_LIKE = str.maketrans({"%": "!%", "_": "!_", "!": "!!"})
_TEXT_ONLY = ("contains", "starts_with", "ends_with")
_BOOLEAN = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

YEARS = range(1000, 9000)  # beyond them calendar arithmetic leaves what a date can hold

Leaf = Callable[[Condition], exp.Expression]
Pair = Callable[[Against], exp.Expression]


def _no_rows(part: Against) -> exp.Expression:
    raise BadQuery(f"`{part.field}` and `{part.against}` are times of rows.", todo="Set them against each other in `where`.")


def condition(part: Filter, leaf: Leaf, pair: Pair = _no_rows) -> exp.Expression:
    """A nested filter, its plain conditions made by `leaf`, and those of two times by `pair`.

    An empty `any` is false, an empty `all` true.
    """
    match part:
        case AnyOf(any=parts):
            return either([condition(each, leaf, pair) for each in parts]) or exp.Boolean(this=False)
        case AllOf(all=parts):
            return both([condition(each, leaf, pair) for each in parts]) or exp.Boolean(this=True)
        case Not(not_=inner):
            return exp.Not(this=exp.Paren(this=condition(inner, leaf, pair)))
        case Against():
            return pair(part)
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
    dimension = slot.element if isinstance(slot.element, Dimension) else None
    return _plain(part, tree, values, lambda text: _typed(part, text, dimension))


def on_number(part: Condition, tree: exp.Expression, values: Values) -> exp.Expression:
    """`part` over a metric's value."""
    if part.op in ("is_null", "not_null"):
        return _null(part.op, tree)
    if part.op in _TEXT_ONLY:
        raise BadQuery(f"`{part.field}` is a number; `{part.op}` is for text.", todo="Compare it with a number.")
    return _plain(part, tree, values, lambda text: _number(part, text))


def one_of(tree: exp.Expression, bound: list[exp.Expression]) -> exp.Expression:
    """`tree IN (bound)`; FALSE where there are none, because SQL has no empty list."""
    if not bound:
        return exp.Boolean(this=False)
    if len(bound) == 1:
        return exp.EQ(this=tree, expression=bound[0])
    return exp.In(this=tree, expressions=bound)


def within(tree: exp.Expression, start: exp.Expression | None, end: exp.Expression) -> list[exp.Expression]:
    """Half-open: from `start`, or from ever where that is None, up to, but not including, `end`."""
    if start is None:
        return [exp.LT(this=tree, expression=end)]
    return [exp.GTE(this=tree, expression=start), exp.LT(this=copied(tree), expression=end)]


def _null(op: str, tree: exp.Expression) -> exp.Expression:
    null = exp.Is(this=tree, expression=exp.Null())
    return null if op == "is_null" else exp.Not(this=null)


def _plain(part: Condition, tree: exp.Expression, values: Values, read: Read) -> exp.Expression:
    if part.op in _TEXT_ONLY:
        before, after = "" if part.op == "starts_with" else "%", "" if part.op == "ends_with" else "%"
        like = exp.ILike(this=tree, expression=values.named(part, 0, lambda text: f"{before}{text.translate(_LIKE)}{after}"))
        return exp.Escape(this=like, expression=exp.Literal.string("!"))
    bound = [values.named(part, place, read) for place in range(len(part.values))]
    match part.op:
        case "in":
            return one_of(tree, bound)
        case "not_in":
            return exp.Not(this=exp.Paren(this=one_of(tree, bound)))
        case "between":
            return exp.Between(this=tree, low=bound[0], high=bound[1])
    return _COMPARE[part.op](this=tree, expression=bound[0])


def _timed(part: Condition, slot: Slot, tree: exp.Expression, values: Values, fiscal_start: int) -> exp.Expression:
    """Comparisons of a time cut to a grain, as comparisons of the bare column with the grain's edges."""
    grain = slot.grain or Grain.DAY
    if grain not in trees.DATED:
        return _plain(part, tree, values, lambda text: _instant(part, text))

    def at(kind: type[_Comparison], edge: Callable[[dt.date, Period], dt.date], place: int = 0) -> exp.Expression:
        def read(text: str) -> dt.date:
            return edge(*_held(part, text, grain, fiscal_start))

        return kind(this=tree.copy(), expression=values.named(part, place, read))

    each = range(len(part.values))
    match part.op:
        case "eq" | "in":
            inside = [exp.And(this=at(exp.GTE, _begins, n), expression=at(exp.LT, _ends, n)) for n in each]
            return either(inside) or exp.Boolean(this=False)
        case "ne" | "not_in":
            outside = [exp.Or(this=at(exp.LT, _begins, n), expression=at(exp.GTE, _ends, n)) for n in each]
            return both(outside) or exp.Not(this=exp.Is(this=tree, expression=exp.Null()))
        case "between":
            return exp.And(this=at(exp.GTE, _up), expression=at(exp.LT, _ends, 1))
        case "lt":
            return at(exp.LT, _up)
        case "ge":
            return at(exp.GTE, _up)
        case "le":
            return at(exp.LT, _ends)
    return at(exp.GTE, _ends)


def _begins(_: dt.date, span: Period) -> dt.date:
    return span.start


def _ends(_: dt.date, span: Period) -> dt.date:
    return span.end


def _up(day: dt.date, span: Period) -> dt.date:
    """The first start of a grain that is not before the day."""
    return span.start if day == span.start else span.end


def _held(part: Condition, text: str, grain: Grain, fiscal_start: int) -> tuple[dt.date, Period]:
    """The day that is named, and the whole grain that holds it."""
    day = _instant(part, text).date()
    start = start_of(day, grain, fiscal_start)
    return day, Period(start, step(start, grain, 1))


def _instant(part: Condition, text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise BadQuery(f"`{text}` is not a date, and `{part.field}` is a time.", todo="Write it as `2026-05-01`.") from error
    if found.year not in YEARS:
        raise BadQuery(f"`{text}` lies outside the years {YEARS[0]} to {YEARS[-1]}.", todo="Write a date that data may have.")
    return found


def _typed(part: Condition, text: str, dimension: Dimension | None) -> Cell:
    if dimension and dimension.data_type.startswith("bool"):
        if text.lower() not in _BOOLEAN:
            raise BadQuery(
                f"`{text}` is neither true nor false, and `{part.field}` is one of them.", todo="Write `true` or `false`."
            )
        return _BOOLEAN[text.lower()]
    return _number(part, text) if dimension and dimension.numeric else text


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
    return one_of(grouped(tree), [values.bind(_typed(part, text, dimension)) for text in texts])
