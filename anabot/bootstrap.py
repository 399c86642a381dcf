"""The composition root: settings → concrete parts → a house that is ready to answer. The only room that knows every other."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import ValidationError

from anabot.admin import Administration
from anabot.analysis.reconcile import Run, bridge
from anabot.answering import Answerer
from anabot.ask import Asker
from anabot.checks.badge import Evidence, worst_badge
from anabot.checks.golden import prove
from anabot.config import Settings
from anabot.directory import FileDirectory
from anabot.engine import Engine, Outcome
from anabot.errors import AnabotError, BadQuery, ConfigError
from anabot.runner import Runner
from anabot.semantic.query import MetricQuery, Span
from anabot.standing import Standing
from anabot.store import Store
from anabot.types import Answer, Badge, Bridge, Directory, Person
from anabot.warehouses.connect import open_warehouse

log = structlog.get_logger()


class RunningClock:
    """Business time: starts at the instant that is set, or now, and runs on with the real clock."""

    def __init__(self, start: dt.datetime | None) -> None:
        self._ahead = start - dt.datetime.now(dt.UTC) if start else dt.timedelta(0)

    def now(self) -> dt.datetime:
        """The business instant, UTC."""
        return dt.datetime.now(dt.UTC) + self._ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that answers, wired. Whoever opens it closes it."""

    settings: Settings
    standing: Standing
    store: Store
    engine: Engine
    directory: Directory
    clock: RunningClock
    asker: Asker
    runner: Runner
    evidence: Callable[[], Evidence]

    def query(self, body: str, person: Person) -> Answer:
        """Run one `MetricQuery`, given as JSON, for this person."""
        return self.asker.run(read_query(body), person)

    def compile(self, body: str, person: Person, dialect: str | None) -> tuple[str, ...]:
        """The SQL of one `MetricQuery` under this person's grant. Nothing runs."""
        grant = self.asker.decision(person, None).own
        return self.engine.preview(read_query(body), grant, dialect=dialect)[1]

    def vitals(self) -> Mapping[str, Callable[[], str]]:
        """How each part is, in words; a part that is not well raises an AnabotError."""
        return {
            "Registry": self._registry_words,
            "Warehouse": self._warehouse_words,
            "Loads": self._load_words,
            "Golden values": self._golden_words,
            "Memory": self._store_words,
        }

    def _registry_words(self) -> str:
        laws = self.standing.laws
        registry = laws.current.registry
        return f"{len(registry.metrics)} metrics, {len(laws.playbooks)} playbooks, version {registry.version[:12]}"

    def _warehouse_words(self) -> str:
        return f"{self.settings.warehouse_url.partition(':')[0]}, data {self.engine.watermark()[:12]}"

    def _load_words(self) -> str:
        loaded = self.engine.freshness()
        oldest = min(loaded.items(), key=lambda item: item[1], default=None)
        return f"{len(loaded)} sources, oldest {oldest[0]} at {oldest[1]:%Y-%m-%d %H:%M} UTC" if oldest else "no load log"

    def _golden_words(self) -> str:
        wrong = self.evidence().wrong_golden
        if wrong:
            raise BadQuery(f"{', '.join(sorted(wrong))} do not give their golden values.", todo="Compare them with the data.")
        return "all come out"

    def _store_words(self) -> str:
        if not self.store.current():
            raise ConfigError("the tables are not there, or old.", todo="Run `anabot migrate`.")
        broken = self.store.audit.verify()
        if broken is not None:
            raise ConfigError(f"the record does not hold from link {broken}.", todo="Find who changed it.")
        return "tables are current, the record holds"


@contextmanager
def open_house(settings: Settings, directory: Callable[[Settings], Directory] | None = None) -> Iterator[House]:
    """Build the house, give it, and close it. `directory` says who people are; without one it is the directory file.

    Raises:
        ConfigError, RegistryError: what is missing or wrong, all at once.
    """
    people = (directory or file_directory)(settings)
    standing = Standing(settings, file_directory(settings) if settings.directory else people)
    store = Store(settings.store_url)
    store.migrate()
    warehouse = open_warehouse(settings.warehouse_url)
    clock = RunningClock(settings.now)
    engine = Engine(
        standing,
        {"default": warehouse},
        store.audit,
        max_rows=settings.max_rows,
        max_bytes=settings.max_bytes,
        timeout_s=settings.timeout_s,
    )
    evidence = _Evidence(standing, engine, store)
    asker = Asker(
        current=standing,
        engine=engine,
        answerer=Answerer(engine=engine, clock=clock, evidence=evidence),
        store=store,
        directory=people,
        clock=clock,
    )
    runner = Runner(
        current=standing,
        engine=engine,
        directory=people,
        bridge=lambda name, period, run: _bridge(standing, name, period, run),
        badge=lambda outcome: _badge(standing, evidence, clock, outcome),
    )
    try:
        yield House(
            settings=settings,
            standing=standing,
            store=store,
            engine=engine,
            directory=people,
            clock=clock,
            asker=asker,
            runner=runner,
            evidence=evidence,
        )
    finally:
        warehouse.close()
        store.close()


def file_directory(settings: Settings) -> Directory:
    """People and channels of the directory file."""
    if settings.directory is None:
        raise ConfigError("It is not known who people are.", todo="Set ANABOT_DIRECTORY to a YAML file of people and channels.")
    return FileDirectory.read(settings.directory)


def administration(house: House, list_playbooks: Callable[[], Any], run_playbook: Callable[[str, Person], str]) -> Administration:
    """The desk behind `/ana`."""
    return Administration(
        asker=house.asker,
        vitals=lambda: {name: _in_words(ask) for name, ask in house.vitals().items()},
        list_playbooks=list_playbooks,
        run_playbook=run_playbook,
        read_again=house.standing.reload,
    )


def read_query(body: str) -> MetricQuery:
    """A `MetricQuery` from JSON.

    Raises:
        BadQuery: the text is not JSON, or not the JSON of a query.
    """
    try:
        return MetricQuery.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the text"
        raise BadQuery(
            "That is not a query.", why=f"{where}: {first['msg']}.", todo='Write {"metrics": ["…"], "group_by": ["…"]}.'
        ) from None


class _Evidence:
    """What is known about the data now. Golden values are proved once for each state of registry and warehouse."""

    def __init__(self, standing: Standing, engine: Engine, store: Store) -> None:
        self._standing, self._engine, self._store = standing, engine, store
        self._proving = threading.Lock()

    def __call__(self) -> Evidence:
        with self._proving:
            return self._known()

    def _known(self) -> Evidence:
        laws = self._standing.laws
        registry = laws.current.registry
        key = f"golden:{registry.version}:{self._engine.watermark()}"
        wrong = self._store.notes.get(key)
        if wrong is None:
            found = prove(registry, self._engine)
            for one in found:
                log.warning("golden.wrong", metric=one.metric, expected=str(one.expected), found=one.found)
            wrong = sorted({one.metric for one in found})
            self._store.notes.put(key, wrong)
        return Evidence(build=laws.build, loaded=self._engine.freshness(), wrong_golden=frozenset(wrong))


def _bridge(standing: Standing, name: str, period: Span, run: Run) -> Bridge:
    return bridge(standing().registry.reconciliations[name], period, run)


def _badge(standing: Standing, evidence: Callable[[], Evidence], clock: RunningClock, outcome: Outcome) -> Badge:
    metrics, models = outcome.compiled.query.metrics, outcome.compiled.models
    return worst_badge(metrics, standing().registry, models, evidence(), now=clock.now())


def _in_words(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except AnabotError as error:
        return f"not well: {error}"
