"""Consult a model about one question that the rules could not read: on record before it is asked, within what it may cost.

It hands the model names under the asker's own grant and a door that checks each of them again. It never decides what may be said
where, and never lets a model see a credential, a grant or a table.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from anabot.agent.borne_out import faults
from anabot.agent.budget import Budget, Limits, Spent
from anabot.agent.loop import Conversation, Outcome, Progress, Settled, Unsettled
from anabot.agent.model import Model, Prompt
from anabot.agent.prompt import first_prompt
from anabot.agent.read_as import in_words
from anabot.agent.tools import Bench
from anabot.agent.understanding import NotUnderstood, Reading
from anabot.engine import Engine
from anabot.errors import AnabotError
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.store import Store
from anabot.store.audit import Intended
from anabot.types import Answer, Grant, Question

_NOT_FOR_A_MODEL = ("help", "courtesy", "catalog", "too_long")
_STRUCK = "The model's own words are left out: the rows did not bear them out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A question that the rules could not read, and all that its reading depends on. `answer` is the door for this asker here."""

    question: Question
    place: str
    found: NotUnderstood
    registry: Registry
    grant: Grant
    now: dt.datetime
    previous: MetricQuery | None
    answer: Callable[[Reading], Answer]
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """What came of it, by which model, and what that used up."""

    outcome: Outcome
    brain: str
    spent: Spent
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultant:
    """Asks models. `model` gives one by its name: a thread stays with the one that it began with."""

    brain: str
    model: Callable[[str], Model]
    engine: Engine
    store: Store
    question: Limits
    day: Limits
    rows: int

    def takes(self, found: NotUnderstood, grant: Grant, brain: str) -> bool:
        """Whether a model may help: there is something to read, and to see, and the thread is not one without a model."""
        return found.reason not in _NOT_FOR_A_MODEL and bool(grant.metrics) and brain != "offline"

    def consult(self, unread: Unread, brain: str) -> Consulted:
        """What a model makes of the question.

        Raises:
            StoreError: it could not be recorded, so nothing was asked, or nothing more.
        """
        model = self.model(brain)
        budget = Budget(model=brain, team=unread.grant.team, question=self.question, day=self.day, ledger=TeamLedger(self.store))
        started = time.perf_counter()
        entry = self.store.audit.open(_intended(unread, brain))
        status = "failed"
        try:
            outcome = self._conversation(model, budget, unread).settle(self._prompt(unread))
            status = "done" if not isinstance(outcome, Unsettled) else "unsettled"
        except AnabotError as error:
            status = error.code
            raise
        finally:
            ms, spent = (time.perf_counter() - started) * 1000, budget.spent
            self.store.audit.close(entry, status=status, ms=ms, tokens=spent.tokens, cost_usd=rounded(spent.usd))
        return Consulted(outcome=outcome, brain=brain, spent=spent, ms=ms)

    def _prompt(self, unread: Unread) -> Prompt:
        return first_prompt(
            unread.question.text,
            unread.registry,
            unread.grant,
            self.engine.values(unread.grant),
            unread.now,
            unread=unread.found.unknown,
            previous=unread.previous,
        )

    def _conversation(self, model: Model, budget: Budget, unread: Unread) -> Conversation:
        bench = Bench(
            question=unread.question.text,
            registry=unread.registry,
            grant=unread.grant,
            values=lambda: self.engine.values(unread.grant),
            now=unread.now,
            answer=unread.answer,
            compiles=lambda query: self.engine.preview(query, unread.grant),
            rows=self.rows,
        )

        def wrong(text: str, answers: Sequence[Answer]) -> Sequence[str]:
            return faults(text, answers, unread.registry, unread.grant, self.engine.values(unread.grant))

        return Conversation(model=model, bench=bench, budget=budget, faults=wrong, progress=unread.progress)


@dataclass(frozen=True, slots=True)
class TeamLedger:
    """The store's sums, as a budget asks for them."""

    store: Store

    def today(self, team: str) -> Spent:
        """What the team has spent since midnight, UTC."""
        turns, tokens, usd, seconds = self.store.spending.today(team)
        return Spent(turns=turns, tokens=tokens, usd=usd, seconds=seconds)

    def add(self, team: str, spent: Spent) -> None:
        """Note that the team has spent this, too."""
        self.store.spending.add(team, turns=spent.turns, tokens=spent.tokens, usd=spent.usd, seconds=spent.seconds)


def in_the_words_of(settled: Settled, registry: Registry, brain: str, *, worded: bool) -> list[Answer]:
    """The answers, each saying how the question was read; the first in the model's own words where they may be said."""
    answers = []
    for number, answer in enumerate(settled.answers):
        read = f"Read by {brain} as: {in_words(MetricQuery.model_validate(answer.query), registry)}."
        struck = (_STRUCK,) if settled.struck and not number else ()
        text = settled.text if worded and not number else answer.text
        answers.append(replace(answer, text=text, assumptions=(read, *answer.assumptions, *struck), brain=brain))
    return answers


def with_note(answer: Answer, why: str) -> Answer:
    """A refusal that also says why the model did not help."""
    return replace(answer, text=f"{answer.text} {why}") if why else answer


def costing(answer: Answer, consulted: Consulted, *, settled: bool) -> Answer:
    """The answer with what the model used up, and with its name where it settled the question."""
    brain = consulted.brain if settled else answer.brain
    timings = {**answer.timings_ms, "model": round(consulted.ms, 3)}
    noted = replace(answer, brain=brain, tokens=consulted.spent.tokens, cost_usd=rounded(consulted.spent.usd), timings_ms=timings)
    return replace(noted, aside=replace(noted.aside, brain=brain)) if noted.aside else noted


def rounded(usd: Decimal) -> Decimal:
    """Dollars to the millionth, as they are shown and recorded."""
    return usd.quantize(Decimal("0.000001"))


def _intended(unread: Unread, brain: str) -> Intended:
    return Intended(
        question_id=unread.question.question_id,
        actor=unread.question.person.user,
        place=unread.place,
        kind="model",
        words=unread.question.text,
        query={"model": brain},
        access=unread.grant.fingerprint(),
        why=unread.grant.reason,
        registry=unread.registry.version,
    )
