"""The line to Slack tells one person something, or says why it could not."""

from __future__ import annotations

import pytest
from slack_house import House
from slack_script import at_once
from slack_told import FAY

from anabot.errors import PlaybookError


def test_an_owner_is_told_by_direct_message(house: House) -> None:
    house.line.notify("fay", "finance/week was missed on <Monday>.", key="k", once=at_once)

    said = house.local.client.conversations_history(channel=house.dm(FAY))["messages"]
    assert said[0]["text"] == "finance/week was missed on &lt;Monday&gt;."


def test_an_owner_whom_nobody_knows_is_said_to_be_unknown(house: House) -> None:
    with pytest.raises(PlaybookError, match="nobody called ghost"):
        house.line.notify("ghost", "words", key="k", once=at_once)
