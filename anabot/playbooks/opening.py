"""Put other words in the place of a digest's opening paragraph. Pure; whatever is no plain paragraph stays where it is."""

from __future__ import annotations

import re

from anabot.playbooks.markdown import escape

_NO_PROSE = re.compile(r"^\s*(?:[-|#]|!\[)", re.M)


def opened(markdown: str, words: str) -> str:
    """The Markdown with the words, which are shown as they are, as its first paragraph; without any, as it was."""
    if not words:
        return markdown
    blocks = markdown.rstrip("\n").split("\n\n")
    heads = 0
    while heads < len(blocks) and blocks[heads].startswith("#") and "\n" not in blocks[heads].strip():
        heads += 1
    rest = blocks[heads:]
    if rest and not _NO_PROSE.search(rest[0]):
        rest = rest[1:]
    return "\n\n".join([*blocks[:heads], escape(words), *rest]) + "\n"
