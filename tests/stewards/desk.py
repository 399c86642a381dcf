"""Everything a test of playbooks' keepers can reach: the house, the desk, the people, the folder, and what was posted."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from anabot.bootstrap import House, open_house, stewards
from anabot.config import Settings
from anabot.stewards.acts import Stewards
from anabot.types import Digest, Once, Person, UserId
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
    posted: list[str]
    digests: list[Digest] = field(default_factory=list)

    def who(self, handle: str) -> Person:
        """Somebody of the bakery, or its admin."""
        if handle == "root":
            return ADMIN
        person = self.house.directory.person(handle)
        assert person is not None
        return person

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
    settings = Settings(
        _env_file=None,
        warehouse_url=f"duckdb:///{folder / 'bakery.duckdb'}",
        store_url=f"sqlite:///{folder / 'memory' / 'ana.db'}",
        semantic_layer=folder / "semantic_layer",
        playbooks=folder / "playbooks",
        directory=folder / "cast.yml",
        cache=folder / "cache",
        now=NOW,
    )
    with open_house(settings) as house:
        posted: list[str] = []

        def post(name: str, person: Person) -> str:
            posted.append(f"{name} by {person.handle}")
            return f"{name} was posted."

        yield Bakery(folder, house, stewards(house, post), posted)
