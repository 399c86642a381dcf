"""Who reads along in a channel, and what the channel has declared may be said there.

A channel's own members decide about the strict classes; everybody else's metrics follow the declaration. Where it is not known
who reads, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from anabot.access.spec import AccessSpec, ChannelSpec, Scheduling, strictest
from anabot.semantic.masks import FORMS
from anabot.types import Channel, Grant, Mask, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What one channel has declared. `open_to_strangers` is said by name only, never by default."""

    says: frozenset[str]
    metrics: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    masks: Mapping[str, Mask] = field(default_factory=dict)
    owner: str = ""
    open_to_strangers: bool = False
    scheduling: Scheduling | None = None


def declaration(spec: AccessSpec, channel: Channel) -> Declaration:
    """What is declared for the channel, by its name or its id, or what holds where nothing is."""
    found = spec.channels.get(f"#{channel.name}") or spec.channels.get(channel.channel) or _by_pattern(spec, f"#{channel.name}")
    if found is None:
        default = spec.default_channel
        return Declaration(says=frozenset(default.says), denied=frozenset(default.deny), masks=default.mask)
    return Declaration(
        says=frozenset(found.says),
        metrics=frozenset(found.metrics),
        denied=frozenset(found.deny),
        masks=found.mask,
        owner=found.owner,
        open_to_strangers=found.external,
        scheduling=found.scheduling,
    )


def _by_pattern(spec: AccessSpec, name: str) -> ChannelSpec | None:
    # The most particular pattern holds, so that the order of the file does not decide who hears what.
    patterns = [pattern for pattern in spec.channels if "*" in pattern and fits(pattern, name)]
    return spec.channels[max(patterns, key=len)] if patterns else None


def fits(pattern: str, name: str) -> bool:
    """Whether a channel's name is meant by a key such as `#fin-*`."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None


def strangers(channel: Channel, members: Sequence[Person]) -> bool:
    """Whether guests or people of another company read along, or nobody knows who does."""
    return channel.external or not members or any(person.guest or person.external for person in members)


def speakable(
    own: Grant,
    declared: Declaration,
    scopes: Mapping[str, str],
    strict: frozenset[str],
    alone: Callable[[], Sequence[Grant]],
) -> frozenset[str]:
    """The metrics of `own` that may be said: declared, and of the strict classes those that each member may see alone.

    `scopes` maps a metric to its class; `alone` gives the members' own grants, and is asked only for a strict class.
    """
    said = {name for name in own.metrics if scopes[name] in declared.says or name in declared.metrics}
    delicate = {name for name in said if scopes[name] in strict}
    if not delicate:
        return frozenset(said)
    for grant in alone():
        delicate &= grant.metrics if _no_narrower(grant, own, declared) else frozenset()
    return frozenset(name for name in said if scopes[name] not in strict or name in delicate)


def nameable(own: Grant, declared: Declaration, scopes: Mapping[str, str], strict: frozenset[str]) -> frozenset[str]:
    """The metrics of `own` that may be named here though not answered: declared, and of no strict class."""
    return frozenset(
        name for name in own.listed if scopes[name] not in strict and (scopes[name] in declared.says or name in declared.metrics)
    )


def _no_narrower(member: Grant, own: Grant, declared: Declaration) -> bool:
    said = strictest([{each.name: each.form for each in own.masks}, declared.masks])
    masked = all(_covers(said.get(each.name), each.form) for each in member.masks)
    closed = member.denied <= own.denied | declared.denied and masked
    # What a role of the warehouse's own keeps from a member is not known here.
    return closed and set(member.rows) <= set(own.rows) and set(member.runs_as) <= set(own.runs_as)


def _covers(said: Mask | None, own: Mask) -> bool:
    return said is not None and FORMS.index(said) <= FORMS.index(own)
