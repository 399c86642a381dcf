"""Read "how long does a delivery take on average" as the average delivery time, where the registry has a number of that name.

Pure. Where it has none, the words stay as they are, and are named back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.text import Token, words

_TAKES = re.compile(
    r"(?P<asks>how long (?:do|does|did) (?:an? |the |our |we )?)(?P<of>(?:[a-z]+ ){1,3}?)"
    r"(?P<take>(?:usually |normally |typically |generally )*(?:take|takes|last) (?:on average )?)"
)
_CALLED = ("time", "duration", "length", "hours", "days", "minutes")


def averaged(found: Sequence[Token], lexicon: Lexicon) -> Sequence[Token]:
    """The message with the name of the number in the place of the question for it."""
    text = "".join(f"{token.norm} " for token in found)
    said = _TAKES.search(text)
    if said is None:
        return found
    start, of = len(text[: said.start()].split()), said["of"].split()
    for last in _CALLED:
        keys = (words(f"average {said['of']}{last}"), words(f"{said['of']}{last}"))
        named = next((key for key in keys if _averages(lexicon, key)), ())
        if named:
            first = start + len(said["asks"].split())
            end = first + len(of) + len(said["take"].split())
            name = [
                replace(found[start], text=each, norm=each) for each in (*(("average",) if named is keys[0] else ()), *of, last)
            ]
            return [*found[:start], *name, *found[end:]]
    return found


def _averages(lexicon: Lexicon, key: tuple[str, ...]) -> bool:
    entry = lexicon.entries.get(key)
    return bool(entry and entry.metrics) and all(
        lexicon.registry.metrics[name].agg == "average" for name in (entry.metrics if entry else ())
    )
