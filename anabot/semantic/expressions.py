"""SQL expressions of the data team's, as trees: a column's `expr`, a derived metric's formula.

It never accepts a query, a window or, in a formula, anything but arithmetic and a few plain functions.
"""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_A_NAME = frozenset({"true", "false", "null", "current_date", "current_timestamp", "current_time", "case", "distinct"})
_FORBIDDEN = (exp.Query, exp.DML, exp.DDL, exp.Command, exp.Window, exp.AggFunc, exp.Star, exp.Placeholder, exp.Parameter)
_FORMULA = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Paren, exp.Literal, exp.Null, exp.Boolean, exp.Column,
    exp.Identifier, exp.Nullif, exp.Coalesce, exp.Abs,
    exp.Round, exp.Greatest, exp.Least, exp.Floor, exp.Ceil, exp.Sqrt, exp.Pow, exp.Ln,
    exp.Exp, exp.Case, exp.If, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.And, exp.Or, exp.Not, exp.Is, exp.Between,
    exp.Cast, exp.DataType, exp.DataTypeParam,
)  # fmt: skip


class BadExpression(ValueError):
    """The words after it say what is wrong."""


def parse_expression(sql: str, dialect: str) -> exp.Expression:
    """One scalar expression over the columns of one row.

    Raises:
        BadExpression: it does not parse, or holds a query, a window or an aggregate.
    """
    if _NAME.fullmatch(sql) and sql.lower() not in _NOT_A_NAME:
        return exp.column(sql)  # most are bare columns; the parser is 20 times slower
    if sql.isdigit():
        return exp.Literal.number(sql)
    tree = _parse(sql, dialect)
    found = next(tree.find_all(*_FORBIDDEN), None)
    if found is not None:
        raise BadExpression(f"`{found.sql()}` cannot stand in an expression over one row.")
    return tree


def parse_formula(sql: str, dialect: str) -> tuple[exp.Expression, tuple[str, ...]]:
    """A formula over metrics, and the names it uses, each once.

    Raises:
        BadExpression: it does not parse, or uses what a formula may not.
    """
    tree = _parse(sql, dialect)
    for node in tree.walk():
        if not isinstance(node, _FORMULA):
            raise BadExpression(f"`{node.sql()}` is not arithmetic over metrics.")
        if isinstance(node, exp.Column) and node.table:
            raise BadExpression(f"`{node.sql()}` names a table; name a metric or its alias.")
    return tree, tuple(dict.fromkeys(column.name for column in tree.find_all(exp.Column)))


def _parse(sql: str, dialect: str) -> exp.Expression:
    tree = one(sql, dialect)
    if tree is None:
        raise BadExpression(f"`{sql[:200]}` does not parse as one expression.")
    return tree


def one(sql: str, dialect: str) -> exp.Expression | None:
    """`sql` as one tree; None where it does not parse or is several statements."""
    try:
        found = sqlglot.parse(sql, read=dialect)
    except (SqlglotError, RecursionError):
        return None
    if len(found) != 1 or not isinstance(found[0], exp.Expression):
        return None
    for node in found[0].walk():
        node._meta = None  # where it stood in its text, which every copy of it would carry along
    return found[0]
