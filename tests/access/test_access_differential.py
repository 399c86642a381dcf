"""Rules equal removal: a question under rules gives what it gives where the forbidden rows and columns are not there at all.

A company is made by chance, its rules too; the copy without what they forbid is made in plain Python. Each question is compiled
under the rules, passes the guard, and runs over everything; the same question without rules runs over the copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import duckdb
import psycopg
import pytest

from anabot.access.policy import parse_policy
from anabot.access.statements import checked_before
from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.semantic import Compiled, compile_distinct, compile_query, compile_values, render
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant, Person, UserId
from tests.access import random_company as made

COMPANIES = range(64)
QUESTIONS = 9  # of each company, answered under its rules
Execute = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]


@dataclass(kw_only=True)
class Bench:
    """A warehouse with two schemas: `crumb` with everything, `copied` without what is forbidden."""

    dialect: str
    load: Callable[[str, made.Tables], None]
    execute: Execute
    known: dict[tuple[str, bool], Registry] = field(default_factory=dict)

    def registry(self, schema: str, *, homes: bool) -> Registry:
        """The registry over one of the schemas, read once."""
        if (schema, homes) not in self.known:
            self.known[schema, homes] = made.company(schema, homes=homes)
        return self.known[schema, homes]


@pytest.fixture(scope="module")
def on_duckdb() -> Iterator[Bench]:
    with duckdb.connect(config={"threads": 1}) as con:

        def load(schema: str, data: made.Tables) -> None:
            _load(lambda text: con.execute(text), schema, data)

        yield Bench(dialect="duckdb", load=load, execute=lambda text, params: con.execute(text, list(params)).fetchall())


@pytest.fixture
def on_postgres(postgres_url: str) -> Iterator[Bench]:
    with psycopg.connect(postgres_url, autocommit=True) as con:

        def load(schema: str, data: made.Tables) -> None:
            with con.transaction():
                _load(lambda text: con.execute(text), schema, data)  # type: ignore[arg-type]

        def execute(text: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
            return con.execute(text, list(params) or None).fetchall()  # type: ignore[arg-type]

        yield Bench(dialect="postgres", load=load, execute=execute)


def test_on_duckdb_rules_equal_removal(on_duckdb: Bench) -> None:
    outcomes = compare_all(on_duckdb)

    assert outcomes["same"] >= 500, outcomes


@pytest.mark.postgres
def test_on_postgres_rules_equal_removal(on_postgres: Bench) -> None:
    outcomes = compare_all(on_postgres)

    assert outcomes["same"] >= 500, outcomes


def test_the_comparison_sees_a_rule_that_is_forgotten(on_duckdb: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "anabot.semantic.protect.Protection.scan", lambda self, scan, *, base: self.touched.add(scan.model.name) or scan
    )
    monkeypatch.setattr("anabot.semantic.compiler._recalled", lambda _registry, _query, _key, anew: anew()[0])
    monkeypatch.setattr("anabot.access.guard.prove", lambda *_, **__: None)

    with pytest.raises(AssertionError, match="another answer"):
        compare_all(on_duckdb)


def test_the_comparison_sees_a_mask_that_is_forgotten(on_duckdb: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anabot.semantic.compiler.masked", lambda tree, *_: tree)
    monkeypatch.setattr("anabot.semantic.compiler._recalled", lambda _registry, _query, _key, anew: anew()[0])
    monkeypatch.setattr("anabot.access.guard.prove_masked", lambda *_: None)

    with pytest.raises(AssertionError, match="another answer"):
        compare_all(on_duckdb)


def compare_all(bench: Bench) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    for seed in COMPANIES:
        outcomes += _Company(bench, seed).compared()
    return outcomes


class _Company:
    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench, self.seed, self.chance = bench, seed, Random(seed)
        homes = seed % 2 == 1
        self.data = made.rows(self.chance)
        self.rules = made.rules(self.chance, self.data)
        self.whole, self.copy = bench.registry("crumb", homes=homes), bench.registry("copied", homes=homes)
        policy = parse_policy(self.rules.text, self.whole, mask_key=made.MASK_KEY)
        person = Person(user=UserId("U1"), name="one", groups=self.rules.groups)
        self.grant = policy.decide(person, None, [person]).own
        names = frozenset(self.copy.metrics)
        self.all = Grant(subject="all", audience="dm", metrics=names, listed=names)
        bench.load("crumb", self.data)
        bench.load("copied", made.left(self.data, self.rules, homes=homes))

    def compared(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for _ in range(QUESTIONS * 12):
            if found["same"] < QUESTIONS:
                found[self._compared()] += 1
        return found

    def _compared(self) -> str:
        ask = self._question()
        try:
            compiled = ask(self.whole, self.grant)
        except (BadQuery, UnknownName, NotAllowed) as error:
            return type(error).__name__
        (checked,) = checked_before(self.whole, compiled, self.grant)
        ruled = self.bench.execute(checked[0].text, checked[0].params)
        expected = self._on_copy(ask(self.copy, self.all))
        assert ruled == expected, f"company {self.seed}: another answer under {self.rules} to {ask.__doc__}: {checked[0]}"
        return "same"

    def _on_copy(self, compiled: Compiled) -> list[tuple[Any, ...]]:
        statement = render(compiled.prepared[0])
        try:
            return self.bench.execute(statement.text, statement.params)
        except (duckdb.BinderException, psycopg.errors.UndefinedColumn) as error:
            raise AssertionError(f"company {self.seed}: a column is read that {self.rules} deny: {error}") from error

    def _question(self) -> Callable[[Registry, Grant], Compiled]:
        dialect, chance = self.bench.dialect, self.chance
        if chance.random() < 0.85:
            query = MetricQuery.model_validate(made.question(chance, self.copy, self.data))

            def asked(registry: Registry, grant: Grant) -> Compiled:
                return compile_query(registry, query, grant, dialect=dialect)

            asked.__doc__ = str(query.as_json())
            return asked
        model = self.copy.models[chance.choice(sorted(self.copy.models))]
        names = chance.sample(sorted(model.dimensions), min(len(model.dimensions), chance.choice([1, 2])))
        alone = chance.random() < 0.5

        def listed(registry: Registry, grant: Grant) -> Compiled:
            if alone:
                return compile_values(registry, model.name, names[0], grant, dialect=dialect)
            return compile_distinct(registry, names, grant, dialect=dialect)

        listed.__doc__ = f"the values of {names} of {model.name}"
        return listed


def _load(execute: Callable[[str], Any], schema: str, data: made.Tables) -> None:
    execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    execute(f"CREATE SCHEMA {schema}")
    for table, held in data.items():
        kinds = made.kinds(table)
        names = [name for name in kinds if not held or name in held[0]]
        execute(f"CREATE TABLE {schema}.{table} ({', '.join(f'{name} {kinds[name]}' for name in names)})")
        if held:
            execute(f"INSERT INTO {schema}.{table} VALUES {', '.join(_row(row) for row in held)}")


def _row(row: made.Row) -> str:
    """A row of a made table as SQL, which this test alone writes; its values are its own."""
    cells = ["NULL" if cell is None else str(cell) if isinstance(cell, bool | int) else f"'{cell}'" for cell in row.values()]
    return f"({', '.join(cells)})"
