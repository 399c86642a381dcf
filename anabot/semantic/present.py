"""Among several metrics, one that is made of others is absent where none of those it is made of has a row, as dbt has it.

What fills its gaps (`fill_nulls_with`, a COALESCE of its formula) fills those among its own rows. It changes no formula that says
nothing of nothing anyway, and no row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from anabot.semantic.formula import Need
from anabot.semantic.plan import Aggregated, Measure, Named, Part
from anabot.semantic.trees import case, column, either, number

Built = tuple[list[Need], Part]  # aggregates, and the part that has them
_MARK = "__has"
_OF_NOTHING_NOTHING = (
    *(exp.Column, exp.Identifier, exp.Literal, exp.Paren, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Nullif),
    *(exp.Cast, exp.DataType, exp.DataTypeParam, exp.Round, exp.Abs),
)


def present(columns: Named, built: Sequence[Built], made: frozenset[str]) -> tuple[Named, tuple[Part, ...]]:
    """The columns, those in `made` only where one of their own aggregates has a row, and the parts, which say so."""
    marks = _Marks(built)
    shown = [(name, marks.only_where_present(tree) if name in made and _fills(tree) else tree) for name, tree in columns]
    return tuple(shown), tuple(marks.parts)


class _Marks:
    """Columns of the parts that are 1 where something has a row, and absent elsewhere; made as they are asked for."""

    def __init__(self, built: Sequence[Built]) -> None:
        self.parts = [part for _, part in built]
        self._place = {need.name: place for place, (needs, _) in enumerate(built) for need in needs}
        self._known: dict[str | int, str] = {}

    def only_where_present(self, tree: exp.Expression) -> exp.Expression:
        names = dict.fromkeys(node.name for node in tree.find_all(exp.Column))
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


def _fills(tree: exp.Expression) -> bool:
    """Whether a formula may be something of nothing."""
    return not all(isinstance(node, _OF_NOTHING_NOTHING) for node in tree.walk())
