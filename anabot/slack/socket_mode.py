"""Listen to Slack over Socket Mode: no address of our own, only an app token. Used where no signing secret is set.

The `websocket_client` handler is used because the builtin one took most of a minute to notice a dead link.
"""

from __future__ import annotations

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk.errors import SlackApiError

from anabot.config import SlackSettings
from anabot.errors import ConfigError
from anabot.slack.post import BROKEN

PING_S = 10


def connect(app: App, settings: SlackSettings) -> SocketModeHandler:
    """Connect and listen in threads of its own; `close()` what is returned to stop.

    Raises:
        ConfigError: there is no app token, it is refused, or Slack cannot be reached.
    """
    token = settings.app_token.get_secret_value()
    if not token.startswith("xapp-"):
        raise ConfigError(
            "Socket Mode needs an app token.",
            why="SLACK_APP_TOKEN is not set, or does not begin with `xapp-`.",
            todo="Create one with the scope `connections:write` under Basic Information of your Slack app.",
        )
    handler = SocketModeHandler(app, token, ping_interval=PING_S)
    try:
        handler.connect()  # type: ignore[no-untyped-call]  # slack_bolt does not annotate it
    except SlackApiError as error:
        todo = "Create a new app token with the scope `connections:write`, and switch Socket Mode on."
        raise ConfigError("Slack refused the app token.", why=f"It said `{error.response['error']}`.", todo=todo) from None
    except BROKEN as error:
        todo = "Check the network, or use SLACK_SIGNING_SECRET and HTTP."
        raise ConfigError("Slack could not be reached.", why=str(error), todo=todo) from None
    return handler
