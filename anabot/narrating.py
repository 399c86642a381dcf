"""Open a digest in a model's words: on record before it is asked, within what it may cost, and held against the rows.

What was written for a run is kept and said again, however often the run is taken up. Whatever goes wrong with the model, the
playbook's own words stand. It never shows a model what the digest's readers may not hear.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from anabot.agent.borne_out import faults
from anabot.agent.budget import Budget
from anabot.agent.narrating import first_prompt, narrate, unsaid
from anabot.consulting import Consultant, TeamLedger, rounded
from anabot.engine import Outcome
from anabot.errors import ModelError
from anabot.playbooks.playbook import Playbook
from anabot.semantic.registry import Registry
from anabot.store.audit import Intended
from anabot.types import Answer, Grant

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One run of a playbook, and what its queries have found by name."""

    playbook: Playbook
    slot: str
    outcomes: Mapping[str, Outcome]
    grant: Grant
    registry: Registry
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrator:
    """Writes opening words, by the model that reads questions and within the same limits."""

    consultant: Consultant

    @property
    def brain(self) -> str:
        """The model's name."""
        return self.consultant.brain

    def words(self, told: Told) -> str:
        """The words that open this run's digest, or "" where the playbook's own stand.

        Raises:
            StoreError: it could not be recorded, so nothing was asked.
        """
        if not self.consultant.rows:
            return ""  # a model may not read rows
        openings, run = self.consultant.store.openings, f"{told.playbook.name}@{told.slot}/{told.playbook.version}"
        words = openings.get(run)
        if words is None:
            words = self._written(told)
            if words or not told.dry_run:
                words = openings.put(run, words, actor=told.playbook.owner)
        return words if words and not unsaid(words, lambda text: self._faults(text, told)) else ""

    def _written(self, told: Told) -> str:
        consultant, words, status = self.consultant, "", "failed"
        team = told.grant.team or told.grant.subject
        ledger = TeamLedger(consultant.store)
        budget = Budget(model=self.brain, team=team, question=consultant.question, day=consultant.day, ledger=ledger)
        results = {name: (each.compiled.query, each.table) for name, each in told.outcomes.items()}
        prompt = first_prompt(told.playbook.title, results, told.registry, consultant.rows)
        entry, started = consultant.store.audit.open(_intended(told, self.brain)), time.perf_counter()
        try:
            words = narrate(consultant.model(self.brain), budget, prompt, lambda text: self._faults(text, told))
            status = "done" if words else "unsettled"
        except ModelError as error:
            status = error.code
            log.warning("playbook.not_narrated", playbook=told.playbook.name, reason=str(error))
        finally:
            ms, spent = (time.perf_counter() - started) * 1000, budget.spent
            consultant.store.audit.close(entry, status=status, ms=ms, tokens=spent.tokens, cost_usd=rounded(spent.usd))
        return words

    def _faults(self, text: str, told: Told) -> Sequence[str]:
        answers = [
            Answer(status="answered", text="", query=each.compiled.query.as_json(), table=each.table, as_of=each.as_of)
            for each in told.outcomes.values()
        ]
        return faults(text, answers, told.registry, told.grant, self.consultant.engine.values(told.grant))


def _intended(told: Told, brain: str) -> Intended:
    playbook = told.playbook
    return Intended(
        question_id=f"{playbook.name}@{told.slot}",
        actor=playbook.owner,
        place=f"playbook:{playbook.name}",
        kind="model",
        query={"model": brain},
        access=told.grant.fingerprint(),
        why=told.grant.reason,
        registry=told.registry.version,
    )
