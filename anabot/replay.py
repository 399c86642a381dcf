"""Run an answer again, by its receipt, and say whether it still comes out the same; or what moved, in words for people.

It is asked again under what the person may see now, through the door and on record like any question. It shows no number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from anabot.ask import Asker
from anabot.engine import Intent
from anabot.errors import AnabotError, NotAllowed, UnknownName
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.rights import decide
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.store import FORGOTTEN, AuditEntry
from anabot.types import Channel, Grant, Person

Part = Literal["question", "grant", "definition", "data", "sql", "rows"]
Verdict = Literal["same", "moved", "not_run", "forgotten"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One thing then and now, and a sentence about it."""

    part: Part
    same: bool
    then: str
    now: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of one receipt. `words` sum it up; `parts` are empty where nothing had run."""

    receipt: str
    verdict: Verdict
    words: str
    parts: tuple[Compared, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing moved."""
        return self.verdict in ("same", "not_run")

    def lines(self) -> tuple[str, ...]:
        """What people read: the verdict, then what moved, or what was compared."""
        told = [part for part in self.parts if not part.same] or self.parts
        return (f"{self.receipt}: {self.words}", *(f"• {part.words}" for part in told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayer:
    """Replays receipts. `playbooks` gives those in force."""

    asker: Asker
    playbooks: Callable[[], Mapping[str, Playbook]]

    def replay(self, receipt: str, by: str) -> tuple[Replayed, ...]:
        """What became of the answer with this receipt; of each of its parts, where it had several.

        Raises:
            UnknownName: there is no such receipt.
        """
        saved = self.asker.store.answers.get(receipt)
        parts = [str(part["receipt"]) for part in saved.answer["parts"]] if saved else []
        return tuple(self._one(one, by) for one in parts or [receipt])

    def asked_by(self, receipt: str) -> str:
        """The id of whoever asked for the answer with this receipt, or ""."""
        entry, saved = self._entry(receipt), self.asker.store.answers.get(receipt)
        return entry.actor if entry else saved.actor if saved else ""

    def _one(self, receipt: str, by: str) -> Replayed:
        entry = self._entry(receipt)
        if entry is None or not entry.sql_hash:
            return self._not_run(receipt, entry)
        if entry.query is None:
            verdict: Verdict = "forgotten" if entry.words == FORGOTTEN else "not_run"
            return Replayed(receipt=receipt, verdict=verdict, words="What was asked is forgotten, so it cannot be asked again.")
        if entry.status != "answered":
            return Replayed(receipt=receipt, verdict="not_run", words=f"It ran and failed: {entry.reason or entry.status}")
        registry = self.asker.current().registry
        try:
            grant = self._grant(entry)
            now = self._again(entry, grant, by)
        except AnabotError as error:
            moved = tuple(_granted(entry, None, str(error)))
            return Replayed(receipt=receipt, verdict="moved", words="It cannot be asked again.", parts=moved)
        parts = (*_granted(entry, grant, ""), *_compared(entry, now, registry))
        if all(part.same for part in parts):
            return Replayed(receipt=receipt, verdict="same", words="It is the same as then.", parts=parts)
        same_rows = all(part.same for part in parts if part.part == "rows")
        words = "The numbers are the same as then, but not all that they stand on." if same_rows else "It is not what it was."
        return Replayed(receipt=receipt, verdict="moved", words=words, parts=parts)

    def _entry(self, receipt: str) -> AuditEntry | None:
        found = self.asker.store.audit.list(100, receipt=receipt)
        # The same receipt stands for the same question, grant and data: the first time it was answered is when.
        answered = [entry for entry in found if entry.status == "answered"]
        return next(reversed(answered or list(found)), None)

    def _not_run(self, receipt: str, entry: AuditEntry | None) -> Replayed:
        saved = self.asker.store.answers.get(receipt)
        if entry is None and saved is None:
            raise UnknownName(
                f"There is no answer with the receipt {receipt}.", name=receipt, todo="`anabot audit list` shows those."
            )
        status = entry.status if entry else str(saved.answer["status"]) if saved else ""
        reason = entry.reason if entry else str(saved.answer["reason"]) if saved else ""
        what = "a question that Ana asked back" if status == "clarify" else "a question that was not answered"
        said = f"{status}, {reason}" if reason and status != "clarify" else status
        return Replayed(receipt=receipt, verdict="not_run", words=f"It was {what} ({said}). Nothing ran that could have moved.")

    def _grant(self, entry: AuditEntry) -> Grant:
        playbook = self._playbook(entry)
        person, channel = self._reader(entry, playbook)
        if playbook is not None and playbook.service and channel is not None:
            return decide(playbook, self.asker.current().policy, self.asker.directory, person, channel).grant
        decision = self.asker.decision(person, channel)
        for grant in (decision.grant, decision.own):
            if grant.fingerprint() == entry.access:
                return grant
        return decision.grant if set(entry.metrics) <= decision.grant.metrics else decision.own

    def _playbook(self, entry: AuditEntry) -> Playbook | None:
        if not entry.place.startswith("playbook:"):
            return None
        playbook = self.playbooks().get(entry.place.removeprefix("playbook:"))
        if playbook is None:
            raise NotAllowed(f"The {entry.place.replace(':', ' ')} is not in force any more.")
        return playbook

    def _reader(self, entry: AuditEntry, playbook: Playbook | None) -> tuple[Person, Channel | None]:
        who, where = (playbook.owner, f"#{playbook.channel}") if playbook else (entry.actor, entry.place)
        person = self.asker.directory.person(who)
        if person is None:
            raise NotAllowed(f"{who}, who asked, is not in the directory any more.")
        channel = self.asker.directory.channel(where) if where.startswith("#") else None
        if where.startswith("#") and channel is None:
            raise NotAllowed(f"Ana cannot find {where}, where it was asked, any more.")
        return person, channel

    def _again(self, entry: AuditEntry, grant: Grant, by: str) -> AuditEntry:
        intent = Intent(question_id=f"replay:{entry.receipt}", actor=by, place=entry.place, kind="replay")
        outcome = self.asker.engine.run(MetricQuery.model_validate(entry.query), grant, intent=intent)
        return self.asker.store.audit.list(1, receipt=outcome.receipt)[0]


def _granted(then: AuditEntry, grant: Grant | None, problem: str) -> Iterator[Compared]:
    if grant is None:
        yield Compared(part="grant", same=False, then=then.access, now="", words=problem)
        return
    now, same = grant.fingerprint(), grant.fingerprint() == then.access
    words = "Whoever asked may see the same as then."
    if not same:
        reason = f" Then: {then.why}" if then.why and then.why != grant.reason else ""
        words = f"What they may see has changed, so the rows may be others.{reason} Now: {grant.reason}"
    yield Compared(part="grant", same=same, then=then.access, now=now, words=words)


def _compared(then: AuditEntry, now: AuditEntry, registry: Registry) -> Iterator[Compared]:
    yield _line(
        "question", then.query_hash, now.query_hash, "The question is the same.", "The question is now read in another way."
    )
    if then.definition:  # an answer from before definitions were noted is judged by its SQL and rows
        yield _definition(then, now, registry)
    yield from _data(then, now, registry)
    alike = (then.definition, then.access) == (now.definition, now.access)
    other = "Ana now writes other SQL for the same question." if alike else "The SQL is another one, which follows from that."
    yield _line("sql", then.sql_hash, now.sql_hash, "The SQL is the same.", other)
    count = f"{then.rows} then, {now.rows} now" if then.rows != now.rows else f"{now.rows}, with other values"
    rows = f"The rows are the same ({now.rows}).", f"The rows have changed: {count}."
    yield _line("rows", then.result_hash, now.result_hash, *rows)


def _definition(then: AuditEntry, now: AuditEntry, registry: Registry) -> Compared:
    labels = [registry.metrics[name].label for name in then.metrics if name in registry.metrics]
    names = ", ".join(labels[:3]) + (f" and {len(labels) - 3} more" if len(labels) > 3 else "")
    same = then.definition == now.definition
    words = f"{names} mean{'s' if len(labels) == 1 else ''} the same as then."
    if not same:
        versions = f"definitions {then.registry[:12]} then, {now.registry[:12]} now"
        words = f"The definition of {names} has changed ({versions})."
    return Compared(part="definition", same=same, then=then.definition, now=now.definition, words=words)


def _data(then: AuditEntry, now: AuditEntry, registry: Registry) -> Iterator[Compared]:
    if not then.sources or not now.sources:
        if then.data:
            yield _line("data", then.data, now.data, "The data is the same.", "The warehouse's data has been replaced since.")
        return
    zone = registry.calendar.zone
    for source in sorted({*then.sources, *now.sources}):
        before, after = then.sources.get(source, ""), now.sources.get(source, "")
        moved = f"{source} was loaded again: as of {_when(after, zone)} now, {_when(before, zone)} then."
        yield _line("data", before, after, f"{source} has not been loaded since {_when(after, zone)}.", moved)


def _when(at: str, zone: ZoneInfo) -> str:
    if not at:
        return "an unknown time"
    local = dt.datetime.fromisoformat(at).astimezone(zone)
    return f"{local.day} {local:%b %Y %H:%M:%S %Z}"


def _line(part: Part, then: str, now: str, same: str, moved: str) -> Compared:
    return Compared(part=part, same=then == now, then=then, now=now, words=same if then == now else moved)
