"""People of the cast, at the local workspace's page: they say, press and read over HTTP, as the browser does."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from halden_data import ROOT

CAST = yaml.safe_load((ROOT / "demo" / "cast.yml").read_text(encoding="utf-8"))
Found = TypeVar("Found")


@dataclass(frozen=True)
class Seat:
    """Somebody in a channel, or in direct messages with Ana (`channel` is "")."""

    url: str
    handle: str
    channel: str = ""

    @property
    def user(self) -> str:
        return str(CAST["people"][self.handle]["id"])

    @property
    def place(self) -> str:
        if self.channel:
            return str(CAST["channels"][self.channel]["id"])
        overview = self.get(f"page/overview?as={self.user}")
        return str(next(room["id"] for room in overview["channels"] if room["im"]))

    def say(self, text: str, thread: str = "") -> str:
        body = {"channel": self.place, "text": text, "thread": thread}
        return str(self.do("say", **body)["ts"])

    def ask(self, text: str, thread: str = "") -> dict[str, Any]:
        """Say it to Ana and wait for her whole answer; `thread` continues one."""
        ts = self.say(f"@ana {text}" if self.channel else text, thread)
        return self.wait(lambda: self._answer(thread or ts, after=ts))

    def press(self, message: Mapping[str, Any], action: str) -> None:
        for block in message["blocks"]:
            for element in (*(block.get("elements") or ()), *([block["accessory"]] if "accessory" in block else ())):
                if str(element.get("action_id", "")).startswith(action):
                    self.do("press", channel=self.place, ts=message["ts"], block=block["block_id"], action=element["action_id"])
                    return
        raise AssertionError(f"There is no {action} under that message.")

    def messages(self, thread: str = "") -> list[dict[str, Any]]:
        found = self.get(f"page/messages?as={self.user}&channel={self.place}&thread={thread}")
        return list(found["messages"])

    def do(self, act: str, **wish: Any) -> dict[str, Any]:
        body = json.dumps({"as": self.user, **wish}).encode()
        request = urllib.request.Request(f"{self.url}page/do/{act}", data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as response:
            return dict(json.load(response))

    def get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self.url + path, timeout=20) as response:
            return dict(json.load(response))

    def wait(self, look: Callable[[], Found | None], seconds: float = 30) -> Found:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"{self.handle} waited for {seconds} s in #{self.channel or 'DM'}: {self.messages()[-2:]}")

    def _answer(self, thread: str, after: str) -> dict[str, Any] | None:
        for message in self.messages(thread if self.channel else ""):
            if message.get("bot_id") and message["ts"] > after and not message["text"].endswith("…"):
                return message
        return None


def words(message: Mapping[str, Any]) -> str:
    """All that a message shows, as one text."""
    return json.dumps(message.get("blocks") or message["text"], ensure_ascii=False)
