"""Actors in the place of Ana's other rooms: they say what they are told, and remember what they were asked."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_told import FAY, OLU, ROOT, TAKINGS, answered

from anabot.demand import Explained, Filed, Wanted
from anabot.errors import NotAllowed, UnknownName
from anabot.lending import Wish
from anabot.preview import ClassLine, Preview
from anabot.proposing import Shown
from anabot.semantic.registry import Metric
from anabot.store.lessons import Lesson
from anabot.types import Answer, Channel, Directory, Person, Question
from anabot.watch import Alarm, Spill


@dataclass(frozen=True)
class Greeting:
    """A hello."""

    text: str = "Hello, I am Ana."
    questions: tuple[str, ...] = ("takings last month", "takings by place", "tips & <tricks>")


@dataclass
class Actor:
    """An asker that says what it is told, and remembers what it was asked."""

    says: Callable[[Question], Answer] = lambda question: answered()
    asked: list[Question] = field(default_factory=list)
    overheard: list[Question] = field(default_factory=list)
    chosen: list[tuple[str, int, str]] = field(default_factory=list)
    recalled: list[tuple[str, str, str]] = field(default_factory=list)
    votes: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    away: list[tuple[str, str, str, str]] = field(default_factory=list)
    understands: Callable[[str], bool] = lambda text: "by month" in text
    gate: threading.Event | None = None
    doing: tuple[str, ...] = ()

    def ask(self, question: Question, progress: Callable[[str], None]) -> Answer:
        self.asked.append(question)
        for line in self.doing:
            progress(line)
        if self.gate is not None:
            self.gate.wait(10)
        return self.says(question)

    def overhear(self, question: Question) -> Answer | None:
        self.overheard.append(question)
        return self.says(question) if self.understands(question.text) else None

    def choose(self, receipt: str, index: int, person: Person, channel: Channel | None) -> Answer:
        self.chosen.append((receipt, index, person.user))
        return answered()

    def recall(self, receipt: str, person: Person, channel: Channel | None) -> Answer:
        self.recalled.append((receipt, person.user, channel.name if channel else ""))
        return self.says(Question(question_id="again", text="", person=person, channel=channel))

    def feedback(self, receipt: str, person: Person, vote: str) -> None:
        self.votes.append((receipt, person.user, vote))

    def note(self, receipt: str, person: Person, text: str) -> str:
        self.notes.append((receipt, person.user, text))
        return "Thank you. Your note is kept with the answer."

    def turned_away(self, user: str, place: str, *, reason: str, key: str, said: str) -> None:
        self.away.append((user, place, reason, said))


@dataclass
class Desk:
    """An admin desk that remembers what it did."""

    reloads: int = 0
    acts: list[tuple[str, str, str]] = field(default_factory=list)

    def status(self) -> Mapping[str, str]:
        return {"Warehouse": "ready", "Registry": "1 metric <b>"}

    def metrics(self, search: str, person: Person, channel: Channel) -> Sequence[Metric]:
        return [TAKINGS] if search in "takings" else []

    def define(self, name: str, person: Person, channel: Channel) -> Metric:
        if name != "takings":
            raise UnknownName(f"There is no metric called “{name}” here.", name=name, todo="Try `/ana metrics`.")
        return TAKINGS

    def audit(self, count: int) -> Sequence[Mapping[str, Any]]:
        row = {
            "at": "2026-10-05T15:00:00Z",
            "actor": "fay",
            "place": "dm",
            "status": "ok",
            "metrics": ("takings",),
            "receipt": "R-1",
        }
        return [row] * min(count, 2)

    @contextlib.contextmanager
    def recorded(self, word: str, rest: str, person: Person, channel: str) -> Iterator[None]:
        self.acts.append((word, rest, str(person.user)))
        yield

    def replay(self, receipt: str, person: Person) -> Sequence[str]:
        return [f"{receipt}: It is the same as then."]

    def preview(self, person: Person, channel: Channel | None, by: Person) -> Preview:
        return Preview(
            person=person,
            mode="enforce",
            teams=(("books", "@finance"),),
            attributes=(),
            classes=(ClassLine(name="company", strict=False, sees=("takings",), lists=(), all=1),),
            rows=("shops.region: North",),
            denied=(),
            masked=("customers.phone: last4",),
            roles=("crm: clerk",),
            loans=(),
            why=f"Seen by {by.handle}.",
            place=f"#{channel.name}" if channel else "",
            declares="company (owner @olu)" if channel else "",
        )

    def reload(self) -> str:
        self.reloads += 1
        return "1 metric is in force."


class Once:
    """A memory of keys."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self._lock = threading.Lock()

    def once(self, key: str) -> bool:
        with self._lock:
            new = key not in self.keys
            self.keys.add(key)
            return new


@dataclass
class Watcher:
    """A watch that finds what it is told, once, and remembers what it was asked."""

    alarms: list[Alarm] = field(default_factory=list)
    spill: Spill | None = None
    looked: list[str] = field(default_factory=list)
    reached: list[bool] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    shares: list[tuple[str, str, str]] = field(default_factory=list)

    def declared(self) -> Sequence[str]:
        return ["#fin-weekly"]

    def alarm(self, channel: Channel) -> Alarm | None:
        self.looked.append(channel.name)
        return self.alarms.pop() if self.alarms else None

    def told(self, alarm: Alarm, *, reached: bool) -> None:
        self.reached.append(reached)

    def keep(self, file: str, receipt: str) -> None:
        self.files[file] = receipt

    def shared(self, file: str, user: str, channel: Channel | None, place: str) -> Spill | None:
        self.shares.append((file, user, channel.name if channel else place))
        return self.spill


