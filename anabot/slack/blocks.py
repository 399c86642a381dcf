"""Build Slack's blocks within Slack's limits: text too long becomes more blocks, blocks too many become more messages.

Pure. What is passed as `mrkdwn` must already be escaped (see `mrkdwn`); plain text needs nothing. It never drops a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anabot.slack.mrkdwn import clean, one_line, pieces

Block = dict[str, Any]

SECTION_TEXT, CONTEXT_TEXT, CODE_TEXT = 2_900, 1_900, 2_900
MESSAGE_BLOCKS, MODAL_BLOCKS = 50, 100
# Undocumented: all texts of one message together; Slack answers msg_blocks_too_long a little above 11,000.
MESSAGE_TEXT = 10_500
# chat.update takes 4,000 characters of fallback text where chat.postMessage takes 40,000.
FALLBACK_TEXT = 3_000
BUTTON_LABEL, BUTTON_VALUE, TITLE = 75, 2_000, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: blocks, and the escaped `text` that notifications and old clients show instead."""

    text: str
    blocks: tuple[Block, ...] = ()


def sections(mrkdwn: str) -> Iterator[Block]:
    """Escaped text as one or more sections."""
    for part in pieces(mrkdwn, SECTION_TEXT):
        if part.strip():
            yield {"type": "section", "text": _mrkdwn(part)}


def beside(mrkdwn: str, accessory: Block) -> Block:
    """Escaped text, short, with a button at its side."""
    return {"type": "section", "text": _mrkdwn(next(pieces(mrkdwn, SECTION_TEXT))), "accessory": accessory}


def context(*lines: str) -> Iterator[Block]:
    """Escaped lines in small print, each an element; empty ones are left out."""
    parts = [part for line in lines for part in pieces(line, CONTEXT_TEXT) if part.strip()]
    for start in range(0, len(parts), 10):
        yield {"type": "context", "elements": [_mrkdwn(part) for part in parts[start : start + 10]]}


def header(text: str) -> Block:
    """A large heading, in plain text."""
    return {"type": "header", "text": _plain(shortened(one_line(text) or " ", 150))}


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def code(text: str) -> Iterator[Block]:
    """Text in a fixed width, shown exactly; cut between lines where it is long."""
    for part in _line_pieces(clean(text), CODE_TEXT):
        inner = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": part}]}
        yield {"type": "rich_text", "elements": [inner]}


def image(file: str, alt: str) -> Block:
    """A picture that was uploaded to Slack."""
    return {"type": "image", "slack_file": {"id": file}, "alt_text": shortened(one_line(alt) or "chart", 1_900)}


def button(label: str, action: str, value: str, *, style: str = "", says: str = "") -> Block:
    """A button. With `says` the label is a picture by its short code, and `says` is read out instead."""
    made: Block = {
        "type": "button",
        "text": _plain(shortened(one_line(label) or "–", BUTTON_LABEL)),
        "action_id": action,
        "value": value,
    }
    if style:
        made["style"] = style
    if says:
        made["text"]["emoji"] = True
        made["accessibility_label"] = says
    return made


def actions(*buttons: Block) -> Iterator[Block]:
    """A row of buttons, or nothing without any."""
    if buttons:
        yield {"type": "actions", "elements": list(buttons)}


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis: only for labels whose whole text stands elsewhere."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def fallback(escaped: str) -> str:
    """The text for notifications: the beginning of what the blocks say whole."""
    first = next(pieces(escaped, FALLBACK_TEXT))
    return first if first == escaped else f"{first} …"


def messages(text: str, blocks: Iterable[Block]) -> list[Message]:
    """The blocks as one message, or as several in order where one would pass Slack's limits."""
    pages: list[list[Block]] = [[]]
    size = 0
    for block in blocks:
        weight = text_size(block)
        if pages[-1] and (len(pages[-1]) >= MESSAGE_BLOCKS or size + weight > MESSAGE_TEXT):
            pages.append([])
            size = 0
        pages[-1].append(block)
        size += weight
    first, *rest = pages
    later = [Message(text=f"(part {number} of {len(pages)})", blocks=tuple(page)) for number, page in enumerate(rest, 2)]
    return [Message(text=fallback(text), blocks=tuple(first)), *later]


def text_size(part: object) -> int:
    """How many characters of text a block holds, all its parts together."""
    if isinstance(part, Mapping):
        own = part.get("text")
        return (len(own) if isinstance(own, str) else 0) + sum(text_size(inner) for inner in part.values())
    if isinstance(part, list | tuple):
        return sum(text_size(inner) for inner in part)
    return 0


def _line_pieces(text: str, most: int) -> Iterator[str]:
    page = ""
    for line in text.split("\n"):
        for part in _cuts(line, most):
            if page and len(page) + 1 + len(part) > most:
                yield page
                page = part
            else:
                page = f"{page}\n{part}" if page else part
    if page:
        yield page


def _cuts(line: str, most: int) -> Sequence[str]:
    return [line[at : at + most] for at in range(0, len(line), most)] or [""]


def _mrkdwn(text: str) -> Block:
    # verbatim: Slack finds no links, channels or names of its own in what we say.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
