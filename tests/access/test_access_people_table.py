"""Attributes come from the company's own table by confirmed e-mail; whoever it does not say one thing of reads no rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import psycopg
import pytest

from anabot.access.policy import Policy, parse_policy
from anabot.engine import Engine, Intent
from anabot.people import KnownPeople, PeopleTable
from anabot.semantic import parse_registry
from anabot.semantic.query import MetricQuery
from anabot.store import Store
from anabot.types import Person, UserId
from anabot.warehouses.connect import open_warehouse
from tests.tiny import tiny_files
from tests.tiny.warehouse import build, build_postgres

ROSTER = """
models:
- name: roster
  config: {schema: crumb}
  semantic_model: {enabled: true, name: roster}
  columns:
  - {name: person_id, entity: {name: colleague, type: primary}}
  - name: email
    dimension: {name: email, type: categorical}
    config: {meta: {ana: {indexed: false}}}
  - name: area
    dimension: {name: area_name, type: categorical}
    config: {meta: {ana: {indexed: false}}}
"""
RULE = """people: {model: roster, email: email, attributes: {region: area_name}}
teams:"""
POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
ROWS = [(1, "nora@x.example", "North"), (2, "twin@x.example", "North"), (3, "twin@x.example", "South")]
ROWS += [
    (4, "void@x.example", None),
    (5, "Ida.Berg@X.Example", "South"),
    (6, "Cass@x.example", "North"),
    (7, "cass@X.example", "South"),
]


TABLE = "CREATE TABLE crumb.roster (person_id INTEGER, email VARCHAR, area VARCHAR)"


class Bench:
    def __init__(self, engine: Engine, policy: Policy, store: Store) -> None:
        self.engine, self.policy, self.store, self.seconds = engine, policy, store, 0.0
        self.table = PeopleTable(lambda: SimpleNamespace(registry=REGISTRY, policy=policy), engine, lambda: self.seconds)

    def regions(self, email: str) -> list[str]:
        known = self.table({email}).get(email, ())
        person = Person(user=UserId("U1"), name="one", email=email, confirmed=True, groups=frozenset({"shops"}), attributes=known)
        grant = self.policy.decide(person, None, [person]).own
        query = MetricQuery(metrics=("orders_placed",), group_by=("region",))
        intent = Intent(question_id="q", actor="U1", place="dm", kind="question")
        return [str(row[0]) for row in self.engine.run(query, grant, intent=intent).table.rows]

    def looks(self) -> int:
        return len([entry for entry in self.store.audit.list(100) if entry.kind == "lookup"])


REGISTRY = parse_registry({**tiny_files(), "models/roster.yml": ROSTER})


@pytest.fixture(params=["duckdb", POSTGRES])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    url = f"duckdb:///{tmp_path}/w.duckdb"
    if request.param == "duckdb":
        build(tmp_path / "w.duckdb")
        with duckdb.connect(str(tmp_path / "w.duckdb")) as con:
            con.execute(TABLE)
            con.executemany("INSERT INTO crumb.roster VALUES (?, ?, ?)", ROWS)
    else:
        url = request.getfixturevalue("postgres_url")
        with psycopg.connect(url) as server:
            build_postgres(server)
            server.execute(TABLE)
            server.cursor().executemany("INSERT INTO crumb.roster VALUES (%s, %s, %s)", ROWS)
    store = Store(f"sqlite:///{tmp_path}/ana.db")
    store.migrate()
    warehouse = open_warehouse(url)
    engine = Engine(lambda: SimpleNamespace(registry=REGISTRY), {"default": warehouse}, store.audit)
    policy = parse_policy(tiny_files()["access.yml"].replace("teams:", RULE, 1), REGISTRY)
    yield Bench(engine, policy, store)
    warehouse.close()
    store.close()


def test_an_attribute_of_the_table_opens_exactly_its_rows(bench: Bench) -> None:
    assert bench.regions("nora@x.example") == ["North"]


@pytest.mark.parametrize("email", ["nobody@x.example", "twin@x.example", "void@x.example"], ids=["missing", "twice", "empty"])
def test_whoever_is_missing_there_twice_or_without_the_attribute_reads_no_rows(bench: Bench, email: str) -> None:
    assert bench.regions(email) == []


@pytest.mark.parametrize("email", ["ida.berg@x.example", "Ida.Berg@X.example", "IDA.BERG@X.EXAMPLE"])
def test_an_address_is_the_same_in_whatever_case_slack_and_the_table_write_it(bench: Bench, email: str) -> None:
    ida = Person(user=UserId("U1"), name="ida", email=email, confirmed=True, groups=frozenset({"shops"}))
    beneath: Any = SimpleNamespace(person=lambda _: ida)
    found = KnownPeople(beneath, loans=dict, attributes=bench.table).person("U1")

    assert found is not None
    assert found.attributes == (("region", ("South",)),)
    assert bench.regions(email.casefold()) == ["South"]


def test_two_rows_that_differ_in_case_alone_are_one_person_twice(bench: Bench) -> None:
    assert bench.regions("cass@x.example") == []


def test_the_table_is_read_on_record_and_kept_for_a_minute(bench: Bench) -> None:
    for seconds, looks in ((0, 1), (59, 1), (61, 2)):
        bench.seconds = seconds
        bench.regions("nora@x.example")

        assert bench.looks() == looks
