"""A grant's row rules, laid over a plan: at every physical scan that can reach a protected model, and failing closed.

The protected model itself is filtered; a model that leads to it keeps only rows whose keys are allowed, along every
shortest path. A metric measured where no path leads there is refused. It never widens anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlglot import exp

from anabot.errors import NotAllowed
from anabot.semantic import conditions
from anabot.semantic.bindings import Values
from anabot.semantic.catalog import Catalog, Hop
from anabot.semantic.plan import (
    Aggregated,
    Combined,
    Converted,
    Filtered,
    Joined,
    Listed,
    Looked,
    OnSpine,
    Picked,
    Rows,
    Scanned,
    Shown,
    SpineScanned,
    Spread,
)
from anabot.semantic.plan import Part as PartNode
from anabot.semantic.registry import Registry, SemanticModel
from anabot.semantic.trees import aliased, listed, placed, table
from anabot.types import Grant, RowRule

_KEY = "key_1"


@dataclass(slots=True, kw_only=True)
class Protection:
    """The row rules of one grant over one plan. `touched` are all models read, `spines` the tables of times.

    `lists` are the keys that rules of another connection allow: name → the connection, and the SELECT to ask there.
    """

    registry: Registry
    catalog: Catalog
    grant: Grant
    values: Values
    touched: set[str] = field(default_factory=set)
    spines: set[tuple[str, ...]] = field(default_factory=set)
    lists: dict[str, tuple[str, exp.Select]] = field(default_factory=dict)
    _named: dict[tuple[tuple[Hop, ...], RowRule], str] = field(default_factory=dict)

    def over(self, plan: Shown) -> Shown:
        """The plan with each scan restricted.

        Raises:
            NotAllowed: a scan that no rule can restrict.
        """
        rows = plan.rows
        if isinstance(rows, Combined):
            return replace(plan, rows=replace(rows, parts=tuple(self._part(part) for part in rows.parts)))
        if isinstance(rows, Listed):
            return replace(plan, rows=replace(rows, rows=self._rows(rows.rows)))
        part = self._part(rows)
        return plan if part is rows else replace(plan, rows=part)

    def scan(self, scan: Scanned, *, base: bool) -> Scanned:
        """One scan, restricted. A base scan holds the rows that are counted; others only describe them."""
        self.touched.add(scan.model.name)
        if not self.grant.rows:
            return scan
        found = [self._rule(scan.model, scan.alias, rule, base=base) for rule in self.grant.rows]
        return replace(scan, only=tuple(each for group in found for each in group))

    def _part(self, part: PartNode) -> PartNode:
        if isinstance(part, Aggregated):
            rows = self._rows(part.rows)
            return part if rows is part.rows else replace(part, rows=rows)
        if isinstance(part, Converted):
            return replace(part, base=self._rows(part.base), conversions=self._rows(part.conversions))
        if isinstance(part, OnSpine):
            self.spines.add(part.spine.relation)
        return replace(part, part=self._part(part.part))  # type: ignore[arg-type] # a part stays what it was

    def _rows(self, rows: Rows) -> Rows:
        match rows:
            case Filtered() | Picked():
                inner = self._rows(rows.rows)
                return rows if inner is rows.rows else replace(rows, rows=inner)
            case Joined():
                left, right = self._rows(rows.left), self._right(rows.right, outer=rows.outer)
                return rows if left is rows.left and right is rows.right else replace(rows, left=left, right=right)
            case Spread():
                self.spines.add(rows.spine.relation)
                return replace(rows, rows=self.scan(rows.rows, base=True))
            case SpineScanned():
                self.spines.add(rows.spine.relation)
                return rows
            case Looked():
                return replace(rows, plan=self.over(rows.plan))
        return self.scan(rows, base=True)

    def _right(self, right: Scanned | Looked | SpineScanned, *, outer: bool) -> Scanned | Looked | SpineScanned:
        match right:
            case Looked():
                return replace(right, plan=self.over(right.plan))
            case SpineScanned():
                self.spines.add(right.spine.relation)
                return right
        return self.scan(right, base=outer)  # what an outer join keeps is shown by itself

    def _rule(self, model: SemanticModel, alias: str, rule: RowRule, *, base: bool) -> list[exp.Expression]:
        target = self.registry.models.get(rule.model)
        if target is None or rule.dimension not in target.dimensions:
            raise self._refused(model)
        paths = self.catalog.paths(model.name, rule.model)
        if not paths and base:
            raise self._refused(model)
        return [self._allowed(model, alias, hops, rule) for hops in paths]

    def _allowed(self, model: SemanticModel, alias: str, hops: tuple[Hop, ...], rule: RowRule) -> exp.Expression:
        if not hops:
            dimension = model.dimensions[rule.dimension]
            tree = placed(dimension.tree, alias)
            return conditions.allowed(dimension, exp.Lower(this=tree) if rule.lower else tree, rule.values, self.values)
        hop, *rest = hops
        right = self.registry.models[hop.model]
        self.touched.add(right.name)
        key = placed(model.entities[hop.entity].tree, alias)
        if right.connection != model.connection:  # there it must be asked first, and the answer bound here
            return listed(key, self._list(hops, rule), _KEY)
        inner = f"{alias}__{right.name}"  # an alias of its own: a model may be met again further down
        keys = self._keys(right, inner, hop, self._allowed(right, inner, tuple(rest), rule))
        return exp.In(this=key, query=exp.Subquery(this=keys))

    def _list(self, hops: tuple[Hop, ...], rule: RowRule) -> str:
        """The name under which the keys that a rule allows are asked for on their own connection, each question once."""
        hop, *rest = hops
        right = self.registry.models[hop.model]
        if (hops, rule) not in self._named:
            keys = self._keys(right, right.name, hop, self._allowed(right, right.name, tuple(rest), rule))
            keys.set("expressions", [aliased(each, _KEY) for each in keys.expressions])
            self._named[hops, rule] = name = f"allowed_{len(self._named) + 1}"
            self.lists[name] = (right.connection, keys)
        return self._named[hops, rule]

    @staticmethod
    def _keys(model: SemanticModel, alias: str, hop: Hop, allowed: exp.Expression) -> exp.Select:
        rows = exp.From(this=table(model.relation, alias))
        keys = [placed(model.entities[hop.entity].tree, alias)]
        return exp.Select(expressions=keys, from_=rows, where=exp.Where(this=allowed))

    def _refused(self, model: SemanticModel) -> NotAllowed:
        why = f"You may see only some rows, and `{model.name}` does not say which of its rows those are."
        return NotAllowed("This cannot be answered for you.", why=why, todo="Ask the data team.")
