"""What is wrong in `access.yml`: names nobody knows, and rules that can never match. Each with its line and a way out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from anabot.access.audience import fits
from anabot.access.idle import idle
from anabot.access.spec import AccessSpec, RightsSpec, RowSpec
from anabot.errors import Fault
from anabot.semantic.documents import Document, Path
from anabot.semantic.names import did_you_mean
from anabot.semantic.registry import Registry, SemanticModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The handles and names that exist in Slack, as far as they are known: None where nobody can say."""

    people: Collection[str] | None = None
    user_groups: Collection[str] | None = None
    channels: Collection[str] | None = None


def faults_of(spec: AccessSpec, doc: Document, registry: Registry, known: Known | None) -> Iterator[Fault]:
    """Every fault. With `known`, as `check` has it, also names that Slack does not have, rules without effect and metrics that
    nobody may see: they open nothing to anybody, so they keep nothing from running.
    """
    checking, known = known is not None, known or Known()
    yield from _classes(spec, doc, registry)
    yield from _groups(spec, doc, known)
    yield from _people(spec, doc, registry)
    layers: list[tuple[Path, RightsSpec]] = [(("defaults",), spec.defaults)]
    layers += [(("templates", name), each) for name, each in spec.templates.items()]
    layers += [(("services", name), each) for name, each in spec.services.items()]
    layers += [(("teams", name), each) for name, each in spec.teams.items()]
    for at, rights in layers:
        yield from _rights(spec, doc, registry, at, rights)
    yield from _teams(spec, doc)
    yield from _channels(spec, doc, registry, known)
    yield from _owners(spec, doc, known)
    if checking:
        yield from idle(spec, doc, registry)


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


def _groups(spec: AccessSpec, doc: Document, known: Known) -> Iterator[Fault]:
    for key, groups in (("groups", spec.groups), ("emails", spec.emails)):
        for name, group in groups.items():
            yield from _known(doc, (key, name, "team"), "team", [group.team], spec.teams)
    if known.user_groups is not None:
        for name in spec.groups:
            yield from _known(doc, ("groups", name), "Slack user group", [name], known.user_groups)
    for name in spec.emails:
        if not re.fullmatch(r"[^@\s]*@[^@\s.]+(\.[^@\s.]+)+", name):
            todo = 'Write an address, or a domain as `"@example.com"`.'
            yield doc.fault(("emails", name), f"`{name}` is no e-mail address and no domain.", "", todo)


def _people(spec: AccessSpec, doc: Document, registry: Registry) -> Iterator[Fault]:
    if spec.people is None:
        return
    yield from _known(doc, ("people", "model"), "semantic model", [spec.people.model], registry.models)
    model = registry.models.get(spec.people.model)
    if model is not None:
        columns = [("email", spec.people.email), *((f"attributes.{name}", each) for name, each in spec.people.attributes.items())]
        for key, column in columns:
            at: Path = ("people", *key.split("."))
            yield from _known(doc, at, f"categorical dimension of `{model.name}`", [column], _categorical(model))
        if not model.primary_entity:
            yield doc.fault(("people", "model"), f"`{model.name}` has no primary entity.", "", "Declare whom a row stands for.")
    used = {row.attribute for team in spec.teams for row in spec.team(team).rows}
    for name in sorted(spec.people.attributes.keys() - used):
        at = ("people", "attributes", name)
        yield doc.fault(at, f"No row rule asks for the attribute `{name}`.", "It is looked up for nothing.", "Remove it.")


def _rights(spec: AccessSpec, doc: Document, registry: Registry, at: Path, rights: RightsSpec) -> Iterator[Fault]:
    for key, names in (("sees", rights.sees), ("lists", rights.lists)):
        yield from _known(doc, (*at, key), "class", names, spec.classes)
    for key, names in (("metrics", rights.metrics), ("never", rights.never)):
        yield from _known(doc, (*at, key), "metric", names, registry.metrics)
    yield from _known(doc, (*at, "deny"), "dimension", rights.deny, _dimensions(registry))
    for scope in sorted(set(rights.sees) & set(rights.lists)):
        yield doc.fault((*at, "lists"), f"{_title(at)} sees and lists `{scope}`.", "What is seen is listed anyway.", "Keep one.")
    for number, row in enumerate(rights.rows):
        yield from _row(spec, doc, registry, (*at, "rows", number), row)


def _teams(spec: AccessSpec, doc: Document) -> Iterator[Fault]:
    for name, team in spec.teams.items():
        at: Path = ("teams", name)
        if team.template:
            yield from _known(doc, (*at, "template"), "template", [team.template], spec.templates)
        if not any(group.team == name for group in (*spec.groups.values(), *spec.emails.values())):
            todo = "Map a Slack user group to it under `groups`, or remove it."
            yield doc.fault(at, f"Nobody can be in team `{name}`.", "No group and no e-mail leads to it.", todo)
    for name in sorted(spec.templates.keys() - {team.template for team in spec.teams.values()}):
        yield doc.fault(("templates", name), f"No team has the template `{name}`.", "", "Remove it.")


