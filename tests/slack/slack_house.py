"""The Slack room in a house whose other rooms are actors: a workspace to talk in, an asker that says what it is told."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from serving import SECRET, Local, address, free_socket, local_workspace, serving, wait_for
from slack_actors import Actor, Desk, Greeting, Lender, Once, Proposer, Register, Watcher
from slack_keepers import Keeper, Planner
from slack_told import REGISTRY

from anabot.config import SlackSettings
from anabot.slack.app import Line, create_app, open_line
from anabot.slack.desk import Desk as SlackDesk
from anabot.slack.parts import Parts
from anabot.slack.pool import Pool
from anabot.web import create_web
from anabot.workspace import LOCAL_TOKEN


@dataclass
class House:
    """Everything a test can reach: what people do in `local`, what Ana's other rooms were asked in `asker` and `admin`."""

    local: Local
    asker: Actor
    admin: Desk
    keeper: Keeper
    planner: Planner
    seen: Once
    line: Line
    lender: Lender
    register: Register
    proposer: Proposer
    watch: Watcher
    desk: SlackDesk
    url: str

    def say(self, user: str, channel: str, text: str, thread: str = "") -> str:
        """Somebody says something in the page. Returns its `ts`."""
        found = self.local.do("say", as_=user, channel=channel, text=text, thread=thread)
        return str(found.get("ts", ""))

    def dm(self, user: str) -> str:
        """The DM channel of somebody with Ana."""
        return str(self.local.client.conversations_open(users=user)["channel"]["id"])

    def thread(self, channel: str, ts: str) -> list[dict[str, Any]]:
        """Ana's replies in a thread."""
        replies = self.local.client.conversations_replies(channel=channel, ts=ts)["messages"]
        return [message for message in replies if message["ts"] != ts and message.get("bot_id")]

    def answer(self, channel: str, ts: str, count: int = 1) -> dict[str, Any]:
        """The first of Ana's replies in a thread, as soon as there are `count`."""
        found: list[dict[str, Any]] = wait_for(lambda: (r := self.thread(channel, ts)) and len(r) >= count and r)
        return found[0]

    def whispers(self, user: str, channel: str) -> list[dict[str, Any]]:
        """What Ana said to one person alone in a channel."""
        state = self.local.workspace.state
        mine = [message for message in state.messages.get(channel, {}).values() if message.only_for == user]
        return [{"text": message.text, "blocks": message.blocks, "ts": message.ts} for message in mine]

    def press(self, user: str, channel: str, message: Mapping[str, Any], action: str) -> None:
        """Press a button of a message."""
        beside = [{**b, "elements": [b["accessory"]]} if "accessory" in b else b for b in message["blocks"]]
        block = next(b for b in beside if any(e.get("action_id") == action for e in b.get("elements", [])))
        self.local.do("press", as_=user, channel=channel, ts=message["ts"], block=block["block_id"], action=action)

    def settle(self) -> None:
        """Let what nobody waits for happen."""
        time.sleep(0.3)


@contextlib.contextmanager
def open_house(*, pool: Pool | None = None, patience_s: float = 1.0) -> Iterator[House]:
    """The house, for as long as a test needs it."""
    sock = free_socket()
    url = address(sock)
    with local_workspace(f"{url}/slack/events") as local:
        settings = SlackSettings(bot_token=SecretStr(LOCAL_TOKEN), signing_secret=SecretStr(SECRET), api_url=f"{local.url}/api/")
        line = open_line(settings)
        asker, admin, keeper, lender, seen = Actor(), Desk(), Keeper(), Lender(line.directory), Once()
        watch, register = Watcher(), Register()
        proposer, planner = Proposer(line.directory), Planner(line.directory)
        parts = Parts(
            asker=asker,
            hello=lambda person, channel: Greeting(),
            admin=admin,
            playbooks=keeper,
            plans=planner,
            lending=lender,
            demand=register,
            proposals=proposer,
            directory=line.directory,
            seen=seen,
            watch=watch,
            registry=lambda: REGISTRY,
            known=lambda person, channel: REGISTRY,
        )
        app = create_app(settings, line, parts, pool=pool, patience_s=patience_s)
        with serving(create_web(app, ready=lambda: {"store": True}), sock):
            desk = SlackDesk(parts=parts, voice=line.voice)
            yield House(
                local=local,
                asker=asker,
                admin=admin,
                keeper=keeper,
                planner=planner,
                seen=seen,
                line=line,
                lender=lender,
                register=register,
                proposer=proposer,
                watch=watch,
                desk=desk,
                url=url,
            )


def shown(message: Mapping[str, Any]) -> str:
    """Everything a message says, one text after the other."""
    return "\n".join(_texts(message.get("blocks", [])))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for inner in part.values():
            yield from _texts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _texts(inner)
