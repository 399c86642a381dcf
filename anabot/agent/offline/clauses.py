"""Split a message that asks several things into clauses, each with something of its own to count.

A break needs both a mark or "and" before a question word, and a metric on either side; otherwise the words stay together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from anabot.agent.offline.parser import COLUMNS
from anabot.agent.offline.tagging import Tag

_OPENERS = {"what", "how", "is", "are", "do", "does", "did", "show", "give", "tell", "was", "were", "has", "have", "can", "whats"}
_ASKERS = {"who", "where", "when"}  # "and their total" asks nothing of its own


@dataclass(frozen=True, slots=True)
class Clause:
    """The phrases of one clause. `tied`: "and" joins it to the one before it; `narrows`: it only says a condition of its own."""

    tags: list[Tag]
    tied: bool = False
    narrows: bool = False


def split(tags: Sequence[Tag]) -> list[Clause]:
    """The clauses, in order; always at least one."""
    clauses: list[Clause] = []
    current = Clause([])
    for i, tag in enumerate(tags):
        rest = tags[i + 1 :]
        if _breaks(tags, i) and _asks(current.tags) and (_asks(rest) or _narrows(rest)):
            clauses.append(current)
            current = Clause([], tied=tag.kind != "stop", narrows=_narrows(rest))
            continue
        current.tags.append(tag)
    return [*clauses, current]


def _breaks(tags: Sequence[Tag], i: int) -> bool:
    tag = tags[i]
    if tag.kind == "stop":
        shows = i + 1 < len(tags) and (tags[i + 1].text.casefold() in COLUMNS or tags[i + 1].says("sort", "not"))
        return not (shows or _only_cuts(tags[i + 1 :]) or _says_again(tags[:i], tags[i + 1 :]))
    if not (tag.says("and") or tag.kind == "comma"):
        return False
    if _qualifies(tags[:i]):
        return False
    following = next((t for t in tags[i + 1 :] if not t.says("and") and t.kind != "comma"), None)
    if following is not None and following.text.casefold() in ("their", "his", "her", "its"):
        return False  # "the number of shops and their sales"
    return following is not None and _opens(following)


def _says_again(before: Sequence[Tag], rest: Sequence[Tag]) -> bool:
    """ "… I want the difference between sales and refunds": of what was named before it, and in no other way."""
    sentence = list(takewhile(lambda tag: tag.kind != "stop", rest))
    named = {tag.text.casefold() for tag in before if tag.entry}
    return any(tag.says("pair") for tag in sentence) and all(
        tag.kind in ("light", "comma") or tag.says("pair", "and", "same_when") or (tag.entry and tag.text.casefold() in named)
        for tag in sentence
    )


def _only_cuts(rest: Sequence[Tag]) -> bool:
    """ "…? By recruiter": a sentence that only says by what."""
    sentence = list(takewhile(lambda tag: tag.kind != "stop", rest))
    names = [tag for tag in sentence[1:] if not (tag.says("and", "by") or tag.kind in ("comma", "unit", "date"))]
    return bool(sentence) and sentence[0].says("by") and all(tag.entry and tag.entry.dimensions for tag in names)


def _qualifies(tags: Sequence[Tag]) -> bool:
    """ "For customers with at least 5 orders, what is …": what comes before the comma says of which, and asks nothing."""
    heads = ("for", "among", "of", "within", "in", "for each", "for every", "for each of the", "per")
    return bool(tags) and (tags[0].kind == "light" or tags[0].says("by")) and tags[0].text.casefold() in heads


def _opens(tag: Tag) -> bool:
    word = tag.text.casefold().split()[0] if tag.text.split() else ""
    return (
        (tag.kind == "light" and word in _OPENERS)
        or tag.says("why", "of_which")
        or (tag.says("who") and word in _ASKERS)
        or tag.kind == "question"
        or word == "which"
    )


def _asks(tags: Sequence[Tag]) -> bool:
    """Whether anything here could be counted."""
    return any(
        tag.kind == "question"
        or tag.says("of_which")
        or (tag.entry and (tag.entry.metrics or tag.entry.term or tag.entry.listed))
        for tag in tags
    )


def _narrows(tags: Sequence[Tag]) -> bool:
    """ "… and how many in the North", "… and how many were late": a part of what was counted before it, or one of its kind."""
    said = [tag for tag in tags if tag.kind not in ("comma", "stop") and not tag.says("and")]
    heads = [tag.text.casefold() for tag in said[:2]]
    more = any(tag.kind == "unknown" or tag.says("weekdays", "match") or tag.entry for tag in said)
    return heads in (["how", "many"], ["how", "much"]) and more and not _asks(said)
