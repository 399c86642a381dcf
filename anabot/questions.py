"""Find questions that work: understood and allowed here, for this person, before anybody is offered them. It answers none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from anabot.access.policy import Decision
from anabot.agent.offline import understand
from anabot.agent.understanding import Understood
from anabot.engine import Engine
from anabot.semantic.registry import Registry

SHOWN = 3


def working_questions(registry: Registry, decision: Decision, engine: Engine, now: dt.datetime) -> tuple[str, ...]:
    """At most three questions that this grant answers here; none where it answers nothing."""
    return tuple(islice(_working(registry, decision, engine, now), SHOWN))


def introduction(registry: Registry, questions: tuple[str, ...]) -> str:
    """How Ana introduces herself, in plain text."""
    company = registry.company or "your company"
    if not questions:
        return (
            f"Hello, I am Ana. I answer questions about {company}'s numbers, each from a definition that the data team owns. "
            "There is nothing that I may show you here yet: ask the data team for access."
        )
    return (
        f"Hello, I am Ana. Ask me about {company}'s numbers in your own words: every figure comes from a definition that the "
        "data team owns, restricted to what may be said here, and you can open how it was computed. For example:"
    )


def _working(registry: Registry, decision: Decision, engine: Engine, now: dt.datetime) -> Iterator[str]:
    for question in _candidates(registry, decision):
        found = understand(
            question,
            registry=registry,
            grant=decision.grant,
            values=engine.values(decision.grant),
            team=decision.own.team,
            now=now,
            previous=None,
        )
        if isinstance(found, Understood) and _granted(found, decision):
            yield question


def _candidates(registry: Registry, decision: Decision) -> Iterator[str]:
    """The team's own questions first, then the other teams', then one for each metric that may be said here."""
    teams = registry.teams
    mine = [teams[decision.own.team]] if decision.own.team in teams else []
    seen: dict[str, None] = {}
    for team in (*mine, *teams.values()):
        seen |= dict.fromkeys(team.questions)
    yield from seen
    for name in sorted(decision.grant.metrics):
        metric = registry.metrics[name]
        if metric.synonyms and metric.time_dimension:
            yield f"{metric.label} last month"


def _granted(found: Understood, decision: Decision) -> bool:
    return all(set(reading.query.metrics) <= decision.grant.metrics for reading in found.readings)
