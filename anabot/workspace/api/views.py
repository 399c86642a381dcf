"""views.*: open, push and update modals, publish a home tab. A modal opens only for a click that has just happened."""

from __future__ import annotations

from anabot.workspace.api.call import Call
from anabot.workspace.limits import Refused
from anabot.workspace.shapes import Json, view_json
from anabot.workspace.state import Change
from anabot.workspace.views import View, read_view


def open_view(call: Call) -> Json:
    """views.open."""
    content = _content(call)
    return _shown(call, call.workspace.views.open(call.workspace.tickets.exchange(call.need("trigger_id")), content))


def push(call: Call) -> Json:
    """views.push."""
    content = _content(call)
    return _shown(call, call.workspace.views.push(call.workspace.tickets.exchange(call.need("trigger_id")), content))


def update(call: Call) -> Json:
    """views.update, by `view_id` or `external_id`."""
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise Refused("invalid_arguments", ["must define either `view_id` or `external_id`"])
    content = _content(call, kinds=("modal", "home"))
    return _shown(call, call.workspace.views.update(view_id, external_id, content, call.text("hash")))


def publish(call: Call) -> Json:
    """views.publish."""
    user = call.state.user(call.need("user_id"))
    return _shown(call, call.workspace.views.publish(user.id, _content(call, kinds=("home",))))


def _content(call: Call, kinds: tuple[str, ...] = ("modal",)) -> Json:
    if call.args.get("view") in (None, ""):
        raise Refused("invalid_arguments", ["missing required field: view"])
    return read_view(call.args["view"], file_ok=call.workspace.is_picture, kinds=kinds)


def _shown(call: Call, view: View) -> Json:
    call.state.tell(Change(kind="view", only_for=view.user))
    return {"view": view_json(call.state, view)}
