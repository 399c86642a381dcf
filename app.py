"""The front door: settings → parts → Bolt app and web server. Slack comes over HTTP, or over Socket Mode with an app token."""

from __future__ import annotations

import sys
import threading

import uvicorn

from anabot import log
from anabot.config import load_settings
from anabot.errors import AnabotError
from anabot.resting import lasting
from anabot.serving import open_service
from anabot.slack.socket_mode import connect


def main() -> None:
    """Serve until stopped."""
    log.configure()
    settings = load_settings(slack=True, events=True)
    with open_service(settings) as service:
        lasting()
        threading.Thread(target=service.warm, name="warm-up", daemon=True).start()
        socket = connect(service.app, settings.slack) if settings.slack.app_token.get_secret_value() else None
        try:
            uvicorn.run(service.web, host=settings.host, port=settings.port, log_level="warning")
        finally:
            if socket is not None:
                socket.close()  # type: ignore[no-untyped-call]  # slack_bolt does not annotate it


if __name__ == "__main__":
    try:
        main()
    except AnabotError as error:
        sys.exit(str(error))
