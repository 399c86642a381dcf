"""Rules in `access.yml` that do nothing, and metrics that nobody may see. Each with its line and a way out.

Only names that exist are judged here: `faults` has named the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from anabot.access.mask_faults import idle_masks
from anabot.access.spec import AccessSpec, RightsSpec
from anabot.errors import Fault
from anabot.semantic.catalog import catalog_of, dimensions_of
from anabot.semantic.documents import Document, Path
from anabot.semantic.registry import Registry


def idle(spec: AccessSpec, doc: Document, registry: Registry) -> Iterator[Fault]:
    """Every rule that can be removed without a change for anybody, and every metric that no rule opens."""
    scopes = {name: metric.scope for name, metric in registry.metrics.items() if not metric.hidden}
    teams = {name: spec.team(name) for name in spec.teams}
    for name, team in teams.items():
        yield from _never(doc, ("teams", name), spec.teams[name], team, scopes)
        yield from _reached(doc, registry, ("teams", name), spec.teams[name], team, _seen(team, scopes))
    for name, service in spec.services.items():
        yield from _never(doc, ("services", name), service, service, scopes)
        yield from _reached(doc, registry, ("services", name), service, service, _seen(service, scopes))
    yield from _unseen(spec, doc, [*teams.values(), *spec.services.values()], scopes)
    seen = {scope for rights in (*teams.values(), *spec.services.values()) for scope in rights.sees}
    for name, channel in spec.channels.items():
        for scope in sorted(set(channel.says) & spec.classes.keys() - seen):
            what = f"`{name}` says `{scope}`, which can never match."
            yield doc.fault(("channels", name, "says"), what, "No team sees that class.", "Let a team see it, or remove it.")


def _seen(rights: RightsSpec, scopes: dict[str, str]) -> set[str]:
    return ({name for name, scope in scopes.items() if scope in rights.sees} | set(rights.metrics) & scopes.keys()) - {
        *rights.never
    }


def _never(doc: Document, at: Path, own: RightsSpec, whole: RightsSpec, scopes: dict[str, str]) -> Iterator[Fault]:
    for metric in own.never:
        if metric in scopes and scopes[metric] not in (*whole.sees, *whole.lists) and metric not in whole.metrics:
            what = f"{str(at[0]).removesuffix('s').capitalize()} `{at[1]}` would not see `{metric}` anyway."
            yield doc.fault((*at, "never"), what, "Its class is neither seen nor listed.", "Remove it.")


def _reached(doc: Document, registry: Registry, at: Path, own: RightsSpec, whole: RightsSpec, seen: set[str]) -> Iterator[Fault]:
    """Columns and rows of tables that nothing seen leads to."""
    catalog = catalog_of(registry)
    metrics = sorted(seen & registry.metrics.keys())
    cuts = {f"{ref.dimension.model}.{ref.dimension.name}" for name in metrics for ref in dimensions_of(registry, name)}
    models = {leaf.model for name in metrics for leaf in catalog.leaves(name)}
    known = {f"{model.name}.{dimension}" for model in registry.models.values() for dimension in model.dimensions}
    for name in own.deny:
        if name in known and name not in cuts:
            yield doc.fault(
                (*at, "deny"), f"`{name}` is denied for nothing.", "Nothing that is seen can be cut by it.", "Remove it."
            )
    yield from idle_masks(doc, registry, at, own, whole, cuts)
    for number, row in enumerate(own.rows):
        if row.model in registry.models and not any(catalog.paths(model, row.model) for model in models):
            what = f"This rule can never match: nothing that is seen is measured on `{row.model}` or leads to it."
            yield doc.fault((*at, "rows", number, "model"), what, "", "Name the model that the metrics lead to, or remove it.")


def _unseen(spec: AccessSpec, doc: Document, rights: list[RightsSpec], scopes: dict[str, str]) -> Iterator[Fault]:
    seen = {name for each in rights for name in _seen(each, scopes)}
    for scope in spec.classes:
        hidden = sorted(name for name, own in scopes.items() if own == scope and name not in seen)
        if hidden:
            few = ", ".join(f"`{name}`" for name in hidden[:5]) + (f" and {len(hidden) - 5} more" if len(hidden) > 5 else "")
            why = "No team and no service sees it." if len(hidden) == 1 else "No team and no service sees them."
            todo = f"Let a team see the class `{scope}` or the metric, or move it to another class."
            yield doc.fault(("classes", scope), f"Nobody may see {few}.", why, todo)
