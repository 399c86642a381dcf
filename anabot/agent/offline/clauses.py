"""Split a message that asks several things into clauses, each with something of its own to count.

A break needs both a mark or "and" before a question word, and a metric on either side; otherwise the words stay together.
"""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline.tagging import Tag

_OPENERS = {"what", "how", "is", "are", "do", "does", "did", "show", "give", "tell", "was", "were", "has", "have", "can", "whats"}
_COLUMNS = {
    "return",
    "show",
    "include",
    "list",
    "display",
    "give",
}  # "… Return the region and the total": the same question's columns


def split(tags: Sequence[Tag]) -> list[list[Tag]]:
    """The clauses, in order; always at least one."""
    clauses: list[list[Tag]] = []
    current: list[Tag] = []
    for i, tag in enumerate(tags):
        if _breaks(tags, i) and _asks(current) and _asks(tags[i + 1 :]):
            clauses.append(current)
            current = []
            continue
        current.append(tag)
    return [*clauses, current]


def _breaks(tags: Sequence[Tag], i: int) -> bool:
    tag = tags[i]
    if tag.kind == "stop":
        return not (i + 1 < len(tags) and tags[i + 1].text.casefold() in _COLUMNS)
    if not (tag.says("and") or tag.kind == "comma"):
        return False
    if _qualifies(tags[:i]):
        return False
    following = next((t for t in tags[i + 1 :] if not t.says("and") and t.kind != "comma"), None)
    return following is not None and _opens(following)


def _qualifies(tags: Sequence[Tag]) -> bool:
    """ "For customers with at least 5 orders, what is …": what comes before the comma says of which, and asks nothing."""
    return bool(tags) and tags[0].kind == "light" and tags[0].text.casefold() in ("for", "among", "of", "within", "in")


def _opens(tag: Tag) -> bool:
    word = tag.text.casefold().split()[0] if tag.text.split() else ""
    return (tag.kind == "light" and word in _OPENERS) or tag.says("who", "why") or tag.kind == "question" or word == "which"


def _asks(tags: Sequence[Tag]) -> bool:
    """Whether anything here could be counted."""
    return any(
        tag.kind == "question" or (tag.entry and (tag.entry.metrics or tag.entry.term or tag.entry.listed)) for tag in tags
    )
