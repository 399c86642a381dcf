"""Listen to Slack over Socket Mode: no address of our own, only an app token. Used where no signing secret is set.

The `websocket_client` handler is used because the builtin one took most of a minute to notice a dead link.
"""

from __future__ import annotations

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler

from anabot.config import SlackSettings
from anabot.errors import ConfigError

PING_S = 10


def connect(app: App, settings: SlackSettings) -> SocketModeHandler:
    """Connect and listen in threads of its own; `close()` what is returned to stop.

    Raises:
        ConfigError: there is no app token, or it is not one.
    """
    token = settings.app_token.get_secret_value()
    if not token.startswith("xapp-"):
        raise ConfigError(
            "Socket Mode needs an app token.",
            why="SLACK_APP_TOKEN is not set, or does not begin with `xapp-`.",
            todo="Create one with the scope `connections:write` under Basic Information of your Slack app.",
        )
    handler = SocketModeHandler(app, token, ping_interval=PING_S)
    handler.connect()  # type: ignore[no-untyped-call]  # slack_bolt does not annotate it
    return handler
