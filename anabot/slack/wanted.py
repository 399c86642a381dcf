"""*Request it* under a refusal, what people want and nobody has defined, and the word to whoever asked once it means something.

Who presses files for themselves. It says no number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog
from slack_sdk.errors import SlackApiError

from anabot.demand import Explained, Wanted
from anabot.semantic.registry import Registry
from anabot.slack import buttons, mrkdwn, render
from anabot.slack.blocks import BUTTON_VALUE, Block, Message, actions, button, context, messages, sections
from anabot.slack.clicks import Click
from anabot.slack.desk import Desk
from anabot.slack.post import BROKEN
from anabot.slack.reply import attempt
from anabot.slack.tables import Grid, table_block

log = structlog.get_logger()
MOST = 20
_EXAMPLE, _NEAREST = 90, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """The work behind *Request it*, and the round that tells. Runs in the pool and in the worker."""

    desk: Desk

    def ask(self, click: Click) -> None:
        """File a wish for the words of the refusal, for whoever pressed."""

        def ask() -> Sequence[Message]:
            person, channel = self.desk.reader(click.user, click.place.channel, direct=click.direct)
            filed = self.desk.parts.demand.file(buttons.Pressed.read(click.value).receipt, person, channel)
            words = " and ".join(f"“{word}”" for word in filed.words)
            return render.failure(
                f"You have asked for {words} before; it is on file with the data team."
                if filed.repeated
                else f"The data team sees now that {words} is asked for. I will tell you when it means something here."
            )

        for number, message in enumerate(attempt(ask)[1]):
            if click.direct:
                self.desk.voice.post(click.place, message, key=f"want:{click.key}/{number}")
            else:
                self.desk.voice.whisper(click.place, click.user, message)

    def round(self) -> None:
        """Tell whoever asked for a word that it means something now."""
        for one in self.desk.parts.demand.explained():
            try:
                place = self.desk.voice.direct(one.person.user)
                self.desk.voice.post(place, explained_message(one), key=f"want:{one.receipt}/{one.person.user}/{one.word}")
            except (SlackApiError, *BROKEN) as error:
                log.warning("demand.not_told", error=type(error).__name__)


def explained_message(one: Explained) -> Message:
    """That a word means something now, with a button that asks the question again."""
    words = f"“{mrkdwn.value(one.word)}”, which you asked for, means something here now. You asked: {mrkdwn.value(one.said)}"
    again = [button("Ask it again", f"{buttons.ASK}_0", one.said)] if len(one.said) <= BUTTON_VALUE else []
    return messages(words, [*sections(words), *actions(*again)])[0]


def wanted_blocks(found: Sequence[Wanted], registry: Registry) -> Iterator[Block]:
    """What people want, the most wanted first, with an example of how they asked."""
    if not found:
        yield from sections("Nobody has asked for anything that is not defined, as far as you may read it.")
        return
    head = ("Asked for", "People", "Times", "Nearest", "For example", "Last asked")
    rows = [_row(one, registry) for one in found[:MOST]]
    yield table_block(Grid(rows=(head, *rows), right=(False, True, True, False, False, False)))
    more = f"{MOST} of {len(found)} shown. " if len(found) > MOST else ""
    yield from context(f"{more}Ranked by people × times. `/ana demand close WORD` sets one aside.")


def _row(one: Wanted, registry: Registry) -> tuple[str, ...]:
    near = ", ".join(registry.metrics[name].label for name in one.nearest[:_NEAREST] if name in registry.metrics)
    example = mrkdwn.one_line(one.questions[0])
    shown = example if len(example) <= _EXAMPLE else f"{example[:_EXAMPLE]}…"
    last = one.last.astimezone(registry.calendar.zone)
    return (one.word, str(one.askers), str(one.asked), near or " ", shown, f"{last.day} {last:%b %Y}")
