"""Ask an owner for access to one metric, and let the owner open it for a while or say no. Each act is on record.

A wish is for a metric that is listed for the person and of a class that may be lent; for anything else the words are the same
as for a metric that does not exist. An owner can lend only what they may see themselves.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from anabot.ask import Asker
from anabot.errors import NotAllowed
from anabot.store.audit import Intended
from anabot.store.requests import Request
from anabot.types import Person

_DAYS = (1, 7, 30, 90)
_NOTHING = "There is nothing here that you can ask for."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A wish as its owner reads it. `days` are the times for which the metric can be opened."""

    person: Person
    owner: Person
    metric: str
    label: str
    place: str
    days: tuple[int, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """The desk for wishes. Business time decides when a loan runs out."""

    asker: Asker

    def ask(self, person: Person, metric: str, place: str) -> Wish:
        """Ask the metric's owner for it. A wish that is still open is not made twice.

        Raises:
            NotAllowed: the person may not ask for it, or its owner cannot be asked.
        """
        current, own = self.asker.current(), self.asker.decision(person, None).own
        if metric not in current.policy.lendable(own):
            raise NotAllowed(_NOTHING, todo="`/ana metrics` lists what you may ask about.")
        found = current.registry.metrics[metric]
        owner = self._owner(metric)
        if owner is None or owner.user == person.user:
            raise NotAllowed(f"@{found.owner} cannot be asked for {found.label} here.", todo="Ask the data team.")
        earlier = self.asker.store.requests.get(person.user, metric)
        repeated = earlier is not None and earlier.state == "asked" and earlier.owner == owner.user
        if not repeated:
            now = self.asker.clock.now().isoformat()
            self._record(person, "asked", metric, place, f"of {owner.handle}")
            self.asker.store.requests.put(Request(user=person.user, metric=metric, owner=owner.user, place=place, asked_at=now))
        return Wish(
            person=person,
            owner=owner,
            metric=metric,
            label=found.label,
            place=place,
            days=self._days(metric),
            repeated=repeated,
        )

    def approve(self, owner: Person, user: str, metric: str, days: int) -> tuple[Person, str]:
        """Open the metric to the person for so many days; the person, and what was decided in words.

        Raises:
            NotAllowed: nobody has asked this owner for it, or it may not be lent for so long, or no longer at all.
        """
        request, person, label = self._open(owner, user, metric)
        own = self.asker.decision(person, None).own
        if metric not in self.asker.current().policy.lendable(own) or days not in self._days(metric):
            raise NotAllowed(f"{label} can no longer be opened like that.", todo="The data team keeps the rules in access.yml.")
        until = self.asker.clock.now() + dt.timedelta(days=days)
        self._record(owner, "approved", metric, request.place, f"for {person.handle} until {until:%Y-%m-%d}")
        self.asker.store.requests.decide(request, "approved", by=owner.handle or owner.user, until=until)
        return person, f"{label} is open to {person.name} until {until.day} {until:%b %Y}."

    def decline(self, owner: Person, user: str, metric: str) -> tuple[Person, str]:
        """Say no; the person, and what was decided in words.

        Raises:
            NotAllowed: nobody has asked this owner for it.
        """
        request, person, label = self._open(owner, user, metric)
        self._record(owner, "declined", metric, request.place, f"for {person.handle}")
        self.asker.store.requests.decide(request, "declined", by=owner.handle or owner.user)
        return person, f"{label} stays closed to {person.name}."

    def end(self, by: Person, user: str, metric: str) -> str:
        """Take a loan back at once: its owner, or an admin. What was done, in words.

        Raises:
            NotAllowed: there is no such loan, or it is not theirs to end.
        """
        request = self.asker.store.requests.get(user, metric)
        found = self.asker.current().registry.metrics.get(metric)
        mine = request is not None and found is not None and (by.admin or found.owner == by.handle)
        if request is None or found is None or not mine or request.state != "approved":
            raise NotAllowed("There is no such loan of yours.", todo="`anabot access loans` lists them.")
        self._record(by, "ended", metric, "", f"for {user}")
        self.asker.store.requests.decide(request, "ended", by=by.handle or by.user)
        return f"{found.label} is closed again."

    def _open(self, owner: Person, user: str, metric: str) -> tuple[Request, Person, str]:
        request, person = self.asker.store.requests.get(user, metric), self.asker.directory.person(user)
        current = self._owner(metric)
        if request is None or request.state != "asked" or person is None or current is None or current.user != owner.user:
            raise NotAllowed("This wish is no longer open, or not yours to decide.", todo="Its owner decides once.")
        return request, person, self.asker.current().registry.metrics[metric].label

    def _owner(self, metric: str) -> Person | None:
        """The metric's owner, who may see it themselves; what somebody does not see they cannot lend."""
        found = self.asker.current().registry.metrics.get(metric)
        owner = self.asker.directory.person(found.owner) if found is not None and found.owner else None
        return owner if owner is not None and metric in self.asker.enforced(owner).metrics else None

    def _days(self, metric: str) -> tuple[int, ...]:
        policy = self.asker.current().policy
        most = policy.spec.classes[policy.scope(metric)].days
        return tuple(days for days in _DAYS if days <= most) or (most,)

    def _record(self, actor: Person, status: str, metric: str, place: str, reason: str) -> None:
        intended = Intended(
            question_id=f"access:{metric}", actor=actor.user, place=place or "dm", kind="admin", metrics=(metric,)
        )
        self.asker.store.audit.close(self.asker.store.audit.open(intended), status=status, reason=reason)
