"""A part whose rows are described by rows of another connection, taken apart.

    near       its rows aggregated on their own connection, by the keys of the joins that lead away and by all keys found there
    described  for those keys, what the other connection says of them
    far        the first joined to the second, conditions on both, grouped once more: the very part, over two answers

What an aggregate needs to be grouped once more is `regroup`'s work. A condition on the other connection's columns chooses among
them there, and through their keys, bound as a list, among the rows here. It never asks for rows one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlglot import exp

from anabot.semantic.pieces import Crossing, Piece, Pieces, answer, connection_of, reads, too_far, whole
from anabot.semantic.plan import (
    Aggregated,
    Filtered,
    Joined,
    Looked,
    Measure,
    Picked,
    Rows,
    Scanned,
    Shown,
    SpineScanned,
    Spread,
)
from anabot.semantic.regroup import Regrouped
from anabot.semantic.trees import both, column, filled, listed


@dataclass(slots=True, kw_only=True)
class Described:
    """One look at another connection: a join that leads there, and those that go on from it there."""

    name: str
    connection: str
    root: Joined
    pairs: list[tuple[exp.Expression, exp.Expression]]  # what is looked up, and what it is there
    further: list[Joined] = field(default_factory=list)
    columns: dict[str, exp.Expression] = field(default_factory=dict)
    chosen: list[exp.Expression] = field(default_factory=list)  # conditions that may choose there already

    @property
    def crosswalk(self) -> bool:
        """Whether ids are looked up that may have no counterpart."""
        return isinstance(self.root.right, Scanned) and self.root.right.model.crosswalk


class Crossed:
    """The taking apart of one part."""

    def __init__(self, part: Aggregated, pieces: Pieces) -> None:
        self.whole, self.pieces = part, pieces
        self.picked, self.conditions, joins, self.rows = _apart(part.rows)
        self.connection = connection_of(part)
        self.name = pieces.name(self.connection)
        self.places: dict[str, Described | None] = dict.fromkeys(_aliases(self.rows))  # None: here
        self.described: list[Described] = []
        self.keys: dict[str, exp.Expression] = {}
        for join in joins:
            self._join(join)

    def part(self) -> Aggregated:
        """The part over answers; what gives those is noted among the pieces."""
        self._check_picked()
        keys = [(name, self._key(name, tree)) for name, tree in self.whole.keys]
        here = [each for each in self.conditions if not self.leads_away(each)]
        there = [each for each in self.conditions if self.leads_away(each)]
        for condition in there:
            self._choose(condition)
        kept = [self.moved(condition) for condition in there]
        regrouped = Regrouped(self)
        measures = tuple(replace(each, tree=regrouped.tree(each.tree)) for each in self.whole.measures)
        rows: Rows = answer(self.name)
        for each in self.described:
            on = [exp.EQ(this=tree, expression=column(key, each.name)) for key, tree in self._met(each)]
            rows = Joined(left=rows, right=answer(each.name), on=both(on) or exp.true())
        self._note(here, regrouped.measures)
        return Aggregated(rows=Filtered(rows=rows, conditions=tuple(kept)) if kept else rows, keys=tuple(keys), measures=measures)

    def leads_away(self, tree: exp.Expression) -> bool:
        """Whether it needs a column of another connection."""
        return any(self.places.get(node.table) is not None for node in tree.find_all(exp.Column))

    def moved(self, tree: exp.Expression) -> exp.Expression:
        """`tree` over the answers, which from now on carry the columns that it needs."""
        return filled(tree, self._carried)

    def kept(self, name: str, tree: exp.Expression) -> exp.Expression:
        """`tree` as a key of the rows here, as the merge sees it."""
        self.keys[name] = tree
        return column(name, self.name)

    def _carried(self, node: exp.Column) -> exp.Expression:
        name, place = f"{node.table}__{node.name}".lower(), self.places.get(node.table)
        if place is None:
            return self.kept(name, node.copy())
        place.columns[name] = node.copy()
        return column(name, place.name)

    def _key(self, name: str, tree: exp.Expression) -> exp.Expression:
        return self.moved(tree) if self.leads_away(tree) else self.kept(name, tree)

    # Joins

    def _join(self, join: Joined) -> None:
        right = join.right
        alias, connection = right.alias, connection_of(right.plan if isinstance(right, Looked) else right)
        beside = {node.table for node in join.on.find_all(exp.Column)} - {alias}
        places = [self.places[each] for each in sorted(beside)]
        first = places[0] if places else None
        one = all(each is first for each in places)
        crosswalk = isinstance(right, Scanned) and right.model.crosswalk
        if first is None and one and connection == self.connection and not crosswalk:
            self.rows = replace(join, left=self.rows)
            self.places[alias] = None
        elif first is not None and one and connection == first.connection and not crosswalk and not isinstance(right, Looked):
            first.further.append(join)
            self.places[alias] = first
        else:
            self.places[alias] = self._described(join, alias, connection)

    def _described(self, join: Joined, alias: str, connection: str) -> Described:
        right = join.right
        if join.outer or (isinstance(right, Looked) and len({each.connection for each in reads(right)}) > 1):
            raise too_far("A condition on a metric needs several by itself.")
        found = Described(name=self.pieces.name(connection), connection=connection, root=join, pairs=list(_pairs(join.on, alias)))
        self.described.append(found)
        return found

    def _met(self, each: Described) -> Iterator[tuple[str, exp.Expression]]:
        """The keys over there, and what they must equal here."""
        for place, (left, _) in enumerate(each.pairs, 1):
            key = f"key_{place}"
            yield key, self.moved(left) if self.leads_away(left) else self.kept(f"{each.name}__{key}", left.copy())

    # Conditions

    def _choose(self, condition: exp.Expression) -> None:
        """Where a condition is on one answer alone and lets nothing missing through, it may choose there already."""
        places = {id(place): place for node in condition.find_all(exp.Column) if (place := self.places.get(node.table))}
        here = any(self.places.get(node.table) is None for node in condition.find_all(exp.Column))
        if len(places) == 1 and not here and _needs_a_value(condition):
            (place,) = places.values()
            if not place.crosswalk:
                place.chosen.append(condition.copy())

    def _check_picked(self) -> None:
        if self.picked is None:
            return
        if any(self.leads_away(each) for each in (*self.conditions, *self.picked.by, self.picked.time)):
            why = "A balance is that of the last rows which meet all conditions, and one of them lies on another connection."
            raise too_far(why, "Ask without that condition, or break the balance down by it.")

    # Pieces

    def _note(self, here: list[exp.Expression], measures: list[Measure]) -> None:
        first = [each for each in self.described if each.chosen]
        for each in first:
            self._note_described(each, None)
            if len(each.pairs) == 1 and not self.leads_away(each.pairs[0][0]):
                here.append(listed(each.pairs[0][0].copy(), each.name, "key_1"))
        rows = Filtered(rows=self.rows, conditions=tuple(here)) if here else self.rows
        if self.picked is not None:
            rows = replace(self.picked, rows=rows)
        near = Aggregated(rows=rows, keys=tuple(self.keys.items()), measures=tuple(measures))
        self.pieces.found.append(Piece(name=self.name, connection=self.connection, plan=whole((near,))))
        for each in self.described:
            ((_, met), *others) = self._met(each)
            asked = met if isinstance(met, exp.Column) and not others else None
            if each not in first:
                self._note_described(each, asked)
            self._note_crossing(each, asked)

    def _note_described(self, each: Described, asked: exp.Column | None) -> None:
        if isinstance(each.root.right, Looked):
            plan = self._looked(each, each.root.right)
        else:
            plan = self._listing(each, each.root.right, asked)
        self.pieces.found.append(Piece(name=each.name, connection=each.connection, plan=plan, role="describes"))

    def _listing(self, each: Described, root: Scanned | SpineScanned, asked: exp.Column | None) -> Shown:
        rows: Rows = root
        for join in each.further:
            rows = replace(join, left=rows)
        keys = {f"key_{place}": right for place, (_, right) in enumerate(each.pairs, 1)}
        kept = [*(exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null())) for key in keys.values()), *each.chosen]
        if asked is not None:
            kept.append(listed(each.pairs[0][1].copy(), asked.table, asked.name))
        rows = Filtered(rows=rows, conditions=tuple(kept))
        return whole((Aggregated(rows=rows, keys=tuple((keys | each.columns).items()), measures=()),))

    @staticmethod
    def _looked(each: Described, looked: Looked) -> Shown:
        columns = dict(looked.plan.columns)
        keys = [(f"key_{place}", columns[right.name]) for place, (_, right) in enumerate(each.pairs, 1)]
        others = [(name, columns[node.name]) for name, node in each.columns.items()]
        return replace(looked.plan, columns=(*keys, *others))

    def _note_crossing(self, each: Described, asked: exp.Column | None) -> None:
        right = each.root.right
        model = right.model.name if isinstance(right, Scanned) else each.name
        entities = right.model.entities.values() if isinstance(right, Scanned) else ()
        here = {node.name for node in each.pairs[0][1].find_all(exp.Column)}
        entity = next((one.name for one in entities if {node.name for node in one.tree.find_all(exp.Column)} == here), "key")
        lacked = (asked.table, asked.name) if each.crosswalk and asked is not None else None
        self.pieces.crossings.append(Crossing(found=each.name, keys=len(each.pairs), model=model, entity=entity, asked=lacked))


def _apart(rows: Rows) -> tuple[Picked | None, tuple[exp.Expression, ...], list[Joined], Rows]:
    picked, conditions, joins = None, tuple[exp.Expression, ...](), list[Joined]()
    if isinstance(rows, Picked):
        picked, rows = rows, rows.rows
    if isinstance(rows, Filtered):
        conditions, rows = rows.conditions, rows.rows
    while isinstance(rows, Joined):
        joins.append(rows)
        rows = rows.left
    return picked, conditions, joins[::-1], rows


def _aliases(rows: Rows) -> tuple[str, ...]:
    if isinstance(rows, Spread):
        return rows.alias, rows.rows.alias
    assert isinstance(rows, Scanned | SpineScanned), "joins and conditions have been taken off"
    return (rows.alias,)


def _pairs(on: exp.Expression, alias: str) -> Iterator[tuple[exp.Expression, exp.Expression]]:
    """Each equality of the join as what it looks up and what that is over there."""
    for part in on.flatten() if isinstance(on, exp.And) else (on,):
        sides: list[exp.Expression] = [part.this, part.expression] if isinstance(part, exp.EQ) else []
        owns = [{node.table for node in side.find_all(exp.Column)} for side in sides]
        if sides and {alias} in owns and alias not in owns[1 - owns.index({alias})]:
            there = owns.index({alias})
            yield sides[1 - there], sides[there]
        else:
            raise too_far("Rows are met there by more than equal keys, as of a time perhaps.", "Ask without that breakdown.")


def _needs_a_value(condition: exp.Expression) -> bool:
    """Whether a condition is never true of a row that is not there. What is not known for sure is taken to be."""
    match condition:
        case exp.Paren():
            return _needs_a_value(condition.this)
        case exp.And():
            return _needs_a_value(condition.this) or _needs_a_value(condition.expression)
        case exp.Or():
            return _needs_a_value(condition.this) and _needs_a_value(condition.expression)
        case exp.Not():
            inner = condition.this.unnest()
            if isinstance(inner, exp.Is) and not isinstance(inner.expression, exp.Null):
                return False
            return isinstance(inner, exp.Is | exp.EQ | exp.In) and isinstance(inner.this, exp.Column)
        case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.In() | exp.Between() | exp.ILike():
            return isinstance(condition.this, exp.Column)
        case exp.Escape():
            return _needs_a_value(condition.this)
        case exp.Boolean():
            return not condition.this
    return False
