"""Watch who reads what: members who may not see alone what their channel declares, and files that are shared on.

It finds and records; somebody who speaks Slack tells. Each (channel, member) is told once. It never holds an answer back: that
is the policy's, which decides anew at every question.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from anabot.access.policy import Decision, Policy
from anabot.ask import Asker
from anabot.store.audit import Intended
from anabot.types import Channel, Person

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Members of a channel who may not see alone what it declares: each with those classes. `owner` is the channel's."""

    channel: Channel
    owner: Person
    members: tuple[tuple[Person, tuple[str, ...]], ...]
    strict: bool  # whether one of the classes is held back because of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Spill:
    """A file of Ana's that somebody has shared where its metrics may not be said. `owner` answers for the place or the metric."""

    user: str
    place: str
    labels: tuple[str, ...]
    owner: Person | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The watch over channels and files. What has been looked at is not looked at again while rules and members are the same."""

    asker: Asker
    _looked: dict[str, tuple[Policy, tuple[Person, ...]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def declared(self) -> Sequence[str]:
        """The channels that `access.yml` declares by their own name or id."""
        return [name for name in self.asker.current().policy.spec.channels if "*" not in name]

    def alarm(self, channel: Channel) -> Alarm | None:
        """The members about whom the channel's owner has not been told. Whoever is given it tells, and says so by `told`."""
        if channel.kind == "dm":
            return None
        policy, members = self.asker.current().policy, tuple(self.asker.directory.members(channel))
        with self._lock:
            if self._looked.get(channel.channel) == (policy, members):
                return None
            self._looked[channel.channel] = policy, members
        # Whoever cannot be looked up keeps strict classes back, and is no news: Slack may know them again in a minute.
        found = {one: classes for one, classes in policy.alarming(channel, members).items() if one.handle}
        owner = self.asker.directory.person(policy.declared(channel).owner) if found else None
        if owner is None:
            if found:
                log.warning("alarm.no_owner", channel=channel.name, members=len(found))
            return None
        new = [(one, classes) for one, classes in found.items() if self._claim(channel, one)]
        strict = any(policy.spec.classes[scope].strict for _, classes in new for scope in classes)
        return Alarm(channel=channel, owner=owner, members=tuple(new), strict=strict) if new else None

    def told(self, alarm: Alarm, *, reached: bool) -> None:
        """Put on record that the owner was told of each member, or could not be, and will be told another day."""
        for member, classes in alarm.members:
            reason = f"{member.handle} may not see {', '.join(classes)} alone; @{alarm.owner.handle}"
            self._record("alarm", member.user, f"#{alarm.channel.name}", "told" if reached else "not_told", reason)
            if reached:
                self.asker.store.notes.put(_key(alarm.channel, member), list(classes))
        if not reached:
            with self._lock:
                self._looked.pop(alarm.channel.channel, None)

    def keep(self, file: str, receipt: str) -> None:
        """Remember of which answer an uploaded file is."""
        self.asker.store.notes.put(f"file/{file}", receipt)

    def shared(self, file: str, user: str, channel: Channel | None, place: str) -> Spill | None:
        """What is wrong with a file of Ana's being shared by the user in a channel, which is None where nobody knows it.

        It is judged as if the answer were asked for again by its asker, there and now. It is on record.
        """
        receipt = self.asker.store.notes.get(f"file/{file}")
        saved = self.asker.store.answers.get(str(receipt)) if receipt else None
        if saved is None:
            return None
        held = tuple(name for name in sorted(_metrics(saved.answer)) if name not in self._sayable(saved.actor, channel))
        if not held or (channel is not None and channel.kind == "dm" and {user, saved.actor} >= channel.members):
            return None
        registry = self.asker.current().registry
        where = f"#{channel.name}" if channel is not None else place
        self._record("alarm", user, where, "shared_on", f"the file of {receipt}", held, str(receipt))
        known = [registry.metrics[name] for name in held if name in registry.metrics]
        owners = [self.asker.current().policy.declared(channel).owner if channel else "", *(one.owner for one in known)]
        owner = next((one for name in owners if name and (one := self.asker.directory.person(name))), None)
        return Spill(user=user, place=where, labels=tuple(one.label for one in known), owner=owner)

    def _sayable(self, actor: str, channel: Channel | None) -> frozenset[str]:
        person = self.asker.directory.person(actor)
        decision: Decision | None = self.asker.decision(person, channel) if person and channel else None
        return decision.grant.metrics if decision else frozenset()

    def _claim(self, channel: Channel, member: Person) -> bool:
        # Claimed for a day, so that an owner who could not be reached is told tomorrow and two processes do not tell at once.
        key = _key(channel, member)
        told = self.asker.store.notes.get(key) is not None
        return not told and self.asker.store.seen.once(f"{key}/{self.asker.clock.now():%Y-%m-%d}")

    def _record(
        self, kind: str, actor: str, place: str, status: str, reason: str, metrics: tuple[str, ...] = (), receipt: str = ""
    ) -> None:
        asked = Intended(
            question_id=f"{kind}:{place}", actor=actor, place=place, kind=kind, metrics=metrics, receipt=receipt
        )  # fmt: skip
        self.asker.store.audit.close(self.asker.store.audit.open(asked), status=status, reason=reason)


def _key(channel: Channel, member: Person) -> str:
    return f"alarm/{channel.channel}/{member.user}"


def _metrics(answer: dict[str, Any]) -> set[str]:
    return {*answer["metrics"], *(name for part in answer["parts"] for name in part["metrics"])}
