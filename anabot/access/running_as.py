"""Under which role of a warehouse somebody asks, where a connection runs as the asker, and who can ask nothing there.

The role is what access.yml says of a team or a service: never a word of a question, a name in Slack or anything a model wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from anabot.access.spec import AccessSpec, RightsSpec
from anabot.errors import Fault, NotAllowed
from anabot.semantic.catalog import catalog_of
from anabot.semantic.documents import Document, Path
from anabot.semantic.names import did_you_mean
from anabot.semantic.registry import Registry
from anabot.types import Grant, RunAs, Statement

EVERY = "*"  # a role for every connection that runs as the asker
Told = Mapping[str, bool]  # each connection that runs as the asker → whether it is also told who that is


def runs_as(told: Told, rights: Sequence[RightsSpec], user: str) -> tuple[RunAs, ...]:
    """The role on each connection: of several teams that have one, the first team's. Without a role there is no entry.

    Where a connection is told who asks and nobody can say, there is none either.
    """
    found = []
    for connection, tells in sorted(told.items()):
        roles = [role for each in rights if (role := each.role.get(connection) or each.role.get(EVERY))]
        if roles and (user or not tells):
            found.append(RunAs(connection=connection, role=roles[0], user=user if tells else ""))
    return tuple(found)


def under(statement: Statement, grant: Grant, run_as: Mapping[str, str]) -> Statement:
    """The statement under the role of whoever asks. `run_as` is each connection that runs so → the role of the house's questions.

    Raises:
        NotAllowed: no role is known. Nothing runs there without one.
    """
    if statement.connection not in run_as:
        return statement
    found = next((each for each in grant.runs_as if each.connection == statement.connection), None)
    if found is None and grant.house and run_as[statement.connection]:
        found = RunAs(connection=statement.connection, role=run_as[statement.connection])
    if found is None:
        why = f"`{statement.connection}` answers everybody under a role of their own, and there is none for you."
        raise NotAllowed("This cannot be answered for you.", why=why, todo="Ask the data team.")
    return replace(statement, role=found.role, user=found.user)


def role_faults(spec: AccessSpec, doc: Document, registry: Registry, told: Told, *, checking: bool) -> Iterator[Fault]:
    """Roles for connections that do not run as the asker; when `checking`, also whoever has none where they need one."""
    layers: list[tuple[Path, RightsSpec]] = [(("defaults",), spec.defaults)]
    for key, group in (("templates", spec.templates), ("services", spec.services), ("teams", spec.teams)):
        layers += [((key, name), each) for name, each in group.items()]
    for at, rights in layers:
        for connection in rights.role:
            if connection not in told and not (connection == EVERY and told):
                known = did_you_mean(connection, told) if connection != EVERY else ""
                what = "No connection runs" if connection == EVERY else f"`{connection}` does not run"
                todo = known or "Say `run_as: asker` in the file of ANABOT_CONNECTIONS, or remove the role."
                yield doc.fault((*at, "role"), f"{what} as the asker.", "The role would change nothing.", todo)
    if checking:
        yield from _without(spec, doc, registry, told)


def _without(spec: AccessSpec, doc: Document, registry: Registry, told: Told) -> Iterator[Fault]:
    whole: list[tuple[Path, RightsSpec]] = [(("teams", name), spec.team(name)) for name in spec.teams]
    whole += [(("services", name), each) for name, each in spec.services.items()]
    for connection in sorted(told):
        here = _measured_on(registry, connection)
        for at, rights in whole:
            seen = {name for name in here if registry.metrics[name].scope in rights.sees or name in rights.metrics}
            if seen - {*rights.never} and not (rights.role.get(connection) or rights.role.get(EVERY)):
                what = f"{str(at[0]).removesuffix('s').capitalize()} `{at[1]}` has no `role` on `{connection}`."
                why = f"{len(seen)} metrics that it sees lie there, and are not answered."
                yield doc.fault(at, what, why, f"Write `role: {{{connection}: …}}`, or let it see none of them.")


def _measured_on(registry: Registry, connection: str) -> list[str]:
    catalog = catalog_of(registry)
    return [
        name
        for name, metric in registry.metrics.items()
        if not metric.hidden and any(registry.models[leaf.model].connection == connection for leaf in catalog.leaves(name))
    ]
