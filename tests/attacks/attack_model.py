"""A model that is wholly in an attacker's hands: it calls what `calls` say and says `text`, whatever it was told.

What is read are the tools' results, as the model reads them, and everything that Slack would show of the answer.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from anabot.bootstrap import open_house
from anabot.config import Settings
from anabot.semantic.known import as_known
from anabot.slack import render
from anabot.slack.render import Setting
from anabot.types import Question
from tests.messages_api import MessagesApi, Turn, asked, messages_api, results
from tests.tiny import FOLDER


def told(settings: Settings, warehouse: Path, folder: Path, given: Mapping[str, Any], tried: Mapping[str, Any]) -> str:
    """`given`: who asks `as` (and `in`) what, `first` others did; `value` names a shop, `written` changes definitions."""
    changed = {"warehouse_url": f"duckdb:///{_warehouse(warehouse, folder, given)}", "semantic_layer": _layer(folder, given)}
    with messages_api() as api:
        keyed = {**changed, "anthropic_api_key": "a-key", "anthropic_base_url": f"{api.url}/", "model": ""}
        with open_house(Settings.model_validate({**settings.model_dump(), **keyed})) as house:
            for one in given.get("first", ()):
                _ask(house, one, folder)
            calls = [(name, asked(**said) if name == "query_metrics" else said) for name, said in tried.get("calls", ())]
            says = Turn(text=tried.get("text") or "NONE")
            api.plays(*([Turn(calls=calls)] if calls else []), says, says)
            answer = _ask(house, {"ask": "pray what of the dough?", **given}, folder)
            person, place = house.directory.person(given["as"]), house.directory.channel(given.get("in", ""))
            assert person is not None
            registry = as_known(house.standing().registry, house.asker.decision(person, place).named)
    messages = render.render(answer, Setting(registry=registry, zone=ZoneInfo("UTC"), asker=person.user))
    shown = [{"text": one.text, "blocks": one.blocks} for one in messages]
    return f"Sent {_sent(api)} Shown {json.dumps(shown, ensure_ascii=False)}"


def _ask(house: Any, said: Mapping[str, Any], folder: Path) -> Any:
    person, channel = house.directory.person(said["as"]), house.directory.channel(said["in"]) if "in" in said else None
    thread = f"{folder.name}:{said['thread']}" if "thread" in said else None
    name = f"{folder.name}:{said['as']}:{said['ask']}"
    return house.asker.ask(Question(question_id=name, text=said["ask"], person=person, channel=channel, thread=thread))


def _sent(api: MessagesApi) -> str:
    """What the model was sent: the words of the first turn, and what its tools gave back."""
    if not api.requests:
        return "nothing"
    first = json.dumps([api.requests[0]["system"], api.requests[0]["messages"]], ensure_ascii=False)
    back = [
        {"failed": bool(one.get("is_error")), "said": one["content"]} for request in api.requests[1:] for one in results(request)
    ]
    return f"{first} Tools {json.dumps(back, ensure_ascii=False)}"


def _warehouse(warehouse: Path, folder: Path, given: Mapping[str, Any]) -> Path:
    if "value" not in given:
        return warehouse
    copied = folder / "hostile.duckdb"
    shutil.copy(warehouse, copied)
    with duckdb.connect(str(copied)) as file:
        file.execute("UPDATE crumb.shops SET shop = ? WHERE shop_id = 1", [given["value"]])
    return copied


def _layer(folder: Path, given: Mapping[str, Any]) -> Path:
    layer = folder / "layer"
    shutil.copytree(FOLDER, layer)
    for old, new in given.get("written", {}).items():
        (file,) = (path for path in (layer / "models").glob("*.yml") if old in path.read_text(encoding="utf-8"))
        file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    return layer
