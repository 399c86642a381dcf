"""What Ana asks of a model, and what she gets back: one Protocol, so that any server's words are the same nouns.

Nouns only. They never hold a key, a grant or a warehouse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Message = Mapping[str, Any]  # a turn as the Messages API writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one call read and wrote, in tokens. `fresh` were read at the full price, `kept` and `written` by way of the cache."""

    fresh: int = 0
    written: int = 0
    kept: int = 0
    out: int = 0

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.fresh + self.written + self.kept + self.out


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One tool that the model wants used. `body` is whatever it wrote: nobody has looked at it yet."""

    call_id: str
    tool: str
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One turn of the model. `content` goes back to it unchanged; `stop` is why it ended."""

    content: tuple[Mapping[str, Any], ...]
    text: str
    calls: tuple[Call, ...]
    stop: str
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is sent. `tools` and `system` are the same for every question of one grant, and kept in its cache."""

    tools: tuple[Mapping[str, Any], ...]
    system: str
    messages: tuple[Message, ...]


class Model(Protocol):
    """Something that speaks the Messages API."""

    name: str

    def reply(self, prompt: Prompt, *, max_tokens: int, timeout_s: float) -> Reply:
        """The model's next turn, whole.

        Raises:
            ModelError: it did not come, came in part, or took longer than `timeout_s`.
        """


def text_turn(text: str) -> Message:
    """Words of ours, as a user's turn."""
    return {"role": "user", "content": [{"type": "text", "text": text}]}
