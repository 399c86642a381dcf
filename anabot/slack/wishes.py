"""Asking an owner for access in Slack: the button under a refusal, the owner's direct message, and what became of it.

Who presses asks for themselves, whatever the message says; only the owner decides. It says no number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from slack_sdk.errors import SlackApiError

from anabot.lending import Wish
from anabot.slack import buttons, mrkdwn, render
from anabot.slack.blocks import Message, actions, button, context, messages, sections
from anabot.slack.clicks import Click
from anabot.slack.desk import Desk
from anabot.slack.parts import Lends
from anabot.slack.post import BROKEN
from anabot.slack.reply import attempt
from anabot.types import Person

log = structlog.get_logger()
Decide = Callable[[Person, str, str], tuple[Person, str]]
_SCOPE = "It would be open to them alone, within the rows and columns of their team, and said only where a channel declares it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The work behind the buttons of a wish. Runs in the pool."""

    desk: Desk

    def ask(self, click: Click) -> None:
        """Ask the owner for the metric that the refusal was about."""

        def ask() -> Sequence[Message]:
            person, channel = self.desk.reader(click.user, click.place.channel, direct=click.direct)
            place = "dm" if channel.kind == "dm" else f"#{channel.name}"
            wish = self._lending.ask(person, _carried(click, "m"), place)
            if not wish.repeated and not self._tell(wish.owner, _for_owner(wish), f"wish:{click.key}"):
                return render.failure(f"I could not reach {wish.owner.name} in Slack. Please write to them yourself.")
            return render.failure(
                f"{wish.owner.name} has been asked before and will decide."
                if wish.repeated
                else f"I have asked {wish.owner.name}, who owns {wish.label}. You will hear from me what they decide."
            )

        self._whisper(click, attempt(ask)[1])

    def lend(self, click: Click) -> None:
        """The owner opens the metric for so many days."""
        days = buttons.carried(click.value).get("d")
        known = days if isinstance(days, int) else 0
        self._decide(click, lambda owner, user, metric: self._lending.approve(owner, user, metric, known))

    def decline(self, click: Click) -> None:
        """The owner says no."""
        self._decide(click, self._lending.decline)

    def end(self, click: Click) -> None:
        """The owner takes it back."""

        def end() -> Sequence[Message]:
            owner = self.desk.who(click.user, channel=click.place.channel, key=f"wish:{click.key}")
            return render.failure(self._lending.end(owner, _carried(click, "w"), _carried(click, "m")))

        done, said = attempt(end)
        self._answer(click, done, said)

    @property
    def _lending(self) -> Lends:
        return self.desk.parts.lending

    def _decide(self, click: Click, decide: Decide) -> None:
        def decided() -> Sequence[Message]:
            owner = self.desk.who(click.user, channel=click.place.channel, key=f"wish:{click.key}")
            person, words = decide(owner, _carried(click, "w"), _carried(click, "m"))
            lent = buttons.LEND in click.action
            self._tell(person, _for_asker(owner, words, lent=lent), f"wish:{click.key}")
            back = [button("Take it back", buttons.END, click.value)] if lent else []
            return messages(mrkdwn.escape(words), [*sections(mrkdwn.escape(words)), *actions(*back)])

        done, said = attempt(decided)
        self._answer(click, done, said)

    def _answer(self, click: Click, done: bool, said: Sequence[Message]) -> None:
        """In place of the owner's buttons once it is decided; beside them where it is not."""
        if done and click.message:
            self.desk.voice.update(click.place, click.message, said[0], key=f"wish:{click.key}/done")
        else:
            self._whisper(click, said)

    def _whisper(self, click: Click, said: Sequence[Message]) -> None:
        for number, message in enumerate(said):
            if click.direct:
                self.desk.voice.post(click.place, message, key=f"wish:{click.key}/{number}/said")
            else:
                self.desk.voice.whisper(click.place, click.user, message)

    def _tell(self, person: Person, message: Message, key: str) -> bool:
        try:
            self.desk.voice.post(self.desk.voice.direct(person.user), message, key=f"{key}/told")
        except (SlackApiError, *BROKEN) as error:
            log.warning("wish.not_told", error=type(error).__name__)
            return False
        return True


def _for_owner(wish: Wish) -> Message:
    where = "in a direct message" if wish.place == "dm" else f"in {wish.place}"
    who = f"{wish.person.name} (@{wish.person.handle})" if wish.person.handle else wish.person.name
    words = f"{mrkdwn.bold(who)} asks you for access to {mrkdwn.bold(wish.label)}, which you own."
    value = {"m": wish.metric, "w": wish.person.user}
    row = [
        button(
            f"Open for {days} {'day' if days == 1 else 'days'}", f"{buttons.LEND}_{number}", buttons.packed({**value, "d": days})
        )
        for number, days in enumerate(wish.days)
    ]
    row.append(button("Decline", buttons.DECLINE, buttons.packed(value)))
    return messages(words, [*sections(words), *context(mrkdwn.escape(f"They asked {where}. {_SCOPE}")), *actions(*row)])[0]


def _for_asker(owner: Person, words: str, *, lent: bool) -> Message:
    said = f"{owner.name} has decided: {words}" + (" Ask me again." if lent else f" @{owner.handle} can say why.")
    return messages(mrkdwn.told(said), sections(mrkdwn.told(said)))[0]


def _carried(click: Click, name: str) -> str:
    return str(buttons.carried(click.value).get(name, ""))
