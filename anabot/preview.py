"""What somebody would see, and why: teams, classes, rows, columns, loans, and what a channel holds back. It runs no query.

For admins, and on record: to look at what somebody may see is a look, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from anabot.access import audience
from anabot.access.policy import Decision, Policy
from anabot.ask import Asker
from anabot.store.audit import Intended
from anabot.types import Channel, MaskRule, Person

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLine:
    """One class of metrics: which of them the person sees, and which they only know of."""

    name: str
    strict: bool
    sees: tuple[str, ...]
    lists: tuple[str, ...]
    all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Metrics of one class that a channel holds back from somebody who sees them alone, and why."""

    name: str
    metrics: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What one person would see alone, and in a channel where one is given."""

    person: Person
    mode: str
    teams: tuple[tuple[str, str], ...]  # (team, the group or e-mail that leads to it)
    attributes: tuple[tuple[str, tuple[str, ...]], ...]
    classes: tuple[ClassLine, ...]
    rows: tuple[str, ...]
    denied: tuple[str, ...]
    masked: tuple[str, ...]
    roles: tuple[str, ...]
    loans: tuple[str, ...]
    why: str
    place: str = ""
    declares: str = ""
    says: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()


def preview(asker: Asker, person: Person, channel: Channel | None, *, by: str) -> Preview:
    """What the person would see; `by` is who looks, for the record."""
    policy = asker.current().policy
    decision = asker.decision(person, channel)
    members = asker.directory.members(channel) if channel is not None else ()
    place = f"#{channel.name}" if channel is not None else ""
    intended = Intended(question_id=f"preview:{person.user}", actor=by, place=place or "dm", kind="admin")
    asker.store.audit.close(
        asker.store.audit.open(intended), status="previewed", reason=f"what {person.handle or person.user} may see"
    )
    own = decision.own
    return Preview(
        person=person,
        mode=policy.spec.mode,
        teams=tuple((each.team, each.by) for each in policy.memberships(person)),
        attributes=tuple(policy.attributes(person).items()),
        classes=tuple(_classes(policy, decision)),
        rows=tuple(f"{rule.model}.{rule.dimension}: {', '.join(rule.values) or 'no row'}" for rule in own.rows),
        denied=tuple(sorted(own.denied)),
        masked=tuple(_mask_words(policy, each) for each in (decision.grant if channel is not None else own).masks),
        roles=tuple(f"{each.connection}: {each.role}" for each in own.runs_as),
        loans=tuple(
            f"{one.metric} until {one.until:%Y-%m-%d}, by @{one.by}" for one in person.loans if one.metric in own.metrics
        ),
        why=own.reason,
        place=place,
        declares=_declares(policy, channel) if channel is not None else "",
        says=tuple(sorted(decision.grant.metrics)) if channel is not None else (),
        held=tuple(_held(policy, decision, channel, members)) if channel is not None else (),
    )


def preview_json(found: Preview) -> dict[str, Any]:
    """The preview for machines."""
    place = {"name": found.place, "declares": found.declares, "says": list(found.says)}
    held = [{"class": one.name, "metrics": list(one.metrics), "why": one.why} for one in found.held]
    return {
        "user": found.person.user,
        "handle": found.person.handle,
        "mode": found.mode,
        "teams": [{"team": team, "by": by} for team, by in found.teams],
        "attributes": {name: list(values) for name, values in found.attributes},
        "classes": [
            {"class": one.name, "strict": one.strict, "sees": list(one.sees), "lists": list(one.lists), "all": one.all}
            for one in found.classes
        ],
        "rows": list(found.rows),
        "denied": list(found.denied),
        "masked": list(found.masked),
        "roles": list(found.roles),
        "loans": list(found.loans),
        "why": found.why,
        "channel": {**place, "held": held} if found.place else None,
    }


def few(names: Sequence[str], most: int = _SHOWN) -> str:
    """The first names and how many more; nothing for none."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def who(found: Preview) -> str:
    """Who they are to `access.yml`, in one sentence."""
    name = found.person.handle or found.person.user
    if found.person.guest or found.person.external:
        return f"@{name} is {'a guest' if found.person.guest else 'of another company'} and sees nothing."
    if not found.teams:
        return f"@{name} is in no team and sees nothing: no user group or confirmed e-mail of theirs leads to one."
    return f"@{name} is in {' and '.join(f'{team} (by {by})' for team, by in found.teams)}."


def _mask_words(policy: Policy, mask: MaskRule) -> str:
    empty = mask.form == "null" and mask.name in policy.hashed
    return f"{mask.name}: {mask.form}" + (" (a hash needs ANABOT_MASK_KEY, which is not set)" if empty else "")


def _classes(policy: Policy, decision: Decision) -> Iterator[ClassLine]:
    for name, spec in policy.spec.classes.items():
        metrics = policy.of_class(name)
        sees = tuple(sorted(metrics & decision.own.metrics))
        lists = tuple(sorted(metrics & decision.own.listed - decision.own.metrics))
        yield ClassLine(name=name, strict=spec.strict, sees=sees, lists=lists, all=len(metrics))


def _declares(policy: Policy, channel: Channel) -> str:
    declared = policy.declared(channel)
    said = ", ".join([*sorted(declared.says), *sorted(declared.metrics)]) or "nothing"
    return f"{said} (owner @{declared.owner})" if declared.owner else f"{said} (nobody has declared it)"


def _held(policy: Policy, decision: Decision, channel: Channel, members: Sequence[Person]) -> Iterator[Held]:
    declared = policy.declared(channel)
    silent = audience.strangers(channel, members) and not declared.open_to_strangers
    for name, spec in policy.spec.classes.items():
        held = sorted(policy.of_class(name) & decision.held)
        if not held:
            continue
        if silent:
            why = "guests or another company read here" if members else "nobody knows who reads here"
        elif name not in declared.says:
            why = f"the channel does not declare {name}"
        elif spec.strict:
            narrower = [
                f"@{one.handle or one.user}" for one in members if not set(held) <= policy.decide(one, None, []).own.metrics
            ]
            why = f"strict, and {few(narrower) or 'somebody here'} may not see it alone"
        else:
            why = "the channel does not declare it"
        yield Held(name=name, metrics=tuple(held), why=why)
