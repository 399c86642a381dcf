"""Turn what a person types into the text Slack would store: escaped, with mentions, channels and links marked. Pure."""

from __future__ import annotations

import re

from anabot.workspace.state import State

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_TOKEN = re.compile(r"(?P<url>https?://[^\s<>|]+)|(?<![\w@/])@(?P<who>[\w-]+)|(?<![\w&#/])#(?P<where>[\w-]+)")
_BROADCASTS = ("channel", "here", "everyone")


def compose(state: State, text: str, reader: str) -> str:
    """The stored form of `text`. `@name` becomes a mention where such a member or broadcast exists, `#name` a channel link
    where `reader` could see it; inside backticks nothing does."""
    names = {user.name.lower(): user.id for user in state.users.values()}
    rooms = {c.name.lower(): c.id for c in state.channels.values() if not c.im_of and (not c.private or reader in c.members)}

    def mark(found: re.Match[str]) -> str:
        url, who, where = found["url"], (found["who"] or "").lower(), (found["where"] or "").lower()
        if url:
            return f"<{url}>"
        if who in _BROADCASTS:
            return f"<!{who}>"
        if who in names:
            return f"<@{names[who]}>"
        return f"<#{rooms[where]}|{where}>" if where in rooms else found[0]

    parts = _CODE.split(_escape(text))
    return "".join(part if n % 2 else _TOKEN.sub(mark, part) for n, part in enumerate(parts))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
