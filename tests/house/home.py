"""The bakery's house, open for a whole test, and what people do in it without Slack."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from office import Office

from anabot.bootstrap import House
from anabot.demand import Demanding, Filed, Wanted
from anabot.types import Answer, Channel, Person, Question

LOSS = "how much shrinkage last month by shop?"


@dataclass(frozen=True)
class Home:
    """The office with its house open."""

    office: Office
    house: House

    @property
    def desk(self) -> Demanding:
        return Demanding(asker=self.house.asker)

    def who(self, handle: str) -> Person:
        person = self.house.directory.person(handle)
        assert person is not None
        return person

    def place(self, name: str) -> Channel | None:
        return self.house.directory.channel(name) if name else None

    def ask(self, text: str, user: str = "bea", where: str = "", thread: str | None = None) -> Answer:
        key = uuid.uuid4().hex
        asked = Question(question_id=key, text=text, person=self.who(user), channel=self.place(where), thread=thread)
        return self.house.learning.ask(asked)

    def file(self, answer: Answer, user: str = "bea", where: str = "") -> Filed:
        return self.desk.file(answer.receipt, self.who(user), self.place(where))

    def want(self, text: str = LOSS, user: str = "bea") -> Filed:
        return self.file(self.ask(text, user), user)

    def demand(self, user: str = "") -> tuple[Wanted, ...]:
        return self.desk.list(self.who(user) if user else None)

    def words(self, user: str = "") -> set[str]:
        return {one.word for one in self.demand(user)}

    def edit(self, file: str, old: str, new: str) -> None:
        self.office.edit(file, old, new)
        self.house.standing.reload()
