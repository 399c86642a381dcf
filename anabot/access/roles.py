"""Every distinct grant that `access.yml` can make: of each way into a team, each pair of them, each service, and each place.

Ways into a team are user groups and confirmed e-mails, in lower case; what a template or the defaults give is in the teams that
have it, and each way is taken with and without what a table of people may say. Pure. A person in three groups holds what three
pairs hold; whom the groups contain is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from anabot.access.policy import Policy
from anabot.types import Channel, ChannelId, Grant, Person, UserId

SAYS = "what the table says"  # a value of an attribute: which one it is changes nothing of how it is kept


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
    yield "nobody", policy.decide(_person(), None, []).own
    emails = policy.spec.emails
    ways = [*policy.spec.groups, *emails]
    for held in [*((each,) for each in ways), *combinations(ways, 2)]:
        if sum(each in emails for each in held) > 1:
            continue  # nobody has two addresses, and whoever has one is of its domain anyway
        person = _person([each for each in held if each not in emails], next((each for each in held if each in emails), ""))
        name = " + ".join(each.casefold() if each in emails else f"@{each}" for each in held)
        yield name, policy.decide(person, None, [person]).own
        if policy.spec.people is not None and len(held) == 1:
            known = replace(person, attributes=tuple((each, (SAYS,)) for each in policy.spec.people.attributes))
            yield f"{name} + what the table of people says", policy.decide(known, None, [known]).own
        for channel in _places(policy):
            yield f"{name} in #{channel.name}", policy.decide(person, channel, [person]).grant
    for service in policy.spec.services:
        for channel in _places(policy):
            yield f"{service} in #{channel.name}", policy.serve(service, channel, []).grant


def _places(policy: Policy) -> list[Channel]:
    names = [place.strip("#") for place in (*policy.spec.channels, "#undeclared")]
    return [Channel(channel=ChannelId(name), name=name) for name in names]


def _person(groups: Sequence[str] = (), email: str = "") -> Person:
    """Somebody in these groups, with a confirmed address: the one given, or any of the domain given."""
    address = f"somebody{email}" if email.startswith("@") else email
    address = address.casefold()
    user = UserId("-".join(groups) or address or "nobody")
    return Person(user=user, name="somebody", groups=frozenset(groups), email=address, confirmed=bool(email))
