"""Small pieces of SQL as sqlglot trees: columns, times cut to a grain, safe division.

Nothing here is text, and nothing here reads a registry. Trees belong to one parent: what is used twice is copied.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from anabot.periods import Grain

DATED = frozenset({Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR, Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR})
_UNIT = {Grain.FISCAL_QUARTER: "QUARTER", Grain.FISCAL_YEAR: "YEAR"}
_DIALECTS = ("duckdb", "postgres", "snowflake")

MARK = "\ufdd0\ufdd1"  # two code points that no text may hold: they stand around a placeholder's number, so that it can be found


@lru_cache(maxsize=1)
def _reserved() -> frozenset[str]:
    tokenizers = [Dialect.get_or_raise(name).tokenizer_class for name in _DIALECTS]
    return frozenset(word.lower() for each in tokenizers for word in each.KEYWORDS if word.isalpha())


@lru_cache(maxsize=10_000)
def _quoted(name: str) -> bool:
    return not name.isidentifier() or not name.islower() or name in _reserved()


def identifier(name: str) -> exp.Identifier:
    """A name of ours, quoted where some dialect would misread it."""
    return exp.Identifier(this=name, quoted=_quoted(name))


def column(name: str, table: str | None = None) -> exp.Column:
    """A column by a name of ours, perhaps of a table by an alias of ours."""
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)


def aliased(tree: exp.Expression, name: str) -> exp.Alias:
    """`tree AS name`."""
    return exp.Alias(this=tree, alias=identifier(name))


def table(relation: tuple[str, ...], alias: str) -> exp.Table:
    """A physical relation under an alias. Its names stay as the warehouse folds them."""
    parts = [exp.Identifier(this=part, quoted=not part.replace("_", "a").isalnum()) for part in relation]
    names = dict(zip(("this", "db", "catalog"), reversed(parts), strict=False))
    return exp.Table(**names, alias=exp.TableAlias(this=identifier(alias)))


def copied(tree: exp.Expression) -> exp.Expression:
    """A copy that nothing holds. Most are bare columns, which are quickly made anew."""
    if type(tree) is exp.Column and type(tree.this) is exp.Identifier:
        table = tree.args.get("table")
        return exp.Column(this=exp.Identifier(**tree.this.args), table=exp.Identifier(**table.args) if table else None)
    return typing.cast(exp.Expression, tree.__deepcopy__({}))  # what `copy` does after a detour


def placed(tree: exp.Expression, alias: str) -> exp.Expression:
    """An expression of a model's own, over the rows that `alias` stands for."""
    if isinstance(tree, exp.Column):
        return exp.Column(this=exp.Identifier(**tree.this.args), table=identifier(alias))
    copy = copied(tree)
    for node in copy.find_all(exp.Column):
        if not node.table:
            node.set("table", identifier(alias))
    return copy


def filled(tree: exp.Expression, give: Callable[[exp.Column], exp.Expression | None]) -> exp.Expression:
    """A copy of `tree` in which each column becomes what `give` gives for it; None keeps it."""
    if isinstance(tree, exp.Column):
        return give(tree) or exp.Column(**tree.args)
    copy = copied(tree)
    for node in list(copy.find_all(exp.Column)):
        new = give(node)
        if new is not None:
            node.replace(grouped(new))
    return copy


def listed(tree: exp.Expression, name: str, of: str) -> exp.In:
    """`tree IN (SELECT of FROM name)`, where `name` is another statement's answer."""
    rows = exp.Select(expressions=[column(of, name)], from_=exp.From(this=table((name,), name)))
    return exp.In(this=tree, query=exp.Subquery(this=rows))


def by_name(mapping: Mapping[str, exp.Expression]) -> Callable[[exp.Column], exp.Expression | None]:
    """For `filled`: columns by their names, copied at each use but the first."""

    def give(node: exp.Column) -> exp.Expression | None:
        found = mapping.get(node.name)
        return found if found is None or found.parent is None else copied(found)

    return give


