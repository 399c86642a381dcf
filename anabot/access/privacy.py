"""Which cells about people may be said, and the answer without the others. Pure: counts of people in, empty cells out.

    primary        a cell of fewer than k people is not said
    complementary  nor is one from which such a cell follows: by taking shown parts from their whole, or one cell from another
                   that holds all of it

The lattice is closed: every set of the declared dimensions that can be asked for, over twelve months at once or by the month.
What is said of one cell depends on the data alone and never on what was asked, so that two questions find no difference of
fewer than k people. What counts people once, however many cells they stand in, is said of one cell at a time: of two of them
together it would tell, beside one of them, of those who stand in the other alone. It does not remember: data that moves between
two questions can tell what each of them did not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from anabot.periods import add_months
from anabot.types import Cell

TILE = 12  # months: the period of which a people metric is cut finely


@dataclass(frozen=True, slots=True)
class Way:
    """One way to break a metric down: by these dimensions, and by the month or over whole tiles of twelve."""

    by: tuple[str, ...]
    monthly: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One cell of one way: its values in the way's order, and the first day of its month or tile, if it has a time."""

    way: Way
    values: tuple[Cell, ...]
    start: dt.date | None = None


Atom = tuple[tuple[Cell, ...], dt.date | None]  # values of all dimensions, month


@dataclass(frozen=True, kw_only=True)
class People:
    """How many distinct people stand behind each cell of one population.

    `atoms` are by all `dimensions` and the month; `counted` are cells whose people were counted apart because they recur in
    several atoms. `tiles` are the first days of the tiles of twelve months, newest last. With `once`, the number counts people
    once although they recur in several cells.
    """

    dimensions: tuple[str, ...]
    atoms: Mapping[Atom, int]
    counted: Mapping[Place, int] = field(default_factory=dict)
    tiles: tuple[dt.date, ...] = ()
    together: int = 2
    once: bool = False

    def ways(self) -> Iterator[Way]:
        """Every way that can be asked for, coarsest first."""
        for size in range(min(self.together, len(self.dimensions)) + 1):
            for by in combinations(self.dimensions, size):
                yield Way(by, monthly=False)
                if self.tiles:
                    yield Way(by, monthly=True)

    @cached_property
    def cells(self) -> Mapping[Place, frozenset[Atom]]:
        """Every cell with people in it, and the atoms it is made of."""
        found: dict[int, tuple[Place, list[Atom]]] = {}
        for atom, cells in self.within.items():
            for place in cells:  # told apart by what they are, as each is made once: a hash of each would take most of the time
                found.setdefault(id(place), (place, []))[1].append(atom)
        return {place: frozenset(atoms) for place, atoms in found.values()}

    @cached_property
    def within(self) -> Mapping[Atom, Sequence[Place]]:
        """Every atom with people in it, and the cell that it is part of in each of the ways. Each cell is made once."""
        found: dict[Atom, list[Place]] = {atom: [] for atom, people in self.atoms.items() if people}
        for way in self.ways():
            kept = [self.dimensions.index(name) for name in way.by]
            made: dict[Atom, Place] = {}
            for atom, cells in found.items():
                values, month = atom
                start = month if way.monthly or month is None else tile_of(self.tiles, month)
                key = tuple([values[each] for each in kept]), start
                if key not in made:
                    made[key] = Place(way, *key)
                cells.append(made[key])
        return found

    def count(self, place: Place) -> int:
        """How many distinct people: as counted apart, or the sum of atoms that share nobody."""
        known = self.counted.get(place)
        return known if known is not None else sum(self.atoms[atom] for atom in self.cells[place])


def tiles(months: Iterable[dt.date]) -> tuple[dt.date, ...]:
    """The first days of the tiles of twelve months that end with the newest month."""
    known = sorted(months)
    if not known:
        return ()
    start, found = add_months(known[-1], 1 - TILE), list[dt.date]()
    while not found or found[-1] > known[0]:
        found.append(start)
        start = add_months(start, -TILE)
    return tuple(reversed(found))


def tile_of(starts: Sequence[dt.date], month: dt.date) -> dt.date | None:
    """The tile that a month lies in."""
    return next((start for start in reversed(starts) if start <= month), None)


def unsaid(people: People, k: int) -> frozenset[Place]:
    """The cells of one population that are not said: those under k, closed over what can be taken from what."""
    return _Closing(people, k).closed()


