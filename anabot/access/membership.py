"""How somebody comes to their teams, and what is known about them: user groups, a confirmed e-mail, the table of people.

Pure. A guest or somebody of another company is of no team, whatever else is said of them. It grants nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from anabot.access.spec import AccessSpec
from anabot.types import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One way in which somebody is of a team: `by` is a user group's `@handle`, or the e-mail domain or address."""

    team: str
    by: str
    attributes: Mapping[str, tuple[str, ...]]


def memberships(spec: AccessSpec, person: Person) -> tuple[Membership, ...]:
    """Every way to every team, in the order of the file. An e-mail counts only where Slack has confirmed it."""
    if person.guest or person.external:
        return ()
    email = person.email.casefold() if person.confirmed else ""
    named = {email, f"@{email.rpartition('@')[2]}"} if "@" in email else set()
    found = [(f"@{name}", group) for name, group in spec.groups.items() if name in person.groups]
    found += [(name, group) for name, group in spec.emails.items() if name.casefold() in named]
    return tuple(Membership(team=group.team, by=by, attributes=group.attributes) for by, group in found)


def attributes(spec: AccessSpec, person: Person) -> dict[str, tuple[str, ...]]:
    """Attribute → its values for this person, from everywhere together. What nobody knows is not there."""
    found: dict[str, set[str]] = {}
    said = [item for each in memberships(spec, person) for item in each.attributes.items()]
    for name, values in [*said, *(person.attributes if not (person.guest or person.external) else ())]:
        found.setdefault(name, set()).update(values)
    return {name: tuple(sorted(values)) for name, values in sorted(found.items())}
