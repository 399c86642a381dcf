"""Proposals in Slack: an owner's message with the diff and its buttons, `/ana propose`, and the note beside a thumbs-down.

Only the owner decides; whoever else presses is told so. It changes no file itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from anabot.proposing import Shown
from anabot.slack import buttons, mrkdwn, render
from anabot.slack.blocks import Block, Message, actions, button, code, context, messages, sections
from anabot.slack.clicks import Click
from anabot.slack.desk import Desk
from anabot.slack.post import BROKEN
from anabot.slack.reply import attempt, in_words
from anabot.types import Person

log = structlog.get_logger()
NOTE_VIEW = "ana_note"
_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The work behind proposals. Runs in the pool and in the worker, but for `open_note`."""

    desk: Desk

    def accept(self, click: Click) -> None:
        """The owner accepts: the registry's files change."""
        self._decide(click, self.desk.parts.proposals.accept)

    def decline(self, click: Click) -> None:
        """The owner declines: nothing changes."""
        self._decide(click, self.desk.parts.proposals.decline)

    def round(self) -> None:
        """Tell each owner of what is proposed for their metrics, once."""
        for one in self.desk.parts.proposals.untold():
            if one.owner is not None and self._tell(one.owner, proposal_message(one)):
                self.desk.parts.proposals.told(one.proposal.proposal)

    def open_note(self, click: Click) -> None:
        """Ask what was meant, in a modal, which Slack allows for three seconds only."""
        try:
            self.desk.voice.open_view(click.trigger, note_view(buttons.Pressed.read(click.value).receipt))
        except SlackApiError as error:
            log.warning("slack.modal_refused", error=error.response["error"])

    def note(self, user: str, receipt: str, text: str, key: str) -> None:
        """Keep the note, say so to whoever wrote it, and tell the owner of what comes of it."""

        def keep() -> Sequence[Message]:
            return render.failure(self.desk.parts.asker.note(receipt, self.desk.who(user, channel="dm", key=key), text))

        for number, message in enumerate(in_words(keep)):
            self.desk.voice.post(self.desk.voice.direct(user), message, key=f"note:{key}/{number}")
        self.round()

    def _decide(self, click: Click, decide: Callable[[str, Person], str]) -> None:
        def decided() -> Sequence[Message]:
            owner = self.desk.who(click.user, channel=click.place.channel, key=f"propose:{click.key}")
            return render.failure(decide(str(buttons.carried(click.value).get("p", "")), owner))

        done, said = attempt(decided)
        for number, message in enumerate(said):
            if done and click.message and click.direct:
                self.desk.voice.update(click.place, click.message, message, key=f"propose:{click.key}/{number}")
            elif click.direct:
                self.desk.voice.post(click.place, message, key=f"propose:{click.key}/{number}")
            else:
                self.desk.voice.whisper(click.place, click.user, message)

    def _tell(self, owner: Person, message: Message) -> bool:
        try:
            key = f"propose:{message.text}/{owner.user}"
            self.desk.voice.post(self.desk.voice.direct(owner.user), message, key=key)
        except (SlackApiError, *BROKEN) as error:
            log.warning("proposal.not_told", error=type(error).__name__)
            return False
        return True


def proposal_message(one: Shown) -> Message:
    """A proposal, for its owner alone."""
    return messages(f"{one.proposal.proposal}: {mrkdwn.escape(one.words)}", proposal_blocks(one, decides=True))[0]


def proposal_blocks(one: Shown, *, decides: bool) -> Iterator[Block]:
    """What is proposed, how it came about, the change, what the metric gives, and the owner's buttons."""
    yield from sections(f"Proposed {mrkdwn.bold(one.proposal.proposal)}: {mrkdwn.escape(one.words)}")
    yield from context(f"Somebody said: {mrkdwn.value(one.proposal.said)}")
    yield from code(one.diff) if one.diff else ()
    yield from context(f"Golden value: {mrkdwn.value(one.golden)}" if one.golden else "", _NOTHING_YET)
    if decides:
        value = buttons.packed({"p": one.proposal.proposal})
        yield from actions(button("Accept", buttons.ACCEPT, value, style="primary"), button("Decline", buttons.REFUSE, value))


_NOTHING_YET = "Until its owner accepts, no answer changes. It is written into the file and checked like any other change."


def note_view(receipt: str) -> Block:
    """The modal that asks what was meant."""
    field = {"type": "plain_text_input", "action_id": "note", "multiline": True, "max_length": _LONGEST_NOTE}
    return {
        "type": "modal",
        "callback_id": NOTE_VIEW,
        "private_metadata": buttons.packed({"r": receipt}),
        "title": {"type": "plain_text", "text": "What did you mean?"},
        "submit": {"type": "plain_text", "text": "Send"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            {
                "type": "input",
                "block_id": "note",
                "label": {"type": "plain_text", "text": "For example: I meant net revenue"},
                "element": field,
            }
        ],
    }


def read_note(body: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Who wrote, on which receipt, what, and the view's id."""
    view = body["view"]
    text = str(view["state"]["values"]["note"]["note"].get("value") or "")
    return str(body["user"]["id"]), str(buttons.carried(str(view["private_metadata"])).get("r", "")), text, str(view["id"])
