"""Bind what earlier statements answered into a later one, as lists of values. It never asks for anything itself.

A statement says `key IN (SELECT … FROM name)` where `name` is an earlier one's answer, on whatever connection that was asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from sqlglot import exp

from anabot.semantic.render import Prepared
from anabot.semantic.trees import MARK
from anabot.types import Cell

Wanted = tuple[str, str]  # (an earlier statement, one of its columns)
Lists = Mapping[Wanted, tuple[Cell, ...] | None]


def wanted(prepared: Prepared, names: Collection[str]) -> tuple[Wanted, ...]:
    """The lists that a statement needs of those named."""
    return tuple(dict.fromkeys(found for _, found in _places(prepared.tree, names)))


def bound(prepared: Prepared, lists: Lists) -> Prepared:
    """The statement with its lists in place. An empty one lets nothing through, and None, of one too long, everything."""
    tree, values = prepared.tree.copy(), list(prepared.values)
    for node, found in list(_places(tree, {name for name, _ in lists})):
        cells = lists[found]
        if not cells:
            node.replace(exp.Boolean(this=cells is None))
            continue
        marks = [exp.Placeholder(this=f"{MARK[0]}{len(values) + place}{MARK[1]}") for place in range(len(cells))]
        values += cells
        node.replace(exp.In(this=node.this, expressions=marks))
    return replace(prepared, tree=tree, values=tuple(values))


def _places(tree: exp.Expression, names: Collection[str]) -> Iterator[tuple[exp.In, Wanted]]:
    for node in tree.find_all(exp.In):
        query = node.args.get("query")
        select = query.this if isinstance(query, exp.Subquery) else None
        source = select.args.get("from_") if isinstance(select, exp.Select) else None
        if select is not None and source is not None and isinstance(source.this, exp.Table) and source.this.name in names:
            yield node, (source.this.name, select.expressions[0].name)
