"""What somebody who looks after a playbook may do with it: run, try, pause, resume, give away, look at its past, bring one back.

Every act is in the playbook's history and every text it replaces is kept. It never gives a channel more than its new owner
answers for: who hands a playbook on may not widen what it says, unless they take it themselves or are an admin.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from anabot.errors import BadQuery, Fault, NotAllowed, PlaybookError
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.rewriting import with_owner
from anabot.stewards.known import Known, Shelf
from anabot.stewards.listing import Event, Listing, PlaybookLine, versions
from anabot.store import Change, Store
from anabot.store.changes import Act
from anabot.types import Digest, Grant, Person

log = structlog.get_logger()
Checked = tuple[Mapping[str, Playbook], tuple[Fault, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stewards:
    """The desk for playbooks. What they need of the rest of the house is handed in whole.

    `post` runs one now and posts it; `digest` computes one as of an instant and posts nothing; `check` says of files what is
    good and what is wrong; `write` puts a text into a playbook's file and reads the folder again.
    """

    shelf: Shelf
    listing: Listing
    post: Callable[[str, Person], str]
    digest: Callable[[Playbook, dt.datetime], Digest]
    check: Callable[[Mapping[str, str]], Checked]
    write: Callable[[str, str], None]

    def lines(self, person: Person) -> Sequence[PlaybookLine]:
        """The playbooks that this person looks after, and those of the channels that they read."""
        return self.listing.lines(person)

    def run(self, name: str, person: Person) -> str:
        """Run one now, by name or title, and post it into its channel; one sentence that says what was posted where."""
        return self.post(self.shelf.runs(person, name).name, person)

    def preview(self, name: str, person: Person) -> tuple[PlaybookLine, Digest]:
        """The playbook, and its digest as it would be posted now; nothing is posted.

        Raises:
            NotAllowed: they neither own it nor read its channel, so that it is not theirs to read.
        """
        known = self.shelf.runs(person, name)
        assert known.playbook is not None
        if known.owner != person.handle and not self.shelf.reads(person, known.channel):
            raise NotAllowed(f"You do not read #{known.channel}, where it is posted.", todo="Join it, or ask its owner.")
        return self.listing.line(known), self.digest(known.playbook, self._now())

    def pause(self, name: str, person: Person) -> str:
        """Let the clock leave it alone until it is resumed. What falls due meanwhile is skipped, on record."""
        known = self.shelf.runs(person, name)
        if not self._store.changes.pause(known.name, person.user):
            return f"{known.title} is paused already. `/ana resume {known.name}` lets it go on."
        log.info("playbook.paused", playbook=known.name, by=person.handle or person.user)
        return f"{known.title} is paused: nothing is posted in #{known.channel} until `/ana resume {known.name}`."

    def resume(self, name: str, person: Person) -> str:
        """Let the clock run it again, from the next time it is due."""
        known = self.shelf.runs(person, name)
        if not self._store.changes.resume(known.name, person.user):
            return f"{known.title} is not paused. It is due next on {self.listing.line(known).next}."
        log.info("playbook.resumed", playbook=known.name, by=person.handle or person.user)
        return f"{known.title} goes on. It is due next on {self.listing.line(known).next}."

    def history(self, name: str, person: Person) -> tuple[PlaybookLine, Sequence[Event]]:
        """The playbook, and its newest runs and changes, newest first."""
        known = self.shelf.of(person, name)
        return self.listing.line(known), self.listing.history(known)

    def versions(self, name: str, person: Person) -> tuple[PlaybookLine, Sequence[Change]]:
        """The playbook, and the texts that are kept of it, newest first."""
        known = self.shelf.of(person, name)
        return self.listing.line(known), tuple(versions(self._store.changes.list(known.name, 100)))

    def owner(self, name: str, to: str, person: Person) -> str:
        """Give it to another owner, by handle or user id. It then says what they may see.

        Raises:
            NotAllowed: the new owner sees more there than the present one, and neither took it nor has an admin given it.
            PlaybookError: the new owner is nobody we know, or does not see all that it says.
        """
        known = self.shelf.of(person, name)
        new = self.shelf.asker.directory.person(to.removeprefix("@"))
        if new is None:
            raise BadQuery(f"I do not know {to or 'anybody without a name'}.", todo="Mention the new owner by `@`.")
        handle = new.handle or str(new.user)
        if handle == known.owner:
            return f"{known.title} is theirs already."
        text = with_owner(known.file, known.text, handle)
        self._agreed(known, new, person)
        self._change(known, text, person, "owner", detail=f"from @{known.owner or 'nobody'} to @{handle}")
        return f"{known.title} is owned by @{handle} from now on, and says what they may see in #{known.channel}."

    def revert(self, name: str, number: str, person: Person) -> str:
        """Bring back one version.

        Raises:
            BadQuery: there is no such version.
            PlaybookError: it would not pass the check any more.
        """
        known = self.shelf.of(person, name)
        found = self._store.changes.version(known.name, int(number)) if number.isdigit() else None
        if found is None:
            raise BadQuery(f"{known.title} has no version {number}.", todo=f"`/ana versions {known.name}` lists them.")
        if found.text == known.text:
            return f"{known.title} says already what version {number} says."
        back = self._checked(known, found.text)
        new = self.shelf.asker.directory.person(back.owner)
        if back.owner != known.owner and new is not None:
            self._agreed(known, new, person)
        service = known.playbook.service if known.playbook else ""
        if back.service not in ("", service) and not (person.admin or (new is not None and person.user == new.user)):
            raise NotAllowed(
                f"Version {number} runs as the service {back.service}.",
                todo=f"@{back.owner}, who answers for it, or an admin can bring it back.",
            )
        if back.channel != known.channel and not (person.admin or self.shelf.channel_owner(back.channel) == person.handle):
            raise NotAllowed(
                f"Version {number} is posted in #{back.channel}.", todo="That channel's owner or an admin can bring it back."
            )
        made = self._change(known, found.text, person, "reverted", detail=f"to version {number}")
        return f"Version {number} of {known.title} is in force again, as version {made}."

    @property
    def _store(self) -> Store:
        return self.shelf.asker.store

    def _now(self) -> dt.datetime:
        return self.shelf.asker.clock.now()

    def _change(self, known: Known, text: str, person: Person, act: Act, *, detail: str) -> int:
        """Put the text in force; the number of its version. The file is written first: what cannot be written has not changed."""
        self._checked(known, text)
        self.write(known.file, text)
        log.info("playbook.changed", playbook=known.name, act=act, by=person.handle or person.user)
        return self._store.changes.add(known.name, person.user, act, detail=detail, text=text, before=known.text)

    def _checked(self, known: Known, text: str) -> Playbook:
        good, faults = self.check({known.file: text})
        if known.name not in good:
            first = faults[0]
            raise PlaybookError(f"{known.name} cannot be changed like that.", why=first.what, todo=first.todo, line=first.line)
        return good[known.name]

    def _agreed(self, known: Known, new: Person, by: Person) -> None:
        """Refuse to let somebody else's wider view into the channel without them."""
        if by.admin or by.user == new.user:
            return
        present = self.shelf.asker.directory.person(known.owner)
        if present is None or not _narrower(self.shelf.asker.enforced(new), self.shelf.asker.enforced(present)):
            raise NotAllowed(
                f"@{new.handle} sees more than {f'@{known.owner}' if present else 'nobody'} does, so it is theirs to take.",
                todo=f"They can write `/ana owner {known.name} @{new.handle}`, or an admin can.",
            )


def _narrower(new: Grant, present: Grant) -> bool:
    """Whether one of them sees nothing that the other does not see."""
    return new.metrics <= present.metrics and set(new.rows) >= set(present.rows) and new.denied >= present.denied
