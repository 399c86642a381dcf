"""The composition root: settings → concrete parts → a house that is ready to answer. The only room that knows every other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import ValidationError

from anabot.admin import Administration
from anabot.agent.budget import Limits
from anabot.agent.model import Model
from anabot.analysis.point import until
from anabot.analysis.reconcile import bridge
from anabot.answering import Answerer
from anabot.ask import Asker
from anabot.checks.badge import Evidence, worst_badge
from anabot.checks.golden import prove
from anabot.config import Settings
from anabot.consulting import Consultant
from anabot.directory import FileDirectory
from anabot.engine import Engine, Outcome
from anabot.errors import AnabotError, BadQuery, ConfigError, PlaybookError
from anabot.evidence import KnownEvidence
from anabot.learning import Learning
from anabot.people import KnownPeople, PeopleTable
from anabot.proposing import Proposing
from anabot.semantic import Compiled
from anabot.semantic.query import MetricQuery
from anabot.semantic.same_point import pinned
from anabot.standing import Laws, Standing
from anabot.stewards.files import ProposalFiles
from anabot.store import LOCAL, Store, open_store
from anabot.types import Answer, Badge, Directory, Person
from anabot.warehouses.base import Warehouse
from anabot.warehouses.connect import open_warehouse
from anabot.warehouses.declared import asking, declared

if TYPE_CHECKING:
    from anabot.replay import Replayer
    from anabot.runner import Runner
    from anabot.stewards.acts import Stewards
    from anabot.stewards.scheduling import Scheduling


class RunningClock:
    """Business time: starts at the instant that is set, or now, and runs on with the real clock."""

    def __init__(self, start: dt.datetime | None) -> None:
        self._ahead = start - dt.datetime.now(dt.UTC) if start else dt.timedelta(0)

    def now(self) -> dt.datetime:
        """The business instant, UTC."""
        return dt.datetime.now(dt.UTC) + self._ahead


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that answers, wired. Whoever opens it closes it."""

    settings: Settings
    standing: Standing
    store: Store
    engine: Engine
    directory: Directory
    clock: RunningClock
    asker: Asker
    evidence: Callable[[], Evidence]

    @cached_property
    def runner(self) -> Runner:
        """Runs playbooks."""
        from anabot.gatekeeping import LastBuild
        from anabot.narrating import Narrator
        from anabot.runner import Runner  # templates and pictures, which a question does not need

        return Runner(
            current=self.standing,
            engine=self.engine,
            directory=self.directory,
            bridge=lambda name, period, run: bridge(self.standing().registry.reconciliations[name], period, run),
            badge=self._badge,
            build=LastBuild(self.settings.dbt_target),
            narrator=Narrator(consultant=self.asker.consultant) if self.asker.consultant else None,
        )

    @cached_property
    def proposing(self) -> Proposing:
        """Where what was learned waits for an owner."""
        return Proposing(asker=self.asker, files=self.standing)

    @cached_property
    def learning(self) -> Learning:
        """Answers questions, with an ear for corrections."""
        return Learning(asker=self.asker, proposing=self.proposing)

    @cached_property
    def replayer(self) -> Replayer:
        """Runs answers again."""
        from anabot.replay import Replayer

        return Replayer(asker=self.asker, playbooks=lambda: self.standing.laws.playbooks)

    def laws(self) -> Laws:
        """Everything in force, with what somebody has changed in a playbook, in whatever process."""
        self.standing.follow(self.store.changes.revision())
        return self.standing.laws

    def query(self, body: str, person: Person) -> Answer:
        """Run one `MetricQuery`, given as JSON, for this person."""
        return self.asker.run(read_query(body), person)

    def preview(self, body: str, person: Person, dialect: str | None) -> tuple[Compiled, tuple[str, ...]]:
        """One `MetricQuery`, given as JSON, compiled under this person's grant, and its SQL. Nothing runs."""
        grant = self.asker.decision(person, None).own
        query, calendar = read_query(body), self.standing().registry.calendar
        point = until(query, calendar.today(self.clock.now()))
        return self.engine.preview(pinned(query, point, calendar), grant, dialect=dialect)

    def vitals(self) -> Mapping[str, Callable[[], str]]:
        """How each part is, in words; a part that is not well raises an AnabotError."""
        return {
            "Registry": lambda: registry_words(self.standing.laws),
            "Warehouse": self._warehouse_words,
            "Loads": self._load_words,
            "Golden values": self._golden_words,
            "Memory": lambda: memory_words(self.store),
        }

    def _badge(self, outcome: Outcome) -> Badge:
        metrics, models = outcome.compiled.query.metrics, outcome.compiled.models
        return worst_badge(metrics, self.standing().registry, models, self.evidence(), now=self.clock.now())

    def _warehouse_words(self) -> str:
        return f"{', '.join(self.engine.connections())}; data {self.engine.watermark()[:12]}"

    def _load_words(self) -> str:
        loaded = self.engine.freshness()
        oldest = min(loaded.items(), key=lambda item: item[1], default=None)
        if oldest is None:
            return "no load log"
        at = oldest[1].astimezone(self.standing.laws.current.registry.calendar.zone)
        return f"{len(loaded)} sources; the oldest is {oldest[0]}, of {at.day} {at:%b %Y, %H:%M %Z}"

    def _golden_words(self) -> str:
        wrong = prove(self.standing().registry, self.engine)
        if wrong:
            names = ", ".join(dict.fromkeys(one.metric for one in wrong))
            first = f"{wrong[0].metric} should be {wrong[0].expected}: {wrong[0].found}"
            raise BadQuery(f"These do not give their golden values: {names}.", why=first, todo="Compare them with the data.")
        return "all come out"


