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
from anabot.access.faults import Known, faults_of
from anabot.access.mask_faults import mask_faults
from anabot.access.membership import Membership, attributes, memberships
from anabot.access.running_as import Told, role_faults, runs_as
from anabot.access.small_groups import people_rules, small_group_faults
from anabot.access.spec import AccessSpec, RightsSpec, Scheduling, mask_rules
from anabot.errors import Fault, RegistryError
from anabot.semantic import documents
from anabot.semantic.documents import Document
from anabot.semantic.draft import Draft
from anabot.semantic.registry import Registry
from anabot.types import Channel, Grant, Person, RowRule

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`own` is what the person may see alone, `grant` what of it may be said here, `held` the metrics in between.

    `named` are the metrics that may be named here: in a channel those that everybody there may know of, as it is declared.
    `beyond` are metrics that are granted only because refusals are reported instead of made: whoever answers one records it.
    """

    grant: Grant
    own: Grant
    named: frozenset[str]
    held: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OffLimits:
    """What Ana says on a subject that she does not speak of, and who answers for that. It confirms nothing."""

    says: str
    owner: str


class Policy:
    """The rules in force. Frozen: a reload makes another one."""

    def __init__(self, spec: AccessSpec, registry: Registry, *, mask_key: str = "", run_as: Told | None = None) -> None:
        self._spec, self._mask_key, self._run_as = spec, mask_key, run_as or {}
        self._teams = {name: spec.team(name) for name in spec.teams}
        self._scopes = {name: metric.scope for name, metric in registry.metrics.items() if not metric.hidden}
        self._people = people_rules(spec, registry)
        self._strict = frozenset(name for name, scope in spec.classes.items() if scope.strict)

    @property
    def spec(self) -> AccessSpec:
        """What `access.yml` says."""
        return self._spec

    @property
    def reporting(self) -> bool:
        """Whether refusals are written down instead of made, as far as `asked` goes."""
        return self._spec.mode == "report"

    @property
    def hashed(self) -> frozenset[str]:
        """The dimensions that somebody should see hashed and sees empty, for want of a key."""
        spec = self._spec
        rights = [spec.defaults, *spec.templates.values(), *spec.teams.values(), *spec.services.values()]
        masks = [each.mask for each in rights] + [each.mask for each in spec.channels.values()] + [spec.default_channel.mask]
        return (
            frozenset() if self._mask_key else frozenset(name for each in masks for name, form in each.items() if form == "hash")
        )

    def scope(self, metric: str) -> str:
        """The class of a metric."""
        return self._scopes[metric]

    def of_class(self, scope: str) -> frozenset[str]:
        """The metrics of a class."""
        return frozenset(name for name, own in self._scopes.items() if own == scope)

    def team_of(self, person: Person) -> str:
        """The person's first team, in the order of the file, or ""."""
        return next((each.team for each in self.memberships(person)), "")

    def keeps(self, person: Person) -> bool:
        """Whether the person keeps the definitions: an admin, or of a team that does."""
        return person.admin or any(self._teams[each.team].keeps for each in self.memberships(person))

    def memberships(self, person: Person) -> tuple[Membership, ...]:
        """How the person comes to their teams, in the order of the file."""
        return memberships(self._spec, person)

    def attributes(self, person: Person) -> dict[str, tuple[str, ...]]:
        """What is known about the person, from their groups, their e-mail and the table of people together."""
        return attributes(self._spec, person)

    def declared(self, channel: Channel) -> Declaration:
        """What may be said in the channel, and who owns that."""
        return audience.declaration(self._spec, channel)

    def scheduling(self, person: Person, channel: Channel) -> Scheduling:
        """What becomes of a playbook that this person makes for the channel: as the channel says, or else their team."""
        team = self.team_of(person)
        return self.declared(channel).scheduling or (self._teams[team].scheduling if team else "proposal")

    def off_limits(self, text: str) -> OffLimits | None:
        """The first declared subject whose words stand in `text`, whatever their case, with or without a plural `s`."""
        said = f" {' '.join(_WORD.findall(text.casefold()))} "
        for subject in self._spec.off_limits:
            if any(f" {word.casefold()}{ending} " in said for word in subject.words for ending in ("", "s")):
                return OffLimits(says=subject.says, owner=subject.owner)
        return None

    def decide(self, person: Person, channel: Channel | None, members: Sequence[Person]) -> Decision:
        """What the person may see, and what may be said of it in the channel, which `members` read. No channel is a DM."""
        return self._decide(self._own(person), channel, members)

    def asked(self, person: Person, channel: Channel | None, members: Sequence[Person]) -> Decision:
        """The same for a person's own question, where `mode: report` answers what would be refused.

        It opens metrics that are of no strict class: those that no team of the person sees, to members of a team; and those
        that a channel does not declare, where no stranger reads. Everything else is enforced: strict classes, guests, row
        rules, denied and masked columns, small groups, `never`, subjects off limits.
        """
        enforced = self.decide(person, channel, members)
        if not (self.reporting and enforced.own.team):
            return enforced
        never = {name for each in self.memberships(person) for name in self._teams[each.team].never}
        opened = frozenset(name for name, scope in self._scopes.items() if scope not in self._strict and name not in never)
        own = replace(enforced.own, metrics=enforced.own.metrics | opened, listed=enforced.own.listed | opened)
        if channel is None or channel.kind == "dm":
            return Decision(grant=own, own=own, named=own.listed, beyond=opened - enforced.own.metrics)
        silent = audience.strangers(channel, members)
        said = enforced.grant.metrics | (frozenset() if silent else opened)
        grant = replace(enforced.grant, metrics=said, listed=own.listed)
        held, beyond = own.metrics - said, opened - enforced.grant.metrics
        return Decision(grant=grant, own=own, named=enforced.named | said, held=held, beyond=beyond)

    def serve(self, service: str, channel: Channel, members: Sequence[Person]) -> Decision:
        """What a service identity may see, and what of it may be said in the channel.

        Raises:
            KeyError: there is no such service in `access.yml`.
        """
        rights = self._spec.services[service]
        rows = tuple(dict.fromkeys(RowRule(model=row.model, dimension=row.dimension, values=row.values) for row in rights.rows))
        own = self._granted(
            service, [rights], rows, user=service, team="", reason=f"The service {service} sees {_seen_words(rights)}."
        )
        return self._decide(own, channel, members)

    def alarming(self, channel: Channel, members: Sequence[Person]) -> dict[Person, tuple[str, ...]]:
        """Members who may not see alone what the channel declares: person → those classes. What holds everywhere is left out.

        A stranger may see none of it; what the channel is declared open to strangers for alarms nobody.
        """
        declared = self.declared(channel)
        classes = sorted(declared.says - frozenset(self._spec.default_channel.says))
        found: dict[Person, tuple[str, ...]] = {}
        for member in members:
            if declared.open_to_strangers and (member.guest or member.external):
                continue
            seen = {self._scopes[name] for name in self._own(member).metrics}
            missing = tuple(scope for scope in classes if scope not in seen)
            if missing:
                found[member] = missing
        return found

    def _decide(self, own: Grant, channel: Channel | None, members: Sequence[Person]) -> Decision:
        if channel is None or channel.kind == "dm":
            return Decision(grant=own, own=own, named=own.listed)
        place = f"#{channel.name}"
        declared = self.declared(channel)
        if audience.strangers(channel, members) and not declared.open_to_strangers:
            said, known, why = frozenset[str](), frozenset[str](), f"{place} is read by guests or by another company."
        else:
            insiders = [each for each in members if not (each.guest or each.external)]
            said = audience.speakable(own, declared, self._scopes, self._strict, lambda: self._alone(members, insiders))
            known = audience.nameable(own, declared, self._scopes, self._strict)
            why = f"{place} hears {_listed(sorted(declared.says), 'metrics')}."
        grant = replace(
            own,
            audience=place,
            metrics=said,
            denied=own.denied | declared.denied,
            masks=mask_rules(self._mask_key, {each.name: each.form for each in own.masks}, declared.masks),
            reason=f"{own.reason} {why}".strip(),
        )
        return Decision(grant=grant, own=own, named=said | known, held=own.metrics - said)

    def _alone(self, members: Sequence[Person], insiders: Sequence[Person]) -> list[Grant]:
        # A stranger may see nothing alone, so with one of them in the room no strict class is said, whatever is declared.
        return [self._own(each) for each in members] if len(insiders) == len(members) else [_nothing("strangers", "")]

    def _own(self, person: Person) -> Grant:
        subject = person.handle or person.user
        if person.guest or person.external:
            return _nothing(subject, "Guests and people of another company see nothing.")
        teams = {each.team: self._teams[each.team] for each in self.memberships(person)}
        if not teams:
            return _nothing(subject, "None of this person's Slack user groups leads to a team.")
        reason = " ".join(_sentence(name, team) for name, team in teams.items())
        email = person.email.casefold() if person.confirmed else ""
        rows, team = self._rows(person, teams.values()), next(iter(teams))
        own = self._granted(subject, [*teams.values()], rows, user=email, team=team, reason=reason)
        lent = frozenset(loan.metric for loan in person.loans) & self.lendable(own)
        return replace(own, metrics=own.metrics | lent) if lent else own

    def lendable(self, own: Grant) -> frozenset[str]:
        """What the holder of a grant may be lent: metrics that are listed for them, of a class that is lent at all."""
        classes = self._spec.classes
        return frozenset(
            name for name in own.listed - own.metrics if (scope := classes.get(self._scopes[name])) is not None and scope.days > 0
        )

    def _granted(
        self, subject: str, rights: Sequence[RightsSpec], rows: tuple[RowRule, ...], *, user: str, team: str, reason: str
    ) -> Grant:
        seen = frozenset[str]().union(*(self._seen(each) for each in rights))
        roles = runs_as(self._run_as, rights, user)
        return Grant(
            subject=subject,
            audience="dm",
            metrics=seen,
            listed=seen.union(*(self._of(each.lists, each) for each in rights)),
            rows=rows,
            denied=frozenset(name for each in rights for name in each.deny),
            masks=mask_rules(self._mask_key, *(each.mask for each in rights)),
            people=self._people,
            runs_as=roles,
            team=team,
            reason=" ".join([reason, *(f"`{each.connection}` answers them as {each.role}." for each in roles)]),
        )

    def _seen(self, rights: RightsSpec) -> frozenset[str]:
        return self._of(rights.sees, rights) | frozenset(rights.metrics) & self._scopes.keys() - frozenset(rights.never)

    def _of(self, classes: Collection[str], rights: RightsSpec) -> frozenset[str]:
        return frozenset(name for name, scope in self._scopes.items() if scope in classes and name not in rights.never)

    def _rows(self, person: Person, teams: Collection[RightsSpec]) -> tuple[RowRule, ...]:
        # Somebody in several teams keeps every team's rules: a second team must not open rows that the first one closes.
        rules = [row for team in teams for row in team.rows if not person.groups & set(row.unless)]
        held = self.attributes(person)
        found = [
            RowRule(
                model=row.model,
                dimension=row.dimension,
                values=tuple(sorted({*held.get(row.attribute, ()), *row.values})),
            )
            for row in rules
        ]
        return tuple(dict.fromkeys(found))


