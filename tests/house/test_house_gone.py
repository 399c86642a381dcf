"""A channel of Halden's is archived, shared with strangers, or without Ana by the time its digest is due: its owner is told."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from halden_data import halden_settings
from office import Office
from on_air import OnAir
from pydantic import SecretStr

from anabot.demo import running
from anabot.worker.pace import Pace
from anabot.workspace import LOCAL_TOKEN
from anabot.workspace.limits import Limits, PostLimiter

MONDAY_AT_NINE = dt.datetime(2026, 10, 5, 16, 0, tzinfo=dt.UTC)
RECON, PIPELINE, DELIVERY, PEOPLE = "C0FINRECON", "C0GROWPIPE", "C0OPSDELIV", "C0HRCORE01"
FIN_ANALYST, GROWTH_MGR, OPS_LEAD, HR_BP = "U0FINANALY", "U0GROWTHMG", "U0OPSLEAD1", "U0HRPARTNR"


@pytest.fixture(scope="module")
def air(halden_built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnAir]:
    """Halden just before nine on a Monday, when four digests are due; three of their channels have changed overnight."""
    folder = tmp_path_factory.mktemp("gone")
    own = {
        "slack_bot_token": SecretStr(LOCAL_TOKEN),
        "slack_signing_secret": SecretStr("only-for-these-tests"),
        "now": MONDAY_AT_NINE - dt.timedelta(seconds=4),
    }
    with pytest.MonkeyPatch.context() as patch, running(halden_settings(folder / "ana.db").model_copy(update=own)) as demo:
        patch.setattr(Pace, "wait", lambda *_: dt.timedelta(seconds=0.1))  # a directory gets minutes to find a channel again
        air = OnAir(Office(folder), demo)
        air.workspace.limiter = PostLimiter(Limits(post_per_second=1000.0))
        state = air.workspace.state
        with state.lock:
            state.channels[RECON].archived = True
            state.channels[PIPELINE].external = True
            state.channels[DELIVERY].members.discard(state.bot_user)
        yield air


def told(air: OnAir, user: str, playbook: str) -> str:
    """What the owner of a playbook has heard of it, alone."""

    def found() -> str:
        return "\n".join(json.dumps(one, ensure_ascii=False) for one in air.log(user) if playbook in str(one))

    return air.wait(found, 60)


def said(air: OnAir, channel: str) -> list[str]:
    """What Ana has said in a channel."""
    state = air.workspace.state
    with state.lock:
        return [str((one.text, one.blocks)) for one in state.messages[channel].values() if one.user == state.bot_user]


@pytest.mark.parametrize(
    ("owner", "playbook", "channel", "why"),
    [
        (FIN_ANALYST, "finance/three-system-bridge", RECON, "cannot find"),
        (GROWTH_MGR, "growth/pipeline-movement", PIPELINE, "is read by guests or by another company"),
        (OPS_LEAD, "ops/on-time-delivery", DELIVERY, "invite"),
    ],
)
def test_the_owner_is_told_why_and_nothing_is_said_there(air: OnAir, owner: str, playbook: str, channel: str, why: str) -> None:
    words = told(air, owner, playbook)

    assert why in words
    assert ".md" not in words
    assert said(air, channel) == []


def test_the_digest_of_a_channel_that_is_as_it_was_arrives(air: OnAir) -> None:
    assert air.wait(lambda: [one for one in said(air, PEOPLE) if "Headcount, reconciled" in one], 60)
