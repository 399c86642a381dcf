"""A part whose rows are described by rows of another connection, taken apart.

    near       its rows aggregated on their own connection, by the keys of the joins that lead away and by all keys found there
    described  for those keys, what the other connection says of them
    far        the first joined to the second, conditions on both, grouped once more: the very part, over two answers

What an aggregate needs to be grouped once more is `regroup`'s work. A condition on the other connection's columns chooses among
them there, and through their keys, bound as a list, among the rows here. What needs every row that a condition leaves, as a
percentile, a balance or a conversion does, gets that list whole, and nothing of the condition is left to the end. A history is
met by the keys and the times of the rows here. It never asks for rows one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from anabot.semantic.described import Described, needs_a_value
from anabot.semantic.pieces import Piece, Pieces, Role, answer, connection_of, fetched, lies_apart, reads, too_far, whole
from anabot.semantic.plan import (
    Aggregated,
    Converted,
    Filtered,
    Joined,
    Looked,
    Measure,
    Named,
    Part,
    Picked,
    Rows,
    Scanned,
    SpineScanned,
    Spread,
)
from anabot.semantic.regroup import Regrouped, every_row
from anabot.semantic.trees import both, column, filled, listed

_WHOLE = {
    "balance": "A balance is that of the last rows which meet all conditions",
    "conversion": "A conversion belongs to the last of the rows which meet all conditions",
    "percentile": "A percentile needs every row which meets all conditions",
}
_WITHOUT = "Ask without that condition or breakdown."


class Crossed:
    """The taking apart of one part."""

    def __init__(self, part: Aggregated | Converted, pieces: Pieces) -> None:
        self.whole, self.pieces = part, pieces
        self.picked, self.conditions, joins, self.rows = _apart(part.base if isinstance(part, Converted) else part.rows)
        self.connection = connection_of(part)
        self.name = pieces.name(self.connection)
        self.places: dict[str, Described | None] = dict.fromkeys(_aliases(self.rows))  # None: here
        self.described: list[Described] = []
        self.keys: dict[str, exp.Expression] = {}
        for join in joins:
            self._join(join)

    def part(self) -> Aggregated:
        """The part over answers; what gives those is noted among the pieces."""
        self._check_events()
        here = [each for each in self.conditions if not self.leads_away(each)]
        there = [each for each in self.conditions if self.leads_away(each)]
        if self._every_row:
            for condition in there:
                self._require(condition)
            there = []
        for condition in there:
            self._choose(condition)
        if not there and not any(self.leads_away(tree) for _, tree in (*self.whole.keys, *_measured(self.whole))):
            return self._fetched(here)
        keys = [(name, self._key(name, tree)) for name, tree in self.whole.keys]
        kept = [self.moved(condition) for condition in there]
        regrouped = Regrouped(self)
        measures = tuple(replace(each, tree=regrouped.tree(each.tree)) for each in self.whole.measures)
        self._leave_out()
        rows: Rows = answer(self.name)
        for each in self.described:
            on: list[exp.Expression] = [exp.EQ(this=tree, expression=column(key, each.name)) for key, tree in self._met(each)]
            on += [self.moved(condition) for condition in each.held]
            rows = Joined(left=rows, right=answer(each.name), on=both(on) or exp.true())
        self._note(here, tuple(self.keys.items()), regrouped.measures)
        return Aggregated(rows=Filtered(rows=rows, conditions=tuple(kept)) if kept else rows, keys=tuple(keys), measures=measures)

    @property
    def _every_row(self) -> bool:
        """Whether it is made of all rows that its conditions leave, and of no others."""
        return self.picked is not None or isinstance(self.whole, Converted) or every_row(self.whole.measures)

    def _fetched(self, here: list[exp.Expression]) -> Aggregated:
        """The part as it is, on its own connection: of the others it needs only whose rows are meant."""
        self.described = [each for each in self.described if each.required]
        self._note(here, self.whole.keys, list(self.whole.measures))
        return fetched(self.name, [name for name, _ in self.whole.keys], self.whole.measures)

    def _leave_out(self) -> None:
        """What no column is needed of is not asked for."""
        needed: list[Described] = []
        for each in reversed(self.described):
            if each.told or each.required:
                needed.insert(0, each)
                list(self._met(each))
        self.described = needed

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
        found = Described.of(join, alias, connection, self.pieces.name(connection))
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
        if len(places) == 1 and not here and needs_a_value(condition):
            (place,) = places.values()
            if not place.crosswalk:
                place.chosen.append(condition.copy())

    def _require(self, condition: exp.Expression) -> None:
        """Where a condition can only choose among the rows themselves: through the keys of all that meet it there.

        Raises:
            BadQuery: it asks for rows that nothing is said of, or for more than one connection can say by itself.
        """
        places = {id(place): place for node in condition.find_all(exp.Column) if (place := self.places.get(node.table))}
        here = any(self.places.get(node.table) is None for node in condition.find_all(exp.Column))
        (place, *others) = places.values()
        plain = not others and not here and needs_a_value(condition)
        if not plain or place.crosswalk or place.held or len(place.pairs) != 1 or self.leads_away(place.pairs[0][0]):
            raise too_far(f"{_WHOLE[self._kind]}, and a condition on them lies on another connection.", _WITHOUT)
        place.required.append(condition.copy())

    @property
    def _kind(self) -> str:
        return "balance" if self.picked is not None else "conversion" if isinstance(self.whole, Converted) else "percentile"

    def _check_events(self) -> None:
        """What decides which rows are counted lies where they are."""
        if self.picked is not None and any(self.leads_away(each) for each in (*self.picked.by, self.picked.time)):
            raise too_far("A balance is that of the last rows of a group, which another connection names.", _WITHOUT)
        if not isinstance(self.whole, Converted):
            return
        base, other = next(reads(self.whole.base)), next(reads(self.whole.conversions))
        if base.connection != other.connection:
            led = f"`{base.name}` on `{base.connection}` led to `{other.name}` on `{other.connection}`"
            why = f"It counts how many of {led}, which only the rows of both tell."
            raise too_far(why, "Ask the data team to bring both to one connection, or ask how many there are of each.")
        if lies_apart(self.whole.conversions):
            raise too_far("What is counted as converted is chosen by what another connection says.", _WITHOUT)
        if any(self.leads_away(each) for each in (self.whole.time, *self.whole.matches)):
            raise too_far("What follows from what is told by another connection.", "Ask the data team to bring both to one.")

    # Pieces

    def _note(self, here: list[exp.Expression], keys: Named, measures: list[Measure]) -> None:
        first = [each for each in self.described if each.chosen]
        for each in first:
            self._note_described(each, None)
            if len(each.pairs) == 1 and not self.leads_away(each.pairs[0][0]):
                here.append(listed(each.pairs[0][0].copy(), each.name, "key_1"))
        here += [self._required(each) for each in self.described if each.required]
        rows = Filtered(rows=self.rows, conditions=tuple(here)) if here else self.rows
        if self.picked is not None:
            rows = replace(self.picked, rows=rows)
        near: Part = Aggregated(rows=rows, keys=keys, measures=tuple(measures))
        if isinstance(self.whole, Converted):
            near = replace(self.whole, base=rows, keys=keys, measures=tuple(measures))
        self.pieces.found.append(Piece(name=self.name, connection=self.connection, plan=whole((near,))))
        for each in self.described:
            if not each.told:
                continue
            ((_, met), *others) = self._met(each)
            asked = met if isinstance(met, exp.Column) and not others else None
            if each not in first:
                self._note_described(each, asked)
            self.pieces.crossings.append(each.crossing(asked))

    def _required(self, each: Described) -> exp.Expression:
        """Its condition, through a list of keys of its own."""
        own = each.choosing(self.pieces.name(each.connection))
        self._note_described(own, None, "chooses")
        return listed(own.pairs[0][0].copy(), own.name, "key_1")

    def _note_described(self, each: Described, asked: exp.Column | None, role: Role = "describes") -> None:
        self.pieces.found.append(Piece(name=each.name, connection=each.connection, plan=each.plan(asked), role=role))


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


def _measured(part: Aggregated | Converted) -> Named:
    return tuple((each.name, each.tree) for each in part.measures)
