"""`anabot scope prove`: what access.yml promises, compiled and looked at for every role, metric and dimension. Runs no query."""

from __future__ import annotations

import typer

from anabot.commands.saying import AsJson, say, say_json
from anabot.config import load_settings

scope = typer.Typer(no_args_is_help=True, help="Prove who may see what.")


@scope.callback()
def _scope() -> None:
    """Prove who may see what."""


@scope.command("prove")
def prove(as_json: AsJson = False) -> None:
    """Compile every role × metric × dimension and look at each statement again. The last line counts; violations exit 1."""
    from anabot.access.roles import roles_of
    from anabot.bootstrap import file_directory, open_connections
    from anabot.checks.scope import prove_scope
    from anabot.standing import read_laws

    settings = load_settings()
    current = read_laws(settings, file_directory(settings)).current
    roles = roles_of(current.policy)
    speaks = {name: warehouse.dialect for name, warehouse in open_connections(settings).items()}  # none is connected
    report = prove_scope(current.registry, roles, dialects=speaks)
    if as_json:
        found = [{"role": v.role, "metric": v.metric, "dimension": v.dimension, "what": v.what} for v in report.violations]
        say_json({"combinations": report.combinations, "roles": len(roles), "violations": found})
    else:
        for violation in report.violations:
            say(str(violation))
        say(str(report))
    if report.violations:
        raise typer.Exit(1)
