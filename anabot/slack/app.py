"""Put the Slack room together: clients, pool, desk, listeners, as one Bolt app. It opens no port and connects nowhere."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from anabot.config import SlackSettings
from anabot.errors import ConfigError, PlaybookError
from anabot.slack.alarms import Alarms
from anabot.slack.clicks import Clicks
from anabot.slack.command import Command
from anabot.slack.desk import Desk
from anabot.slack.identity import SlackDirectory
from anabot.slack.listeners import Listeners
from anabot.slack.parts import Parts
from anabot.slack.pool import Pool
from anabot.slack.post import BROKEN, Voice, clients
from anabot.slack.poster import SlackPoster
from anabot.slack.proposals import Proposed
from anabot.slack.render import failure
from anabot.slack.reply import PATIENCE_S
from anabot.slack.saying import said, say_once
from anabot.slack.schedule import Schedules
from anabot.slack.wanted import Wants
from anabot.slack.wishes import Wishes
from anabot.types import Directory, Once


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The line to Slack: made first, as the rest of the house asks it who people are."""

    client: WebClient
    voice: Voice
    directory: SlackDirectory
    _known: list[str] = field(default_factory=list)

    def who(self) -> str:
        """Whom the token makes Ana in Slack, and where.

        Raises:
            ConfigError: Slack cannot be reached, or does not take the token.
        """
        me = self._me()
        return f"{me['user']} in {me['team']}"

    def workspace(self) -> str:
        """The id of the workspace, asked of Slack once: the record of each is a chain of its own.

        Raises:
            ConfigError: Slack cannot be reached, or does not take the token.
        """
        if not self._known:
            self._known.append(str(self._me()["team_id"]))
        return self._known[0]

    def _me(self) -> SlackResponse:
        try:
            return self.client.auth_test()
        except SlackApiError as error:
            why = f"It says `{error.response['error']}`."
            raise ConfigError("Slack does not take the token.", why=why, todo="Correct SLACK_BOT_TOKEN.") from None
        except BROKEN as error:
            why = f"{self.client.base_url}: {type(error).__name__}."
            raise ConfigError("Slack cannot be reached.", why=why, todo="Check SLACK_API_URL and the network.") from None

    def poster(self, directory: Directory | None = None) -> SlackPoster:
        """A Poster for playbooks. `directory` finds their channels, where it is not Slack that does."""
        return SlackPoster(self.voice, directory or self.directory)

    def notify(self, user: str, words: str, *, key: str, once: Once) -> None:
        """Tell one person, by handle or id, something by direct message, once under this key.

        Raises:
            PlaybookError: nobody has that name, or Slack does not take the message.
            Undelivered: Slack cannot be reached, or does not say what it took.
        """
        person = self.directory.person(user)
        if person is None:
            raise PlaybookError(f"There is nobody called {user} in Slack to tell.", todo="Correct the owner's handle.")
        with said(user):
            place = self.voice.direct(person.user)
        say_once(self.voice, once, place, key, lambda: failure(words)[0], to=user)


def open_line(settings: SlackSettings, by_email: Callable[[str], frozenset[str]] = lambda _: frozenset()) -> Line:
    """The clients for the Web API at `settings.api_url`. Nothing is called yet. `by_email` is `SlackDirectory`'s."""
    reads, posts = clients(settings.bot_token.get_secret_value(), settings.api_url)
    return Line(client=reads, voice=Voice(reads, posts), directory=SlackDirectory(reads, by_email=by_email))


def create_app(
    settings: SlackSettings, line: Line, parts: Parts, *, pool: Pool | None = None, patience_s: float = PATIENCE_S
) -> App:
    """The Bolt app with all listeners. Without a signing secret it serves Socket Mode only: HTTP requests are refused."""
    app = App(
        client=line.client,
        # Without a secret of Slack's nobody may guess ours, so that no HTTP request passes.
        signing_secret=settings.signing_secret.get_secret_value() or secrets.token_hex(32),
        # The token is first used when somebody speaks: the Web API may be served by this very process, which is still starting.
        token_verification_enabled=False,
        logger=logging.getLogger("slack_bolt"),
    )
    desk = Desk(parts=parts, voice=line.voice, patience_s=patience_s)
    listeners = Listeners(
        parts=parts,
        voice=line.voice,
        desk=desk,
        clicks=Clicks(desk=desk),
        command=Command(desk=desk, poster=line.poster(parts.directory)),
        schedules=Schedules(desk=desk, poster=line.poster(parts.directory)),
        wishes=Wishes(desk=desk),
        wants=Wants(desk=desk),
        proposed=Proposed(desk=desk),
        alarms=Alarms(watch=parts.watch, voice=line.voice, directory=parts.directory),
        pool=pool or Pool(),
    )
    listeners.register(app)
    return app
