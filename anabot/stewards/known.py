"""Find a playbook by its name or title, in force or held back, and say who looks after it. It changes nothing.

A playbook is looked after by its owner, by the owner of its channel, and by workspace admins. To anybody else one that they
do not look after is one that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from anabot.ask import Asker
from anabot.errors import Fault, NotAllowed, PlaybookError
from anabot.playbooks.frontmatter import split
from anabot.playbooks.playbook import Playbook, name_of
from anabot.semantic.names import did_you_mean
from anabot.types import Person

log = structlog.get_logger()


class InForce(Protocol):
    """The playbooks' files as they were last read: those in force, the text of all by path, and why some are held back."""

    @property
    def playbooks(self) -> Mapping[str, Playbook]:
        """In force, by name."""

    @property
    def texts(self) -> Mapping[str, str]:
        """Every file, by path."""

    @property
    def held(self) -> tuple[Fault, ...]:
        """Why some are not in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One file. Where it is held back there is no `playbook`, and `faults` say why; then the rest is as far as it can be read."""

    name: str
    title: str
    owner: str
    channel: str
    file: str
    text: str
    playbook: Playbook | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """All playbooks, and who looks after which."""

    asker: Asker
    laws: Callable[[], InForce]

    def all(self) -> Iterator[Known]:
        """Every file, in the order of names."""
        laws = self.laws()
        for file in sorted(laws.texts, key=name_of):
            yield _known(file, laws)

    def find(self, name: str) -> Known | None:
        """The one with this name or title, however it is written."""
        wanted = name.strip().casefold()
        return next((one for one in self.all() if wanted in (one.name.casefold(), one.title.casefold())), None)

    def of(self, person: Person, name: str) -> Known:
        """The one with this name or title, which the person looks after.

        Raises:
            NotAllowed: they do not; the words are the same for one that does not exist.
            PlaybookError: an admin has asked for one that does not exist.
        """
        found = self.find(name)
        if found is not None and self.tended(found, person):
            return found
        if person.admin:
            names = [one.name for one in self.all()]
            raise PlaybookError(f"There is no playbook {name}.", todo=did_you_mean(name, names) or "`/ana playbooks` lists them.")
        log.info("playbook.refused", by=person.handle or person.user)
        raise NotAllowed(
            "That is for whoever looks after a playbook: its owner, its channel's owner, or an admin.",
            todo="`/ana playbooks` lists yours.",
        )

    def runs(self, person: Person, name: str) -> Known:
        """The one with this name or title, which is in force.

        Raises:
            NotAllowed, PlaybookError: as `of`; or it is held back, with the first reason.
        """
        found = self.of(person, name)
        if found.playbook is None:
            first = str(found.faults[0].what) if found.faults else ""
            raise PlaybookError(f"{found.name} is held back.", why=first, todo="`anabot check` names every fault.")
        return found

    def tended(self, known: Known, person: Person) -> bool:
        """Whether this person looks after it."""
        mine = person.handle or str(person.user)
        return person.admin or mine in (known.owner, self.channel_owner(known.channel))

    def channel_owner(self, channel: str) -> str:
        """The handle of whoever answers for what is said in the channel, or ""."""
        found = self.asker.directory.channel(channel)
        return self.asker.current().policy.declared(found).owner if found is not None else ""

    def reads(self, person: Person, channel: str) -> bool:
        """Whether this person reads the channel."""
        found = self.asker.directory.channel(channel)
        return found is not None and person.user in found.members

    def called(self, user: str) -> str:
        """A user id as people write it: `@bea`."""
        person = self.asker.directory.person(user) if user else None
        return f"@{person.handle}" if person is not None and person.handle else user


def _known(file: str, laws: InForce) -> Known:
    name, text = name_of(file), laws.texts[file]
    playbook = laws.playbooks.get(name)
    if playbook is not None and playbook.file == file:
        return Known(
            name=name,
            title=playbook.title,
            owner=playbook.owner,
            channel=playbook.channel,
            file=file,
            text=text,
            playbook=playbook,
        )
    source = split(file, text)
    settings = {} if isinstance(source, Fault) else source.settings
    said = {key: value for key in ("title", "owner", "channel") if isinstance(value := settings.get(key), str)}
    return Known(
        name=name,
        title=said.get("title", name),
        owner=said.get("owner", "").removeprefix("@"),
        channel=said.get("channel", "").removeprefix("#"),
        file=file,
        text=text,
        playbook=None,
        faults=tuple(fault for fault in laws.held if fault.file == file),
    )
