"""One Web API call: its arguments as Slack reads them, from a form or from JSON. It answers nothing itself."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from anabot.workspace.core import Workspace
from anabot.workspace.limits import PAGE_MOST, PAGE_SIZE, Refused
from anabot.workspace.state import Channel, State

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The arguments of one call, and the workspace it is for."""

    workspace: Workspace
    args: Mapping[str, Any]

    @property
    def state(self) -> State:
        """The workspace's memory."""
        return self.workspace.state

    def text(self, name: str, default: str = "") -> str:
        """An argument as text."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """An argument that must be there. Refused("invalid_arguments") otherwise."""
        value = self.text(name)
        if not value:
            raise Refused("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A yes or no: true, "true" and "1" are yes."""
        value = self.args.get(name)
        return default if value is None else str(value).lower() in ("true", "1")

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number between `least` and `most`. Refused("invalid_arguments") otherwise."""
        try:
            value = int(self.text(name) or default)
        except ValueError as error:
            raise Refused("invalid_arguments", [f"must be a number [json-pointer:/{name}]"]) from error
        if not least <= value <= most:
            raise Refused("invalid_arguments", [f"must be between {least} and {most} [json-pointer:/{name}]"])
        return value

    def parsed(self, name: str) -> Any:
        """An argument that is JSON, sent as text or as it is; None where absent. Refused("invalid_arguments") if broken."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError as error:
            raise Refused("invalid_arguments", [f"invalid JSON [json-pointer:/{name}]"]) from error

    def channel(self, *, member: bool = False) -> Channel:
        """The conversation named by `channel`. Private ones exist only for members.

        Refused: channel_not_found, and not_in_channel where `member` and the bot is not one.
        """
        found = self.state.channel(self.need("channel"))
        inside = self.state.bot_user in found.members
        if found.private and not inside:
            raise Refused("channel_not_found")
        if member and not inside:
            raise Refused("not_in_channel")
        return found

    def page(self, rows: Sequence[T], *, default: int = PAGE_SIZE, most: int = PAGE_MOST) -> tuple[Sequence[T], str]:
        """The rows that `limit` and `cursor` ask for, and the cursor of the next page, empty at the end."""
        start, size = _offset(self.text("cursor")), self.number("limit", default, least=1, most=most)
        after = start + size
        return rows[start:after], base64.b64encode(b"offset:%d" % after).decode() if after < len(rows) else ""


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, number = base64.b64decode(cursor, validate=True).decode().split(":")
        if word == "offset":
            return int(number)
    except (binascii.Error, ValueError) as error:
        raise Refused("invalid_cursor") from error
    raise Refused("invalid_cursor")
