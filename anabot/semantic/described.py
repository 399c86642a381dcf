"""What another connection says of the rows of a part: a join that leads there, those that go on there, and the conditions on it.

It makes the plan that is asked there. It never sees the rows that it is said of, only the keys to look up.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlglot import exp

from anabot.semantic.pieces import Crossing, too_far, whole
from anabot.semantic.plan import Aggregated, Filtered, Joined, Looked, Rows, Scanned, Shown, SpineScanned
from anabot.semantic.trees import filled, listed

Pair = tuple[exp.Expression, exp.Expression]  # what is looked up, and what it is there


@dataclass(slots=True, kw_only=True)
class Described:
    """One look at another connection: a join that leads there, and those that go on from it there."""

    name: str
    connection: str
    root: Joined
    pairs: list[Pair]
    further: list[Joined] = field(default_factory=list)
    columns: dict[str, exp.Expression] = field(default_factory=dict)
    chosen: list[exp.Expression] = field(default_factory=list)  # conditions that may choose there already
    required: list[exp.Expression] = field(default_factory=list)  # conditions that nothing but a whole list of keys stands for
    held: list[exp.Expression] = field(default_factory=list)  # of a history: when a row of it holds, by times of rows here
    ends: int = 0  # how many of the first columns say when it holds

    @classmethod
    def of(cls, join: Joined, alias: str, connection: str, name: str) -> Described:
        """The look at what `join` leads to."""
        pairs, held = _pairs(join.on, alias)
        columns: dict[str, exp.Expression] = {}
        for each in held:
            columns |= {f"{alias}__{node.name}".lower(): node.copy() for node in each.find_all(exp.Column) if node.table == alias}
        return cls(name=name, connection=connection, root=join, pairs=pairs, columns=columns, held=held, ends=len(columns))

    @property
    def crosswalk(self) -> bool:
        """Whether ids are looked up that may have no counterpart."""
        return isinstance(self.root.right, Scanned) and self.root.right.model.crosswalk

    @property
    def told(self) -> bool:
        """Whether anything it says is shown or chosen by."""
        return len(self.columns) > self.ends or bool(self.chosen)

    def choosing(self, name: str) -> Described:
        """The look for the keys alone of what meets the required conditions."""
        return replace(self, name=name, chosen=self.required, required=[], columns={})

    def plan(self, asked: exp.Column | None) -> Shown:
        """What is asked there; of `asked`, a column of an answer, only the keys that it has."""
        if isinstance(self.root.right, Looked):
            return self._looked(self.root.right)
        return self._listing(self.root.right, asked)

    def _listing(self, root: Scanned | SpineScanned, asked: exp.Column | None) -> Shown:
        rows: Rows = root
        for join in self.further:
            rows = replace(join, left=rows)
        keys = {f"key_{place}": right for place, (_, right) in enumerate(self.pairs, 1)}
        kept = [*(exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null())) for key in keys.values()), *self.chosen]
        if asked is not None:
            kept.append(listed(self.pairs[0][1].copy(), asked.table, asked.name))
        rows = Filtered(rows=rows, conditions=tuple(kept))
        return whole((Aggregated(rows=rows, keys=tuple((keys | self.columns).items()), measures=()),))

    def _looked(self, looked: Looked) -> Shown:
        columns = dict(looked.plan.columns)
        keys = [(f"key_{place}", columns[right.name]) for place, (_, right) in enumerate(self.pairs, 1)]
        others = [(name, columns[node.name]) for name, node in self.columns.items()]
        chosen = [filled(condition.copy(), lambda node: columns[node.name].copy()) for condition in self.chosen]
        return replace(looked.plan, columns=(*keys, *others), having=(*looked.plan.having, *chosen))

    def crossing(self, asked: exp.Column | None) -> Crossing:
        """What must be true of its answer."""
        right = self.root.right
        model = right.model.name if isinstance(right, Scanned) else self.name
        entities = right.model.entities.values() if isinstance(right, Scanned) else ()
        here = {node.name for node in self.pairs[0][1].find_all(exp.Column)}
        entity = next((one.name for one in entities if {node.name for node in one.tree.find_all(exp.Column)} == here), "key")
        lacked = (asked.table, asked.name) if self.crosswalk and asked is not None else None
        return Crossing(found=self.name, keys=len(self.pairs) + self.ends, model=model, entity=entity, asked=lacked)


def needs_a_value(condition: exp.Expression) -> bool:
    """Whether a condition is never true of a row that is not there. What is not known for sure is taken to be."""
    match condition:
        case exp.Paren():
            return needs_a_value(condition.this)
        case exp.And():
            return needs_a_value(condition.this) or needs_a_value(condition.expression)
        case exp.Or():
            return needs_a_value(condition.this) and needs_a_value(condition.expression)
        case exp.Not():
            inner = condition.this.unnest()
            if isinstance(inner, exp.Is) and not isinstance(inner.expression, exp.Null):
                return False
            return isinstance(inner, exp.Is | exp.EQ | exp.In) and isinstance(inner.this, exp.Column)
        case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.In() | exp.Between() | exp.ILike():
            return isinstance(condition.this, exp.Column)
        case exp.Escape():
            return needs_a_value(condition.this)
        case exp.Boolean():
            return not condition.this
    return False


def _pairs(on: exp.Expression, alias: str) -> tuple[list[Pair], list[exp.Expression]]:
    """Each equality of the join as what it looks up and what that is there; and what else must hold, as of a time."""
    pairs: list[Pair] = []
    held: list[exp.Expression] = []
    for part in _all_of(on):
        sides: list[exp.Expression] = [part.this, part.expression] if isinstance(part, exp.EQ) else []
        owns = [{node.table for node in side.find_all(exp.Column)} for side in sides]
        if sides and {alias} in owns and alias not in owns[1 - owns.index({alias})]:
            there = owns.index({alias})
            pairs.append((sides[1 - there], sides[there]))
        else:
            held.append(part)
    if not pairs:
        raise too_far("Rows are met there by no equal keys.", "Ask without that breakdown.")
    return pairs, held


def _all_of(on: exp.Expression) -> list[exp.Expression]:
    return [*_all_of(on.this), *_all_of(on.expression)] if isinstance(on, exp.And) else [on]
