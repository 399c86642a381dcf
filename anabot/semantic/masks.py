"""A grant's masks, laid over a statement: each scan of a table with masked columns gives those as their masks leave them.

What is above the scan (grouping, filters, joins, least and greatest) sees nothing else. Row rules stand inside the scan and
compare what is really there. It never decides who sees what masked, and never reads a value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import get_args

from sqlglot import exp

from anabot.errors import NotAllowed
from anabot.periods import Grain
from anabot.semantic.bindings import Values
from anabot.semantic.registry import Registry, SemanticModel
from anabot.semantic.trees import aliased, case, cast, copied, cut, number
from anabot.types import Cell, Mask, MaskRule

FORMS: tuple[Mask, ...] = get_args(Mask)  # the strictest first
WORD = "masked"  # what `constant` shows
SHORT = "…"  # what `last4` shows of a value that is too short to be cut
LONG = 8  # characters from which on the last four may be seen
HEX = 16  # digits of a hash that are shown: enough that two of a million values never look the same

Relation = tuple[str, ...]
Masks = Mapping[Relation, Mapping[str, MaskRule]]  # table → column, in lower case → its mask
Column = tuple[str, Relation, str]  # (connection, table, column in lower case)


class Secret(str):
    """A bound value that is never shown where people read the statement."""

    __slots__ = ()


@lru_cache(maxsize=64)
def masks_of(registry: Registry, rules: tuple[MaskRule, ...], connection: str | None = None) -> Masks:
    """The masked columns of the tables of one connection. Of two masks of one column the strictest holds.

    Raises:
        NotAllowed: a rule that masks no column; then nothing is read.
    """
    found: dict[Relation, dict[str, MaskRule]] = {}
    for rule in rules:
        model = registry.models.get(rule.model)
        dimension = model.dimensions.get(rule.dimension) if model else None
        if model is None or dimension is None or not isinstance(dimension.tree, exp.Column):
            why = f"A mask names `{rule.model}.{rule.dimension}`, which is no column."
            raise NotAllowed("This cannot be answered for you.", why=why, todo="Run `anabot check`.")
        if connection in (None, model.connection):
            own, name = found.setdefault(model.relation, {}), dimension.tree.name.lower()
            own[name] = min(own.get(name, rule), rule, key=lambda each: FORMS.index(each.form))
    return found


def columns_of(model: SemanticModel, tree: exp.Expression) -> Iterator[Column]:
    """The columns that an expression of a model's own is made of."""
    for column in tree.find_all(exp.Column):
        yield model.connection, model.relation, column.name.lower()


def masked_columns(registry: Registry, rules: tuple[MaskRule, ...]) -> frozenset[Column]:
    """Every masked column, on every connection."""
    homes = {model.connection for model in registry.models.values()} if rules else ()
    return frozenset(
        (home, relation, name) for home in homes for relation, own in masks_of(registry, rules, home).items() for name in own
    )


def seen(column: exp.Column, rule: MaskRule, dialect: str, bind: Callable[[Cell], exp.Expression]) -> exp.Expression:
    """What is left to see of a column. What is unknown stays unknown, except where the mask is a constant."""
    match rule.form:
        case "null":
            return case(exp.Boolean(this=False), column)  # of the column's own type, which a bare NULL has not
        case "constant":
            return cast(exp.Literal.string(WORD), "TEXT")
        case "hash":
            keyed = exp.DPipe(this=cast(bind(Secret(rule.key)), "TEXT"), expression=cast(column, "TEXT"))
            return exp.Left(this=_sha256(keyed, dialect), expression=number(HEX))
        case "last4":
            text = cast(column, "TEXT")
            enough = exp.GTE(this=exp.Length(this=text), expression=number(LONG))
            last = exp.DPipe(this=exp.Literal.string(SHORT), expression=exp.Right(this=text.copy(), expression=number(4)))
            there = exp.Not(this=exp.Is(this=copied(column), expression=exp.Null()))
            return exp.Case(ifs=[exp.If(this=enough, true=last), exp.If(this=there, true=exp.Literal.string(SHORT))])
    return cut(column, Grain.YEAR, 1)


def masked(tree: exp.Select, masks: Masks, dialect: str, values: Values) -> exp.Select:
    """The statement with every scan of a masked table masked. Scans that only give keys to choose by give none that is masked."""
    for scan in list(tree.find_all(exp.Table)) if masks else ():
        own = masks.get(tuple(part.name for part in scan.parts))
        if own and not gives_keys(scan):
            _mask(scan, own, dialect, values)
    return tree


def gives_keys(scan: exp.Table) -> bool:
    """Whether the scan stands in the SELECT of `key IN (SELECT …)`."""
    select = scan.parent_select
    inside = select.parent if select is not None else None
    return isinstance(inside, exp.Subquery) and isinstance(inside.parent, exp.In)


def _mask(scan: exp.Table, own: Mapping[str, MaskRule], dialect: str, values: Values) -> None:
    alias, select = scan.alias_or_name, scan.parent_select
    if select is None:
        raise AssertionError("a table stands in a SELECT")
    if len(select.expressions) == 1 and isinstance(select.expressions[0], exp.Star):  # the rows that a row rule allows
        outer = select.parent_select
        inner = select
    else:
        outer, inner = select, exp.Select()
        source = exp.Subquery(this=inner, alias=scan.args["alias"].copy())
        scan.replace(source)
        inner.set("from_", exp.From(this=scan))
    if outer is None:
        raise AssertionError("the rows that are allowed stand in another SELECT")
    read = _read(outer, alias)
    given = [_given(column, own, dialect, values) for column in read.values()]
    inner.set("expressions", given or [aliased(number(1), "one")])


def _given(column: exp.Column, own: Mapping[str, MaskRule], dialect: str, values: Values) -> exp.Expression:
    rule = own.get(column.name.lower())
    if rule is None:
        return column
    return exp.Alias(this=seen(column, rule, dialect, values.bind), alias=column.this.copy())


def _read(select: exp.Select, alias: str) -> dict[str, exp.Column]:
    """The columns of `alias` that a SELECT reads itself, each once, by the name that tells it apart."""
    found: dict[str, exp.Column] = {}
    for column in select.find_all(exp.Column):
        if column.table == alias and column.parent_select is select:
            found.setdefault(
                column.name if column.this.quoted else column.name.lower(),
                exp.Column(this=column.this.copy(), table=column.args["table"].copy()),
            )
    return found


def _sha256(tree: exp.Expression, dialect: str) -> exp.Expression:
    """The digest of a text in hexadecimal; PostgreSQL digests bytes."""
    if dialect == "postgres":
        tree = exp.Anonymous(this="CONVERT_TO", expressions=[tree, exp.Literal.string("UTF8")])
    return exp.SHA2(this=tree, length=number(256))


def read_by(tree: exp.Expression, connection: str, relations: Collection[Relation]) -> Iterator[Column]:
    """Every column that a statement reads of these tables, whatever alias stands for them."""
    tables: dict[str, set[Relation]] = {}
    for scan in tree.find_all(exp.Table):
        relation = tuple(part.name for part in scan.parts)
        if relation in relations:
            tables.setdefault(scan.alias_or_name, set()).add(relation)
    for column in tree.find_all(exp.Column):
        for relation in tables.get(column.table, ()):
            yield connection, relation, column.name.lower()
