"""Actors that look after playbooks: one keeps them, one plans new ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from slack_told import FAY, OLU, REGISTRY

from anabot.errors import BadQuery, NotAllowed
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.spec import read_playbook
from anabot.stewards.listing import Event, PlaybookLine
from anabot.stewards.plans import Filled, Offered, Outcome, Schedulable, Unfit
from anabot.store import Change
from anabot.types import Channel, Digest, Directory, Person

WEEK = PlaybookLine(
    name="finance/week",
    title="The week in *money*",
    channel="#fin-weekly",
    schedule="Mondays at 08:00",
    owner="olu",
    next="Mon 12 Oct, 08:00",
    last="posted Mon 5 Oct, 08:00",
)


@dataclass
class Keeper:
    """A desk for playbooks with one, which Olu and admins look after. It remembers what it did."""

    did: list[tuple[str, ...]] = field(default_factory=list)
    paused: bool = False

    def lines(self, person: Person) -> Sequence[PlaybookLine]:
        mine = self._mine(person)
        state = "Paused by @olu" if self.paused else ""
        return [replace(WEEK, tended=mine, runnable=mine, paused=self.paused, state=state, next="" if self.paused else WEEK.next)]

    def run(self, name: str, person: Person) -> str:
        return self._do(person, "run", name) or f"Posted {name} into #fin-weekly."

    def preview(self, name: str, person: Person) -> tuple[PlaybookLine, Digest]:
        self._do(person, "preview", name)
        return WEEK, Digest(title=WEEK.title, markdown="**Takings were $5.**\n\n---\n- R-1\n")

    def pause(self, name: str, person: Person) -> str:
        self.paused = True
        return self._do(person, "pause", name) or f"{name} is paused until `/ana resume {name}`."

    def resume(self, name: str, person: Person) -> str:
        self.paused = False
        return self._do(person, "resume", name) or f"{name} goes on."

    def history(self, name: str, person: Person) -> tuple[PlaybookLine, Sequence[Event]]:
        self._do(person, "history", name)
        at = dt.datetime(2026, 10, 5, 15, 0, tzinfo=dt.UTC)
        return WEEK, [Event(at=at, what="Posted", detail="due Mon 5 Oct, 08:00"), Event(at=at, what="Paused", who="@olu")]

    def owner(self, name: str, to: str, person: Person) -> str:
        return self._do(person, "owner", name, to) or f"{name} is owned by {to}."

    def versions(self, name: str, person: Person) -> tuple[PlaybookLine, Sequence[Change]]:
        self._do(person, "versions", name)
        at = dt.datetime(2026, 10, 5, 15, 0, tzinfo=dt.UTC)
        return WEEK, [Change(playbook=name, number=2, at=at, by=OLU, act="owner", detail="from @fay to @olu", text="x")]

    def revert(self, name: str, number: str, person: Person) -> str:
        return self._do(person, "revert", name, number) or f"Version {number} is in force again."

    def _mine(self, person: Person) -> bool:
        return person.admin or person.user == OLU

    def _do(self, person: Person, *act: str) -> str:
        if not self._mine(person):
            raise NotAllowed("That is for whoever looks after a playbook.")
        self.did.append((*act, str(person.user)))
        return ""


@dataclass
class Planner:
    """A desk for schedules that takes one answer, and lets Olu decide about #fin-weekly. It remembers what it did."""

    directory: Directory
    filled: list[Filled] = field(default_factory=list)
    did: list[tuple[str, ...]] = field(default_factory=list)
    alone: bool = False
    asks: tuple[Offered, ...] = ()

    def schedulable(self, receipt: str, part: int | None, person: Person, channel: Channel) -> Schedulable:
        self.did.append(("schedulable", receipt, str(part), person.user))
        if receipt != "R-ABCDEFGHJK":
            raise BadQuery("This answer cannot be scheduled.", todo="Ask for a number.")
        periods = {"last_week": "last week (28 Sep – 4 Oct 2026 now)", "trailing_7_days": "the last 7 whole days"}
        return Schedulable(title="Takings", query={"metrics": ["takings"]}, periods=periods, chart="bar", bridges=())

    def plan(self, filled: Filled, person: Person) -> tuple[Playbook, str]:
        self.filled.append(filled)
        if filled.title == "bad":
            raise Unfit("title", "That is no title.")
        text = f"---\ntitle: {filled.title}\nowner: olu\nchannel: general\nschedule: {{weekly: monday, at: '08:00'}}\n"
        text += "queries: {a: {metrics: [takings]}}\n---\nx\n"
        playbook, _, faults = read_playbook("playbooks/finance/takings.md", text, REGISTRY.calendar)
        assert playbook is not None, faults
        return playbook, text

    def preview(self, playbook: Playbook, text: str, person: Person) -> tuple[Offered, Digest]:
        self.made = playbook
        return self._shown(person), Digest(title=playbook.title, markdown="**Takings were $5.**\n\n---\n- R-1\n")

    def schedule(self, proposal: str, person: Person) -> Outcome:
        self.did.append(("schedule", proposal, person.user))
        shown = self._shown(self._person(FAY))
        words = "Takings is posted from now on." if self.alone else "@olu decides about Takings."
        return Outcome(became="in_force" if self.alone else "asked", shown=shown, words=words)

    def discard(self, proposal: str, person: Person) -> str:
        self.did.append(("discard", proposal, person.user))
        return "Discarded. Nothing was scheduled."

    def for_decider(self, proposal: str, person: Person) -> Digest | None:
        return Digest(title="Takings", markdown="**Takings were $5.**\n\n---\n- R-1\n")

    def decide(self, proposal: str, person: Person, *, yes: bool) -> Outcome:
        if person.user != OLU:
            raise NotAllowed("This is not yours to decide.")
        self.did.append(("approve" if yes else "decline", proposal, person.user))
        became, words = ("in_force", "Takings is posted from now on.") if yes else ("declined", "Takings will not be posted.")
        return Outcome(became=became, shown=self._shown(self._person(FAY)), words=words)  # type: ignore[arg-type]

    def waiting(self, person: Person) -> Sequence[Offered]:
        return self.asks

    def _person(self, user: str) -> Person:
        person = self.directory.person(user)
        assert person is not None
        return person

    def _shown(self, by: Person) -> Offered:
        decider = None if self.alone else self._person(OLU)
        return Offered(
            proposal="P1", playbook=self.made, by=by, decider=decider, next="Monday, 5 Oct 2026, 08:00", alone=self.alone
        )
