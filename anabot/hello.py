"""How Ana introduces herself: three questions that work here, for this person. None is shown that was not tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from anabot.access.policy import Decision
from anabot.agent.offline import understand
from anabot.agent.understanding import Understood
from anabot.ask import Asker, Current
from anabot.types import Channel, Person

_QUESTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Plain text, and questions that work in this place for this person."""

    text: str
    questions: tuple[str, ...] = ()


def hello(asker: Asker, person: Person, channel: Channel | None) -> Hello:
    """What Ana says to somebody who opens a conversation, or whose channel she joins."""
    now = asker.current()
    decision = asker.decision(person, channel)
    questions = tuple(_working(asker, now, decision))[:_QUESTIONS]
    company = now.registry.company or "your company"
    if not questions:
        text = (
            f"Hello, I am Ana. I answer questions about {company}'s numbers, each from a definition that the data team owns. "
            "There is nothing that I may show you here yet: ask the data team to add your team to `access.yml`."
        )
        return Hello(text=text)
    text = (
        f"Hello, I am Ana. Ask me about {company}'s numbers in your own words: every figure comes from a definition that the "
        "data team owns, restricted to what may be said here, and you can open how it was computed. For example:"
    )
    return Hello(text=text, questions=questions)


def _working(asker: Asker, now: Current, decision: Decision) -> Iterator[str]:
    for question in _candidates(now, decision):
        found = understand(
            question,
            registry=now.registry,
            grant=decision.grant,
            values=asker.engine.values(decision.grant),
            team=decision.own.team,
            now=asker.clock.now(),
            previous=None,
        )
        if isinstance(found, Understood) and _granted(found, decision):
            yield question


def _candidates(now: Current, decision: Decision) -> Iterator[str]:
    """The team's own questions first, then the other teams', then one for each metric that may be said here."""
    teams = now.registry.teams
    mine = [teams[decision.own.team]] if decision.own.team in teams else []
    seen: dict[str, None] = {}
    for team in (*mine, *teams.values()):
        seen |= dict.fromkeys(team.questions)
    yield from seen
    for name in sorted(decision.grant.metrics):
        yield f"{now.registry.metrics[name].label} last month"


def _granted(found: Understood, decision: Decision) -> bool:
    return all(set(reading.query.metrics) <= decision.grant.metrics for reading in found.readings)
