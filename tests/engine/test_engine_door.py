"""The one door: what is granted runs and is recorded, what is not granted or cannot be recorded does not run."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from anabot.access import allowed
from anabot.access.policy import parse_policy
from anabot.engine import Engine, Intent, receipt_for, result_hash
from anabot.errors import (
    BadQuery,
    ConfigError,
    NotAllowed,
    StoreError,
    UnknownName,
    UnsafeQuery,
    WarehouseError,
    WarehouseLacks,
    WarehouseTimeout,
)
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.registry import Registry
from anabot.store import AuditEntry, Store
from anabot.types import Grant, Person, Statement, UserId
from anabot.warehouses.base import Result, timeout
from anabot.warehouses.duckdb import DuckDB
from tests.tiny import tiny_files, tiny_registry
from tests.tiny.warehouse import build

QUARTER = Span(start=dt.date(2026, 5, 1), end=dt.date(2026, 8, 1))
SALES = MetricQuery(metrics=("sales",), group_by=("region",), period=QUARTER)
ASKED = Intent(question_id="C1/17.2", actor="U1", place="#books", kind="question", text="sales by region last quarter?")


@dataclass(frozen=True)
class Current:
    registry: Registry


def granted(*groups: str) -> Grant:
    person = Person(user=UserId("U1"), name="one", groups=frozenset(groups))
    return parse_policy(tiny_files()["access.yml"], tiny_registry()).decide(person, None, [person]).own


class Watched:
    """A warehouse that tells what was run on it, and fails when it is told to."""

    dialect = "duckdb"

    def __init__(self, inner: DuckDB) -> None:
        self.inner, self.ran, self.problem = inner, list[Statement](), None

    ran: list[Statement]
    problem: WarehouseError | None

    def run(self, statement: Statement, *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
        self.ran.append(statement)
        if self.problem is not None:
            raise self.problem
        return self.inner.run(statement, max_rows=max_rows, max_bytes=max_bytes, timeout_s=timeout_s)

    def watermark(self) -> str:
        return self.inner.watermark()

    def close(self) -> None:
        self.inner.close()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("tiny") / "w.duckdb"
    build(found)
    return found


@pytest.fixture(scope="module")
def duckdb(path: Path) -> Iterator[DuckDB]:
    opened = DuckDB(path)
    yield opened
    opened.close()


@pytest.fixture
def warehouse(duckdb: DuckDB) -> Watched:
    return Watched(duckdb)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path}/ana.db")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def engine(warehouse: Watched, store: Store) -> Engine:
    return Engine(lambda: Current(tiny_registry()), {"default": warehouse}, store.audit)


def asked(store: Store) -> list[AuditEntry]:
    return [entry for entry in store.audit.list() if entry.kind == "question"]


def test_an_answer_has_its_rows_and_where_they_came_from(engine: Engine) -> None:
    outcome = engine.run(SALES, granted("books"), intent=ASKED)

    assert [row[0] for row in outcome.table.rows] == ["Isles", "North", "South", None]
    assert sum(row[1] for row in outcome.table.rows) == Decimal("1159.50")  # type: ignore[misc, arg-type]
    assert [(column.name, column.type) for column in outcome.table.columns] == [("region", "text"), ("sales", "money")]
    assert outcome.sql[0][0] == "default"
    assert "SUM(order_lines.amount)" in outcome.sql[0][1]
    assert "'2026-05-01'" in outcome.sql[0][1]


def test_a_restricted_grant_gets_its_rows_alone(engine: Engine) -> None:
    outcome = engine.run(SALES, granted("shops-north"), intent=ASKED)

    assert [row[0] for row in outcome.table.rows] == ["North"]


def test_the_record_has_the_intent_and_its_outcome(engine: Engine, store: Store) -> None:
    outcome = engine.run(SALES, granted("books"), intent=ASKED)

    (entry,) = asked(store)
    assert (entry.status, entry.rows, entry.receipt, entry.actor, entry.place) == ("answered", 4, outcome.receipt, "U1", "#books")
    assert (entry.words, entry.metrics) == (ASKED.text, ("sales",))
    assert entry.query == outcome.compiled.query.as_json()
    assert (entry.query_hash, entry.access) == (outcome.query_hash, granted("books").fingerprint())
    assert entry.result_hash == result_hash(outcome.table)
    assert store.audit.verify() is None


def test_the_record_is_written_before_the_warehouse_runs(warehouse: Watched, store: Store) -> None:
    seen: list[str] = []
    run = warehouse.run

    def look(statement: Statement, **limits: float) -> Result:
        seen.extend(entry.status for entry in asked(store))
        return run(statement, **limits)  # type: ignore[arg-type]

    warehouse.run = look  # type: ignore[method-assign, assignment]
    Engine(lambda: Current(tiny_registry()), {"default": warehouse}, store.audit).run(SALES, granted("books"), intent=ASKED)

    assert seen[0] == "open"


def test_nothing_runs_that_cannot_be_recorded(warehouse: Watched, tmp_path: Path) -> None:
    forgetful = Store(f"sqlite:///{tmp_path}/never-migrated.db")
    engine = Engine(lambda: Current(tiny_registry()), {"default": warehouse}, forgetful.audit)

    with pytest.raises(StoreError, match="anabot migrate"):
        engine.run(SALES, granted("books"), intent=ASKED)
    with pytest.raises(StoreError):
        engine.values(granted("books"))
    assert warehouse.ran == []


@pytest.mark.parametrize(
    ("query", "groups", "problem", "status"),
    [
        (MetricQuery(metrics=("margin",)), ("shops-all",), NotAllowed, "forbidden"),
        (MetricQuery(metrics=("headcount",)), ("shops-all",), UnknownName, "unknown_name"),
        (MetricQuery(metrics=("no_such_metric",)), ("books",), UnknownName, "unknown_name"),
        (MetricQuery(metrics=("sales",), group_by=("phone",)), ("shops-all",), UnknownName, "unknown_name"),
        (MetricQuery(metrics=("sales",)), (), UnknownName, "unknown_name"),
        (MetricQuery(metrics=("sales",), compare="previous_year"), ("books",), BadQuery, "bad_query"),
    ],
)
def test_a_refusal_runs_nothing_and_is_recorded(
    engine: Engine,
    store: Store,
    warehouse: Watched,
    query: MetricQuery,
    groups: tuple[str, ...],
    problem: type[Exception],
    status: str,
) -> None:
    with pytest.raises(problem) as caught:
        engine.run(query, granted(*groups), intent=ASKED)

    assert warehouse.ran == []
    (entry,) = asked(store)
    assert (entry.status, entry.reason, entry.rows) == (status, str(caught.value), 0)


def test_what_the_guard_refuses_does_not_run(
    engine: Engine, store: Store, warehouse: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlglot import exp

    monkeypatch.setattr(allowed, "FUNCTIONS", allowed.FUNCTIONS - {exp.Sum})

    with pytest.raises(UnsafeQuery, match="SUM"):
        engine.run(SALES, granted("books"), intent=ASKED)
    with pytest.raises(UnsafeQuery, match="SUM"):
        engine.preview(SALES, granted("books"))
    assert warehouse.ran == []
    assert asked(store)[0].status == "unsafe"


def test_a_failure_of_the_warehouse_is_recorded_as_its_outcome(engine: Engine, store: Store, warehouse: Watched) -> None:
    warehouse.problem = timeout(30)

    with pytest.raises(WarehouseTimeout):
        engine.run(SALES, granted("books"), intent=ASKED)

    assert (asked(store)[0].status, asked(store)[0].rows) == ("timeout", 0)


def test_too_many_rows_are_cut_and_said(warehouse: Watched, store: Store) -> None:
    engine = Engine(lambda: Current(tiny_registry()), {"default": warehouse}, store.audit, max_rows=2)

    table = engine.run(SALES, granted("books"), intent=ASKED).table

    assert (len(table.rows), table.truncated) == (2, True)


def test_a_receipt_says_the_question_the_grant_and_the_data(engine: Engine) -> None:
    books = granted("books")
    first = engine.run(SALES, books, intent=ASKED)
    again = engine.run(SALES, books, intent=ASKED)
    others = [
        engine.run(SALES, granted("shops-north"), intent=ASKED),
        engine.run(SALES, books, intent=replace(ASKED, question_id="C1/18.0")),
        engine.run(MetricQuery(metrics=("sales",)), books, intent=ASKED),
    ]

    assert first.receipt == again.receipt
    assert len({first.receipt, *(other.receipt for other in others)}) == 4
    assert len(first.receipt) == 12
    assert receipt_for("a", "b") == receipt_for("a", "b") != receipt_for("ab", "")


def test_a_preview_compiles_for_any_dialect_and_runs_nothing(engine: Engine, warehouse: Watched, store: Store) -> None:
    for dialect in ("duckdb", "postgres", "snowflake"):
        compiled, texts = engine.preview(SALES, granted("books"), dialect=dialect)

        assert compiled.prepared[0].dialect == dialect
        assert "SUM(" in texts[0]
    with pytest.raises(NotAllowed):
        engine.preview(MetricQuery(metrics=("margin",)), granted("shops-all"))
    assert (warehouse.ran, store.audit.list()) == ([], ())


def test_as_of_is_the_oldest_of_the_newest_loads(engine: Engine) -> None:
    books = granted("books")

    assert engine.run(MetricQuery(metrics=("sales",)), books, intent=ASKED).as_of == dt.datetime(2026, 9, 28, 4, tzinfo=dt.UTC)
    assert engine.run(MetricQuery(metrics=("margin",)), books, intent=ASKED).as_of == dt.datetime(
        2026, 9, 26, 5, 30, tzinfo=dt.UTC
    )


def test_freshness_is_asked_once_a_minute_and_recorded(engine: Engine, store: Store, warehouse: Watched) -> None:
    found = engine.freshness()
    engine.freshness()

    assert found["till"] == dt.datetime(2026, 9, 28, 4, tzinfo=dt.UTC)
    assert set(found) == {"till", "books", "people"}
    assert len(warehouse.ran) == 1
    assert [entry.kind for entry in store.audit.list()] == ["freshness"]


def test_a_registry_without_a_freshness_metric_has_no_age(warehouse: Watched, store: Store) -> None:
    ageless = replace(tiny_registry(), freshness=None)
    engine = Engine(lambda: Current(ageless), {"default": warehouse}, store.audit)

    assert engine.freshness() == {}
    assert engine.run(SALES, granted("books"), intent=ASKED).as_of is None


def test_values_are_those_that_the_grant_may_name(engine: Engine, store: Store) -> None:
    every, north = engine.values(granted("books")), engine.values(granted("shops-north"))

    assert every.by_dimension["regions", "region"] == ("Isles", "North", "South")
    assert every.lookup("NORTH") == (("regions", "region", "North"),)
    assert north.by_dimension["regions", "region"] == ("North",)
    assert north.lookup("isles") == ()
    assert ("costs", "kind") in every.by_dimension
    assert ("costs", "kind") not in north.by_dimension
    assert ("customers", "phone") not in every.by_dimension
    assert engine.values(granted()).by_dimension == {}
    assert {entry.kind for entry in store.audit.list()} == {"values"}


def test_values_of_a_table_that_no_rule_can_restrict_come_from_the_rows_one_sees(engine: Engine) -> None:
    tiers = engine.values(granted("shops-north")).by_dimension["customers", "tier"]

    assert set(tiers) <= {"gold", "silver", "bronze"}


def test_values_are_kept_for_a_grant_and_not_shared_with_another(engine: Engine, warehouse: Watched) -> None:
    first = engine.values(granted("books"))
    ran = len(warehouse.ran)

    assert engine.values(granted("books")) is first
    assert len(warehouse.ran) == ran
    assert engine.values(granted("shops-north")) is not first
    assert len(warehouse.ran) > ran


def test_values_follow_the_data_when_it_is_replaced(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "w.duckdb"
    build(path)
    warehouse = DuckDB(path)
    engine = Engine(lambda: Current(tiny_registry()), {"default": warehouse}, store.audit)
    before, mark = engine.values(granted("books")), engine.watermark()

    build(tmp_path / "new.duckdb")
    (tmp_path / "new.duckdb").rename(path)

    assert engine.watermark() != mark
    assert engine.values(granted("books")) is not before
    warehouse.close()


def test_a_column_that_is_missing_does_not_take_every_question_with_it(engine: Engine, warehouse: Watched) -> None:
    run = warehouse.run

    def lacking(statement: Statement, **limits: float) -> Result:
        if "tier" in statement.text:
            raise WarehouseLacks("The warehouse does not have what the registry names.")
        return run(statement, **limits)  # type: ignore[arg-type]

    warehouse.run = lacking  # type: ignore[method-assign, assignment]
    found = engine.values(granted("books"))

    assert found.by_dimension["regions", "region"] == ("Isles", "North", "South")


def test_a_reload_is_followed_at_once(warehouse: Watched, store: Store) -> None:
    current = [Current(tiny_registry())]
    engine = Engine(lambda: current[0], {"default": warehouse}, store.audit)
    engine.run(SALES, granted("books"), intent=ASKED)
    metrics = {name: metric for name, metric in tiny_registry().metrics.items() if name == "cost"}

    current[0] = Current(replace(tiny_registry(), metrics=metrics, version="next"))

    with pytest.raises(UnknownName):
        engine.run(SALES, granted("books"), intent=ASKED)


def test_a_connection_that_nobody_made_is_named(warehouse: Watched, store: Store) -> None:
    models = {name: replace(model, connection="lake") for name, model in tiny_registry().models.items()}
    engine = Engine(lambda: Current(replace(tiny_registry(), models=models)), {"default": warehouse}, store.audit)

    with pytest.raises(ConfigError, match="`lake`.*ANABOT_CONNECTIONS"):
        engine.run(SALES, granted("books"), intent=ASKED)


def test_many_threads_walk_through_at_once(engine: Engine, store: Store) -> None:
    found: list[object] = []
    grants = [granted("books"), granted("shops-north")]

    def ask(number: int) -> None:
        grant = grants[number % 2]
        engine.values(grant)
        found.append((number % 2, len(engine.run(SALES, grant, intent=replace(ASKED, question_id=str(number))).table.rows)))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(found) == [(0, 4)] * 6 + [(1, 1)] * 6  # type: ignore[type-var]
    assert len(asked(store)) == 12
    assert store.audit.verify() is None