@dataclass
class Register:
    """A register of wishes that takes each once, and tells what it is told."""

    filed: list[tuple[str, str, str]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    known: list[Explained] = field(default_factory=list)

    def file(self, receipt: str, person: Person, channel: Channel | None) -> Filed:
        if receipt != "R-UNKNOWN234":
            raise NotAllowed("There is no refusal of yours to ask for here.")
        wish = (receipt, person.user, channel.name if channel else "")
        repeated = wish in self.filed
        self.filed.append(wish)
        return Filed(words=("churn",), repeated=repeated)

    def list(self, person: Person | None) -> Sequence[Wanted]:
        if person is None or person.user != ROOT:
            return []
        at = dt.datetime(2026, 10, 5, 15, 0, tzinfo=dt.UTC)
        asked = ("churn <!channel> by place",)
        return [
            Wanted(
                word="churn", askers=3, asked=4, first=at, last=at, places=("dm",), nearest=("takings", "gone"), questions=asked
            )
        ]

    def close(self, word: str, person: Person | None) -> str:
        self.closed.append(word)
        return f"“{word}” is closed: 4 wishes."

    def explained(self) -> Iterable[Explained]:
        while self.known:
            yield self.known.pop()


def proposed(owner: Person | None) -> Shown:
    """A proposal that Olu decides on."""
    at = dt.datetime(2026, 10, 5, 15, 0, tzinfo=dt.UTC)
    golden = {"start": "2026-05-01", "end": "2026-08-01", "value": "1197.50"}
    one = Lesson(proposal="P-ABCDEFGH", kind="synonym", word="churn", metric="takings", actor=FAY, place="dm",
                   said="churn <!channel> → no, I meant takings", golden=golden, at=at)  # fmt: skip
    diff = "--- a/shops.yml\n+++ b/shops.yml\n-synonyms: [till money]\n+synonyms: [till money, churn]"
    return Shown(
        proposal=one, words="“churn” means Takings.", owner=owner, file="shops.yml", diff=diff, golden="Takings: $1,197.50"
    )


@dataclass
class Proposer:
    """A desk for proposals that has one, for Olu to decide on."""

    directory: Directory
    acts: list[tuple[str, str, str]] = field(default_factory=list)

    def list(self, person: Person | None) -> Sequence[Lesson]:
        return [proposed(None).proposal] if person is None or person.user in (OLU, ROOT) else []

    def show(self, name: str, person: Person | None) -> Shown:
        return proposed(self.directory.person(OLU))

    def propose(
        self, kind: str, word: str, metric: str, person: Person, *, team: str = "", place: str, said: str
    ) -> Lesson | None:
        self.acts.append(("propose", word, metric))
        return proposed(None).proposal if word == "churn" else None

    def untold(self) -> Sequence[Shown]:
        return [] if any(act == "told" for act, _, _ in self.acts) else [proposed(self.directory.person(OLU))]

    def told(self, name: str) -> None:
        self.acts.append(("told", name, ""))

    def accept(self, name: str, person: Person) -> str:
        return self._decided("accept", name, person, "It stands in shops.yml and is in force.")

    def decline(self, name: str, person: Person) -> str:
        return self._decided("decline", name, person, "“churn” stays as it is.")

    def _decided(self, act: str, name: str, person: Person, words: str) -> str:
        if person.user != OLU:
            raise NotAllowed("Only the owner of the metric decides that.")
        self.acts.append((act, name, person.user))
        return words


@dataclass
class Lender:
    """A desk for wishes that takes every wish once, and lets Olu decide."""

    directory: Directory
    acts: list[tuple[str, ...]] = field(default_factory=list)

    def ask(self, person: Person, metric: str, place: str) -> Wish:
        if metric != "takings":
            raise NotAllowed("There is nothing here that you can ask for.")
        act = ("ask", person.handle, metric, place)
        repeated = act in self.acts
        self.acts.append(act)
        owner = self.directory.person(OLU)
        assert owner is not None
        return Wish(
            person=person, owner=owner, metric=metric, label="Takings", place=place, days=(1, 7, 30), repeated=repeated
        )  # fmt: skip

    def approve(self, owner: Person, user: str, metric: str, days: int) -> tuple[Person, str]:
        if owner.user != OLU:
            raise NotAllowed("This wish is no longer open, or not yours to decide.")
        return self._told("approve", user, metric, f"Takings is open for {days} days.")

    def decline(self, owner: Person, user: str, metric: str) -> tuple[Person, str]:
        return self._told("decline", user, metric, "Takings stays closed.")

    def end(self, by: Person, user: str, metric: str) -> str:
        return self._told("end", user, metric, "Takings is closed again.")[1]

    def _told(self, act: str, user: str, metric: str, words: str) -> tuple[Person, str]:
        self.acts.append((act, user, metric))
        person = self.directory.person(user)
        assert person is not None
        return person, words
