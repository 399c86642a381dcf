"""What a press of one of Ana's buttons does. Each is asked again under the grant of whoever pressed; none trusts the message.

Only the asker's press changes the asker's message. Anybody else sees the result alone, or in a message of their own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from slack_sdk.errors import SlackApiError

from anabot.errors import BadQuery
from anabot.slack import buttons, details, mrkdwn, pictures, render
from anabot.slack.blocks import Block, Message, actions, button, messages, sections
from anabot.slack.buttons import Pressed
from anabot.slack.csv_file import file_name, table_csv
from anabot.slack.desk import Desk
from anabot.slack.post import BROKEN, Place
from anabot.slack.reply import attempt, in_words
from anabot.types import Answer, Channel, Person

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One press. `message` is the `ts` of the message with the button; "" in a home tab, whose place is a DM."""

    user: str
    place: Place
    message: str
    action: str
    value: str
    trigger: str
    key: str

    @property
    def direct(self) -> bool:
        """Whether it was pressed where nobody else reads."""
        return self.place.channel.startswith("D")


def read_click(body: Mapping[str, Any]) -> Click:
    """The press in a `block_actions` payload. In a home tab the place's channel is ""."""
    action = body["actions"][0]
    container = body.get("container") or {}
    message = body.get("message") or {}
    user = str(body["user"]["id"])
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    ts = str(message.get("ts") or container.get("message_ts") or "")
    thread = str(message.get("thread_ts") or container.get("thread_ts") or "")
    whispered = bool(container.get("is_ephemeral"))  # a message seen by one alone can hold no thread
    return Click(
        user=user,
        place=Place(channel, thread if whispered or channel.startswith("D") else thread or ts),
        message="" if whispered else ts,
        action=str(action["action_id"]),
        value=str(action.get("value") or ""),
        trigger=str(body.get("trigger_id") or ""),
        key=f"{action.get('action_ts') or time.time_ns()}:{user}:{action['action_id']}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicks:
    """The work behind the buttons. The methods run in the pool, but for `open_how` and the busy ones."""

    desk: Desk

    def open_how(self, click: Click) -> str:
        """Open the modal at once, as Slack allows it for three seconds only. Returns its id; "" where it came too late."""
        try:
            return self.desk.voice.open_view(click.trigger, details.waiting())
        except SlackApiError as error:
            log.warning("slack.modal_refused", error=error.response["error"])
            self._whisper(click, render.failure("Slack did not let me open the details in time. Please press the button again."))
            return ""

    def busy_how(self, view_id: str) -> None:
        """Say in the open modal that there is no free place."""
        self.desk.voice.update_view(view_id, _as_view(render.busy()))

    def fill_how(self, click: Click, view_id: str) -> None:
        """Show how the answer is computed, for whoever pressed."""
        view: list[Block] = []

        def fill() -> Sequence[Message]:
            answer, person, channel = self._recalled(click)
            view.append(details.modal(answer.aside or answer, self.desk.setting(person, channel)))
            return []

        failed = in_words(fill)
        self.desk.voice.update_view(view_id, view[0] if view else _as_view(failed))

    def draw(self, click: Click) -> None:
        """Show the chart instead of the table."""
        self._show(click, picture=True)

    def tabulate(self, click: Click) -> None:
        """Show the table instead of the chart."""
        self._show(click, picture=False)

    def csv(self, click: Click) -> None:
        """Upload every row: into the thread for the asker, into a DM for anybody else."""
        self._whispering(click, lambda: self._upload_csv(click))

    def vote(self, click: Click) -> None:
        """Keep a vote."""

        def keep() -> Sequence[Message]:
            person, _ = self._reader(click)
            vote: Literal["up", "down"] = "up" if click.action == buttons.UP else "down"
            self.desk.parts.asker.feedback(Pressed.read(click.value).receipt, person, vote)
            if vote == "up":
                return render.failure("Thank you. Your vote is kept with the answer.")
            say = button("Say what you meant", buttons.NOTE, click.value)
            return messages(_SORRY, [*sections(_SORRY), *actions(say)])

        self._whispering(click, keep)

    def choose(self, click: Click) -> None:
        """Answer the reading that was chosen: in place of the question for whom it was asked, below it for anybody else."""

        def choose() -> Sequence[Message]:
            person, channel = self._reader(click)
            index = buttons.carried(click.value).get("i")
            if not isinstance(index, int):
                raise BadQuery("That choice can no longer be read.", todo="Ask the question again.")
            pressed = Pressed.read(click.value)
            answer = self.desk.parts.asker.choose(pressed.receipt, index, person, channel)
            return self.desk.shown(answer, person, channel, f"click:{click.key}")

        done, messages = attempt(choose)
        if done:
            self._answer(click, messages)
        else:
            self._whisper(click, messages)

    def ask(self, click: Click) -> None:
        """Ask the button's question for whoever pressed it."""
        place = click.place if click.place.channel else self.desk.voice.direct(click.user)
        self.desk.press_question(click.value, click.user, place, direct=place.channel.startswith("D"), key=f"click:{click.key}")

    def busy(self, click: Click) -> None:
        """Say to whoever pressed that there is no free place."""
        self._whisper(click, render.busy())

    def _show(self, click: Click, *, picture: bool) -> None:
        alone = False

        def show() -> Sequence[Message]:
            nonlocal alone
            answer, person, channel = self._recalled(click)
            alone = answer.aside is not None
            return self._shown(answer.aside or answer, person, channel, picture)

        done, messages = attempt(show)
        if done and not alone and Pressed.read(click.value).asker == click.user:
            self._answer(click, messages)
        else:
            self._whisper(click, messages)

    def _shown(self, answer: Answer, person: Person, channel: Channel, picture: bool) -> Sequence[Message]:
        if not picture:
            return render.render(answer, self.desk.setting(person, channel))
        return self.desk.drawn(answer, person, channel)

    def _upload_csv(self, click: Click) -> Sequence[Message]:
        answer, _, _ = self._recalled(click)
        table, receipt = pictures.rows(answer.aside or answer), (answer.aside or answer).receipt
        private = answer.aside is not None or Pressed.read(click.value).asker != click.user
        place = self.desk.voice.direct(click.user) if private and not click.direct else click.place
        title = pictures.title(table)
        comment = mrkdwn.escape(f"{title}: {len(table.rows):,} rows")
        try:
            name, content = f"{file_name(title)}.csv", table_csv(table)
            self.desk.parts.watch.keep(self.desk.voice.upload(name, content, title=title, place=place, comment=comment), receipt)
        except (SlackApiError, *BROKEN) as error:
            log.warning("slack.upload_failed", error=type(error).__name__)
            return render.failure("The CSV could not be uploaded. Press CSV again, or ask an admin whether Ana may write files.")
        return render.failure("I have sent you the CSV in a direct message.") if place != click.place else []

    def _recalled(self, click: Click) -> tuple[Answer, Person, Channel]:
        person, channel = self._reader(click)
        pressed = Pressed.read(click.value)
        answer = self.desk.parts.asker.recall(pressed.receipt, person, channel)
        if pressed.part is not None and answer.parts:
            answer = answer.parts[min(pressed.part, len(answer.parts) - 1)]
        return answer, person, channel

    def _reader(self, click: Click) -> tuple[Person, Channel]:
        return self.desk.reader(click.user, click.place.channel, direct=click.direct, key=f"click:{click.key}")

    def _answer(self, click: Click, messages: Sequence[Message]) -> None:
        """In place of the message that was pressed, where it is the presser's own and whole; below it otherwise."""
        pressed = Pressed.read(click.value)
        key = f"click:{click.key}"
        if click.message and pressed.asker == click.user and pressed.part is None:
            self.desk.voice.update(click.place, click.message, messages[0], key=key)
            messages = messages[1:]
        for number, message in enumerate(messages):
            self.desk.voice.post(click.place, message, key=f"{key}/{number}")

    def _whispering(self, click: Click, work: Callable[[], Sequence[Message]]) -> None:
        self._whisper(click, in_words(work))

    def _whisper(self, click: Click, messages: Sequence[Message]) -> None:
        for number, message in enumerate(messages):
            if click.direct:
                self.desk.voice.post(click.place, message, key=f"whisper:{click.key}/{number}")
            else:
                self.desk.voice.whisper(click.place, click.user, message)


_SORRY = "Thank you. Your vote is kept with the answer, where the metric's owner sees it."


def _as_view(messages: Sequence[Message]) -> Block:
    return {**details.waiting(), "blocks": [block for message in messages for block in message.blocks]}
