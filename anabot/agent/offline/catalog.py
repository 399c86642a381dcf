"""Answer "what metrics do you have about deliveries?" with the names of them, and no number.

Pure. It names only what the asker may see, and takes no question for one of these that does not ask for metrics by that word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from anabot.agent.offline.lexicon import Lexicon, is_light, phrases_of
from anabot.agent.offline.text import Token, stem, words
from anabot.agent.understanding import NotUnderstood

_MOST, _LONGEST = 12, 4
_HAVE = (
    r"(?:do|can|could|did) (?:you|we|i) (?:have|know|offer|ask|see|get|track|report|own|hold)|are there|is there|exist|available"
)
_ABOUT = r"(?:about|on|regarding|concerning|related to|for|of|around)"
_ASKS = re.compile(
    rf"(?:(?:what|which) (?:other |kind of )?(?:metrics?|kpis?|measures?|definitions?|numbers?|figures?|data)(?: (?:{_HAVE}))+"
    rf"|(?:list|show|what are|which are) (?:me )?(?:all )?(?:the )?(?:metrics?|kpis?|definitions?)(?: you have| there are)?"
    rf"|(?:do you have|have you got|are there|is there) (?:any |some )?(?:metrics?|kpis?|measures?|definitions?|numbers?|data)"
    rf"|what (?:do|can) you (?:know|tell me)) {_ABOUT} (?P<of>[^.?!,;]+?)[.?! ]*"
)
_LEAD = re.compile(r"^(?:(?:and|so|ok|okay|hey|hi|hello|please|pls|ana|now) |, )+")


def about(found: Sequence[Token], lexicon: Lexicon) -> NotUnderstood | None:
    """The names of the metrics about what is said, the nearest first; None where the message asks for something else."""
    text = _LEAD.sub("", " ".join(token.norm for token in found).strip())
    asked = _ASKS.fullmatch(text)
    said = [word for word in asked["of"].split() if not is_light(word)] if asked else []
    if asked is None or not 0 < len(said) <= _LONGEST:
        return None
    known = _named({stem(word) for word in said}, lexicon)
    if not known:
        return None
    labels = [lexicon.registry.metrics[name].label for name in known[:_MOST]]
    more = f", and {len(known) - _MOST} more" if len(known) > _MOST else ""
    message = f"About “{' '.join(said)}” I have: {'; '.join(labels)}{more}. Ask for any of them by its name."
    return NotUnderstood(reason="catalog", message=message)


def _named(said: set[str], lexicon: Lexicon) -> list[str]:
    """The visible metrics with these words in a name of theirs; those so labelled first."""
    registry = lexicon.registry
    labelled = [name for name in lexicon.visible if said <= set(words(registry.metrics[name].label))]
    labelled.sort(key=lambda name: words(registry.metrics[name].label)[-1] not in said)  # "net revenue", then "tax on revenue"
    called = [name for name in lexicon.visible if any(said <= set(words(phrase)) for phrase in phrases_of(registry, name))]
    return list(dict.fromkeys([*labelled, *called]))
