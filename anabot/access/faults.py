"""What is wrong in `access.yml`: names nobody knows, and rules that can never match. Each with its line and a way out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from anabot.access.spec import AccessSpec, RowSpec, TeamSpec
from anabot.errors import Fault
from anabot.semantic.documents import Document, Path
from anabot.semantic.names import did_you_mean
from anabot.semantic.registry import Registry


def faults_of(
    spec: AccessSpec,
    doc: Document,
    registry: Registry,
    people: Collection[str] | None = None,
    user_groups: Collection[str] | None = None,
) -> Iterator[Fault]:
    """Every fault. `people` and `user_groups` are the directory's handles, where it is known."""
    yield from _classes(spec, doc, registry)
    yield from _groups(spec, doc, user_groups)
    for name, team in spec.teams.items():
        yield from _team(spec, doc, registry, name, team)
    yield from _channels(spec, doc, registry, people)
    for index, subject in enumerate(spec.off_limits):
        if people is not None:
            yield from _known(doc, ("off_limits", index, "owner"), "person", [subject.owner], people)


def _classes(spec: AccessSpec, doc: Document, registry: Registry) -> Iterator[Fault]:
    used: dict[str, list[str]] = {}
    for metric in (each for each in registry.metrics.values() if not each.hidden):
        used.setdefault(metric.scope, []).append(metric.name)
    for scope in sorted(used.keys() - spec.classes.keys()):
        yield doc.fault(
            ("classes",),
            f"There is no class `{scope}`.",
            f"Metrics are in it, so nobody may see them: {', '.join(sorted(used[scope])[:5])}.",
            f"Declare it under `classes`, or correct the metrics' `scope`. {did_you_mean(scope, spec.classes)}".strip(),
        )


def _groups(spec: AccessSpec, doc: Document, user_groups: Collection[str] | None) -> Iterator[Fault]:
    for name, group in spec.groups.items():
        yield from _known(doc, ("groups", name, "team"), "team", [group.team], spec.teams)
        if user_groups is not None:
            yield from _known(doc, ("groups", name), "Slack user group", [name], user_groups)


def _team(spec: AccessSpec, doc: Document, registry: Registry, name: str, team: TeamSpec) -> Iterator[Fault]:
    at: Path = ("teams", name)
    for key, names in (("sees", team.sees), ("lists", team.lists)):
        yield from _known(doc, (*at, key), "class", names, spec.classes)
    for key, names in (("metrics", team.metrics), ("never", team.never)):
        yield from _known(doc, (*at, key), "metric", names, registry.metrics)
    yield from _known(doc, (*at, "deny"), "dimension", team.deny, _dimensions(registry))
    for scope in sorted(set(team.sees) & set(team.lists)):
        yield doc.fault((*at, "lists"), f"Team `{name}` sees and lists `{scope}`.", "What is seen is listed anyway.", "Keep one.")
    for metric in team.never:
        if metric in registry.metrics and registry.metrics[metric].scope not in (*team.sees, *team.lists):
            why = "Its class is neither seen nor listed."
            yield doc.fault((*at, "never"), f"Team `{name}` would not see `{metric}` anyway.", why, "Remove it.")
    if not any(group.team == name for group in spec.groups.values()):
        todo = "Map a Slack user group to it under `groups`, or remove it."
        yield doc.fault(at, f"Nobody can be in team `{name}`.", "No group leads to it.", todo)
    for number, row in enumerate(team.rows):
        yield from _row(spec, doc, registry, name, (*at, "rows", number), row)


def _row(spec: AccessSpec, doc: Document, registry: Registry, team: str, at: Path, row: RowSpec) -> Iterator[Fault]:
    groups = {name: group for name, group in spec.groups.items() if group.team == team}
    yield from _known(doc, (*at, "model"), "semantic model", [row.model], registry.models)
    yield from _known(doc, (*at, "unless"), f"group of team `{team}`", row.unless, groups)
    model = registry.models.get(row.model)
    if model is not None:
        categorical = [name for name, dimension in model.dimensions.items() if dimension.kind == "categorical"]
        yield from _known(doc, (*at, "dimension"), f"categorical dimension of `{row.model}`", [row.dimension], categorical)
    held = {attribute for group in groups.values() for attribute in group.attributes}
    if row.attribute not in held:
        yield doc.fault(
            (*at, "attribute"),
            f"This rule can never match: no group of team `{team}` has the attribute `{row.attribute}`.",
            "Whoever it applies to reads no rows at all.",
            f"Give a group `attributes: {{{row.attribute}: […]}}`. {did_you_mean(row.attribute, held)}".strip(),
        )
    elif groups and set(groups) <= set(row.unless):
        yield doc.fault((*at, "unless"), "This rule can never match: every group of the team is excepted.", "", "Remove it.")


def _channels(spec: AccessSpec, doc: Document, registry: Registry, people: Collection[str] | None) -> Iterator[Fault]:
    seen = {scope for team in spec.teams.values() for scope in team.sees}
    dimensions = _dimensions(registry)
    for name, channel in spec.channels.items():
        at: Path = ("channels", name)
        if not name.startswith(("#", "C", "G")):
            yield doc.fault(at, f"`{name}` is no channel.", "", f'Write `"#{name}"`, or the channel\'s id.')
        yield from _known(doc, (*at, "says"), "class", channel.says, spec.classes)
        yield from _known(doc, (*at, "metrics"), "metric", channel.metrics, registry.metrics)
        yield from _known(doc, (*at, "deny"), "dimension", channel.deny, dimensions)
        if people is not None:
            yield from _known(doc, (*at, "owner"), "person", [channel.owner], people)
        for scope in sorted(set(channel.says) & spec.classes.keys() - seen):
            why = "No team sees that class."
            yield doc.fault(
                (*at, "says"), f"`{name}` says `{scope}`, which can never match.", why, "Let a team see it, or remove it."
            )
    yield from _known(doc, ("default_channel", "says"), "class", spec.default_channel.says, spec.classes)
    yield from _known(doc, ("default_channel", "deny"), "dimension", spec.default_channel.deny, dimensions)


def _dimensions(registry: Registry) -> list[str]:
    return [f"{model.name}.{dimension}" for model in registry.models.values() for dimension in model.dimensions]


def _known(doc: Document, at: Path, kind: str, names: Iterable[str], known: Collection[str]) -> Iterator[Fault]:
    for name in names:
        if name not in known:
            few = sorted(known)[:8]
            todo = did_you_mean(name, known) or (f"Known: {', '.join(few)}." if few else "")
            yield doc.fault(at, f"There is no {kind} `{name}`.", "", todo)
