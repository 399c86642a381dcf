"""Socket Mode starts only with an app token, and says which one is missing."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from slack_bolt import App

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
