"""Every distinct grant that `access.yml` can make: of each group, each pair of groups, and each place where they may ask.

Pure. A person in three groups holds what three pairs hold; whom the groups contain is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from anabot.access.policy import Policy
from anabot.types import Channel, ChannelId, Grant, Person, UserId


def roles_of(policy: Policy) -> dict[str, Grant]:
    """Role → grant; of roles with equal grants, the first. "nobody" holds nothing."""
    found: dict[str, Grant] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    for name, grant in _all(policy):
        key = (grant.fingerprint(), grant.listed)
        if key not in seen:
            seen.add(key)
            found[name] = grant
    return found


def _all(policy: Policy) -> Iterator[tuple[str, Grant]]:
    yield "nobody", policy.decide(_person(()), None, []).own
    groups = list(policy.spec.groups)
    for held in [*((each,) for each in groups), *combinations(groups, 2)]:
        person, name = _person(held), " + ".join(f"@{each}" for each in held)
        yield name, policy.decide(person, None, [person]).own
        for place in (*policy.spec.channels, "#undeclared"):
            channel = Channel(channel=ChannelId(place.strip("#")), name=place.strip("#"))
            yield f"{name} in {place}", policy.decide(person, channel, [person]).grant


def _person(groups: tuple[str, ...]) -> Person:
    return Person(user=UserId("-".join(groups) or "nobody"), name="somebody", groups=frozenset(groups))
