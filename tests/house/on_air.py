"""A furnished office on the air, with a small Slack beside it: people say, type, press and look, and read all that is theirs."""

from __future__ import annotations

import contextlib
import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from office import Office, installed
from pydantic import SecretStr

from anabot.demo import Running, running
from anabot.workspace import LOCAL_TOKEN
from anabot.workspace.core import Workspace
from anabot.workspace.limits import Limits, PostLimiter

CAST = """
team: {id: T0BAKERY, name: Crumb and Co, domain: crumb}
groups:
  books: {id: S0BOOKS, name: Books}
  shops-all: {id: S0SHOPSALL, name: All shops}
  shops-north: {id: S0SHOPSNORTH, name: Shops of the North}
  people: {id: S0PEOPLE, name: People}
people:
  bea: {id: U0BEA, name: Books, groups: [books]}
  sam: {id: U0SAM, name: Shops, groups: [shops-all]}
  nora: {id: U0NORA, name: North, groups: [shops-north]}
  pia: {id: U0PIA, name: People, groups: [people]}
  gus: {id: U0GUS, name: Guest, groups: [], guest: true}
  root: {id: U0ROOT, name: Root, groups: [], admin: true}
channels:
  books: {id: C0BOOKS, members: [bea, sam, root]}
  shops: {id: C0SHOPS, members: [bea, sam, nora, pia]}
  people: {id: C0PEOPLE, private: true, members: [pia]}
  yard: {id: C0YARD, members: [bea, sam, gus]}
"""
Found = TypeVar("Found")


@dataclass(frozen=True)
class OnAir:
    """The office while it speaks Slack. People are named by their user ids, channels by theirs; a DM by its person's."""

    office: Office
    demo: Running

    def say(self, user: str, channel: str, text: str, thread: str = "") -> dict[str, Any]:
        """What Ana answers, mentioned in a channel or written to alone."""
        direct = channel.startswith("D")
        ts = self.do("say", user, channel=channel, text=text if direct else f"@ana {text}", thread=thread)["ts"]
        return self.wait(lambda: self._answer(user, channel, "" if direct else thread or ts, ts))

    def type(self, user: str, channel: str, command: str) -> list[dict[str, Any]]:
        """What `/ana …` shows its typist."""
        before = len(self._whispers(user, channel))
        self.do("say", user, channel=channel, text=command)
        return self.wait(lambda: self._whispers(user, channel)[before:])

    def press(self, user: str, channel: str, message: Mapping[str, Any], action: str) -> None:
        """Press the first button whose action begins so."""
        for block in message["blocks"]:
            for element in block.get("elements") or ():
                if str(element.get("action_id", "")).startswith(action):
                    self.do(
                        "press", user, channel=channel, ts=message["ts"], block=block["block_id"], action=element["action_id"]
                    )
                    return
        raise AssertionError(f"There is no {action} under that message.")

    def home(self, user: str) -> dict[str, Any]:
        """The home tab, written for this person."""
        self.do("look", user, channel=dm(user), tab="home")
        return self.wait(lambda: self.get(f"page/overview?as={user}")["home"])

    def whispered(self, user: str, channel: str, act: Callable[[], None]) -> list[dict[str, Any]]:
        """What this person alone is shown in a channel because of `act`."""
        before = len(self._whispers(user, channel))
        act()
        return self.wait(lambda: self._whispers(user, channel)[before:])

    def modal(self, user: str) -> dict[str, Any]:
        """The open modal, once it is filled in."""
        return self.wait(lambda: (view := self.get(f"page/modal?as={user}")["view"]) and "Asking again" not in str(view) and view)

    def shown_to(self, user: str) -> str:
        """Everything of Ana's that this person can read anywhere: messages, whispers, home tab, modal."""
        state = self.workspace.state
        with state.lock:
            rooms = [room.id for room in state.channels.values() if user in room.members]
            said = [m for room in rooms for m in state.messages[room].values() if m.user == state.bot_user]
            mine = [{"text": m.text, "blocks": m.blocks} for m in said if m.only_for in ("", user)]
        views = [self.get(f"page/overview?as={user}")["home"], self.get(f"page/modal?as={user}")["view"]]
        return json.dumps([mine, views], ensure_ascii=False)

    def log(self, user: str) -> list[dict[str, Any]]:
        """Ana's messages in this person's DM."""
        return [one for one in self.get(f"page/messages?as={user}&channel={dm(user)}&thread=")["messages"] if one.get("bot_id")]

    @property
    def workspace(self) -> Workspace:
        """The small Slack itself."""
        mount = next(route for route in self.demo.server.config.app.routes if getattr(route, "path", None) == "")  # type: ignore[union-attr]
        found: Workspace = mount.app.state.workspace
        return found

    def do(self, act: str, user: str, **wish: Any) -> dict[str, Any]:
        """What somebody does at the page."""
        body = json.dumps({"as": user, **wish}).encode()
        request = urllib.request.Request(
            f"{self.demo.url}page/do/{act}", data=body, headers={"Content-Type": "application/json"}
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=20) as response:
            return dict(json.load(response))

    def get(self, path: str) -> dict[str, Any]:
        """What the page reads."""
        with urllib.request.urlopen(self.demo.url + path, timeout=20) as response:
            return dict(json.load(response))

    def wait(self, look: Callable[[], Found | None], seconds: float = 30) -> Found:
        """What is found, as soon as it is."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"nothing was there after {seconds} s")

    def _answer(self, user: str, channel: str, thread: str, after: str) -> dict[str, Any] | None:
        for message in self.get(f"page/messages?as={user}&channel={channel}&thread={thread}")["messages"]:
            if message.get("bot_id") and message["ts"] > after and not message["text"].endswith("…"):
                return dict(message)
        return None

    def _whispers(self, user: str, channel: str) -> list[dict[str, Any]]:
        state = self.workspace.state
        with state.lock:
            mine = [one for one in state.messages[channel].values() if one.only_for == user]
        return [{"text": one.text, "blocks": one.blocks, "ts": one.ts} for one in mine]


def dm(user: str) -> str:
    """The direct messages of somebody with Ana."""
    return "D0" + user[2:]


@contextlib.contextmanager
def on_air(office: Office, **more: Any) -> Iterator[OnAir]:
    """The office on the air; `more` are settings."""
    folder = office.folder
    office.write("demo/cast.yml", CAST)
    settings = installed(
        folder,
        directory=folder / "demo/cast.yml",
        slack_bot_token=SecretStr(LOCAL_TOKEN),
        slack_signing_secret=SecretStr("only-for-these-tests"),
        **more,
    )
    with _in(folder), running(settings) as demo:
        air = OnAir(office, demo)
        air.workspace.limiter = PostLimiter(Limits(post_per_second=1000.0))  # nobody here waits for Slack's one a second
        yield air


@contextlib.contextmanager
def _in(folder: Path) -> Iterator[None]:
    here = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