class _Closing:
    """Hides cells until no whole minus its shown parts, and no cell minus a cell inside it, is of fewer than k people."""

    def __init__(self, people: People, k: int) -> None:
        self.people, self.k = people, k
        self.count = {place: people.count(place) for place in people.cells}
        self.hidden = {place for place, count in self.count.items() if 0 < count < k}
        self.order = sorted(self.count, key=_coarse_first)

    def closed(self) -> frozenset[Place]:
        families = list(self._families())
        nested = list(self._nested())
        before = -1
        while before != len(self.hidden):
            before = len(self.hidden)
            for whole, parts in families:
                self._complement(whole, parts)
            for outer, inner, rest in nested:
                if not rest and self.hidden & {outer, inner}:
                    self.hidden |= {outer, inner}  # the same people under two names
                elif rest and outer not in self.hidden:
                    self.hidden.add(inner)
        return frozenset(self.hidden)

    def _complement(self, whole: Place, parts: Sequence[Place]) -> None:
        """Hide the smallest shown parts until those that are hidden are of at least k people together."""
        unseen = [part for part in parts if part in self.hidden]
        if not unseen and whole not in self.hidden:
            return
        seen = [part for part in parts if part not in self.hidden]  # smallest first
        while seen and self._rest(whole, unseen, seen) < self.k:
            self.hidden.add(seen[0])
            unseen.append(seen.pop(0))

    def _rest(self, whole: Place, unseen: Sequence[Place], seen: Sequence[Place]) -> int:
        """At least how many people the hidden parts are of: people may stand in several parts."""
        least = self.count[whole] - sum(self.count[each] for each in seen)
        return max([least, *(self.count[each] for each in unseen)])

    def _families(self) -> Iterator[tuple[Place, list[Place]]]:
        """Each cell with its parts in each way that is one dimension, or one step of time, finer."""
        found: dict[tuple[Place, Way], list[Place]] = {}
        for part in self.order:
            for whole in self._wholes(part):
                found.setdefault((whole, part.way), []).append(part)
        for (whole, _), parts in found.items():
            yield whole, sorted(parts, key=lambda each: (self.count[each], _coarse_first(each)))

    def _wholes(self, part: Place) -> Iterator[Place]:
        way = part.way
        for gone in way.by:
            kept = [(name, value) for name, value in zip(way.by, part.values, strict=True) if name != gone]
            coarser = Way(tuple(name for name, _ in kept), way.monthly)
            yield Place(coarser, tuple(value for _, value in kept), part.start)
        if way.monthly and part.start is not None:
            yield Place(Way(way.by, monthly=False), part.values, tile_of(self.people.tiles, part.start))

    def _nested(self) -> Iterator[tuple[Place, Place, int]]:
        """Each cell with each that lies inside it in another way, where what is left is of fewer than k people."""
        cells = self.people.cells
        around = {atom: [(place, cells[place]) for place in places] for atom, places in self.people.within.items()}
        for inner in self.order:
            inside = cells[inner]
            for outer, whole in around[next(iter(inside))]:
                if outer is not inner and inside <= whole:
                    rest = self._left(outer, inner)
                    if rest < self.k:
                        yield outer, inner, rest

    def _left(self, outer: Place, inner: Place) -> int:
        """At least how many people `outer` has beside those of `inner`; 0 where both are the same. At k it stops counting."""
        least, atoms = self.count[outer] - self.count[inner], self.people.atoms
        if least >= self.k or self.people.once:  # one who stands in both is not counted again for the rest
            return least
        left = self.people.cells[outer] - self.people.cells[inner]
        return self.k if any(atoms[atom] >= self.k for atom in left) else max([least, *map(atoms.__getitem__, left)])


def _coarse_first(place: Place) -> tuple[object, ...]:
    return len(place.way.by), place.way.monthly, place.way.by, str(place.start), tuple(map(str, place.values))


def said(
    people: People,
    hidden: frozenset[Place],
    by: tuple[str, ...],
    atoms: Iterable[tuple[tuple[Cell, ...], dt.date | None]],
    months: Iterable[dt.date],
) -> bool:
    """Whether a number over these cells of `by`, each with its month, may be said: all of it is made of cells that are.

    `months` are all that were asked for: where they are whole tiles, the cells of tiles decide, else those of each month. A cell
    that the counts do not know is not said.
    """
    whole = bool(people.tiles) and _whole(people, set(months))
    way = Way(by, monthly=bool(people.tiles) and not whole)
    cells = {Place(way, values, tile_of(people.tiles, month) if whole and month else month) for values, month in atoms}
    return not (people.once and len(cells) > 1) and all(cell in people.cells and cell not in hidden for cell in cells)


def _whole(people: People, months: set[dt.date]) -> bool:
    every = {month for _, month in people.atoms if month is not None}
    touched = {tile_of(people.tiles, month) for month in months & every}
    return {month for month in every if tile_of(people.tiles, month) in touched} <= months
