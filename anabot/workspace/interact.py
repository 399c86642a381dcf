"""Clicks and modals: what a person presses becomes block_actions, view_submission or view_closed. It never trusts the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from anabot.workspace.acts import room, settled
from anabot.workspace.core import Workspace
from anabot.workspace.limits import Refused
from anabot.workspace.shapes import Json, channel_json, message_json, view_json
from anabot.workspace.state import Change, Message
from anabot.workspace.tickets import Hook
from anabot.workspace.views import View, read_view


def press(workspace: Workspace, user: str, click: Mapping[str, Any]) -> None:
    """A button pressed or a choice made, in a message (`channel`, `ts`) or a view (`view`).

    `click` names `block`, `action`, and for a choice what was `chosen`: the option's value, values, or a date. What is sent is
    read from the message itself, so that a page cannot press what is not there.
    Refused: block_not_found, message_not_found, not_found, operation_timeout, dispatch_failed.
    """
    if click.get("view"):
        view = workspace.views.find(str(click["view"]), user)
        where = _in_view(workspace, view, click)
        blocks = view.content["blocks"]
    else:
        place = room(workspace, user, str(click.get("channel")))
        message = workspace.state.message(place.id, str(click.get("ts")))
        if message.only_for not in ("", user):
            raise Refused("message_not_found")
        where, blocks = _in_message(workspace, user, message, click), message.blocks
    payload = _payload(workspace, user, "block_actions") | where
    payload["trigger_id"] = workspace.tickets.trigger(user)
    payload["actions"] = [_action(workspace, blocks, click)]
    settled(workspace.sender.interaction(payload).result())


def submit(workspace: Workspace, user: str, view_id: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Submit a modal. Returns a fault for each block that needs another look; empty where it was taken."""
    view = workspace.views.find(view_id, user)
    view.state = {str(block): dict(actions) for block, actions in values.items()}
    missing = _missing(view)
    if missing:
        return missing
    payload = _payload(workspace, user, "view_submission") | {"view": view_json(workspace.state, view), "response_urls": []}
    payload["trigger_id"] = workspace.tickets.trigger(user)
    answer = settled(workspace.sender.interaction(payload).result())
    return _apply(workspace, view, answer)


def close(workspace: Workspace, user: str, view_id: str) -> None:
    """Close a modal. The app hears of it where it asked to."""
    view = workspace.views.find(view_id, user)
    workspace.views.close(user)
    workspace.state.tell(Change(kind="view", only_for=user))
    if view.content.get("notify_on_close"):
        payload = _payload(workspace, user, "view_closed") | {"view": view_json(workspace.state, view), "is_cleared": False}
        workspace.sender.interaction(payload)


def _payload(workspace: Workspace, user: str, kind: str) -> Json:
    cast, person = workspace.state.cast, workspace.state.user(user)
    return {
        "type": kind,
        "user": {"id": user, "username": person.name, "name": person.name, "team_id": cast.team.id},
        "team": {"id": cast.team.id, "domain": cast.team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "api_app_id": cast.bot.app_id,
        "token": workspace.verification_token,
    }


def _in_message(workspace: Workspace, user: str, message: Message, click: Mapping[str, Any]) -> Json:
    thread = message.thread_ts if message.thread_ts != message.ts else ""
    hook = Hook(channel=message.channel, user=user, message_ts=message.ts, thread_ts=thread)
    channel = workspace.state.channel(message.channel)
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
    container["is_ephemeral"] = bool(message.only_for)
    where: Json = {
        "container": container | ({"thread_ts": thread} if thread else {}),
        "channel": {"id": message.channel, "name": channel_json(workspace.state, channel).get("name", "directmessage")},
        "response_url": f"{workspace.base}hooks/{workspace.tickets.hook(hook)}",
        "state": {"values": dict(click.get("state") or {})},
    }
    if message.only_for:
        return where
    return where | {"message": message_json(workspace.state, message, workspace.base)}


def _in_view(workspace: Workspace, view: View, click: Mapping[str, Any]) -> Json:
    view.state = dict(click.get("state") or {})
    return {"container": {"type": "view", "view_id": view.id}, "view": view_json(workspace.state, view)}


def _action(workspace: Workspace, blocks: Sequence[Mapping[str, Any]], click: Mapping[str, Any]) -> Json:
    for block in blocks:
        if block["block_id"] == click.get("block"):
            for element in _elements(block):
                if element.get("action_id") == click.get("action"):
                    names = {"block_id": block["block_id"], "action_id": element["action_id"]}
                    return names | _choice(element, click.get("chosen")) | {"action_ts": workspace.state.stamp()}
    raise Refused("block_not_found")


def _elements(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from block.get("elements", []) if block["type"] == "actions" else []
    for name in ("accessory", "element"):
        if name in block:
            yield block[name]


def _choice(element: Mapping[str, Any], chosen: Any) -> Json:
    kind = element["type"]
    if kind == "button":
        return {"type": kind, "text": element["text"], **({"value": element["value"]} if "value" in element else {})}
    if kind == "datepicker":
        return {"type": kind, "selected_date": str(chosen)}
    if "options" not in element and "option_groups" not in element:
        return {"type": kind, "value": str(chosen)}
    options = [*element.get("options", []), *(o for group in element.get("option_groups", []) for o in group["options"])]
    if kind in ("checkboxes", "multi_static_select"):
        return {"type": kind, "selected_options": [o for o in options if o["value"] in (chosen or [])]}
    option = next((o for o in options if o["value"] == chosen), None)
    if option is None:
        raise Refused("option_not_found")
    return {"type": kind, "selected_option": option}


def _missing(view: View) -> dict[str, str]:
    faults = {}
    for block in view.content["blocks"]:
        if block["type"] == "input" and not block.get("optional"):
            filled = view.state.get(block["block_id"], {}).get(block["element"]["action_id"], {})
            if not any(value for name, value in filled.items() if name != "type"):
                faults[block["block_id"]] = "Please complete this required field."
    return faults


def _apply(workspace: Workspace, view: View, answer: Mapping[str, Any]) -> dict[str, str]:
    action = answer.get("response_action")
    if action == "errors":
        return {str(block): str(text) for block, text in answer.get("errors", {}).items()}
    if action in ("update", "push"):
        content = read_view(answer.get("view"), file_ok=workspace.is_picture)
        if action == "update":
            workspace.views.update(view.id, "", content)
        else:
            workspace.views.push(view.user, content)
    else:
        workspace.views.close(view.user, all_of_them=action == "clear" or bool(view.content.get("clear_on_close")))
    workspace.state.tell(Change(kind="view", only_for=view.user))
    return {}
