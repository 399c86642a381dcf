"""The bakery with a model on loopback that plays a script."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from office import installed

from anabot.bootstrap import House
from anabot.config import Settings
from anabot.types import Answer, Question
from tests.messages_api import MessagesApi

MODEL = "claude-sonnet-5-5"


JULY = "how much dough did the outlets rake in during July?"  # the rules know none of these words but July


@dataclass
class Bakery:
    """The bakery with a model that plays a script."""

    house: House
    api: MessagesApi
    number: int = 0
    said: list[str] = field(default_factory=list)

    def ask(self, text: str, user: str = "bea", channel: str = "", thread: str | None = None) -> Answer:
        self.number += 1
        self.said = []
        person, place = self.house.directory.person(user), self.house.directory.channel(channel) if channel else None
        assert person is not None
        question = Question(question_id=f"q{self.number}", text=text, person=person, channel=place, thread=thread)
        return self.house.asker.ask(question, self.said.append)

    def plays(self, *steps: Any) -> None:
        self.api.plays(*steps)

    def record(self) -> list[Any]:
        """What the newest question has left in the audit."""
        return [entry for entry in self.house.store.audit.list(60) if entry.question_id == f"q{self.number}"]


def settings(folder: Path, api: MessagesApi, **more: Any) -> Settings:
    return installed(folder, cache=folder / "cache", ANTHROPIC_API_KEY="a-key", ANTHROPIC_BASE_URL=api.url, **more)
