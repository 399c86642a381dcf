"""Everything a test of playbooks' keepers can reach: the house, the desk, the people, the folder, and what was posted."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from office import installed

from anabot.bootstrap import House, open_house, scheduling, stewards
from anabot.stewards.acts import Stewards
from anabot.stewards.plans import Filled
from anabot.stewards.scheduling import Scheduling
from anabot.types import Channel, Digest, Once, Person, Question, UserId
from anabot.worker import Worker

NOW = dt.datetime(2026, 9, 28, 7, 0, tzinfo=dt.UTC)
WEEK = "books/week"
ADMIN = Person(user=UserId("U0ROOT"), name="Root", handle="root", admin=True)


@dataclass
class Bakery:
    """The bakery, in a folder."""

    folder: Path
    house: House
    desk: Stewards
    plans: Scheduling
    posted: list[str]
    digests: list[Digest] = field(default_factory=list)

    def who(self, handle: str) -> Person:
        """Somebody of the bakery, or its admin."""
        if handle == "root":
            return ADMIN
        person = self.house.directory.person(handle)
        assert person is not None
        return person

    def where(self, name: str) -> Channel:
        """A channel of the bakery."""
        channel = self.house.directory.channel(name)
        assert channel is not None
        return channel

    def filled(self, text: str, handle: str, channel: str, **changed: object) -> Filled:
        """The form for an answer, as it is offered, for whoever asked it in a channel."""
        person, place = self.who(handle), self.where(channel)
        answer = self.house.asker.ask(Question(question_id=f"{handle}: {text}", text=text, person=person, channel=place))
        found = self.plans.schedulable(answer.receipt, None, person, place)
        given: dict[str, object] = {
            "title": found.title,
            "channel": channel,
            "schedule": {"weekly": "monday", "at": "08:00", "zone": "Europe/Berlin"},
            "query": found.query,
            "period": next(iter(found.periods), ""),
            "chart": found.chart,
            "bridges": found.bridges,
        }
        return Filled(**{**given, **changed})  # type: ignore[arg-type]

    def proposed(self, text: str, handle: str, channel: str, **changed: object) -> str:
        """The proposal of somebody who has seen its preview."""
        person = self.who(handle)
        playbook, words = self.plans.plan(self.filled(text, handle, channel, **changed), person)
        return self.plans.preview(playbook, words, person)[0].proposal

    def allow(self, what: str) -> None:
        """Let playbooks of the books team be scheduled `at_once` or by `proposal`."""
        rules = self.folder / "semantic_layer" / "access.yml"
        text = rules.read_text(encoding="utf-8")
        rules.write_text(text.replace("  books: {sees:", f"  books: {{scheduling: {what}, sees:"), encoding="utf-8")
        self.house.standing.reload()

    @property
    def file(self) -> Path:
        """The file of the week."""
        return self.folder / "playbooks" / "books" / "week.md"

    @property
    def text(self) -> str:
        """What it says."""
        return self.file.read_text(encoding="utf-8")

    def worker(self, now: dt.datetime) -> Worker:
        """Somebody to run what is due, at an instant."""
        return Worker(
            runner=self.house.runner,
            playbooks=lambda: self.house.laws().playbooks,
            store=self.house.store,
            poster=self,
            clock=_Stopped(now),
            notify=lambda *_, **__: None,
        )

    def post(self, channel: str, digest: Digest, *, delivery_id: str, once: Once) -> str:
        """A channel that remembers."""

        def say(before: Callable[[], None]) -> str:
            before()
            self.digests.append(digest)
            return delivery_id

        return once(delivery_id, channel, say=say, find=lambda since: "")


@dataclass(frozen=True)
class _Stopped:
    instant: dt.datetime

    def now(self) -> dt.datetime:
        return self.instant


@contextlib.contextmanager
def open_bakery(folder: Path) -> Iterator[Bakery]:
    """The house over an installation in a folder."""
    with open_house(installed(folder, cache=folder / "cache")) as house:
        posted: list[str] = []

        def post(name: str, person: Person) -> str:
            posted.append(f"{name} by {person.handle}")
            return f"{name} was posted."

        yield Bakery(folder, house, stewards(house, post), scheduling(house), posted)
