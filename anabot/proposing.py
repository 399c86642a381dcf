"""What was learned, as proposals for the registry: a change to its YAML, with what the metric gives. An owner decides.

Nothing that is proposed changes an answer. Accepting writes the change into the semantic layer's files, where it is read, checked
and versioned like all the rest; declining writes nothing. It never decides for an owner.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from anabot.ask import Asker
from anabot.engine import Intent
from anabot.errors import AnabotError, BadQuery, NotAllowed, RegistryError
from anabot.periods import Grain, Period, between_days, complete
from anabot.semantic.amend import Amendment, Golden, NewDefault, NewSynonym, amended
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.units import format_cell
from anabot.store.audit import Intended
from anabot.store.lessons import Kind, Lesson
from anabot.types import Column, Person

_WORD = 60  # longer is a sentence, not a name


class Files(Protocol):
    """The semantic layer's files."""

    def texts(self) -> Mapping[str, str]:
        """Path → text, as it is on disk."""

    def trial(self, file: str, text: str) -> None:
        """Read everything as it would be with this text.

        Raises:
            RegistryError: with every fault that it would have.
        """

    def amend(self, file: str, before: str, after: str) -> None:
        """Write the text, if what is on disk is `before` still, and put it in force.

        Raises:
            RegistryError, ConfigError: it has a fault, or cannot be written; nothing has changed.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A proposal as its owner reads it: in words, as a diff of one file, and what the metric gave, in words."""

    proposal: Lesson
    words: str
    owner: Person | None
    file: str
    diff: str
    golden: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposing:
    """The desk for proposals."""

    asker: Asker
    files: Files

    def propose(
        self, kind: Kind, word: str, metric: str, person: Person, *, team: str = "", place: str, said: str
    ) -> Lesson | None:
        """Propose that the word shall mean the metric. None where it does already, or where there is no place for it.

        What is open still is not proposed twice.
        """
        word = " ".join(word.casefold().split())
        registry = self.asker.current().registry
        known = registry.metrics.get(metric)
        if known is None or known.hidden or not known.owner or not word or len(word) > _WORD:
            return None
        for one in self.asker.store.lessons.list():
            if (one.kind, one.word, one.metric, one.team) == (kind, word, metric, team):
                return one
        golden = self._golden(metric)
        drawn = Lesson(proposal="", kind=kind, word=word, metric=metric, team=team, actor=person.user, place=place, said=said,
                         golden=_kept(golden), at=dt.datetime.now(dt.UTC))  # fmt: skip
        try:
            file, _, after = self._change(drawn)
            self.files.trial(file, after)
        except (BadQuery, RegistryError):
            if not self._names_hidden(word, person):
                return None  # such as a word that is another metric's name
        asked = self._act(f"propose:{metric}", person, metric, place=place, words=word)
        with self.asker.store.audit.act(asked):
            name = self.asker.store.lessons.add(
                kind, word, metric, team=team, actor=person.user, place=place, said=said, golden=drawn.golden
            )
        return replace(drawn, proposal=name)

    def _names_hidden(self, word: str, person: Person) -> bool:
        """Whether the word is a name of what this person may not know of: to them it means nothing, and so it can be proposed."""
        listed = self.asker.enforced(person).listed
        hidden = [metric for name, metric in self.asker.current().registry.metrics.items() if name not in listed]
        return any(word in (one.name, one.label.casefold(), *map(str.casefold, one.synonyms)) for one in hidden)

    def list(self, person: Person | None) -> tuple[Lesson, ...]:
        """The open ones that this person may read: what they own or proposed; all, for who keeps the definitions."""
        return tuple(one for one in self.asker.store.lessons.list() if self._readable(one, person))

    def untold(self) -> tuple[Shown, ...]:
        """Those whose owner has not been told yet."""
        return tuple(self._shown(one) for one in self.asker.store.lessons.list() if not one.told)

    def told(self, name: str) -> None:
        """Its owner knows of it."""
        self.asker.store.lessons.told(name)

    def show(self, name: str, person: Person | None) -> Shown:
        """One proposal; its diff and what the metric gave are for who decides, and for who keeps the definitions.

        Raises:
            NotAllowed: there is none of this name that this person may read.
        """
        one = self._open(name, person)
        if person is None or self._owns(one, person) or self.asker.current().policy.keeps(person):
            return self._shown(one)
        # Whoever proposed it may see fewer rows than its owner, or none, and may not know of what stands beside it in the file.
        return replace(self._shown(one), proposal=replace(one, golden={}), diff="", golden="")

    def accept(self, name: str, person: Person) -> str:
        """Write the change; what was done, in words.

        Raises:
            NotAllowed: it is not theirs to decide. RegistryError: the files would have a fault. BadQuery: its value has moved.
        """
        one = self._theirs(name, person)
        golden = _kept(self._golden(one.metric))
        if dict(one.golden) != golden:
            self.asker.store.lessons.moved(name, golden)
            moved = f"It was {_words_of(one.golden) or 'not there'}, and is {_words_of(golden) or 'not there'}."
            raise BadQuery("What the metric gives has moved since.", why=moved, todo="Look at the proposal again, then decide.")
        file, before, after = self._change(one)
        asked = self._act(f"accept:{name}", person, one.metric)
        with self.asker.store.audit.act(asked):
            self.files.amend(file, before, after)
            self.asker.store.lessons.end(name, "accepted", by=person.user)
        return f"{self._words(one)} It stands in {file} and is in force."

    def decline(self, name: str, person: Person) -> str:
        """Say no; what was done, in words.

        Raises:
            NotAllowed: it is not theirs to decide.
        """
        one = self._theirs(name, person)
        asked = self._act(f"decline:{name}", person, one.metric)
        with self.asker.store.audit.act(asked):
            self.asker.store.lessons.end(name, "declined", by=person.user)
        return f"“{one.word}” stays as it is."

    def _act(self, key: str, person: Person, metric: str, *, place: str = "propose", words: str = "") -> Intended:
        return Intended(question_id=key, actor=person.user, place=place, kind="propose", metrics=(metric,), words=words)

    def _open(self, name: str, person: Person | None) -> Lesson:
        one = self.asker.store.lessons.get(name.strip().upper())
        if one is None or one.state != "open" or not self._readable(one, person):
            raise NotAllowed(f"There is no open proposal {name} that you may read.", todo="`anabot propose list` lists them.")
        return one

    def _theirs(self, name: str, person: Person) -> Lesson:
        one = self._open(name, person)
        if not self._owns(one, person):
            owner = self.asker.current().registry.metrics[one.metric].owner
            raise NotAllowed("Only the owner of the metric decides that.", todo=f"Ask @{owner}.")
        return one

    def _readable(self, one: Lesson, person: Person | None) -> bool:
        if one.metric not in self.asker.current().registry.metrics:
            return False
        if person is None or one.actor == person.user or self._owns(one, person):
            return True
        return self.asker.current().policy.keeps(person)

    def _owns(self, one: Lesson, person: Person) -> bool:
        return bool(person.handle) and self.asker.current().registry.metrics[one.metric].owner == person.handle

    def _shown(self, one: Lesson) -> Shown:
        owner = self.asker.directory.person(self.asker.current().registry.metrics[one.metric].owner)
        file, before, after = self._change(one)
        lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"a/{file}", f"b/{file}", lineterm="", n=2)
        return Shown(
            proposal=one, words=self._words(one), owner=owner, file=file, diff="\n".join(lines), golden=self._golden_words(one)
        )

    def _words(self, one: Lesson) -> str:
        registry = self.asker.current().registry
        label = registry.metrics[one.metric].label
        team = registry.teams[one.team].label if one.team in registry.teams else one.team
        return f"“{one.word}” means {label}{f' for the {team} team' if team else ''}."

    def _golden_words(self, one: Lesson) -> str:
        if not one.golden:
            return ""
        metric = self.asker.current().registry.metrics[one.metric]
        return f"{metric.label}, {_words_of(one.golden, metric.unit)}"

    def _change(self, one: Lesson) -> tuple[str, str, str]:
        """The file, its text, and what that becomes."""
        files, registry = self.files.texts(), self.asker.current().registry
        change: Amendment
        if one.kind == "default":
            change = NewDefault(word=one.word, team=one.team, metric=one.metric)
        else:
            change = NewSynonym(word=one.word, metric=one.metric, golden=_golden_of(one.golden))
        file, after = amended(files, registry, change)
        return file, files.get(file, ""), after

    def _golden(self, metric: str) -> Golden | None:
        """What the metric gave over the last whole quarter, as its owner sees it whole; None where that is not to be had."""
        registry = self.asker.current().registry
        known = registry.metrics[metric]
        owner = self.asker.directory.person(known.owner)
        loaded = self.asker.engine.loaded((metric,))
        if owner is None or not (known.time_dimension or known.inputs):
            return None
        grant = self.asker.enforced(owner)
        today = registry.calendar.today(min(filter(None, (self.asker.clock.now(), loaded))))
        period = complete(today, Grain.FISCAL_QUARTER, -1, registry.calendar.fiscal_start)
        query = MetricQuery(metrics=(metric,), period=Span(start=period.start, end=period.end))
        intent = Intent(question_id=f"propose:{metric}", actor=owner.user, place="propose", kind="check")
        if metric not in grant.metrics or grant.rows:
            return None
        try:
            table = self.asker.engine.run(query, grant, intent=intent).table
        except AnabotError:
            return None  # such as a metric without a time: it has no value that stays
        cell = table.rows[0][0] if len(table.rows) == 1 else None
        value = Decimal(cell) if isinstance(cell, int | Decimal) and not isinstance(cell, bool) else None
        return Golden(start=period.start, end=period.end, value=value) if value is not None else None


def _kept(golden: Golden | None) -> dict[str, str]:
    if golden is None:
        return {}
    return {"start": golden.start.isoformat(), "end": golden.end.isoformat(), "value": format(golden.value, "f")}


def _golden_of(kept: Mapping[str, str]) -> Golden | None:
    if not kept:
        return None
    start, end = (dt.date.fromisoformat(kept[name]) for name in ("start", "end"))
    return Golden(start=start, end=end, value=Decimal(kept["value"]))


def _words_of(kept: Mapping[str, str], unit: str = "") -> str:
    golden = _golden_of(kept)
    if golden is None:
        return ""
    shown = format_cell(golden.value, Column(name="value", type="number", unit=unit))
    return f"{between_days(Period(golden.start, golden.end))}: {shown}"
