"""Modals and home tabs: check a view, and keep each person's stack of open modals. Never draws one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anabot.workspace import limits
from anabot.workspace.blocks import check_blocks, with_ids
from anabot.workspace.faults import Faults
from anabot.workspace.limits import Refused

_MAY = (
    "title",
    "submit",
    "close",
    "private_metadata",
    "callback_id",
    "external_id",
    "clear_on_close",
    "notify_on_close",
    "submit_disabled",
    "state",
    "id",
    "hash",
)


@dataclass(slots=True, kw_only=True)
class View:
    """One modal or home tab of one person. `content` is what the app sent, checked; `state` what the person filled in."""

    id: str
    user: str
    content: dict[str, Any]
    hash: str
    root: str = ""
    previous: str = ""
    state: dict[str, Any] = field(default_factory=dict)


def read_view(raw: Any, *, file_ok: Callable[[str], bool], kinds: tuple[str, ...] = ("modal",)) -> dict[str, Any]:
    """A view as an app sent it, checked and with block ids.

    Raises Refused: invalid_arguments with every fault, or view_too_large.
    """
    try:
        view = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError as error:
        raise Refused("invalid_arguments", ["invalid JSON [json-pointer:/view]"]) from error
    if len(json.dumps(view)) > limits.VIEW_BYTES:
        raise Refused("view_too_large")
    faults = Faults()
    modal = isinstance(view, Mapping) and view.get("type") == "modal"
    if faults.shape(view, "/view", needs=("type", "blocks", *(("title",) if modal else ())), may=_MAY):
        _check_head(faults, view, kinds)
    if faults.found:
        raise Refused("invalid_arguments", faults.found)
    check_blocks(view["blocks"], "/view/blocks", most=limits.VIEW_BLOCKS, error="invalid_arguments", file_ok=file_ok)
    if modal and view.get("submit") is None and any(block["type"] == "input" for block in view["blocks"]):
        raise Refused("invalid_arguments", ["missing required field: submit [json-pointer:/view]"])
    return {**view, "blocks": with_ids(view["blocks"])}


def _check_head(faults: Faults, view: Mapping[str, Any], kinds: tuple[str, ...]) -> None:
    if view["type"] not in kinds:
        faults.add(f"unsupported type: {view['type']}", "/view/type")
    for name in ("title", "submit", "close"):
        faults.optional_text(view, name, "/view", most=24)
    faults.optional_string(view, "private_metadata", "/view", most=3000, least=0)
    faults.optional_string(view, "callback_id", "/view", most=255, least=0)


class ViewStacks:
    """The open modals of everybody, and their home tabs. Thread-safe."""

    def __init__(self, next_id: Callable[[str], str]) -> None:
        self._next_id = next_id
        self._lock = threading.RLock()
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def open(self, user: str, content: dict[str, Any]) -> View:
        """Show a modal in place of whatever was open."""
        with self._lock:
            view = self._make(user, content)
            self._stacks[user] = [view]
            return view

    def push(self, user: str, content: dict[str, Any]) -> View:
        """Show a modal on top. Refused("push_limit_reached") past three."""
        with self._lock:
            stack = self._stacks.setdefault(user, [])
            if len(stack) >= limits.VIEW_STACK:
                raise Refused("push_limit_reached")
            view = self._make(user, content)
            if stack:
                view.root, view.previous = stack[0].id, stack[-1].id
            stack.append(view)
            return view

    def publish(self, user: str, content: dict[str, Any]) -> View:
        """Replace this person's home tab."""
        with self._lock:
            self._homes[user] = self._make(user, content)
            return self._homes[user]

    def update(self, view_id: str, external_id: str, content: dict[str, Any], expected: str = "") -> View:
        """Replace a view that is open. Refused: not_found, hash_conflict."""
        with self._lock:
            view = self._find(view_id, external_id)
            if expected and expected != view.hash:
                raise Refused("hash_conflict")
            view.content, view.hash, view.state = content, self._next_id("hash."), {}
            return view

    def close(self, user: str, *, all_of_them: bool = False) -> None:
        """Close the topmost modal, or the whole stack."""
        with self._lock:
            stack = self._stacks.get(user, [])
            self._stacks[user] = [] if all_of_them else stack[:-1]

    def find(self, view_id: str, user: str) -> View:
        """This person's open modal or home tab with that id; Refused("not_found") otherwise."""
        with self._lock:
            view = self._find(view_id, "")
        if view.user != user:
            raise Refused("not_found")
        return view

    def top(self, user: str) -> View | None:
        """The modal this person sees."""
        with self._lock:
            stack = self._stacks.get(user, [])
            return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        """This person's home tab."""
        return self._homes.get(user)

    def _make(self, user: str, content: dict[str, Any]) -> View:
        name = self._next_id("V")
        return View(id=name, user=user, content=content, hash=self._next_id("hash."), root=name)

    def _find(self, view_id: str, external_id: str) -> View:
        everything = [view for stack in self._stacks.values() for view in stack] + list(self._homes.values())
        for view in everything:
            if view.id == view_id or (external_id and view.content.get("external_id") == external_id):
                return view
        raise Refused("not_found")
