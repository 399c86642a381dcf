"""Where a message becomes an answer: who asks, who reads, the question, the reply. It decides nothing about the data.

Every method here runs in the pool, and every failure becomes words in the same place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import structlog

from anabot.errors import NotAllowed
from anabot.slack import pictures, render
from anabot.slack.blocks import Message
from anabot.slack.heard import Heard, conversation
from anabot.slack.meter import answered
from anabot.slack.parts import Parts
from anabot.slack.post import Place, Voice
from anabot.slack.render import Setting
from anabot.slack.reply import Reply, in_words
from anabot.types import Answer, Channel, ChannelId, Person, Question, UserId

log = structlog.get_logger()
EMPTY = "what can you do"
_NOBODY = "I could not look you up in Slack, so I may not show you anything."
_NOWHERE = "I could not look up who reads this channel, so I may not say anything here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Answers messages. `patience_s` is how long it stays silent before it says that it is looking."""

    parts: Parts
    voice: Voice
    patience_s: float = 1.0

    def answer(self, heard: Heard) -> None:
        """Answer a message that was addressed to Ana."""
        with self.reply(heard.place, f"answer:{heard.key}") as reply:
            reply.say(in_words(lambda: self._asked(heard, reply)))

    def overhear(self, heard: Heard) -> None:
        """Answer a message of a thread that nobody addressed to Ana, if she understands it completely; otherwise be silent."""
        person, channel = self.parts.directory.person(heard.user), self._channel(heard.channel, heard.user, heard.direct)
        if person is None or channel is None or not heard.text:
            return
        answer = self.parts.asker.overhear(_question(heard, person, channel))
        if answer is not None:
            self.reply_with(answer, person, channel, heard.place, f"answer:{heard.key}")

    def press_question(self, text: str, user: str, place: Place, *, direct: bool, key: str) -> None:
        """Ask a button's question as if its presser had typed it; the answer says who asked what."""
        with self.reply(place, f"answer:{key}") as reply:
            reply.say(in_words(lambda: self._pressed(text, user, place, direct, key, reply)))

    def reply_with(self, answer: Answer, person: Person, channel: Channel, place: Place, key: str) -> None:
        """Post an answer that is already there."""
        with self.reply(place, key) as reply:
            reply.say(in_words(lambda: self.shown(answer, person, channel, key)))

    def answered_in(self, place: Place, user: str) -> Place:
        """Where a press is answered: where it was pressed, or in direct messages where that is a home tab."""
        return place if place.channel else self.voice.direct(user)

    def reply(self, place: Place, key: str) -> Reply:
        """A reply in this place."""
        return Reply(self.voice, place, key=key, patience_s=self.patience_s)

    def shown(
        self, answer: Answer, person: Person, channel: Channel, key: str, *, asked: str = "", said: str = ""
    ) -> Sequence[Message]:
        """The answer as messages for its place. What is for the asker alone is sent to them here, with the words they `asked`."""
        answered(answer)
        if answer.reason == "help":
            return self.greeting(person, channel)
        if answer.aside is not None:
            self._send_alone(answer.aside, asked or said, person, channel, key)
        if pictures.asked_for(answer):
            return self.drawn(answer, person, channel, said=said)
        return render.render(answer, self.setting(person, channel, said=said))

    def drawn(self, answer: Answer, person: Person, channel: Channel, *, said: str = "") -> Sequence[Message]:
        """The answer with a picture instead of its table; with the table and a word of why where there can be none."""
        setting = self.setting(person, channel, said=said)
        picture, note = pictures.picture(answer, setting.registry, self.voice)
        if picture:
            self.parts.watch.keep(picture, answer.receipt)
        return render.render(answer, setting, picture=picture, note=note)

    def setting(self, person: Person, channel: Channel, *, said: str = "") -> Setting:
        """How answers look to this person in this place."""
        registry = self.parts.known(person, channel)
        zone: ZoneInfo = render.zone_for(person if channel.kind == "dm" else None, registry)
        return Setting(registry=registry, zone=zone, asker=person.user, said=said, said_by=person.name)

    def reader(self, user: str, channel: str, *, direct: bool, key: str = "", said: str = "") -> tuple[Person, Channel]:
        """The person and the place, as the rest of the house knows them. `key` and `said` are what is refused, for the record.

        Raises:
            NotAllowed: Slack does not say who this is, or who reads here. It is on record.
        """
        person = self.who(user, channel=channel, key=key, said=said)
        place = self._channel(channel, user, direct)
        if place is None:
            self.parts.asker.turned_away(user, channel, reason="unknown_place", key=key, said=said)
            raise NotAllowed(_NOWHERE, todo="Try again in a minute, or ask me in a direct message.")
        return person, place

    def who(self, user: str, *, channel: str, key: str = "", said: str = "") -> Person:
        """The person with this user id.

        Raises:
            NotAllowed: Slack does not say who this is. It is on record.
        """
        person = self.parts.directory.person(user)
        if person is None:
            self.parts.asker.turned_away(user, channel, reason="unknown_person", key=key, said=said)
            raise NotAllowed(_NOBODY, todo="Try again in a minute, or ask an admin whether Ana may read users and user groups.")
        return person

    def _asked(self, heard: Heard, reply: Reply) -> Sequence[Message]:
        person, channel = self.reader(heard.user, heard.channel, direct=heard.direct, key=heard.key, said=heard.text)
        if not heard.text or heard.text.casefold().strip(" ?!.") in (EMPTY, "help", "hello", "hi"):
            return self.greeting(person, channel)
        answer = self.parts.asker.ask(_question(heard, person, channel), reply.working)
        return self.shown(answer, person, channel, f"answer:{heard.key}", asked=heard.text)

    def _pressed(self, text: str, user: str, place: Place, direct: bool, key: str, reply: Reply) -> Sequence[Message]:
        person, channel = self.reader(user, place.channel, direct=direct, key=key, said=text)
        question = Question(question_id=key, text=text, person=person, channel=channel, thread=conversation(place))
        return self.shown(self.parts.asker.ask(question, reply.working), person, channel, f"answer:{key}", said=text)

    def greeting(self, person: Person, channel: Channel) -> Sequence[Message]:
        """What Ana says of herself to this person here."""
        hello = self.parts.hello(person, channel)
        return [render.greeting(hello.text, hello.questions)]

    def _send_alone(self, answer: Answer, asked: str, person: Person, channel: Channel, key: str) -> None:
        """Send an answer by direct message, below the question, which was asked somewhere else."""
        place = self.voice.direct(person.user)
        setting = self.setting(person, direct_messages(place.channel, person.user), said=asked)
        with self.reply(place, f"{key}/alone") as reply:
            reply.say(render.render(answer, replace(setting, said_by="You", said_in=f"in #{channel.name}")))

    def _channel(self, channel: str, user: str, direct: bool) -> Channel | None:
        return direct_messages(channel, user) if direct else self.parts.directory.channel(channel)


def direct_messages(channel: str, user: str) -> Channel:
    """The direct messages between Ana and one person, which nobody else reads."""
    return Channel(channel=ChannelId(channel), name="direct message", kind="dm", private=True, members=frozenset({UserId(user)}))


def _question(heard: Heard, person: Person, channel: Channel) -> Question:
    return Question(question_id=heard.key, text=heard.text, person=person, channel=channel, thread=heard.conversation)
