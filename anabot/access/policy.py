"""Turn `access.yml` and a person into a grant: what they may see alone, and what of it may be said where they ask.

Everything starts from nothing: no rule means no grant, a missing attribute means no rows, a guest sees nothing. It never looks
at a channel's history, a role in Slack, or anything a model wrote.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from anabot.access import audience
from anabot.access.audience import Declaration
from anabot.access.faults import faults_of
from anabot.access.spec import AccessSpec, TeamSpec
from anabot.errors import RegistryError
from anabot.semantic import documents
from anabot.semantic.draft import Draft
from anabot.semantic.registry import Registry
from anabot.types import Channel, Grant, Person, RowRule

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`own` is what the person may see alone, `grant` what of it may be said here, `held` the metrics in between."""

    grant: Grant
    own: Grant
    held: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OffLimits:
    """What Ana says on a subject that she does not speak of, and who answers for that. It confirms nothing."""

    says: str
    owner: str


class Policy:
    """The rules in force. Frozen: a reload makes another one."""

    def __init__(self, spec: AccessSpec, registry: Registry) -> None:
        self._spec = spec
        self._scopes = {name: metric.scope for name, metric in registry.metrics.items() if not metric.hidden}
        self._strict = frozenset(name for name, scope in spec.classes.items() if scope.strict)

    def team_of(self, person: Person) -> str:
        """The person's first team, in the order of the file, or ""."""
        return next(iter(self._teams(person)), "")

    @property
    def spec(self) -> AccessSpec:
        """What `access.yml` says."""
        return self._spec

    def declared(self, channel: Channel) -> Declaration:
        """What may be said in the channel, and who owns that."""
        return audience.declaration(self._spec, channel)

    def off_limits(self, text: str) -> OffLimits | None:
        """The first declared subject whose words stand in `text`, whatever their case, with or without a plural `s`."""
        said = f" {' '.join(_WORD.findall(text.casefold()))} "
        for subject in self._spec.off_limits:
            if any(f" {word.casefold()}{ending} " in said for word in subject.words for ending in ("", "s")):
                return OffLimits(says=subject.says, owner=subject.owner)
        return None

    def decide(self, person: Person, channel: Channel | None, members: Sequence[Person]) -> Decision:
        """What the person may see, and what may be said of it in the channel, which `members` read. No channel is a DM."""
        own = self._own(person)
        if channel is None or channel.kind == "dm":
            return Decision(grant=own, own=own)
        place = f"#{channel.name}"
        declared = self.declared(channel)
        if audience.strangers(channel, members) and not declared.open_to_strangers:
            said, why = frozenset[str](), f"{place} is read by guests or by another company."
        else:
            insiders = [each for each in members if not (each.guest or each.external)]
            said = audience.speakable(own, declared, self._scopes, self._strict, lambda: self._alone(members, insiders))
            why = f"{place} hears {_listed(sorted(declared.says), 'metrics')}."
        grant = replace(
            own, audience=place, metrics=said, denied=own.denied | declared.denied, reason=f"{own.reason} {why}".strip()
        )  # fmt: skip
        return Decision(grant=grant, own=own, held=own.metrics - said)

    def _alone(self, members: Sequence[Person], insiders: Sequence[Person]) -> list[Grant]:
        # A stranger may see nothing alone, so with one of them in the room no strict class is said, whatever is declared.
        return [self._own(each) for each in members] if len(insiders) == len(members) else [_nothing("strangers", "")]

    def _teams(self, person: Person) -> tuple[str, ...]:
        if person.guest or person.external:
            return ()
        return tuple(dict.fromkeys(group.team for name, group in self._spec.groups.items() if name in person.groups))

    def _own(self, person: Person) -> Grant:
        subject = person.handle or person.user
        if person.guest or person.external:
            return _nothing(subject, "Guests and people of another company see nothing.")
        teams = {name: self._spec.teams[name] for name in self._teams(person)}
        if not teams:
            return _nothing(subject, "None of this person's Slack user groups leads to a team.")
        seen = frozenset[str]().union(*(self._seen(team) for team in teams.values()))
        return Grant(
            subject=subject,
            audience="dm",
            metrics=seen,
            listed=seen.union(*(self._of(team.lists, team) for team in teams.values())),
            rows=self._rows(person, teams.values()),
            denied=frozenset(name for team in teams.values() for name in team.deny),
            team=next(iter(teams)),
            reason=" ".join(_sentence(name, team) for name, team in teams.items()),
        )

    def _seen(self, team: TeamSpec) -> frozenset[str]:
        return self._of(team.sees, team) | frozenset(team.metrics) - frozenset(team.never)

    def _of(self, classes: Collection[str], team: TeamSpec) -> frozenset[str]:
        return frozenset(name for name, scope in self._scopes.items() if scope in classes and name not in team.never)

    def _rows(self, person: Person, teams: Collection[TeamSpec]) -> tuple[RowRule, ...]:
        # Somebody in several teams keeps every team's rules: a second team must not open rows that the first one closes.
        rules = [row for team in teams for row in team.rows if not person.groups & set(row.unless)]
        found = [RowRule(model=row.model, dimension=row.dimension, values=self._values(person, row.attribute)) for row in rules]
        return tuple(dict.fromkeys(found))

    def _values(self, person: Person, attribute: str) -> tuple[str, ...]:
        held = (group.attributes.get(attribute, ()) for name, group in self._spec.groups.items() if name in person.groups)
        return tuple(sorted({value for values in held for value in values}))


def _sentence(name: str, team: TeamSpec) -> str:
    return f"The {name} team sees {_listed(team.sees, 'metrics')}{_listed(team.metrics, '', ', and ')}."


def _listed(names: Sequence[str], noun: str, before: str = "") -> str:
    if not names:
        return "nothing" if noun else ""
    all_but_last = f"{', '.join(names[:-1])} and " if names[:-1] else ""
    return f"{before}{all_but_last}{names[-1]} {noun}".rstrip()


def _nothing(subject: str, reason: str) -> Grant:
    return Grant(subject=subject, audience="dm", reason=reason)


def parse_policy(
    text: str,
    registry: Registry,
    *,
    file: str = "access.yml",
    people: Collection[str] | None = None,
    user_groups: Collection[str] | None = None,
) -> Policy:
    """Read `access.yml`. `people` and `user_groups` are the handles that exist, where the directory is known.

    Raises:
        RegistryError: with all faults, each with its line.
    """
    doc, faults = documents.parse(file, text)
    draft = Draft(dialect="", manifest=None, governed=False)
    spec = draft.shape(AccessSpec, doc.value or {}, doc, ()) if doc is not None else None
    faults = [*faults, *draft.faults]
    if doc is not None and spec is not None:
        faults += faults_of(spec, doc, registry, people, user_groups)
    if faults or spec is None:
        raise RegistryError(list(dict.fromkeys(faults)))
    return Policy(spec, registry)
