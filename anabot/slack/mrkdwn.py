"""Make any text safe to put into a Slack message: shown as it is, never markup, a mention, a link or an emoji.

Pure. Slack has no escape for `*`, `_`, `~`, backticks and emoji names, so those that would format are replaced by look-alikes
or split by a zero-width space. It never shortens a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LOOK_ALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
# An underscore formats only at the edge of a word; inside one, as in net_revenue, it is kept.
_EDGE_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9_])_+|_+(?![A-Za-z0-9_])")
_EMOJI = re.compile(r":(?=[a-z0-9_+'-]+:)", re.IGNORECASE)
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_BREAKS = re.compile(r"[ \t]*(?:\r\n|[\r\n\u2028\u2029])+[ \t]*")
_ENTITY_TAIL = re.compile(r"&[a-z]{0,3}$")
_MENTION = re.compile(r"<[@#]([A-Z0-9]+)(?:\|[^>]*)?>")
_QUOTE_LINE = re.compile(r"^(?=&gt;)", re.MULTILINE)


def clean(text: str) -> str:
    """The text without control characters and without marks that reverse its direction; line breaks stay."""
    return _UNSEEN.sub("", text)


def one_line(text: str) -> str:
    """The text on one line, as a table cell, a label or a button needs it."""
    return _BREAKS.sub(" ", clean(text)).replace("\t", " ").strip()


def escape(text: str) -> str:
    """The text as mrkdwn that shows exactly its characters (look-alikes for those that format) and notifies nobody."""
    plain = _EMOJI.sub(":\u200b", clean(text).translate(_LOOK_ALIKES))
    plain = _EDGE_UNDERSCORE.sub(lambda edge: "ˍ" * len(edge[0]), plain)
    entities = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _QUOTE_LINE.sub("\u200b", entities)


def told(text: str) -> str:
    """Ana's own words as mrkdwn: what stands in them between backticks is shown as code, the rest as it is."""
    parts = re.split(r"`([^`\n]+)`", text)
    return "".join(f"`{value(part)}`" if n % 2 else escape(part) for n, part in enumerate(parts))


def value(text: str) -> str:
    """A data value inside a sentence: escaped, on one line."""
    return escape(one_line(text))


def bold(text: str) -> str:
    """Escaped text, bold. Empty text stays empty, as `**` would be shown."""
    inner = value(text)
    return f"*{inner}*" if inner else ""


def italic(text: str) -> str:
    """Escaped text, italic."""
    inner = value(text)
    return f"_{inner}_" if inner else ""


def mentioned(word: str) -> str:
    """The id in a mention of somebody or of a channel; any other word as it is."""
    return _MENTION.sub(lambda found: found[1], word)


def pieces(text: str, limit: int) -> Iterator[str]:
    """Cut a text into parts of at most `limit` characters, at a line or a word where there is one, never inside an entity."""
    rest = text
    while len(rest) > limit:
        cut = _cut(rest, limit)
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip("\n ")
    if rest or not text:
        yield rest


def _cut(text: str, limit: int) -> int:
    window = text[:limit]
    at = max(window.rfind("\n"), window.rfind(" "))
    if at >= limit // 2:
        return at
    tail = _ENTITY_TAIL.search(window)
    return tail.start() if tail and tail.start() > 0 else limit
