"""How Ana introduces herself in one place: who she is, and three questions that work there. None is shown that was not tried."""

from __future__ import annotations

from dataclasses import dataclass

from anabot.ask import Asker
from anabot.questions import introduction, working_questions
from anabot.types import Channel, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Plain text, and questions that work in this place for this person."""

    text: str
    questions: tuple[str, ...] = ()


def hello(asker: Asker, person: Person, channel: Channel | None) -> Hello:
    """What Ana says to somebody who opens a conversation, or whose channel she joins."""
    registry, decision = asker.current().registry, asker.decision(person, channel)
    questions = working_questions(registry, decision, asker.engine, asker.clock.now())
    return Hello(text=introduction(registry, questions), questions=questions)
