"""Bad input where people meet it: in the local Slack, said by hand, answered by the whole house over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from office import NOW, Office, furnish
from pydantic import SecretStr

from anabot.config import Settings
from anabot.demo import Running, running
from anabot.workspace import LOCAL_TOKEN

CAST = """
team: {id: T0BAKERY, name: Crumb and Co, domain: crumb}
groups:
  books: {id: S0BOOKS, name: Books}
  shops-all: {id: S0SHOPSALL, name: All shops}
people:
  bea: {id: U0BEA, name: Books, groups: [books]}
  sam: {id: U0SAM, name: Shops, groups: [shops-all]}
  root: {id: U0ROOT, name: Root, groups: [], admin: true}
channels:
  books: {id: C0BOOKS, members: [bea, sam, root]}
  shops: {id: C0SHOPS, members: [bea, sam]}
"""
BEA, ROOT_USER, BOOKS = "U0BEA", "U0ROOT", "C0BOOKS"


@dataclass(frozen=True)
class Room:
    """The office on the air."""

    office: Office
    demo: Running

    def say(self, text: str, user: str = BEA) -> str:
        """What Ana answers to a mention."""
        ts = self._call("page/do/say", {"as": user, "channel": BOOKS, "text": text})["ts"]
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            thread = self._call(f"page/messages?as={user}&channel={BOOKS}&thread={ts}")["messages"]
            said = [one for one in thread if one.get("bot_id") and not one["text"].endswith("…")]
            if said:
                return json.dumps(said[0].get("blocks") or said[0]["text"], ensure_ascii=False)
            time.sleep(0.02)
        raise AssertionError(f"no answer to {text[:80]!r}: {thread}")

    def type(self, command: str, user: str = ROOT_USER) -> str:
        """What `/ana …` shows its typist, newest first."""
        before = len(self._whispers(user))
        self._call("page/do/say", {"as": user, "channel": BOOKS, "text": command})
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            now = self._whispers(user)
            if len(now) > before:
                return json.dumps(now[-1], ensure_ascii=False)
            time.sleep(0.02)
        raise AssertionError(f"nothing was shown for {command}")

    @property
    def pings(self) -> int:
        return int(self.demo_state.pings_fired())

    @property
    def demo_state(self) -> Any:
        mount = next(route for route in self.demo.server.config.app.routes if getattr(route, "path", None) == "")  # type: ignore[union-attr]
        return mount.app.state.workspace.state

    def _whispers(self, user: str) -> list[dict[str, Any]]:
        messages = self._call(f"page/messages?as={user}&channel={BOOKS}&thread=")["messages"]
        return [one for one in messages if one.get("whisper")]

    def _call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.demo.url + path, data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, bakery_file: Path) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("on-the-air")
    office = furnish(folder, bakery_file)
    office.write("demo/cast.yml", CAST)
    office.edit("playbooks/books/week.md", "owner: bea", "owner: bea")
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        warehouse_url=f"duckdb:///{office.warehouse}",
        store_url=f"sqlite:///{folder / 'ana.db'}",
        semantic_layer=folder / "semantic_layer",
        playbooks=folder / "playbooks",
        directory=folder / "demo/cast.yml",
        now=NOW,
        slack_bot_token=SecretStr(LOCAL_TOKEN),
        slack_signing_secret=SecretStr("only-for-these-tests"),
    )
    with _in(folder), running(settings) as demo:
        yield Room(office, demo)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@ana", "Hello, I am Ana"),
        ("@ana 😀", "Hello, I am Ana"),
        ("@ana " + "x" * 19_000, "more than I can read at once"),
        ("@ana sales last month 😀 <!channel>", "$428.16"),
        ("@ana sales last month <#C0SHOPS|shops>", "what “shops” does in this sentence"),
        ("@ana sales last month <b>&amp;</b>", "I do not know"),
    ],
)
def test_whatever_is_said_gets_words_back_and_pings_nobody(room: Room, text: str, words: str) -> None:
    before = room.pings

    assert words in room.say(text)
    assert room.pings - before <= text.count("<!channel>")  # the asker's own, never Ana's


def test_a_broadcast_in_a_data_value_pings_nobody_and_loses_nothing(room: Room) -> None:
    room.office.change_data("UPDATE crumb.shops SET shop = '<!channel> <b>x</b> & <@U0SAM> *y*' WHERE shop_id = 1")
    before = room.pings

    shown = room.say("@ana sales last year by shop")

    assert "$1,161.32" in shown
    assert "<b>x</b>" in shown or "&lt;b&gt;x&lt;/b&gt;" in shown
    assert room.pings == before


def test_a_warehouse_that_goes_away_is_said_and_asked_again_once_it_is_back(room: Room) -> None:
    away = room.office.warehouse.rename(room.office.folder / "away")
    gone = room.say("@ana sales last month by region")
    away.rename(room.office.warehouse)

    assert "does not exist" in gone
    assert "$168.29" in room.say("@ana sales last month by region")


def test_a_reload_of_broken_yaml_names_the_line_and_the_old_registry_goes_on(room: Room) -> None:
    file = "semantic_layer/models/sales.yml"
    good = (room.office.folder / file).read_text(encoding="utf-8")
    room.office.edit(file, "- name: order_lines", "- name: [order_lines")

    told = room.type("/ana reload")

    assert "sales.yml:57" in told
    assert "This is not YAML" in told
    assert "$428.16" in room.say("@ana sales last month")
    room.office.write(file, good)
    assert "Read again: 19 metrics" in room.type("/ana reload")


@contextlib.contextmanager
def _in(folder: Path) -> Iterator[None]:
    here = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
