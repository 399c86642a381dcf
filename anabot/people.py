"""A directory whose people carry what is known of them elsewhere: loans of metrics, and attributes from the company's table.

Nothing that cannot be read is filled in: without a loan there is no loan, without an attribute no row. It grants nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from anabot.access.policy import Policy
from anabot.access.spec import PeopleSpec
from anabot.engine import Engine
from anabot.errors import AnabotError
from anabot.semantic.registry import Registry
from anabot.types import Cell, Channel, Directory, Grant, Loan, Person, RowRule

log = structlog.get_logger()
REMEMBERED_S = 60.0
_AT_ONCE = 500
_Row = tuple[Cell, ...]

Attributes = Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]


class KnownPeople:
    """The Directory beneath, and what is known beside it.

    `loans` gives user id → loans in force; `attributes` gives e-mail in lower case → attributes, for those asked about.
    """

    def __init__(
        self,
        beneath: Directory,
        *,
        loans: Callable[[], Mapping[str, tuple[Loan, ...]]],
        attributes: Callable[[Collection[str]], Attributes],
    ) -> None:
        self._beneath, self._loans, self._attributes = beneath, loans, attributes

    def person(self, user: str) -> Person | None:
        """The person with this user id or handle, or None."""
        found = self._beneath.person(user)
        return self._known([found])[0] if found is not None else None

    def channel(self, channel: str) -> Channel | None:
        """The channel with this id or name, or None."""
        return self._beneath.channel(channel)

    def members(self, channel: Channel) -> Sequence[Person]:
        """Everybody who reads the channel, guests included."""
        return self._known(self._beneath.members(channel))

    def renew(self, channel: str) -> None:
        """Forget who reads the channel."""
        self._beneath.renew(channel)

    def _known(self, people: Sequence[Person]) -> Sequence[Person]:
        loans = self._loans()
        emails = {one.email.casefold() for one in people if one.confirmed and not (one.guest or one.external)}
        attributes = self._attributes(emails) if emails else {}
        return [
            replace(
                one,
                loans=loans.get(one.user, ()),
                attributes=attributes.get(one.email.casefold(), ()) if one.confirmed else (),
            )
            for one in people
        ]


class InForce(Protocol):
    """The registry and the policy as they are at this moment."""

    @property
    def registry(self) -> Registry:
        """What the data team has defined."""

    @property
    def policy(self) -> Policy:
        """Who may see what."""


class PeopleTable:
    """E-mail → attributes, read through the door from the table that `access.yml` names, and remembered for a minute.

    It is read under a grant of its own, whose row rule lets through only those asked about. Who cannot be read has none.
    """

    def __init__(self, current: Callable[[], InForce], engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._current, self._engine, self._clock = current, engine, clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], tuple[float, tuple[tuple[str, tuple[str, ...]], ...]]] = {}

    def __call__(self, emails: Collection[str]) -> Attributes:
        """The attributes of those of the e-mails, in lower case, that the table has."""
        now, current = self._clock(), self._current()
        people = current.policy.spec.people
        if people is None:
            return {}
        version = f"{current.registry.version}{people!r}"
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if now - kept[0] < REMEMBERED_S and key[0] == version}
            missing = sorted(email for email in emails if (version, email) not in self._kept)
        for start in range(0, len(missing), _AT_ONCE):
            part = missing[start : start + _AT_ONCE]
            found = self._read(people, current.registry, part)
            with self._lock:
                self._kept |= {(version, email): (now, found.get(email, ())) for email in part} if found is not None else {}
        with self._lock:
            return {email: self._kept[version, email][1] for email in emails if (version, email) in self._kept}

    def _read(self, people: PeopleSpec, registry: Registry, emails: Sequence[str]) -> Attributes | None:
        """What the table says of them; None where it cannot be read."""
        entity = registry.models[people.model].primary_entity
        names = [f"{entity}__{one}" for one in dict.fromkeys((people.email, *people.attributes.values()))]
        rule = RowRule(model=people.model, dimension=people.email, values=tuple(emails), lower=True)
        why = "Ana looks up what access.yml asks about people."
        grant = Grant(subject="ana", audience="ana", rows=(rule,), house=True, reason=why)
        try:
            table = self._engine.lookup(names, people.model, grant)
        except AnabotError as error:
            log.warning("people.unknown", code=error.code, reason=str(error))
            return None
        if table.truncated:
            log.warning("people.truncated", rows=len(table.rows))
            return None
        at = {column.name: index for index, column in enumerate(table.columns)}
        rows = [(str(row[at[names[0]]]).casefold(), row) for row in table.rows]
        found: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
        for email, mine in _grouped(rows):
            if len(mine) > 1:  # nobody can say which of them is this person: adding them up would open the rows of another
                log.warning("people.ambiguous", rows=len(mine))
                continue
            cells = {name: mine[0][at[f"{entity}__{column}"]] for name, column in people.attributes.items()}
            found[email] = tuple((name, (str(cell),)) for name, cell in cells.items() if cell is not None)
        return found


def _grouped(rows: Sequence[tuple[str, _Row]]) -> Iterator[tuple[str, list[_Row]]]:
    for email in dict.fromkeys(email for email, _ in rows):
        yield email, [row for one, row in rows if one == email]
