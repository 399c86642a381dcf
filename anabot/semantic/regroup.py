"""An aggregate taken apart, so that it can be grouped once more: what is kept of each group, and how groups become one.

A sum is the sum of sums, an average that of a sum and a count, a count of distinct things needs the things themselves. What
needs every single row is refused. It never joins and never filters rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.semantic.pieces import too_far
from anabot.semantic.plan import Measure
from anabot.semantic.trees import case, column, divided, number


class Sides(Protocol):
    """The two sides of a part that has been taken apart."""

    name: str

    def leads_away(self, tree: exp.Expression) -> bool:
        """Whether it needs a column of another connection."""

    def moved(self, tree: exp.Expression) -> exp.Expression:
        """The tree over the answers."""

    def kept(self, name: str, tree: exp.Expression) -> exp.Expression:
        """The tree as a key of the rows here."""


class Regrouped:
    """The aggregates of one part. `measures` are what is kept of each of the smaller groups."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.measures: list[Measure] = []
        self._things: dict[exp.Expression, exp.Expression] = {}

    def tree(self, tree: exp.Expression) -> exp.Expression:
        """A measure over the smaller groups.

        Raises:
            BadQuery: it has an aggregate that needs every row.
        """
        return tree.copy().transform(self._aggregate)

    def _aggregate(self, node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.AggFunc | exp.WithinGroup):
            return node
        if isinstance(node, exp.Sum | exp.Min | exp.Max):
            only, value = self._split(node.this)
            return type(node)(this=self._only(only, self._measured(type(node)(this=value))))
        if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
            only, value = self._split(node.this.expressions[0])
            return exp.Count(this=exp.Distinct(expressions=[self._only(only, self._thing(value))]), big_int=True)
        if isinstance(node, exp.Count):
            only, value = self._split(node.this)
            return exp.Coalesce(this=self._counted(only, value), expressions=[number(0)])
        if isinstance(node, exp.Avg):
            only, value = self._split(node.this)
            total = exp.Sum(this=self._only(only, self._measured(exp.Sum(this=value))))
            return divided(total, self._counted(only, value.copy()), "duckdb")
        raise _every_row()

    def _counted(self, only: exp.Expression | None, value: exp.Expression) -> exp.Expression:
        return exp.Sum(this=self._only(only, self._measured(exp.Count(this=value, big_int=True))))

    def _split(self, value: exp.Expression) -> tuple[exp.Expression | None, exp.Expression]:
        """A value and the condition on it, where that leads away."""
        if not self.sides.leads_away(value):
            return None, value.copy()
        ifs = value.args["ifs"] if isinstance(value, exp.Case) and value.args.get("default") is None else []
        if len(ifs) != 1 or self.sides.leads_away(ifs[0].args["true"]):
            raise _every_row()
        return ifs[0].this, ifs[0].args["true"].copy()

    def _only(self, only: exp.Expression | None, value: exp.Expression) -> exp.Expression:
        return value if only is None else case(self.sides.moved(only), value)

    def _measured(self, tree: exp.Expression) -> exp.Expression:
        known = (each.name for each in self.measures if each.tree == tree)
        name = next(known, f"measure_{len(self.measures) + 1}")
        if name not in (each.name for each in self.measures):
            self.measures.append(Measure(name=name, tree=tree))
        return column(name, self.sides.name)

    def _thing(self, tree: exp.Expression) -> exp.Expression:
        if tree not in self._things:
            self._things[tree] = self.sides.kept(f"thing_{len(self._things) + 1}", tree)
        return self._things[tree].copy()


def every_row(measures: Iterable[Measure]) -> bool:
    """Whether one of them has an aggregate that cannot be told from those of smaller groups."""
    found = (node for each in measures for node in each.tree.find_all(exp.AggFunc, exp.WithinGroup))
    return any(not isinstance(node, exp.Sum | exp.Min | exp.Max | exp.Count | exp.Avg) for node in found)


def _every_row() -> BadQuery:
    why = "A percentile, or what is computed row by row, needs every row beside what the other connection says of it."
    return too_far(why, "Ask without that breakdown or condition.")
