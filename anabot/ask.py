"""One question, from a person's words to an answer on record.

It reads like the plan: who asks and who reads → what may be said → what was meant → the door → the words.
It never speaks Slack, and never reaches the warehouse but through the engine.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import structlog

from anabot.access.policy import Decision, Policy
from anabot.agent import past
from anabot.agent.loop import Defined, Progress, Settled, Unsettled
from anabot.agent.offline import understand
from anabot.agent.offline.replying import Offer
from anabot.agent.understanding import Ambiguous, Forbidden, NotUnderstood, Reading, Understanding, Understood
from anabot.answering import Answerer, timed, together
from anabot.choices import offered
from anabot.consulting import Consultant, Unread, costing, in_the_words_of, with_note
from anabot.engine import Engine, Intent, receipt_for
from anabot.errors import AnabotError, BadQuery, NotAllowed, StoreError, UnknownName
from anabot.exits import Refusals
from anabot.kept import about, offers, without_rows
from anabot.questions import introduction, working_questions
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.store import Store
from anabot.store.audit import Intended
from anabot.types import Answer, Channel, Clock, Directory, Grant, Person, Question, Receipt
from anabot.wire import answer_json

log = structlog.get_logger()
_RETRY = "Ask the question again."


def _silently(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The registry and the policy in force. Replaced whole by a reload."""

    registry: Registry
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Answers questions. Everything it stands on is handed in; `current` gives the registry and policy in force."""

    current: Callable[[], Current]
    engine: Engine
    answerer: Answerer
    store: Store
    directory: Directory
    clock: Clock
    consultant: Consultant | None = None  # the model that is asked where rules do not do; without one, nothing leaves the house

    def ask(self, question: Question, progress: Progress = _silently) -> Answer:
        """The answer to one question. Whatever goes wrong in a way that a person can act on becomes an answer too.

        `progress` is told what is being done, where that takes more than a moment.
        """
        now = self.current()
        decision = self._decide(now, question.person, question.channel)
        return self._on_record(question, lambda: self._meant(question, now, decision), now, decision, progress)

    def overhear(self, question: Question) -> Answer | None:
        """The answer to words in a thread that nobody addressed to Ana, if she holds its state and understands them all."""
        now = self.current()
        decision = self._decide(now, question.person, question.channel)
        held = question.thread and (self.store.threads.get(question.thread) or self._offers(question.thread, decision.own))
        if not held:
            return None
        if not isinstance(self._understand(question, now, decision), Understood):
            return None
        return self.ask(question)

    def choose(self, receipt: str, index: int, person: Person, channel: Channel | None) -> Answer:
        """The answer for one choice of a question that was asked back, under this person's own grant."""
        saved = self._saved(receipt, person, index)
        choices = saved["choices"]
        if not 0 <= index < len(choices):
            raise BadQuery("That choice is not one of those offered.", todo=_RETRY)
        thread = saved["thread"] or None
        return self._again(choices[index]["query"], f"{receipt}#{index}", person, channel, saved, thread=thread)

    def recall(self, receipt: str, person: Person, channel: Channel | None) -> Answer:
        """The answer with this receipt, asked again under the grant of this person in this channel."""
        saved = self._saved(receipt, person)
        asked = [{**saved, **part} for part in saved["parts"]] or [saved]
        parts = [self._again(one["query"], f"{receipt}@{person.user}", person, channel, one) for one in asked if one["query"]]
        if not parts:
            raise BadQuery("There is nothing to compute behind that message.", todo=_RETRY)
        return together(parts, self.current().registry)

    def run(self, query: MetricQuery, person: Person) -> Answer:
        """The answer to a query that is already typed, as that person alone."""
        question = Question(question_id=str(uuid.uuid4()), text="", person=person)
        now = self.current()
        decision = self._decide(now, person, None)
        return self._on_record(question, lambda: (Understood(readings=(Reading(query=query),)), 0.0), now, decision)

    def feedback(self, receipt: str, person: Person, vote: Literal["up", "down"]) -> None:
        """Keep one person's vote on one answer, on record; the last one counts."""
        voted = Intended(question_id=f"vote:{receipt}", actor=person.user, place="vote", kind="vote", words=vote)
        with self.store.audit.act(voted):
            self._saved(receipt, person)
            self.store.feedback.add(receipt, person.user, vote)

    def turned_away(self, user: str, place: str, *, reason: str, key: str, said: str) -> None:
        """Put on record that somebody was refused before it was known who they are, or who reads where they asked."""
        asked = Intended(question_id=key or reason, actor=user, place=place, words=said)
        self.store.audit.refusal(asked, status=NotAllowed.code, reason=reason)

    def decision(self, person: Person, channel: Channel | None) -> Decision:
        """What this person may see alone and what may be said in this channel."""
        return self._decide(self.current(), person, channel)

    def understood(self, text: str, person: Person, channel: Channel | None, *, thread: str | None = None) -> Understanding:
        """What this person's words mean here, as they alone may ask it. Nothing is answered or kept."""
        now = self.current()
        question = Question(question_id="", text=text, person=person, channel=channel, thread=thread)
        return self._understand(question, now, self._decide(now, person, channel))

    def _decide(self, now: Current, person: Person, channel: Channel | None) -> Decision:
        members = self.directory.members(channel) if channel is not None and channel.kind == "channel" else (person,)
        return now.policy.asked(person, channel, members)

    def enforced(self, person: Person) -> Grant:
        """What the rules give this person alone, whether or not refusals are only reported."""
        return self.current().policy.decide(person, None, (person,)).own

    def _understand(self, question: Question, now: Current, decision: Decision, grant: Grant | None = None) -> Understanding:
        return understand(
            question.meant or question.text,
            registry=now.registry,
            grant=grant or decision.own,
            values=self.engine.values(decision.own),
            team=decision.own.team,
            now=self.clock.now(),
            previous=self._previous(question.thread, decision.own),
            earlier=self._previous(question.thread, decision.own, back=1),
            offers=self._offers(question.thread, decision.own),
        )

    def _offers(self, thread: str | None, grant: Grant) -> tuple[Offer, ...]:
        saved = self.store.answers.last(thread) if thread else None
        return offers(saved.answer, grant.listed) if saved else ()

    def _previous(self, thread: str | None, grant: Grant, back: int = 0) -> MetricQuery | None:
        state = self.store.threads.get(thread) if thread else None
        query = past.shown(state, back)
        # A thread that was about something this speaker may not know of has, for them, no past.
        return query if query and set(query.metrics) <= grant.listed else None

    def _meant(self, question: Question, now: Current, decision: Decision) -> tuple[Understanding, float]:
        started = time.perf_counter()
        return self._understand(question, now, decision), (time.perf_counter() - started) * 1000

    def _on_record(
        self,
        question: Question,
        meant: Callable[[], tuple[Understanding, float]],
        now: Current,
        decision: Decision,
        progress: Progress = _silently,
    ) -> Answer:
        """Settle what was meant; an error that a person can act on becomes an answer in its own words."""
        started = time.perf_counter()
        took = 0.0
        try:
            found, took = meant()
            answer = self._settle(found, question, now, decision, progress)
        except AnabotError as error:
            answer = Refusals(now.registry, decision.own).failed(error)
            if not isinstance(error, StoreError) and not self.store.audit.has(question.question_id, error.code):
                answer = self._refused(answer, question, decision.own)  # it failed before the door, which records the rest
        answer = answer if answer.receipt else replace(answer, receipt=_receipt(question, answer))
        total = (time.perf_counter() - started) * 1000
        answer = timed(answer, understanding=took, total=total)
        self._keep(answer, question)
        log.info("question.answered", question_id=question.question_id, status=answer.status, ms=round(total, 1))
        return answer

    def _settle(
        self, found: Understanding, question: Question, now: Current, decision: Decision, progress: Progress = _silently
    ) -> Answer:
        if isinstance(found, NotUnderstood) and self.consultant is not None and not now.policy.off_limits(question.text):
            brain = self._brain(question.thread)
            if self.consultant.takes(found, decision.own, brain):
                return self._consulted(found, question, now, decision, progress)
        return self._settled(found, question, now, decision)

    def _settled(self, found: Understanding, question: Question, now: Current, decision: Decision) -> Answer:
        refusals = Refusals(now.registry, decision.own, now.policy.lendable(decision.own))
        match found:
            case Understood(readings=readings):
                return self._answer(readings, question, now, decision)
            case Ambiguous():
                answer = self._ask_back(found, question, now, decision)
            case Forbidden():
                answer = refusals.forbidden(found)
            case NotUnderstood(reason="help"):
                questions = working_questions(now.registry, decision, self.engine, self.clock.now())
                answer = refusals.introduce(introduction(now.registry, questions), questions)
            case NotUnderstood():
                subject = now.policy.off_limits(question.text)
                answer = refusals.off_limits(subject) if subject else refusals.not_understood(found)
        if not self._aloud(found, question, now, decision):
            answer = refusals.elsewhere(answer, question.channel)
        return self._refused(answer, question, decision.own)

    def _aloud(self, found: Understanding, question: Question, now: Current, decision: Decision) -> bool:
        """Whether a refusal names nothing that the room may not know: who knows only what may be named here hears the same."""
        if isinstance(found, Ambiguous) or decision.own.listed <= decision.named:
            return True
        named = decision.named
        room = replace(decision.own, metrics=decision.own.metrics & named, listed=decision.own.listed & named)
        return self._understand(question, now, decision, room) == found

    def _answer(self, readings: tuple[Reading, ...], question: Question, now: Current, decision: Decision) -> Answer:
        intent = _intent(question)
        wanted = {name for reading in readings for name in reading.query.metrics}
        self._report(wanted & decision.beyond, question, decision)
        if wanted <= decision.grant.metrics:
            grant = decision.grant
            named = decision.named
            answer = together(
                [self.answerer.answer(reading, now.registry, grant, intent, named) for reading in readings], now.registry
            )
        else:
            alone = together(
                [self.answerer.answer(reading, now.registry, decision.own, intent) for reading in readings], now.registry
            )
            answer = Refusals(now.registry, decision.own).elsewhere(alone, question.channel)
        self._goes_on(question, readings[0])
        return answer

    def _consulted(
        self, found: NotUnderstood, question: Question, now: Current, decision: Decision, progress: Progress
    ) -> Answer:
        """The answer with a model's help; where that settles nothing, what the rules say, and why it did not."""
        assert self.consultant is not None
        unread = Unread(
            question=question,
            place=_place(question),
            found=found,
            registry=now.registry,
            grant=decision.own,
            now=self.clock.now(),
            previous=self._previous(question.thread, decision.own),
            answer=lambda reading: self._one(reading, question, now, decision),
            progress=progress,
        )
        consulted = self.consultant.consult(unread, self._brain(question.thread))
        match consulted.outcome:
            case Settled() as settled:
                answer = self._told(settled, question, now, decision, consulted.brain)
            case Defined(metrics=metrics):
                readings = (Reading(query=MetricQuery(metrics=metrics), ask="definition"),)
                answer = self._answer(readings, question, now, decision)
            case Ambiguous() as asked:
                answer = self._settled(asked, question, now, decision)
            case Unsettled(why=why):
                answer = with_note(self._settled(found, question, now, decision), why)
        return costing(answer, consulted, settled=not isinstance(consulted.outcome, Unsettled))

    def _one(self, reading: Reading, question: Question, now: Current, decision: Decision) -> Answer:
        """The answer to one query of a model: as it may be said here, or else as the asker may see it alone."""
        wanted = set(reading.query.metrics)
        self._report(wanted & decision.beyond, question, decision)
        said = wanted <= decision.grant.metrics
        grant, named = (decision.grant, decision.named) if said else (decision.own, decision.own.listed)
        return self.answerer.answer(reading, now.registry, grant, _intent(question), named)

    def _told(self, settled: Settled, question: Question, now: Current, decision: Decision, brain: str) -> Answer:
        """A model's queries as one answer. Its words are said where nobody reads who may know less than the asker."""
        public = {name for each in settled.answers for name in each.metrics} <= decision.grant.metrics
        worded = bool(settled.text) and (not public or decision.own.listed <= decision.named)
        answer = together(in_the_words_of(settled, now.registry, brain, worded=worded), now.registry)
        self._goes_on(question, Reading(query=MetricQuery.model_validate(settled.answers[-1].query)))
        return answer if public else Refusals(now.registry, decision.own).elsewhere(answer, question.channel)

    def _goes_on(self, question: Question, reading: Reading) -> None:
        """Keep what a follow-up follows, and the brain that the thread stays with."""
        if question.thread and reading.query.metrics:  # from a list of values no conversation goes on
            before = self.store.threads.get(question.thread) or {}
            state = {**past.gone_on(before, reading), "brain": self._brain(question.thread)}
            self.store.threads.put(question.thread, state, actor=question.person.user)

    def _brain(self, thread: str | None) -> str:
        """The brain that helps the rules in this thread: the one it began with."""
        state = self.store.threads.get(thread) if thread else None
        return str((state or {}).get("brain") or (self.consultant.brain if self.consultant else "offline"))

    def _report(self, names: set[str], question: Question, decision: Decision) -> None:
        """Write down what would have been refused, where refusals are only reported. What cannot be recorded is not answered."""
        if names:
            asked = Intended(
                question_id=question.question_id,
                actor=question.person.user,
                place=_place(question),
                kind="report",
                words=question.text,
                metrics=tuple(sorted(names)),
                access=decision.grant.fingerprint(),
            )
            self.store.audit.refusal(asked, status="would_refuse", reason=f"{decision.grant.reason} Refusals are only reported.")

    def _ask_back(self, found: Ambiguous, question: Question, now: Current, decision: Decision) -> Answer:
        public = all(set(query.metrics) <= decision.grant.metrics for _, query in found.choices)
        grant = decision.grant if public else decision.own
        shown = offered(found, self.engine, now.registry, grant, _intent(question))
        asked = Refusals(now.registry, decision.own).ask_back(found, shown.choices)
        answer = replace(asked, overlap=shown.overlap, bridges=shown.bridges)
        return answer if public else Refusals(now.registry, decision.own).elsewhere(answer, question.channel)

    def _again(
        self,
        query: Any,
        question_id: str,
        person: Person,
        channel: Channel | None,
        saved: dict[str, Any],
        *,
        thread: str | None = None,
    ) -> Answer:
        """Ask a query of an earlier answer. With a thread, the conversation goes on from it; without one nothing moves."""
        now = self.current()
        question = Question(question_id=question_id, text="", person=person, channel=channel, thread=thread)
        reading = Reading(query=MetricQuery.model_validate(query), assumptions=tuple(saved["assumptions"]))
        answer = self._answer((reading,), question, now, self._decide(now, person, channel))
        self._keep(answer, question)
        return answer

    def _refused(self, answer: Answer, question: Question, grant: Grant) -> Answer:
        receipt = _receipt(question, answer)
        intended = Intended(
            question_id=question.question_id,
            actor=question.person.user,
            place=_place(question),
            words=question.text,
            access=grant.fingerprint(),
            why=grant.reason,
            registry=self.current().registry.version,
            receipt=receipt,
        )
        self.store.audit.refusal(intended, status=answer.status, reason=answer.reason)
        return replace(answer, receipt=receipt, aside=replace(answer.aside, receipt=receipt) if answer.aside else None)

    def _saved(self, receipt: str, person: Person, choice: int | None = None) -> dict[str, Any]:
        """The answer with this receipt; for somebody who may not know of what it (or this choice) is about, none."""
        saved, listed = self.store.answers.get(receipt), self.decision(person, None).own.listed
        if saved is None or not about(saved.answer, choice) <= listed:
            error = UnknownName(f"There is no answer with the receipt {receipt}.", name=receipt, todo=_RETRY)
            asked = Intended(question_id=f"{receipt}@{person.user}", actor=person.user, place="receipt")
            self.store.audit.refusal(asked, status=error.code, reason="unknown_receipt")
            raise error
        return {**saved.answer, "thread": saved.thread}

    def _keep(self, answer: Answer, question: Question) -> None:
        whole = answer.aside or answer
        for one in (*whole.parts, whole):  # the first part has the receipt of the whole
            self.store.answers.put(
                one.receipt,
                without_rows(answer_json(one)),
                question_id=question.question_id,
                actor=question.person.user,
                place=_place(question),
                thread=question.thread or "",
            )


def _receipt(question: Question, answer: Answer) -> Receipt:
    return receipt_for(question.question_id, answer.status, answer.text)


def _intent(question: Question) -> Intent:
    return Intent(
        question_id=question.question_id, actor=question.person.user, place=_place(question), kind="question", text=question.text
    )


def _place(question: Question) -> str:
    if question.channel is None or question.channel.kind == "dm":
        return "dm"
    return f"#{question.channel.name}"