@contextmanager
def open_house(
    settings: Settings,
    directory: Callable[[Settings], Directory] | None = None,
    workspace: Callable[[], str] = lambda: LOCAL,
) -> Iterator[House]:
    """Build the house, give it, and close it. `directory` says who people are; without one it is the directory file.

    `workspace` says whose record this house writes.

    Raises:
        ConfigError, RegistryError: what is missing or wrong, all at once.
    """
    with ExitStack() as opened:
        warehouses = open_connections(settings)
        for each in warehouses.values():
            opened.callback(each.close)
            each.wake()
        people, owners = _people(settings, directory)
        standing = Standing(settings, owners)
        store = open_store(settings, workspace)
        opened.callback(store.close)
        store.migrate()
        models = opened.enter_context(_models(settings))
        yield _wired(settings, standing, store, warehouses, people, models)


def _wired(
    settings: Settings,
    standing: Standing,
    store: Store,
    warehouses: Mapping[str, Warehouse],
    people: Directory,
    models: Callable[[str], Model] | None,
) -> House:
    clock = RunningClock(settings.now)
    engine = Engine(
        standing,
        warehouses,
        store.audit,
        max_rows=settings.max_rows,
        max_bytes=settings.max_bytes,
        timeout_s=settings.timeout_s,
        part_rows=settings.part_rows,
        run_as={name: each.own_role for name, each in asking(settings.connections).items()},
    )
    table = PeopleTable(standing, engine)
    people = KnownPeople(people, loans=lambda: store.requests.loans(clock.now()), attributes=table)
    evidence = KnownEvidence(standing, engine, store)
    asker = Asker(
        current=standing,
        engine=engine,
        answerer=Answerer(engine=engine, clock=clock, evidence=evidence),
        store=store,
        directory=people,
        clock=clock,
        consultant=_consultant(settings, engine, store, models) if models else None,
    )
    return House(
        settings=settings,
        standing=standing,
        store=store,
        engine=engine,
        directory=people,
        clock=clock,
        asker=asker,
        evidence=evidence,
    )


def _consultant(settings: Settings, engine: Engine, store: Store, models: Callable[[str], Model]) -> Consultant:
    question = Limits(
        turns=settings.model_turns, tokens=settings.model_tokens, usd=settings.model_usd, seconds=settings.model_seconds
    )
    day = Limits(
        turns=settings.team_day_turns,
        tokens=settings.team_day_tokens,
        usd=settings.team_day_usd,
        seconds=settings.team_day_seconds,
    )
    return Consultant(
        brain=settings.brain, model=models, engine=engine, store=store, question=question, day=day, rows=settings.model_rows
    )


