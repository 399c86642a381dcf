"""Hear Slack: acknowledge at once, take each thing once, and hand it to the pool. It answers nothing itself.

A message is taken once by its channel and `ts`, whatever it arrives as and however often: a mention is also a message, and
Slack sends again what it believes was lost. Everything else is taken once by its `event_id` or its press.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltContext, Respond

from anabot.errors import AnabotError
from anabot.slack import buttons, render, schedule_form
from anabot.slack.alarms import Alarms
from anabot.slack.awaiting import waiting_blocks
from anabot.slack.blocks import Message
from anabot.slack.clicks import Click, Clicks, read_click
from anabot.slack.command import Command
from anabot.slack.desk import Desk, direct_messages
from anabot.slack.heard import Heard, heard
from anabot.slack.home import home_view
from anabot.slack.meter import REPEATS, TURNED_AWAY
from anabot.slack.parts import Parts
from anabot.slack.pool import Pool
from anabot.slack.post import Place, Voice
from anabot.slack.proposals import NOTE_VIEW, Proposed, read_note
from anabot.slack.reply import in_words
from anabot.slack.schedule import Schedules
from anabot.slack.wanted import Wants
from anabot.slack.wishes import Wishes

log = structlog.get_logger()
COMMAND = "/ana"
EVENTS = ("app_mention", "message", "member_joined_channel", "app_home_opened", "file_shared")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """Everything Slack can tell Ana. Its methods run in Bolt's threads and must not wait for a warehouse."""

    parts: Parts
    voice: Voice
    desk: Desk
    clicks: Clicks
    command: Command
    wishes: Wishes
    schedules: Schedules
    wants: Wants
    proposed: Proposed
    alarms: Alarms
    pool: Pool

    def register(self, app: App) -> None:
        """Subscribe to all of it."""
        app.event("app_mention")(self.on_message)
        app.event("message")(self.on_message)
        app.event("member_joined_channel")(self.on_joined)
        app.event("app_home_opened")(self.on_home)
        app.event("file_shared")(self.on_file)
        app.action(re.compile(r"^ana_"))(self.on_click)
        app.command(COMMAND)(self.on_command)
        app.view(NOTE_VIEW)(self.on_note)
        # What is not listened to is still acknowledged: Slack would send it again.
        app.event(re.compile(r".+"))(_nothing)
        app.action(re.compile(r".+"))(_acknowledged)
        app.view(schedule_form.CALLBACK)(self.on_scheduled)
        app.view(re.compile(r".*"))(_acknowledged)

    def on_message(self, event: dict[str, Any], context: BoltContext) -> None:
        """A mention, a direct message, or words in a thread that Ana may be part of."""
        said = heard(event, str(context.bot_user_id or ""), self._handle)
        if said is None or not (said.direct or said.mentioned or said.thread):
            return
        if not (said.direct or said.mentioned):
            if self._first(f"message:{said.key}"):
                self.pool.submit(self._watched(lambda: self.desk.overhear(said), said.channel), message=said.key)
            return
        try:
            if not self._first(f"message:{said.key}"):
                return
        except AnabotError as error:
            self._say(said, render.failure(str(error)))
            return
        if not self.pool.submit(self._watched(lambda: self.desk.answer(said), said.channel), message=said.key):
            TURNED_AWAY.inc()
            self._say(said, render.busy())

    def on_joined(self, event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        """Somebody joined a channel, which is decided anew from now on; when it is Ana, she says hello to whoever invited her."""
        channel, inviter = str(event["channel"]), str(event.get("inviter") or "")
        self.parts.directory.renew(channel)
        if not self._first(f"event:{body.get('event_id')}"):
            return
        if event.get("user") != context.bot_user_id:
            self.pool.submit(lambda: self.alarms.look(channel), channel=channel)
            return
        self.pool.submit(
            lambda: self._hello(Place(channel), inviter, direct=False, key=f"hello:{body.get('event_id')}"), channel=channel
        )

    def on_home(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        """Somebody looks at Ana: her home tab is written for them, and the first DM begins with a hello."""
        user, channel = str(event["user"]), str(event.get("channel") or "")
        if event.get("tab") == "home":
            if self._first(f"event:{body.get('event_id')}"):
                self.pool.submit(lambda: self._home(user), user=user)
        elif channel and self._first(f"hello:{user}"):
            self.pool.submit(lambda: self._hello(Place(channel), user, direct=True, key=f"hello:{user}"), user=user)

    def on_file(self, event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        """Somebody has shared a file, which may be one of Ana's."""
        user, channel, file = (str(event.get(name) or "") for name in ("user_id", "channel_id", "file_id"))
        key = f"event:{body.get('event_id')}"
        if user not in ("", context.bot_user_id) and channel and file and self._first(key):
            self.pool.submit(lambda: self.alarms.shared(file, user, channel, key), file=file)

    def on_click(self, ack: Ack, body: dict[str, Any]) -> None:
        """A button of Ana's."""
        ack()
        click = read_click(body)
        if click.action == buttons.HOW:
            self._how(click)
            return
        if click.action == buttons.NOTE:
            self.proposed.open_note(click)
            return
        if click.action == buttons.SCHEDULE:
            self._schedule(click)
            return
        work = self._work(click)
        if work is None or not self._first(f"click:{click.key}"):
            return
        if not self.pool.submit(self._watched(lambda: work(click), click.place.channel), action=click.action):
            TURNED_AWAY.inc()
            self.clicks.busy(click)

    def on_note(self, ack: Ack, body: dict[str, Any]) -> None:
        """What somebody meant, beside a thumbs-down."""
        ack()
        user, receipt, text, view = read_note(body)
        if self._first(f"note:{view}"):
            self.pool.submit(lambda: self.proposed.note(user, receipt, text, view), user=user)

    def on_command(self, ack: Ack, respond: Respond, command: dict[str, Any]) -> None:
        """`/ana`."""
        ack()
        if not self.pool.submit(lambda: self.command.run(command, respond), command=COMMAND):
            TURNED_AWAY.inc()
            self.command.say(respond, render.busy())

    def _watched(self, work: Callable[[], None], channel: str) -> Callable[[], None]:
        """The work, and after it a look at who has read it."""

        def both() -> None:
            work()
            if channel:
                self.alarms.look(channel)

        return both

    def _how(self, click: Click) -> None:
        view_id = self.clicks.open_how(click) if self._first(f"click:{click.key}") else ""
        if view_id and not self.pool.submit(lambda: self.clicks.fill_how(click, view_id), action=click.action):
            TURNED_AWAY.inc()
            self.clicks.busy_how(view_id)

    def _schedule(self, click: Click) -> None:
        view_id = self.schedules.open(click) if self._first(f"click:{click.key}") else ""
        if view_id and not self.pool.submit(lambda: self.schedules.fill(click, view_id), action=click.action):
            TURNED_AWAY.inc()
            self.schedules.busy(view_id)

    def on_scheduled(self, ack: Ack, body: dict[str, Any]) -> None:
        """The form of *Schedule this* was sent: its faults are said in it, and its preview is made in the pool."""
        try:
            faults, work = self.schedules.submitted(body)
        except AnabotError as error:
            faults, work = {"title": str(error)[:250]}, _nothing
        if not faults and not self.pool.submit(work, action=schedule_form.CALLBACK):
            TURNED_AWAY.inc()
            faults = {"title": render.busy()[0].text}
        if faults:
            ack(response_action="errors", errors=dict(faults))
        else:
            ack()

    def _work(self, click: Click) -> Callable[[Click], None] | None:
        exact: Mapping[str, Callable[[Click], None]] = {
            buttons.CHART: self.clicks.draw,
            buttons.TABLE: self.clicks.tabulate,
            buttons.CSV: self.clicks.csv,
            buttons.UP: self.clicks.vote,
            buttons.DOWN: self.clicks.vote,
            buttons.ACCESS: self.wishes.ask,
            buttons.DECLINE: self.wishes.decline,
            buttons.END: self.wishes.end,
            buttons.KEEP: self.schedules.keep,
            buttons.DISCARD: self.schedules.discard,
            buttons.WANT: self.wants.ask,
            buttons.ACCEPT: self.proposed.accept,
            buttons.REFUSE: self.proposed.decline,
        }
        numbered = {
            buttons.LEND: self.wishes.lend,
            buttons.CHOOSE: self.clicks.choose,
            buttons.ASK: self.clicks.ask,
            buttons.APPROVE: self.schedules.approve,
            buttons.REJECT: self.schedules.decline,
            **dict.fromkeys((buttons.RUN, buttons.TEST, buttons.PAUSE, buttons.RESUME, buttons.HISTORY), self.command.press),
        }
        return exact.get(click.action) or numbered.get(click.action.rpartition("_")[0])

    def _hello(self, place: Place, user: str, *, direct: bool, key: str) -> None:
        person = self.parts.directory.person(user) if user else None
        channel = direct_messages(place.channel, user) if direct else self.parts.directory.channel(place.channel)
        if person is None or channel is None:
            self.voice.post(place, render.greeting(_SHORT_HELLO, ()), key=key)
            return
        self.voice.post(place, in_words(lambda: self.desk.greeting(person, channel))[0], key=key)

    def _home(self, user: str) -> None:
        person = self.parts.directory.person(user)
        hello = self.parts.hello(person, direct_messages("", user)) if person else None
        if person is None:
            self.voice.publish(user, home_view(hello))
            return
        lines, waits = self.parts.playbooks.lines(person), self.parts.plans.waiting(person)
        self.voice.publish(user, home_view(hello, lines, waiting_blocks(waits, person)))

    def _say(self, said: Heard, messages: Sequence[Message]) -> None:
        self.voice.post(said.place, messages[0], key=f"answer:{said.key}")

    def _first(self, key: str) -> bool:
        if self.parts.seen.once(key):
            return True
        REPEATS.inc()
        return False

    def _handle(self, user: str) -> str:
        person = self.parts.directory.person(user)
        return person.handle if person and person.handle else user


_SHORT_HELLO = "Hello, I am Ana. Mention me with a question about the numbers; every figure comes from a governed definition."


def _nothing() -> None:
    """Bolt acknowledges events by itself."""


def _acknowledged(ack: Ack) -> None:
    ack()
