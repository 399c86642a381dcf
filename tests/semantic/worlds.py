"""Random companies: facts, the tables that describe them, joins, missing and repeated rows, and the metrics over them.

Tables that describe form trees; a fact hangs on one place of each of some trees, so that a name leads one way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
from hypothesis import strategies as st

from anabot.semantic import compile_query, parse_registry, render
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant

FIRST, DAYS = dt.date(2025, 1, 1), 60
WORDS = ("red", "green", "o'blue", "", None)
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Describing:
    """A table `d<n>` of one row a key `e<n>`, with a word `c<n>`; `parent` is the table it belongs to."""

    number: int
    parent: int | None
    rows: Rows  # key, parent's key, word


@dataclass(frozen=True)
class Fact:
    """A table `f<n>`: rows of a time, a word of its own, a key for each of `on`, an amount and a quantity."""

    number: int
    on: tuple[int, ...]
    exact: bool  # its time is an instant, not a day
    rows: Rows


@dataclass(frozen=True)
class World:
    """One company."""

    describing: tuple[Describing, ...]
    facts: tuple[Fact, ...]

    def way(self, number: int) -> tuple[int, ...]:
        """A describing table and those it belongs to."""
        parent = self.describing[number].parent
        return (number, *(self.way(parent) if parent is not None else ()))

    def reached(self, fact: Fact) -> list[str]:
        """The words of describing tables that a fact reaches."""
        return [f"c{number}" for place in fact.on for number in self.way(place)]

    def words(self, fact: Fact, row: tuple[Any, ...]) -> dict[str, Any]:
        """What describes one row, found by plain look-ups."""
        found: dict[str, Any] = {f"own{fact.number}": row[2]}
        for place, key in zip(fact.on, row[5:], strict=True):
            for number in self.way(place):
                line = next((each for each in self.describing[number].rows if each[0] == key and key is not None), (None,) * 3)
                found[f"c{number}"], key = line[2], line[1]
        return found


@st.composite
def worlds(draw: st.DrawFn, facts: int = 2) -> World:
    """A world with up to four describing tables and as many as `facts` facts."""
    describing: list[Describing] = []
    for number in range(draw(st.integers(1, 4))):
        parent = draw(st.none() | st.integers(0, number - 1)) if number else None
        keys = draw(st.lists(st.integers(1, 6), unique=True, max_size=5))
        rows = [(key, draw(_KEY), draw(st.sampled_from(WORDS))) for key in keys]
        describing.append(Describing(number, parent, rows))
    world = World(tuple(describing), ())
    return World(world.describing, tuple(draw(_facts(world, number)) for number in range(draw(st.integers(1, facts)))))


_KEY = st.none() | st.integers(1, 7)  # 7 is nobody's
_AMOUNT = st.none() | st.decimals(-1000, 1000, places=2)


@st.composite
def _facts(draw: st.DrawFn, world: World, number: int) -> Fact:
    roots: dict[int, int] = {}
    for place in draw(st.lists(st.sampled_from(world.describing), min_size=1, max_size=3)):
        roots.setdefault(world.way(place.number)[-1], place.number)
    exact = draw(st.booleans())
    times = st.integers(0, DAYS * 24 - 1).map(lambda hour: dt.datetime.combine(FIRST, dt.time()) + dt.timedelta(hours=hour))
    time = times if exact else times.map(dt.datetime.date)
    row = st.tuples(time, st.sampled_from(WORDS), _AMOUNT, st.integers(-3, 9), *(_KEY for _ in roots))
    rows = draw(st.lists(row, max_size=14))
    again = rows[: draw(st.integers(0, 3))]  # the same things happened twice
    return Fact(number, tuple(roots.values()), exact, [(n, *each) for n, each in enumerate((*rows, *again))])


class Asked:
    """A world as a registry over a warehouse in memory. `ask` answers a typed question."""

    def __init__(self, world: World, *more: str) -> None:
        self.world = world
        self.registry: Registry = parse_registry(layer(world, *more), governed=False)
        self._grant = Grant(subject="x", audience="dm", metrics=frozenset(self.registry.metrics))
        self._con = duckdb.connect()
        self._con.execute("CREATE SCHEMA w")
        for each in world.describing:
            self._fill(f"d{each.number}", "id INTEGER, up INTEGER, word VARCHAR", each.rows)
        for fact in world.facts:
            keys = "".join(f", k{place} INTEGER" for place in fact.on)
            kind = "TIMESTAMP" if fact.exact else "DATE"
            columns = f"id INTEGER, held {kind}, word VARCHAR, amount DECIMAL(12,2), quantity INTEGER{keys}"
            self._fill(f"f{fact.number}", columns, fact.rows)

    def ask(self, metrics: Sequence[str], keys: Sequence[str] = (), **more: Any) -> Rows:
        """The rows of one question."""
        query = MetricQuery.model_validate({"metrics": list(metrics), "group_by": list(keys), **more})
        statement = render(compile_query(self.registry, query, self._grant).prepared[0])
        return self._con.execute(statement.text, list(statement.params)).fetchall()

    def _fill(self, name: str, columns: str, rows: Rows) -> None:
        self._con.execute(f"CREATE TABLE w.{name} ({columns})")
        for row in rows:
            self._con.execute(f"INSERT INTO w.{name} VALUES ({', '.join('?' * len(row))})", list(row))


def layer(world: World, *more: str) -> dict[str, str]:
    """The semantic layer of a world; `more` are further metrics, one line each."""
    models = [_describing(each) for each in world.describing] + [_fact(world, each) for each in world.facts]
    return {"models.yml": "models:\n" + "".join(models), **({"more.yml": "metrics:\n" + "\n".join(more)} if more else {})}


def _describing(each: Describing) -> str:
    up = f"  - {{name: up, entity: {{name: e{each.parent}, type: foreign}}}}\n" if each.parent is not None else ""
    return (
        f"- name: d{each.number}\n  config: {{schema: w}}\n  semantic_model: {{enabled: true, name: d{each.number}}}\n"
        f"  columns:\n  - {{name: id, entity: {{name: e{each.number}, type: primary}}}}\n{up}"
        f"  - {{name: word, dimension: {{name: c{each.number}, type: categorical}}}}\n"
        f"  metrics:\n  - {{name: known{each.number}, type: simple, agg: count, expr: id}}\n"
    )


def _fact(world: World, fact: Fact) -> str:
    n = fact.number
    keys = "".join(f"  - {{name: k{place}, entity: {{name: e{place}, type: foreign}}}}\n" for place in fact.on)
    path = "__".join(f"e{number}" for number in world.way(fact.on[0]))
    far = world.way(fact.on[0])[-1]
    return (
        f"- name: f{n}\n  config: {{schema: w}}\n  semantic_model: {{enabled: true, name: f{n}}}\n  agg_time_dimension: held\n"
        f"  columns:\n  - {{name: id, entity: {{name: row{n}, type: primary}}}}\n"
        f"  - {{name: held, granularity: {'hour' if fact.exact else 'day'}, dimension: {{name: held, type: time}}}}\n"
        f"  - {{name: word, dimension: {{name: own{n}, type: categorical}}}}\n{keys}  metrics:\n"
        f"  - {{name: amount{n}, type: simple, agg: sum, expr: amount}}\n"
        f"  - {{name: rows{n}, type: simple, agg: count, expr: id}}\n"
        f"  - {{name: most{n}, type: simple, agg: max, expr: amount}}\n"
        f"  - {{name: near{n}, type: simple, agg: sum, expr: amount, "
        f"filter: \"{{{{ Dimension('row{n}__own{n}') }}}} = 'red'\"}}\n"
        f"  - {{name: far{n}, type: simple, agg: sum, expr: quantity, "
        f"filter: \"{{{{ Dimension('{path}__c{far}') }}}} <> 'green'\"}}\n"
    )


def plain(rows: Sequence[Decimal | int | None]) -> Decimal | int | None:
    """A sum as SQL has it: of what is there, None of nothing."""
    found = [each for each in rows if each is not None]
    return sum(found) if found else None