def _row(spec: AccessSpec, doc: Document, registry: Registry, at: Path, row: RowSpec) -> Iterator[Fault]:
    teams = _teams_of(spec, at)
    groups = {name: group for name, group in spec.groups.items() if group.team in teams}
    whose = f"group of team `{at[1]}`" if at[0] == "teams" else "group"
    yield from _known(doc, (*at, "model"), "semantic model", [row.model], registry.models)
    yield from _known(doc, (*at, "unless"), whose, row.unless, groups)
    model = registry.models.get(row.model)
    if model is not None:
        yield from _known(
            doc, (*at, "dimension"), f"categorical dimension of `{row.model}`", [row.dimension], _categorical(model)
        )
    if row.attribute and at[0] == "services":
        yield doc.fault((*at, "attribute"), "A service has no attributes.", "It would read no rows.", "Name `values` instead.")
    elif row.attribute and teams and row.attribute not in (held := _held(spec, teams)) and not row.values:
        yield doc.fault(
            (*at, "attribute"),
            f"This rule can never match: {_nobody(at)} has the attribute `{row.attribute}`.",
            "Whoever it applies to reads no rows at all.",
            f"Give a group `attributes: {{{row.attribute}: […]}}`. {did_you_mean(row.attribute, held)}".strip(),
        )
    elif groups and set(groups) <= set(row.unless) and not any(each.team in teams for each in spec.emails.values()):
        yield doc.fault((*at, "unless"), "This rule can never match: every group of the team is excepted.", "", "Remove it.")


def _teams_of(spec: AccessSpec, at: Path) -> set[str]:
    """The teams that a rule at this place applies to."""
    if at[0] == "templates":
        return {name for name, team in spec.teams.items() if team.template == at[1]}
    return set(spec.teams) if at[0] == "defaults" else {str(at[1])} & spec.teams.keys()


def _held(spec: AccessSpec, teams: Collection[str]) -> set[str]:
    groups = [group for group in (*spec.groups.values(), *spec.emails.values()) if group.team in teams]
    return {name for group in groups for name in group.attributes} | {*(spec.people.attributes if spec.people else ())}


def _nobody(at: Path) -> str:
    return f"no group of team `{at[1]}`" if at[0] == "teams" else "no group"


def _title(at: Path) -> str:
    return {"teams": "Team", "templates": "Template", "services": "Service"}.get(str(at[0]), "Everybody") + (
        f" `{at[1]}`" if len(at) > 1 else ""
    )


def _owners(spec: AccessSpec, doc: Document, known: Known) -> Iterator[Fault]:
    if known.people is None:
        return
    found: list[tuple[Path, str]] = [(("channels", name, "owner"), each.owner) for name, each in spec.channels.items()]
    found += [(("services", name, "owner"), each.owner) for name, each in spec.services.items()]
    found += [(("off_limits", number, "owner"), each.owner) for number, each in enumerate(spec.off_limits)]
    for at, owner in found:
        yield from _known(doc, at, "person", [owner], known.people)


def _channels(spec: AccessSpec, doc: Document, registry: Registry, known: Known) -> Iterator[Fault]:
    dimensions = _dimensions(registry)
    for name, channel in spec.channels.items():
        at: Path = ("channels", name)
        if not name.startswith(("#", "C", "G")):
            yield doc.fault(at, f"`{name}` is no channel.", "", f'Write `"#{name}"`, or the channel\'s id.')
        elif known.channels is not None and not any(fits(name, each) for each in known.channels):
            yield from _known(doc, at, "channel that I can see called", [name], known.channels)
        yield from _known(doc, (*at, "says"), "class", channel.says, spec.classes)
        yield from _known(doc, (*at, "metrics"), "metric", channel.metrics, registry.metrics)
        yield from _known(doc, (*at, "deny"), "dimension", channel.deny, dimensions)
    yield from _known(doc, ("default_channel", "says"), "class", spec.default_channel.says, spec.classes)
    yield from _known(doc, ("default_channel", "deny"), "dimension", spec.default_channel.deny, dimensions)


def _categorical(model: SemanticModel) -> list[str]:
    return [name for name, dimension in model.dimensions.items() if dimension.kind == "categorical"]


def _dimensions(registry: Registry) -> list[str]:
    return [f"{model.name}.{dimension}" for model in registry.models.values() for dimension in model.dimensions]


def _known(doc: Document, at: Path, kind: str, names: Iterable[str], known: Collection[str]) -> Iterator[Fault]:
    for name in names:
        if name not in known:
            few = sorted(known)[:8]
            todo = did_you_mean(name, known) or (f"Known: {', '.join(few)}." if few else "")
            yield doc.fault(at, f"There is no {kind} `{name}`.", "", todo)
