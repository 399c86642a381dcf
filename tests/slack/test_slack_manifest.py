"""The manifest asks Slack for exactly what the code uses: no call without its scope, no event without a listener."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from anabot.slack import listeners
from anabot.workspace.api.methods import METHODS

ROOT = Path(__file__).parents[2]
SCOPES: dict[str, set[str]] = {
    "auth.test": set(),
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "conversations.open": {"im:write"},
    "conversations.info": {"channels:read", "groups:read", "im:read", "mpim:read"},
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read", "mpim:read"},
    "conversations.history": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "conversations.replies": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "users.info": {"users:read", "users:read.email"},
    "users.list": {"users:read", "users:read.email"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "files.getUploadURLExternal": {"files:write"},
    "files.completeUploadExternal": {"files:write"},
    "views.open": set(),
    "views.update": set(),
    "views.publish": set(),
}
EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "member_joined_channel": "channels:read",
    "file_shared": "files:read",
}
# Reading back Ana's own message metadata; slash commands.
BESIDES = {"metadata.message:read", "commands"}
_CALL = re.compile(r"_(?:reads|posts)\.([a-z]+_\w+)")


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "slack-manifest.yml").read_text(encoding="utf-8"))
    return found


def used() -> set[str]:
    """The Web API methods that the Slack room calls, by their own names."""
    spelled = {method.replace(".", "_").lower(): method for method in METHODS}
    found = {
        call for path in (ROOT / "anabot" / "slack").glob("*.py") for call in _CALL.findall(path.read_text(encoding="utf-8"))
    }
    assert {call.lower() for call in found} <= set(spelled), "a method that is not on the frozen list of the local workspace"
    return {spelled[call.lower()] for call in found}


def test_every_method_that_is_called_has_its_scopes_and_no_scope_is_idle(manifest: dict[str, Any]) -> None:
    asked = set(manifest["oauth_config"]["scopes"]["bot"])

    assert used() == set(SCOPES)
    needed = set().union(*(SCOPES[method] for method in used()), EVENT_SCOPES.values(), BESIDES)
    assert asked == needed


def test_every_subscribed_event_has_a_listener_and_every_listener_an_event(manifest: dict[str, Any]) -> None:
    subscribed = {event.partition(".")[0] for event in manifest["settings"]["event_subscriptions"]["bot_events"]}

    assert subscribed == set(listeners.EVENTS)


def test_the_command_buttons_and_home_tab_are_switched_on(manifest: dict[str, Any]) -> None:
    assert [command["command"] for command in manifest["features"]["slash_commands"]] == [listeners.COMMAND]
    assert manifest["settings"]["interactivity"]["is_enabled"]
    assert manifest["features"]["app_home"]["home_tab_enabled"]
    assert not manifest["features"]["app_home"]["messages_tab_read_only_enabled"]
