"""What people ask for and nobody has defined: filed by whoever asked, ranked for the data team, told when it means something.

A wish names words and the metrics nearest to them that its asker may know. The words are read by those who keep the
definitions and by the owner of a nearest metric; anybody else reads their own. It says no number, and defines nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anabot.agent.understanding import Ambiguous, NotUnderstood, Understood
from anabot.ask import Asker
from anabot.errors import BadQuery, NotAllowed
from anabot.store.audit import FORGOTTEN, Intended
from anabot.store.demands import Demand
from anabot.types import Channel, Person

_AGAIN = "Ask the question again."
_GONE = "There is no refusal of yours to ask for here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A wish that is on file. `repeated` where the same person has filed it before."""

    words: tuple[str, ...]
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One word that people want: how many of them, how often, since when and until when, the nearest metrics, and questions.

    `nearest` are metrics in force that the reader may know of, the most often near first.
    """

    word: str
    askers: int
    asked: int
    first: dt.datetime
    last: dt.datetime
    places: tuple[str, ...]
    nearest: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def weight(self) -> int:
        """What it is ranked by: distinct askers times how often it was asked for."""
        return self.askers * self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A word that means something now, for one of those who asked for it: their own question, to be asked again."""

    person: Person
    word: str
    said: str
    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Demanding:
    """The desk for wishes. What a refused question said is read from the record, and understood anew for whoever asks."""

    asker: Asker

    def file(self, receipt: str, person: Person, channel: Channel | None) -> Filed:
        """File a wish for the words of a refused question that nothing explains.

        Raises:
            NotAllowed: it is no refusal that this person has seen here.
            BadQuery: its words are forgotten, or mean something by now.
        """
        place = _place(channel)
        saved = self.asker.store.answers.get(receipt)
        mine = saved is not None and (saved.actor == person.user or (saved.place == place != "dm"))
        if saved is None or not mine or saved.answer["reason"] != "unknown_words":
            raise NotAllowed(_GONE, todo=_AGAIN)
        said = next((entry.words for entry in self.asker.store.audit.list(1, receipt=receipt)), "")
        if said in ("", FORGOTTEN):
            raise BadQuery("What was asked there is forgotten.", todo=_AGAIN)
        found = self.asker.understood(said, person, channel)
        if not isinstance(found, NotUnderstood) or not found.unknown:
            raise BadQuery("I know these words by now.", todo=_AGAIN)
        words = tuple(dict.fromkeys(word.casefold() for word in found.unknown))
        asked = Intended(question_id=f"demand:{receipt}", actor=person.user, place=place, kind="demand", metrics=found.nearest)
        with self.asker.store.audit.act(asked):
            new = self.asker.store.demands.file(receipt, person.user, place, said=said, words=words, nearest=found.nearest)
        return Filed(words=words, repeated=not new)

    def list(self, person: Person | None) -> tuple[Wanted, ...]:
        """What is wanted, as this person may read it: what most people ask for most often is first. None keeps the house."""
        grouped: dict[str, list[Demand]] = {}
        for one in self._readable(person):
            grouped.setdefault(one.word, []).append(one)
        known = self._known(person)
        found = [_wanted(word, wishes, known) for word, wishes in grouped.items()]
        return tuple(sorted(found, key=lambda one: (-one.weight, -one.askers, one.word)))

    def close(self, word: str, person: Person | None) -> str:
        """Set a word aside that nobody will define; what was done, in words.

        Raises:
            NotAllowed: nobody asks for it, or the person reads only their own wishes.
        """
        found = [one for one in self._readable(person) if one.word == word.strip().casefold() and self._keeps(one, person)]
        if not found:
            raise NotAllowed(f"There is no open wish for “{word}” that you may close.", todo="`/ana demand` lists them.")
        by = person.user if person else "cli"
        asked = Intended(question_id="demand", actor=by, place="demand", kind="demand", words=word)
        with self.asker.store.audit.act(asked):
            self.asker.store.demands.end(found, "closed", by=by)
        return f"“{word}” is closed: {len(found)} {'wish' if len(found) == 1 else 'wishes'}."

    def explained(self) -> Iterator[Explained]:
        """The wishes whose word means something now, for whoever asked; each is ended, so that it comes but once."""
        meant: dict[tuple[str, str], frozenset[str] | None] = {}
        for one in self.asker.store.demands.list():
            person = self.asker.directory.person(one.actor)
            if person is None:
                continue
            if (one.actor, one.said) not in meant:
                meant[one.actor, one.said] = self._unknown(one, person)
            unknown = meant[one.actor, one.said]
            if unknown is not None and one.word not in unknown:
                self.asker.store.demands.end([one], "explained", by="")
                yield Explained(person=person, word=one.word, said=one.said, receipt=one.receipt)

    def _unknown(self, one: Demand, person: Person) -> frozenset[str] | None:
        """The words of the question that still mean nothing; None where it is refused for another reason."""
        channel = self.asker.directory.channel(one.place) if one.place != "dm" else None
        match self.asker.understood(one.said, person, channel):
            case Understood() | Ambiguous():
                return frozenset()
            case NotUnderstood(reason="unknown_words", unknown=unknown):
                return frozenset(word.casefold() for word in unknown)
            case _:
                return None

    def _readable(self, person: Person | None) -> Sequence[Demand]:
        found = self.asker.store.demands.list()
        return [one for one in found if self._keeps(one, person) or (person is not None and one.actor == person.user)]

    def _keeps(self, one: Demand, person: Person | None) -> bool:
        if person is None:
            return True
        now = self.asker.current()
        owned = {metric.owner for name in one.nearest if (metric := now.registry.metrics.get(name))}
        return now.policy.keeps(person) or (bool(person.handle) and person.handle in owned)

    def _known(self, person: Person | None) -> frozenset[str]:
        return frozenset(self.asker.current().registry.metrics) if person is None else self.asker.enforced(person).listed


def _wanted(word: str, wishes: Sequence[Demand], known: frozenset[str]) -> Wanted:
    near = [name for one in wishes for name in one.nearest if name in known]
    return Wanted(
        word=word,
        askers=len({one.actor for one in wishes}),
        asked=len(wishes),
        first=wishes[0].at,
        last=wishes[-1].at,
        places=tuple(dict.fromkeys(one.place for one in wishes)),
        nearest=tuple(sorted(dict.fromkeys(near), key=lambda name: (-near.count(name), near.index(name)))),
        questions=tuple(dict.fromkeys(one.said for one in reversed(wishes))),
    )


def _place(channel: Channel | None) -> str:
    return "dm" if channel is None or channel.kind == "dm" else f"#{channel.name}"