@contextmanager
def _models(settings: Settings) -> Iterator[Callable[[str], Model] | None]:
    """Models by their names, over one connection; None where there is none."""
    if settings.brain == "offline":
        yield None
        return
    from anabot.agent.claude import Connection  # the SDK, which the rules do not need

    key = settings.anthropic_api_key.get_secret_value() or "none"
    with Connection(key=key, base_url=settings.anthropic_base_url) as connection:
        yield connection.model


def open_connections(settings: Settings) -> dict[str, Warehouse]:
    """The warehouses by the names of their connections: those of the file, and as `default` that of the URL.

    Raises:
        ConfigError: what is wrong with the file, all at once; or `default` is declared in both places.
    """
    found = declared(settings.connections) if settings.connections is not None else {}
    if settings.warehouse_url and "default" in found:
        why = f"ANABOT_WAREHOUSE_URL and {settings.connections} both say what it is."
        raise ConfigError("The connection `default` is declared twice.", why=why, todo="Take it from one of them.")
    return {"default": open_warehouse(settings.warehouse_url), **found} if settings.warehouse_url else found


def file_directory(settings: Settings) -> Directory:
    """People and channels of the directory file."""
    if settings.directory is None:
        raise ConfigError("It is not known who people are.", todo="Set ANABOT_DIRECTORY to a YAML file of people and channels.")
    return FileDirectory.read(settings.directory)


def _people(settings: Settings, directory: Callable[[Settings], Directory] | None) -> tuple[Directory, Directory]:
    """Who asks, and who owns playbooks: the file's people where there is a file."""
    if directory is None:
        file = file_directory(settings)
        return file, file
    people = directory(settings)
    return people, file_directory(settings) if settings.directory else people


def registry_words(laws: Laws) -> str:
    """How much is in force. Playbooks that are held back are not well."""
    if laws.held:
        raise PlaybookError(f"{len(laws.held)} faults hold playbooks back.", todo="Run `anabot check`, which names them.")
    registry = laws.current.registry
    return f"{len(registry.metrics)} metrics, {len(laws.playbooks)} playbooks, version {registry.version[:12]}"


def memory_words(store: Store) -> str:
    """Whether Ana's own tables are there and her record holds."""
    if not store.current():
        raise ConfigError("The tables are not there, or old.", todo="Run `anabot migrate`.")
    found = [one for chained in store.examine() for one in chained.found]
    if found:
        raise ConfigError(
            "The record does not hold.", why=found[0].words, todo="`anabot audit verify` says all. Find who changed it."
        )
    return "tables are current, the record holds"


def administration(house: House) -> Administration:
    """The desk behind `/ana`."""
    return Administration(
        asker=house.asker,
        vitals=lambda: {name: _in_words(ask) for name, ask in house.vitals().items()},
        read_again=house.standing.reload,
        replayer=lambda: house.replayer,
    )


def stewards(house: House, post: Callable[[str, Person], str]) -> Stewards:
    """The desk for playbooks. `post` runs one now and posts it."""
    from anabot.stewards.acts import Stewards  # playbooks, which a question does not need
    from anabot.stewards.known import Shelf
    from anabot.stewards.listing import Listing

    shelf = Shelf(asker=house.asker, laws=house.laws)
    return Stewards(
        shelf=shelf,
        listing=Listing(shelf=shelf),
        post=post,
        digest=lambda playbook, at: house.runner.run(playbook, at, dry_run=True),
        check=house.standing.check,
        write=house.standing.write,
    )


def scheduling(house: House) -> Scheduling:
    """The desk where answers become playbooks."""
    from anabot.stewards.known import Shelf
    from anabot.stewards.scheduling import Scheduling

    return Scheduling(
        shelf=Shelf(asker=house.asker, laws=house.laws),
        digest=lambda playbook, at: house.runner.run(playbook, at, dry_run=True),
        check=house.standing.check,
        file=house.standing.file,
        write=house.standing.write,
        proposals=ProposalFiles(house.store.folder / "proposals"),
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


def _in_words(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except AnabotError as error:
        return f"not well: {error}"
