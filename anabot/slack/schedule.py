"""*Schedule this* in Slack: the form, the preview in direct messages, the channel's owner who is asked, and what became of it.

Who presses acts for themselves, whatever the message says. It posts into no channel and decides nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from anabot.errors import AnabotError, BadQuery
from anabot.playbooks.playbook import Playbook
from anabot.slack import buttons, mrkdwn, render, schedule_form
from anabot.slack.awaiting import decision_buttons, only, summary, when
from anabot.slack.blocks import Block, Message, actions, context, messages, sections
from anabot.slack.buttons import Pressed
from anabot.slack.clicks import Click
from anabot.slack.desk import Desk
from anabot.slack.parts import Plans
from anabot.slack.playbooks import as_preview, playbook_blocks
from anabot.slack.post import BROKEN, Place
from anabot.slack.poster import SlackPoster
from anabot.slack.reply import attempt
from anabot.stewards.listing import PlaybookLine
from anabot.stewards.plans import Offered, Outcome, Unfit
from anabot.types import Person

log = structlog.get_logger()
_LATE = "Slack did not let me open the form in time. Please press the button again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedules:
    """The work behind *Schedule this*. `open` and `submitted` are done at once; the rest runs in the pool."""

    desk: Desk
    poster: SlackPoster

    def open(self, click: Click) -> str:
        """Open the modal, as Slack allows it for three seconds only. Returns its id; "" where it came too late."""
        try:
            return self.desk.voice.open_view(click.trigger, schedule_form.waiting())
        except SlackApiError as error:
            log.warning("slack.modal_refused", error=error.response["error"])
            self._whisper(click, render.failure(_LATE))
            return ""

    def busy(self, view_id: str) -> None:
        """Say in the open modal that there is no free place."""
        self.desk.voice.update_view(view_id, schedule_form.words(render.busy()[0].text))

    def fill(self, click: Click, view_id: str) -> None:
        """Show the form for the answer that the button stands under, asked again for whoever pressed."""
        view: list[Block] = []

        def fill() -> Sequence[Message]:
            view.append(self._form(click))
            return []

        done, said = attempt(fill)
        self.desk.voice.update_view(view_id, view[0] if done else schedule_form.words(said[0].text))

    def submitted(self, body: Mapping[str, Any]) -> tuple[Mapping[str, str], Callable[[], None]]:
        """The faults of a form that was sent, by its fields; without one, the work that is left to do."""
        user = str(body["user"]["id"])
        try:
            filled, origin = schedule_form.read(body["view"])
            person = self.desk.who(user, channel=origin.get("c", ""), key="schedule")
            playbook, text = self._plans.plan(filled, person)
        except Unfit as error:
            return {error.field: str(error)[:250]}, _nothing
        return {}, lambda: self._preview(playbook, text, person, origin, str(body["view"]["id"]))

    def keep(self, click: Click) -> None:
        """Its maker has seen the preview and wants it."""
        self._decided(click, lambda person, proposal: self._plans.schedule(proposal, person))

    def discard(self, click: Click) -> None:
        """Its maker does not want it."""

        def discard() -> Sequence[Message]:
            return render.failure(self._plans.discard(_proposal(click), self._person(click)))

        done, said = attempt(discard)
        self._answer(click, done, said)

    def approve(self, click: Click) -> None:
        """The channel's owner, or an admin, says yes."""
        self._decided(click, lambda person, proposal: self._plans.decide(proposal, person, yes=True))

    def decline(self, click: Click) -> None:
        """The channel's owner, or an admin, says no."""
        self._decided(click, lambda person, proposal: self._plans.decide(proposal, person, yes=False))

    @property
    def _plans(self) -> Plans:
        return self.desk.parts.plans

    def _form(self, click: Click) -> Block:
        person, channel = self.desk.reader(click.user, click.place.channel, direct=click.direct, key=f"click:{click.key}")
        pressed = Pressed.read(click.value)
        found = self._plans.schedulable(pressed.receipt, pressed.part, person, channel)
        registry = self.desk.parts.registry()
        origin = {"c": click.place.channel, "t": click.place.thread}
        zones = [zone for zone in (person.zone, registry.calendar.zone.key) if zone != "UTC"]
        return schedule_form.form(found, zones=zones, channel="" if click.direct else click.place.channel, origin=origin)

    def _preview(self, playbook: Playbook, text: str, person: Person, origin: Mapping[str, str], view: str) -> None:
        dm = self.desk.voice.direct(person.user)

        def preview() -> Sequence[Message]:
            shown, digest = self._plans.preview(playbook, text, person)
            self.poster.show(dm, as_preview(f"#{playbook.channel}", digest), key=f"preview:{shown.proposal}")
            return summary(shown)

        done, said = attempt(preview)
        for number, message in enumerate(said):
            self.desk.voice.post(dm, message, key=f"schedule:{view}:{dt.datetime.now(dt.UTC).timestamp()}/{number}")
        elsewhere = Place(origin.get("c", ""), origin.get("t", ""))
        if done and elsewhere.channel and elsewhere.channel != dm.channel:
            note = f"The preview of {mrkdwn.bold(playbook.title)} is in your direct messages with me. Schedule it there."
            self.desk.voice.whisper(elsewhere, person.user, messages(note, sections(note))[0])

    def _decided(self, click: Click, decide: Callable[[Person, str], Outcome]) -> None:
        def decided() -> Sequence[Message]:
            person = self._person(click)
            outcome = decide(person, _proposal(click))
            if outcome.became == "asked":
                self._ask(outcome.shown)
            elif outcome.shown.by.user != person.user:
                self._tell(outcome.shown.by, self._told(outcome, by=person), f"schedule:{click.key}/told")
            return self._told(outcome)

        done, said = attempt(decided)
        self._answer(click, done, said)

    def _told(self, outcome: Outcome, *, by: Person | None = None) -> Sequence[Message]:
        said = f"@{by.handle or by.name} has decided: {outcome.words}" if by else outcome.words
        blocks = [*sections(mrkdwn.told(said))]
        reader = by and outcome.shown.by
        line = self._line(outcome, reader or outcome.shown.by) if outcome.became == "in_force" else None
        if line is not None:
            blocks += playbook_blocks(line, 0)
        return messages(mrkdwn.told(said), blocks)

    def _line(self, outcome: Outcome, person: Person) -> PlaybookLine | None:
        lines = self.desk.parts.playbooks.lines(person)
        return next((line for line in lines if line.name == outcome.shown.playbook.name), None)

    def _ask(self, shown: Offered) -> None:
        """Ask the channel's owner, with the preview where they read the channel."""
        if shown.decider is None:
            return
        who = mrkdwn.bold(f"@{shown.by.handle or shown.by.name}")
        title, place = mrkdwn.bold(shown.playbook.title), mrkdwn.bold(f"#{shown.playbook.channel}")
        words = f"{who} would like {title} to be posted in {place}, which you own: {when(shown)}."
        self._show(shown, shown.decider)
        note = "It says what they may see and the channel may hear, computed anew each time."
        blocks = [*sections(words), *context(only(shown), note), *actions(*decision_buttons(shown.proposal, 0))]
        if not self._tell(shown.decider, messages(words, blocks), f"schedule:{shown.proposal}/asked"):
            raise BadQuery(f"I could not reach {shown.decider.name} in Slack.", todo="It waits for them in `/ana playbooks`.")

    def _show(self, shown: Offered, decider: Person) -> None:
        """The preview, for a decider who reads the channel. They are asked even where it cannot be shown."""
        try:
            digest, place = self._plans.for_decider(shown.proposal, decider), self._tell(decider, [], "")
            if digest is not None and place is not None:
                self.poster.show(place, as_preview(f"#{shown.playbook.channel}", digest), key=f"preview:{shown.proposal}/owner")
        except AnabotError as error:
            log.warning("schedule.not_shown", code=error.code)

    def _tell(self, person: Person, said: Sequence[Message], key: str) -> Place | None:
        """Say it in direct messages; the place, or None where they could not be reached."""
        try:
            place = self.desk.voice.direct(person.user)
            for number, message in enumerate(said):
                self.desk.voice.post(place, message, key=f"{key}/{number}")
        except (SlackApiError, *BROKEN) as error:
            log.warning("schedule.not_told", error=type(error).__name__)
            return None
        return place

    def _person(self, click: Click) -> Person:
        return self.desk.who(click.user, channel=click.place.channel, key=f"schedule:{click.key}")

    def _answer(self, click: Click, done: bool, said: Sequence[Message]) -> None:
        """In place of the buttons once it is decided; beside them where it is not."""
        if done and click.message and click.direct:
            self.desk.voice.update(click.place, click.message, said[0], key=f"schedule:{click.key}/done")
        else:
            self._whisper(click, said)

    def _whisper(self, click: Click, said: Sequence[Message]) -> None:
        place = self.desk.answered_in(click.place, click.user)
        for number, message in enumerate(said):
            if place.direct:
                self.desk.voice.post(place, message, key=f"schedule:{click.key}/{number}/said")
            else:
                self.desk.voice.whisper(click.place, click.user, message)


def _proposal(click: Click) -> str:
    return str(buttons.carried(click.value).get("p", ""))


def _nothing() -> None:
    """There is nothing left to do."""
