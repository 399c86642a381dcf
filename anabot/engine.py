"""THE DOOR: resolve → compile → guard → record intent → run → record outcome.

Nobody else holds a warehouse. What cannot be recorded does not run. It never decides what a question means or who may ask it:
it is handed a typed query and a grant, and gives back rows under that grant or an error that says why.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Protocol

import structlog

from anabot.access.crowds import Counter, Crowd, laid_out, left_out
from anabot.access.running_as import under
from anabot.access.statements import checked, checked_before
from anabot.errors import AnabotError, BadQuery, ConfigError, NotAllowed, WarehouseError, WarehouseLacks
from anabot.semantic import Compiled, compile_distinct, compile_query, display_sql, render
from anabot.semantic.catalog import catalog_of
from anabot.semantic.definitions import definition_hash
from anabot.semantic.overlap import compile_overlap, least, sayable
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.resolve import COMPARED
from anabot.semantic.value_queries import Place, compile_index, declared_values
from anabot.semantic.values import ValueIndex
from anabot.store.audit import Audit, Intended
from anabot.store.kept import Kept
from anabot.types import Cell, Grant, Receipt, Statement, Table, cell_json
from anabot.warehouses.base import Result, Warehouse
from anabot.warehouses.cells import typed
from anabot.warehouses.federation import Federation, Limits

log = structlog.get_logger()
FRESH_FOR_S = 60.0
MOST_GROUPS = 100_000  # of people that are counted; more of them, and nothing is said
VALUES_FOR_S = 600.0  # for warehouses whose watermark cannot tell that a value is new


class InForce(Protocol):
    """What is in force at this moment; a reload puts another one in its place."""

    @property
    def registry(self) -> Registry:
        """What the data team has defined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Who asks what, where, for the record. `place` is "dm", "#channel", "cli" or "playbook:team/name"."""

    question_id: str
    actor: str
    place: str
    kind: Literal["question", "playbook", "values", "freshness", "check", "replay"]
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The rows, and everything that says how they came about. `sql` is (connection, text for people)."""

    table: Table
    compiled: Compiled
    receipt: Receipt
    query_hash: str
    sql: tuple[tuple[str, str], ...]
    as_of: dt.datetime | None
    ms: float
    notes: tuple[str, ...] = ()  # what must be said with the rows: ids that a crosswalk lacks