def _sentence(name: str, team: RightsSpec) -> str:
    return f"The {name} team sees {_seen_words(team)}."


def _seen_words(rights: RightsSpec) -> str:
    return f"{_listed(rights.sees, 'metrics')}{_listed(rights.metrics, '', ', and ')}"


def _listed(names: Sequence[str], noun: str, before: str = "") -> str:
    if not names:
        return "nothing" if noun else ""
    all_but_last = f"{', '.join(names[:-1])} and " if names[:-1] else ""
    return f"{before}{all_but_last}{names[-1]} {noun}".rstrip()


def _nothing(subject: str, reason: str) -> Grant:
    return Grant(subject=subject, audience="dm", reason=reason)


def shape_faults(text: str, file: str) -> tuple[Fault, ...]:
    """What is wrong with the text of `access.yml` whatever the registry says."""
    return _shaped(text, file)[2]


def parse_policy(
    text: str,
    registry: Registry,
    *,
    file: str = "access.yml",
    known: Known | None = None,
    mask_key: str = "",
    run_as: Told | None = None,
) -> Policy:
    """Read `access.yml`. `known` are the names that exist in Slack, where somebody can say; hashes are keyed with `mask_key`.

    `run_as` are the connections that run as the asker, with whether they are told who that is.

    Raises:
        RegistryError: with all faults, each with its line.
    """
    doc, spec, wrong = _shaped(text, file)
    faults = list(wrong)
    if doc is not None and spec is not None:
        faults += faults_of(spec, doc, registry, known)
        faults += small_group_faults(spec, doc, registry)
        faults += mask_faults(spec, doc, registry)
        faults += role_faults(spec, doc, registry, run_as or {}, checking=known is not None)
    if faults or spec is None:
        raise RegistryError(list(dict.fromkeys(faults)))
    return Policy(spec, registry, mask_key=mask_key, run_as=run_as)


def _shaped(text: str, file: str) -> tuple[Document | None, AccessSpec | None, tuple[Fault, ...]]:
    doc, faults = documents.parse(file, text)
    draft = Draft(dialect="", manifest=None, governed=False)
    spec = draft.shape(AccessSpec, doc.value or {}, doc, ()) if doc is not None else None
    return doc, spec, (*faults, *draft.faults)
