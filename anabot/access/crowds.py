"""Count the people behind an answer, and leave out what tells of too few of them. It asks through the door it is handed.

What it asks never leaves it: people are counted by the same compiler, under the same row rules, as the numbers they stand behind.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from anabot.access.privacy import TILE, Atom, People, Place, said, tiles, unsaid
from anabot.errors import NotAllowed
from anabot.periods import add_months
from anabot.semantic.catalog import catalog_of
from anabot.semantic.people import MONTH, Asked, Counting, counting
from anabot.semantic.query import MetricQuery, Span, ordered_by
from anabot.semantic.registry import Registry
from anabot.semantic.resolve import compared_period
from anabot.types import Cell, Grant, PeopleRule, Table

Ask = Callable[[Registry, MetricQuery, Grant], Table]
Key = tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """One population of a metric: its people, and the cells that are not said."""

    name: str
    people: People
    hidden: frozenset[Place]


@dataclass(frozen=True, kw_only=True)
class Counter:
    """Counts the people of one metric under one rule and grant. Each count is asked for once."""

    registry: Registry
    grant: Grant
    rule: PeopleRule
    metric: str
    ask: Ask
    _known: dict[str, Sequence[Key]] = field(default_factory=dict)

    def crowds(self) -> tuple[Crowd, ...]:
        """Every population, counted over the whole lattice of the rule."""
        how = self._how
        rows = self._counts(how, (*self.rule.by, *((MONTH,) if how.timed else ())))
        return tuple(self._crowd(how, place, name, rows) for place, name in enumerate(how.populations))

    def kept(self, asked: Asked, query: MetricQuery, crowds: Sequence[Crowd], keys: Sequence[Key]) -> frozenset[int]:
        """The places of the rows, which have these keys, whose numbers may be said."""
        unkept: set[Key] = set()
        for span, shift in _spans(query):
            unkept |= set(self._unkept(asked, query, crowds, span, shift))
        return frozenset(place for place, key in enumerate(keys) if key not in unkept)

    @property
    def _how(self) -> Counting:
        return counting(self.registry, self.rule, self.metric)

    def _counts(self, how: Counting, by: tuple[str, ...], **more: object) -> Sequence[Key]:
        names = frozenset(how.populations)
        inside = replace(self.grant, metrics=names, listed=names, denied=frozenset(), people=())
        query = MetricQuery.model_validate({"metrics": how.populations, "group_by": by, **more})
        key = json.dumps(query.as_json(), sort_keys=True)
        if key not in self._known:
            self._known[key] = self._rows(how, by, self.ask(how.registry, query, inside))
        return self._known[key]

    def _rows(self, how: Counting, by: tuple[str, ...], table: Table) -> Sequence[Key]:
        if table.truncated:
            why = f"Its groups are too many to be counted by {', '.join(by)}."
            raise NotAllowed(f"`{self.metric}` cannot be kept from telling of single people.", why=why, todo="Ask the data team.")
        columns = [column.name for column in table.columns]
        width = len(columns) - len(how.populations)
        if width != len(by):
            raise AssertionError(f"{by} were counted as {columns}")  # a bug of ours: two names for one dimension
        return table.rows

    # The lattice

    def _crowd(self, how: Counting, place: int, name: str, rows: Sequence[Key]) -> Crowd:
        width = len(self.rule.by)
        atoms: dict[Atom, int] = {}
        for row in rows:
            month = _month(row[width]) if how.timed else None
            atoms[row[:width], month] = _number(row[-len(how.populations) + place])
        people = People(
            dimensions=self.rule.by,
            atoms=atoms,
            tiles=tiles(month for _, month in atoms if month is not None),
            together=self.rule.together,
        )
        people = replace(people, counted=dict(self._apart(how, place, people)))
        people = replace(people, once=self._once(how, place, people))
        return Crowd(name=name, people=people, hidden=unsaid(people, self.rule.k))

    def _apart(self, how: Counting, place: int, people: People) -> Iterator[tuple[Place, int]]:
        """Where atoms of one span of time share people, the cells of that span as the warehouse counts them."""
        for tile in people.tiles or (None,):
            span = None if tile is None else Span(start=tile, end=add_months(tile, TILE))
            inside = [count for (_, month), count in people.atoms.items() if span is None or (month and _in(span, month))]
            if _number(self._counts(how, (), **_period(span))[0][place]) != sum(inside):
                for way in (way for way in people.ways() if not way.monthly):
                    for row in self._counts(how, way.by, **_period(span)):
                        yield Place(way, row[: len(way.by)], tile), _number(row[len(way.by) + place])
        if people.tiles:
            yield from self._apart_monthly(how, place, people)

    def _apart_monthly(self, how: Counting, place: int, people: People) -> Iterator[tuple[Place, int]]:
        added: dict[Cell, int] = {}
        for (_, month), count in people.atoms.items():
            added[month] = added.get(month, 0) + count
        if all(_number(row[1 + place]) == added.get(row[0], 0) for row in self._counts(how, (MONTH,))):
            return
        for way in (way for way in people.ways() if way.monthly):
            for row in self._counts(how, (*way.by, MONTH)):
                width = len(way.by)
                yield Place(way, row[:width], _month(row[width])), _number(row[width + 1 + place])

    def _once(self, how: Counting, place: int, people: People) -> bool:
        """Whether the number counts once what recurs in several cells; a balance is that of one month alone."""
        counted = [leaf for leaf in catalog_of(self.registry).leaves(self.metric) if leaf.agg == "count_distinct"]
        if any(leaf.non_additive is None or leaf.non_additive.group_by for leaf in counted):
            return _number(self._counts(how, ())[0][place]) != sum(people.atoms.values())
        return bool(counted) and any(cell.way.monthly for cell in people.counted)

    # One answer

    def _unkept(self, asked: Asked, query: MetricQuery, crowds: Sequence[Crowd], span: Span | None, shift: int) -> Iterator[Key]:
        """The keys of the rows that are made of cells that are not said."""
        how, grouped = self._how, dict(asked.keys)
        others = tuple(by for by in asked.dimensions if by not in grouped.values())
        month = (MONTH,) if how.timed and asked.time != MONTH else ()
        by = (*query.group_by, *others, *month)
        where = [part.model_dump(mode="json", by_alias=True) for part in query.where]
        found: dict[Key, list[Key]] = {}
        for row in self._counts(how, by, where=where, **_period(span)):
            found.setdefault(row[: len(query.group_by)], []).append(row)
        places = [by.index(next((key for key, name in grouped.items() if name == each), each)) for each in asked.dimensions]
        when = by.index(asked.time if asked.time == MONTH else MONTH) if how.timed else None
        times = self._times(asked, query, crowds, found, when, span)
        for key, rows in found.items():
            if not all(_said(crowd, place, asked, rows, places, when, times(key)) for place, crowd in _placed(crowds)):
                yield _moved(key, query, asked, shift)

    def _times(
        self,
        asked: Asked,
        query: MetricQuery,
        crowds: Sequence[Crowd],
        found: Mapping[Key, Sequence[Key]],
        when: int | None,
        span: Span | None,
    ) -> Callable[[Key], set[dt.date]]:
        """The months that a row is asked for: those of the period, or where rows are by a time, those that this time has."""
        if when is None:
            return lambda _: set()
        if not asked.time:
            every = {month for crowd in crowds for _, month in crowd.people.atoms if month is not None}
            asked_for = {month for month in every if span is None or _in(span, month)}
            return lambda _: asked_for
        at = query.group_by.index(asked.time)
        held: dict[Cell, set[dt.date]] = {}
        for key, rows in found.items():
            held.setdefault(key[at], set()).update(_day(row[when]) for row in rows if row[when] is not None)
        return lambda key: held.get(key[at], set())


def _said(
    crowd: Crowd, place: int, asked: Asked, rows: Iterable[Key], places: Sequence[int], when: int | None, months: set[dt.date]
) -> bool:
    atoms = [
        (tuple(row[each] for each in places), _month(row[when]) if when is not None else None)
        for row in rows
        if _number(row[place])
    ]
    return said(crowd.people, crowd.hidden, asked.dimensions, atoms, months)


def _placed(crowds: Sequence[Crowd]) -> Iterator[tuple[int, Crowd]]:
    """Each crowd with the place of its count, from the end of a row."""
    return ((place - len(crowds), crowd) for place, crowd in enumerate(crowds))


def _spans(query: MetricQuery) -> Iterator[tuple[Span | None, int]]:
    """The periods that an answer shows, each with the months that its rows are moved by."""
    yield query.period, 0
    earlier = compared_period(query)
    if earlier is not None and query.period is not None:
        moved = (query.period.start.year - earlier.start.year) * 12 + query.period.start.month - earlier.start.month
        yield Span(start=earlier.start, end=earlier.end), moved


def _moved(key: Key, query: MetricQuery, asked: Asked, months: int) -> Key:
    """The key of the row in which an earlier time is shown."""
    if not asked.time or not months:
        return key
    at = query.group_by.index(asked.time)
    return tuple(add_months(_day(cell), months) if place == at and cell is not None else cell for place, cell in enumerate(key))


def _period(span: Span | None) -> dict[str, object]:
    return {} if span is None else {"period": span.model_dump(mode="json")}


def _in(span: Span, month: dt.date) -> bool:
    return span.start <= month < span.end


def _month(cell: Cell) -> dt.date | None:
    return None if cell is None else _day(cell)


def _day(cell: Cell) -> dt.date:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    raise AssertionError(f"{cell!r} is no month")  # a bug of ours: a month is a date


def _number(cell: Cell) -> int:
    return int(cell) if isinstance(cell, int | float | Decimal) else 0


def left_out(table: Table, columns: Sequence[str], kept: frozenset[int], k: int) -> Table:
    """The table with these columns empty in every row that is not kept."""
    places = [place for place, column in enumerate(table.columns) if column.name in columns]
    gone = {(row, column) for row in range(len(table.rows)) if row not in kept for column in places}
    rows = tuple(
        tuple(None if (row, column) in gone else cell for column, cell in enumerate(cells))
        for row, cells in enumerate(table.rows)
    )
    most = max(table.fewer_than, k) if gone else table.fewer_than
    return replace(table, rows=rows, suppressed=table.suppressed | gone, fewer_than=most)


def laid_out(table: Table, query: MetricQuery) -> Table:
    """Rows that are not said after all others of their group where order would tell of them, by their keys; then the limit."""
    if not table.suppressed:
        return _cut(table, query)
    names = [column.name for column in table.columns]
    ordered = {names.index(ordered_by(item)) for item in query.order_by if ordered_by(item) in names}
    unsaid_rows = {row for row, column in table.suppressed if column in ordered}
    width = len(query.group_by)
    last = sorted(unsaid_rows, key=lambda row: tuple(map(str, table.rows[row][:width])))
    order = [*(row for row in range(len(table.rows)) if row not in unsaid_rows), *last]
    groups = _groups(table, query)
    order.sort(key=groups.__getitem__)  # which leaves the order within each as it is
    moved = {row: place for place, row in enumerate(order)}
    suppressed = frozenset((moved[row], column) for row, column in table.suppressed)
    return _cut(replace(table, rows=tuple(table.rows[row] for row in order), suppressed=suppressed), query)


def _groups(table: Table, query: MetricQuery) -> list[int]:
    """Of which of the groups that have a limit each row is, by the places in which they come."""
    places: dict[Key, int] = {}
    at = [query.group_by.index(name) for name in query.limit_by]
    return [places.setdefault(tuple(row[place] for place in at), len(places)) for row in table.rows]


def _cut(table: Table, query: MetricQuery) -> Table:
    if query.limit is None or query.limit >= len(table.rows):
        return table
    seen: dict[int, int] = {}
    kept: list[int] = []
    for row, group in enumerate(_groups(table, query)):
        seen[group] = seen.get(group, 0) + 1
        if seen[group] <= query.limit:
            kept.append(row)
    moved = {row: place for place, row in enumerate(kept)}
    left = frozenset((moved[row], column) for row, column in table.suppressed if row in moved)
    return replace(table, rows=tuple(table.rows[row] for row in kept), suppressed=left)
