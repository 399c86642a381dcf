"""Data values inside Markdown: escaped so that they are shown and never act, and read back.

CommonMark's own escapes: a backslash before punctuation that formats, an entity for `&`, `<` and `>`, so that a reader
who knows only half of Markdown still pings nobody and breaks no table. It never shortens a value.
"""

from __future__ import annotations

import re

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# An underscore inside a word, as in net_revenue, formats nothing.
_SPECIAL = re.compile(r"[\\`*~|\[\]#&<>]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^(?:[-+](?=[\s-]|$)|=)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|&(amp|lt|gt);")
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"[\s\u2028\u2029]+")


def escape(text: str) -> str:
    """The text on one line, as Markdown that shows exactly its characters."""
    line = _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), line)


def plain(markdown: str) -> str:
    """What `escape` was given, on one line: for a cell that is shown without Markdown."""
    return _ESCAPED.sub(lambda found: found[1] or {"amp": "&", "lt": "<", "gt": ">"}[found[2]], markdown)
