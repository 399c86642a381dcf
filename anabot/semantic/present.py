"""A metric that is made of others is absent where none of them has a row, whatever stands beside it, as dbt has it.

What fills its gaps (`fill_nulls_with`, a COALESCE of its formula) fills those among its own rows. It changes no formula that says
nothing of nothing anyway, and no row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlglot import exp

from anabot.semantic.formula import MADE, Need, fills
from anabot.semantic.plan import Aggregated, Measure, Named, Part
from anabot.semantic.trees import case, column, either, number
from anabot.semantic.trees import grouped as in_parentheses

Built = tuple[list[Need], Part]  # aggregates, and the part that has them
_MARK = "__has"


def present(columns: Named, built: Sequence[Built], made: frozenset[str], *, grouped: bool) -> tuple[Named, tuple[Part, ...]]:
    """The columns, and the parts, which say where they have rows.

    Inputs that are made of others, and columns named in `made`, are only where one of their own aggregates has a row; without
    groups there is one row of everything.
    """
    marks = _Marks(built)

    def shown(name: str, tree: exp.Expression) -> exp.Expression:
        tree = _each_made(tree, marks.only_where_present if grouped else lambda inner: inner)
        return marks.only_where_present(tree) if grouped and name in made and fills(tree) else tree

    return tuple((name, shown(name, tree)) for name, tree in columns), tuple(marks.parts)


def _each_made(tree: exp.Expression, give: Callable[[exp.Expression], exp.Expression]) -> exp.Expression:
    """The formula with what `give` gives for each input that is made of others, the innermost first."""
    if tree.find(exp.Anonymous) is None:
        return tree
    holder = exp.Paren(this=tree.copy())
    for node in reversed([each for each in holder.find_all(exp.Anonymous) if each.name == MADE]):
        node.replace(in_parentheses(give(node.expressions[0].copy())))
    whole: exp.Expression = holder.this
    return whole.pop()


class _Marks:
    """Columns of the parts that are 1 where something has a row, and absent elsewhere; made as they are asked for."""

    def __init__(self, built: Sequence[Built]) -> None:
        self.parts = [part for _, part in built]
        self._place = {need.name: place for place, (needs, _) in enumerate(built) for need in needs}
        self._known: dict[str | int, str] = {}

    def only_where_present(self, tree: exp.Expression) -> exp.Expression:
        """The formula where one of its aggregates has a row."""
        names = dict.fromkeys(node.name for node in tree.find_all(exp.Column) if node.name in self._place)
        whole = {self._place[name] for name in names if self._only(name) is None}
        if len(whole) == len(self.parts):
            return tree
        found = dict.fromkeys(self._of(name) for name in names)
        has = either([exp.Not(this=exp.Is(this=column(mark), expression=exp.Null())) for mark in found])
        return case(has, tree.copy()) if has is not None else tree

    def _only(self, name: str) -> exp.Expression | None:
        """The condition by which an aggregate chooses among the rows of its part."""
        part = self.parts[self._place[name]]
        measures = part.measures if isinstance(part, Aggregated) else ()
        return next((each.only for each in measures if each.name == name), None)

    def _of(self, name: str) -> str:
        only, place = self._only(name), self._place[name]
        key: str | int = place if only is None else name
        if key not in self._known:
            mark = self._known[key] = f"{_MARK}_{len(self._known) + 1}"
            part = self.parts[place]
            if only is not None and isinstance(part, Aggregated):
                measure = Measure(name=mark, tree=exp.Max(this=case(only.copy(), number(1))))
                self.parts[place] = replace(part, measures=(*part.measures, measure))
            else:
                self.parts[place] = replace(part, present=mark)
        return self._known[key]
