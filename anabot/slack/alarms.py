"""Tell owners who reads along and what was shared on, by direct message. It decides nothing, and says no number."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from slack_sdk.errors import SlackApiError

from anabot.slack import mrkdwn
from anabot.slack.blocks import Message, context, messages, sections
from anabot.slack.parts import Watches
from anabot.slack.post import BROKEN, Place, Voice
from anabot.types import Directory, Person
from anabot.watch import Alarm, Spill

log = structlog.get_logger()
_MOST = 15
ROUND_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """The watch, and the voice that tells what it finds."""

    watch: Watches
    voice: Voice
    directory: Directory

    def look(self, channel: str) -> None:
        """See who reads the channel now, and tell its owner of whoever may not see alone what is said there."""
        found = self.directory.channel(channel) if not channel.startswith("D") else None
        alarm = self.watch.alarm(found) if found is not None else None
        if alarm is not None:
            who = "-".join(sorted(one.user for one, _ in alarm.members))
            key = f"alarm:{alarm.channel.channel}:{who}"
            self.watch.told(alarm, reached=self._tell(alarm.owner, alarm_message(alarm), key))

    def round(self) -> None:
        """Look at every channel that is declared: user groups change without a word from anybody."""
        for name in self.watch.declared():
            self.look(name)

    def shared(self, file: str, user: str, channel: str, key: str) -> None:
        """Somebody has shared a file in a channel: where its numbers may not be said, they and an owner hear of it."""
        spill = self.watch.shared(file, user, self.directory.channel(channel), channel)
        if spill is None:
            return
        person = self.directory.person(user)
        try:
            self.voice.whisper(Place(channel), user, _to_sharer(spill))
        except (SlackApiError, *BROKEN) as error:
            log.warning("alarm.not_whispered", error=type(error).__name__)
        if spill.owner is not None and spill.owner.user != user:
            self._tell(spill.owner, _to_owner(spill, person), f"shared:{key}")

    def _tell(self, person: Person, message: Message, key: str) -> bool:
        try:
            self.voice.post(self.voice.direct(person.user), message, key=key)
        except (SlackApiError, *BROKEN) as error:
            log.warning("alarm.not_told", error=type(error).__name__)
            return False
        return True


def alarm_message(alarm: Alarm) -> Message:
    """Who reads along in the owner's channel, what they may not see alone, and what to do."""
    count = len(alarm.members)
    lead = f"{count} members of" if count > 1 else "Somebody in"
    place = mrkdwn.bold(f"#{alarm.channel.name}")
    words = f"{lead} {place} may not see alone what you let me say there."
    lines = [f"• {_name(one)}: {mrkdwn.value(', '.join(classes))}" for one, classes in alarm.members[:_MOST]]
    more = [f"• and {count - _MOST} more"] if count > _MOST else []
    held = "Strict classes are held back there while they read along. " if alarm.strict else ""
    end = (
        f"{held}All else that the channel declares is still said. Take them out of the channel, give their team access, "
        "or declare less for it in access.yml. I tell you of each of them once."
    )
    return messages(words, [*sections(words), *sections("\n".join([*lines, *more])), *context(mrkdwn.escape(end))])[0]


def _to_sharer(spill: Spill) -> Message:
    words = f"That file holds {_labels(spill)}, which may not be said in {mrkdwn.value(spill.place)}. Please take it back."
    return messages(words, sections(words))[0]


def _to_owner(spill: Spill, person: Person | None) -> Message:
    who = _name(person) if person is not None else "Somebody"
    words = f"{who} has shared a file of mine with {_labels(spill)} in {mrkdwn.bold(spill.place)}, where it may not be said."
    return messages(words, [*sections(words), *context("They have been asked to take it back. It is on record.")])[0]


def _labels(spill: Spill) -> str:
    return mrkdwn.bold(", ".join(spill.labels) or "numbers that are no longer defined")


def _name(person: Person) -> str:
    return f"{mrkdwn.value(person.name)} (@{mrkdwn.value(person.handle)})" if person.handle else mrkdwn.value(person.name)
