"""Verbs that companies use for one and the same day: who "joined" signed up, who "quit" left, what was "dispatched" was shipped.

Pure. They are looked up only where no name has the word itself, and what is read by them is always said. It never goes beyond a
day: what a metric counts keeps its own words.
"""

from __future__ import annotations

from anabot.agent.offline.text import root

_SAME_DAY = (
    "join signup sign register enroll enrol onboard subscribe registration enrollment subscription",
    "join hire employ recruit onboard employment hiring",
    "leave left quit resign terminate fire dismiss exit offboard termination resignation departure depart",
    "ship dispatch send sent shipment",
    "create open raise file creation log",
    "close end finish complete conclude completion closure",
    "born birth",
    "die death decease",
    "found establish incorporate foundation establishment incorporation",
    "release publish launch publication premiere",
    "buy bought purchase",
    "cancel terminate cancellation termination",
    "discharge release",
    "expire expiry expiration lapse",
    "renew renewal extend extension",
    "deliver delivery arrive arrival receive receipt",
)
_GROUPS = tuple(frozenset(map(root, group.split())) for group in _SAME_DAY)


def akin(verb: str) -> set[str]:
    """The roots of what may be said for the day that a verb tells; nothing for a verb of which no such words are known."""
    said = {root(verb)}
    return {word for group in _GROUPS if said & group for word in group} - said
