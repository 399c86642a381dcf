"""What to send instead of a message whose blocks Slack refuses: each rung plainer than the last, the words always kept.

Pure. Why: a picture is processed after its upload and refused until then; some workspaces take one table a message, or none.
"""

from __future__ import annotations

from collections.abc import Iterator

from anabot.slack.blocks import Block, Message, context
from anabot.slack.tables import fixed_width, grid_of

PICTURE_WAITS_S = (0.5, 1.0, 2.0)
_NO_PICTURE = "The picture could not be shown here; press _Table_ for the numbers."
_ONLY_WORDS = "(The table could not be shown here.)"


def ladder(message: Message) -> Iterator[tuple[float, Message]]:
    """Seconds to wait and the message to try then, the fullest first."""
    yield 0.0, message
    if _has(message, "image"):
        for wait in PICTURE_WAITS_S:
            yield wait, message
        message = _without_pictures(message)
        yield 0.0, message
    tables = sum(block["type"] == "table" for block in message.blocks)
    for kept in (1, 0):
        if tables > kept:
            yield 0.0, _with_tables(message, kept)
    if message.blocks:
        yield 0.0, Message(text=f"{message.text} {_ONLY_WORDS}" if tables else message.text)


def _has(message: Message, kind: str) -> bool:
    return any(block["type"] == kind for block in message.blocks)


def _without_pictures(message: Message) -> Message:
    def plain(block: Block) -> Iterator[Block]:
        if block["type"] == "image":
            yield from context(_NO_PICTURE)
        else:
            yield block

    return Message(text=message.text, blocks=tuple(made for block in message.blocks for made in plain(block)))


def _with_tables(message: Message, most: int) -> Message:
    blocks: list[Block] = []
    seen = 0
    for block in message.blocks:
        seen += block["type"] == "table"
        if block["type"] == "table" and seen > most:
            blocks.extend(fixed_width(grid_of(block)))
        else:
            blocks.append(block)
    return Message(text=message.text, blocks=tuple(blocks))
