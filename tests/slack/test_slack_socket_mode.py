"""Socket Mode starts only with an app token, and says which one is missing."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from slack_bolt import App
from slack_sdk import WebClient

from anabot.config import SlackSettings
from anabot.errors import ConfigError
from anabot.slack.socket_mode import connect


@pytest.mark.parametrize("token", ["", "xoxb-not-an-app-token"])
def test_without_an_app_token_it_says_how_to_get_one(token: str) -> None:
    app = App(token="xoxb-test", signing_secret="s", token_verification_enabled=False)

    with pytest.raises(ConfigError, match="app token") as caught:
        connect(app, SlackSettings(app_token=SecretStr(token)))

    assert "connections:write" in caught.value.todo
    assert token not in str(caught.value) or not token


def test_a_slack_that_is_not_there_is_told_in_words() -> None:
    client = WebClient(token="xoxb-test", base_url="http://127.0.0.1:9/api/")
    app = App(client=client, signing_secret="s", token_verification_enabled=False)

    with pytest.raises(ConfigError, match="could not be reached"):
        connect(app, SlackSettings(app_token=SecretStr("xapp-test")))