def grouped(tree: exp.Expression) -> exp.Expression:
    """`tree`, in parentheses where an operator beside it could bind more tightly."""
    return exp.Paren(this=tree) if isinstance(tree, exp.Binary | exp.Not | exp.Between | exp.In) else tree


def both(conditions: Iterable[exp.Expression]) -> exp.Expression | None:
    """All conditions, or None when there are none."""
    return _chain(exp.And, conditions)


def either(conditions: Iterable[exp.Expression]) -> exp.Expression | None:
    """Any of the conditions, or None when there are none."""
    return _chain(exp.Or, conditions)


def _chain(kind: type[exp.And] | type[exp.Or], conditions: Iterable[exp.Expression]) -> exp.Expression | None:
    whole: exp.Expression | None = None
    for each in conditions:
        part = exp.Paren(this=each) if isinstance(each, exp.Or | exp.And | exp.Not) and not isinstance(each, kind) else each
        whole = part if whole is None else kind(this=whole, expression=part)
    return whole


def cast(tree: exp.Expression, kind: str) -> exp.Expression:
    """`CAST(tree AS kind)`."""
    plain = _PLAIN.get(kind)
    return exp.Cast(this=tree, to=exp.DataType(this=plain, nested=False) if plain else _type(kind).copy())


_PLAIN = {each.value: each for each in (exp.DType.DATE, exp.DType.DOUBLE, exp.DType.SMALLINT, exp.DType.TEXT)}


@lru_cache(maxsize=64)
def _type(kind: str) -> exp.DataType:
    return exp.DataType.build(kind, dialect="duckdb")


def moved(tree: exp.Expression, count: int, unit: str) -> exp.Expression:
    """A time moved by `count` units (day, week, month …); negative is earlier."""
    if count == 0:
        return tree
    step = exp.Interval(this=exp.Literal.string(str(abs(count))), unit=exp.Var(this=unit.upper()))
    return exp.Add(this=grouped(tree), expression=step) if count > 0 else exp.Sub(this=grouped(tree), expression=step)


def cut(tree: exp.Expression, grain: Grain, fiscal_start: int) -> exp.Expression:
    """A time cut down to the start of its grain: a DATE from days upward, a timestamp below."""
    late = (fiscal_start - 1) % (3 if grain is Grain.FISCAL_QUARTER else 12) if grain in _UNIT else 0
    unit = _UNIT.get(grain, grain.value.upper())
    if grain is Grain.DAY:
        return cast(tree, "DATE")
    start = exp.TimestampTrunc(this=moved(tree, -late, "month"), unit=exp.Var(this=unit))
    whole = moved(start, late, "month")
    return cast(whole, "DATE") if grain in DATED else whole


def part_of(tree: exp.Expression, part: str, dialect: str) -> exp.Expression:
    """A date part as a number, Monday = 1 … Sunday = 7 for `dow`."""
    weekday = "DAYOFWEEKISO" if dialect == "snowflake" else "ISODOW"
    return exp.Extract(this=exp.Var(this=weekday if part == "dow" else part.upper()), expression=tree)


def divided(top: exp.Expression, bottom: exp.Expression, dialect: str) -> exp.Expression:
    """`top / bottom`, never whole-number division, NULL where `bottom` is 0.

    PostgreSQL and Snowflake divide decimals exactly; DuckDB divides doubles whatever it is given.
    """
    safe = bottom if isinstance(bottom, exp.Nullif) else exp.Nullif(this=bottom, expression=exp.Literal.number(0))
    return exp.Div(
        this=cast(top, "DOUBLE" if dialect == "duckdb" else "DECIMAL(38, 10)"), expression=safe, typed=True, safe=False
    )


def case(condition: exp.Expression, value: exp.Expression, default: exp.Expression | None = None) -> exp.Case:
    """`CASE WHEN condition THEN value [ELSE default] END`."""
    return exp.Case(ifs=[exp.If(this=condition, true=value)], default=default)


def number(value: int) -> exp.Expression:
    """A whole number of the registry's or ours, as a literal."""
    return exp.Literal.number(value)
