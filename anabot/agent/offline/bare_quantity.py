"""Say what else a bare word for a quantity may mean: "volume" is that of prices here, and could be the number of trades.

Pure. It changes no answer; it only names, among the asker's own, what is counted elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.slots import Mention, Slots
from anabot.agent.offline.text import words
from anabot.agent.offline.words import QUANTITIES
from anabot.semantic.catalog import catalog_of

_NAMED = 2


def also_counted(mentions: Sequence[Mention], slots: Slots, lexicon: Lexicon) -> list[str]:
    """The note for a question that names nothing but a quantity, without saying of what."""
    if slots.picks or any(cut.dimensions for cut in slots.cuts) or slots.nouns:
        return []
    if len(mentions) != 1 or len(mentions[0].metrics) != 1 or not set(words(mentions[0].text)) <= QUANTITIES:
        return []
    metrics, models = lexicon.registry.metrics, lexicon.registry.models
    own = {leaf.model for leaf in catalog_of(lexicon.registry).leaves(mentions[0].metrics[0])}
    counted = (metrics[name] for name in lexicon.visible if metrics[name].agg == "count" and metrics[name].model not in own)
    others = [m.label for m in counted if any(e.kind == "foreign" for e in models[m.model].entities.values())][:_NAMED]
    if not others:
        return []
    label = metrics[mentions[0].metrics[0]].label
    return [f"“{mentions[0].text}” is read as {label}; it could also be {' or '.join(others)}."]