class Engine:
    """The one door. Shared by all threads."""

    def __init__(
        self,
        current: Callable[[], InForce],
        warehouses: Mapping[str, Warehouse],
        audit: Audit,
        *,
        max_rows: int = 5_000,
        max_bytes: int = 64_000_000,
        timeout_s: float = 30.0,
        part_rows: int = 100_000,
        run_as: Mapping[str, str] | None = None,
    ) -> None:
        self._run_as = run_as or {}  # each connection that runs as the asker, and the role of what Ana asks herself there
        self._current, self._warehouses, self._audit = current, dict(warehouses), audit
        self._limits = Limits(max_rows=max_rows, max_bytes=max_bytes, timeout_s=timeout_s, part_rows=part_rows)
        self._indexes: Kept[ValueIndex] = Kept(VALUES_FOR_S)
        self._crowds: Kept[tuple[Crowd, ...]] = Kept(FRESH_FOR_S)
        self._loads: Kept[Mapping[str, dt.datetime]] = Kept(FRESH_FOR_S)

    def run(self, query: MetricQuery, grant: Grant, *, intent: Intent) -> Outcome:
        """The rows of `query` under `grant`, on record before and after.

        Raises:
            UnknownName, NotAllowed, BadQuery, UnsafeQuery: nothing ran; the refusal is on record.
            StoreError: it could not be recorded, so nothing ran.
            WarehouseError: it ran and failed, which is on record.
        """
        registry = self._current().registry
        asked = _asked(registry, query, grant, intent)
        try:
            compiled = self._compiled(registry, query, grant, None)
            statements = self._statements(registry, compiled, grant)
        except AnabotError as error:
            self._audit.refusal(asked, status=error.code, reason=str(error))
            raise
        return self._answered(registry, compiled, statements, grant, asked)

    def preview(self, query: MetricQuery, grant: Grant, *, dialect: str | None = None) -> tuple[Compiled, tuple[str, ...]]:
        """The query compiled and guarded, and its SQL as people read it. Nothing runs."""
        registry = self._current().registry
        compiled = self._compiled(registry, query, grant, dialect)
        self._statements(registry, compiled, grant)
        return compiled, tuple(display_sql(part) for part in compiled.prepared)

    def values(self, grant: Grant) -> ValueIndex:
        """The distinct values that this grant may name. Kept for as long as grant, registry and data stay the same."""
        registry = self._current().registry
        key = f"{grant.fingerprint()}:{registry.version}:{self._marks()}"
        return self._indexes.get(key, lambda: self._index(registry, grant))

    def lookup(self, names: Sequence[str], model: str, grant: Grant) -> Table:
        """The values that dimensions of a model have together, under a grant of the house's own, on record.

        Raises:
            UnknownName, NotAllowed, WarehouseError: nothing is known, then.
        """
        registry = self._current().registry
        dialect = self._warehouse(registry.models[model].connection).dialect
        compiled = compile_distinct(registry, names, grant, dialect=dialect)
        statements = self._statements(registry, compiled, grant)
        question_id, access = f"lookup:{registry.version}", grant.fingerprint()
        asked = Intended(question_id=question_id, actor=grant.subject, place=grant.audience, kind="lookup", access=access)
        return self._recorded(asked, lambda: self._table(registry, compiled, statements, grant, []))

    def overlap(self, query: MetricQuery, entity: str, grant: Grant, *, intent: Intent) -> Table:
        """How many of an entity each combination of the metrics counts, on record: see `semantic.overlap`, also for errors."""
        registry = self._current().registry
        compiled = compile_overlap(registry, query, entity, grant, dialects=self._dialects)
        statements, asked = self._statements(registry, compiled, grant), _asked(registry, query, grant, intent)
        table = self._recorded(asked, lambda: self._table(registry, compiled, statements, grant, []))
        return sayable(table, least(query, entity, grant))

    def freshness(self) -> Mapping[str, dt.datetime]:
        """Source → its newest load, as the registry's freshness metric says; empty where it names none. At most a minute old."""
        registry = self._current().registry
        return self._loads.get(f"{registry.version}:{self._marks()}", lambda: self._newest_loads(registry))

    def connections(self) -> tuple[str, ...]:
        """Each connection with the SQL it speaks: `default (duckdb)`."""
        return tuple(f"{name} ({warehouse.dialect})" for name, warehouse in sorted(self._warehouses.items()))

    def watermark(self) -> str:
        """A word for the data as it now stands: what the warehouses say, else their newest loads; "" where nobody can tell."""
        marks = self._marks()
        if all(marks.split(",")):
            return _hash(marks)
        try:
            loads = sorted((source, at.isoformat()) for source, at in self.freshness().items())
        except (WarehouseError, BadQuery):
            return ""
        return _hash(f"{marks}{json.dumps(loads)}")

    def _answered(
        self, registry: Registry, compiled: Compiled, statements: list[Statement], grant: Grant, asked: Intended
    ) -> Outcome:
        started = time.perf_counter()
        query_hash = compiled.query.fingerprint()
        sql_hash = _hash(json.dumps([part for each in statements for part in (each.text, *map(cell_json, each.params))]))
        data = self.watermark()
        receipt = receipt_for(asked.question_id, query_hash, asked.access, sql_hash, data)
        statements = [replace(each, tag=receipt) for each in statements]
        loads = self._loads_of(registry, compiled) if data else {}
        ready = replace(
            asked,
            query=compiled.query.as_json(),
            metrics=compiled.metrics,
            query_hash=query_hash,
            sql_hash=sql_hash,
            receipt=receipt,
            definition=definition_hash(registry, compiled.metrics, compiled.models),
            data=data,
            sources={source: at.isoformat() for source, at in loads.items()},
        )
        notes = [f"Shown masked: {', '.join(compiled.masked)}."] if compiled.masked else []
        table = self._recorded(ready, lambda: self._said(registry, compiled, statements, grant, notes))
        return Outcome(
            table=table,
            notes=tuple(notes),
            compiled=compiled,
            receipt=receipt,
            query_hash=query_hash,
            sql=tuple((part.connection, display_sql(part)) for part in compiled.prepared),
            as_of=min(loads.values(), default=None),
            ms=(time.perf_counter() - started) * 1000,
        )

    def _recorded(self, asked: Intended, run: Callable[[], Table]) -> Table:
        entry = self._audit.open(asked)
        started = time.perf_counter()
        try:
            table = run()
        except AnabotError as error:
            self._audit.close(entry, status=error.code, ms=(time.perf_counter() - started) * 1000, reason=str(error))
            raise
        ms = (time.perf_counter() - started) * 1000
        self._audit.close(entry, status="answered", rows=len(table.rows), ms=ms, result_hash=result_hash(table))
        return table

    def _compiled(self, registry: Registry, query: MetricQuery, grant: Grant, dialect: str | None) -> Compiled:
        if dialect is None:
            return compile_query(registry, query, grant, dialects=self._dialects)
        return compile_query(registry, query, grant, dialect=dialect)

    @property
    def _dialects(self) -> Mapping[str, str]:
        return {name: warehouse.dialect for name, warehouse in self._warehouses.items()}

    def _statements(self, registry: Registry, compiled: Compiled, grant: Grant) -> list[Statement]:
        """All statements, checked before any of them runs. A single one is the very text that was checked.

        Of several, each is checked again with the keys that are bound into it, and the text that was checked then is run.
        """
        found = [under(statement, grant, self._run_as) for statement, _ in checked_before(registry, compiled, grant)]
        return found if len(found) == 1 else [render(each) for each in compiled.prepared]

    def _table(
        self, registry: Registry, compiled: Compiled, statements: list[Statement], grant: Grant, notes: list[str]
    ) -> Table:
        if len(statements) == 1:
            return typed(self._ask(statements[0], grant, self._limits), compiled.columns)
        tag = statements[0].tag  # which the statements that are bound and checked anew carry, too
        federation = Federation(
            partial(checked, registry, compiled, grant),
            lambda one, limits: self._ask(replace(one, tag=tag), grant, limits),
            self._limits,
        )
        result, said = federation.run(compiled.prepared, compiled.crossings)
        notes += said
        return typed(result, compiled.columns)

    def _ask(self, statement: Statement, grant: Grant, limits: Limits) -> Result:
        statement = under(statement, grant, self._run_as)
        warehouse = self._warehouse(statement.connection)
        try:
            return warehouse.run(statement, max_rows=limits.max_rows, max_bytes=limits.max_bytes, timeout_s=limits.timeout_s)
        except WarehouseError as error:
            if len(self._warehouses) > 1:
                error.what = f"On `{statement.connection}`: {error.what}"
            raise

    def _said(self, registry: Registry, compiled: Compiled, statements: list[Statement], grant: Grant, notes: list[str]) -> Table:
        return self._sayable(registry, compiled, grant, self._table(registry, compiled, statements, grant, notes))

    def _sayable(self, registry: Registry, compiled: Compiled, grant: Grant, table: Table) -> Table:
        """The table without what tells of too few people. What is counted for that is asked through this same door."""
        query = compiled.query
        for asked in compiled.people:
            counter = Counter(registry=registry, grant=grant, rule=asked.rule, metric=asked.metric, ask=self._counted)
            key = f"{asked.metric}:{grant.fingerprint()}:{registry.version}:{self.watermark()}"
            crowds = self._crowds.get(key, counter.crowds)
            keys = [row[: len(query.group_by)] for row in table.rows]
            columns = [asked.metric, *(f"{asked.metric}__{tail}" for tail in COMPARED)]
            table = left_out(table, columns, counter.kept(asked, query, crowds, keys), asked.rule.k)
        return laid_out(table, query) if compiled.people else table

    def _counted(self, registry: Registry, query: MetricQuery, grant: Grant) -> Table:
        compiled = self._compiled(registry, query, grant, None)
        statements = self._statements(registry, compiled, grant)
        if len(statements) > 1:
            why = "What they are counted by lies on another connection."
            raise NotAllowed("The people behind this number cannot be counted.", why=why, todo="Ask the data team.")
        return typed(self._ask(statements[0], grant, replace(self._limits, max_rows=MOST_GROUPS)), compiled.columns)

    def _warehouse(self, connection: str) -> Warehouse:
        try:
            return self._warehouses[connection]
        except KeyError:
            todo = "Add it to ANABOT_CONNECTIONS, or correct the model's `connection`."
            raise ConfigError(f"No warehouse is connected as `{connection}`.", todo=todo) from None

    def _marks(self) -> str:
        return ",".join(self._warehouses[name].watermark() for name in sorted(self._warehouses))

    def _index(self, registry: Registry, grant: Grant) -> ValueIndex:
        asked = Intended(
            question_id=f"values:{registry.version}",
            actor=grant.subject,
            place=grant.audience,
            kind="values",
            metrics=tuple(sorted(grant.metrics)),
            access=grant.fingerprint(),
            why=grant.reason,
            registry=registry.version,
        )
        found: dict[Place, tuple[str, ...]] = dict(declared_values(registry, grant))

        def run() -> Table:
            for place, compiled in compile_index(registry, grant, dialects=self._dialects):
                held = self._distinct(registry, place, compiled, grant)
                found[place] = tuple(dict.fromkeys([*held, *found.get(place, ())]))
            return Table(
                columns=(), rows=tuple((f"{model}.{name}", len(values)) for (model, name), values in sorted(found.items()))
            )

        self._recorded(asked, run)
        return ValueIndex(by_dimension=found)

    def _distinct(self, registry: Registry, place: Place, compiled: Compiled, grant: Grant) -> list[str]:
        try:
            statements = self._statements(registry, compiled, grant)
            table = self._table(registry, compiled, statements, grant, [])
            return [_said(row[0]) for row in table.rows if row[0] is not None]
        except (WarehouseLacks, NotAllowed) as error:  # one column that is not there must not take every question with it
            log.warning("values.missing", model=place[0], dimension=place[1], why=error.why)
            return []

    def _newest_loads(self, registry: Registry) -> Mapping[str, dt.datetime]:
        if registry.freshness is None:
            return {}
        metric, by = registry.freshness
        only = frozenset({metric})
        why = "Ana looks how old the data is."
        grant = Grant(subject="ana", audience="ana", metrics=only, listed=only, house=True, reason=why)
        asked = Intended(
            question_id=f"freshness:{registry.version}",
            actor="ana",
            place="ana",
            kind="freshness",
            metrics=(metric,),
            access=grant.fingerprint(),
            why=grant.reason,
            registry=registry.version,
        )
        compiled = self._compiled(registry, MetricQuery(metrics=(metric,), group_by=(by,)), grant, None)
        statements = self._statements(registry, compiled, grant)
        table = self._recorded(asked, lambda: self._table(registry, compiled, statements, grant, []))
        return {str(source): at for source, at in table.rows if isinstance(at, dt.datetime)}

    def loaded(self, metrics: Sequence[str]) -> dt.datetime | None:
        """Since when every source of these metrics has been loaded; None where that is not known of each of them."""
        registry = self._current().registry
        leaves = [leaf for name in metrics if name in registry.metrics for leaf in catalog_of(registry).leaves(name)]
        sources = {registry.models[leaf.model].source for leaf in leaves if leaf.model}
        try:
            loads = self.freshness() if sources and "" not in sources else {}
        except (WarehouseError, BadQuery):
            return None
        return min((loads[source] for source in sources), default=None) if sources <= loads.keys() else None

    def _loads_of(self, registry: Registry, compiled: Compiled) -> Mapping[str, dt.datetime]:
        """The newest load of each source that the answer reads."""
        sources = {registry.models[name].source for name in compiled.models} - {""}
        try:
            loads = self.freshness() if sources else {}
        except (WarehouseError, BadQuery):
            return {}  # the answer stands; that its age is not known is said by `doctor`
        return {source: loads[source] for source in sorted(sources) if source in loads}


def _asked(registry: Registry, query: MetricQuery, grant: Grant, intent: Intent) -> Intended:
    """The question as it goes on record."""
    return Intended(
        question_id=intent.question_id, actor=intent.actor, place=intent.place, kind=intent.kind, words=intent.text,
        query=query.as_json(), metrics=query.metrics, access=grant.fingerprint(), why=grant.reason, registry=registry.version,
    )  # fmt: skip


def _said(value: Cell) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def receipt_for(*parts: str) -> Receipt:
    """A receipt derived from what it stands for: `R-` and ten characters. Equal parts give equal receipts."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()
    return Receipt("R-" + base64.b32encode(digest).decode()[:10])


def result_hash(table: Table) -> str:
    """A hash of every cell and column name of a table, in their order."""
    body = [[column.name for column in table.columns], [[cell_json(cell) for cell in row] for row in table.rows]]
    return _hash(json.dumps(body))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
