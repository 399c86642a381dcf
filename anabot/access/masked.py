"""Prove, on the text that is about to run, that a masked column is read only as its mask leaves it, at the scan of its table.

Such a table stands alone in a SELECT that gives the masked column as nothing but its mask; the column itself may stand there in a
row rule, which compares what is really there. It knows the masks and nothing of how the compiler works.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import sqlglot
from sqlglot import exp

from anabot.access.proof import Allowed, Rule, alone, conjuncts, restricts
from anabot.errors import UnsafeQuery
from anabot.semantic.masks import Masks, seen
from anabot.types import MaskRule, Statement

NONE: Masks = MappingProxyType({})


def prove_masked(
    tree: exp.Expression, masks: Masks, statement: Statement, rules: Sequence[Rule], lists: Sequence[Allowed]
) -> None:
    """Nothing, if every scan of a masked table gives its masked columns as their masks leave them, or not at all.

    Raises:
        UnsafeQuery: naming the column that is read as it is.
    """
    for scan in tree.find_all(exp.Table) if masks else ():
        own = masks.get(tuple(part.name for part in scan.parts))
        for column in _raw(scan, own, statement, rules, lists) if own else ():
            why = f"It reads `{scan.name}.{column}`, which is masked, as it is."
            raise UnsafeQuery("This query was not run.", why=why, todo="Tell the data team.")


def _raw(
    scan: exp.Table, own: Mapping[str, MaskRule], statement: Statement, rules: Sequence[Rule], lists: Sequence[Allowed]
) -> Iterator[str]:
    """The masked columns that the scan's SELECT reads otherwise than through their masks."""
    select = alone(scan)
    if select is None or any(isinstance(each, exp.Star) for each in select.expressions):
        yield from sorted(own)
        return
    relation = tuple(part.name for part in scan.parts)
    through = {id(each) for each in select.expressions if _is_masked(each, scan, own, statement)}
    through |= {
        id(part)
        for part in conjuncts(select)
        if any(restricts(part, scan, relation, rule, statement.params, lists) for rule in rules)
    }
    for column in select.find_all(exp.Column):
        if column.name.lower() in own and column.table in (scan.alias_or_name, "") and not _within(column, through):
            yield column.name.lower()


def _within(column: exp.Expr, places: set[int]) -> bool:
    node: exp.Expr | None = column
    while node is not None and id(node) not in places:
        node = node.parent
    return node is not None


def _is_masked(given: exp.Expr, scan: exp.Table, own: Mapping[str, MaskRule], statement: Statement) -> bool:
    """Whether a column that is given is one masked column, under its own name, exactly as its mask leaves it."""
    columns = list(given.find_all(exp.Column))
    rule = own.get(given.alias.lower()) if isinstance(given, exp.Alias) else None
    if rule is None or not columns or any(each.table != scan.alias_or_name for each in columns):
        return False
    if {each.name.lower() for each in columns} != {given.alias.lower()} or not _keyed(given, rule, statement):
        return False
    expected = exp.Select(expressions=[seen(columns[0].copy(), rule, statement.dialect, lambda _: exp.Placeholder())])
    again = sqlglot.parse_one(expected.sql(dialect=statement.dialect), read=statement.dialect).expressions[0]
    return _unnumbered(given.unalias()) == _unnumbered(again)


def _keyed(given: exp.Expr, rule: MaskRule, statement: Statement) -> bool:
    """Whether each value bound there is the mask's key: by its number, where the dialect numbers them."""
    numbers = [each.name for each in given.find_all(exp.Placeholder)]
    held = statement.params
    return all(
        held[int(number) - 1] == rule.key if number.isdigit() and int(number) <= len(held) else rule.key in held
        for number in numbers
    )


def _unnumbered(tree: exp.Expr) -> exp.Expr:
    tree = tree.copy()
    for each in list(tree.find_all(exp.Placeholder)):
        each.replace(exp.Placeholder())
    return tree
