"""Whose rights a playbook runs under: its owner's, or those of the service that it names; cut down to its channel either way.

Decided anew each time. It never lends a service to a playbook whose owner does not answer for that service in `access.yml`:
whoever can write a playbook could borrow its rights.
"""

from __future__ import annotations

from anabot.access.policy import Decision, Policy
from anabot.errors import NotAllowed
from anabot.playbooks.playbook import Playbook
from anabot.semantic.names import did_you_mean
from anabot.types import Channel, Directory, Person


def decide(playbook: Playbook, policy: Policy, directory: Directory, owner: Person, channel: Channel) -> Decision:
    """What the playbook may ask for, and what of it may be said in its channel as it is read now.

    Raises:
        NotAllowed: there is no such service, or it is not the owner's to use.
    """
    members = directory.members(channel)
    if not playbook.service:
        return policy.decide(owner, channel, members)
    _theirs(playbook, policy, directory, owner)
    return policy.serve(playbook.service, channel, members)


def _theirs(playbook: Playbook, policy: Policy, directory: Directory, owner: Person) -> None:
    services = policy.spec.services
    if playbook.service not in services:
        todo = did_you_mean(playbook.service, services) or "Declare it under `services:` in access.yml, or leave `service` out."
        raise NotAllowed(f"There is no service `{playbook.service}`.", todo=todo)
    declared = services[playbook.service].owner.removeprefix("@")
    answers = owner if declared == playbook.owner else directory.person(declared)
    if owner.guest or owner.external or answers is None or answers.user != owner.user:
        raise NotAllowed(
            f"The owner `{playbook.owner}` does not answer for the service `{playbook.service}`.",
            why="Whoever can write a playbook could borrow its rights.",
            todo=f"Write `owner: {declared}`, leave `service` out, or name another `owner` of the service in access.yml.",
        )
