"""Find the broadcasts in a message that would notify a whole channel. Pure; never counts an escaped or a plain one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_BROADCAST = re.compile(r"<!(channel|here|everyone)(?:\|[^>]*)?>")


def pings_in(text: str, blocks: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The broadcasts that fire, such as `("channel",)`: in `text` where there are no blocks, in mrkdwn and rich text where
    there are. Slack fires them in the fallback text too, so both count, each name once."""
    found = set(_in_mrkdwn(text))
    for block in blocks:
        found.update(_in_block(block))
    return tuple(sorted(found))


def _in_mrkdwn(text: str) -> Iterator[str]:
    # Inside backticks too: better one ping counted too many than one missed.
    yield from _BROADCAST.findall(text)


def _in_block(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.get("type") == "mrkdwn":
            yield from _in_mrkdwn(str(value.get("text", "")))
        elif value.get("type") == "broadcast":
            yield str(value.get("range", "channel"))
        else:
            for part in value.values():
                yield from _in_block(part)
    elif isinstance(value, list):
        for part in value:
            yield from _in_block(part)
