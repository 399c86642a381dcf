"""Put a house on the air: the Slack app, the web server's routes, the worker. It listens on nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from slack_bolt import App
from starlette.applications import Starlette

from anabot.admin import Administration
from anabot.bootstrap import House, administration, open_house, scheduling, stewards
from anabot.config import Settings
from anabot.demand import Demanding
from anabot.directory import FileDirectory
from anabot.errors import AnabotError, ConfigError
from anabot.hello import Hello, hello
from anabot.lending import Lending
from anabot.resting import lasting
from anabot.semantic.known import as_known
from anabot.semantic.registry import Registry
from anabot.slack.alarms import ROUND_S, Alarms
from anabot.slack.app import Line, create_app, open_line
from anabot.slack.desk import Desk
from anabot.slack.parts import Parts
from anabot.slack.proposals import Proposed
from anabot.slack.wanted import Wants
from anabot.stewards.acts import Stewards
from anabot.types import Channel, Person
from anabot.watch import Watch
from anabot.web import create_web
from anabot.worker import Worker
from anabot.worker.restating import ROUND_S as LOOK_S
from anabot.worker.restating import Restating

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A house that speaks Slack. `web` serves Slack over HTTP and the health of this process; `worker` is not started."""

    house: House
    app: App
    web: Starlette
    worker: Worker

    def warm(self) -> None:
        """Do once what the first question would wait for: prove the golden values, read the loads and the values to name."""
        directory = self.house.settings.directory
        try:
            self.house.evidence()
            for person in FileDirectory.read(directory).everybody() if directory else ():
                self.house.engine.values(self.house.asker.decision(person, None).own)
        except AnabotError as error:
            log.warning("warm_up.failed", code=error.code, reason=str(error))


@contextmanager
def open_service(settings: Settings) -> Iterator[Service]:
    """Build everything that real Slack, or the local workspace, needs.

    Raises:
        ConfigError: no bot token, or anything that `open_house` finds wrong.
    """
    if not settings.slack.configured:
        raise ConfigError(
            "There is no Slack to speak to.",
            why="SLACK_BOT_TOKEN is not set.",
            todo="Set SLACK_BOT_TOKEN with SLACK_APP_TOKEN or SLACK_SIGNING_SECRET, or try `make demo`.",
        )
    line = open_line(settings.slack, FileDirectory.read(settings.directory).groups_of if settings.directory else _no_groups)
    with open_house(settings, lambda _: line.directory, line.workspace) as house:
        watch = Watch(asker=house.asker)
        worker = _worker(house, line)
        restating = Restating(
            store=house.store,
            runner=house.runner,
            playbooks=lambda: house.laws().playbooks,
            poster=line.poster(house.directory),
            once=worker.once,
        )
        worker.every(LOOK_S, restating.round)
        worker.every(ROUND_S, Alarms(watch=watch, voice=line.voice, directory=house.directory).round)
        keepers = stewards(house, lambda name, person: _run_now(house, worker, name, person))
        parts = _parts(house, administration(house), keepers, watch)
        app = create_app(settings.slack, line, parts)
        told = Desk(parts=parts, voice=line.voice)
        worker.every(ROUND_S, Wants(desk=told).round)
        worker.every(ROUND_S, Proposed(desk=told).round)
        signed = bool(settings.slack.signing_secret.get_secret_value())
        yield Service(house=house, app=app, web=create_web(app if signed else None, ready=lambda: _ready(house)), worker=worker)


def _no_groups(_: str) -> frozenset[str]:
    return frozenset()


def run_worker(settings: Settings) -> None:
    """Run the worker alone until SIGTERM."""
    with open_service(settings) as service:
        lasting()
        service.worker.serve()


def _parts(house: House, desk: Administration, keepers: Stewards, watch: Watch) -> Parts:
    def greet(person: Person, channel: Channel) -> Hello:
        return hello(house.asker, person, channel)

    def known(person: Person, channel: Channel) -> Registry:
        return as_known(house.standing().registry, house.asker.decision(person, channel).named)

    return Parts(
        asker=house.learning,
        admin=desk,
        playbooks=keepers,
        plans=scheduling(house),
        hello=greet,
        lending=Lending(asker=house.asker),
        demand=Demanding(asker=house.asker),
        proposals=house.proposing,
        directory=house.directory,
        seen=house.store.seen,
        watch=watch,
        registry=lambda: house.standing().registry,
        known=known,
    )


def _worker(house: House, line: Line) -> Worker:
    return Worker(
        runner=house.runner,
        playbooks=lambda: house.laws().playbooks,
        store=house.store,
        poster=line.poster(house.directory),
        clock=house.clock,
        notify=line.notify,
    )


def _run_now(house: House, worker: Worker, name: str, person: Person) -> str:
    worker.run_now(name, person.handle or person.user)
    playbook = house.laws().playbooks[name]
    return f"{playbook.title} was posted in #{playbook.channel}."


def _ready(house: House) -> Mapping[str, bool]:
    return {
        "store": house.store.current(),
        "warehouse": bool(house.engine.watermark()),
        "registry": bool(house.standing().registry.metrics),
    }
