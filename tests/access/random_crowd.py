"""A workforce made by chance, its metrics about people, and every question about them that a curious reader may ask.

What stands behind an answer is found in plain Python over the rows; nothing here knows how people are counted or left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from random import Random
from typing import Any

import duckdb

from anabot.access.policy import parse_policy
from anabot.periods import add_months
from anabot.semantic import parse_registry
from anabot.semantic.registry import Registry
from anabot.types import Grant, Person, Statement, UserId
from anabot.warehouses.base import Result

K = 5
BY = ("team", "site")
MONTHS = [add_months(dt.date(2025, 8, 1), n) for n in range(14)]  # a tile of twelve and two months of the one before
LAYER = """
models:
- name: lessons
  config: {schema: main}
  semantic_model: {enabled: true, name: lessons}
  agg_time_dimension: taught_on
  columns:
  - {name: lesson, entity: {name: lesson, type: primary}}
  - {name: person, entity: {name: person, type: foreign}}
  - {name: taught_on, granularity: day, dimension: {name: taught_on, type: time}}
  - {name: team, dimension: {name: team, type: categorical}}
  - {name: site, dimension: {name: site, type: categorical}}
  metrics:
  - {name: learners, type: simple, agg: count_distinct, expr: person, config: {meta: {ana: {scope: people}}}}
  - {name: hours, type: simple, agg: sum, expr: hours, config: {meta: {ana: {scope: people}}}}
"""
COMPANY = "company: {name: Random, zone: UTC}\n"
ACCESS = f"""
classes: {{people: {{}}}}
groups: {{hr: {{team: hr}}}}
teams: {{hr: {{sees: [people]}}}}
small_groups: [{{models: [lessons], person: person, k: {K}, by: [team, site]}}]
"""
METRICS = ("learners", "hours")
_TILE, _LAST, _END = MONTHS[2], MONTHS[-1], add_months(MONTHS[-1], 1)
WINDOWS = [(MONTHS[0], _END), (_TILE, _END), (_TILE, _LAST), (MONTHS[-2], _END), (MONTHS[-2], _LAST), (_LAST, _END)]


@dataclass(frozen=True)
class Lesson:
    """One row: somebody was taught for some hours."""

    lesson: int
    person: int
    taught_on: dt.date
    team: str | None
    site: str
    hours: Decimal


def registry() -> Registry:
    """The metrics, over one table."""
    return parse_registry({"company.yml": COMPANY, "lessons.yml": LAYER}, governed=False)


def reader(known: Registry) -> Grant:
    """What somebody of the people team may see."""
    person = Person(user=UserId("U1"), name="one", groups=frozenset({"hr"}))
    return parse_policy(ACCESS, known).decide(person, None, [person]).own


def rows(chance: Random) -> list[Lesson]:
    """Some people, each mostly of one team and site and mostly in a few months, with as many hours as nobody else."""
    found: list[Lesson] = []
    for person in range(chance.randint(15, 60)):
        home = chance.choice(["red", "blue", "green", None]), chance.choice(["oslo", "rome", "lima"])
        active = chance.sample(MONTHS, chance.choice([1, 1, 2, 5, 14]))
        for month in active:
            moved = chance.random() < 0.1
            team = chance.choice(["red", "blue"]) if moved else home[0]
            found.append(Lesson(len(found), person, month, team, home[1], Decimal(person + 1) / 4))
    return found


def months(**sites: Mapping[int, int]) -> list[Lesson]:
    """So many people in each month of 2026 at each site, each of them once and with hours of their own."""
    wanted = [(site, month) for site, held in sites.items() for month, people in held.items() for _ in range(people)]
    return [Lesson(n, n, dt.date(2026, month, 1), "red", site, Decimal(n)) for n, (site, month) in enumerate(wanted, 1)]


class Ledger:
    """A warehouse in this process: one table, in memory."""

    dialect = "duckdb"

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        self._connection = duckdb.connect(config={"threads": 1})
        columns = "lesson INTEGER, person INTEGER, taught_on DATE, team VARCHAR, site VARCHAR, hours DECIMAL(18, 2)"
        self._connection.execute(f"CREATE TABLE lessons ({columns})")
        values = [[each.lesson, each.person, each.taught_on, each.team, each.site, each.hours] for each in lessons]
        self._connection.executemany("INSERT INTO lessons VALUES (?, ?, ?, ?, ?, ?)", values)

    def run(self, statement: Statement, *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
        found = self._connection.execute(statement.text, list(statement.params))
        names = tuple(column[0] for column in found.description or ())
        return Result(names=names, rows=[tuple(row) for row in found.fetchall()])

    def wake(self) -> None:
        """It is open."""

    def watermark(self) -> str:
        return "now"

    def close(self) -> None:
        self._connection.close()


def questions(lessons: Sequence[Lesson]) -> Iterator[dict[str, Any]]:
    """The whole, each set of sites, a few sets of teams and both dimensions together, over windows that lie in one another."""
    sites = sorted({each.site for each in lessons})
    sets = [list(some) for size in range(1, len(sites)) for some in combinations(sites, size)]
    wheres: list[list[dict[str, Any]]] = [[], *([{"field": "site", "op": "in", "values": some}] for some in sets)]
    wheres += [[{"field": "team", "op": "is_null"}], [{"field": "team", "op": "ne", "values": ["red"]}]]
    for by, where in [([], where) for where in wheres] + [(list(BY), [])]:
        for start, end in WINDOWS:
            yield {"metrics": list(METRICS), "group_by": by, "where": where, "period": {"start": str(start), "end": str(end)}}


def behind(lessons: Sequence[Lesson], query: Mapping[str, Any], key: Sequence[Any]) -> frozenset[Lesson]:
    """The rows that a cell of an answer is made of."""
    period = query["period"]
    return frozenset(
        each
        for each in lessons
        if tuple(getattr(each, name) for name in query["group_by"]) == tuple(key)
        and period["start"] <= each.taught_on.isoformat() < period["end"]
        and all(_meets(each, part) for part in query["where"])
    )


def _meets(lesson: Lesson, part: Mapping[str, Any]) -> bool:
    value = getattr(lesson, part["field"])
    match part["op"]:
        case "is_null":
            return value is None
        case "ne":
            return value is not None and value not in part["values"]
    return value in part["values"]
